//! What is asked of the program, over and over.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::client::{Answer, Connection, Served, Timing, storm};
use crate::ground::{ADMINS, Approved, Ground, PASSWORD};
use crate::program::{Program, sign_in_form};
use crate::recorder::Recorder;
use crate::searches;
use crate::statements::Script;
use crate::{Anyhow, DEEP_PAGE, PAGE};

/// For how long, and how many times in turns with `pgbench`.
#[derive(Clone, Copy)]
pub struct Turns {
    pub rounds: usize,
    pub length: Duration,
}

impl Turns {
    pub const fn whole() -> Self {
        Self { rounds: 2, length: Duration::from_secs(2) }
    }

    pub const fn short() -> Self {
        Self { rounds: 1, length: Duration::from_secs(1) }
    }
}

/// Something that is measured beside `pgbench`.
pub struct Load {
    pub what: String,
    asks: Asks,
    pub script: Script,
    /// How many requests one run of the script stands for.
    pub requests_a_script: f64,
}

enum Asks {
    Page { path: String, headers: &'static str },
    Moves,
}

/// How an htmx button posts on the tab of the approved.
const BY_HTMX: &str = "HX-Request: true\r\nHX-Current-URL: http://desk.example/admin/developers?status=approved\r\n";

/// Everything that is measured beside `pgbench`, each with the statements it makes.
pub fn recorded(ground: &mut Ground) -> Anyhow<Vec<Load>> {
    let deep = DEEP_PAGE.min(ground.requested()? / PAGE - 1);
    let cursor = ground.cursor(deep)?;
    let mut pages: Vec<(String, String)> = ["requested", "approved", "rejected", "revoked", "all"]
        .map(|tab| (format!("first page, {tab}"), format!("/admin/developers?status={tab}")))
        .into();
    pages.push((format!("page {deep}, requested"), format!("/admin/developers?status=requested&after={cursor}")));
    for (what, word) in [("rare", searches::RARE), ("common", searches::COMMON)] {
        let path = format!("/admin/developers?status=approved&q={word}");
        pages.push((format!("{what} search, approved"), path));
    }
    let mut recorder = Recorder::start(ground)?;
    let mut loads = Vec::new();
    for (what, path) in pages {
        let script = Script::default().with(&recorder.page(&path)?, |_| None);
        loads.push(Load { what, asks: Asks::Page { path, headers: "" }, script, requests_a_script: 1.0 });
    }
    let plain = &loads[0];
    if let Asks::Page { path, .. } = &plain.asks {
        let asks = Asks::Page { path: path.clone(), headers: "Accept-Encoding: gzip, deflate, br\r\n" };
        loads.push(Load { what: "compressed first page".into(), asks, script: plain.script.clone(), ..*plain });
    }
    loads.push(moves(ground, &mut recorder)?);
    Ok(loads)
}

/// One developer revoked and reapproved. The script draws another one each time.
fn moves(ground: &mut Ground, recorder: &mut Recorder) -> Anyhow<Load> {
    let developer = ground.approved(1)?.pop().ok_or("nobody is approved")?;
    let path = format!("/admin/developers/{}/transitions", developer.id);
    // Those with these two last digits are approved.
    let any = "cast('01900000-0000-7000-8000-' || lpad(to_hex(cast(:drawn as bigint) * 100 + 50), 12, '0') as uuid)";
    let draws = format!("\\set drawn random(0, {})\n", ground.people / 100 - 1);
    let mut script = Script { text: draws, ..Script::default() };
    for (action, version) in [("revoke", developer.version), ("reapprove", developer.version + 1)] {
        let made = recorder.form(&path, BY_HTMX, &move_form(action, version))?;
        script = script.with(&made, |value| (value == developer.id).then(|| any.to_owned()));
    }
    Ok(Load { what: "move".into(), asks: Asks::Moves, script, requests_a_script: 2.0 })
}

fn move_form(action: &str, version: i32) -> String {
    format!("action={action}&version={version}&return_to=%2Fadmin%2Fdevelopers%3Fstatus%3Dapproved")
}

impl Load {
    pub fn drive(
        &self,
        program: &Program,
        session: &str,
        connections: usize,
        length: Duration,
        ground: &mut Ground,
    ) -> Anyhow<Timing> {
        match &self.asks {
            Asks::Page { path, headers } => {
                let headers = format!("{session}{headers}");
                let page = |connection: &mut Connection| served(connection.get(path, &headers)?);
                Ok(storm(program.address, connections, length, |_| page)?)
            }
            Asks::Moves => {
                // Each connection has people of its own, so that no move meets another.
                let people = ground.approved(20_000)?;
                let headers = format!("{session}{BY_HTMX}");
                Ok(storm(program.address, connections, length, |number| {
                    let own: Vec<Approved> = people.iter().skip(number).step_by(connections).cloned().collect();
                    back_and_forth(own, headers.clone())
                })?)
            }
        }
    }
}

/// An overloaded program says so rather than let people wait.
fn served(answer: Answer<'_>) -> io::Result<Served> {
    if answer.status == 503 {
        return Ok(Served::Refused);
    }
    answer.expect(200).map(|_| Served::Yes)
}

fn back_and_forth(people: Vec<Approved>, headers: String) -> impl FnMut(&mut Connection) -> io::Result<Served> {
    let (mut at, mut is_revoked) = (0, false);
    let mut made: HashMap<String, i32> = HashMap::new();
    move |connection| {
        let person = &people[at % people.len()];
        let action = if is_revoked { "reapprove" } else { "revoke" };
        let version = made.entry(person.id.clone()).or_insert(person.version);
        let path = format!("/admin/developers/{}/transitions", person.id);
        let served = served(connection.post(&path, &headers, &move_form(action, *version))?)?;
        if matches!(served, Served::Refused) {
            // Whether it was done is not known.
            (at, is_revoked) = (at + 1, false);
            return Ok(served);
        }
        *version += 1;
        (at, is_revoked) = (at + usize::from(is_revoked), !is_revoked);
        Ok(served)
    }
}

/// Sign-ins of many admins from many addresses.
pub fn sign_ins(program: &Program, connections: usize, turns: Turns) -> Anyhow<Timing> {
    /// What a client does that was told to come back.
    const LATER: Duration = Duration::from_millis(250);
    static ADDRESS: AtomicU32 = AtomicU32::new(0);
    let length = turns.length * u32::try_from(turns.rounds)?;
    Ok(storm(program.address, connections, length, |number| {
        let mut nth = number;
        move |connection: &mut Connection| {
            nth = (nth + connections) % ADMINS;
            let [_, b, c, d] = ADDRESS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            let from = format!("X-Forwarded-For: 10.{b}.{c}.{d}\r\n");
            let status = connection.post("/admin/login", &from, &sign_in_form(nth))?.status;
            match status {
                303 => Ok(Served::Yes),
                503 => {
                    thread::sleep(LATER);
                    Ok(Served::Refused)
                }
                other => Err(io::Error::other(format!("a sign-in ended with {other}"))),
            }
        }
    })?)
}

/// How many passwords a second two threads can check that do nothing else: no server signs in more.
pub fn hashes(turns: Turns) -> Anyhow<f64> {
    let params = Params::new(19_456, 2, 1, None).map_err(|e| e.to_string())?;
    let length = turns.length * u32::try_from(turns.rounds)?;
    let one = || {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let mut memory = vec![Block::default(); params.block_count()];
        let mut output = [0; 32];
        let (begun, mut n) = (Instant::now(), 0_u32);
        while begun.elapsed() < length {
            let memory = memory.as_mut_slice();
            argon2
                .hash_password_into_with_memory(PASSWORD.as_bytes(), &[7; 16], &mut output, memory)
                .map_err(|e| e.to_string())?;
            n += 1;
        }
        Ok(f64::from(n) / begun.elapsed().as_secs_f64())
    };
    let rates: Result<Vec<f64>, String> = thread::scope(|scope| {
        let threads = [scope.spawn(one), scope.spawn(one)];
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
    });
    Ok(rates?.iter().sum())
}
