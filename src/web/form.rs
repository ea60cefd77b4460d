//! Posted forms: read within a limit of size and time, and refused in words when they are none of ours.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use validator::{ValidationError, ValidationErrors};

use crate::error::AppError;
use crate::values::Refused;

/// actix waits for a body for ever.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// The fields of a form of at most so many KiB: the usual longest one has three fields of 2,000 characters, each of up
/// to 12 bytes when encoded. A field that stands there twice, bytes that are no UTF-8 and NULs are refused.
pub struct Form<T, const MAX_KIB: usize = 64>(pub T);

impl<T: DeserializeOwned, const MAX_KIB: usize> FromRequest for Form<T, MAX_KIB> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let payload = payload.take();
        Box::pin(async move {
            if media_type != "application/x-www-form-urlencoded" {
                return Err(AppError::NotAForm);
            }
            let body = tokio::time::timeout(MAX_WAIT, read(payload, MAX_KIB * 1024))
                .await
                .map_err(|_| AppError::SlowForm)??;
            parse(&body).map(Self)
        })
    }
}

async fn read(mut payload: Payload, max: usize) -> Result<Vec<u8>, AppError> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| AppError::BadForm(e.to_string()))?;
        if body.len() + chunk.len() > max {
            return Err(AppError::LargeForm);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    let decoded = percent_encoding::percent_decode(body).decode_utf8();
    if !decoded.is_ok_and(|text| !text.contains('\0')) {
        return Err(AppError::BadForm("it holds bytes that are no text".into()));
    }
    serde_urlencoded::from_bytes(body).map_err(|e| AppError::BadForm(e.to_string()))
}

/// What is wrong with the fields of a form, each by name.
#[derive(Debug, Default)]
pub struct FieldErrors(ValidationErrors);

impl FieldErrors {
    /// The value, or none and its refusal kept.
    pub fn take<T>(&mut self, field: &'static str, value: Result<T, Refused>) -> Option<T> {
        value.map_err(|why| self.add(field, why)).ok()
    }

    pub fn add(&mut self, field: &'static str, why: Refused) {
        self.0.add(field, ValidationError::new("refused").with_message(why.0.into()));
    }

    /// The words for one field.
    pub fn of(&self, field: &str) -> Option<String> {
        let errors = self.0.field_errors();
        errors.get(field)?.first()?.message.as_ref().map(ToString::to_string)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Fields {
        a: String,
        #[serde(default)]
        b: String,
    }

    #[test]
    fn what_is_no_form_of_ours_is_refused() {
        assert_eq!(parse::<Fields>(b"a=1+2&c=x").ok(), Some(Fields { a: "1 2".into(), b: String::new() }));
        for bad in [&b"a=1&a=2"[..], b"b=1", b"a=%ff", b"a=%00", b"a=\xff"] {
            assert!(parse::<Fields>(bad).is_err(), "{bad:?}");
        }
        assert_eq!(parse::<Fields>(b"a=%2540").ok().map(|f| f.a), Some("%40".into()));
    }
}
