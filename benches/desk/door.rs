//! The front door under load: more sign-ups than passwords can be hashed, and fifty sign-ins at once.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Connection, Timing, from_anywhere};
use crate::ground::Ground;
use crate::load;
use crate::{Anyhow, GOAL_CONNECTIONS, started, started_with};

/// Sign-ups a second that are offered, whatever becomes of them.
const OFFERED: u32 = 200;
const SIGN_UPS_LAST: Duration = Duration::from_secs(30);
/// Enough that an offer finds one free, even if each answer took a second.
const VISITORS: usize = 200;
const SIGN_INS: usize = 50;
const SIGN_INS_LAST: Duration = Duration::from_secs(10);

/// The answers of one kind.
#[derive(Default)]
struct Answers {
    taken: Timing,
    busy: Timing,
    /// Neither taken nor asked to come back: must be none.
    others: Vec<String>,
}

impl Answers {
    fn add(&mut self, answer: std::io::Result<u16>, good: u16, took: Duration) {
        match answer {
            Ok(status) if status == good => self.taken.add(took),
            Ok(503) => self.busy.add(took),
            Ok(status) => self.others.push(status.to_string()),
            Err(error) => self.others.push(error.to_string()),
        }
    }
}

pub fn measure(ground: &mut Ground) -> Anyhow<()> {
    sign_ups(ground)?;
    sign_ins(ground)?;
    mail_server_down(ground)
}

/// Moves write mail. Where the mail server is gone they must not notice.
fn mail_server_down(ground: &mut Ground) -> Anyhow<()> {
    const ROUNDS: usize = 3;
    const LENGTH: Duration = Duration::from_secs(4);
    // Nobody listens on a port that was just given back.
    let gone = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let url = format!("smtp://{gone}");
    let down = [("GUESTLIST_SMTP_URL", url.as_str()), ("GUESTLIST_MAIL_FROM", "desk@desk.example")];
    let moves = load::recorded(ground)?.into_iter().find(|load| load.what == "move").ok_or("no moves")?;
    let mut timings = [Timing::default(), Timing::default()];
    for _ in 0..ROUNDS {
        for (timing, variables) in timings.iter_mut().zip([&[][..], &down]) {
            let program = started_with(ground, variables)?;
            let session = program.sign_in(0)?;
            timing.merge(moves.drive(&program, &session, GOAL_CONNECTIONS, LENGTH, ground)?);
        }
    }
    println!("\nMoves, {GOAL_CONNECTIONS} connections, with no mail server and with one that is gone:");
    for (timing, what) in timings.iter().zip(["none", "gone"]) {
        let [half, most] = [0.5, 0.99].map(|share| timing.quantile(share));
        println!("  {what:<16} {:>6.0} a second   p50 / p99 {half:.1} / {most:.1} ms", timing.per_second());
    }
    Ok(())
}

fn sign_ups(ground: &mut Ground) -> Anyhow<()> {
    let program = started(ground)?;
    let run = Instant::now().elapsed().as_nanos() + u128::from(std::process::id());
    let domain = format!("run{run}.door.example");
    let (next, answers) = (AtomicU32::new(0), Mutex::new(Answers::default()));
    let all = OFFERED * u32::try_from(SIGN_UPS_LAST.as_secs())?;
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..VISITORS {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= all {
                        return;
                    }
                    let due = begun + Duration::from_secs(1) * n / OFFERED;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    let form = format!(
                        "full_name=Visitor+{n}&email=visitor{n}%40{domain}&organization=Load&purpose=&password=four+baskets+of+wind+{n}&terms=yes"
                    );
                    let answer = Connection::open(program.address)
                        .and_then(|mut connection| Ok(connection.post("/register", &from_anywhere(), &form)?.status));
                    // From when it was due: a visitor does not care why nobody listened yet.
                    let took = due.elapsed();
                    answers.lock().map(|mut answers| answers.add(answer, 303, took)).unwrap_or_default();
                }
            });
        }
    });
    let lasted = begun.elapsed();
    let Answers { taken, busy, others } = answers.into_inner().map_err(|_| "a visitor panicked")?;
    let kept = ground.registered(&domain)?;
    println!("\nSign-ups, {OFFERED} a second offered for {} s:", SIGN_UPS_LAST.as_secs());
    println!("  taken            {:>6}   {:.0} a second", taken.len(), taken.len() as f64 / lasted.as_secs_f64());
    println!("  p50 / p99        {:>6.0} / {:.0} ms", taken.quantile(0.5), taken.quantile(0.99));
    println!(
        "  503              {:>6}   p50 / p99 {:.0} / {:.0} ms",
        busy.len(),
        busy.quantile(0.5),
        busy.quantile(0.99)
    );
    println!("  other answers    {:>6}   {}", others.len(), others.first().map_or("", String::as_str));
    println!("  kept             {kept:>6}   of {} that were acknowledged", taken.len());
    println!("  resident after   {:>6.1} MiB", program.process.memory()?);
    Ok(())
}

