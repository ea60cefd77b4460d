//! Who did what: one entry for every move, sign-in, edit, deletion and imported record.
//!
//! An entry keeps names as they were and refers to nothing, so that it outlives what it tells of. The database
//! refuses to change or delete one. Nothing here knows a noun: whoever records says who the subject is.

mod list;
mod queries;
mod views;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::ids::{AdminId, DeveloperId};
use crate::text_enum::text_enum;

pub use list::{ActivityList, PATH};
pub use queries::{AuditEntry, of_subject, page, record, record_all};
pub use views::{Change, changes, event_label};

text_enum! {
    /// What happened.
    pub enum Event {
        DeveloperApproved = "developer.approved",
        DeveloperRejected = "developer.rejected",
        DeveloperRevoked = "developer.revoked",
        DeveloperReapproved = "developer.reapproved",
        DeveloperEdited = "developer.edited",
        DeveloperDeleted = "developer.deleted",
        DeveloperImported = "developer.imported",
        /// By an admin.
        DeveloperAdded = "developer.added",
        DeveloperRegistered = "developer.registered",
        /// Somebody signed up with a mailbox that has a record.
        DeveloperRegisteredAgain = "developer.registered_again",
        /// From a domain that may not.
        RegistrationRefused = "registration.refused",
        DeveloperVerified = "developer.verified",
        DeveloperSignedIn = "developer.signed_in",
        DeveloperSignInFailed = "developer.sign_in_failed",
        DeveloperSignedOut = "developer.signed_out",
        DeveloperPasswordReset = "developer.password_reset",
        DeveloperPasswordChanged = "developer.password_changed",
        AdminCreated = "admin.created",
        AdminPasswordReset = "admin.password_reset",
        AdminSignedIn = "admin.signed_in",
        AdminSignInFailed = "admin.sign_in_failed",
        AdminSignedOut = "admin.signed_out",
        SettingChanged = "setting.changed",
        MailRetried = "mail.retried",
        /// Written for the admin's own mail program; whether it was sent, nobody here knows.
        InvitationPrepared = "invitation.prepared",
        /// Written into the outbox.
        InvitationQueued = "invitation.queued",
        InvitationResent = "invitation.resent",
        InvitationWithdrawn = "invitation.withdrawn",
        /// Whom it was for has a record now.
        InvitationUsed = "invitation.used",
        ApplicationCreated = "application.created",
        ApplicationApproved = "application.approved",
        ApplicationRejected = "application.rejected",
        ApplicationRevoked = "application.revoked",
        ApplicationReapproved = "application.reapproved",
        ApplicationEdited = "application.edited",
        ApplicationDeleted = "application.deleted",
        KeyCreated = "key.created",
        KeyRevoked = "key.revoked",
    }
}

text_enum! {
    /// Whether a person with an account acted, the program itself, or somebody unknown.
    pub enum ActorKind {
        Admin = "admin",
        Developer = "developer",
        System = "system",
        Visitor = "visitor",
    }
}

text_enum! {
    /// What an entry is about.
    pub enum SubjectKind {
        Developer = "developer",
        Admin = "admin",
        Setting = "setting",
        Mail = "mail",
        Invitation = "invitation",
        /// Its keys as well: the details say which.
        Application = "application",
    }
}

/// Who acts.
#[derive(Clone, Debug)]
pub enum Actor {
    Admin {
        id: AdminId,
        name: String,
        email: String,
    },
    Developer {
        id: DeveloperId,
        name: String,
        email: String,
    },
    /// The program, by the name of what it does: "import", "auto-approval".
    System(&'static str),
    /// Somebody at the door who has not shown who they are.
    Visitor,
}

impl Actor {
    /// As the record shows it: "decided by Kim Lee".
    pub fn name(&self) -> &str {
        match self {
            Self::Admin { name, .. } | Self::Developer { name, .. } => name,
            Self::System(name) => name,
            Self::Visitor => "somebody",
        }
    }
}

/// Who acts, when, and in which request.
#[derive(Clone, Debug)]
pub struct Occasion {
    pub at: DateTime<Utc>,
    pub actor: Actor,
    pub request_id: Option<Uuid>,
    /// The address the request came from, behind trusted proxies only.
    pub address: Option<String>,
}

impl Occasion {
    /// The program acts by itself, now.
    pub fn system(name: &'static str) -> Self {
        Self { at: Utc::now(), actor: Actor::System(name), request_id: None, address: None }
    }
}

/// Whom an entry is about, as they were.
#[derive(Clone, Debug)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Option<Uuid>,
    pub name: String,
    pub email: String,
}

/// What is recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    pub event: Event,
    pub subject: Subject,
    pub from: Option<&'static str>,
    pub to: Option<&'static str>,
    pub reason: String,
    /// Old and new values of an edit: `{"full_name": ["Ada", "Ada Byron"]}`.
    pub details: serde_json::Value,
}

impl Entry {
    /// An entry without a move, a reason or details.
    pub fn new(event: Event, subject: Subject) -> Self {
        Self {
            event,
            subject,
            from: None,
            to: None,
            reason: String::new(),
            details: serde_json::Value::Object(serde_json::Map::new()),
        }
    }
}
