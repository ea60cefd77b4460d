-- What a developer uses the APIs with. The same four statuses and the same list as developers have.
create table applications (
    id uuid primary key,
    developer_id uuid not null references developers on delete cascade,
    name text not null,
    description text not null,
    callback_url text not null,
    -- The owner's, which never change: every list shows, sorts and searches them.
    email text not null,
    mailbox text collate "C" not null,
    status text not null
        constraint applications_status_check check (status in ('requested', 'approved', 'rejected', 'revoked')),
    version integer not null default 1 constraint applications_version_check check (version > 0),
    requested_at timestamptz not null,
    decided_at timestamptz,
    decided_by text,
    reason text not null default '',
    decided_order timestamptz not null
        generated always as (coalesce(decided_at, timestamptz '1970-01-01 00:00:00+00')) stored,
    name_order text collate "C" not null,
    search_text text not null,
    constraint applications_decided_check
        check ((status = 'requested') = (decided_at is null) and (decided_at is null) = (decided_by is null))
);
create index applications_developer_id on applications (developer_id, id);
-- As for developers: every order within one status and over all, and the search.
create index applications_status_requested_at on applications (status, requested_at, id);
create index applications_status_decided on applications (status, decided_order, id);
create index applications_status_name on applications (status, name_order, id);
create index applications_status_mailbox on applications (status, mailbox, id);
create index applications_requested_at on applications (requested_at, id) where version > 0;
create index applications_decided on applications (decided_order, id) where version > 0;
create index applications_name on applications (name_order, id) where version > 0;
create index applications_mailbox on applications (mailbox, id) where version > 0;
create index applications_search on applications using gin (status, search_text gin_trgm_ops)
    with (gin_pending_list_limit = 256);

-- Counted as developers are.
create table application_counts (
    status text not null,
    slot integer not null,
    n bigint not null,
    primary key (status, slot)
) with (fillfactor = 50);

create function count_applications() returns trigger language plpgsql as $$
begin
    -- Requested before approved, as an approval by itself takes them in two statements: one order for all.
    if tg_op = 'INSERT' then
        insert into application_counts as c
        select status, pg_backend_pid() % 64, count(*) from new_rows group by status order by status desc
        on conflict (status, slot) do update set n = c.n + excluded.n;
    elsif tg_op = 'DELETE' then
        insert into application_counts as c
        select status, pg_backend_pid() % 64, -count(*) from old_rows group by status order by status desc
        on conflict (status, slot) do update set n = c.n + excluded.n;
    elsif tg_op = 'UPDATE' then
        insert into application_counts as c
        select status, pg_backend_pid() % 64, sum(change)
        from (select status, 1 as change from new_rows union all select status, -1 from old_rows) as changes
        group by status having sum(change) <> 0 order by status desc
        on conflict (status, slot) do update set n = c.n + excluded.n;
    else
        delete from application_counts;
    end if;
    return null;
end $$;

create trigger applications_inserted after insert on applications
    referencing new table as new_rows for each statement execute function count_applications();
create trigger applications_deleted after delete on applications
    referencing old table as old_rows for each statement execute function count_applications();
create trigger applications_updated after update on applications
    referencing old table as old_rows new table as new_rows for each statement execute function count_applications();
create trigger applications_truncated after truncate on applications
    for each statement execute function count_applications();

-- The same order for developers: an approval by itself and a move could wait for each other.
create or replace function count_developers() returns trigger language plpgsql as $$
begin
    -- In the order of applications' counts.
    if tg_op = 'INSERT' then
        insert into developer_counts as c
        select status, pg_backend_pid() % 64, count(*) from new_rows group by status order by status desc
        on conflict (status, slot) do update set n = c.n + excluded.n;
    elsif tg_op = 'DELETE' then
        insert into developer_counts as c
        select status, pg_backend_pid() % 64, -count(*) from old_rows group by status order by status desc
        on conflict (status, slot) do update set n = c.n + excluded.n;
    elsif tg_op = 'UPDATE' then
        insert into developer_counts as c
        select status, pg_backend_pid() % 64, sum(change)
        from (select status, 1 as change from new_rows union all select status, -1 from old_rows) as changes
        group by status having sum(change) <> 0 order by status desc
        on conflict (status, slot) do update set n = c.n + excluded.n;
    else
        delete from developer_counts;
    end if;
    return null;
end $$;

create view application_totals as
select
    array[
        coalesce(sum(n) filter (where status = 'requested'), 0),
        coalesce(sum(n) filter (where status = 'approved'), 0),
        coalesce(sum(n) filter (where status = 'rejected'), 0),
        coalesce(sum(n) filter (where status = 'revoked'), 0)
    ]::bigint[] as counts,
    (select min(requested_at) from applications where status = 'requested') as oldest_request
from application_counts;

-- What gateways are shown. The secret itself is only with its owner.
create table keys (
    id uuid primary key,
    application_id uuid not null references applications on delete cascade,
    -- SHA-256.
    secret_hash bytea not null constraint keys_secret_hash_key unique,
    -- The first 8 and the last 4 characters, to tell one from another.
    shown_start text not null,
    shown_end text not null,
    name text not null,
    created_at timestamptz not null,
    -- Works until then; null for ever.
    expires_at timestamptz,
    revoked_at timestamptz,
    -- To the minute, some seconds late.
    last_used_at timestamptz,
    -- When its owner was told that it is about to expire.
    warned_at timestamptz
);
create index keys_application_id on keys (application_id, id);
create index keys_shown_start on keys (shown_start collate "C");
create index keys_expiring on keys (expires_at) where expires_at is not null and revoked_at is null and warned_at is null;

