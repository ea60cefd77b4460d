//! Query strings. A parameter of a GET that makes no sense is ignored; one that stands there twice counts once.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// The parameters of the address.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// What a list is searched for, at most 200 characters. A key is searched for by POST; one that stands in an address
    /// all the same must not go on into pages and links.
    pub fn search(&self) -> String {
        let text = self.get("q").filter(|q| !q.contains("glk_")).unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).take(200).collect::<String>().trim().to_owned()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromRequest for Query {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

/// A query string in the making.
#[derive(Default)]
pub struct QueryString(String);

impl QueryString {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let start = self.0.len();
        if start > 0 {
            self.0.push('&');
        }
        let length = self.0.len();
        self.0 = form_urlencoded::Serializer::for_suffix(self.0, length).append_pair(name, value).finish();
        self
    }

    #[must_use]
    pub fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn into_string(self) -> String {
        self.0
    }
}
