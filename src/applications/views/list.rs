//! The five tabs of applications, each with rows that tell what one wants to know there.

use super::rows::{AnyRow, ApprovedRow, Beside, RefusedRow, RequestedRow};
use crate::applications::queries::Application;
use crate::desk::{Status, Tab, tabs};

tabs! {
    Application beside Beside:
    Tab::One(Status::Requested) => RequestedPage of RequestedRow in "applications/requested.html",
    Tab::One(Status::Approved) => ApprovedPage of ApprovedRow in "applications/approved.html",
    Tab::One(Status::Rejected) => RejectedPage of RefusedRow in "applications/rejected.html",
    Tab::One(Status::Revoked) => RevokedPage of RefusedRow in "applications/revoked.html",
    Tab::All => AllPage of AnyRow in "applications/all.html",
}