-- What gateways may have in memory and must forget, or must learn to know. Written by triggers, so that nothing which
-- changes access can leave it out. Readers ask for what their last snapshot did not show: that misses nothing,
-- whatever the order in which transactions commit. Rows are kept for an hour.
create table gateway_changes (
    id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    -- All that is in memory about this developer is void; null where only a key is new.
    developer_id uuid,
    -- Of a new key: the first 8 bytes of its hash.
    fingerprint bigint
);
create index gateway_changes_xid on gateway_changes (xid);
create index gateway_changes_at on gateway_changes (at);
create index gateway_changes_developer_id on gateway_changes (developer_id, id);

-- The processes that answer gateways, and what they have heard.
create unlogged table gateway_instances (
    id uuid primary key,
    -- Host and port, for people.
    name text not null,
    started_at timestamptz not null,
    heard_at timestamptz not null,
    -- It knows of every change that this snapshot shows.
    applied pg_snapshot not null
);

-- When an instance applied a change.
create unlogged table gateway_acks (
    change_id bigint not null references gateway_changes on delete cascade,
    instance_id uuid not null references gateway_instances on delete cascade,
    at timestamptz not null default clock_timestamp(),
    primary key (change_id, instance_id)
);
create index gateway_acks_instance_id on gateway_acks (instance_id);

-- Which instance knows of which change.
create view gateway_spread as
select
    changes.id as change_id,
    changes.developer_id,
    changes.at as changed_at,
    instances.id as instance_id,
    instances.name as instance,
    instances.heard_at,
    pg_visible_in_snapshot(changes.xid, instances.applied) as knows,
    acks.at as applied_at
from gateway_changes as changes
cross join gateway_instances as instances
left join gateway_acks as acks on acks.change_id = changes.id and acks.instance_id = instances.id;

create function gateway_change(developer uuid, hash bytea) returns void language plpgsql as $$
begin
    insert into gateway_changes (developer_id, fingerprint)
    values (developer, ('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint);
    -- One a transaction, however often it is said.
    perform pg_notify('guestlist_gateway', '');
end $$;

create function tell_gateways_of_developer() returns trigger language plpgsql as $$
begin
    perform gateway_change(old.id, null);
    return null;
end $$;
create trigger developers_tell_gateways after update on developers for each row
    when ((old.status, old.email, old.email_verified_at is null) is distinct from (new.status, new.email, new.email_verified_at is null))
    execute function tell_gateways_of_developer();
create trigger developers_gone_tell_gateways after delete on developers for each row
    execute function tell_gateways_of_developer();

create function tell_gateways_of_application() returns trigger language plpgsql as $$
begin
    perform gateway_change(old.developer_id, null);
    return null;
end $$;
create trigger applications_tell_gateways after update on applications for each row
    when ((old.status, old.name) is distinct from (new.status, new.name))
    execute function tell_gateways_of_application();
create trigger applications_gone_tell_gateways after delete on applications for each row
    execute function tell_gateways_of_application();

create function tell_gateways_of_key() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform gateway_change(null, new.secret_hash);
    else
        -- Of a deleted application nothing is found here; its own trigger has told.
        perform gateway_change(developer_id, null) from applications where id = old.application_id;
    end if;
    return null;
end $$;
create trigger keys_added_tell_gateways after insert on keys for each row execute function tell_gateways_of_key();
create trigger keys_tell_gateways after update of revoked_at, expires_at on keys for each row
    when ((old.revoked_at, old.expires_at) is distinct from (new.revoked_at, new.expires_at))
    execute function tell_gateways_of_key();
create trigger keys_gone_tell_gateways after delete on keys for each row execute function tell_gateways_of_key();

-- Whether a mailbox must be proven is read with every poll; this only wakes the readers.
create function wake_gateways() returns trigger language plpgsql as $$
begin
    perform pg_notify('guestlist_gateway', '');
    return null;
end $$;
create trigger settings_wake_gateways after insert or update or delete on settings
    for each statement execute function wake_gateways();

-- In the timeline of which application a mail stands.
alter table outbox add column application_id uuid references applications on delete set null;
create index outbox_application_id on outbox (application_id, id) where application_id is not null;

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in (
    'verify_address', 'request_received', 'address_known', 'approved', 'rejected', 'revoked', 'restored',
    'password_reset', 'password_changed', 'invitation', 'account_created', 'application_approved',
    'application_rejected', 'application_revoked', 'key_created', 'key_expiring', 'request_waiting',
    'application_waiting', 'requests_digest', 'test'));

drop index outbox_recipient;
create index outbox_recipient on outbox (recipient, created_at) where kind in ('request_waiting', 'application_waiting');

alter table audit_entries drop constraint audit_entries_subject_kind_check;
alter table audit_entries add constraint audit_entries_subject_kind_check
    check (subject_kind in ('developer', 'admin', 'setting', 'mail', 'invitation', 'application'));
