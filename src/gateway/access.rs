//! Whether a key that exists may pass. No I/O; the clock comes from outside.

use crate::ids::{DeveloperId, KeyId};

/// What is known of a key: all that its answer depends on but the time and the settings.
#[derive(Clone, Debug)]
pub struct Access {
    pub key: KeyId,
    pub developer: DeveloperId,
    pub is_revoked: bool,
    /// Works until then, in seconds since 1970; none for ever.
    pub expires_at: Option<i64>,
    /// Of the developer and of the application.
    pub is_approved: bool,
    pub is_proven: bool,
    /// In minutes since 1970; 0 for never.
    pub last_used: u32,
}

/// What holds at this moment for all keys.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// In seconds since 1970.
    pub now: i64,
    pub requires_proof: bool,
}

/// The answers of a gateway that can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Not a good key: 401.
    Unknown,
    /// A good key of somebody who may not: 403.
    Forbidden,
}

impl Access {
    pub fn verdict(&self, moment: Moment) -> Verdict {
        let is_over = self.is_revoked || self.expires_at.is_some_and(|end| end <= moment.now);
        let may = self.is_approved && (self.is_proven || !moment.requires_proof);
        match (is_over, may) {
            (true, _) => Verdict::Unknown,
            (false, false) => Verdict::Forbidden,
            (false, true) => Verdict::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_living_key_of_somebody_approved_and_proven_is_good() {
        let good = Access {
            key: KeyId::new(),
            developer: DeveloperId::new(),
            is_revoked: false,
            expires_at: None,
            is_approved: true,
            is_proven: true,
            last_used: 0,
        };
        let at = |now| Moment { now, requires_proof: true };
        let changed = |change: fn(&mut Access)| {
            let mut access = good.clone();
            change(&mut access);
            access
        };
        assert_eq!(good.verdict(at(0)), Verdict::Good);
        assert_eq!(changed(|a| a.is_revoked = true).verdict(at(0)), Verdict::Unknown);
        assert_eq!(changed(|a| a.is_approved = false).verdict(at(0)), Verdict::Forbidden);
        let unproven = changed(|a| a.is_proven = false);
        assert_eq!(unproven.verdict(at(0)), Verdict::Forbidden);
        assert_eq!(unproven.verdict(Moment { now: 0, requires_proof: false }), Verdict::Good);
        let ends = changed(|a| a.expires_at = Some(100));
        assert_eq!(
            [99, 100, 101].map(|now| ends.verdict(at(now))),
            [Verdict::Good, Verdict::Unknown, Verdict::Unknown]
        );
        let both = changed(|a| (a.is_revoked, a.is_approved) = (true, false));
        assert_eq!(both.verdict(at(0)), Verdict::Unknown, "a key that is over tells nothing of its owner");
    }
}
