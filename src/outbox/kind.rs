//! The kinds of mail: their usual texts, and what may stand in them.

use crate::text_enum::text_enum;

text_enum! {
    /// What a mail tells.
    pub enum Kind {
        VerifyAddress = "verify_address",
        RequestReceived = "request_received",
        /// To the owner of a mailbox that somebody signed up with again.
        AddressKnown = "address_known",
        Approved = "approved",
        Rejected = "rejected",
        Revoked = "revoked",
        /// Approved again after a revoke.
        Restored = "restored",
        PasswordReset = "password_reset",
        PasswordChanged = "password_changed",
        /// To somebody who may ask for access, by an admin.
        Invitation = "invitation",
        /// To a developer whom an admin added.
        AccountCreated = "account_created",
        /// About a developer's application: approved, again or for the first time.
        ApplicationApproved = "application_approved",
        ApplicationRejected = "application_rejected",
        ApplicationRevoked = "application_revoked",
        KeyCreated = "key_created",
        /// A week before.
        KeyExpiring = "key_expiring",
        /// To an admin: one new request.
        RequestWaiting = "request_waiting",
        /// To an admin: an application that waits for a decision.
        ApplicationWaiting = "application_waiting",
        /// To an admin: what waits today.
        RequestsDigest = "requests_digest",
        /// To whoever tries out whether mail arrives.
        Test = "test",
    }
}

/// A word in braces, and what takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placeholder {
    pub name: &'static str,
    pub meaning: &'static str,
    /// What a preview shows.
    pub sample: &'static str,
}

const PORTAL: Placeholder = Placeholder { name: "portal", meaning: "the portal's name", sample: "Guestlist" };
const SUPPORT: Placeholder = Placeholder {
    name: "support",
    meaning: "a line with the support address, where there is one",
    sample: "Questions? Write to help@acme.example.",
};
const NAME: Placeholder = Placeholder { name: "name", meaning: "the developer's name", sample: "Ada Byron" };
const EMAIL: Placeholder =
    Placeholder { name: "email", meaning: "the developer's address", sample: "ada@engine.example" };
const LINK: Placeholder =
    Placeholder { name: "link", meaning: "the link, on a line of its own", sample: "https://guests.example/…" };
const REASON: Placeholder = Placeholder {
    name: "reason",
    meaning: "the admin's reason, where it is to be told",
    sample: "Reason: Your company has an account already.",
};
const STATE: Placeholder =
    Placeholder { name: "state", meaning: "how the request stands", sample: "Your request is waiting for a decision." };
const ABOUT: Placeholder = Placeholder {
    name: "about",
    meaning: "company and purpose, as the developer gave them",
    sample: "Analytical Engines: Weather for our fields",
};
const ADMIN: Placeholder =
    Placeholder { name: "admin", meaning: "the name of the admin who does it", sample: "Kim Lee" };
const WAITING: Placeholder = Placeholder {
    name: "waiting",
    meaning: "what waits for a decision, in words",
    sample: "12 requests and 1 application are",
};
const APPLICATION: Placeholder =
    Placeholder { name: "application", meaning: "the application's name", sample: "Weather station" };
const KEY: Placeholder = Placeholder {
    name: "key",
    meaning: "the key's name, and the first and last characters of it",
    sample: "“Production” (glk_4fGh…9xYz)",
};
const EXPIRES: Placeholder =
    Placeholder { name: "expires", meaning: "the day on which the key expires", sample: "30 Nov 2026" };

