//! Every address, and nothing else.

use actix_web::guard::{self, Guard};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource, Route};

use crate::admins::{self, layer};
use crate::db::Db;
use crate::error::AppError;
use crate::server::health;
use crate::web::cookies::Cookies;
use crate::web::{assets, theme};
use crate::{activity, developers};

/// What no session stands around, and then the admins' pages within theirs.
pub fn all(config: &mut ServiceConfig, db: &Db, cookies: &Cookies) {
    config
        .service(read_only("/livez").route(get().to(health::livez)))
        .service(read_only("/readyz").route(get().to(health::readyz)))
        .service(read_only("/static/{name}").route(get().to(assets::serve)))
        .service(read_only("/").route(get().to(admins::handlers::start)))
        .service(write_only("/theme").route(web::post().to(theme::choose)))
        .service(
            web::scope("/admin")
                .wrap(layer(db.clone(), cookies))
                .service(read_only("").route(get().to(admins::handlers::start)))
                .service(
                    both("/setup/{token}")
                        .route(get().to(admins::handlers::setup))
                        .route(web::post().to(admins::handlers::set_up)),
                )
                .service(
                    both("/login")
                        .route(get().to(admins::handlers::login))
                        .route(web::post().to(admins::handlers::sign_in)),
                )
                .service(write_only("/logout").route(web::post().to(admins::handlers::sign_out)))
                .service(read_only("/developers").route(get().to(developers::handlers::list)))
                .service(
                    both("/developers/{id}")
                        .route(get().to(developers::handlers::show))
                        .route(web::post().to(developers::handlers::edit)),
                )
                .service(
                    write_only("/developers/{id}/transitions").route(web::post().to(developers::handlers::transition)),
                )
                .service(
                    both("/developers/{id}/delete")
                        .route(get().to(developers::handlers::confirm_delete))
                        .route(web::post().to(developers::handlers::delete)),
                )
                .service(read_only("/activity").route(get().to(activity::handlers::activity)))
                .default_service(web::to(nothing)),
        )
        .default_service(web::to(nothing));
}

/// GET, and HEAD, which is the same without its body.
fn get() -> Route {
    web::route().guard(guard::fn_guard(|context| guard::Get().check(context) || guard::Head().check(context)))
}

fn read_only(path: &str) -> Resource {
    resource(path, "GET, HEAD")
}

fn write_only(path: &str) -> Resource {
    resource(path, "POST")
}

fn both(path: &str) -> Resource {
    resource(path, "GET, HEAD, POST")
}

fn resource(path: &str, allowed: &'static str) -> Resource {
    let refuse = move || async move { Err::<HttpResponse, _>(AppError::Method { allowed }) };
    web::resource(path).default_service(web::to(refuse))
}

async fn nothing() -> Result<HttpResponse, AppError> {
    Err(AppError::NotFound)
}
