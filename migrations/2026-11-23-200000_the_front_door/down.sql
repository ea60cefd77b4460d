-- The log keeps its entries, and with them the wider checks.
drop table outbox;
alter table admins drop column notices, drop column digest_at;
drop table mail_links;
drop table developer_sessions;
drop table developer_passwords;
alter table developers drop column terms_version, drop column terms_accepted_at;
drop table settings;
