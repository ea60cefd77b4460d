//! Who has heard of a change, as a developer's page tells it.

use std::time::Duration;

use crate::support::gateway::SOON;
use crate::support::html::Page;
use crate::support::{Admin, App, Person, eventually};

impl Admin {
    /// What the page says of gateways, and how the chips look.
    async fn sees_gateways(&self, person: &Person) -> Option<(String, Vec<String>)> {
        let page = self.opens(&person.path()).await;
        page.has("#gateways").then(|| said(&page))
    }
}

fn said(page: &Page) -> (String, Vec<String>) {
    (page.text("#gateways"), page.attributes("#gateways .chip", "class"))
}

#[actix_web::test]
async fn after_a_revoke_the_page_tells_how_many_instances_know() {
    let app = App::start().await;
    let other = app.another(&[]);
    let gateways = [app.gateway().await, other.gateway().await];
    let admin = app.admin("Kim Lee").await;
    let (ada, .., key) = app.key_holder("Ada Byron");
    for gateway in &gateways {
        gateway.comes_to(&key.secret, 204).await;
    }
    assert_eq!(admin.sees_gateways(&ada).await, None, "nothing has changed yet");
    admin.revoke(&ada, "").await.done();
    for gateway in &gateways {
        gateway.comes_to(&key.secret, 403).await;
    }
    let tells = async || {
        let (text, chips) = admin.sees_gateways(&ada).await.unwrap();
        text.contains("2 of 2 instances, 0.") && chips == ["chip good"; 3]
    };
    eventually(SOON * 2, "the page says 2 of 2", tells).await;
    let page = admin.opens(&ada.path()).await;
    assert!(!page.has("#gateways[hx-get]"), "when all know, nothing is asked again");
    // Each with the version that it has applied, and when.
    let version = app.db.number("select max(xid::text::bigint) from gateway_changes");
    for line in page.texts("#gateways li") {
        let (time, applied) = line.split_once(", at version ").unwrap();
        assert!(time.contains(" Knows after 0.") && time.ends_with(" s"), "{line}");
        assert!(applied.replace(',', "").parse::<i64>().unwrap() > version, "{line}, and not only {version}");
    }
    // Whoever ends is none of them.
    drop(other);
    let tells = async || admin.sees_gateways(&ada).await.unwrap().0.contains("1 of 1 instance");
    eventually(Duration::from_secs(3), "one is left", tells).await;
}

#[actix_web::test]
async fn an_instance_that_lags_is_named_and_red_after_ten_seconds() {
    let app = App::start().await;
    app.gateway().await;
    let admin = app.admin("Kim Lee").await;
    let (ada, ..) = app.key_holder("Ada Byron");
    app.db.run(
        "insert into gateway_instances (id, name, started_at, heard_at, applied) \
         values (gen_random_uuid(), 'web2:8080', now(), now(), pg_current_snapshot())",
    );
    admin.revoke(&ada, "").await.done();
    let one_knows = async || admin.sees_gateways(&ada).await.unwrap().0.contains("1 of 2 instances");
    eventually(SOON * 2, "one of two knows", one_knows).await;
    let (text, chips) = admin.sees_gateways(&ada).await.unwrap();
    assert!(text.contains("web2:8080") && text.contains("Does not know"), "{text}");
    assert!(!chips.iter().any(|chip| chip.contains("bad")), "{chips:?}");
    let page = admin.opens(&ada.path()).await;
    let again = page.attribute("#gateways", "hx-get").unwrap();
    assert_eq!(page.attribute("#gateways", "hx-trigger").as_deref(), Some("every 1s"));

    app.db.run("update gateway_changes set at = at - interval '11 seconds'");
    app.db.run("update gateway_instances set heard_at = now() - interval '11 seconds' where name = 'web2:8080'");
    // The part that the page fetches says the same as the page.
    let part = admin.speaking(true).gets(&again).await.is(200);
    assert!(!part.text().contains("<html"), "{}", part.text());
    for (text, chips) in [said(&part.page()), admin.sees_gateways(&ada).await.unwrap()] {
        assert!(text.contains("web2:8080 Does not know and was not heard from for 11"), "{text}");
        assert!(chips.iter().any(|chip| chip.contains("bad")), "{chips:?}");
    }
    let whole = admin.gets(&again).await.is(303);
    assert_eq!(whole.location(), ada.path());
    // It catches up.
    app.db
        .run("update gateway_instances set applied = pg_current_snapshot(), heard_at = now() where name = 'web2:8080'");
    let (text, chips) = admin.sees_gateways(&ada).await.unwrap();
    assert!(text.contains("2 of 2 instances") && chips == ["chip good"; 3], "{text} {chips:?}");
}

#[actix_web::test]
async fn of_what_happened_long_ago_nothing_is_said() {
    let app = App::start().await;
    app.gateway().await;
    let admin = app.admin("Kim Lee").await;
    let (ada, ..) = app.key_holder("Ada Byron");
    admin.revoke(&ada, "").await.done();
    assert!(admin.sees_gateways(&ada).await.is_some());
    app.db.run("update gateway_changes set at = at - interval '61 minutes'");
    assert_eq!(admin.sees_gateways(&ada).await, None);
}
