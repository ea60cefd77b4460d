//! Who has heard of a change, as a developer's page tells it.

use crate::support::gateway::SOON;
use crate::support::{App, eventually};

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
    admin.revoke(&ada, "").await.done();
    for gateway in &gateways {
        gateway.comes_to(&key.secret, 403).await;
    }
    let tells = async || {
        let page = admin.opens(&ada.path()).await;
        page.text("main").contains("2 of 2 instances, 0.")
    };
    eventually(SOON * 2, "the page says 2 of 2", tells).await;
}
