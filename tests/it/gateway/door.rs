//! Who may ask: with a token those who show it, without one those on this machine.

use crate::support::App;
use crate::support::gateway::identity;

const TOKEN: &str = "between-us-two-alone";
const GUARDED: [(&str, &str); 1] = [("GUESTLIST_GATEWAY_TOKEN", TOKEN)];
const BEHIND_PROXY: (&str, &str) = ("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1");

#[actix_web::test]
async fn without_a_token_only_this_machine_is_answered() {
    let app = App::with(&[BEHIND_PROXY]).await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    for path in ["/gateway/check", "/metrics"] {
        let asks = |from: &str| {
            let request = gateway.asks_at(path).header("X-API-Key", &key.secret);
            request.header("X-Forwarded-For", from)
        };
        for near in ["127.0.0.1", "127.1.2.3", "::1", "203.0.113.9, 127.0.0.2", "127.0.0.2:4711", "[::1]:4711"] {
            assert!([200, 204].contains(&asks(near).await.status), "{path} from {near}");
        }
        // What the proxy names is somebody else, also where it cannot be read.
        for far in [
            "203.0.113.9",
            "10.0.0.1",
            "127.0.0.2, 203.0.113.9",
            "2001:db8::1",
            "169.254.1.1",
            "203.0.113.9:4711",
            "[2001:db8::1]:4711",
            "é, 203.0.113.9",
            "é",
            "unknown",
            "127.0.0.2, ",
            "",
        ] {
            let answer = asks(far).await;
            assert_eq!(answer.status, 403, "{path} from {far}");
            assert!(identity(&answer).iter().all(Option::is_none) && !answer.text().contains("guestlist_"), "{path}");
            // An address that was not asked for is no way in.
            asks(far).header("X-Gateway-Token", "anything-of-some-length").await.is(403);
        }
    }
}

#[actix_web::test]
async fn an_untrusted_peer_cannot_say_that_it_is_near() {
    let app = App::with(&[("GUESTLIST_TRUSTED_PROXIES", "10.9.9.9")]).await;
    let gateway = app.gateway().await;
    // The peer itself is this machine, whatever it says of others.
    gateway.asks().header("X-Forwarded-For", "203.0.113.9").await.is(401);
}

#[actix_web::test]
async fn with_a_token_whoever_shows_it_is_answered_and_nobody_else() {
    let app = App::with(&[GUARDED[0], BEHIND_PROXY]).await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.server.unguarded_gateway();
    let shows = |path: &str, token: &str| {
        gateway.asks_at(path).header("X-API-Key", &key.secret).header("X-Gateway-Token", token)
    };
    crate::support::eventually(std::time::Duration::from_secs(5), "it decides", async || {
        shows("/gateway/check", TOKEN).await.status == 204
    })
    .await;
    for path in ["/gateway/check", "/metrics"] {
        let good = if path == "/metrics" { 200 } else { 204 };
        shows(path, TOKEN).await.is(good);
        shows(path, TOKEN).header("X-Forwarded-For", "203.0.113.9").await.is(good);
        gateway.asks_at(path).header("X-API-Key", &key.secret).await.is(403);
        for wrong in
            ["", "x", "between-us-two-alon", "between-us-two-alone!", "Between-us-two-alone", "BETWEEN-US-TWO-ALONE"]
        {
            let answer = shows(path, wrong).await;
            assert_eq!(answer.status, 403, "{path}: {wrong}");
            assert!(identity(&answer).iter().all(Option::is_none));
        }
        shows(path, "wrong-but-of-some-length").also("X-Gateway-Token", TOKEN).await.is(403);
        shows(path, TOKEN).also("X-Gateway-Token", "wrong-but-of-some-length").await.is(403);
        // It stands in that header and nowhere else.
        gateway.asks_at(&format!("{path}?token={TOKEN}")).await.is(403);
        gateway.asks_at(path).header("Authorization", &format!("Bearer {TOKEN}")).await.is(403);
    }
}

#[actix_web::test]
async fn strangers_learn_nothing_of_keys() {
    let app = App::with(&GUARDED).await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.server.unguarded_gateway();
    let refused = gateway.asks().await.is(403);
    for secret in [key.secret.as_str(), "nonsense", ""] {
        assert_eq!(gateway.checks(secret).await.comparable(), refused.comparable(), "{secret}");
    }
    assert!(refused.all("set-cookie").is_empty() && refused.header("location").is_none());
}
