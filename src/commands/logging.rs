//! The log: to standard error, as text on a terminal, as JSON lines otherwise.

use guestlist::config::{Config, LogFormat};
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Starts it; `at_most` keeps the log of a short command to what matters.
pub fn start(config: &Config, at_most: Level) {
    let level = config.log_level.min(at_most);
    // The libraries' own debug lines would tell of session keys and statements.
    let targets = Targets::new().with_default(LevelFilter::WARN).with_target("guestlist", level);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let registry = tracing_subscriber::registry();
    match config.log_format {
        LogFormat::Text => registry.with(layer.with_filter(targets)).init(),
        LogFormat::Json => {
            registry.with(layer.json().flatten_event(true).with_span_list(false).with_filter(targets)).init()
        }
    }
}
