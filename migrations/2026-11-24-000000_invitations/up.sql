-- Whom admins invited. One row for each mailbox, until somebody registered by it or it was withdrawn.
create table invitations (
    id uuid primary key,
    -- As it was typed.
    email text not null,
    mailbox text collate "C" not null,
    -- Written in the admin's own mail program, or sent from here with a personal link.
    via text not null constraint invitations_via_check check (via in ('mail_app', 'server')),
    -- The admin's name as it was.
    invited_by text not null,
    created_at timestamptz not null,
    -- When it was prepared or mailed last.
    invited_at timestamptz not null,
    -- The newest mail.
    mail_id uuid references outbox on delete set null,
    opened_at timestamptz,
    registered_at timestamptz,
    developer_id uuid references developers on delete set null,
    withdrawn_at timestamptz,
    -- The address as it was typed and as it is compared, normalised by the application.
    search_text text not null
);
-- Those that somebody can still follow, or could until they expired.
create unique index invitations_open on invitations (mailbox) where registered_at is null and withdrawn_at is null;
create index invitations_search on invitations using gin (search_text gin_trgm_ops);
create index invitations_mail_id on invitations (mail_id);
create index invitations_developer_id on invitations (developer_id);

-- The personal links. The token itself is only in the mail.
create table invitation_links (
    token_hash bytea primary key,
    invitation_id uuid not null references invitations on delete cascade,
    created_at timestamptz not null,
    -- Used, withdrawn, or voided by a newer link.
    ended_at timestamptz
);
create index invitation_links_invitation_id on invitation_links (invitation_id);

alter table mail_links drop constraint mail_links_purpose_check;
alter table mail_links add constraint mail_links_purpose_check check (purpose in ('verify', 'reset', 'welcome'));

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in (
    'verify_address', 'request_received', 'address_known', 'approved', 'rejected', 'revoked', 'restored',
    'password_reset', 'password_changed', 'invitation', 'account_created', 'request_waiting', 'requests_digest', 'test'));

alter table audit_entries drop constraint audit_entries_subject_kind_check;
alter table audit_entries add constraint audit_entries_subject_kind_check
    check (subject_kind in ('developer', 'admin', 'setting', 'mail', 'invitation'));
