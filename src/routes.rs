//! Every address, and nothing else.

use actix_web::dev::fn_service;
use actix_web::guard::{self, Guard};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource, Route};

use crate::accounts::{self, DeveloperDoor};
use crate::admins::{self, AdminDoor};
use crate::applications::{self, Application};
use crate::config::Config;
use crate::db::Db;
use crate::developers::{self, Developer};
use crate::error::AppError;
use crate::gateway::{self, Gateway};
use crate::server::health;
use crate::web::cookies::Cookies;
use crate::web::session::layer;
use crate::web::{assets, theme};
use crate::{activity, desk, invitations, keys, mail, registration, settings};

/// What no layer stands around. For one thread.
pub fn machines(routes: &mut ServiceConfig, gateway: &Gateway, config: &Config) {
    let check = gateway::handlers::check(gateway, config);
    routes
        .service(web::service("/gateway/check").finish(fn_service(check.clone())))
        .service(web::service("/gateway/check/{tail}*").finish(fn_service(check)))
        .route("/metrics", web::to(gateway::handlers::metrics));
}

/// What no session stands around, then the developers' pages within theirs, and the admins' within theirs.
pub fn all(config: &mut ServiceConfig, db: &Db, cookies: &Cookies) {
    config
        .service(read_only("/livez").route(get().to(health::livez)))
        .service(read_only("/readyz").route(get().to(health::readyz)))
        .service(read_only("/static/{name}").route(get().to(assets::serve)))
        .service(
            read_only("/").route(get().to(registration::handlers::front)).wrap(layer::<DeveloperDoor>(db, cookies)),
        )
        .service(
            both("/register")
                .route(get().to(registration::handlers::form))
                .route(web::post().to(registration::handlers::register)),
        )
        .service(read_only("/register/received").route(get().to(registration::handlers::next_steps)))
        .service(write_only("/register/resend").route(web::post().to(registration::handlers::resend)))
        .service(
            both("/register/{token}")
                .route(get().to(registration::handlers::invited::form))
                .route(web::post().to(registration::handlers::invited::register)),
        )
        .service(
            both("/verify/{token}")
                .route(get().to(registration::handlers::verify))
                .route(web::post().to(registration::handlers::confirm)),
        )
        .service(
            both("/password/forgot")
                .route(get().to(accounts::handlers::password::forgot))
                .route(web::post().to(accounts::handlers::password::ask)),
        )
        .service(
            both("/password/reset/{token}")
                .route(get().to(accounts::handlers::password::reset))
                .route(web::post().to(accounts::handlers::password::set)),
        )
        .service(
            both("/login")
                .route(get().to(accounts::handlers::login))
                .route(web::post().to(accounts::handlers::sign_in))
                .wrap(layer::<DeveloperDoor>(db, cookies)),
        )
        .service(
            write_only("/logout")
                .route(web::post().to(accounts::handlers::sign_out))
                .wrap(layer::<DeveloperDoor>(db, cookies)),
        )
        .service(
            web::scope("/account")
                .wrap(layer::<DeveloperDoor>(db, cookies))
                .service(
                    both("")
                        .route(get().to(accounts::handlers::account::show))
                        .route(web::post().to(accounts::handlers::account::edit)),
                )
                .service(write_only("/password").route(web::post().to(accounts::handlers::account::change_password)))
                .service(
                    both("/applications")
                        .route(get().to(applications::handlers::own::list))
                        .route(web::post().to(applications::handlers::own::create)),
                )
                .service(
                    both("/applications/{id}")
                        .route(get().to(applications::handlers::own::show))
                        .route(web::post().to(applications::handlers::own::edit)),
                )
                .service(
                    write_only("/applications/{id}/delete").route(web::post().to(applications::handlers::own::delete)),
                )
                .service(
                    write_only("/applications/{id}/keys").route(web::post().to(applications::handlers::keys::create)),
                )
                .service(write_only("/keys/{id}/revoke").route(web::post().to(applications::handlers::keys::revoke)))
                .default_service(web::to(nothing)),
        )
        .service(write_only("/theme").route(web::post().to(theme::choose)))
        .service(
            web::scope("/admin")
                .wrap(layer::<AdminDoor>(db, cookies))
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
                .service(read_only("/developers").route(get().to(desk::handlers::list::<Developer>)))
                .service(
                    both("/developers/new")
                        .route(get().to(registration::handlers::added::form))
                        .route(web::post().to(registration::handlers::added::add)),
                )
                .service(write_only("/developers/email").route(web::post().to(developers::handlers::email)))
                .service(
                    both("/developers/{id}")
                        .route(get().to(desk::handlers::show::<Developer>))
                        .route(web::post().to(desk::handlers::edit::<Developer>)),
                )
                .service(
                    write_only("/developers/{id}/transitions")
                        .route(web::post().to(desk::handlers::transition::<Developer>)),
                )
                .service(
                    both("/developers/{id}/delete")
                        .route(get().to(desk::handlers::confirm_delete::<Developer>))
                        .route(web::post().to(desk::handlers::delete::<Developer>)),
                )
                .service(read_only("/applications").route(get().to(desk::handlers::list::<Application>)))
                .service(
                    both("/applications/{id}")
                        .route(get().to(desk::handlers::show::<Application>))
                        .route(web::post().to(desk::handlers::edit::<Application>)),
                )
                .service(
                    write_only("/applications/{id}/transitions")
                        .route(web::post().to(desk::handlers::transition::<Application>)),
                )
                .service(
                    both("/applications/{id}/delete")
                        .route(get().to(desk::handlers::confirm_delete::<Application>))
                        .route(web::post().to(desk::handlers::delete::<Application>)),
                )
                .service(read_only("/developers/{id}/gateways").route(get().to(gateway::handlers::spread)))
                .service(
                    both("/invitations")
                        .route(get().to(invitations::handlers::list))
                        .route(web::post().to(invitations::handlers::invite)),
                )
                .service(read_only("/invitations/new").route(get().to(invitations::handlers::new)))
                .service(write_only("/invitations/check").route(web::post().to(invitations::handlers::check)))
                .service(write_only("/invitations/{id}/resend").route(web::post().to(invitations::handlers::resend)))
                .service(
                    write_only("/invitations/{id}/withdraw").route(web::post().to(invitations::handlers::withdraw)),
                )
                .service(write_only("/keys/search").route(web::post().to(keys::handlers::find)))
                .service(read_only("/activity").route(get().to(activity::handlers::activity)))
                .service(read_only("/mail").route(get().to(mail::handlers::list)))
                .service(write_only("/mail/retry").route(web::post().to(mail::handlers::retry_failed)))
                .service(read_only("/mail/{id}").route(get().to(mail::handlers::show)))
                .service(write_only("/mail/{id}/retry").route(web::post().to(mail::handlers::retry)))
                .service(
                    both("/settings")
                        .route(get().to(settings::handlers::show))
                        .route(web::post().to(settings::handlers::save)),
                )
                .service(write_only("/settings/notices").route(web::post().to(settings::handlers::choose_notices)))
                .service(read_only("/settings/mails").route(get().to(mail::handlers::texts::list)))
                .service(
                    both("/settings/mails/{kind}")
                        .route(get().to(mail::handlers::texts::show))
                        .route(web::post().to(mail::handlers::texts::act)),
                )
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

/// What has no address here.
pub fn nowhere() -> Route {
    web::to(nothing)
}

async fn nothing() -> Result<HttpResponse, AppError> {
    Err(AppError::NotFound)
}
