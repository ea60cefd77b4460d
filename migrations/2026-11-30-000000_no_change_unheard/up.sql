-- Whatever decides whether a key passes, and for whom, is told to gateways: also what nobody does but at the database's
-- own prompt. Nothing here shuts out readers: instances serve on while this runs.

-- Nothing says which rows a TRUNCATE took: an instance that is not registered any more reads everything anew.
create function forget_what_gateways_know() returns trigger language plpgsql as $$
begin
    delete from gateway_instances;
    perform pg_notify('guestlist_gateway', '');
    return null;
end $$;
create trigger developers_truncated_tell_gateways after truncate on developers
    for each statement execute function forget_what_gateways_know();
create trigger applications_truncated_tell_gateways after truncate on applications
    for each statement execute function forget_what_gateways_know();
create trigger keys_truncated_tell_gateways after truncate on keys
    for each statement execute function forget_what_gateways_know();

-- What is in memory lies under the owner that it had.
create trigger applications_moved_tell_gateways after update on applications for each row
    when (old.developer_id is distinct from new.developer_id)
    execute function tell_gateways_of_application();

create or replace function tell_gateways_of_key() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' and new.secret_hash is distinct from old.secret_hash then
        perform gateway_change(null, new.secret_hash);
    end if;
    if tg_op <> 'INSERT' then
        -- Of a deleted application nothing is found here; its own trigger has told.
        perform gateway_change(developer_id, null) from applications where id = old.application_id;
    end if;
    return null;
end $$;
create trigger keys_moved_tell_gateways after update on keys for each row
    when ((old.application_id, old.secret_hash) is distinct from (new.application_id, new.secret_hash))
    execute function tell_gateways_of_key();

-- With how far each instance has come: it knows of no transaction from this number on; 1 while it reads everything.
create or replace view gateway_spread as
select
    changes.id as change_id,
    changes.developer_id,
    changes.at as changed_at,
    instances.id as instance_id,
    instances.name as instance,
    instances.heard_at,
    pg_visible_in_snapshot(changes.xid, instances.applied) as knows,
    acks.at as applied_at,
    pg_snapshot_xmax(instances.applied)::text::bigint as version
from gateway_changes as changes
cross join gateway_instances as instances
left join gateway_acks as acks on acks.change_id = changes.id and acks.instance_id = instances.id;
