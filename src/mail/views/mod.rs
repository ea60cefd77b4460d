//! What the templates of mail read.

mod list;
mod show;
mod texts;

pub use list::List;
pub use show::Show;
pub use texts::{PATH as TEXTS_PATH, TextPage, Texts};

use crate::outbox::{MARK, State};
use crate::web::chrome::Chip;

/// A piece of a text; the link is told apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_link: bool,
}

/// The paragraphs of a text, with these words in the link's place.
fn paragraphs(body: &str, link: &str) -> Vec<Vec<Piece>> {
    let piece = |text: &str, is_link| Piece { text: text.to_owned(), is_link };
    let pieces = |paragraph: &str| {
        let mut pieces = Vec::new();
        for (n, text) in paragraph.split(MARK).enumerate() {
            if n > 0 {
                pieces.push(piece(link, true));
            }
            pieces.push(piece(text, false));
        }
        pieces.retain(|piece| !piece.text.is_empty());
        pieces
    };
    body.split("\n\n").map(pieces).collect()
}

/// What became of a mail.
fn state_label(state: State) -> &'static str {
    match state {
        State::Waiting => "Waiting",
        State::Sent => "Sent",
        State::Failed => "Failed",
        State::Withdrawn => "Withdrawn",
    }
}

fn state_chip(state: State) -> Chip {
    let tone = match state {
        State::Waiting => "warn",
        State::Sent => "good",
        State::Failed => "bad",
        State::Withdrawn => "plain",
    };
    Chip { text: state_label(state), tone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_take_their_places_in_a_text() {
        let piece = |text: &str, is_link| Piece { text: text.into(), is_link };
        let shown = paragraphs(&format!("Hello\n\nat {MARK}.\n\n{MARK}"), "there");
        let expected = vec![
            vec![piece("Hello", false)],
            vec![piece("at ", false), piece("there", true), piece(".", false)],
            vec![piece("there", true)],
        ];
        assert_eq!(shown, expected);
    }
}
