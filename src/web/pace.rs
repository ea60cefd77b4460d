//! Answers that take the same time whatever is found, so that their time tells nothing.

use std::time::Duration;

/// More than the work behind a form without a password ever takes on a machine that is not overloaded.
pub const FLOOR: Duration = Duration::from_millis(100);

/// Does the work and answers [`FLOOR`] after it began, or when it is done, whichever is later.
pub async fn steady<T>(work: impl Future<Output = T>) -> T {
    let (answer, ()) = tokio::join!(work, tokio::time::sleep(FLOOR));
    answer
}
