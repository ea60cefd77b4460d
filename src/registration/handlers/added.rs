//! The form by which an admin adds a developer.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use crate::admins::CurrentAdmin;
use crate::db::{Conn, Db};
use crate::developers::{Developer, Registered, Status};
use crate::error::AppError;
use crate::outbox::Post;
use crate::registration::forms::AddForm;
use crate::registration::operations;
use crate::registration::views::Add;
use crate::values::Refused;
use crate::web::chrome::{Chrome, Frame};
use crate::web::cookies::Cookies;
use crate::web::flash::{Message, shortened};
use crate::web::form::{FieldErrors, Form};
use crate::web::page::{html, see_other};

fn chrome(admin: &CurrentAdmin, frame: Frame) -> Chrome {
    admin.chrome(frame, "Add a developer", "developers")
}

/// `GET /admin/developers/new`
pub async fn form(admin: CurrentAdmin, frame: Frame) -> Result<HttpResponse, AppError> {
    html(StatusCode::OK, &Add::new(chrome(&admin, frame), &AddForm::fresh(), &FieldErrors::default()))
}

/// `POST /admin/developers/new`
pub async fn add(
    admin: CurrentAdmin,
    state: (Data<Db>, Data<Post>, Data<Cookies>),
    frame: Frame,
    form: Form<AddForm>,
) -> Result<HttpResponse, AppError> {
    let (db, post, cookies) = state;
    let (typed, delivers) = (form.0, post.delivers);
    let new = match typed.parse() {
        Ok(new) => new,
        Err(errors) => {
            return html(StatusCode::UNPROCESSABLE_ENTITY, &Add::new(chrome(&admin, frame), &typed, &errors));
        }
    };
    let occasion = admin.occasion();
    let work = move |conn: &mut Conn| operations::add(conn, &new, &post, &occasion);
    match db.transaction(work).await? {
        Registered::New(developer) => {
            let message = Message::done(done(&developer, delivers));
            Ok(see_other(&format!("/admin/developers/{}", developer.id), Some((&message, &cookies))))
        }
        Registered::Known(developer) => {
            let mut errors = FieldErrors::default();
            errors.add("email", Refused(format!("{} is registered already ({})", developer.email, developer.status)));
            let view = Add::new(chrome(&admin, frame), &typed, &errors).naming(&developer);
            html(StatusCode::UNPROCESSABLE_ENTITY, &view)
        }
    }
}

fn done(developer: &Developer, delivers: bool) -> String {
    let name = shortened(developer.shown_name());
    match (developer.status, delivers) {
        (Status::Rejected | Status::Revoked, _) => format!("Added {name}."),
        (_, true) => format!("Added {name}. A link to choose a password is on its way."),
        (_, false) => format!("Added {name}. A link to choose a password is kept under Mail."),
    }
}
