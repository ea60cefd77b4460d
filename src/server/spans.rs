//! What the log says of a request: its id, method, route and peer. Never its address, query or host: they can hold
//! tokens, and names of people.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::{RequestId, RootSpanBuilder};

/// One span a request, one line at its end.
pub struct Spans;

impl RootSpanBuilder for Spans {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        let peer = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
        tracing::info_span!("request", id, method = %request.method(), peer, route = Empty, status = Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => {
                let route = response.request().match_pattern().unwrap_or_else(|| "none".into());
                span.record("route", route);
                response.status()
            }
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| tracing::info!("served"));
    }
}
