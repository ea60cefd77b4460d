//! Checks while everybody signs in: passwords must not hold up who has a key.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Connection, Timing, from_anywhere};
use crate::ground::Ground;
use crate::secrets::scattered;
use crate::wrk::PATH;
use crate::{Anyhow, alone, started};

const SIGN_INS: usize = 50;
/// Between two checks.
const PAUSE: Duration = Duration::from_millis(2);

/// How long a known key was checked, one after another, while so many signed in for this long.
pub fn checks_beside_sign_ins(ground: &Ground, keys: u64, lasts: Duration) -> Anyhow<Timing> {
    let program = started(ground, &[])?;
    alone::show_all(&program, 0..1, keys)?;
    let over = AtomicBool::new(false);
    let mut timing = Timing::default();
    thread::scope(|scope| -> Anyhow<()> {
        for n in 0..SIGN_INS {
            let (over, address) = (&over, program.address);
            scope.spawn(move || {
                let Ok(mut connection) = Connection::open(address) else { return };
                let form = format!("email=nobody{n}%40door.example&password=four+baskets+of+wind");
                while !over.load(Ordering::Relaxed) {
                    // Judged, or told to come back: both are what is wanted.
                    if connection.post("/login", &from_anywhere(), &form).is_err() {
                        return;
                    }
                }
            });
        }
        let mut checks = || -> Anyhow<()> {
            let mut connection = Connection::open(program.address)?;
            let (shown, begun) = (alone::as_gateway(scattered(0, keys)), Instant::now());
            while begun.elapsed() < lasts {
                let asked = Instant::now();
                connection.get(PATH, &shown)?.expect(204)?;
                timing.add(asked.elapsed());
                thread::sleep(PAUSE);
            }
            Ok(())
        };
        let outcome = checks();
        over.store(true, Ordering::Relaxed);
        outcome
    })?;
    Ok(timing)
}
