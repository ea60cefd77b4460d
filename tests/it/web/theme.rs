//! `POST /theme`

use crate::support::App;

#[actix_web::test]
async fn a_choice_is_remembered_and_rendered_by_the_server() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    for browser in [&admin.browser, &app.browser()] {
        let path = if browser.cookie("admin").is_some() { "/admin/developers" } else { "/admin/login" };
        assert_eq!(browser.get(path).await.page().attribute("html", "data-theme"), None);
        for theme in ["dark", "light"] {
            let answer = browser.post("/theme", &[("theme", theme), ("return_to", path)]).await.is(303);
            assert_eq!(answer.location(), path);
            let cookie = answer.header("set-cookie").unwrap();
            for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
                assert!(cookie.contains(part), "{cookie}");
            }
            let page = browser.get(path).await.page();
            assert_eq!(page.attribute("html", "data-theme").as_deref(), Some(theme));
            assert_eq!(page.attributes("#theme button[aria-pressed='true']", "value"), [theme]);
            let error = browser.get("/nothing").await.page();
            assert_eq!(error.attribute("html", "data-theme").as_deref(), Some(theme), "errors, too");
        }
        browser.post("/theme", &[("theme", "system"), ("return_to", path)]).await.is(303);
        assert_eq!(browser.get(path).await.page().attribute("html", "data-theme"), None);
        assert_eq!(browser.cookie("theme"), None);
    }
}

#[actix_web::test]
async fn a_theme_that_is_none_is_refused_and_a_forged_cookie_is_ignored() {
    let app = App::start().await;
    let browser = app.browser();
    for theme in ["", "Dark", "blue", "\"><script>", "dark light"] {
        assert_eq!(browser.post("/theme", &[("theme", theme)]).await.status, 400, "{theme}");
    }
    browser.jar.borrow_mut().insert("theme".into(), "\"><script>alert(1)</script>".into());
    let page = browser.get("/admin/login").await.is(200);
    assert_eq!(page.page().attribute("html", "data-theme"), None);
    assert!(!page.text().contains("alert(1)"));
}
