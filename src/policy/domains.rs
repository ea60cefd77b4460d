//! Lists of domains. A domain stands for itself and everything below it.

use crate::values::Refused;

/// A list as it is stored: in ASCII, one a line.
pub struct Domains<'a>(Vec<&'a str>);

impl<'a> Domains<'a> {
    pub fn of(stored: &'a str) -> Self {
        Self(stored.lines().filter(|line| !line.is_empty()).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn hold(&self, domain: &str) -> bool {
        self.0.iter().any(|own| domain == *own || domain.strip_suffix(own).is_some_and(|rest| rest.ends_with('.')))
    }
}

/// The list as it is stored, of a list as it is typed: lines, commas or spaces between the domains.
///
/// # Errors
/// Names the part that is no domain.
pub fn parse(typed: &str) -> Result<String, Refused> {
    let mut domains = Vec::new();
    for part in typed.split([',', ';']).flat_map(str::split_whitespace) {
        let bare = part.trim_start_matches("*.").trim_start_matches('@');
        match idna::domain_to_ascii_strict(bare) {
            Ok(domain) if domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') => {
                domains.push(domain);
            }
            _ => return Err(Refused(format!("“{part}” is not a domain, as in company.example"))),
        }
    }
    domains.sort();
    domains.dedup();
    Ok(domains.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_stands_for_what_is_below_it() {
        let stored = parse("Acme.example, @bücher.example\n*.x.example; acme.example").unwrap();
        assert_eq!(stored, "acme.example\nx.example\nxn--bcher-kva.example");
        let domains = Domains::of(&stored);
        for inside in ["acme.example", "eu.acme.example", "xn--bcher-kva.example", "a.b.x.example"] {
            assert!(domains.hold(inside), "{inside}");
        }
        for outside in ["notacme.example", "example", "acme.example.evil.test"] {
            assert!(!domains.hold(outside), "{outside}");
        }
        assert!(Domains::of("").is_empty() && !Domains::of("").hold("x.example"));
    }

    #[test]
    fn what_is_no_domain_is_named() {
        for bad in ["acme", "a..example", ".example", "a b@c", "http://acme.example"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(parse(" \n ").unwrap(), "");
    }
}
