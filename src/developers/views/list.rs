//! The five tabs of developers, each with rows that tell what one wants to know there.

use super::rows::{AnyRow, ApprovedRow, Beside, RefusedRow, RequestedRow};
use crate::desk::{Status, Tab, tabs};
use crate::developers::queries::Developer;

tabs! {
    Developer beside Beside:
    Tab::One(Status::Requested) => RequestedPage of RequestedRow in "developers/requested.html",
    Tab::One(Status::Approved) => ApprovedPage of ApprovedRow in "developers/approved.html",
    Tab::One(Status::Rejected) => RejectedPage of RefusedRow in "developers/rejected.html",
    Tab::One(Status::Revoked) => RevokedPage of RefusedRow in "developers/revoked.html",
    Tab::All => AllPage of AnyRow in "developers/all.html",
}
