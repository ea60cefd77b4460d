//! The program itself, as a process of its own.

use std::fs::{self, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Anyhow;
use super::client::Connection;
use super::ground::{self, Ground, PASSWORD};
use super::process::Process;

const SECRET: &str = "a secret of sixty-four bytes or more, and nobody's but this benchmark's own";

pub struct Program {
    pub process: Process,
    pub address: SocketAddr,
}

impl Program {
    /// With these variables of the environment besides; does not wait for it.
    pub fn spawn(ground: &Ground, variables: &[(&str, &str)]) -> Anyhow<Self> {
        let address = free_address()?;
        let log = OpenOptions::new().append(true).create(true).open(ground::folder().join("guestlist.log"))?;
        let mut program = Command::new(env!("CARGO_BIN_EXE_guestlist"));
        program
            .env_clear()
            .env("DATABASE_URL", ground.url())
            .env("GUESTLIST_LISTEN", address.to_string())
            .env("GUESTLIST_DATA_DIR", ground::folder())
            .env("GUESTLIST_SECRET_KEY", SECRET)
            .env("GUESTLIST_TRUSTED_PROXIES", "127.0.0.1")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        Ok(Self { process: Process::spawn(&mut program, libc::SIGKILL)?, address })
    }

    /// Waits until it gives this answer; before, it may not listen yet or ask for patience.
    pub fn wait_for(&mut self, status: u16, path: &str, more: &str) -> Anyhow<()> {
        let begun = Instant::now();
        loop {
            if let Ok(mut connection) = Connection::open(self.address) {
                let answer = connection.get(path, more)?;
                if answer.status != 503 {
                    return Ok(answer.expect(status).map(|_| ())?);
                }
            }
            if let Err(why) = self.process.still_runs() {
                let log = fs::read_to_string(ground::folder().join("guestlist.log")).unwrap_or_default();
                let last = log.lines().next_back().unwrap_or_default();
                return Err(format!("the program is gone, {why}: {last}").into());
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the program does not answer".into());
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The header that carries the session of one of the admins.
    pub fn sign_in(&self, admin: usize) -> Anyhow<String> {
        let mut connection = Connection::open(self.address)?;
        let answer = connection.post("/admin/login", "", &sign_in_form(admin))?.expect(303)?;
        let cookie = answer.header("set-cookie").ok_or("a sign-in without a cookie")?;
        Ok(format!("Cookie: {}\r\n", cookie.split(';').next().unwrap_or_default()))
    }
}

/// One that nobody listens on.
pub fn free_address() -> Anyhow<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

pub fn sign_in_form(admin: usize) -> String {
    format!("email=admin{admin}%40desk.example&password={}", PASSWORD.replace(' ', "+"))
}
