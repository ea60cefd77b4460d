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
use crate::developers;
use crate::error::AppError;
use crate::ids::DeveloperId;
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
    let (list, slice, standing) = db
        .run(move |conn| {
            let slice = audit::page(conn, &list)?;
            let ids: Vec<_> = slice.rows.iter().filter_map(|entry| entry.subject_id.map(DeveloperId)).collect();
            Ok((list.clone(), slice, developers::known_ids(conn, &ids)?))
        })
        .await?;
    let chrome = admin.chrome(frame, "Activity", "activity");
    let view = Activity::new(chrome, &list, (&slice, &standing), config.base_url.as_str(), Utc::now());
    if htmx.wants_fragment { html(StatusCode::OK, &view.as_list()) } else { html(StatusCode::OK, &view) }
}
