-- The log keeps its entries, and with them the wider check.
drop table invitation_links;
drop table invitations;
alter table mail_links drop constraint mail_links_purpose_check;
delete from mail_links where purpose = 'welcome';
alter table mail_links add constraint mail_links_purpose_check check (purpose in ('verify', 'reset'));
alter table outbox drop constraint outbox_kind_check;
delete from outbox where kind in ('invitation', 'account_created');
alter table outbox add constraint outbox_kind_check check (kind in (
    'verify_address', 'request_received', 'address_known', 'approved', 'rejected', 'revoked', 'restored',
    'password_reset', 'password_changed', 'request_waiting', 'requests_digest', 'test'));
