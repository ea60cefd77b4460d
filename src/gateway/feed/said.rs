//! What is said of the database, in the words of libpq: an URL or pairs, and the environment.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Fault;

/// What both read alike, how the feed's library calls it, and the variable that speaks where the address does not.
const ALIKE: [(&str, &str, &str); 17] = [
    ("user", "user", ""),
    ("password", "password", ""),
    ("dbname", "dbname", ""),
    ("options", "options", "PGOPTIONS"),
    ("host", "host", ""),
    ("hostaddr", "hostaddr", "PGHOSTADDR"),
    ("port", "port", ""),
    ("connect_timeout", "connect_timeout", ""),
    ("tcp_user_timeout", "tcp_user_timeout", ""),
    ("keepalives", "keepalives", ""),
    ("keepalives_idle", "keepalives_idle", ""),
    ("keepalives_interval", "keepalives_interval", ""),
    ("keepalives_count", "keepalives_retries", ""),
    ("target_session_attrs", "target_session_attrs", ""),
    ("load_balance_hosts", "load_balance_hosts", "PGLOADBALANCEHOSTS"),
    ("channel_binding", "channel_binding", "PGCHANNELBINDING"),
    ("sslnegotiation", "sslnegotiation", "PGSSLNEGOTIATION"),
];

/// How much TLS is asked for, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    /// Whether nothing may be said without TLS.
    pub fn demands(self) -> bool {
        self >= Self::Require
    }

    /// # Errors
    /// libpq has no such word.
    pub fn read(said: &Said) -> Result<Self, Fault> {
        let old_word =
            || said.variable("PGREQUIRESSL").filter(|word| word.starts_with('1')).map(|_| "require".to_owned());
        let Some(word) = said.of("sslmode", "PGSSLMODE").or_else(old_word) else {
            let is_system = said.of("sslrootcert", "PGSSLROOTCERT").is_some_and(|file| file == "system");
            return Ok(if is_system { Self::VerifyFull } else { Self::Prefer });
        };
        match word.as_str() {
            "disable" => Ok(Self::Disable),
            "allow" => Ok(Self::Allow),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(Fault::Target("the feed does not know this sslmode".to_owned())),
        }
    }
}

/// What the address says by name, and the environment where it does not.
pub struct Said<'a> {
    /// What stands before the query; only an URL has it.
    place: Option<String>,
    pairs: Vec<(String, String)>,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Said<'a> {
    pub fn new(address: &str, environment: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let place = address.contains("://").then(|| address.split('?').next().unwrap_or_default().to_owned());
        let pairs = if place.is_some() { of_query(address) } else { pairs(address) };
        Self { place, pairs: pairs.into_iter().map(translated).collect(), environment }
    }

    /// The last word of the address on it, or the variable's.
    pub fn of(&self, name: &str, variable: &str) -> Option<String> {
        let pair = self.pairs.iter().rev().find(|(own, value)| own == name && !value.is_empty());
        pair.map(|(_, value)| value.clone()).or_else(|| self.variable(variable))
    }

    /// What is not empty.
    pub fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }

    /// For the feed's library, in the form in which it was given.
    pub fn for_the_library(&self) -> String {
        let words = ALIKE.iter().filter_map(|(own, name, variable)| Some((*name, self.of(own, variable)?)));
        let Some(place) = &self.place else {
            let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
            return words.map(|(name, value)| format!("{name}='{}' ", quoted(&value))).collect();
        };
        let words = words.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)));
        format!("{place}?{}", words.collect::<Vec<_>>().join("&"))
    }
}

/// Old ways to say it, and a word that the feed's library has another one for.
fn translated((name, value): (String, String)) -> (String, String) {
    match (name.as_str(), value.as_str()) {
        ("ssl", "true") => ("sslmode".to_owned(), "require".to_owned()),
        ("requiressl", _) => {
            ("sslmode".to_owned(), if value.starts_with('1') { "require" } else { "prefer" }.to_owned())
        }
        ("target_session_attrs", "primary") => (name, "read-write".to_owned()),
        _ => (name, value),
    }
}

fn of_query(url: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

/// `name = value` with optional quotes, and backslashes before what shall mean itself.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let mut letters = after.trim_start().char_indices().peekable();
        let after = after.trim_start();
        let is_quoted = letters.next_if(|(_, letter)| *letter == '\'').is_some();
        let (mut value, mut end) = (String::new(), after.len());
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
                '\'' if is_quoted => {
                    end = at + 1;
                    break;
                }
                letter if !is_quoted && letter.is_whitespace() => {
                    end = at;
                    break;
                }
                letter => value.push(letter),
            }
        }
        pairs.push((name.trim().to_owned(), value));
        rest = after[end..].trim_start();
    }
    pairs
}
