//! What browsers load besides pages: in memory, compressed at build time, named by content and so never out of date.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use super::compress::Coding;
use crate::error::AppError;

/// A file of `static/` or of npm.
pub struct Asset {
    name: &'static str,
    /// The address, fingerprint included.
    pub url: &'static str,
    media_type: &'static str,
    plain: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Serves one of them for a year.
///
/// # Errors
/// 404 for a name that is none.
pub async fn serve(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, AppError> {
    let asset = [&CSS, &JS, &HTMX, &FAVICON].into_iter().find(|a| a.name == name.as_str()).ok_or(AppError::NotFound)?;
    let (encoding, body) = match Coding::accepted(request.headers()) {
        Some(coding @ Coding::Brotli) => (coding.name(), asset.brotli),
        Some(coding @ Coding::Gzip) => (coding.name(), asset.gzip),
        None => ("identity", asset.plain),
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.media_type))
        .insert_header((CONTENT_ENCODING, encoding))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"))
        .body(body))
}
