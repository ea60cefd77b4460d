//! Who the server is.
//!
//! OpenSSL, and with it libpq, takes three kinds of certificate that `webpki` does not, and PostgreSQL's own manual makes all
//! of them: the server's own one in the file of roots, a name in the subject alone, and version 1. The first two are
//! taken here too. One of version 1 is taken where it is in the file itself, or where nothing is verified.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Whom it is believed.
#[derive(Debug)]
pub struct Trusted {
    roots: RootCertStore,
    themselves: Vec<CertificateDer<'static>>,
}

impl Trusted {
    /// None without one that can be used.
    pub fn new(certificates: Vec<CertificateDer<'static>>) -> Option<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        (!roots.is_empty()).then_some(Self { roots, themselves: certificates })
    }
}

/// See the module.
#[derive(Debug)]
pub struct Verifier {
    /// None: nobody has to be believed.
    pub trusted: Option<Trusted>,
    pub knows_name: bool,
    pub algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(trusted) = &self.trusted {
            if trusted.themselves.contains(own) {
                is_of_now(own, now)?;
            } else {
                let parsed = ParsedCertificate::try_from(own)?;
                let algorithms = self.algorithms.all;
                verify_server_cert_signed_by_trust_anchor(&parsed, &trusted.roots, between, now, algorithms)?;
            }
            if self.knows_name {
                is_called(own, name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, own, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if ParsedCertificate::try_from(own).is_ok() {
            return verify_tls13_signature(message, own, signature, &self.algorithms);
        }
        let key = parse(own)?.tbs_certificate.subject_public_key_info.to_der().map_err(|_| unreadable())?;
        verify_tls13_signature_with_raw_key(message, &SubjectPublicKeyInfoDer::from(key), signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn unreadable() -> Error {
    Error::InvalidCertificate(CertificateError::BadEncoding)
}

fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| unreadable())
}

fn is_of_now(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let validity = parse(certificate)?.tbs_certificate.validity;
    if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

/// By an alternative name; by the common one where there is no alternative of this kind, as libpq has it.
fn is_called(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
    let by_alternative = ParsedCertificate::try_from(certificate).and_then(|own| verify_server_name(&own, name));
    let Err(error) = by_alternative else { return Ok(()) };
    let own = parse(certificate)?;
    let alternatives = own.tbs_certificate.get::<SubjectAltName>().map_err(|_| unreadable())?;
    let is_alike = |other: &GeneralName| match other {
        GeneralName::DnsName(_) => matches!(name, ServerName::DnsName(_)),
        GeneralName::IpAddress(_) => matches!(name, ServerName::IpAddress(_)),
        _ => false,
    };
    let is_hidden = alternatives.is_some_and(|(_, names)| names.0.iter().any(is_alike));
    let common = common_name(&own).filter(|common| !is_hidden && fits(common, name));
    common.map(|_| ()).ok_or(error)
}

fn common_name(certificate: &Certificate) -> Option<String> {
    let mut parts = certificate.tbs_certificate.subject.0.iter().flat_map(|parts| parts.0.iter());
    let common = parts.find(|part| part.oid == COMMON_NAME)?;
    String::from_utf8(common.value.value().to_vec()).ok()
}

/// `*.` stands for one label.
fn fits(pattern: &str, name: &ServerName<'_>) -> bool {
    let host = name.to_str();
    let label = pattern.strip_prefix("*.").zip(host.split_once('.'));
    let is_below = label.is_some_and(|(domain, (_, rest))| domain.eq_ignore_ascii_case(rest));
    pattern.eq_ignore_ascii_case(&host) || (is_below && matches!(name, ServerName::DnsName(_)))
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd,
    };
    use rustls::crypto::ring;

    use super::*;

    type Issuer = CertifiedIssuer<'static, KeyPair>;

    fn params(common: &str, alternatives: &[&str]) -> CertificateParams {
        let names: Vec<String> = alternatives.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common);
        params
    }

    fn issuer(common: &str) -> Issuer {
        let mut params = params(common, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn signed(by: &Issuer, common: &str, alternatives: &[&str]) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        params(common, alternatives).signed_by(&key, by).unwrap().der().clone()
    }

    /// What is said of a certificate by whom only these are trusted, who may ask for a name.
    fn verify(
        own: &CertificateDer<'_>,
        trusted: &[&CertificateDer<'static>],
        name: Option<&str>,
    ) -> Result<(), String> {
        let verifier = Verifier {
            trusted: Trusted::new(trusted.iter().map(|&der| der.clone()).collect()),
            knows_name: name.is_some(),
            algorithms: ring::default_provider().signature_verification_algorithms,
        };
        let name = ServerName::try_from(name.unwrap_or("any.example")).unwrap();
        let verdict = verifier.verify_server_cert(own, &[], &name, &[], UnixTime::now());
        verdict.map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn only_whom_an_issuer_has_signed_is_believed() {
        let (acme, other) = (issuer("Acme"), issuer("Other"));
        let own = signed(&acme, "db", &["db.acme.example"]);
        assert_eq!(verify(&own, &[], None), Ok(()));
        assert_eq!(verify(&own, &[acme.der()], None), Ok(()));
        assert_eq!(verify(&own, &[other.der(), acme.der()], None), Ok(()));
        assert!(verify(&own, &[other.der()], None).unwrap_err().contains("UnknownIssuer"));
        let twin = issuer("Acme");
        assert!(verify(&own, &[twin.der()], None).is_err());
    }

    #[test]
    fn the_server_s_own_certificate_in_the_file_is_believed_in_its_time() {
        let own = issuer("db.acme.example");
        assert_eq!(verify(own.der(), &[own.der()], Some("db.acme.example")), Ok(()));
        assert!(verify(own.der(), &[own.der()], Some("other.example")).is_err());
        assert!(verify(own.der(), &[issuer("db.acme.example").der()], None).is_err());
        let past = |from, to| {
            let mut params = params("db.acme.example", &[]);
            (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
            params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
        };
        let (old, young) = (past(2001, 2002), past(4001, 4002));
        assert!(verify(&old, &[&old], None).unwrap_err().contains("Expired"));
        assert!(verify(&young, &[&young], None).unwrap_err().contains("NotValidYet"));
    }

    #[test]
    fn a_name_is_an_alternative_one_or_without_these_the_common_one() {
        let acme = issuer("Acme");
        let is_called = |common: &str, alternatives: &[&str], name: &str| {
            verify(&signed(&acme, common, alternatives), &[acme.der()], Some(name)).is_ok()
        };
        assert!(is_called("x", &["db.acme.example", "10.0.0.1"], "db.acme.example"));
        assert!(is_called("x", &["db.acme.example", "10.0.0.1"], "10.0.0.1"));
        assert!(is_called("x", &["*.acme.example"], "db.acme.example"));
        assert!(!is_called("x", &["*.acme.example"], "db.eu.acme.example"));
        assert!(!is_called("db.acme.example", &["other.example"], "db.acme.example"));
        assert!(!is_called("10.0.0.1", &["10.0.0.2"], "10.0.0.1"));
        assert!(is_called("DB.acme.example", &[], "db.acme.example"));
        assert!(is_called("10.0.0.1", &["db.acme.example"], "10.0.0.1"));
        assert!(is_called("*.acme.example", &[], "db.acme.example"));
        assert!(!is_called("*.acme.example", &[], "db.eu.acme.example"));
        assert!(!is_called("*.acme.example", &[], "acme.example"));
        assert!(!is_called("*.0.0.1", &[], "10.0.0.1"));
        assert!(!is_called("db.acme.example.", &[], "db.acme.example"));
    }
}
