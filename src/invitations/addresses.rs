//! Addresses as people type and paste them: lists from mail programs, tables, tickets.

use percent_encoding::percent_decode_str;

/// The parts of a text that are meant as addresses, as they stand there, whether they are any or not.
///
/// Commas, semicolons, line breaks and spaces divide. A name in front of `<ada@x.example>` is left out, in quotes it
/// may hold commas; `mailto:` is left out as well. Words without an @ that stand together are kept together, so that
/// whoever wrote them finds them again.
pub fn addresses(text: &str) -> Vec<String> {
    parts(text).into_iter().flat_map(|part| of_part(&part)).filter(|part| !part.is_empty()).collect()
}

/// The text cut at commas, semicolons and line breaks, but not within quotes or angle brackets.
fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for line in text.lines() {
        let mut part = String::new();
        // What ends the stretch in which nothing divides.
        let mut until: Option<char> = None;
        // Only what is closed again keeps together.
        let (last_quote, last_bracket) = (line.rfind('"'), line.rfind('>'));
        for (at, c) in line.char_indices() {
            match c {
                _ if until == Some(c) => {
                    until = None;
                    part.push(c);
                }
                // Quotes begin a name, and are nothing special in the middle of a word.
                '"' if until.is_none() && part.trim().is_empty() && last_quote > Some(at) => {
                    until = Some('"');
                    part.push(c);
                }
                '<' if until.is_none() && last_bracket > Some(at) => {
                    until = Some('>');
                    part.push(c);
                }
                ',' | ';' if until.is_none() => parts.push(std::mem::take(&mut part)),
                _ => part.push(c),
            }
        }
        parts.push(part);
    }
    parts
}

fn of_part(part: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = part;
    while let Some((name, address, after)) = bracketed(rest) {
        // The name may be an address too: its own, or another one that a space divides from it.
        let name = unquoted(name);
        if name.contains('@') && !name.trim().eq_ignore_ascii_case(address.trim()) {
            found.extend(words(name).into_iter().filter(|word| word.contains('@')));
        }
        found.push(plain(address));
        rest = after;
    }
    found.extend(words(rest));
    found
}

/// What stands before the first angle brackets, within them, and after them.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('<')?;
    let (address, after) = rest.split_once('>')?;
    Some((name, address, after))
}

fn unquoted(name: &str) -> &str {
    let name = name.trim();
    // Nothing in quotes is an address.
    if name.starts_with('"') { "" } else { name }
}

/// Words with an @ each by itself; the others as they stand together.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut last_is_address = true;
    for word in text.split_whitespace() {
        let is_address = word.contains('@');
        match found.last_mut() {
            Some(last) if !is_address && !last_is_address => {
                last.push(' ');
                last.push_str(word);
            }
            _ => found.push(plain(word)),
        }
        last_is_address = is_address;
    }
    found
}

/// Without `mailto:` and what such a link carries.
fn plain(word: &str) -> String {
    let word = word.trim();
    match word.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")) {
        None => word.to_owned(),
        Some(_) => {
            let address = word[7..].split('?').next().unwrap_or_default();
            percent_decode_str(address).decode_utf8().map_or_else(|_| address.to_owned(), Into::into)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, expected: &[&str]) {
        assert_eq!(addresses(text), expected, "{text:?}");
    }

    #[test]
    fn whatever_divides_divides() {
        reads(
            "a@x.example, b@x.example;c@x.example\nd@x.example e@x.example\r\n\tf@x.example,,; ",
            &["a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example", "f@x.example"],
        );
        reads("", &[]);
        reads(" ,;\n", &[]);
    }

    #[test]
    fn names_are_left_out() {
        reads("Ada Byron <ada@engine.example>, grace@navy.example", &["ada@engine.example", "grace@navy.example"]);
        reads("\"Byron, Ada\" <ada@engine.example>; \"O;K\" <ok@x.example>", &["ada@engine.example", "ok@x.example"]);
        reads("<a@x.example> <b@x.example>", &["a@x.example", "b@x.example"]);
        reads("Ada <a@x.example> Ben <b@x.example>", &["a@x.example", "b@x.example"]);
        reads("ada@x.example <ada@X.example>", &["ada@X.example"]);
        reads("grace@navy.example Ada <ada@x.example>", &["grace@navy.example", "ada@x.example"]);
        reads("\"ada@old.example\" <ada@new.example>", &["ada@new.example"]);
    }

    #[test]
    fn links_are_addresses() {
        reads("mailto:ada@x.example", &["ada@x.example"]);
        reads("<MAILTO:ada%2Bapi@x.example?subject=Hello%20you>", &["ada+api@x.example"]);
        reads("mailto:", &[]);
    }

    #[test]
    fn what_is_no_address_is_kept_as_it_was_written() {
        reads("a@x.example, not an address; b@", &["a@x.example", "not an address", "b@"]);
        reads("Ada Byron ada@x.example", &["Ada Byron", "ada@x.example"]);
        reads("\"no end, a@x.example", &["\"no end", "a@x.example"]);
        reads("Ada <ada@x.example, b@x.example", &["Ada", "<ada@x.example", "b@x.example"]);
        reads("O\"Brien \"x\" a@x.example", &["O\"Brien \"x\"", "a@x.example"]);
        reads("<>", &[]);
        reads("mäil@é 日本", &["mäil@é", "日本"]);
    }
}
