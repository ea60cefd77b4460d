drop view gateway_spread;
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

drop trigger keys_moved_tell_gateways on keys;
drop trigger applications_moved_tell_gateways on applications;
create or replace function tell_gateways_of_key() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform gateway_change(null, new.secret_hash);
    else
        perform gateway_change(developer_id, null) from applications where id = old.application_id;
    end if;
    return null;
end $$;

drop trigger keys_truncated_tell_gateways on keys;
drop trigger applications_truncated_tell_gateways on applications;
drop trigger developers_truncated_tell_gateways on developers;
drop function forget_what_gateways_know;
