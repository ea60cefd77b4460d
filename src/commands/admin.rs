//! `guestlist admin`.

use std::io::{self, IsTerminal};

use diesel::Connection;
use guestlist::admins;
use guestlist::audit::Occasion;
use guestlist::config::Config;
use guestlist::passwords;
use guestlist::values::{EmailAddress, PersonName, Refused};

use super::{AdminCommand, Failure, with_database};

/// A word that a guesser tries. The portal's own name is in the database, which is reached after the password.
const PROGRAM: &str = "Guestlist";

pub fn run(config: &Config, command: AdminCommand) -> Result<(), Failure> {
    match command {
        AdminCommand::Create { email, name } => {
            let email = EmailAddress::parse(&email).map_err(usage)?;
            let name = PersonName::parse(&name).map_err(usage)?;
            let hash = new_password(&[name.as_str(), email.as_str(), PROGRAM])?;
            with_database(config, |conn| {
                let occasion = Occasion::system("command line");
                conn.transaction(|conn| admins::create(conn, (&name, &email), &hash, &occasion))?
                    .map_err(|error| Failure::Fault(error.to_string()))?;
                println!("{} may sign in at {}/admin", email.as_str(), config.base_url.as_str());
                Ok(())
            })
        }
        AdminCommand::ResetPassword { email } => {
            let email = EmailAddress::parse(&email).map_err(usage)?;
            let hash = new_password(&[email.as_str(), PROGRAM])?;
            with_database(config, |conn| {
                let occasion = Occasion::system("command line");
                conn.transaction(|conn| admins::reset_password(conn, &email, &hash, &occasion))?
                    .map_err(|error| Failure::Fault(error.to_string()))?;
                println!("{} has a new password; all their sessions have ended.", email.as_str());
                Ok(())
            })
        }
    }
}

fn usage(why: Refused) -> Failure {
    Failure::Usage(why.0)
}

/// The hash of a password that was typed twice, or that stands on the first line of standard input.
fn new_password(context: &[&str]) -> Result<String, Failure> {
    let password = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ")?;
        if rpassword::prompt_password("Once more: ")? != first {
            return Err(Failure::Usage("the two passwords differ".into()));
        }
        first
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    passwords::judge(&password, context).map_err(usage)?;
    Ok(passwords::hash_now(&password)?)
}
