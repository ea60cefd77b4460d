//! SMTP from the server's side, as far as a client that sends one mail at a time needs it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::message::Mail;
use super::{Encryption, Offers, State, Whim, lock, tls};

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One connection. It ends when the client leaves, or when the sink goes down.
pub fn serve(stream: TcpStream, offers: Offers, state: &Mutex<State>) {
    let plain = stream.try_clone().unwrap();
    let stream: Box<dyn Stream> = match offers.encryption {
        Encryption::Implicit => Box::new(tls::accept(stream)),
        Encryption::None | Encryption::StartTls => Box::new(stream),
    };
    let mut talk = Talk {
        stream,
        plain,
        offers,
        is_encrypted: offers.encryption == Encryption::Implicit,
        is_signed_in: false,
        from: String::new(),
        to: Vec::new(),
    };
    // A client that is killed or does not trust the certificate ends the talk somewhere in the middle.
    let _ = talk.run(state);
    let _ = talk.plain.shutdown(Shutdown::Both);
}

struct Talk {
    stream: Box<dyn Stream>,
    plain: TcpStream,
    offers: Offers,
    is_encrypted: bool,
    is_signed_in: bool,
    from: String,
    to: Vec<String>,
}

impl Talk {
    fn run(&mut self, state: &Mutex<State>) -> io::Result<()> {
        self.say("220 sink.example")?;
        loop {
            let line = self.line()?;
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.introduce()?,
                "STARTTLS" => {
                    self.say("220 go on")?;
                    self.stream = Box::new(tls::accept(self.plain.try_clone()?));
                    self.is_encrypted = true;
                }
                "AUTH" => self.sign_in(rest)?,
                "MAIL" if self.offers.login.is_some() && !self.is_signed_in => self.say("530 5.7.0 sign in first")?,
                "MAIL" => {
                    let answer = lock(state).to_sender;
                    self.from = within(rest).to_owned();
                    self.to.clear();
                    self.answer(answer)?;
                }
                "RCPT" => {
                    let to = within(rest).to_owned();
                    lock(state).attempts.push(to.clone());
                    let refusal = match lock(state).whims.get(&to) {
                        Some(Whim::Refuse(code, words)) => Some((*code, *words)),
                        _ => None,
                    };
                    if refusal.is_none() {
                        self.to.push(to);
                    }
                    self.answer(refusal)?;
                }
                "DATA" => {
                    self.say("354 go on")?;
                    let text = self.text()?;
                    if !self.take(&text, state)? {
                        return Ok(());
                    }
                }
                "RSET" | "NOOP" => self.say("250 ok")?,
                "QUIT" => return self.say("221 bye"),
                _ => self.say("502 5.5.1 what")?,
            }
        }
    }

    fn introduce(&mut self) -> io::Result<()> {
        let mut features = vec!["250-sink.example", "250-8BITMIME"];
        if self.offers.all_letters {
            features.push("250-SMTPUTF8");
        }
        if self.offers.encryption == Encryption::StartTls && !self.is_encrypted {
            features.push("250-STARTTLS");
        }
        if self.offers.login.is_some() {
            features.push("250-AUTH PLAIN LOGIN");
        }
        features.push("250 HELP");
        self.say(&features.join("\r\n"))
    }

    fn sign_in(&mut self, rest: &str) -> io::Result<()> {
        let (_, given) = rest.split_once(' ').unwrap_or_default();
        let expected = self.offers.login.map(|(user, password)| STANDARD.encode(format!("\0{user}\0{password}")));
        self.is_signed_in = expected.as_deref() == Some(given);
        self.say(if self.is_signed_in { "235 2.7.0 welcome" } else { "535 5.7.8 unknown user or password" })
    }

    /// Whether the talk goes on.
    fn take(&mut self, text: &[u8], state: &Mutex<State>) -> io::Result<bool> {
        let whim = self.to.iter().find_map(|to| lock(state).whims.get(to).copied());
        match whim {
            Some(Whim::Hang) => {
                // Until the client has enough.
                let _ = self.stream.read(&mut [0; 1])?;
                return Ok(false);
            }
            Some(Whim::Drop) => return Ok(false),
            Some(Whim::RefuseText(code, words)) => self.answer(Some((code, words)))?,
            Some(Whim::Refuse(..)) | None => {
                // Kept before it is said, as a real server does: a client that dies meanwhile does not know.
                lock(state).mails.push(Mail::parse(&self.from, &self.to, text));
                self.answer(None)?;
            }
        }
        Ok(true)
    }

    fn answer(&mut self, refusal: Option<(u16, &str)>) -> io::Result<()> {
        match refusal {
            Some((code, words)) => self.say(&format!("{code} {words}")),
            None => self.say("250 2.0.0 ok"),
        }
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes())?;
        self.stream.flush()
    }

    fn line(&mut self) -> io::Result<String> {
        let line = self.until(b"\r\n")?;
        String::from_utf8(line).map_err(io::Error::other)
    }

    fn text(&mut self) -> io::Result<Vec<u8>> {
        // The text may be empty: the line break before the dot is that of the command.
        let text = String::from_utf8(self.until(b"\r\n.\r\n")?).map_err(io::Error::other)?;
        Ok(text.replace("\r\n..", "\r\n.").into_bytes())
    }

    fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        let mut read = Vec::new();
        let mut byte = [0];
        while !read.ends_with(end) {
            if self.stream.read(&mut byte)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            read.push(byte[0]);
        }
        read.truncate(read.len() - end.len());
        Ok(read)
    }
}

/// The address between `<` and `>`.
fn within(path: &str) -> &str {
    path.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address)
}
