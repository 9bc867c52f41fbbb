//! Whether there is a point in waiting for the lease: somebody runs a command and wants to know.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::election::LEASE;
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::LeaseStore;

/// Between two looks at the lease.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A MongoDB that does not answer for so long is not waited for.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// A lease that nobody renews is over by then.
const OVER_WITHIN: Duration = LEASE.saturating_add(Duration::from_secs(15));

/// Returns when there is none: another instance renews the lease, or MongoDB does not answer. Not while this one leads.
pub(super) async fn until_hopeless(leases: &impl LeaseStore, leadership: &Leadership) {
    let (mut began, mut answered_at, mut known) = (Instant::now(), Instant::now(), None);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if leadership.phase() != Phase::Waiting {
            (began, answered_at, known) = (Instant::now(), Instant::now(), None);
            continue;
        }
        if let Ok(seen) = leases.poll().await {
            answered_at = Instant::now();
            let held = seen.lease.filter(|lease| !lease.released).map(|lease| (lease.holder, lease.term, lease.beat));
            let is_renewed = known.as_ref().zip(held.as_ref()).is_some_and(
                |((holder, term, before), (same, still, beat)): (&(String, i64, i64), &(String, i64, i64))| {
                    (holder, term) == (same, still) && beat > before
                },
            );
            // Between this look and the answer this instance may have taken it.
            if is_renewed && leadership.phase() == Phase::Waiting {
                return;
            }
            known = known
                .filter(|(holder, term, _)| held.as_ref().is_some_and(|h| (&h.0, &h.1) == (holder, term)))
                .or(held);
        }
        if answered_at.elapsed() >= ANSWERS_WITHIN || began.elapsed() >= OVER_WITHIN {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;

    use super::*;
    use crate::clock::Clock;
    use crate::domain::election::{Lease, Position};
    use crate::leadership::Held;
    use crate::ports::replica::{ReplicaError, Seen};

    /// What stands there at each second; `None` where MongoDB does not answer.
    struct Leases(Mutex<Box<dyn FnMut() -> Option<Option<Lease>> + Send>>);

    impl LeaseStore for Leases {
        async fn poll(&self) -> Result<Seen, ReplicaError> {
            let found = (self.0.lock().unwrap())();
            let lease = found.ok_or_else(|| ReplicaError::Unreachable("it is away".to_owned()))?;
            Ok(Seen { lease, is_fresh: false, server_ms: 0 })
        }
        async fn take(&self, _: Option<&Lease>, _: &str, _: i64) -> Result<Option<Lease>, ReplicaError> {
            Ok(None)
        }
        async fn renew(&self, _: &str, _: Position) -> Result<Option<Lease>, ReplicaError> {
            Ok(None)
        }
        async fn register_standby(&self, _: &str) -> Result<(), ReplicaError> {
            Ok(())
        }
        async fn release(&self, _: &str, _: Position, _: i64) -> Result<bool, ReplicaError> {
            Ok(false)
        }
    }

    fn lease(holder: &str, beat: i64, released: bool) -> Option<Option<Lease>> {
        Some(Some(Lease { holder: holder.to_owned(), term: 7, beat, released, ..Lease::default() }))
    }

    /// After how many seconds it is given up, if within two minutes.
    async fn given_up(mut at: impl FnMut(i64) -> Option<Option<Lease>> + Send + 'static) -> Option<u64> {
        let leadership = Leadership::waiting(Clock::simulated(Timestamp::UNIX_EPOCH));
        let mut second = 0;
        let leases = Leases(Mutex::new(Box::new(move || {
            second += 1;
            at(second)
        })));
        let began = Instant::now();
        let waited = tokio::time::timeout(Duration::from_secs(120), until_hopeless(&leases, &leadership)).await;
        waited.is_ok().then(|| began.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_waited_as_long_as_there_is_hope() {
        assert_eq!(given_up(|second| lease("other", second / 3, false)).await, Some(3), "it is renewed");
        assert_eq!(given_up(|_| lease("dead", 5, false)).await, Some(45), "nobody renews it: it is over before that");
        assert_eq!(given_up(|_| None).await, Some(10), "MongoDB does not answer");
        assert_eq!(given_up(|second| if second % 8 == 0 { Some(None) } else { None }).await, Some(45), "now and then");
        // Given back, and taken by somebody who lives.
        let handed_on = |second| if second < 9 { lease("old", second, true) } else { lease("new", second / 3, false) };
        assert_eq!(given_up(handed_on).await, Some(12));
    }

    #[tokio::test(start_paused = true)]
    async fn who_leads_may_take_its_time() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let leadership = Leadership::waiting(clock);
        let leases = Leases(Mutex::new(Box::new(|| None)));
        let until = Duration::from_secs(500);
        leadership.set(Phase::CatchingUp(Held { term: 7, round: 0, until, has_standby: false }));
        let waited = tokio::time::timeout(Duration::from_secs(200), until_hopeless(&leases, &leadership)).await;
        assert!(waited.is_err());
    }
}
