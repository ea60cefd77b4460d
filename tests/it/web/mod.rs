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
    /// Where strangers are sent.
    pub door: Option<&'static str>,
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

const DESK: Option<&str> = Some("/admin/login");
const ACCOUNT: Option<&str> = Some("/login");

/// Every address of the program; `ada` is somebody who may be decided about.
pub fn routes(ada: &Person, setup_token: &str) -> Vec<Route> {
    let read = |path: &str, door| Route { path: path.into(), allow: "GET, HEAD", fields: None, door };
    let form = |path: &str, allow, door, fields: &[(&'static str, &str)]| Route {
        path: path.into(),
        allow,
        fields: Some(fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()),
        door,
    };
    let (both, write) = ("GET, HEAD, POST", "POST");
    let no_mail = format!("/admin/mail/{}", uuid::Uuid::nil());
    let no_invitation = format!("/admin/invitations/{}", uuid::Uuid::nil());
    let no_application = format!("/account/applications/{}", uuid::Uuid::nil());
    let at_desk = format!("/admin/applications/{}", uuid::Uuid::nil());
    let no_key = format!("/account/keys/{}/revoke", uuid::Uuid::nil());
    let password = "four calm boats at noon";
    let eve = [
        ("full_name", "Eve"),
        ("email", "eve@x.example"),
        ("organization", "Co"),
        ("purpose", "Weather"),
        ("password", password),
        ("terms", "yes"),
    ];
    let sign_in = [("email", "nobody@x.example"), ("password", "wrong wrong wrong"), ("next", "/admin/activity")];
    vec![
        read("/", None),
        read("/admin", None),
        read("/livez", None),
        read("/readyz", None),
        read("/static/app.css", None),
        form("/register", both, None, &eve),
        read("/register/received", None),
        form("/register/resend", write, None, &[("email", "nobody@x.example")]),
        form("/register/none", both, None, &[eve[0], eve[4], eve[5]]),
        form("/verify/none", both, None, &[]),
        form("/login", both, None, &sign_in),
        form("/logout", write, None, &[]),
        form("/password/forgot", both, None, &[("email", "nobody@x.example")]),
        form("/password/reset/none", both, None, &[("password", password)]),
        form("/account", both, ACCOUNT, &[("full_name", "Dora"), ("organization", "Co")]),
        form("/account/password", write, ACCOUNT, &[("current_password", "wrong wrong"), ("password", password)]),
        form("/account/applications", both, ACCOUNT, &[("name", "Weather"), ("callback_url", "https://x.example/")]),
        form(&no_application, both, ACCOUNT, &[("name", "Weather")]),
        form(&format!("{no_application}/delete"), write, ACCOUNT, &[]),
        form(&format!("{no_application}/keys"), write, ACCOUNT, &[("name", "Production"), ("expires_on", "")]),
        form(&no_key, write, ACCOUNT, &[]),
        form("/theme", write, None, &[("theme", "dark"), ("return_to", "/admin/activity")]),
        form("/admin/login", both, None, &sign_in),
        form(&format!("/admin/setup/{setup_token}"), both, None, &[eve[0], eve[1], eve[4]]),
        form("/admin/logout", write, None, &[]),
        read("/admin/developers", DESK),
        form(
            "/admin/developers/new",
            both,
            DESK,
            &[("email", "eve@x.example"), ("full_name", "Eve"), ("organization", "Co"), ("status", "approved")],
        ),
        form("/admin/developers/email", write, DESK, &[("id", &ada.id.to_string())]),
        form(&ada.path(), both, DESK, &[("full_name", "Ada L"), ("organization", "Co"), ("version", "1")]),
        form(&ada.moves(), write, DESK, &[("action", "approve"), ("version", "1"), ("reason", ""), ("return_to", "/")]),
        form(&ada.deletion(), both, DESK, &[("version", "1"), ("return_to", "/admin/developers")]),
        read(&format!("{}/gateways", ada.path()), DESK),
        read("/admin/applications", DESK),
        form(&at_desk, both, DESK, &[("name", "Weather"), ("version", "1")]),
        form(&format!("{at_desk}/transitions"), write, DESK, &[("action", "approve"), ("version", "1")]),
        form(&format!("{at_desk}/delete"), both, DESK, &[("version", "1")]),
        form("/admin/keys/search", write, DESK, &[("q", "glk_4fGh")]),
        form("/admin/invitations", both, DESK, &[("addresses", "eve@x.example"), ("via", "mail_app")]),
        read("/admin/invitations/new", DESK),
        form("/admin/invitations/check", write, DESK, &[("addresses", "eve@x.example")]),
        form(&format!("{no_invitation}/resend"), write, DESK, &[]),
        form(&format!("{no_invitation}/withdraw"), write, DESK, &[]),
        read("/admin/activity", DESK),
        read("/admin/mail", DESK),
        form("/admin/mail/retry", write, DESK, &[]),
        read(&no_mail, DESK),
        form(&format!("{no_mail}/retry"), write, DESK, &[]),
        form("/admin/settings", both, DESK, &[("welcome", "Hello"), ("version", "0")]),
        form("/admin/settings/notices", write, DESK, &[("new_requests", "daily")]),
        read("/admin/settings/mails", DESK),
        form(
            "/admin/settings/mails/test",
            both,
            DESK,
            &[("subject", "Does it arrive?"), ("body", "It does."), ("version", "0"), ("do", "save")],
        ),
    ]
}
