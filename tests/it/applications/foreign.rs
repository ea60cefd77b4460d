//! Other people's applications and keys: as if there were none.

use crate::support::{Answer, App};

/// All that tells one answer from another, without the id that was asked for.
fn comparable(answer: &Answer, id: &str) -> (u16, Vec<(String, String)>, String) {
    let (status, mut headers, body) = answer.comparable();
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    let request = answer.request_id();
    (status, headers, body.replace(id, "ID").replace(&request, "REQUEST"))
}

#[actix_web::test]
async fn requirement_50_foreign_and_missing_are_answered_alike_and_nothing_happens() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let bo = app.developer("Bo Chen").await;
    let foreign = app.application(&bo.person, "Maps");
    let foreign_key = app.key(&foreign, "Production");
    let before = app.state();
    let missing = uuid::Uuid::now_v7().to_string();
    for htmx in [false, true] {
        let browser = ada.browser.speaking(htmx);
        for (pattern, foreign, fields) in [
            ("/account/applications/{id}", foreign.id.to_string(), Some(&[("name", "Mine")][..])),
            ("/account/applications/{id}", foreign.id.to_string(), None),
            // Fields that would be refused tell nothing either.
            ("/account/applications/{id}", foreign.id.to_string(), Some(&[("name", "")])),
            ("/account/applications/{id}/delete", foreign.id.to_string(), Some(&[])),
            ("/account/applications/{id}/keys", foreign.id.to_string(), Some(&[("name", "Mine")])),
            ("/account/applications/{id}/keys", foreign.id.to_string(), Some(&[("name", ""), ("expires_on", "x")])),
            ("/account/keys/{id}/revoke", foreign_key.id.to_string(), Some(&[])),
        ] {
            let mut answers = Vec::new();
            for id in [foreign.as_str(), &missing] {
                let path = pattern.replace("{id}", id);
                let answer = match fields {
                    Some(fields) => browser.post(&path, fields).await,
                    None => browser.get(&path).await,
                };
                assert_eq!(answer.status, 404, "{}", answer.what);
                assert!(!answer.text().contains("Maps") && !answer.text().contains("Bo Chen"), "{}", answer.what);
                answers.push(comparable(&answer, id));
            }
            assert_eq!(answers[0], answers[1], "{pattern}");
        }
    }
    assert_eq!(app.state(), before);
    // The walk can fail: their owner does all of it.
    bo.gets(&foreign.own_path()).await.is(200);
    bo.revokes_key(&foreign_key).await.is(303);
}

#[actix_web::test]
async fn ids_that_are_none_are_no_page() {
    let app = App::start().await;
    let ada = app.developer("Ada Byron").await;
    let before = app.state();
    for id in ["0", "-1", "abc", "%00", "..%2f", "00000000-0000-0000-0000-00000000000g", "1%20or%201=1", "new"] {
        ada.gets(&format!("/account/applications/{id}")).await.is(404);
        ada.browser.post(&format!("/account/applications/{id}"), &[("name", "x")]).await.is(404);
        ada.browser.post(&format!("/account/applications/{id}/delete"), &[]).await.is(404);
        ada.browser.post(&format!("/account/applications/{id}/keys"), &[("name", "x")]).await.is(404);
        ada.browser.post(&format!("/account/keys/{id}/revoke"), &[]).await.is(404);
    }
    assert_eq!(app.state(), before);
}

#[actix_web::test]
async fn an_admin_has_no_account_and_a_developer_no_desk() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let (_, weather, key) = app.key_holder("Ada Byron");
    let before = app.state();
    for path in [weather.own_path(), "/account/applications".into()] {
        assert!(admin.gets(&path).await.is(303).location().starts_with("/login"));
    }
    assert!(admin.browser.post(&key.revocation(), &[]).await.is(303).location().starts_with("/login"));
    assert!(admin.browser.post(&weather.keys(), &[("name", "x")]).await.is(303).location().starts_with("/login"));
    assert_eq!(app.state(), before);
}
