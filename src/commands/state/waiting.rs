//! Whether there is a point in waiting for the lease: somebody runs a command and wants to know.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::sync::election::{LEASE, Lease, RENEW_INTERVAL};
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{LeaseStore, ReplicaError};

/// Between two looks at the lease.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// A MongoDB that does not answer for so long is not waited for.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// A lease that nobody renews is over by then.
const OVER_WITHIN: Duration = LEASE.saturating_add(Duration::from_secs(15));
/// Who lives would have renewed it by then: it is said what is waited for.
const SAID_AFTER: Duration = RENEW_INTERVAL.saturating_add(Duration::from_secs(2));

/// Why there is no point in waiting any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hopeless {
    /// Another instance renews the lease.
    AtWork,
    /// MongoDB does not answer.
    NoAnswer(ReplicaError),
    /// It answers, and the lease cannot be had: it answers only now and then, or takes no writes.
    Unclear,
}

impl fmt::Display for Hopeless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtWork => f.write_str("another giftcode-bot is at work on this state: stop it, then run this again"),
            Self::NoAnswer(error) => write!(
                f,
                "{error}; without it the state file is not used, for it may lack something: check MONGODB_URI, then run this again"
            ),
            Self::Unclear => write!(
                f,
                "MongoDB did not give this command the lease within {} s: see to it that it can be read and written all the \
                 time, then run this again",
                OVER_WITHIN.as_secs()
            ),
        }
    }
}

/// Returns when there is none: another instance renews the lease, or MongoDB does not answer. Not while this one leads. Says
/// it when a lease is waited for that nobody renews.
pub(super) async fn until_hopeless(
    leases: &impl LeaseStore,
    leadership: &Leadership,
    mut say: impl FnMut(String),
) -> Hopeless {
    let (mut began, mut answered_at, mut is_said) = (Instant::now(), Instant::now(), false);
    // The lease as it was first seen in its holder's hands, and when.
    let mut known: Option<(Lease, Instant)> = None;
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if leadership.phase() != Phase::Waiting {
            (began, answered_at, known) = (Instant::now(), Instant::now(), None);
            continue;
        }
        match leases.poll().await {
            Ok(seen) => {
                answered_at = Instant::now();
                let held = seen.lease.filter(|lease| !lease.released);
                known = match (known, held) {
                    (Some((known, at)), Some(held)) if (&known.holder, known.term) == (&held.holder, held.term) => {
                        // Between this look and the answer this instance may have taken it.
                        if held.beat > known.beat && leadership.phase() == Phase::Waiting {
                            return Hopeless::AtWork;
                        }
                        Some((known, at))
                    }
                    (_, held) => held.map(|held| (held, Instant::now())),
                };
            }
            Err(error) if answered_at.elapsed() >= ANSWERS_WITHIN => return Hopeless::NoAnswer(error),
            Err(_) => {}
        }
        if began.elapsed() >= OVER_WITHIN {
            return Hopeless::Unclear;
        }
        let is_silent = known.as_ref().is_some_and(|(_, at)| at.elapsed() >= SAID_AFTER);
        if is_silent && !std::mem::replace(&mut is_said, true) {
            say(format!(
                "Another giftcode-bot has not given its lease back and may still be at work: waiting up to {} s for it to run \
                 out",
                OVER_WITHIN.as_secs()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::sync::election::Position;
    use crate::leadership::HeldLease;
    use crate::ports::replica::LeaseSnapshot;
    use crate::runtime::clock::Clock;

    /// What stands there at each second; `None` where MongoDB does not answer.
    struct Leases(Mutex<Box<dyn FnMut() -> Option<Option<Lease>> + Send>>);

    impl LeaseStore for Leases {
        async fn poll(&self) -> Result<LeaseSnapshot, ReplicaError> {
            let found = (self.0.lock().unwrap())();
            let lease = found.ok_or_else(|| ReplicaError::Unreachable("it is away".to_owned()))?;
            Ok(LeaseSnapshot { lease, is_fresh: false, server_ms: 0 })
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

    /// After how many seconds it is given up, if within two minutes; whether it was said before that what is waited for.
    async fn given_up(mut at: impl FnMut(i64) -> Option<Option<Lease>> + Send + 'static) -> (u64, Hopeless, bool) {
        let leadership = Leadership::waiting(Clock::simulated(Timestamp::UNIX_EPOCH));
        let mut said = Vec::new();
        let mut second = 0;
        let leases = Leases(Mutex::new(Box::new(move || {
            second += 1;
            at(second)
        })));
        let began = Instant::now();
        let waiting = until_hopeless(&leases, &leadership, |text| said.push((began.elapsed().as_secs(), text)));
        let why = tokio::time::timeout(Duration::from_secs(120), waiting).await.unwrap();
        assert!(said.iter().all(|(at, text)| *at == 6 && text.contains("up to 45 s")) && said.len() < 2, "{said:?}");
        (began.elapsed().as_secs(), why, !said.is_empty())
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_waited_as_long_as_there_is_hope() {
        let at_work = Hopeless::AtWork;
        assert_eq!(given_up(|second| lease("other", second / 3, false)).await, (3, at_work.clone(), false));
        // Nobody renews it: it is over before that.
        assert_eq!(given_up(|_| lease("dead", 5, false)).await, (45, Hopeless::Unclear, true));
        let away = Hopeless::NoAnswer(ReplicaError::Unreachable("it is away".to_owned()));
        assert_eq!(given_up(|_| None).await, (10, away, false));
        let now_and_then = |second| if second % 8 == 0 { Some(None) } else { None };
        assert_eq!(given_up(now_and_then).await, (45, Hopeless::Unclear, false));
        // Given back, and taken by somebody who lives.
        let handed_on = |second| if second < 9 { lease("old", second, true) } else { lease("new", second / 3, false) };
        assert_eq!(given_up(handed_on).await, (12, at_work, false));
    }

    #[tokio::test(start_paused = true)]
    async fn who_leads_may_take_its_time() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let leadership = Leadership::waiting(clock);
        let leases = Leases(Mutex::new(Box::new(|| None)));
        let until = Duration::from_secs(500);
        leadership.set(Phase::CatchingUp(HeldLease { term: 7, round: 0, until, has_standby: false }));
        let waited = tokio::time::timeout(Duration::from_secs(200), until_hopeless(&leases, &leadership, drop)).await;
        assert!(waited.is_err());
    }
}
