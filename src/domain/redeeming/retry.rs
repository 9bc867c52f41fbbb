//! The retry policy: what each answer means for its redemption.
//!
//! Invariant 4: every redemption ends. With `u` unknown and `t` temporary tries allowed, the counters limit the calls
//! to `(u - 1) + (t - 1) + 1`, whatever the order of the answers. Tries whose answer was lost in a crash count against
//! the same limit ([`Policy::max_calls`]).
//!
//! Written by hand: retry crates wait inside a call. Here the next try is a time in the store, which survives a
//! restart.

use std::time::Duration;

use super::outcome::Outcome;
use crate::domain::answers::status::{Class, Status};
use crate::domain::back_off::BackOff;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Tries that may end unknown; at least 1.
    pub max_unknown: u32,
    /// Tries that may end temporary; at least 1.
    pub max_temporary: u32,
    /// The first back-off.
    pub base: Duration,
    /// The longest back-off.
    pub cap: Duration,
}

/// The tries of one redemption so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct History {
    /// Calls started, including those whose answer was not recorded.
    pub calls: u32,
    pub unknown: u32,
    pub temporary: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Done(Outcome),
    /// Try again after this time.
    Retry(Duration),
    /// The tries are used up.
    GiveUp,
}

impl Policy {
    /// The most calls one redemption can ever need.
    pub fn max_calls(&self) -> u32 {
        self.max_unknown.saturating_add(self.max_temporary).saturating_sub(1)
    }

    /// The back-off before try number `tries + 1`. It doubles from `base` up to `cap`, and is between half and all of
    /// that as `jitter` goes from 0 to 1, so that players who failed together do not retry together.
    pub fn back_off(&self, tries: u32, jitter: f64) -> Duration {
        let doubled = BackOff::new(self.base, self.cap).doubled(tries.saturating_sub(1));
        doubled.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
    }
}

/// Counts `status` in `history` and decides what follows. `history.calls` already includes this call.
pub fn decide(policy: &Policy, history: &mut History, status: &Status, jitter: f64) -> Decision {
    if let Some(outcome) = Outcome::of(status) {
        return Decision::Done(outcome);
    }
    let used_up = if status.class() == Class::Unknown {
        history.unknown = history.unknown.saturating_add(1);
        history.unknown >= policy.max_unknown
    } else {
        history.temporary = history.temporary.saturating_add(1);
        history.temporary >= policy.max_temporary
    };
    if used_up || history.calls >= policy.max_calls() {
        return Decision::GiveUp;
    }
    Decision::Retry(policy.back_off(history.unknown.saturating_add(history.temporary), jitter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: Policy =
        Policy { max_unknown: 3, max_temporary: 10, base: Duration::from_secs(2), cap: Duration::from_secs(30) };

    fn after(statuses: &[Status]) -> (History, Decision) {
        let mut history = History::default();
        let mut decision = Decision::Retry(Duration::ZERO);
        for status in statuses {
            history.calls += 1;
            decision = decide(&POLICY, &mut history, status, 1.0);
        }
        (history, decision)
    }

    #[test]
    fn three_unknown_answers_end_it_and_ten_temporary_ones() {
        let unknown = Status::Unknown("RECHARGE_MONEY_VIP".into());
        assert!(matches!(after(&vec![unknown.clone(); 2]).1, Decision::Retry(_)));
        assert_eq!(after(&vec![unknown; 3]).1, Decision::GiveUp);
        assert!(matches!(after(&vec![Status::TimeoutRetry; 9]).1, Decision::Retry(_)));
        assert_eq!(after(&vec![Status::TimeoutRetry; 10]).1, Decision::GiveUp);
    }

    #[test]
    fn final_answers_end_it() {
        assert_eq!(after(&[Status::Success]).1, Decision::Done(Outcome::Granted));
        assert_eq!(after(&[Status::TimedOut, Status::Received]).1, Decision::Done(Outcome::Already));
        assert_eq!(after(&[Status::TimeError]).1, Decision::Done(Outcome::Failed));
    }

    #[test]
    fn back_off_doubles_up_to_the_cap() {
        let waits: Vec<_> = (1..8).map(|n| POLICY.back_off(n, 1.0).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(POLICY.back_off(1, 0.0), Duration::from_secs(1));
    }

    #[test]
    fn lost_answers_count_as_calls() {
        let mut history = History { calls: POLICY.max_calls(), ..History::default() };
        assert_eq!(decide(&POLICY, &mut history, &Status::TimedOut, 0.5), Decision::GiveUp);
    }

    fn any_status() -> impl Strategy<Value = Status> {
        prop_oneof![
            3 => (0..Status::ALL.len()).prop_map(|i| Status::ALL[i].clone()),
            1 => "[a-z]{1,9}".prop_map(Status::Unknown),
        ]
    }

    proptest! {
        /// Invariant 4, for every policy and any sequence of answers.
        #[test]
        fn any_sequence_of_answers_ends(
            max_unknown in 1u32..6, max_temporary in 1u32..12, jitter in -1.0f64..2.0,
            answers in proptest::collection::vec(any_status(), 20),
        ) {
            let policy = Policy { max_unknown, max_temporary, ..POLICY };
            let mut history = History::default();
            let mut calls = 0;
            for status in &answers {
                calls += 1;
                history.calls += 1;
                match decide(&policy, &mut history, status, jitter) {
                    Decision::Retry(wait) => prop_assert!(wait <= policy.cap),
                    Decision::Done(outcome) => {
                        prop_assert_eq!(Some(outcome), Outcome::of(status));
                        return Ok(());
                    }
                    Decision::GiveUp => {
                        prop_assert!(history.unknown == max_unknown || history.temporary == max_temporary);
                        return Ok(());
                    }
                }
                prop_assert!(history.unknown < max_unknown && history.temporary < max_temporary);
                prop_assert!(calls < policy.max_calls());
            }
            // All answers of the sequence led to a retry, so they were fewer than the policy allows.
            prop_assert!(calls < policy.max_calls());
        }
    }
}
