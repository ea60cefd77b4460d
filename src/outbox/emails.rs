//! A stored mail as it goes out: as text, and as HTML made from that text.

use askama::Template;

use super::letter::{Filled, MARK};
use crate::ids::MailId;
use crate::web::portal::Face;

/// A mail with everything that a receiver sees of it.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    /// The same for each attempt, so that whoever gets a mail twice can tell.
    pub message_id: String,
    /// An address as it was typed.
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// In whose name, and where answers go.
    pub portal: Face,
}

/// Why a mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    #[error("its text has a place for a link, and the link is gone")]
    LinkMissing,
    #[error("its HTML cannot be made: {0}")]
    Template(#[from] askama::Error),
}

impl OutgoingMail {
    /// `host` is where this program is reached: it makes the id one that nobody else uses.
    ///
    /// # Errors
    /// [`Unwritten`].
    pub fn written(
        (id, host): (MailId, &str),
        to: &str,
        Filled { subject, body }: &Filled,
        link: Option<&str>,
        portal: Face,
    ) -> Result<Self, Unwritten> {
        if body.contains(MARK) && link.is_none() {
            return Err(Unwritten::LinkMissing);
        }
        let link = link.unwrap_or_default();
        let html = Html { subject, link, paragraphs: paragraphs(body) }.render()?;
        Ok(Self {
            message_id: format!("<{id}@{host}>"),
            to: to.to_owned(),
            subject: subject.clone(),
            text: body.replace(MARK, link) + "\n",
            html,
            portal,
        })
    }
}

#[derive(Template)]
#[template(path = "emails/letter.html")]
struct Html<'a> {
    subject: &'a str,
    link: &'a str,
    /// Their lines, each cut where the link stands.
    paragraphs: Vec<Vec<Vec<&'a str>>>,
}

fn paragraphs(body: &str) -> Vec<Vec<Vec<&str>>> {
    let paragraphs = body.split("\n\n").map(str::lines);
    paragraphs.map(|lines| lines.map(|line| line.split(MARK).collect()).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: &str, link: Option<&str>) -> Result<OutgoingMail, Unwritten> {
        let filled = Filled { subject: "A <subject>".into(), body: body.into() };
        let portal = Face { name: "Guestlist".into(), support: String::new() };
        OutgoingMail::written((MailId::new(), "guests.example"), "ada@x.example", &filled, link, portal)
    }

    #[test]
    fn only_our_link_becomes_one() {
        let body = "Hello <b>Ada</b> & http://evil.example,\n\nfollow\n\u{1}!\n\n<a href=\"x\">";
        let mail = written(body, Some("https://guests.example/verify/abc?x=1&y=2")).unwrap();
        assert_eq!(
            mail.text,
            "Hello <b>Ada</b> & http://evil.example,\n\nfollow\nhttps://guests.example/verify/abc?x=1&y=2!\n\n<a href=\"x\">\n"
        );
        assert_eq!(mail.html.matches("<a ").count(), 1, "{}", mail.html);
        assert_eq!(mail.html.matches("<p>").count(), 3, "{}", mail.html);
        assert_eq!(mail.html.matches("<br>").count(), 1, "{}", mail.html);
        assert!(mail.html.contains("<a href=\"https://guests.example/verify/abc?x=1&#38;y=2\">"), "{}", mail.html);
        assert!(!mail.html.contains("<b>") && !mail.html.contains('\u{1}'), "{}", mail.html);
        for outside in ["src=", "<link", "style", "@import"] {
            assert!(!mail.html.contains(outside), "{outside} in {}", mail.html);
        }
    }

    #[test]
    fn a_mail_without_its_link_is_not_sent() {
        assert!(matches!(written("Here: \u{1}", None), Err(Unwritten::LinkMissing)));
        assert_eq!(written("No link", None).unwrap().text, "No link\n");
    }
}
