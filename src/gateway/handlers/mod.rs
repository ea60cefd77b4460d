//! What machines ask, outside of every layer: each answer here is made in some microseconds, many thousand times a
//! second. And for admins, which of the instances knows of a change.

pub(super) mod identity;

use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use actix_web::{Error, HttpRequest, HttpResponse};
use futures_util::future::{Either, Ready, ok};

use super::metrics::{self, Answers, Levels, Totals};
use super::presented::Presented;
use super::pulse::Clocks;
use super::views::SpreadAlone;
use super::{Gateway, Reply, Undecided, queries};
use crate::admins::CurrentAdmin;
use crate::config::Config;
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::ids::DeveloperId;
use crate::keys::KeyHash;
use crate::outbox;
use crate::web::headers;
use crate::web::htmx::Htmx;
use crate::web::page::{html, see_other};
use crate::web::peer::{named_client, peer_address};

/// How gateways show that they are some.
const TOKEN: &str = "x-gateway-token";
/// How often the log is told that somebody asked who is no gateway.
const COMPLAINT: Duration = Duration::from_secs(60);
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

type Answered = Result<ServiceResponse, Error>;
/// Most answers need nobody to wait for.
type Answering = Either<Ready<Answered>, Pin<Box<dyn Future<Output = Answered>>>>;

/// `/gateway/check`, and everything below it: 204 with whose key it is, 401, 403 or 503. For one thread.
pub fn check(gateway: &Gateway, config: &Config) -> impl Fn(ServiceRequest) -> Answering + Clone + use<> {
    let checks =
        Checks { gateway: gateway.clone(), answers: gateway.0.numbers.of_thread(), config: config.clone().into() };
    move |request| match checks.at_once(request.request()) {
        Ok(response) => Either::Left(ok(request.into_response(response))),
        Err(hash) => {
            let checks = checks.clone();
            Either::Right(Box::pin(async move {
                let reply = checks.gateway.look_up(hash).await;
                Ok(request.into_response(checks.response(reply)))
            }))
        }
    }
}

/// What one thread answers with.
#[derive(Clone)]
struct Checks {
    gateway: Gateway,
    answers: Arc<Answers>,
    config: Arc<Config>,
}

impl Checks {
    /// The answer, or whose key has to be looked up.
    fn at_once(&self, request: &HttpRequest) -> Result<HttpResponse, KeyHash> {
        let (mut presented, mut is_gateway) = (Presented::default(), None);
        for (name, value) in request.headers() {
            match name.as_str() {
                TOKEN => is_gateway = Some(is_gateway.unwrap_or(true) && self.gateway.is_token(value.as_bytes())),
                name => presented.header(name, value.as_bytes()),
            }
        }
        if !self.gateway.admits(request, is_gateway) {
            self.answers.refused.add(1);
            return Ok(self.dressed(plain(StatusCode::FORBIDDEN, "Not a gateway.\n")));
        }
        presented.address(request.path().as_bytes());
        presented.address(request.query_string().as_bytes());
        let hash = presented.hash();
        let reply = match hash.map(|hash| self.gateway.recall(&hash)) {
            None if self.gateway.0.pulse.moment().is_none() => Err(Undecided::Silence),
            None => Ok(Reply::Unknown),
            Some(Err(undecided)) => Err(undecided),
            Some(Ok(Some(reply))) => Ok(reply),
            Some(Ok(None)) => return hash.map_or_else(|| Ok(self.response(Ok(Reply::Unknown))), Err),
        };
        Ok(self.response(reply))
    }

    fn response(&self, reply: Result<Reply, Undecided>) -> HttpResponse {
        let answers = &self.answers;
        let (count, response) = match reply {
            Ok(Reply::Good(identity)) => {
                let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
                identity.write(response.headers_mut());
                (&answers.good, response)
            }
            Ok(Reply::Unknown) => {
                let mut response = plain(StatusCode::UNAUTHORIZED, "No good key.\n");
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                (&answers.unknown, response)
            }
            Ok(Reply::Forbidden) => {
                (&answers.forbidden, plain(StatusCode::FORBIDDEN, "The owner of this key has no access now.\n"))
            }
            Err(undecided) => {
                tracing::debug!("a check could not be decided: {undecided}");
                let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "This cannot be decided now.\n");
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
                (&answers.undecided, response)
            }
        };
        count.add(1);
        self.dressed(response)
    }

    fn dressed(&self, mut response: HttpResponse) -> HttpResponse {
        headers::add_for_machines(response.headers_mut(), &self.config);
        response
    }
}

