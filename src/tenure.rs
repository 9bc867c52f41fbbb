//! Whether this process may act: how long its lease holds, by a clock that never steps.
//!
//! Clones share the tenure. Who acts asks right before each act; a process that was frozen and wakes up after its lease
//! ran out finds that it must not, whatever its timers do next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// The right to act. Without a second store nobody else can act, and it never ends.
#[derive(Debug, Clone)]
pub struct Tenure(Arc<Mutex<State>>);

#[derive(Debug, Clone, Copy)]
struct State {
    until: Until,
    term: i64,
}

#[derive(Debug, Clone, Copy)]
enum Until {
    ForEver,
    Lease(Instant),
    Alone,
    Over,
}

impl Tenure {
    /// The right to act for ever: nobody else is there to take over.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(Until::ForEver)
    }

    /// No right to act, until a lease gives it.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Until::Over)
    }

    fn new(until: Until) -> Self {
        Self(Arc::new(Mutex::new(State { until, term: 0 })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lease of this term holds until then.
    pub fn hold(&self, term: i64, until: Instant) {
        *self.state() = State { until: Until::Lease(until), term };
    }

    /// The lease cannot be renewed, but nobody else is there to take it: acting goes on, the second store is left alone.
    pub fn go_alone(&self) {
        self.state().until = Until::Alone;
    }

    /// Over: somebody else may act from now on.
    pub fn end(&self) {
        self.state().until = Until::Over;
    }

    /// Whether this process may act now.
    #[must_use]
    pub fn may_act(&self) -> bool {
        match self.state().until {
            Until::ForEver | Until::Alone => true,
            Until::Lease(until) => Instant::now() < until,
            Until::Over => false,
        }
    }

    /// The term of the lease, if it holds now: what writes to the second store carry. 0 where there is no lease.
    #[must_use]
    pub fn term(&self) -> Option<i64> {
        let state = *self.state();
        match state.until {
            Until::ForEver => Some(state.term),
            Until::Lease(until) if Instant::now() < until => Some(state.term),
            Until::Lease(_) | Until::Alone | Until::Over => None,
        }
    }

    /// The term of the latest lease, held or not; 0 if there was none.
    #[must_use]
    pub fn last_term(&self) -> i64 {
        self.state().term
    }

    /// When the lease ends, if there is one.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        match self.state().until {
            Until::Lease(until) => Some(until),
            _ => None,
        }
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
