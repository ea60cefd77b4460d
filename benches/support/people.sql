-- Made-up people, the same in every run. Of the words that searches look for:
--   example         everybody            heliograph      6 %, all of one stretch of time long ago
--   martin          one in thirty        castellan, ironbridge   4 % each and never together
--   zephyrine       0.7 %                quokkafax       20 rows
-- and of the names, 0.4 % begin with x (Xenia) and 20 with y (Yngvild).
select setseed(0.42);

insert into developers (
    id, email, mailbox, full_name, organization, purpose, status, email_verified_at, requested_at, decided_at,
    decided_by, reason, name_order, search_text
)
with words as (
    select
        array['Maria', 'Marco', 'Anna', 'Peter', 'Wei', 'Fatima', 'John', 'Olga', 'Carlos', 'Amina', 'David', 'Elena',
            'Hiro', 'Ingrid', 'Jonas', 'Kavya', 'Liam', 'Nadia', 'Omar', 'Paula', 'Rahul', 'Sofia', 'Tomas', 'Ursula',
            'Viktor', 'Wanda', 'Zoe', 'Bruno', 'Chloe', 'Ewa', 'Felix', 'Greta', 'Henrik', 'Irene', 'Jamal', 'Klara',
            'Lars', 'Mehmet', 'Nora', 'Otto', 'Priya', 'Ruth', 'Samir', 'Tessa', 'Uwe', 'Vera', 'Walter', 'Zara'] as first,
        array['Smith', 'Garcia', 'Kowalski', 'Nguyen', 'Ivanova', 'Müller', 'Silva', 'Haddad', 'Tanaka', 'Rossi',
            'Jensen', 'Novak', 'Okafor', 'Patel', 'Dubois', 'Horvat', 'Andersson', 'Martin', 'Popescu', 'Yilmaz',
            'Lindqvist', 'Moreau', 'Bauer', 'Costa', 'Demir', 'Eriksen', 'Fischer', 'Gruber', 'Huang', 'Ibrahim',
            'Kaplan', 'Lopez', 'Mbeki', 'Nowak', 'Olsen', 'Petrov', 'Reyes', 'Schmidt', 'Torres', 'Ueda', 'Varga',
            'Weber', 'Zhang', 'Almeida', 'Berg', 'Castro', 'Diaz', 'Endo', 'Ferrari', 'Gomez'] as last,
        array['Northwind', 'Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli', 'Stark', 'Wayne', 'Tyrell', 'Cyberdyne',
            'Vandelay', 'Wonka', 'Gringotts', 'Oscorp', 'Aperture', 'Monarch', 'Soylent', 'Massive', 'Virtucon',
            'Duff', ''] as company,
        array['Reading order status for our shop', 'Building a mobile app for field staff',
            'Nightly export into our warehouse', 'A student project about open data',
            'Connecting our billing to yours, first in a sandbox and then for all customers', ''] as purpose
), drawn as (
    select
        n,
        n % 100 as percentile,
        random() as a, random() as b, random() as c, random() as d, random() as e, random() as f
    from generate_series(1, {rows}) as n
), named as (
    select
        n, percentile, d, e, f,
        case
            when a < 0.004 then 'Xenia'
            when n % ({rows} / 20) = 7 then 'Yngvild'
            else words.first[1 + floor(power(b, 1.5) * array_length(words.first, 1))::int]
        end as first,
        case
            when n % 2 = 1 and c < 0.08 then 'Castellan'
            else words.last[1 + floor(c * array_length(words.last, 1))::int]
        end as last,
        case
            when n % ({rows} / 20) = 11 then 'Quokkafax Limited'
            when d < 0.007 then 'Zephyrine AG'
            when n between {rows} * 0.2 and {rows} * 0.26 then 'Heliograph GmbH'
            when n % 2 = 0 and d < 0.087 then 'Ironbridge Partners'
            else words.company[1 + floor(power(e, 1.3) * array_length(words.company, 1))::int]
        end as company,
        words.purpose[1 + floor(f * array_length(words.purpose, 1))::int] as purpose,
        -- Three years, evenly.
        date_trunc('milliseconds', date_trunc('day', now()) - interval '21 days' - interval '3 years' * (({rows} - n + d) / {rows})) as requested_at,
        case
            when n % 100 < 12 then 'requested' when n % 100 < 18 then 'rejected'
            when n % 100 < 22 then 'revoked' else 'approved'
        end as status
    from drawn, words
), people as (
    select
        *,
        first || ' ' || last as full_name,
        translate(lower(first || '.' || last), 'ü', 'u') || n || '@' ||
            case when company = '' then 'mail' else lower(split_part(company, ' ', 1)) end || '.example' as email,
        case when status <> 'requested' then requested_at + interval '20 days' * e * e end as decided_at
    from named
)
select
    -- In the order of time, as those of version 7 are; made of the number, so that a script can name any.
    cast('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as uuid),
    email, email, full_name, company, purpose, status,
    case when d < 0.9 then requested_at + interval '5 minutes' end,
    requested_at, decided_at,
    case when decided_at is not null then 'Kim Lee' end,
    case when status in ('rejected', 'revoked') and f < 0.7 then 'No contract with this company' else '' end,
    lower(full_name),
    lower(email || e'\n' || full_name || e'\n' || company)
from people;