fn plain(status: StatusCode, text: &'static str) -> HttpResponse {
    let mut response = HttpResponse::with_body(status, text).map_into_boxed_body();
    response.headers_mut().insert(CONTENT_TYPE, TEXT);
    response
}

impl Gateway {
    fn is_token(&self, shown: &[u8]) -> bool {
        self.0.token.as_ref().is_some_and(|token| token.is(shown))
    }

    /// Whether this is a gateway: by the token, or, where none was given, by asking from this machine.
    fn admits(&self, request: &HttpRequest, shows_token: Option<bool>) -> bool {
        let admits = match &self.0.token {
            Some(_) => shows_token.unwrap_or_default(),
            // Near to a proxy elsewhere is not near.
            None => [peer_address(request), named_client(request)]
                .iter()
                .all(|address| address.is_some_and(|address| address.is_loopback())),
        };
        if !admits {
            self.complain();
        }
        admits
    }

    fn complain(&self) {
        let mut said_at = self.0.complained_at.lock().unwrap_or_else(PoisonError::into_inner);
        if said_at.is_none_or(|at| at.elapsed() > COMPLAINT) {
            *said_at = Some(Instant::now());
            let why = match self.0.token {
                Some(_) => "its X-Gateway-Token is not the one of GUESTLIST_GATEWAY_TOKEN",
                None => "it is not on this machine, and GUESTLIST_GATEWAY_TOKEN is not given",
            };
            tracing::warn!(event = "no_gateway", "somebody asked as a gateway and was refused: {why}");
        }
    }
}

/// `GET /metrics`: numbers for Prometheus, for whoever may ask as a gateway.
pub async fn metrics(request: HttpRequest, gateway: Data<Gateway>, config: Data<Config>) -> HttpResponse {
    let shown = request.headers().get_all(TOKEN).map(|value| gateway.is_token(value.as_bytes()));
    let mut response = if !gateway.admits(&request, shown.reduce(|a, b| a && b)) {
        plain(StatusCode::FORBIDDEN, "Not a gateway.\n")
    } else if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Only to be read.\n");
        response.headers_mut().insert(HeaderName::from_static("allow"), HeaderValue::from_static("GET, HEAD"));
        response
    } else {
        let totals = gateway.0.db.run(totals).await.ok();
        let levels = Levels { keys: gateway.0.cache.sizes(), silence: gateway.0.pulse.silence(Clocks::now()), totals };
        let text = metrics::page(&gateway.0.numbers, &levels);
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(text)
    };
    headers::add_for_machines(response.headers_mut(), &config);
    response
}

fn totals(conn: &mut Conn) -> crate::db::QueryResult<Totals> {
    let (developers, applications) = queries::totals(conn)?;
    let mails = outbox::counts(conn)?;
    Ok(Totals { developers, applications, mails_waiting: mails.waiting, mails_failed: mails.failed })
}

/// `GET /admin/developers/{id}/gateways`: the part of the developer's page that says who knows of the last change.
pub async fn spread(_: CurrentAdmin, db: Data<Db>, htmx: Htmx, id: Path<String>) -> Result<HttpResponse, AppError> {
    let id: DeveloperId = id.parse().map_err(|_| AppError::NotFound)?;
    if !htmx.wants_fragment {
        return Ok(see_other(&format!("/admin/developers/{id}"), None));
    }
    match db.run(move |conn| super::spread(conn, id)).await? {
        Some(spread) => html(StatusCode::OK, &SpreadAlone { spread }),
        // Nothing is left to say.
        None => Ok(HttpResponse::Ok().content_type(crate::web::page::HTML).finish()),
    }
}
