//! The activity page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::Utc;

use super::views::{Activity, Standing};
use crate::admins::CurrentAdmin;
use crate::audit::{self, ActivityList, AuditEntry, SubjectKind};
use crate::config::Config;
use crate::db::{Conn, Db, QueryResult};
use crate::error::AppError;
use crate::ids::{ApplicationId, DeveloperId};
use crate::web::chrome::Frame;
use crate::web::htmx::Htmx;
use crate::web::page::html;
use crate::web::query::Query;
use crate::{applications, developers};

fn standing(conn: &mut Conn, entries: &[AuditEntry]) -> QueryResult<Standing> {
    let ids = |kind| {
        let of_kind = entries.iter().filter(move |entry| entry.subject_kind == kind);
        of_kind.filter_map(|entry| entry.subject_id)
    };
    let developers: Vec<_> = ids(SubjectKind::Developer).map(DeveloperId).collect();
    let applications: Vec<_> = ids(SubjectKind::Application).map(ApplicationId).collect();
    Ok(Standing {
        developers: developers::known_ids(conn, &developers)?,
        applications: applications::known_ids(conn, &applications)?,
    })
}

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
            let standing = standing(conn, &slice.rows)?;
            Ok((list.clone(), slice, standing))
        })
        .await?;
    let chrome = admin.chrome(frame, "Activity", "activity");
    let view = Activity::new(chrome, &list, (&slice, &standing), config.base_url.as_str(), Utc::now());
    if htmx.wants_fragment { html(StatusCode::OK, &view.as_list()) } else { html(StatusCode::OK, &view) }
}
