//! Posted forms that are none of ours: always a clear 4xx, never a 5xx, and nothing is changed.

use std::cell::RefCell;

use actix_web::http::Method;
use diesel::PgConnection;
use guestlist::developers::Status::Approved;

use super::{Route, routes};
use crate::support::actors::PASSWORD;
use crate::support::db::{all_texts, run};
use crate::support::world::state;
use crate::support::{Admin, App, Developer, Person, somebody};

const FORM: &str = "application/x-www-form-urlencoded";

/// The form with one field's encoded value put in the place of its own.
fn with(route: &Route, field: &str, encoded: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in route.pairs() {
        if !body.is_empty() {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        if name == field {
            body.extend_from_slice(encoded);
        } else {
            body.extend(form_urlencoded::byte_serialize(value.as_bytes()).flat_map(str::bytes));
        }
    }
    body
}

fn valid(route: &Route) -> Vec<u8> {
    with(route, "", b"")
}

struct Desk {
    app: App,
    admin: Admin,
    ada: Person,
    /// Kept, because looking again and again would mostly be connecting.
    conn: RefCell<PgConnection>,
}

impl Desk {
    /// All that a form could have changed.
    fn state(&self) -> Vec<String> {
        let conn = &mut self.conn.borrow_mut();
        let mut state = state(conn);
        state.extend(all_texts(
            conn,
            &[
                "select concat_ws('|', email, full_name, password_hash) from admins order by id",
                "select count(*) from setup_links",
                "select count(*) from admin_sessions",
            ],
        ));
        state
    }

    async fn refuses(&self, route: &Route, what: &str, content_type: &str, body: Vec<u8>, expected: &[u16]) {
        // The door counts attempts; that is tested elsewhere.
        run(&mut self.conn.borrow_mut(), "delete from throttles");
        let before = self.state();
        let body_length = body.len();
        for htmx in [false, true] {
            let request = self.admin.browser.speaking(htmx).request(Method::POST, &route.path);
            let answer = request.body(content_type, body.clone()).await;
            let what = format!("{} {what} ({body_length} bytes)", route.path);
            assert!((400..500).contains(&answer.status), "{what}: {}", answer.status);
            assert!(expected.is_empty() || expected.contains(&answer.status), "{what}: {}", answer.status);
            assert!(!answer.text().is_empty(), "{what}: no words");
        }
        assert_eq!(self.state(), before, "{} {what}", route.path);
    }
}

/// How many bytes a form may have. Five hundred people with their names need more than any other.
fn limit(route: &Route) -> usize {
    let is_list = ["/admin/invitations", "/admin/invitations/check"].contains(&route.path.as_str());
    if is_list { 262_144 } else { 65_536 }
}

/// Whether any text is answered: it is looked at or looked for, and nothing comes of it.
fn takes_any_text(route: &Route) -> bool {
    ["/admin/invitations/check", "/admin/keys/search"].contains(&route.path.as_str())
}

/// Forms with at least one field, in a browser that is signed in by both doors.
async fn desk() -> (Desk, Vec<Route>) {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let dora = app.developer_at_the_door(somebody("Dora Dev").now(Approved));
    let dora = Developer { browser: admin.browser.clone(), ..dora };
    dora.signs_in(PASSWORD).await.is(303);
    let ada = app.requested("Ada Byron").await;
    // Some forms are those of an application.
    let (nothing, weather) = (uuid::Uuid::nil().to_string(), app.application(&dora.person, "Weather").id.to_string());
    let mut routes = routes(&ada, "none");
    for route in &mut routes {
        route.path = route.path.replace(&format!("/applications/{nothing}"), &format!("/applications/{weather}"));
    }
    // Forms behind a link are no pages without it.
    let is_behind_a_link = |route: &Route| route.path.ends_with("/none");
    let forms = routes.into_iter().filter(|route| !route.pairs().is_empty() && !is_behind_a_link(route));
    let conn = RefCell::new(app.db.conn());
    (Desk { app, admin, ada, conn }, forms.collect())
}

#[actix_web::test]
async fn bytes_that_are_no_text_are_refused() {
    let (desk, forms) = desk().await;
    for route in &forms {
        for (field, _) in route.pairs() {
            for bad in [
                &b"%ff"[..],
                b"\xff",
                b"%c3%28",
                b"%ed%a0%80",
                b"\xc0\x80",
                b"%00",
                b"a%00b",
                b"\0",
                b"%f8%88%80%80%80",
            ] {
                desk.refuses(route, &format!("{field}={bad:?}"), FORM, with(route, field, bad), &[400]).await;
            }
        }
    }
}

#[actix_web::test]
async fn five_thousand_characters_fit_nowhere() {
    let (desk, forms) = desk().await;
    let long = "x".repeat(5_000);
    let cyrillic: String = form_urlencoded::byte_serialize("ж".repeat(5_000).as_bytes()).collect();
    for route in forms.iter().filter(|route| !takes_any_text(route)) {
        // An address to go back to that is none is passed over, as PRODUCT.md says of `next`; a box is ticked by any value.
        let fits = |field: &str| matches!(field, "return_to" | "next" | "terms");
        for (field, _) in route.pairs().into_iter().filter(|(field, _)| !fits(field)) {
            for value in [long.as_bytes(), cyrillic.as_bytes()] {
                desk.refuses(route, field, FORM, with(route, field, value), &[400, 401, 422]).await;
            }
        }
    }
}

#[actix_web::test]
async fn a_field_that_stands_there_twice_is_refused() {
    let (desk, forms) = desk().await;
    for route in &forms {
        // Several developers are selected by a field each.
        for (field, value) in route.pairs().into_iter().filter(|(field, _)| *field != "id") {
            for second in [value, "approve", "2", ""] {
                let mut body = valid(route);
                body.extend(format!("&{field}={second}").bytes());
                desk.refuses(route, &format!("{field} twice"), FORM, body, &[400]).await;
            }
        }
    }
}

#[actix_web::test]
async fn what_a_form_must_have_must_be_there() {
    let (desk, forms) = desk().await;
    for route in forms.iter().filter(|route| !takes_any_text(route)) {
        for needed in ["action", "version", "theme", "full_name", "email", "password"] {
            if !route.pairs().iter().any(|(name, _)| *name == needed) {
                continue;
            }
            let rest: Vec<_> = route.pairs().into_iter().filter(|(name, _)| *name != needed).collect();
            let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
            desk.refuses(route, &format!("without {needed}"), FORM, body.into(), &[400, 401, 422]).await;
        }
        desk.refuses(route, "empty", FORM, Vec::new(), &[]).await;
        for garbage in ["&&&", "=", "%", "{}", "x", "action", "version=1&version", "\u{feff}action=approve"] {
            desk.refuses(route, garbage, FORM, garbage.into(), &[400, 401, 422]).await;
        }
    }
}

#[actix_web::test]
async fn words_and_numbers_that_are_none_are_refused() {
    let (desk, forms) = desk().await;
    for route in &forms {
        for (field, bad) in [
            ("action", "drop"),
            ("action", "Approve"),
            ("action", ""),
            ("action", "approve%20"),
            ("action", "delete"),
            ("action", "approve%0a"),
            ("version", ""),
            ("version", "x"),
            ("version", "1.0"),
            ("version", "1e3"),
            ("version", "2147483648"),
            ("version", "-2147483649"),
            ("version", "99999999999999999999"),
            ("version", "0x1"),
            ("version", "%20"),
            ("version", "1%2C0"),
            ("theme", "blue"),
            ("theme", ""),
        ] {
            if route.pairs().iter().any(|(name, _)| *name == field) {
                desk.refuses(route, &format!("{field}={bad}"), FORM, with(route, field, bad.as_bytes()), &[400]).await;
            }
        }
        for version in ["0", "-1", "2", "2147483647", "-2147483648"] {
            if route.pairs().iter().any(|(name, own)| *name == "version" && *own != version) {
                desk.refuses(route, version, FORM, with(route, "version", version.as_bytes()), &[409]).await;
            }
        }
    }
}

#[actix_web::test]
async fn only_forms_are_forms() {
    let (desk, forms) = desk().await;
    for route in &forms {
        let body = valid(route);
        for content_type in [
            "multipart/form-data; boundary=x",
            "application/json",
            "text/plain",
            "text/plain; charset=utf-8",
            "application/xml",
            "application/octet-stream",
            "application/x-www-form-urlencodedx",
            "*/*",
            "form",
            "",
        ] {
            desk.refuses(route, content_type, content_type, body.clone(), &[415]).await;
        }
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\napprove\r\n--x--\r\n";
        desk.refuses(route, "multipart", "multipart/form-data; boundary=x", multipart.into(), &[415]).await;
        let json = r#"{"action":"approve","version":1}"#;
        desk.refuses(route, "json", "application/json", json.into(), &[415]).await;
    }
}

#[actix_web::test]
async fn more_than_sixty_four_kilobytes_are_too_large() {
    let (desk, forms) = desk().await;
    for route in &forms {
        let mut body = valid(route);
        let limit = limit(route);
        let padding = limit - body.len() - "&padding=".len() + 1;
        body.extend(format!("&padding={}", "x".repeat(padding)).bytes());
        assert_eq!(body.len(), limit + 1);
        desk.refuses(route, "a byte more than the limit", FORM, body.clone(), &[413]).await;
        desk.refuses(route, "three times the limit", FORM, [body.clone(), body.clone(), body.clone()].concat(), &[413])
            .await;
    }
    // One byte less is read, and the field that nobody knows is left alone.
    let route = forms.iter().find(|route| route.path.ends_with("transitions")).unwrap();
    let mut body = valid(route);
    let padding = 65_536 - body.len() - "&padding=".len();
    body.extend(format!("&padding={}", "x".repeat(padding)).bytes());
    let answer = desk.admin.browser.request(Method::POST, &route.path).body(FORM, body).await;
    assert_eq!(answer.status, 303);
    assert_eq!(desk.app.row(&desk.ada).version, 2);
}

#[actix_web::test]
async fn a_media_type_may_name_its_charset() {
    let (desk, forms) = desk().await;
    let route = forms.iter().find(|route| route.path.ends_with("transitions")).unwrap();
    let request = desk.admin.browser.request(Method::POST, &route.path);
    let answer = request.body("Application/X-WWW-Form-Urlencoded; charset=UTF-8", valid(route)).await;
    assert_eq!(answer.status, 303);
}

#[actix_web::test]
async fn what_was_encoded_twice_is_decoded_once() {
    let (desk, _) = desk().await;
    let body = "full_name=Ada%252540%25250a&organization=%252e&version=1";
    let request = desk.admin.browser.request(Method::POST, &desk.ada.path());
    request.body(FORM, body).await.is(303);
    let row = desk.app.row(&desk.ada);
    assert_eq!((row.full_name.as_str(), row.organization.as_str()), ("Ada%2540%250a", "%2e"));
}
