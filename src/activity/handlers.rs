//! The activity page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::Utc;

use super::views::Activity;
use crate::admins::CurrentAdmin;
use crate::audit::{self, ActivityList};
use crate::config::Config;
use crate::db::Db;
use crate::error::AppError;
use crate::web::chrome::Frame;
use crate::web::htmx::Htmx;
use crate::web::page::html;
use crate::web::query::Query;

/// `GET /admin/activity`
pub async fn activity(
    admin: CurrentAdmin,
    config: Data<Config>,
    db: Data<Db>,
    frame: Frame,
    htmx: Htmx,
    query: Query,
) -> Result<HttpResponse, AppError> {
    let list = ActivityList::parse(&query);
    let (list, slice) = db.run(move |conn| Ok((list.clone(), audit::page(conn, &list)?))).await?;
    let chrome = admin.chrome(frame, "Activity", "activity");
    let view = Activity::new(chrome, &list, &slice, config.base_url.as_str(), Utc::now());
    if htmx.wants_fragment { html(StatusCode::OK, &view.as_list()) } else { html(StatusCode::OK, &view) }
}
