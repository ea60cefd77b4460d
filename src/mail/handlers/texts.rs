//! The texts of mails: their list, and one of them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::Utc;

use super::shortened;
use crate::admins::CurrentAdmin;
use crate::db::Db;
use crate::error::AppError;
use crate::mail::forms::{TextForm, Wish};
use crate::mail::operations::{self, Saved};
use crate::mail::text::Text;
use crate::mail::views::{TEXTS_PATH, TextPage, Texts};
use crate::outbox::{Kind, Post};
use crate::policy::Policy;
use crate::web::chrome::{Chrome, Frame};
use crate::web::cookies::Cookies;
use crate::web::flash::Message;
use crate::web::form::{FieldErrors, Form};
use crate::web::page::{html, see_other};

const SECTION: &str = "settings";

/// A kind in the path; what is none is no page.
fn kind_of(path: &str) -> Result<Kind, AppError> {
    path.parse().map_err(|_| AppError::NotFound)
}

fn chrome(admin: &CurrentAdmin, frame: Frame, kind: Kind) -> Chrome {
    admin.chrome(frame, &format!("{} · Mail texts", kind.label()), SECTION)
}

/// `GET /admin/settings/mails`
pub async fn list(admin: CurrentAdmin, db: Data<Db>, frame: Frame) -> Result<HttpResponse, AppError> {
    let policy = db.run(Policy::read).await?;
    html(StatusCode::OK, &Texts::new(admin.chrome(frame, "Mail texts", SECTION), &policy))
}

/// `GET /admin/settings/mails/{kind}`
pub async fn show(
    admin: CurrentAdmin,
    db: Data<Db>,
    frame: Frame,
    kind: Path<String>,
) -> Result<HttpResponse, AppError> {
    let kind = kind_of(&kind)?;
    let policy = db.run(Policy::read).await?;
    html(StatusCode::OK, &TextPage::new(chrome(&admin, frame, kind), kind, &policy))
}

/// `POST /admin/settings/mails/{kind}`
pub async fn act(
    admin: CurrentAdmin,
    state: (Data<Db>, Data<Post>, Data<Cookies>),
    frame: Frame,
    kind: Path<String>,
    form: Form<TextForm>,
) -> Result<HttpResponse, AppError> {
    let (db, post, cookies) = state;
    let (kind, typed) = (kind_of(&kind)?, form.0);
    let chrome = chrome(&admin, frame, kind);
    if typed.wish == Wish::Reset {
        return save(&admin, (&db, &cookies), chrome, (kind, Text::usual(kind)), &typed).await;
    }
    let text = match typed.parse(kind) {
        Ok(text) => text,
        Err(errors) => {
            let policy = db.run(Policy::read).await?;
            let view = TextPage::new(chrome, kind, &policy).typed(&typed, &errors);
            return html(StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
    };
    match typed.wish {
        Wish::Preview => preview(&db, chrome, (kind, text), &typed).await,
        Wish::Test => test(&admin, (&db, &post), chrome, (kind, text), &typed).await,
        Wish::Save | Wish::Reset => save(&admin, (&db, &cookies), chrome, (kind, text), &typed).await,
    }
}

async fn save(
    admin: &CurrentAdmin,
    (db, cookies): (&Db, &Cookies),
    chrome: Chrome,
    (kind, text): (Kind, Text),
    typed: &TextForm,
) -> Result<HttpResponse, AppError> {
    let (seen, occasion) = (typed.version, admin.occasion());
    match db.transaction(move |conn| operations::save_text(conn, kind, seen, &text, &occasion)).await? {
        Saved::Done(is_new) => {
            let words = match (is_new, typed.wish) {
                (false, _) => "Nothing was changed.".to_owned(),
                (true, Wish::Reset) => format!("“{}” has its usual text again.", kind.label()),
                (true, _) => format!("Saved the mail “{}”.", kind.label()),
            };
            let here = format!("{TEXTS_PATH}/{kind}");
            Ok(see_other(&here, Some((&Message::done(words), cookies))))
        }
        Saved::Stale(policy, who) => {
            let view = TextPage::new(chrome, kind, &policy).conflicting(typed, &policy, kind, who);
            html(StatusCode::CONFLICT, &view)
        }
    }
}

async fn preview(
    db: &Db,
    chrome: Chrome,
    (kind, text): (Kind, Text),
    typed: &TextForm,
) -> Result<HttpResponse, AppError> {
    let policy = db.run(Policy::read).await?;
    let view = TextPage::new(chrome, kind, &policy).typed(typed, &FieldErrors::default());
    html(StatusCode::OK, &view.previewing(policy, kind, &text))
}

/// No redirect: it would lose what was typed and is not saved.
async fn test(
    admin: &CurrentAdmin,
    (db, post): (&Db, &Post),
    chrome: Chrome,
    (kind, text): (Kind, Text),
    typed: &TextForm,
) -> Result<HttpResponse, AppError> {
    let (to, own_post) = (admin.email().to_owned(), post.clone());
    let policy = db
        .transaction(move |conn| {
            operations::send_sample(conn, &own_post, (kind, &text), &to, Utc::now())?;
            Policy::read(conn)
        })
        .await?;
    let to = shortened(admin.email());
    let words = match post.delivers {
        true => format!("A test is on its way to {to}. Nothing was saved."),
        false => format!("A test to {to} is kept under Mail: mail is not configured. Nothing was saved."),
    };
    html(StatusCode::OK, &TextPage::new(chrome, kind, &policy).typed(typed, &FieldErrors::default()).saying(words))
}
