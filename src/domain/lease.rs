//! The lease by which one instance of several is the active one: when another may take it.
//!
//! All times in it are the second store's, so that the clocks of the instances need not agree.

use std::time::Duration;

use jiff::Timestamp;

/// How long a lease is good for after it was renewed.
pub const VALID: Duration = Duration::from_secs(30);
/// How often its holder renews it.
pub const RENEW_EVERY: Duration = Duration::from_secs(10);
/// How often a waiting instance says that it is there.
pub const KNOCK_EVERY: Duration = Duration::from_secs(5);
/// An instance that said so within this time before a renewal counts as waiting.
const KNOCK_COUNTS: Duration = Duration::from_secs(15);

/// A lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it, or held it last.
    pub holder: String,
    /// Grows with every taking; writes carry it.
    pub term: i64,
    /// When its holder took or renewed it.
    pub renewed_at: Timestamp,
    /// Its holder gave it back.
    pub released: bool,
    /// When an instance that waits for it last said so.
    pub knocked_at: Option<Timestamp>,
}

impl Lease {
    /// Whether `who` may take it at `now`: it was given back or has run out, or its holder is `who`, whose earlier process
    /// is dead (an instance keeps its name with its state file, which one process at a time has).
    #[must_use]
    pub fn may_be_taken(&self, who: &str, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(self.renewed_at)).unwrap_or_default();
        self.released || self.holder == who || age > VALID
    }

    /// Whether, as of the last renewal, another instance waited for it.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        let since = self.knocked_at.map(|at| self.renewed_at.duration_since(at));
        since.is_some_and(|since| Duration::try_from(since).unwrap_or_default() <= KNOCK_COUNTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    fn lease() -> Lease {
        Lease { holder: "a".into(), term: 3, renewed_at: at(0), released: false, knocked_at: None }
    }

    #[test]
    fn it_is_taken_when_it_is_free_run_out_or_ones_own() {
        assert!(!lease().may_be_taken("b", at(30)) && lease().may_be_taken("b", at(31)));
        assert!(lease().may_be_taken("a", at(1)));
        assert!(Lease { released: true, ..lease() }.may_be_taken("b", at(1)));
        assert!(!lease().may_be_taken("b", at(-500)), "the server's clock was set back");
    }

    #[test]
    fn who_knocked_lately_is_waiting() {
        let knocked = |second| Lease { knocked_at: Some(at(second)), ..lease() }.is_awaited();
        assert!(!lease().is_awaited() && !knocked(-16) && knocked(-15) && knocked(0) && knocked(2));
    }
}
