-- People of a run's own, approved, each with an application; {n} of them.
insert into developers (
    id, email, mailbox, full_name, organization, purpose, status, version, email_verified_at, requested_at, decided_at,
    decided_by, name_order, search_text
)
select
    cast('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0') as uuid), 'n' || n || '@a.trial.example',
    'n' || n || '@a.trial.example', 'Trial ' || n, '', '', 'approved', 2, now(), now(), now(), 'Kim Lee', 'trial ' || n,
    'trial ' || n
from generate_series(1, {n}) as n;

insert into applications (
    id, developer_id, name, description, callback_url, email, mailbox, status, version, requested_at, decided_at,
    decided_by, name_order, search_text
)
select
    cast('01900000-0000-7000-9001-' || right(cast(id as text), 12) as uuid), id, 'Application', '', '', email, mailbox,
    'approved', 2, now(), now(), 'Kim Lee', 'application', 'application'
from developers
where mailbox like '%.trial.example';
