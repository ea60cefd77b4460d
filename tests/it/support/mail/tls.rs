//! A certificate for localhost that nobody trusts unless told.

use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, LazyLock};

use rcgen::CertifiedKey;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::NamedTempFile;

struct Identity {
    config: Arc<ServerConfig>,
    pem: String,
}

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    Identity { config: Arc::new(config), pem: cert.pem() }
});

pub fn accept(stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    StreamOwned::new(ServerConnection::new(Arc::clone(&IDENTITY.config)).unwrap(), stream)
}

/// For `SSL_CERT_FILE`: whoever reads it trusts the certificate of every sink.
pub fn trusted_file() -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(IDENTITY.pem.as_bytes()).unwrap();
    file
}
