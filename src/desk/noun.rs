//! What is said and addressed differently for each kind of record that the desk decides about: words and paths only.

use super::list::Tab;
use super::status::Status;

/// A kind of record that is decided about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    Developer,
    Application,
}

/// What stands in a list that never had a row: a title, a text, and whether to offer an invitation.
pub struct Nobody {
    pub title: &'static str,
    pub text: &'static str,
    pub invites: bool,
}

impl Noun {
    const ALL: [Self; 2] = [Self::Developer, Self::Application];

    /// The path of the list; those of its records begin with it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Developer => "/admin/developers",
            Self::Application => "/admin/applications",
        }
    }

    /// The noun whose list has this path.
    pub fn of_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|noun| noun.path() == path)
    }

    /// Its link in the navigation, and with a plural verb the noun itself: "See all developers".
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Developer => "developers",
            Self::Application => "applications",
        }
    }

    /// In sentences, and before the dash in the id of a row.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Application => "application",
        }
    }

    /// What opens the form of a record.
    pub const fn edit_label(self) -> &'static str {
        match self {
            Self::Developer => "Edit name and company",
            Self::Application => "Edit application",
        }
    }

    /// The heading of the list, and the last word of every title.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Developer => "Developers",
            Self::Application => "Applications",
        }
    }

    /// Whose the list is, in a sentence.
    pub const fn lead(self) -> &'static str {
        match self {
            Self::Developer => "People who want to use your APIs.",
            Self::Application => "What developers build on your APIs.",
        }
    }

    /// None of them, as the subject of a sentence.
    pub const fn none(self) -> &'static str {
        match self {
            Self::Developer => "Nobody",
            Self::Application => "No application",
        }
    }

    pub const fn search_label(self) -> &'static str {
        match self {
            Self::Developer => "Search name, email, company or key",
            Self::Application => "Search name, owner’s email or key",
        }
    }

    /// Where the search box posts to without a script, because what is typed may be a key.
    pub const fn search_path(self) -> &'static str {
        match self {
            Self::Developer => "/admin/keys/search",
            Self::Application => "/admin/keys/search?list=applications",
        }
    }

    /// Where a search looked.
    pub const fn searched(self) -> &'static str {
        match self {
            Self::Developer => "Names, emails and companies were searched.",
            Self::Application => "Names and their owners’ emails were searched.",
        }
    }

    pub const fn nobody(self) -> Nobody {
        match self {
            Self::Developer => Nobody {
                title: "Nobody has asked yet",
                text: "Requests wait here for a decision. To bring developers along, run `guestlist import FILE`.",
                invites: true,
            },
            Self::Application => Nobody {
                title: "No application yet",
                text: "What approved developers register stands here.",
                invites: false,
            },
        }
    }

    /// What a tab without rows promises.
    pub const fn promise(self) -> &'static str {
        match self {
            Self::Developer => "Whoever is will stand here.",
            Self::Application => "Those that are will stand here.",
        }
    }

    /// The columns whose words differ: what a record is about, and the note beside its time.
    pub const fn columns(self, tab: Tab) -> (&'static str, &'static str) {
        match (tab, self) {
            (Tab::One(Status::Requested), Self::Developer) => ("Company and purpose", "Verification"),
            (Tab::One(Status::Approved), Self::Developer) => ("Company and purpose", "By"),
            (Tab::One(Status::Requested), Self::Application) => ("Description", "Owner"),
            (Tab::One(Status::Approved), Self::Application) => ("Owner and description", "By"),
            (Tab::One(Status::Rejected | Status::Revoked), Self::Developer) => ("Reason", "By"),
            (Tab::One(Status::Rejected | Status::Revoked), Self::Application) => ("Owner and reason", "By"),
            (Tab::All, Self::Developer) => ("Last decision", "Status"),
            (Tab::All, Self::Application) => ("Owner and last decision", "Status"),
        }
    }

    /// The link to whom it concerns, said before the record's name.
    pub const fn email_label(self) -> &'static str {
        match self {
            Self::Developer => "Email developer",
            Self::Application => "Email the developer of",
        }
    }

    /// What a refusal brings besides, where that is not plain.
    pub const fn refusal_note(self) -> Option<&'static str> {
        match self {
            Self::Developer => Some("The address stays blocked until the record is deleted."),
            Self::Application => None,
        }
    }

    /// What holds after a deletion.
    pub const fn after_deletion(self) -> &'static str {
        match self {
            Self::Developer => "The address may sign up again afterwards. The audit log keeps name, email and history.",
            Self::Application => "The audit log keeps its name, its owner and its history.",
        }
    }
}
