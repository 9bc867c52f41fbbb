//! Decides whether waiting for the lease makes sense, because the person who runs the command needs an answer.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::sync::election::{LEASE, Lease, RENEW_INTERVAL};
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{LeaseStore, ReplicaError};

const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// How long the command waits for a MongoDB that does not answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// A lease that nobody renews is over by then.
const OVER_WITHIN: Duration = LEASE.saturating_add(Duration::from_secs(15));
/// A living holder has renewed the lease by then. Otherwise the command reports what it waits for.
const REPORTED_AFTER: Duration = RENEW_INTERVAL.saturating_add(Duration::from_secs(2));

/// Why waiting any longer makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hopeless {
    AtWork,
    NoAnswer(ReplicaError),
    /// MongoDB answers, but the lease cannot be obtained: the answers are irregular, or MongoDB refuses writes.
    Unclear,
}

impl fmt::Display for Hopeless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtWork => f.write_str("another giftcode-bot is using this state: stop it, then run this again"),
            Self::NoAnswer(error) => write!(
                f,
                "{error}; the state file alone is not used, because it may lack something: check MONGODB_URI, then run this again"
            ),
            Self::Unclear => write!(
                f,
                "MongoDB did not give this command the lease within {} s: make sure that it can be read and written all the \
                 time, then run this again",
                OVER_WITHIN.as_secs()
            ),
        }
    }
}

/// Returns when waiting makes no sense: another instance renews the lease, or MongoDB does not answer. Never returns
/// while this instance leads. Reports if it waits for a lease that nobody renews.
pub(super) async fn until_hopeless(
    leases: &impl LeaseStore,
    leadership: &Leadership,
    mut report: impl FnMut(String),
) -> Hopeless {
    let (mut began, mut answered_at, mut is_reported) = (Instant::now(), Instant::now(), false);
    // The lease of another holder as it was first seen, and when.
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
                        // Between this poll and the answer, this instance may have taken it.
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
        let is_silent = known.as_ref().is_some_and(|(_, at)| at.elapsed() >= REPORTED_AFTER);
        if is_silent && !std::mem::replace(&mut is_reported, true) {
            report(format!(
                "Another giftcode-bot has not released its lease and may still be running: waiting up to {} s for it to run \
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

    /// What MongoDB contains at each second; `None` while it does not answer.
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

    /// After how many seconds the command gives up, if within two minutes, and whether it reported before what it waits
    /// for.
    async fn given_up(mut at: impl FnMut(i64) -> Option<Option<Lease>> + Send + 'static) -> (u64, Hopeless, bool) {
        let leadership = Leadership::waiting(Clock::simulated(Timestamp::UNIX_EPOCH));
        let mut reports = Vec::new();
        let mut second = 0;
        let leases = Leases(Mutex::new(Box::new(move || {
            second += 1;
            at(second)
        })));
        let began = Instant::now();
        let waiting = until_hopeless(&leases, &leadership, |text| reports.push((began.elapsed().as_secs(), text)));
        let why = tokio::time::timeout(Duration::from_secs(120), waiting).await.unwrap();
        assert!(
            reports.iter().all(|(at, text)| *at == 6 && text.contains("up to 45 s")) && reports.len() < 2,
            "{reports:?}"
        );
        (began.elapsed().as_secs(), why, !reports.is_empty())
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_waited_as_long_as_there_is_hope() {
        let at_work = Hopeless::AtWork;
        assert_eq!(given_up(|second| lease("other", second / 3, false)).await, (3, at_work.clone(), false));
        // Nobody renews it, so it is over before that.
        assert_eq!(given_up(|_| lease("dead", 5, false)).await, (45, Hopeless::Unclear, true));
        let away = Hopeless::NoAnswer(ReplicaError::Unreachable("it is away".to_owned()));
        assert_eq!(given_up(|_| None).await, (10, away, false));
        let now_and_then = |second| if second % 8 == 0 { Some(None) } else { None };
        assert_eq!(given_up(now_and_then).await, (45, Hopeless::Unclear, false));
        // Released, and taken by a living instance.
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
