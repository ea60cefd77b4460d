//! Which developer is signed in. A session ends after [`IDLE`](crate::web::session::IDLE) without a request,
//! [`ABSOLUTE`] after the sign-in, at sign-out, with a new password, and when its developer is no longer approved.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::DeveloperId;

/// This long after the sign-in a session is over in any case.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(7);

/// What a session says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    pub id: DeveloperId,
    pub name: String,
    pub email: String,
    pub signed_in_at: DateTime<Utc>,
}
