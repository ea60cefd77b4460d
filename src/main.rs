//! The commands, each a call.

mod commands;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::{Command, Failure};

/// Decides who may use an API portal: developers ask, admins decide, the record says who decided and why.
///
/// Without a command it serves. All configuration comes from the environment; `docs/settings.md` lists it.
#[derive(Parser)]
#[command(name = "guestlist", version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  guestlist                                    serve on http://127.0.0.1:8080 with a private PostgreSQL
  guestlist demo                               fill an empty database with made-up developers
  guestlist import developers.json --dry-run   see what an import would do
  GUESTLIST_LISTEN=127.0.0.1:8081 guestlist    serve beside another one

Exit codes: 0 good, 1 fault, 2 usage, 78 configuration";

fn main() -> ExitCode {
    // clap ends the process with 2 for wrong usage.
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    match command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("guestlist: {failure}");
            ExitCode::from(match failure {
                Failure::Configuration(_) => 78,
                Failure::Usage(_) => 2,
                Failure::Fault(_) => 1,
            })
        }
    }
}
