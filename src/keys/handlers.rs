//! Whose key is this?

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::Utc;
use serde::Deserialize;

use super::queries::found;
use super::sought::Sought;
use super::views::{AT_MOST, FoundKeys};
use crate::admins::CurrentAdmin;
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::outbox::Post;
use crate::policy::Policy;
use crate::web::chrome::Frame;
use crate::web::form::Form;
use crate::web::htmx::Htmx;
use crate::web::page::{Rendered, html, rendered, see_other};
use crate::web::query::{Query, QueryString};

/// What the search box posts: what was typed, and what the list's address holds besides.
#[derive(Deserialize)]
pub struct FindForm {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    sort: Option<String>,
    #[serde(default)]
    per_page: Option<String>,
}

/// `POST /admin/keys/search`: it changes nothing, but a key must not stand in an address. What is no key goes on to the
/// developers' list.
pub async fn find(
    admin: CurrentAdmin,
    (db, post): (Data<Db>, Data<Post>),
    (frame, htmx): (Frame, Htmx),
    query: Query,
    form: Form<FindForm>,
) -> Result<HttpResponse, AppError> {
    let FindForm { q, status, sort, per_page } = form.0;
    let Some(sought) = Sought::parse(&q) else {
        let settings = [("q", Some(q)), ("status", status), ("sort", sort), ("per_page", per_page)];
        // No list reads more of them, and proxies refuse long addresses.
        let settings =
            settings.map(|(name, typed)| (name, typed.map(|typed| typed.trim().chars().take(200).collect())));
        let address = settings
            .iter()
            .fold(QueryString::new(), |all, (name, typed): &(_, Option<String>)| all.with_some(name, typed.as_deref()));
        let list = if query.get("list") == Some("applications") { "applications" } else { "developers" };
        return Ok(see_other(&format!("/admin/{list}?{}", address.into_string()), None));
    };
    let meant = sought.clone();
    let search =
        move |conn: &mut Conn| Ok((found(conn, &meant, AT_MOST)?, Policy::read(conn)?.requires_proof(post.delivers)));
    let (found, requires_proof) = db.run(search).await?;
    let chrome = admin.chrome(frame, "Keys", "developers").leading_back_to("/admin/developers".into());
    let view = FoundKeys::new(chrome, &sought, &found, requires_proof, Utc::now());
    match htmx.wants_fragment {
        true => Ok(rendered(StatusCode::OK, Rendered::of(&view.as_list())?)),
        false => html(StatusCode::OK, &view),
    }
}
