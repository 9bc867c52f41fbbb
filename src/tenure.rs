//! Whether this process may act: how long its lease holds, by a clock that never steps.
//!
//! Clones share the tenure. Who acts asks right before each act; a process that was frozen and wakes up after its lease
//! ran out finds that it must not, whatever its timers do next.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::leadership::{Leadership, Phase};

/// The right to act. Without a second store nobody else can act, and it never ends.
#[derive(Debug, Clone)]
pub struct Tenure {
    leadership: Leadership,
    clock: Clock,
    term: Arc<AtomicI64>,
}

impl Tenure {
    /// The right to act for ever: nobody else is there to take over.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(Leadership::single)
    }

    /// No right to act, until a lease gives it.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Leadership::waiting)
    }

    fn new(leadership: impl FnOnce(Clock) -> Leadership) -> Self {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        Self { leadership: leadership(clock), clock, term: Arc::default() }
    }

    /// The phase that goes with it.
    #[must_use]
    pub fn leadership(&self) -> Leadership {
        self.leadership.clone()
    }

    /// The lease of this term holds until then.
    pub fn hold(&self, term: i64, until: Instant) {
        self.term.store(term, Ordering::SeqCst);
        let until = self.clock.boot() + until.saturating_duration_since(Instant::now());
        self.leadership.set(Phase::Leading { term, until, has_standby: false });
    }

    /// The lease cannot be renewed, but nobody else is there to take it: acting goes on, the second store is left alone.
    pub fn go_alone(&self) {
        self.leadership.set(Phase::Isolated { term: self.last_term() });
    }

    /// Over: somebody else may act from now on.
    pub fn end(&self) {
        self.leadership.set(Phase::Waiting);
    }

    /// Whether this process may act now.
    #[must_use]
    pub fn may_act(&self) -> bool {
        self.leadership.is_leader()
    }

    /// The term of the lease, if it holds now: what writes to the second store carry. 0 where there is no lease.
    #[must_use]
    pub fn term(&self) -> Option<i64> {
        if self.leadership.phase() == Phase::Single { Some(0) } else { self.leadership.term() }
    }

    /// The term of the latest lease, held or not; 0 if there was none.
    #[must_use]
    pub fn last_term(&self) -> i64 {
        self.term.load(Ordering::SeqCst)
    }

    /// When the lease ends, if there is one.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        self.leadership.until().map(|until| Instant::now() + until.saturating_sub(self.clock.boot()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_by_itself_and_all_who_share_it_see_it() {
        let tenure = Tenure::none();
        let shared = tenure.clone();
        assert_eq!((shared.may_act(), shared.term()), (false, None));
        tenure.hold(7, Instant::now() + Duration::from_secs(30));
        assert_eq!((shared.may_act(), shared.term()), (true, Some(7)));
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!((shared.may_act(), shared.term()), (false, None));
        tenure.go_alone();
        assert_eq!((shared.may_act(), shared.term(), shared.ends_at()), (true, None, None));
        tenure.end();
        assert!(!shared.may_act());
        assert_eq!((Tenure::unlimited().may_act(), Tenure::unlimited().term()), (true, Some(0)));
    }
}
