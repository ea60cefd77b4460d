-- Both are trusted extensions since PostgreSQL 13: the owner of the database may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

create table admins (
    id uuid primary key,
    email text not null,
    mailbox text collate "C" not null constraint admins_mailbox_key unique,
    full_name text not null,
    password_hash text not null,
    created_at timestamptz not null
);

-- One row a browser that is signed in. The key itself is only in the cookie.
create table admin_sessions (
    key_hash bytea primary key,
    admin_id uuid not null references admins on delete cascade,
    signed_in_at timestamptz not null,
    seen_at timestamptz not null
);
create index admin_sessions_admin_id on admin_sessions (admin_id);
create index admin_sessions_seen_at on admin_sessions (seen_at);

-- The one-time links with which the first admin is made; every instance that starts before that adds one.
create table setup_links (
    token_hash bytea primary key,
    created_at timestamptz not null
);

-- Attempts by account or by address; the key is a hash, so that nobody's address stands here.
create table throttles (
    key bytea primary key,
    attempts integer not null,
    window_started_at timestamptz not null,
    blocked_until timestamptz
);
create index throttles_window_started_at on throttles (window_started_at);

create table developers (
    id uuid primary key,
    email text not null,
    -- What makes two spellings one person: trimmed, NFKC, lower case, domain in ASCII.
    mailbox text collate "C" not null constraint developers_mailbox_key unique,
    full_name text not null,
    organization text not null,
    purpose text not null,
    status text not null
        constraint developers_status_check check (status in ('requested', 'approved', 'rejected', 'revoked')),
    version integer not null default 1 constraint developers_version_check check (version > 0),
    email_verified_at timestamptz,
    requested_at timestamptz not null,
    decided_at timestamptz,
    decided_by text,
    reason text not null default '',
    -- What is undecided sorts before all decisions, so that the order has no nulls.
    decided_order timestamptz not null
        generated always as (coalesce(decided_at, timestamptz '1970-01-01 00:00:00+00')) stored,
    -- Normalised by the application (NFKC, lower case), because `lower` knows fewer scripts under some locales.
    name_order text collate "C" not null,
    search_text text not null,
    constraint developers_decided_check
        check ((status = 'requested') = (decided_at is null) and (decided_at is null) = (decided_by is null))
);

-- Every order of the list page, within one status and over all.
create index developers_status_requested_at on developers (status, requested_at, id);
create index developers_status_decided on developers (status, decided_order, id);
create index developers_status_name on developers (status, name_order, id);
create index developers_status_mailbox on developers (status, mailbox);
-- These only serve the tab of all statuses. Their condition is always true, and only that tab repeats it: else the
-- planner would walk them for one status too, past every row of another one.
create index developers_requested_at on developers (requested_at, id) where version > 0;
create index developers_decided on developers (decided_order, id) where version > 0;
create index developers_name on developers (name_order, id) where version > 0;
-- The status stands in front, so that a word common among the approved costs nothing on the other tabs.
-- A short pending list: merging a long one would hold up whoever writes when it is full.
create index developers_search on developers using gin (status, search_text gin_trgm_ops)
    with (gin_pending_list_limit = 256);

-- Counts per status without counting: each backend adds into its own slot, so that writers do not wait for
-- each other, and a page sums at most 4 x 64 rows.
create table developer_counts (
    status text not null,
    slot integer not null,
    n bigint not null,
    primary key (status, slot)
) with (fillfactor = 50);

create function count_developers() returns trigger language plpgsql as $$
begin
    -- Ordered by status: two backends that share a slot always lock in the same order.
    if tg_op = 'INSERT' then
        insert into developer_counts as c
        select status, pg_backend_pid() % 64, count(*) from new_rows group by status order by status
        on conflict (status, slot) do update set n = c.n + excluded.n;
    elsif tg_op = 'DELETE' then
        insert into developer_counts as c
        select status, pg_backend_pid() % 64, -count(*) from old_rows group by status order by status
        on conflict (status, slot) do update set n = c.n + excluded.n;
    elsif tg_op = 'UPDATE' then
        insert into developer_counts as c
        select status, pg_backend_pid() % 64, sum(change)
        from (select status, 1 as change from new_rows union all select status, -1 from old_rows) as changes
        group by status having sum(change) <> 0 order by status
        on conflict (status, slot) do update set n = c.n + excluded.n;
    else
        delete from developer_counts;
    end if;
    return null;
end $$;

create trigger developers_inserted after insert on developers
    referencing new table as new_rows for each statement execute function count_developers();
create trigger developers_deleted after delete on developers
    referencing old table as old_rows for each statement execute function count_developers();
create trigger developers_updated after update on developers
    referencing old table as old_rows new table as new_rows for each statement execute function count_developers();
create trigger developers_truncated after truncate on developers
    for each statement execute function count_developers();

-- One row. A page reads it in its own statement, so that the numbers belong to the rows beside them.
create view developer_totals as
select
    array[
        coalesce(sum(n) filter (where status = 'requested'), 0),
        coalesce(sum(n) filter (where status = 'approved'), 0),
        coalesce(sum(n) filter (where status = 'rejected'), 0),
        coalesce(sum(n) filter (where status = 'revoked'), 0)
    ]::bigint[] as counts,
    (select min(requested_at) from developers where status = 'requested') as oldest_request
from developer_counts;

-- Who did what. No foreign key: an entry keeps names as they were and outlives what it tells of.
create table audit_entries (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    event text not null,
    actor_kind text not null constraint audit_entries_actor_kind_check check (actor_kind in ('admin', 'system', 'visitor')),
    actor_id uuid,
    actor_name text not null,
    actor_email text not null,
    subject_kind text not null constraint audit_entries_subject_kind_check check (subject_kind in ('developer', 'admin')),
    subject_id uuid,
    subject_name text not null,
    subject_email text not null,
    from_status text,
    to_status text,
    reason text not null default '',
    details jsonb not null default '{}',
    request_id uuid,
    address text,
    search_text text not null
);
create index audit_entries_subject on audit_entries (subject_id, id);
create index audit_entries_event on audit_entries (event, id);
create index audit_entries_search on audit_entries using gin (search_text gin_trgm_ops);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entries_append_only before update or delete or truncate on audit_entries
    for each statement execute function refuse_audit_change();
-- The owner's own rights as well: first the permission fails, then the trigger.
revoke update, delete, truncate on audit_entries from public, current_user;