fn sign_ins(ground: &mut Ground) -> Anyhow<()> {
    let program = started(ground)?;
    let (over, peak) = (AtomicBool::new(false), Mutex::new(0.0_f64));
    let (answers, pages) = (Mutex::new(Answers::default()), Mutex::new(Timing::default()));
    let number = AtomicU32::new(0);
    let end = Instant::now() + SIGN_INS_LAST;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut connection = Connection::open(program.address).ok();
            while let Some(connection) = connection.as_mut().filter(|_| !over.load(Ordering::Relaxed)) {
                let begun = Instant::now();
                if connection.get("/", "").and_then(|answer| answer.expect(200).map(|_| ())).is_ok() {
                    pages.lock().map(|mut pages| pages.add(begun.elapsed())).unwrap_or_default();
                }
                if let (Ok(now), Ok(mut peak)) = (program.process.memory(), peak.lock()) {
                    *peak = peak.max(now);
                }
                thread::sleep(Duration::from_millis(10));
            }
        });
        let storm: Vec<_> = (0..SIGN_INS)
            .map(|_| {
                scope.spawn(|| {
                    let Ok(mut connection) = Connection::open(program.address) else { return };
                    while Instant::now() < end {
                        let n = number.fetch_add(1, Ordering::Relaxed);
                        let form = format!("email=nobody{n}%40door.example&password=four+baskets+of+wind");
                        let begun = Instant::now();
                        let answer = connection.post("/login", &from_anywhere(), &form).map(|answer| answer.status);
                        let took = begun.elapsed();
                        answers.lock().map(|mut answers| answers.add(answer, 401, took)).unwrap_or_default();
                    }
                })
            })
            .collect();
        storm.into_iter().for_each(|one| drop(one.join()));
        over.store(true, Ordering::Relaxed);
    });
    thread::sleep(Duration::from_secs(10));
    let Answers { taken, busy, others } = answers.into_inner().map_err(|_| "a client panicked")?;
    let pages = pages.into_inner().map_err(|_| "a client panicked")?;
    let peak = peak.into_inner().map_err(|_| "a client panicked")?;
    let lasted = SIGN_INS_LAST.as_secs_f64();
    println!("\nSign-ins, {SIGN_INS} at once for {} s, each of another unknown address:", SIGN_INS_LAST.as_secs());
    println!(
        "  judged           {:>6}   {:.0} a second, p99 {:.0} ms",
        taken.len(),
        taken.len() as f64 / lasted,
        taken.quantile(0.99)
    );
    println!("  503              {:>6}   p99 {:.0} ms", busy.len(), busy.quantile(0.99));
    println!("  other answers    {:>6}   {}", others.len(), others.first().map_or("", String::as_str));
    println!(
        "  GET / meanwhile  {:>6}   p50 / p99 {:.1} / {:.1} ms (goal: 100)",
        pages.len(),
        pages.quantile(0.5),
        pages.quantile(0.99)
    );
    println!(
        "  resident         {peak:>6.1} MiB at its peak (goal: 256), {:.1} MiB ten seconds later",
        program.process.memory()?
    );
    Ok(())
}
