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
diesel::allow_tables_to_appear_in_same_query!(admin_sessions, admins);
diesel::allow_tables_to_appear_in_same_query!(developers, developer_totals);
