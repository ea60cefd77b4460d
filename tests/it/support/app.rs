//! The real server on a port of its own, and browsers that talk to it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::Method;
use actix_web::rt::System;
use guestlist::config::Config;
use guestlist::policy::Policy;
use guestlist::server::{self, Shared};

use super::db::TestDb;
use super::html::{Page, Partial};
use super::mail::Sink;

/// Signs the cookies of all tests, so that a second server on the same database knows them.
pub const SECRET: &str = "a secret of at least sixty-four bytes that signs the cookies of every test";

/// A running Guestlist.
pub struct App {
    pub db: TestDb,
    pub server: Server,
}

/// A server without the ownership of its database.
pub struct Server {
    pub address: SocketAddr,
    base_url: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the database at `url` with these variables of the environment.
    pub fn start(url: &str, variables: &[(&str, &str)]) -> Self {
        let listener = server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::read(|name| {
            let own = variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
            own.or_else(|| match name {
                "GUESTLIST_LISTEN" => Some(address.to_string()),
                "GUESTLIST_SECRET_KEY" => Some(SECRET.to_owned()),
                "DATABASE_URL" => Some(url.to_owned()),
                _ => None,
            })
        })
        .unwrap();
        let base_url = config.base_url.as_str().to_owned();
        // A server that finds no free connection begins with what holds without rows.
        let policy = guestlist::db::connect(url).and_then(|mut conn| Policy::read(&mut conn)).unwrap_or_default();
        let shared = Shared::new(config, url, &policy).unwrap();
        let (started, handle) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let (server, background) = server::run(listener, shared).unwrap();
                started.send(server.handle()).unwrap();
                server.await.unwrap();
                background.stop().await;
            });
        });
        Self { address, base_url, handle: handle.recv().unwrap(), thread: Some(thread) }
    }

    pub fn browser(&self) -> Browser {
        Browser::at(self.address, &self.base_url)
    }
}

impl Browser {
    /// Without a cookie, in front of whoever serves there.
    pub fn at(address: SocketAddr, origin: &str) -> Self {
        let connector = awc::Connector::new().limit(400).timeout(Duration::from_secs(10));
        let client =
            awc::Client::builder().connector(connector).timeout(Duration::from_secs(20)).disable_redirects().finish();
        Self {
            client,
            server: format!("http://{address}"),
            origin: origin.to_owned(),
            jar: Rc::default(),
            htmx: false,
            sees: None,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl App {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these variables of the environment.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let db = TestDb::new();
        let server = Server::start(&db.url, variables);
        Self { server, db }
    }

    /// One that sends its mail to this server.
    pub async fn sending_to(sink: &Sink) -> Self {
        Self::with(&sink.variables().each_ref().map(|(name, value)| (*name, value.as_str()))).await
    }

    /// Another server on the same database.
    pub fn another(&self, variables: &[(&str, &str)]) -> Server {
        Server::start(&self.db.url, variables)
    }

    /// A browser that nobody is signed in with.
    pub fn browser(&self) -> Browser {
        self.server.browser()
    }

    /// Says bytes to the server as they are, and reads until it hangs up or falls silent.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Keeps cookies and says where its requests come from, as browsers do. Clones share the cookies.
#[derive(Clone)]
pub struct Browser {
    client: awc::Client,
    server: String,
    pub origin: String,
    pub jar: Rc<RefCell<BTreeMap<String, String>>>,
    /// Whether htmx asks.
    pub htmx: bool,
    /// The address in the browser's bar.
    pub sees: Option<String>,
}

impl Browser {
    /// The same browser, in the hands of htmx or not.
    pub fn speaking(&self, htmx: bool) -> Self {
        Self { htmx, ..self.clone() }
    }

    pub fn seeing(&self, page: &str) -> Self {
        Self { sees: Some(page.to_owned()), ..self.clone() }
    }

    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.request(Method::POST, path).body("application/x-www-form-urlencoded", body)
    }

    /// A request with the headers of a browser on a page of this server.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let is_safe = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
        let mut headers = vec![("Sec-Fetch-Site".to_owned(), "same-origin".to_owned())];
        headers.push(("Sec-Fetch-Dest".into(), if self.htmx { "empty" } else { "document" }.into()));
        if !is_safe {
            headers.push(("Origin".into(), self.origin.clone()));
        }
        if self.htmx {
            headers.push(("HX-Request".into(), "true".into()));
            if let Some(page) = &self.sees {
                headers.push(("HX-Current-URL".into(), format!("{}{page}", self.origin)));
            }
        }
        Request { browser: self.clone(), method, path: path.to_owned(), headers, body: Vec::new() }
    }

    /// A request of a program, which says nothing by itself.
    pub fn plainly(&self, method: Method, path: &str) -> Request {
        Request { browser: self.clone(), method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().get(name).cloned()
    }

    pub fn forget_cookies(&self) {
        self.jar.borrow_mut().clear();
    }
}

/// A request that is sent when it is awaited.
pub struct Request {
    browser: Browser,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The header once more.
    #[must_use]
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self
    }

    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    async fn send(self) -> Answer {
        let Self { browser, method, path, headers, body } = self;
        let what = format!("{method} {path}");
        let mut request = browser.client.request(method, format!("{}{path}", browser.server)).force_close();
        for (name, value) in &headers {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        let cookies: Vec<_> = browser.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie")) {
            request = request.insert_header(("Cookie", cookies.join("; ")));
        }
        let sent = if body.is_empty() { request.send() } else { request.send_body(body) };
        let mut response = sent.await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = response.status().as_u16();
        let body = response.body().limit(16 << 20).await.unwrap_or_else(|error| panic!("{what}: {error}")).to_vec();
        let answer = Answer { what, status, headers, body };
        browser.keep_cookies(&answer);
        answer
    }
}

impl Browser {
    fn keep_cookies(&self, answer: &Answer) {
        let mut jar = self.jar.borrow_mut();
        for cookie in answer.all("set-cookie") {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if rest.to_ascii_lowercase().contains("max-age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// What the server said.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub what: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The header, which stands there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "{}: {name} stands there twice: {all:?}", self.what);
        all.first().copied()
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap_or_else(|_| panic!("{}: no UTF-8", self.what))
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, String::from_utf8_lossy(&self.body));
        self
    }

    /// What a stranger can compare: all but what differs between any two answers. Of cookies the names count, for their
    /// values are signed.
    pub fn comparable(&self) -> (u16, Vec<(String, String)>, String) {
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| !["date", "x-request-id"].contains(&name.to_ascii_lowercase().as_str()));
        for (_, value) in headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let (name, rest) = value.split_once('=').unwrap_or((value, ""));
            let marks = rest.split_once(';').map_or("", |(_, marks)| marks);
            *value = format!("{name};{marks}");
        }
        headers.sort();
        (self.status, headers, self.text())
    }

    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("{}: no Location", self.what))
    }

    pub fn request_id(&self) -> String {
        self.header("x-request-id").unwrap_or_else(|| panic!("{}: no X-Request-Id", self.what)).to_owned()
    }

    /// The body as a page, or as the part of one that it is.
    pub fn page(&self) -> Page {
        Page::parse(&self.text())
    }

    /// The parts that htmx puts in their places.
    pub fn partials(&self) -> Vec<Partial> {
        Partial::all(&self.text())
    }

    /// The part for this place.
    pub fn partial(&self, target: &str) -> Partial {
        let found: Vec<_> = self.partials().into_iter().filter(|partial| partial.target == target).collect();
        assert_eq!(found.len(), 1, "{}: parts for {target} in {}", self.what, self.text());
        found.into_iter().next().unwrap()
    }
}
