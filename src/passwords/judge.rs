//! What makes a good password.

use crate::values::{Refused, folded};

/// Shorter ones are refused: it is the only factor.
pub const MIN_CHARS: usize = 15;
/// Longer ones are refused; nothing is ever cut off.
pub const MAX_CHARS: usize = 128;

/// Refuses what guessers try first.
///
/// `context` are the words that this person's guesser knows: name, mailbox, the portal's name.
///
/// # Errors
/// A sentence that says what to do instead.
pub fn judge(password: &str, context: &[&str]) -> Result<(), Refused> {
    let length = password.chars().count();
    if length < MIN_CHARS {
        return Err(Refused(format!(
            "The password must have at least {MIN_CHARS} characters; a few words make a good one"
        )));
    }
    if length > MAX_CHARS {
        return Err(Refused(format!("The password must have at most {MAX_CHARS} characters")));
    }
    let mut rest = folded(password);
    let mut words: Vec<String> = context
        .iter()
        .flat_map(|text| {
            let text = folded(text);
            let parts: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
            parts.into_iter().chain([text])
        })
        .filter(|word| word.chars().count() >= 3)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in &words {
        rest = rest.replace(word.as_str(), "");
    }
    if rest.chars().count() < MIN_CHARS / 2 {
        return Err(Refused("The password must not be made of your name, your address or the portal's name".into()));
    }
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    if zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Four {
        return Err(Refused("The password is easy to guess; use a few words that do not belong together".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused() {
        let context = ["Ada Lovelace", "ada.lovelace@engine.example", "Guestlist"];
        for bad in [
            "short",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "passwordpassword",
            "qwertyuiopasdfgh",
            "adalovelaceadalovelace",
            "guestlistguestlist",
            "ada.lovelace@engine.example",
            "Lovelace12345678",
            "abcabcabcabcabcabc",
            "letmeinletmeinletmein",
            "abcdefghijklmnopqrst",
            "iloveyouiloveyou",
            "password12345678",
            "GuestlistLovelace",
        ] {
            assert!(judge(bad, &context).is_err(), "{bad} was taken");
        }
        assert!(judge(&"x".repeat(129), &context).is_err());
        for good in ["vier Körbe voller Wind", "correct-horse-battery-staple!", "пять тихих зелёных лодок"]
        {
            assert_eq!(judge(good, &context), Ok(()), "{good}");
        }
    }
}
