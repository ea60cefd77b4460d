//! `guestlist mail test`.

use actix_web::rt::System;
use guestlist::config::Config;
use guestlist::ids::MailId;
use guestlist::outbox::{self, Kind, OutgoingMail, Patience, Smtp};
use guestlist::policy::Policy;
use guestlist::values::EmailAddress;

use super::{Failure, MailCommand, logging};

pub fn run(config: &Config, command: MailCommand) -> Result<(), Failure> {
    logging::start(config, tracing::Level::WARN);
    match command {
        MailCommand::Test { address } => test(config, &address),
    }
}

/// Sends the usual test at once. It asks no database, so that mail can be tried out before there is one.
fn test(config: &Config, address: &str) -> Result<(), Failure> {
    let to = EmailAddress::parse(address).map_err(|refused| Failure::Usage(refused.0))?;
    let route = config.mail_route()?;
    let policy = Policy::default();
    let filled = outbox::fill(&policy, Kind::Test, &[]);
    let host = config.base_url.host();
    let mail = OutgoingMail::written((MailId::new(), host), to.as_str(), &filled, None, policy.face())?;
    let smtp = Smtp::new(route, host, &Patience::default())?;
    System::new().block_on(async {
        let delivered = smtp.deliver(&mail).await;
        smtp.hang_up().await;
        delivered
    })?;
    println!("{} took the mail to {}: see whether it arrives.", route.server.place(), to.as_str());
    Ok(())
}
