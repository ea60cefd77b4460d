//! What stops a start, and what does not.

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
    let find = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
    Config::read(find).map_err(|e| e.to_string())
}

#[test]
fn nothing_given_is_a_local_desk() {
    let config = read(&[]).unwrap();
    assert_eq!(config.base_url.as_str(), "http://127.0.0.1:8080");
    assert!(config.database_url.is_none() && config.trusted_proxies.is_empty());
}

#[test]
fn an_open_gateway_behind_a_proxy_is_warned_of() {
    let warns = |pairs: &[(&str, &str)]| read(pairs).unwrap().warning().is_some();
    let public = ("GUESTLIST_BASE_URL", "https://guests.example");
    assert!(warns(&[public]));
    assert!(warns(&[public, ("GUESTLIST_LISTEN", "0.0.0.0:8080")]));
    assert!(!warns(&[]));
    assert!(!warns(&[("GUESTLIST_BASE_URL", "https://localhost:8443")]));
    assert!(!warns(&[public, ("GUESTLIST_LISTEN", "10.0.0.5:8080")]), "connections have addresses of their own");
    assert!(!warns(&[public, ("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1")]));
    assert!(!warns(&[public, ("GUESTLIST_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]));
    assert!(warns(&[public, ("GUESTLIST_TRUSTED_PROXIES", "10.0.0.0/8")]), "another one may stand here");
    assert!(!warns(&[public, ("GUESTLIST_GATEWAY_TOKEN", "between-us-two-alone")]));
}

#[test]
fn one_start_names_all_that_is_wrong() {
    let errors = read(&[
        ("GUESTLIST_LISTEN", "here"),
        ("GUESTLIST_BASE_URL", "ftp://x"),
        ("GUESTLIST_SECRET_KEY", "short"),
        ("GUESTLIST_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("GUESTLIST_LOG", "loud"),
        ("DATABASE_URL", "postgres://db/x?sslmode=require"),
    ])
    .unwrap_err();
    for name in ["LISTEN", "BASE_URL", "SECRET_KEY", "TRUSTED_PROXIES", "LOG"] {
        assert!(errors.contains(&format!("GUESTLIST_{name} ")), "{name} is missing in:\n{errors}");
    }
    assert_eq!(errors.contains("DATABASE_URL asks for TLS"), !cfg!(feature = "tls"));
}

#[test]
fn mail_needs_a_server_and_a_sender() {
    let url = ("GUESTLIST_SMTP_URL", "smtps://guests:s3cret@mail.acme.example");
    let from = ("GUESTLIST_MAIL_FROM", "guests@acme.example");
    let config = read(&[url, from]).unwrap();
    assert_eq!(config.mail_route().unwrap().server.place(), "mail.acme.example:465");
    assert!(!format!("{config:?}").contains("s3cret"));
    assert!(read(&[]).unwrap().mail_route().is_err());
    assert!(read(&[url]).unwrap_err().contains("GUESTLIST_MAIL_FROM must be given"));
    assert!(read(&[from]).unwrap_err().contains("GUESTLIST_SMTP_URL must be given"));
    let errors =
        read(&[("GUESTLIST_SMTP_URL", "smtp://s3cret@acme.example"), ("GUESTLIST_MAIL_FROM", "guests")]).unwrap_err();
    assert!(errors.contains("SMTP_URL ") && errors.contains("MAIL_FROM ") && !errors.contains("s3cret"), "{errors}");
}

#[test]
fn a_wildcard_address_needs_a_base_url() {
    assert!(read(&[("GUESTLIST_LISTEN", "0.0.0.0:8080")]).unwrap_err().contains("GUESTLIST_BASE_URL must be given"));
    let config =
        read(&[("GUESTLIST_LISTEN", "[::]:8080"), ("GUESTLIST_BASE_URL", "https://Guests.example:443/")]).unwrap();
    assert_eq!(config.base_url.as_str(), "https://guests.example");
}
