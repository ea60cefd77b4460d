-- What differs from the defaults of `policy::SETTINGS`; texts of mails that were edited stand here too.
create table settings (
    key text collate "C" primary key,
    -- None again says what the default says.
    value text,
    -- Rises with each change of any setting: a form that was filled in before one is refused.
    version integer not null,
    changed_at timestamptz not null
);

-- The version of the terms that were accepted, and when. Imported people accepted none here.
alter table developers add column terms_version text not null default '';
alter table developers add column terms_accepted_at timestamptz;

-- Apart from the record, so that no list reads a hash.
create table developer_passwords (
    developer_id uuid primary key references developers on delete cascade,
    password_hash text not null,
    changed_at timestamptz not null
);

create table developer_sessions (
    key_hash bytea primary key,
    developer_id uuid not null references developers on delete cascade,
    signed_in_at timestamptz not null,
    seen_at timestamptz not null
);
create index developer_sessions_developer_id on developer_sessions (developer_id);
create index developer_sessions_seen_at on developer_sessions (seen_at);

-- Links that mails carry. The token itself is only in the mail.
create table mail_links (
    token_hash bytea primary key,
    purpose text not null constraint mail_links_purpose_check check (purpose in ('verify', 'reset')),
    developer_id uuid not null references developers on delete cascade,
    created_at timestamptz not null,
    -- Used, or voided by a newer link.
    ended_at timestamptz
);
create index mail_links_developer_id on mail_links (developer_id, purpose);

-- When admins hear of new requests.
alter table admins add column notices text not null default 'at_once'
    constraint admins_notices_check check (notices in ('at_once', 'daily', 'never'));
alter table admins add column digest_at timestamptz;

-- Mail, from the transaction that it tells of to its delivery.
create table outbox (
    id uuid primary key,
    kind text not null constraint outbox_kind_check check (kind in (
        'verify_address', 'request_received', 'address_known', 'approved', 'rejected', 'revoked', 'restored',
        'password_reset', 'password_changed', 'request_waiting', 'requests_digest', 'test')),
    -- In whose timeline it stands.
    developer_id uuid references developers on delete set null,
    recipient text not null,
    subject text not null,
    -- Keeps the word {link} in the link's place.
    body text not null,
    -- Encrypted, and gone once it was delivered.
    link bytea,
    state text not null default 'waiting'
        constraint outbox_state_check check (state in ('waiting', 'sent', 'failed', 'withdrawn')),
    attempts integer not null default 0,
    -- While it waits: not before this. A courier that takes it moves this on, so that no other takes it too.
    next_attempt_at timestamptz not null,
    -- Of a decision: the status that the developer last heard of.
    known_status text,
    last_error text not null default '',
    created_at timestamptz not null,
    settled_at timestamptz
);
create index outbox_due on outbox (next_attempt_at) where state = 'waiting';
create index outbox_state on outbox (state, id);
create index outbox_developer_id on outbox (developer_id, id);
create index outbox_recipient on outbox (recipient, created_at) where kind = 'request_waiting';

alter table audit_entries drop constraint audit_entries_actor_kind_check;
alter table audit_entries add constraint audit_entries_actor_kind_check
    check (actor_kind in ('admin', 'developer', 'system', 'visitor'));
alter table audit_entries drop constraint audit_entries_subject_kind_check;
alter table audit_entries add constraint audit_entries_subject_kind_check
    check (subject_kind in ('developer', 'admin', 'setting', 'mail'));
