-- The log keeps its entries, and with them the wider check.
drop trigger settings_wake_gateways on settings;
drop function wake_gateways;
drop trigger developers_gone_tell_gateways on developers;
drop trigger developers_tell_gateways on developers;
drop function tell_gateways_of_developer;
drop view gateway_spread;
drop table gateway_acks;
drop table gateway_instances;
drop table gateway_changes;
drop table keys;
drop function tell_gateways_of_key;
alter table outbox drop column application_id;
drop index outbox_recipient;
create index outbox_recipient on outbox (recipient, created_at) where kind = 'request_waiting';
drop view application_totals;
drop table applications;
drop function tell_gateways_of_application;
drop function count_applications;
drop table application_counts;
drop function gateway_change;

delete from outbox where kind in (
    'application_approved', 'application_rejected', 'application_revoked', 'key_created', 'key_expiring', 'application_waiting');
alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in (
    'verify_address', 'request_received', 'address_known', 'approved', 'rejected', 'revoked', 'restored',
    'password_reset', 'password_changed', 'invitation', 'account_created', 'request_waiting', 'requests_digest', 'test'));
