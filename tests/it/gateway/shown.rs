//! Which key a request shows.

use crate::support::App;
use crate::support::applications::unknown_key;
use crate::support::gateway::CHECK;

#[actix_web::test]
async fn a_key_is_taken_from_three_headers() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    let secret = key.secret.as_str();
    for (name, value) in [
        ("X-API-Key", secret.to_owned()),
        ("x-api-key", secret.to_owned()),
        ("apikey", secret.to_owned()),
        ("APIKEY", secret.to_owned()),
        ("Authorization", format!("Bearer {secret}")),
        ("Authorization", format!("bearer {secret}")),
        ("Authorization", format!("BEARER {secret}")),
    ] {
        gateway.asks().header(name, &value).await.is(204);
    }
    // Three times the same is one key.
    let thrice = gateway.asks().header("X-API-Key", secret).header("apikey", secret);
    thrice.header("Authorization", &format!("Bearer {secret}")).await.is(204);
    gateway.asks().header("apikey", secret).also("apikey", secret).await.is(204);
    for (name, value) in [
        ("Authorization", secret.to_owned()),
        ("Authorization", format!("Basic {secret}")),
        ("Authorization", format!("Bearer{secret}")),
        ("Authorization", format!("Token {secret}")),
        ("X-Key", secret.to_owned()),
        ("X_API_Key", secret.to_owned()),
        ("Cookie", format!("apikey={secret}")),
        ("X-API-Key", format!("Bearer {secret}")),
        ("X-API-Key", format!("{secret},{secret}")),
    ] {
        gateway.asks().header(name, &value).await.is(401);
    }
}

#[actix_web::test]
async fn two_different_keys_are_none() {
    let app = App::start().await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let other = app.key(&weather, "Other");
    let gateway = app.gateway().await;
    gateway.checks(&other.secret).await.is(204);
    let bearer = |secret: &str| ("Authorization", format!("Bearer {secret}"));
    let api_key = |secret: &str| ("X-API-Key", secret.to_owned());
    let apikey = |secret: &str| ("apikey", secret.to_owned());
    let unknown = unknown_key();
    for second in [other.secret.as_str(), unknown.as_str(), "glk_", "nonsense"] {
        for (one, two) in [
            (api_key(&key.secret), apikey(second)),
            (api_key(second), apikey(&key.secret)),
            (api_key(&key.secret), api_key(second)),
            (apikey(second), apikey(&key.secret)),
            (bearer(&key.secret), apikey(second)),
            (bearer(&key.secret), api_key(second)),
        ] {
            let answer = gateway.asks().header(one.0, &one.1).also(two.0, &two.1).await;
            assert_eq!(answer.status, 401, "{} and {}: {second:?}", one.0, two.0);
        }
    }
    // A header without a value shows nothing.
    gateway.asks().header("X-API-Key", &key.secret).header("apikey", "").await.is(204);
    let (one, two) = (bearer(&key.secret), bearer(&other.secret));
    gateway.asks().header(one.0, &one.1).also(two.0, &two.1).await.is(401);
    gateway.asks().header("X-API-Key", &other.secret).header(one.0, &one.1).await.is(401);
}

#[actix_web::test]
async fn an_authorization_of_somebody_else_is_not_a_key() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    for other in ["Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.e30.", "Digest x=\"y\"", "Bearer", ""] {
        gateway.checks(&key.secret).header("Authorization", other).await.is(204);
        gateway.asks().header("Authorization", other).await.is(401);
    }
}

#[actix_web::test]
async fn a_key_in_the_address_is_401_even_beside_a_good_one() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    let secret = &key.secret;
    for path in [
        format!("{CHECK}?apikey={secret}"),
        format!("{CHECK}?x=1&api_key={secret}"),
        format!("{CHECK}?{secret}"),
        format!("{CHECK}?key=glk_"),
        format!("{CHECK}/{secret}"),
        format!("{CHECK}/v1/{secret}/things?x=1"),
    ] {
        gateway.asks_at(&path).await.is(401);
        gateway.asks_at(&path).header("X-API-Key", secret).await.is(401);
    }
    for name in ["X-Original-URI", "X-Original-URL", "X-Forwarded-Uri", "X-Envoy-Original-Path"] {
        let address = format!("/v1/things?apikey={secret}");
        gateway.checks(secret).header(name, &address).await.is(401);
        gateway.checks(secret).header(name, "/v1/things?page=2").await.is(204);
    }
    // A query without a key is somebody else's.
    for path in [format!("{CHECK}?page=2"), format!("{CHECK}/v1/things?x=1"), format!("{CHECK}/"), format!("{CHECK}?")]
    {
        gateway.asks_at(&path).await.is(401);
        gateway.asks_at(&path).header("X-API-Key", secret).await.is(204);
    }
}

#[actix_web::test]
async fn what_no_header_should_hold_is_refused_and_breaks_nothing() {
    let app = App::start().await;
    let (.., key) = app.key_holder("Ada Byron");
    let gateway = app.gateway().await;
    for value in [&b"glk_\xff\xfe"[..], b"\xc3\xa4".as_slice(), b"\t".as_slice(), b"glk_\x80".as_slice()] {
        let mut request = format!("GET {CHECK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key: ").into_bytes();
        request.extend(value);
        request.extend(b"\r\n\r\n");
        let answer = app.raw(&request);
        assert!(answer.starts_with("HTTP/1.1 401"), "{value:?}: {answer}");
    }
    let padded =
        format!("GET {CHECK} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-API-Key:   {}  \r\n\r\n", key.secret);
    assert!(app.raw(padded.as_bytes()).starts_with("HTTP/1.1 204"), "white space around a value is none of it");
    gateway.checks(&key.secret).await.is(204);
}
