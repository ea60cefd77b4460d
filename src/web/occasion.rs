//! Who acts in this request, for the audit log.

use actix_web::{HttpMessage, HttpRequest};
use chrono::Utc;
use tracing_actix_web::RequestId;

use super::peer::client_address;
use crate::audit::{Actor, Occasion};

/// The occasion of a request, now.
pub fn occasion(request: &HttpRequest, actor: Actor) -> Occasion {
    Occasion {
        at: Utc::now(),
        actor,
        request_id: request.extensions().get::<RequestId>().map(|id| **id),
        address: client_address(request).map(|address| address.to_string()),
    }
}
