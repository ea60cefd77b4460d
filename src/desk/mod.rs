//! The desk: what is decided, whoever it is about. Developers and applications have the same statuses, moves, lists and
//! answers, from the code here; a noun brings its table, its operations and its own rows and facts.
//!
//! ```text
//!              approve                 revoke
//!  requested ───────────▶ approved ───────────▶ revoked
//!      │                    ▲   ▲                  │
//!      │ reject             │   └──── reapprove ───┘
//!      ▼        approve     │
//!   rejected ───────────────┘           any ── delete ──▶ gone
//! ```
//!
//! [`Status::transition`] is this picture as code, and the only place where it stands.
//!
//! A noun comes to the desk by three things: `listed!` beside its queries, `tabs!` beside its views, and a [`Case`]
//! beside its handlers.

mod forms;
pub mod handlers;
mod list;
mod noun;
mod operations;
mod queries;
mod record;
mod status;
mod views;

pub use forms::Origin;
pub use handlers::{Answer, Case, id_of};
pub use list::{Cursor, Key, List, Sort, Tab};
pub use noun::Noun;
pub use operations::{Move, Outcome, decide, entry, news, unless_changed};
pub use queries::{Listed, Totals};
pub use record::Record;
pub use status::{Action, Status, Transition};
pub use views::{
    Around, Decision, Desk, Edit, Happening, History, ListPage, Moves, RowContext, TIMELINE, reason, status_chip,
};

pub(crate) use queries::listed;
pub(crate) use views::tabs;
