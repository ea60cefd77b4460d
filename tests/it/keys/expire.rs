//! Keys with an end: until the end of their day, and their owners are told a week before, once.

use chrono::{Days, Months, TimeDelta, Utc};
use guestlist::developers::Status::{Approved, Revoked};
use guestlist::keys;
use guestlist::outbox::{Kind, Post};
use guestlist::web::seal::Seal;

use crate::support::app::SECRET;
use crate::support::{App, somebody};

/// What an instance does each minute.
fn warns(app: &App) -> usize {
    let post = Post {
        base_url: "https://guests.example".parse().unwrap(),
        seal: Seal::new(SECRET.as_bytes()),
        delivers: true,
    };
    let conn = &mut app.db.conn();
    diesel::Connection::transaction(conn, |conn| keys::warn_expiring(conn, &post, Utc::now())).unwrap()
}

#[actix_web::test]
async fn a_key_works_until_the_end_of_the_day_that_was_chosen() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let today = Utc::now().date_naive();
    let latest = today + Months::new(120);
    for (n, (typed, until)) in [
        (today.to_string(), Some(today)),
        (format!(" {} ", today + Days::new(30)), Some(today + Days::new(30))),
        (latest.to_string(), Some(latest)),
        (String::new(), None),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Key {n}");
        let answer = ada.browser.post(&weather.keys(), &[("name", &name), ("expires_on", &typed)]).await.is(200);
        let ends = app.db.text(&format!("select coalesce(to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), 'never') from keys where name = '{name}'"));
        let expected = until.map_or("never".into(), |last| format!("{} 00:00:00", last + Days::new(1)));
        assert_eq!(ends, expected);
        if let Some(last) = until {
            let words = last.format("%-d %b %Y").to_string();
            assert!(answer.text().contains(&words), "{words}");
            assert!(ada.gets(&weather.own_path()).await.text().contains(&words), "{words}");
        }
    }
}

#[actix_web::test]
async fn a_week_before_its_owner_is_told_once_whatever_the_number_of_instances() {
    let app = App::start().await;
    let _other = app.another(&[]);
    let ada = app.approved("Ada Byron");
    let weather = app.application(&ada, "Weather");
    let ends = Utc::now() + TimeDelta::days(7) - TimeDelta::minutes(1);
    let soon = app.key_until(&weather, "Soon", Some(ends));
    app.key_until(&weather, "Later", Some(Utc::now() + TimeDelta::days(8)));
    app.key(&weather, "Never");
    // Both instances look at the same moment, again and again.
    let told: usize = std::thread::scope(|scope| {
        let looks: Vec<_> = (0..8).map(|_| scope.spawn(|| (0..3).map(|_| warns(&app)).sum::<usize>())).collect();
        looks.into_iter().map(|look| look.join().unwrap()).sum()
    });
    let mails: Vec<_> = app.mails_to(&ada.email).into_iter().filter(|mail| mail.kind == Kind::KeyExpiring).collect();
    assert_eq!(mails.len(), 1, "{told} were told");
    let mail = &mails[0];
    assert!(mail.text.contains("“Soon”") && mail.text.contains(&soon.shown()), "{}", mail.text);
    assert!(mail.text.contains("Weather") && mail.path() == weather.own_path(), "{}", mail.text);
    let last_day = (ends - TimeDelta::seconds(1)).format("%-d %b %Y").to_string();
    assert!(mail.text.contains(&last_day) && mail.subject.contains(&last_day), "{last_day}: {}", mail.text);
    assert!(!mail.text.contains(&soon.secret));
    assert_eq!(app.db.texts("select name from keys where warned_at is not null"), ["Soon"]);
    // Days later nobody hears it again.
    app.db.run("update keys set warned_at = warned_at - interval '3 days'");
    assert_eq!(warns(&app), 0);
}

#[actix_web::test]
async fn of_what_does_not_work_nobody_is_told() {
    let app = App::start().await;
    let soon = Some(Utc::now() + TimeDelta::days(3));
    let ada = app.approved("Ada Byron");
    let weather = app.application(&ada, "Weather");
    app.key_until(&weather, "Expired", Some(Utc::now() - TimeDelta::seconds(1)));
    let revoked = app.key_until(&weather, "Revoked", soon);
    app.db.run(&format!("update keys set revoked_at = now() where id = '{}'", revoked.id));
    app.key_until(&app.application_in(&ada, "Maps", Revoked), "Of a revoked application", soon);
    let bo = app.enters(somebody("Bo Chen").now(Revoked).proven());
    app.key_until(&app.application(&bo, "Rain"), "Of somebody revoked", soon);
    let cy = app.enters(somebody("Cy Weather").now(Approved));
    app.key_until(&app.application(&cy, "Sun"), "Of somebody unproven", soon);
    assert_eq!(warns(&app), 0);
    // When they work again, their owners are told.
    app.db.run("update developers set status = 'approved', email_verified_at = now(); update applications set status = 'approved'");
    assert_eq!(warns(&app), 3);
    assert_eq!(app.told(&cy.email), ["key_expiring"]);
    assert_eq!(app.told(&ada.email), ["key_expiring"]);
    assert_eq!(app.told(&bo.email), ["key_expiring"]);
}

#[actix_web::test]
async fn many_are_told_in_turns_and_none_is_left_out() {
    let app = App::start().await;
    let people = app.enter_all((0..90).map(|n| somebody(&format!("Ada Nr{n}")).now(Approved).proven()).collect());
    for person in &people {
        let weather = app.application(person, "Weather");
        for n in 0..3 {
            app.key_until(&weather, &format!("Key {n}"), Some(Utc::now() + TimeDelta::days(2)));
        }
    }
    let told: Vec<usize> = (0..3).map(|_| warns(&app)).collect();
    assert_eq!(told.iter().sum::<usize>(), 270, "{told:?}");
    assert!(told.iter().all(|n| *n <= 200), "{told:?}");
    assert_eq!(app.db.number("select count(*) from outbox where kind = 'key_expiring'"), 270);
}

#[actix_web::test]
async fn a_key_that_is_made_for_a_few_days_is_told_of_as_well() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let weather = app.application(&ada.person, "Weather");
    let tomorrow = (Utc::now().date_naive() + Days::new(1)).to_string();
    ada.browser.post(&weather.keys(), &[("name", "Short"), ("expires_on", &tomorrow)]).await.is(200);
    assert_eq!([warns(&app), warns(&app)], [1, 0]);
    let mut told = app.told(&ada.person.email);
    told.sort_unstable();
    assert_eq!(told, ["key_created", "key_expiring"]);
}
