//! The program at its start, and at rest.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Connection;
use crate::ground::Ground;
use crate::program::Program;
use crate::{Anyhow, median, milliseconds, started};

/// Memory for passwords is given back ten seconds after the last of them.
const REST: Duration = Duration::from_secs(12);
const STARTS: usize = 5;

/// In MiB, after a sign-in, some pages and a rest.
pub fn idle_memory(ground: &Ground) -> Anyhow<f64> {
    let program = started(ground)?;
    let session = program.sign_in(1)?;
    let mut connection = Connection::open(program.address)?;
    for path in ["/admin/developers", "/admin/developers?status=all&q=martin", "/admin/activity"] {
        connection.get(path, &session)?.expect(200)?;
    }
    drop(connection);
    thread::sleep(REST);
    program.process.memory()
}

/// In milliseconds, from the start of the process to a whole list page; the middle of several.
pub fn start_to_first_page(ground: &Ground) -> Anyhow<f64> {
    let session = started(ground)?.sign_in(2)?;
    let times = (0..STARTS)
        .map(|_| {
            let begun = Instant::now();
            let mut program = Program::spawn(ground, &[])?;
            program.wait_for(200, "/admin/developers", &session)?;
            Ok(milliseconds(begun.elapsed()))
        })
        .collect::<Result<Vec<f64>, Box<dyn Error>>>()?;
    Ok(median(times))
}
