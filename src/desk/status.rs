//! THE table of moves. Buttons, refusals, the database's guard and the tests derive from the one `match` below.

use crate::text_enum::text_enum;

text_enum! {
    /// Where a request stands. Only `Approved` may sign in and use keys.
    pub enum Status {
        Requested = "requested",
        Approved = "approved",
        Rejected = "rejected",
        Revoked = "revoked",
    }
}

text_enum! {
    /// What an admin may do to a request. Deleting is no move: it is allowed in every status.
    pub enum Action {
        Approve = "approve",
        Reject = "reject",
        Revoke = "revoke",
        Reapprove = "reapprove",
    }
}

/// A move that the table allows. Its fields are private and only [`Status::transition`] makes one, so that whoever
/// holds it has proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    from: Status,
    action: Action,
    to: Status,
}

impl Status {
    /// The move, or none where the table has none.
    pub const fn transition(self, action: Action) -> Option<Transition> {
        let to = match (self, action) {
            (Self::Requested | Self::Rejected, Action::Approve) => Self::Approved,
            (Self::Requested, Action::Reject) => Self::Rejected,
            (Self::Approved, Action::Revoke) => Self::Revoked,
            (Self::Revoked, Action::Reapprove) => Self::Approved,
            _ => return None,
        };
        Some(Transition { from: self, action, to })
    }

    /// What can be done from here, in the order of the buttons.
    pub fn transitions(self) -> impl Iterator<Item = Transition> {
        Action::ALL.iter().filter_map(move |action| self.transition(*action))
    }

    /// Whether a move can take away what may be done now.
    pub fn can_end_access(self) -> bool {
        self.transitions().any(Transition::ends_access)
    }

    /// As a heading and a tab.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Requested => "Requested",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Revoked => "Revoked",
        }
    }

    /// As its developer is told it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Requested => "Your request is waiting for approval.",
            Self::Approved => "You are approved.",
            Self::Rejected => "Your request was not accepted.",
            Self::Revoked => "Your access was revoked.",
        }
    }
}

impl Action {
    /// As a button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Reject => "Reject",
            Self::Revoke => "Revoke",
            Self::Reapprove => "Re-approve",
        }
    }

    /// As a report: "Rejected Ada Byron".
    pub const fn report(self) -> &'static str {
        match self {
            Self::Approve => "Approved",
            Self::Reject => "Rejected",
            Self::Revoke => "Revoked",
            Self::Reapprove => "Re-approved",
        }
    }
}

impl Transition {
    pub const fn from(self) -> Status {
        self.from
    }

    pub const fn action(self) -> Action {
        self.action
    }

    pub const fn to(self) -> Status {
        self.to
    }

    /// Whoever is signed in is signed out.
    pub const fn ends_access(self) -> bool {
        matches!(self.from, Status::Approved)
    }

    /// A move that takes access away or refuses it may tell why.
    pub const fn asks_reason(self) -> bool {
        !matches!(self.to, Status::Approved)
    }
}
