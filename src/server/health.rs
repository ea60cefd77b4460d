//! Whether the process is up, and whether it can serve: for whoever restarts it and whoever sends it requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Data;

use crate::db::Db;
use crate::gateway::Gateway;
use crate::web::errors::ForMachines;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_millis(500);

/// Whether requests are welcome: not while the process stops.
#[derive(Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// `GET /livez`: the process answers. It asks nobody else.
pub async fn livez() -> HttpResponse {
    answer(StatusCode::OK, "live\n")
}

/// `GET /readyz`: the database answers, the gateway has begun or had its time to, and the process is not about to stop.
pub async fn readyz(db: Data<Db>, gateway: Data<Gateway>, readiness: Data<Readiness>) -> HttpResponse {
    let is_welcome = gateway.has_begun() && !readiness.0.load(Ordering::Acquire);
    match tokio::time::timeout(PATIENCE, db.ping()).await {
        Ok(Ok(())) if is_welcome => answer(StatusCode::OK, "ready\n"),
        _ => answer(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}

fn answer(status: StatusCode, text: &'static str) -> HttpResponse {
    let mut response = HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, actix_web::http::header::HeaderValue::from_static("2"));
    }
    response.extensions_mut().insert(ForMachines);
    response
}