impl Kind {
    /// In lists and headings.
    pub const fn label(self) -> &'static str {
        match self {
            Self::VerifyAddress => "Verify your address",
            Self::RequestReceived => "Request received",
            Self::AddressKnown => "Address already known",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Revoked => "Revoked",
            Self::Restored => "Access restored",
            Self::PasswordReset => "Password reset",
            Self::PasswordChanged => "Password changed",
            Self::Invitation => "Invitation",
            Self::AccountCreated => "Account created by an admin",
            Self::ApplicationApproved => "Application approved",
            Self::ApplicationRejected => "Application rejected",
            Self::ApplicationRevoked => "Application revoked",
            Self::KeyCreated => "Key created",
            Self::KeyExpiring => "Key about to expire",
            Self::RequestWaiting => "New request (to admins)",
            Self::ApplicationWaiting => "New application (to admins)",
            Self::RequestsDigest => "Daily digest (to admins)",
            Self::Test => "Test",
        }
    }

    /// What may stand in its text, besides what every mail knows.
    pub const fn own_placeholders(self) -> &'static [Placeholder] {
        match self {
            Self::VerifyAddress | Self::PasswordReset | Self::Approved | Self::Restored => &[NAME, EMAIL, LINK],
            Self::RequestReceived | Self::PasswordChanged => &[NAME, EMAIL],
            Self::AddressKnown => &[NAME, EMAIL, STATE, LINK],
            Self::Invitation => &[ADMIN, LINK],
            Self::AccountCreated => &[NAME, EMAIL, ADMIN, STATE, LINK],
            Self::Rejected | Self::Revoked => &[NAME, EMAIL, REASON],
            Self::ApplicationApproved => &[NAME, EMAIL, APPLICATION, LINK],
            Self::ApplicationRejected | Self::ApplicationRevoked => &[NAME, EMAIL, APPLICATION, REASON],
            Self::KeyCreated => &[NAME, EMAIL, APPLICATION, KEY, LINK],
            Self::KeyExpiring => &[NAME, EMAIL, APPLICATION, KEY, EXPIRES, LINK],
            Self::RequestWaiting => &[NAME, EMAIL, ABOUT, LINK],
            Self::ApplicationWaiting => &[NAME, EMAIL, APPLICATION, LINK],
            Self::RequestsDigest => &[WAITING, LINK],
            Self::Test => &[],
        }
    }

    pub fn placeholders(self) -> impl Iterator<Item = Placeholder> {
        self.own_placeholders().iter().copied().chain([PORTAL, SUPPORT])
    }

    /// Whether its text is of no use without its link.
    pub fn needs_link(self) -> bool {
        self.own_placeholders().contains(&LINK)
    }

    /// The key of the setting that holds another subject.
    pub fn subject_key(self) -> String {
        format!("mail.{self}.subject")
    }

    /// The key of the setting that holds another text.
    pub fn body_key(self) -> String {
        format!("mail.{self}.body")
    }

    /// The usual subject.
    pub const fn subject(self) -> &'static str {
        match self {
            Self::VerifyAddress => "Confirm your email address for {portal}",
            Self::RequestReceived => "{portal}: we have your request",
            Self::AddressKnown => "{portal}: somebody signed up with your address",
            Self::Approved => "{portal}: you are approved",
            Self::Rejected => "{portal}: your request was not accepted",
            Self::Revoked => "{portal}: your access was revoked",
            Self::Restored => "{portal}: your access is restored",
            Self::PasswordReset => "{portal}: choose a new password",
            Self::PasswordChanged => "{portal}: your password was changed",
            Self::Invitation => "You are invited to {portal}",
            Self::AccountCreated => "{portal}: an account for you",
            Self::ApplicationApproved => "{portal}: {application} is approved",
            Self::ApplicationRejected => "{portal}: {application} was not accepted",
            Self::ApplicationRevoked => "{portal}: {application} was revoked",
            Self::KeyCreated => "{portal}: a new key for {application}",
            Self::KeyExpiring => "{portal}: a key for {application} expires on {expires}",
            Self::RequestWaiting => "{portal}: {name} asks for access",
            Self::ApplicationWaiting => "{portal}: {application} waits for approval",
            Self::RequestsDigest => "{portal}: {waiting} waiting",
            Self::Test => "{portal}: this is a test",
        }
    }

    /// The usual text. Paragraphs are divided by an empty line; one that is empty once it is filled in is left out.
    pub const fn body(self) -> &'static str {
        match self {
            Self::VerifyAddress => {
                // Without the name: whoever typed it may have typed somebody else's address beside it.
                "Hello,\n\nthank you for asking for access to {portal}. Confirm that this address is yours:\n\n{link}\n\n\
                 The link works for 24 hours. After that an admin decides about your request, and you hear from us again.\n\n\
                 If you did not ask for access, ignore this mail.\n\n{support}"
            }
            Self::RequestReceived => {
                "Hello {name},\n\nwe have your request for access to {portal}. An admin decides about it, and you hear from us \
                 as soon as that is done. You need not do anything.\n\n{support}"
            }
            Self::AddressKnown => {
                "Hello {name},\n\nsomebody, perhaps you, signed up for {portal} with this address, which we know already. \
                 Nothing was changed.\n\n{state}\n\n{link}\n\nIf it was not you, ignore this mail.\n\n{support}"
            }
            Self::Approved => {
                "Hello {name},\n\nyour request for access to {portal} was approved. Sign in here:\n\n{link}\n\n{support}"
            }
            Self::Rejected => {
                "Hello {name},\n\nyour request for access to {portal} was not accepted.\n\n{reason}\n\n{support}"
            }
            Self::Revoked => {
                "Hello {name},\n\nyour access to {portal} was revoked. You cannot sign in any more, and your keys stopped \
                 working.\n\n{reason}\n\n{support}"
            }
            Self::Restored => {
                "Hello {name},\n\nyour access to {portal} is restored. Sign in here:\n\n{link}\n\n{support}"
            }
            Self::PasswordReset => {
                "Hello {name},\n\nchoose a new password for {portal} here:\n\n{link}\n\nThe link works once, for 30 minutes. \
                 If you did not ask for it, ignore this mail: your password stays as it is.\n\n{support}"
            }
            Self::PasswordChanged => {
                "Hello {name},\n\nyour password for {portal} was changed, and every browser was signed out. If that was not \
                 you, choose a new one at once by “Forgot your password?” on the sign-in page.\n\n{support}"
            }
            Self::Invitation => {
                "Hello,\n\n{admin} invites you to {portal}. Ask for access here:\n\n{link}\n\nYou choose a password, and hear \
                 by mail as soon as you can sign in.\n\nIf you did not expect this, ignore it.\n\n{support}"
            }
            Self::AccountCreated => {
                "Hello {name},\n\n{admin} added you to {portal}. Choose your password here:\n\n{link}\n\nThe link works once, \
                 for 14 days. {state}\n\nIf you did not expect this, ignore it.\n\n{support}"
            }
            Self::ApplicationApproved => {
                "Hello {name},\n\nyour application {application} is approved in {portal}. Create and see its keys here:\n\n{link}\n\n\
                 {support}"
            }
            Self::ApplicationRejected => {
                "Hello {name},\n\nyour application {application} was not accepted in {portal}.\n\n{reason}\n\n{support}"
            }
            Self::ApplicationRevoked => {
                "Hello {name},\n\nyour application {application} was revoked in {portal}. Its keys stopped working; your \
                 account and your other applications are as they were.\n\n{reason}\n\n{support}"
            }
            Self::KeyCreated => {
                "Hello {name},\n\nthe key {key} was created for your application {application}. Keys never travel by mail: \
                 it was shown once, on the page.\n\nIf that was not you, revoke it here at once, and choose a new \
                 password:\n\n{link}\n\n{support}"
            }
            Self::KeyExpiring => {
                "Hello {name},\n\nthe key {key} of your application {application} expires on {expires} and stops working \
                 then. Create another one in time, and change over to it; both work until that day:\n\n{link}\n\n{support}"
            }
            Self::ApplicationWaiting => {
                "{name} ({email}) registered the application {application} in {portal}. It waits for a decision.\n\n{link}"
            }
            Self::RequestWaiting => "{name} ({email}) asks for access to {portal}.\n\n{about}\n\n{link}",
            Self::RequestsDigest => "In {portal} {waiting} waiting for a decision.\n\n{link}",
            Self::Test => "This mail was sent to try out whether mail from {portal} arrives. It did.\n\n{support}",
        }
    }
}
