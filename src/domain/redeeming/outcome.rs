//! The state of one redemption, and which of two outcomes wins.

use crate::domain::answers::status::{Class, Status};

/// The state of one redemption. The order is the rank by which outcomes merge: an earlier variant never replaces a
/// later one. So a failure never overwrites a success, whichever arrives last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    Pending,
    /// The tries are used up.
    GaveUp,
    /// A permanent failure.
    Failed,
    /// The player had it already: from before, or from a call whose answer was lost.
    Already,
    /// The game granted it to this bot.
    Granted,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Reads a stored name. An unknown name was written by a newer program. It counts as final, so that no call is made
    /// for it.
    pub fn read(name: &str) -> Self {
        Self::parse(name).unwrap_or(Self::Failed)
    }

    pub fn is_final(self) -> bool {
        self != Self::Pending
    }

    pub fn is_success(self) -> bool {
        self >= Self::Already
    }

    /// Merges two records of one redemption. Commutative, associative and idempotent.
    pub fn merge(self, other: Self) -> Self {
        self.max(other)
    }

    /// The rank that decides between two records of one redemption, before their age. A success beats everything else.
    /// Among failures a later round, which a person asked for, beats an earlier one; within a round, a later variant
    /// beats an earlier one. `round` counts from 0.
    pub fn rank(self, round: i64) -> i64 {
        match (self.is_success(), round) {
            (true, _) => (self as i64) << 40,
            (false, ..=0) => self as i64,
            (false, round) => (round.min(u32::MAX.into()) << 2) | self as i64,
        }
    }

    /// The final outcome of a status; `None` if the redemption is tried again.
    pub fn of(status: &Status) -> Option<Self> {
        match (status, status.class()) {
            (Status::Success, _) => Some(Self::Granted),
            (_, Class::Success) => Some(Self::Already),
            (_, Class::Permanent(_)) => Some(Self::Failed),
            (_, Class::Unknown | Class::Temporary) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [(Outcome, &str); 5] = [
        (Outcome::Pending, "pending"),
        (Outcome::GaveUp, "gave_up"),
        (Outcome::Failed, "failed"),
        (Outcome::Already, "already"),
        (Outcome::Granted, "granted"),
    ];

    fn outcome() -> impl Strategy<Value = Outcome> {
        (0..NAMES.len()).prop_map(|i| NAMES[i].0)
    }

    #[test]
    fn names_read_back() {
        for (outcome, name) in NAMES {
            assert_eq!((Outcome::parse(name), outcome.name()), (Some(outcome), name));
        }
        assert_eq!(Outcome::parse("GRANTED"), None);
    }

    proptest! {
        /// Invariant 3: a success is never overwritten by a later failure.
        #[test]
        fn a_success_is_never_downgraded(mut a in outcome(), later in proptest::collection::vec(outcome(), 0..20)) {
            let succeeded = a.is_success();
            for b in later {
                a = a.merge(b);
                prop_assert!(!succeeded || a.is_success());
            }
        }

        #[test]
        fn a_later_round_beats_an_earlier_ones_failure_but_no_success(a in outcome(), b in outcome(), round in 0i64..9, more in 1i64..9) {
            let (earlier, later) = (a.rank(round), b.rank(round + more));
            prop_assert_eq!(later > earlier, !a.is_success() || (b.is_success() && b > a));
            prop_assert_eq!(a.rank(round).cmp(&b.rank(round)), a.cmp(&b));
        }

        #[test]
        fn merging_does_not_depend_on_order_or_repetition(a in outcome(), b in outcome(), c in outcome()) {
            prop_assert_eq!(a.merge(b), b.merge(a));
            prop_assert_eq!(a.merge(b).merge(c), a.merge(b.merge(c)));
            prop_assert_eq!(a.merge(b).merge(b), a.merge(b));
        }
    }
}
