mod assets;
mod errors;
mod escaping;
mod forms;
mod headers;
mod local_paths;
mod methods;
mod origin;
mod strangers;
mod theme;

use crate::support::{Admin, Answer, Person};

/// An address, with the fields of a form that would be taken.
pub struct Route {
    pub path: String,
    /// What it answers to, as its `Allow` says.
    pub allow: &'static str,
    /// None where nothing is posted.
    pub fields: Option<Vec<(&'static str, String)>>,
    /// Whether one must be signed in.
    pub is_desk: bool,
}

impl Route {
    pub fn is_read(&self) -> bool {
        self.allow.contains("GET")
    }

    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.fields.iter().flatten().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Posts the form that would be taken.
    pub async fn posted_by(&self, admin: &Admin) -> Answer {
        admin.browser.post(&self.path, &self.pairs()).await
    }
}

/// Every address of the program; `ada` is somebody who may be decided about.
pub fn routes(ada: &Person, setup_token: &str) -> Vec<Route> {
    let read = |path: &str, is_desk| Route { path: path.into(), allow: "GET, HEAD", fields: None, is_desk };
    let form = |path: String, allow, is_desk, fields: &[(&'static str, &str)]| Route {
        path,
        allow,
        fields: Some(fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()),
        is_desk,
    };
    let both = "GET, HEAD, POST";
    vec![
        read("/", false),
        read("/admin", false),
        read("/livez", false),
        read("/readyz", false),
        read("/static/app.css", false),
        read("/admin/developers", true),
        read("/admin/activity", true),
        form("/theme".into(), "POST", false, &[("theme", "dark"), ("return_to", "/admin/activity")]),
        form(
            "/admin/login".into(),
            both,
            false,
            &[("email", "nobody@x.example"), ("password", "wrong wrong wrong"), ("next", "/admin/activity")],
        ),
        form(
            format!("/admin/setup/{setup_token}"),
            both,
            false,
            &[("full_name", "Eve"), ("email", "eve@x.example"), ("password", "four calm boats at noon")],
        ),
        form("/admin/logout".into(), "POST", false, &[]),
        form(ada.path(), both, true, &[("full_name", "Ada L"), ("organization", "Co"), ("version", "1")]),
        form(ada.moves(), "POST", true, &[("action", "approve"), ("version", "1"), ("reason", ""), ("return_to", "/")]),
        form(ada.deletion(), both, true, &[("version", "1"), ("return_to", "/admin/developers")]),
    ]
}
