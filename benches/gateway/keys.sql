-- Of every approved developer one application. Of developers, who are in `people.sql`, those are approved whose number
-- ends with 22 to 99; {approved} in all.
insert into applications (
    id, developer_id, name, description, callback_url, email, mailbox, status, version, requested_at, decided_at,
    decided_by, name_order, search_text
)
select
    cast('01900000-0000-7000-8001-' || lpad(to_hex(n), 12, '0') as uuid),
    developers.id, 'Application ' || n, 'Reads order status', '', email, mailbox, 'approved', 2,
    requested_at, decided_at, decided_by, 'application ' || n, 'application ' || n || e'\n' || lower(email)
from generate_series(0, {approved} - 1) as n
join developers on developers.id
    = cast('01900000-0000-7000-8000-' || lpad(to_hex(n / 78 * 100 + 22 + n % 78), 12, '0') as uuid);
