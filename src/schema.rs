// The tables as queries name them: kept beside the migrations by hand, because the view has no key that could be read
// off the database. `tests/it/schema.rs` compares the columns.

diesel::table! {
    admin_sessions (key_hash) {
        key_hash -> Bytea,
        admin_id -> Uuid,
        signed_in_at -> Timestamptz,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    admins (id) {
        id -> Uuid,
        email -> Text,
        mailbox -> Text,
        full_name -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
        notices -> Text,
        digest_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    application_totals (counts) {
        counts -> Array<Int8>,
        oldest_request -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    applications (id) {
        id -> Uuid,
        developer_id -> Uuid,
        name -> Text,
        description -> Text,
        callback_url -> Text,
        email -> Text,
        mailbox -> Text,
        status -> Text,
        version -> Int4,
        requested_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Text>,
        reason -> Text,
        decided_order -> Timestamptz,
        name_order -> Text,
        search_text -> Text,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Int8,
        at -> Timestamptz,
        event -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        actor_email -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<Uuid>,
        subject_name -> Text,
        subject_email -> Text,
        from_status -> Nullable<Text>,
        to_status -> Nullable<Text>,
        reason -> Text,
        details -> Jsonb,
        request_id -> Nullable<Uuid>,
        address -> Nullable<Text>,
        search_text -> Text,
    }
}

diesel::table! {
    developers (id) {
        id -> Uuid,
        email -> Text,
        mailbox -> Text,
        full_name -> Text,
        organization -> Text,
        purpose -> Text,
        status -> Text,
        version -> Int4,
        email_verified_at -> Nullable<Timestamptz>,
        requested_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        decided_by -> Nullable<Text>,
        reason -> Text,
        decided_order -> Timestamptz,
        name_order -> Text,
        search_text -> Text,
        terms_version -> Text,
        terms_accepted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    developer_passwords (developer_id) {
        developer_id -> Uuid,
        password_hash -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    developer_sessions (key_hash) {
        key_hash -> Bytea,
        developer_id -> Uuid,
        signed_in_at -> Timestamptz,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    gateway_spread (change_id, instance_id) {
        change_id -> Int8,
        developer_id -> Nullable<Uuid>,
        changed_at -> Timestamptz,
        instance_id -> Uuid,
        instance -> Text,
        heard_at -> Timestamptz,
        knows -> Bool,
        applied_at -> Nullable<Timestamptz>,
        version -> Int8,
    }
}

diesel::table! {
    invitation_links (token_hash) {
        token_hash -> Bytea,
        invitation_id -> Uuid,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Uuid,
        email -> Text,
        mailbox -> Text,
        via -> Text,
        invited_by -> Text,
        created_at -> Timestamptz,
        invited_at -> Timestamptz,
        mail_id -> Nullable<Uuid>,
        opened_at -> Nullable<Timestamptz>,
        registered_at -> Nullable<Timestamptz>,
        developer_id -> Nullable<Uuid>,
        withdrawn_at -> Nullable<Timestamptz>,
        search_text -> Text,
    }
}

diesel::table! {
    keys (id) {
        id -> Uuid,
        application_id -> Uuid,
        secret_hash -> Bytea,
        shown_start -> Text,
        shown_end -> Text,
        name -> Text,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        warned_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mail_links (token_hash) {
        token_hash -> Bytea,
        purpose -> Text,
        developer_id -> Uuid,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Uuid,
        kind -> Text,
        developer_id -> Nullable<Uuid>,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        link -> Nullable<Bytea>,
        state -> Text,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        known_status -> Nullable<Text>,
        last_error -> Text,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
        application_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Nullable<Text>,
        version -> Int4,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    developer_totals (counts) {
        counts -> Array<Int8>,
        oldest_request -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    setup_links (token_hash) {
        token_hash -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    throttles (key) {
        key -> Bytea,
        attempts -> Int4,
        window_started_at -> Timestamptz,
        blocked_until -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(admin_sessions -> admins (admin_id));
diesel::joinable!(applications -> developers (developer_id));
diesel::joinable!(developer_passwords -> developers (developer_id));
diesel::joinable!(developer_sessions -> developers (developer_id));
diesel::joinable!(invitation_links -> invitations (invitation_id));
diesel::joinable!(invitations -> outbox (mail_id));
diesel::joinable!(keys -> applications (application_id));
diesel::joinable!(mail_links -> developers (developer_id));
diesel::allow_tables_to_appear_in_same_query!(admin_sessions, admins);
diesel::allow_tables_to_appear_in_same_query!(applications, application_totals);
diesel::allow_tables_to_appear_in_same_query!(applications, developers, keys);
diesel::allow_tables_to_appear_in_same_query!(developers, developer_totals);
diesel::allow_tables_to_appear_in_same_query!(developers, developer_passwords);
diesel::allow_tables_to_appear_in_same_query!(developers, developer_sessions);
diesel::allow_tables_to_appear_in_same_query!(developers, mail_links);
diesel::allow_tables_to_appear_in_same_query!(invitation_links, invitations);
diesel::allow_tables_to_appear_in_same_query!(invitations, outbox);
