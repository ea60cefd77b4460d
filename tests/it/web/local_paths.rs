//! Where a form or a link may send a browser: only to pages of this program.

use crate::support::App;
use crate::support::actors::PASSWORD;

const ELSEWHERE: [&str; 24] = [
    "https://evil.example",
    "http://evil.example/admin",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "admin/developers",
    ".//evil.example",
    "@evil.example",
    "?next=//evil.example",
    "/admin\r\nSet-Cookie: x=1",
    "/admin\u{2028}",
    "/ünïcode",
    "%2f%2fevil.example",
];

#[actix_web::test]
async fn no_payload_leads_away() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for (n, payload) in ELSEWHERE.into_iter().enumerate() {
        let ada = app.requested(&format!("Ada {n}")).await;
        let encoded: String = form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        let home = "/admin/developers";
        let fields = [("action", "approve"), ("version", "1"), ("return_to", payload)];
        assert_eq!(admin.browser.post(&ada.moves(), &fields).await.is(303).location(), home, "{payload:?}");
        let fields = [("version", "2"), ("return_to", payload)];
        assert_eq!(admin.browser.post(&ada.deletion(), &fields).await.is(303).location(), home, "{payload:?}");
        let fields = [("theme", "dark"), ("return_to", payload)];
        assert_eq!(admin.browser.post("/theme", &fields).await.is(303).location(), "/", "{payload:?}");
        let signed_in = admin.gets(&format!("/admin/login?next={encoded}")).await.is(303);
        assert_eq!(signed_in.location(), home, "{payload:?}");
        let door = app.browser().get(&format!("/admin/login?next={encoded}")).await.is(200);
        assert!(!door.page().has("input[name='next']"), "{payload:?}");
        // Too many sign-ins from one address would have to wait.
        app.db.run("delete from throttles");
        let fields = [("email", admin.email.as_str()), ("password", PASSWORD), ("next", payload)];
        let answer = app.browser().post("/admin/login", &fields).await.is(303);
        assert_eq!(answer.location(), home, "{payload:?}");
        assert_eq!(answer.all("set-cookie").len(), 1, "{payload:?}");
    }
    let ada = app.requested("Ada Byron").await;
    let page = admin.opens(&format!("{}?return_to=%2f%2fevil.example", ada.deletion())).await;
    assert_eq!(page.attribute("main form a", "href"), Some(ada.path()), "Cancel stays here");
    let seen = admin.speaking(true).looking_at("//evil.example/admin/developers");
    let answer = seen.browser.seeing("//evil.example").speaking(true).get("/admin/developers").await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn pages_of_this_program_are_gone_back_to() {
    let app = App::start().await;
    let admin = app.admin_at_the_door("Kim Lee");
    for next in ["/admin/activity", "/admin/developers?status=all&q=a%20b&sort=-name", "/"] {
        admin.browser.forget_cookies();
        let encoded: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = admin.browser.get(&format!("/admin/login?next={encoded}")).await.is(200).page();
        let form = page.form("main form").filled("email", &admin.email).filled("password", PASSWORD);
        let answer = admin.browser.post(&form.action, &form.pairs()).await.is(303);
        assert_eq!(answer.location(), next);
    }
}
