//! Whether the time of an answer tells who is known. Measured by hand on a quiet machine:
//! `cargo test --release --test it timing -- --ignored --nocapture`. HARDENING.md 4.2 has the bars.

use std::time::{Duration, Instant};

use guestlist::developers::Status::Approved;

use super::{BEHIND_PROXY, WRONG};
use crate::registration::sign_up;
use crate::support::app::Request;
use crate::support::{App, somebody};

const PAIRS: usize = 150;

/// The chance that a known one takes longer than an unknown one; half is none.
fn area_under_curve(known: &[Duration], unknown: &[Duration]) -> f64 {
    let wins: f64 = known
        .iter()
        .flat_map(|a| {
            unknown.iter().map(move |b| {
                if a > b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    wins / f64::from(u32::try_from(known.len() * unknown.len()).unwrap())
}

fn median(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2].as_secs_f64() * 1_000.0
}

/// Every request comes from an address of its own, so that no throttle is met.
fn address(n: usize) -> String {
    format!("10.{}.{}.{}", n / 62_500 % 250, n / 250 % 250, n % 250 + 1)
}

async fn timed(request: Request, n: usize, status: u16) -> Duration {
    let begun = Instant::now();
    request.header("X-Forwarded-For", &address(n)).await.is(status);
    begun.elapsed()
}

#[actix_web::test]
#[ignore = "takes minutes, and a quiet machine"]
async fn nobody_can_tell_by_the_time_who_is_known() {
    let app = App::with(&BEHIND_PROXY).await;
    app.setting("verification", "always");
    let known: Vec<String> = (0..PAIRS)
        .map(|n| app.developer_at_the_door(somebody(&format!("Known Nr{n}")).now(Approved)).person.email)
        .collect();
    let browser = app.browser();
    let mut n = 0;
    let mut told = Vec::new();
    for (what, status) in [("A/A login", 401), ("login", 401), ("register", 303), ("resend", 303), ("reset", 303)] {
        let (mut times_known, mut times_unknown) = (Vec::new(), Vec::new());
        // The first ones warm up what is cold.
        for pair in (0..10).chain(0..PAIRS) {
            let unknown = format!("unknown.nr{}@x.example", n + 1_000);
            let own = if what == "A/A login" { &unknown } else { &known[pair] };
            // Whichever comes first may be at a disadvantage.
            let order = if pair % 2 == 0 { [(own, true), (&unknown, false)] } else { [(&unknown, false), (own, true)] };
            for (email, is_known) in order {
                n += 1;
                let request = match what {
                    "register" => sign_up(email).in_browser(&browser),
                    "resend" => browser.post("/register/resend", &[("email", email)]),
                    "reset" => browser.post("/password/forgot", &[("email", email)]),
                    _ => browser.post("/login", &[("email", email), ("password", WRONG)]),
                };
                let time = timed(request, n, status).await;
                if is_known { times_known.push(time) } else { times_unknown.push(time) }
            }
        }
        let (times_known, times_unknown) = (&times_known[10..], &times_unknown[10..]);
        let area = area_under_curve(times_known, times_unknown);
        let (one, other) = (median(times_known), median(times_unknown));
        println!("{what}: AUC {area:.3}, medians {one:.1} and {other:.1} ms, difference {:.2} ms", one - other);
        if !(0.40..=0.60).contains(&area) || (one - other).abs() > 5.0 {
            told.push(what);
        }
    }
    assert_eq!(told, [""; 0], "their time tells who is known");
}
