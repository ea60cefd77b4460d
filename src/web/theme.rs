//! Light or dark: the system's choice, unless a cookie remembers another.

use actix_web::cookie::time::Duration;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::cookies::Cookies;
use super::form::Form;
use super::local_path::LocalPath;
use crate::error::AppError;
use crate::text_enum::text_enum;

text_enum! {
    /// What a person chose.
    pub enum Theme {
        Light = "light",
        Dark = "dark",
        System = "system",
    }
}

const NAME: &str = "theme";

/// The remembered choice.
pub fn chosen(request: &HttpRequest, cookies: &Cookies) -> Option<Theme> {
    request.cookie(&cookies.name(NAME))?.value().parse().ok().filter(|theme| *theme != Theme::System)
}

#[derive(Deserialize)]
pub struct ThemeForm {
    theme: Theme,
    #[serde(default)]
    return_to: String,
}

/// Remembers a choice and goes back to where it was made.
///
/// # Errors
/// 400 for a theme that is none.
pub async fn choose(cookies: Data<Cookies>, form: Form<ThemeForm>) -> Result<HttpResponse, AppError> {
    let ThemeForm { theme, return_to } = form.0;
    let kept = if theme == Theme::System { Duration::ZERO } else { Duration::days(365) };
    let location = LocalPath::parse(&return_to).map_or_else(|| "/".to_owned(), LocalPath::into_string);
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .cookie(cookies.cookie(NAME, theme.to_string(), kept))
        .finish())
}
