//! `GET /metrics`

use guestlist::developers::Status::Requested;

use crate::support::App;
use crate::support::applications::unknown_key;

#[actix_web::test]
async fn checks_are_counted_by_their_answers() {
    let app = App::start().await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    app.application_in(&weather.owner, "Maps", Requested);
    app.requested("Bo Chen").await;
    let gateway = app.gateway().await;
    let before = gateway.metrics().await;
    for _ in 0..3 {
        gateway.checks(&key.secret).await.is(204);
    }
    gateway.asks().await.is(401);
    gateway.checks(&unknown_key()).await.is(401);
    let metrics = gateway.metrics().await;
    assert_eq!(metrics.sum("guestlist_gateway_checks_total") - before.sum("guestlist_gateway_checks_total"), 5.0);
    for (answer, times) in [(204, 3.0), (401, 2.0), (403, 0.0), (503, 0.0)] {
        let name = format!("guestlist_gateway_checks_total{{answer=\"{answer}\"}}");
        assert_eq!(metrics.value(&name) - before.value(&name), times, "{name} in {}", metrics.0);
    }
    assert_eq!(metrics.sum("guestlist_database_up"), 1.0);
    for line in metrics.0.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("guestlist_") && value.parse::<f64>().is_ok(), "{line}");
    }
    for secret in ["Ada", "x.example", "Weather", "glk_"] {
        assert!(!metrics.0.contains(secret), "{secret} in {}", metrics.0);
    }
}

#[actix_web::test]
async fn it_is_text_for_prometheus_and_no_page() {
    let app = App::start().await;
    let gateway = app.gateway().await;
    let answer = gateway.asks_at("/metrics").await.is(200);
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"), "{:?}", answer.headers);
    assert!(answer.all("set-cookie").is_empty());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(!answer.text().contains(env!("CARGO_PKG_VERSION")), "no version is told");
}
