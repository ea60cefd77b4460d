//! Who is signed in: a row of the database, named by a key that only the browser has.
//!
//! It ends after [`IDLE`](crate::web::session::IDLE) without a request, [`ABSOLUTE`] after the sign-in, at sign-out, and when the password is reset.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::AdminId;

/// This long after the sign-in it is over in any case.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(12);

/// What a session says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    pub id: AdminId,
    pub name: String,
    pub email: String,
    pub signed_in_at: DateTime<Utc>,
}
