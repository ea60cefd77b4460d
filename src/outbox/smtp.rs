//! The mail server, and what its refusals mean.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;

use super::Patience;
use super::emails::OutgoingMail;
use crate::config::{Encryption, Login, MailRoute, MailServer, Sender};
use crate::values::EmailAddress;

/// Why a mail was not taken, in words for an admin and without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpFault {
    /// No fault of the mail: the server cannot be reached, is not trusted, or does not let this program send.
    #[error("Mail server: {0}")]
    Server(String),
    /// Trying again may help.
    #[error("{0}")]
    Later(String),
    /// Trying again does not help.
    #[error("{0}")]
    Never(String),
}

impl SmtpFault {
    /// How the words of [`SmtpFault::Server`] begin, and no others.
    pub const SERVER: &'static str = "Mail server: ";
}

/// A mail server; connections are used again while there is mail.
pub struct Smtp {
    server: MailServer,
    from: Sender,
    /// None where nothing is encrypted.
    tls: Option<TlsParameters>,
    hello: ClientId,
    connect: Duration,
    send: Duration,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Smtp {
    /// `host` is the name under which this program says hello. Reads the certificates that the system trusts.
    ///
    /// # Errors
    /// [`SmtpFault::Server`]: encryption cannot be set up.
    pub fn new(route: &MailRoute, host: &str, patience: &Patience) -> Result<Self, SmtpFault> {
        let MailRoute { server, from } = route.clone();
        let tls = match server.encryption {
            Encryption::None => None,
            Encryption::StartTls | Encryption::Implicit => Some(
                TlsParameters::new(server.host.clone())
                    .map_err(|error| SmtpFault::Server(format!("encryption cannot be set up: {}", said(&error))))?,
            ),
        };
        // An address is no name: RFC 5321, 4.1.3 wants it in brackets.
        let is_name = host.contains(|c: char| c.is_ascii_alphabetic()) && !host.contains([':', '[']);
        let hello = if is_name { ClientId::Domain(host.to_owned()) } else { ClientId::default() };
        let Patience { connect, send, .. } = *patience;
        Ok(Self { server, from, tls, hello, connect, send, idle: Mutex::default() })
    }

    /// Hands a mail over: once this is `Ok`, the server answers for it.
    ///
    /// # Errors
    /// [`SmtpFault`]; after [`SmtpFault::Later`] the server may have it all the same.
    pub async fn deliver(&self, mail: &OutgoingMail) -> Result<(), SmtpFault> {
        let message = self.message(mail)?;
        let mut connection = self.connection().await?;
        let sent = match timeout(self.send, hand_over(&mut connection, &message)).await {
            Ok(sent) => sent,
            Err(_) => return Err(SmtpFault::Later(format!("the mail server gave no answer for {:?}", self.send))),
        };
        if !connection.has_broken() {
            self.idle().push(connection);
        }
        sent
    }

    /// Leaves the server until there is mail again.
    pub async fn hang_up(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for mut connection in idle {
            let _ = timeout(Duration::from_secs(1), connection.quit()).await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, SmtpFault> {
        loop {
            let idle = self.idle().pop();
            let Some(mut connection) = idle else { break };
            // Ends what a refused mail has begun, and shows whether anybody still listens.
            if matches!(timeout(self.connect, connection.command(Rset)).await, Ok(Ok(_))) {
                return Ok(connection);
            }
        }
        let gave_up = |_| SmtpFault::Server(format!("{} gave no answer for {:?}", self.server.place(), self.connect));
        timeout(self.connect, self.connected()).await.map_err(gave_up)?
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, SmtpFault> {
        let place = self.server.place();
        let fault = |what: &str, error: &Error| SmtpFault::Server(format!("{what} {place}: {}", said(error)));
        let wrapper = self.tls.clone().filter(|_| self.server.encryption == Encryption::Implicit);
        let address = (self.server.host.as_str(), self.server.port);
        // Of a name with several addresses the first may be silent.
        let each = Some(self.connect / 2);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, each, &self.hello, wrapper, None)
            .await
            .map_err(|error| fault("there is no connection to", &error))?;
        if let (Encryption::StartTls, Some(tls)) = (self.server.encryption, &self.tls) {
            if !connection.can_starttls() {
                return Err(SmtpFault::Server(format!("{place} does not offer encryption (STARTTLS)")));
            }
            let encrypted = connection.starttls(tls.clone(), &self.hello).await;
            encrypted.map_err(|error| fault("there is no encrypted connection to", &error))?;
        }
        if let Some(Login { user, password }) = &self.server.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            let signed_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            signed_in.map_err(|error| fault("this program cannot sign in at", &error))?;
        }
        Ok(connection)
    }

    fn message(&self, mail: &OutgoingMail) -> Result<Message, SmtpFault> {
        let never = |why: String| SmtpFault::Never(why);
        let name = self.from.name.clone().unwrap_or_else(|| mail.portal.name.clone());
        let from: Address = self.from.address.parse().map_err(|error: AddressError| never(error.to_string()))?;
        let to = address(&mail.to).ok_or_else(|| never(format!("{} is no address that mail can go to", mail.to)))?;
        let reply_to = address(&mail.portal.support);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = Message::builder()
            .from(Mailbox::new(Some(name), from))
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .message_id(Some(mail.message_id.clone()))
            .date_now()
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        let message = match reply_to {
            Some(address) => message.reply_to(Mailbox::new(None, address)),
            None => message,
        };
        message
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| never(format!("the mail cannot be written: {error}")))
    }
}

fn address(typed: &str) -> Option<Address> {
    EmailAddress::parse(typed).ok()?.deliverable().parse().ok()
}

async fn hand_over(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), SmtpFault> {
    let envelope = message.envelope();
    let text = String::from_utf8(message.formatted()).map_err(|error| SmtpFault::Never(error.to_string()))?;
    let is_plain = text.is_ascii();
    let info = connection.server_info();
    let takes_all_letters =
        info.supports_feature(Extension::SmtpUtfEight) && info.supports_feature(Extension::EightBitMime);
    if !is_plain && !takes_all_letters {
        return Err(SmtpFault::Never(
            "the mail server takes no addresses with letters outside ASCII (SMTPUTF8)".into(),
        ));
    }
    let parameters = if is_plain {
        vec![]
    } else {
        vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]
    };
    // What is refused here is the sender, which all mails have in common.
    let of_sender = |error: Error| match is_plain {
        true => SmtpFault::Server(format!("the mail server refuses the sender: {}", said(&error))),
        false => of_mail(error),
    };
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map_err(of_sender)?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), vec![])).await.map_err(of_mail)?;
    }
    connection.command(Data).await.map_err(of_mail)?;
    // Text and end in one piece: with two, as the library writes them, the second waits up to 40 ms for the receiver's
    // delayed acknowledgement of the first. A dot at the beginning of a line is doubled: RFC 5321, 4.5.2.
    connection.command(text.replace("\r\n.", "\r\n..") + "\r\n.\r\n").await.map_err(of_mail)?;
    Ok(())
}

fn of_mail(error: Error) -> SmtpFault {
    let words = said(&error);
    match error.status().map(u16::from) {
        // Who sends is refused, not what: RFC 4954, 6.
        Some(530 | 534 | 535 | 538) => SmtpFault::Server(words),
        Some(500..) => SmtpFault::Never(words),
        _ => SmtpFault::Later(words),
    }
}

/// What the server said, or what happened to the connection, on one line.
fn said(error: &Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let words = innermost.to_string();
    let words = match error.status() {
        Some(code) => format!("{code} {words}"),
        None if words == "incomplete response" => "the connection was closed before an answer".to_owned(),
        None => words,
    };
    let line: Vec<&str> =
        words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    line.join(" ").chars().take(300).collect()
}
