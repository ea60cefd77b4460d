//! `GET /static/{name}`

use crate::support::App;

#[actix_web::test]
async fn what_pages_load_never_changes_and_comes_compressed() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let page = admin.opens("/admin/developers").await;
    let mut links = page.attributes("script[src]", "src");
    links.extend(page.attributes("link[href]", "href"));
    assert_eq!(links.len(), 4, "{links:?}");
    for link in links {
        let plain = app.browser().get(&link).await.is(200);
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"), "{link}");
        assert!(plain.all("vary").join(",").contains("Accept-Encoding"), "{link}");
        assert_eq!(plain.header("x-content-type-options"), Some("nosniff"));
        let media_type = plain.header("content-type").unwrap();
        let expected = match link.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(media_type, expected, "{link}");
        for (accepts, encoding) in [("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br", "br")] {
            let answer = app.browser().get(&link).header("Accept-Encoding", accepts).await.is(200);
            assert_eq!(answer.header("content-encoding"), Some(encoding), "{link}");
            assert!(answer.body.len() < plain.body.len(), "{link} {encoding}");
        }
        let unpacked = app.browser().get(&link).header("Accept-Encoding", "identity").await;
        assert!(unpacked.header("content-encoding").is_none_or(|e| e == "identity"));
        assert!(link.starts_with("/static/") && link.contains('-'), "named by its content: {link}");
    }
}

#[actix_web::test]
async fn an_encoding_that_is_refused_is_not_sent() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    let css = admin.opens("/admin/developers").await.attribute("link[rel='stylesheet']", "href").unwrap();
    for (accepts, encoding) in [("br;q=0, gzip", "gzip"), ("br;q=0, gzip;q=0", "identity"), ("zebra", "identity")] {
        let answer = app.browser().get(&css).header("Accept-Encoding", accepts).await.is(200);
        assert_eq!(answer.header("content-encoding").unwrap_or("identity"), encoding, "{accepts}");
    }
}

#[actix_web::test]
async fn other_names_are_not_found() {
    let app = App::start().await;
    for name in
        ["app.css", "app-0000000000000000.css", "..%2fsecret-key", "../Cargo.toml", "%00", "htmx.js", "app.css.br"]
    {
        let answer = app.browser().get(&format!("/static/{name}")).await;
        assert_eq!(answer.status, 404, "{name}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
    }
}

/// The first page over the wire: at most 25 KB, of which 4 are CSS, 12 htmx, 2 the program's own script, 4 HTML.
#[actix_web::test]
async fn the_first_page_is_light() {
    let app = App::start().await;
    let admin = app.admin("Kim Lee").await;
    app.enter_all((0..25).map(|n| crate::support::somebody(&format!("Ada Nr{n}"))).collect());
    let page = admin.browser.get("/admin/developers").header("Accept-Encoding", "br").await.is(200);
    assert_eq!(page.header("content-encoding"), Some("br"));
    let mut total = page.body.len();
    let loaded = admin.opens("/admin/developers").await;
    let mut links = loaded.attributes("script[src]", "src");
    links.extend(loaded.attributes("link[href]", "href"));
    for link in links {
        total += admin.browser.get(&link).header("Accept-Encoding", "br").await.body.len();
    }
    assert!(total <= 25 * 1_024, "{total} bytes");
}
