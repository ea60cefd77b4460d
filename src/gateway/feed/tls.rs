//! TLS towards PostgreSQL, meant as libpq means it: `require` encrypts, `verify-ca` knows who has signed the server's
//! certificate, `verify-full` knows the server's name as well. With a file of roots, `require` is `verify-ca`.
//!
//! The roots are `sslrootcert` (a PEM file, or `system`), else `~/.postgresql/root.crt`; this instance shows `sslcert` and
//! `sslkey`, else `~/.postgresql/postgresql.crt` and `.key`. Files are read for each connection anew.

mod verifier;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ALL_VERSIONS, ClientConfig, ProtocolVersion, SupportedProtocolVersion};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use self::verifier::{Trusted, Verifier};
use super::Fault;
use super::reach::connect;
use super::said::{Mode, Said};

/// How it is encrypted, and how much of it is demanded.
pub struct Tls {
    mode: Mode,
    maker: MakeRustlsConnect,
}

impl Tls {
    /// None: nothing is encrypted, as on the way through a socket of this machine.
    ///
    /// # Errors
    /// What is demanded cannot be had, in words.
    pub fn read(config: &mut Config, mode: Mode, said: &Said) -> Result<Option<Self>, Fault> {
        let is_socket = |host: &Host| matches!(host, Host::Unix(_));
        let stays_here = config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(is_socket);
        if mode == Mode::Disable || stays_here {
            return Ok(None);
        }
        if config.get_hosts().is_empty() {
            if mode == Mode::VerifyFull {
                return Err(wrong("sslmode=verify-full needs a host, not only a hostaddr"));
            }
            for address in config.get_hostaddrs().to_vec() {
                config.host(address.to_string());
            }
        }
        match client_config(mode, said) {
            Ok(client) => Ok(Some(Self { mode, maker: MakeRustlsConnect::new(client) })),
            Err(fault) if mode.demands() => Err(fault),
            Err(_) => Ok(None),
        }
    }

    /// # Errors
    /// As [`Target::connect`](super::reach::Target::connect).
    pub async fn connect(&self, config: &Config, woken: &Arc<Notify>) -> Result<(Client, JoinHandle<()>), Fault> {
        let mut encrypted = config.clone();
        encrypted.ssl_mode(if self.mode == Mode::Prefer { SslMode::Prefer } else { SslMode::Require });
        let encrypted = connect(&encrypted, self.maker.clone(), woken);
        match self.mode {
            Mode::Allow => match connect(config, NoTls, woken).await {
                Ok(plain) => Ok(plain),
                Err(_) => encrypted.await,
            },
            Mode::Prefer => match encrypted.await {
                Ok(encrypted) => Ok(encrypted),
                Err(fault) => connect(config, NoTls, woken).await.map_err(|_| fault),
            },
            _ => encrypted.await,
        }
    }
}

fn wrong(what: impl Into<String>) -> Fault {
    Fault::Target(what.into())
}

fn client_config(mode: Mode, said: &Said) -> Result<ClientConfig, Fault> {
    let trusted = if mode.demands() { trusted(mode, said)? } else { None };
    let provider = ring::default_provider();
    let algorithms = provider.signature_verification_algorithms;
    let verifier = Verifier { trusted, knows_name: mode == Mode::VerifyFull, algorithms };
    let unusable = |error: rustls::Error| wrong(format!("TLS cannot be used as it is set up: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&versions(said))
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity(said)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(unusable)?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    config.enable_sni = said.of("sslsni", "PGSSLSNI").is_none_or(|word| word != "0");
    Ok(config)
}

fn versions(said: &Said) -> Vec<&'static SupportedProtocolVersion> {
    let is = |name, variable, version: &str| said.of(name, variable).is_some_and(|v| v.eq_ignore_ascii_case(version));
    let only_new = is("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", "TLSv1.3");
    let only_old = is("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", "TLSv1.2");
    let fits = |version: ProtocolVersion| match version {
        ProtocolVersion::TLSv1_3 => !only_old,
        _ => !only_new,
    };
    ALL_VERSIONS.iter().copied().filter(|version| fits(version.version)).collect()
}

/// Whose signature the server's certificate must bear. None: anybody's.
fn trusted(mode: Mode, said: &Said) -> Result<Option<Trusted>, Fault> {
    if said.of("sslrootcert", "PGSSLROOTCERT").is_some_and(|file| file == "system") {
        if mode != Mode::VerifyFull {
            return Err(wrong("sslrootcert=system needs sslmode=verify-full"));
        }
        return Trusted::new(rustls_native_certs::load_native_certs().certs)
            .map(Some)
            .ok_or_else(|| wrong("this system has no root certificates"));
    }
    let Some(roots) = file(said, "sslrootcert", "PGSSLROOTCERT", "root.crt") else {
        let is_needed = mode > Mode::Require;
        return if is_needed { Err(wrong("sslmode=verify-ca and verify-full need sslrootcert")) } else { Ok(None) };
    };
    if file(said, "sslcrl", "PGSSLCRL", "root.crl").is_some() || said.of("sslcrldir", "PGSSLCRLDIR").is_some() {
        return Err(wrong("the feed does not read lists of revoked certificates (sslcrl, sslcrldir, root.crl)"));
    }
    let none = || wrong(format!("no certificate of sslrootcert, {}, can be used", roots.display()));
    Trusted::new(certificates(&roots)?).ok_or_else(none).map(Some)
}

/// The file that is named, or the one that libpq finds without being told.
fn file(said: &Said, name: &str, variable: &str, at_home: &str) -> Option<PathBuf> {
    let home = || Some(PathBuf::from(said.variable("HOME")?).join(".postgresql").join(at_home));
    said.of(name, variable).map(PathBuf::from).or_else(|| home().filter(|file| file.exists()))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let unreadable = |error| wrong(format!("{} cannot be read: {error}", file.display()));
    CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(unreadable)
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Who this instance is, if it is to be somebody. A server that insists says so itself.
fn identity(said: &Said) -> Result<Option<Identity>, Fault> {
    let chain = file(said, "sslcert", "PGSSLCERT", "postgresql.crt").filter(|file| file.exists());
    let is_off = said.of("sslcertmode", "PGSSLCERTMODE").is_some_and(|word| word == "disable");
    let Some(chain) = chain.filter(|_| !is_off) else { return Ok(None) };
    let Some(key) = file(said, "sslkey", "PGSSLKEY", "postgresql.key") else {
        return Err(wrong("sslcert needs sslkey"));
    };
    let unreadable =
        |error| wrong(format!("{}, which must be a PEM without a password, cannot be read: {error}", key.display()));
    Ok(Some((certificates(&chain)?, PrivateKeyDer::from_pem_file(&key).map_err(unreadable)?)))
}
