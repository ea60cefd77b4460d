//! Until the gateway has read all keys nobody is sent to it.

use crate::support::App;
use crate::support::db::run;

#[actix_web::test]
async fn an_instance_is_ready_when_its_gateway_is() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let mut holder = app.db.as_superuser();
    run(&mut holder, "begin; lock table keys in access exclusive mode");
    let late = app.another(&[]);
    let browser = late.browser();
    assert_eq!(browser.get("/readyz").await.is(503).text(), "not ready\n");
    browser.get("/livez").await.is(200);
    browser.get("/admin/login").await.is(200);
    late.unguarded_gateway().checks(&key.secret).await.is(503);
    run(&mut holder, "rollback");
    late.gateway().await.comes_to(&key.secret, 204).await;
    assert_eq!(browser.get("/readyz").await.is(200).text(), "ready\n");
}
