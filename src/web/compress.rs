//! Pages are compressed on their way out: brotli, else gzip.
//!
//! actix-web's own layer compresses at the quickest setting, which makes the first page of the desk a quarter larger.
//! Nothing secret is reflected beside what a stranger could put into a page, so compression tells nothing (BREACH).

use std::io::Write;

use actix_web::Error;
use actix_web::body::{self, BoxBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, VARY};
use actix_web::middleware::Next;

/// Below this a header costs as much as is gained.
const WORTHWHILE: usize = 1_024;
/// Browsers ask for brotli: 2 ms that make the first visit fit into 25 KB.
const BROTLI_QUALITY: u32 = 4;
/// Programs ask for gzip, often many times a second.
const GZIP_LEVEL: u32 = 3;
/// Log2 of the window: larger than any page.
const BROTLI_WINDOW: u32 = 18;

/// How an answer may be compressed.
#[derive(Clone, Copy)]
pub enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// The best that the browser takes.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
        let takes = |name| {
            accepted.split(',').any(|item| {
                let mut parts = item.split(';').map(str::trim);
                parts.next() == Some(name) && parts.next() != Some("q=0")
            })
        };
        match (takes("br"), takes("gzip")) {
            (true, _) => Some(Self::Brotli),
            (false, true) => Some(Self::Gzip),
            (false, false) => None,
        }
    }

    /// As the headers say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn compress(self, plain: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let mut writer = brotli::CompressorWriter::new(Vec::new(), 4_096, BROTLI_QUALITY, BROTLI_WINDOW);
                writer.write_all(plain)?;
                Ok(writer.into_inner())
            }
            Self::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
                writer.write_all(plain)?;
                writer.finish()
            }
        }
    }
}

/// Compresses pages; everything else is small, or compressed already.
///
/// # Errors
/// None of its own.
pub async fn pages(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let coding = Coding::accepted(request.headers());
    let response = next.call(request).await?;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    let (Some(coding), true) = (coding, is_page) else {
        return Ok(response);
    };
    let (request, response) = response.into_parts();
    let (mut head, content) = response.into_parts();
    let plain = body::to_bytes(content).await.map_err(|_| crate::error::AppError::fault("a page without an end"))?;
    head.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if plain.len() < WORTHWHILE {
        return Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(plain))));
    }
    let smaller = coding.compress(&plain).map_err(crate::error::AppError::fault)?;
    head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(smaller))))
}
