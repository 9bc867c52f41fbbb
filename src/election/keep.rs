//! While it leads: the lease is renewed, and had back where it was lost to an outage.

use std::time::Duration;

use crate::domain::election::{CALLS_END_WITHIN, HOLD, Lease, LeaseWatch, RENEW_EVERY, STANDBY_COUNTS, Watched};
use crate::leadership::{Phase, Renewal};
use crate::ports::replica::{LeaseStore, ReplicaError};
use crate::store::{Store, StoreError};

use super::words::Words;
use super::{ANSWER_WITHIN, Election, Ended, within};

/// Between two tries to renew a lease that could not be, or to have it back.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// What the holder knows of the others.
struct Keeping {
    /// The standby's beat when it was last seen, and when it last grew.
    standby: (i64, Option<Duration>),
    /// What the file says of a standby.
    noted: bool,
    /// The lease, watched while it is not held.
    watch: LeaseWatch,
    words: Words,
}

/// How one round went: how long until the next one, or the end.
type Step = Result<Duration, Ended>;

fn lost(why: impl Into<String>) -> Ended {
    Ended::Lost(why.into())
}

/// The clocks of a machine that stood still do not tell for how long another one may have led.
const STOOD_STILL: &str = "This instance stood still for too long, or a clock was set: it does not lead any more";

impl<L: LeaseStore> Election<L> {
    /// Renews the lease, and has it back after an outage, until this instance must not act any more.
    pub async fn keep(&self, store: &Store) -> Ended {
        let noted = match store.replica_history().await {
            Ok(known) => known.had_standby,
            Err(error) => return lost(format!("The working copy cannot be read: {error}")),
        };
        // A standby of which the file knows has time to say that it is still there.
        let standby = (0, noted.then(|| self.clock.boot()));
        let mut keeping = Keeping { standby, noted, watch: LeaseWatch::new(self.who.clone()), words: Words::default() };
        loop {
            let stepped = match self.leadership.phase() {
                Phase::Waiting => Err(lost(STOOD_STILL)),
                Phase::Single => std::future::pending().await,
                Phase::Isolated { term } => self.have_back(store, term, &mut keeping).await,
                Phase::CatchingUp { term, until, .. }
                | Phase::Leading { term, until, .. }
                | Phase::Ending { term, until } => self.renew(store, term, until, &mut keeping).await,
            };
            match stepped {
                Ok(wait) => tokio::time::sleep(wait).await,
                Err(ended) => return ended,
            }
        }
    }

    /// Renews the lease of this term, which holds `until` then.
    async fn renew(&self, store: &Store, term: i64, until: Duration, keeping: &mut Keeping) -> Step {
        let (sent, done) = (self.clock.boot(), self.leadership.done(term));
        // No longer than there is time to end calls.
        let left = until.saturating_sub(CALLS_END_WITHIN).saturating_sub(sent);
        let limit = left.clamp(RETRY_EVERY / 2, ANSWER_WITHIN);
        let error = match within(limit, self.leases.renew(&self.who.own, done)).await {
            Ok(Some(lease)) => {
                self.renewed(store, sent + HOLD, &lease, keeping).await;
                self.leadership.note_renewal(Renewal { proven: done, late: lease.late });
                return Ok(RENEW_EVERY);
            }
            Ok(None) => match within(limit, self.leases.poll()).await {
                Ok(seen) if self.is_others(&seen) => {
                    self.note_stale(store, seen.lease.as_ref()).await;
                    return Err(lost("Another instance has taken the lease: this one stops"));
                }
                // It was removed or changed by hand: nobody else can have it before this one's time is over.
                Ok(seen) => match (self.leadership.phase(), self.take(store, &seen).await) {
                    (Phase::Leading { .. }, Ok(Ok(Some(until)))) => {
                        tracing::warn!("The lease was gone from MongoDB, and was taken again");
                        self.lead_on(until, keeping);
                        return Ok(RENEW_EVERY);
                    }
                    (_, Ok(Err(error))) => error,
                    (_, Err(error)) => return Err(lost(error.to_string())),
                    (_, Ok(Ok(_))) => return Err(lost("The lease was gone from MongoDB: beginning anew")),
                },
                Err(error) => error,
            },
            Err(error) => error,
        };
        if let ReplicaError::Fenced(_) | ReplicaError::Newer(_) = error {
            return Err(lost(format!("{error}: this one stops")));
        }
        tracing::debug!("The lease cannot be renewed: {error}");
        if let Phase::Ending { .. } = self.leadership.phase() {
            return Ok(RETRY_EVERY);
        }
        let left = until.saturating_sub(CALLS_END_WITHIN).saturating_sub(self.clock.boot());
        if left > Duration::ZERO {
            return Ok(left.min(RETRY_EVERY));
        }
        let phase = self.leadership.advance(|phase| match phase {
            Phase::Leading { term, has_standby: false, .. } => Phase::Isolated { term },
            other => other,
        });
        match phase {
            Phase::Isolated { .. } => {
                keeping.watch.failed();
                self.goes_alone(store, &mut keeping.words, &error);
                Ok(RETRY_EVERY)
            }
            Phase::Waiting => Err(lost(STOOD_STILL)),
            phase => {
                let why = match phase {
                    Phase::CatchingUp { .. } => "not all that MongoDB has was read",
                    _ if self.is_required => "MONGODB_REQUIRED is set",
                    _ => "another instance waits",
                };
                Err(Ended::CannotRenew(format!("The lease cannot be renewed ({error}), and {why}: this one stops")))
            }
        }
    }

    /// The lease holds until then.
    async fn renewed(&self, store: &Store, until: Duration, lease: &Lease, keeping: &mut Keeping) {
        let now = self.clock.boot();
        let (beat, grew_at) = &mut keeping.standby;
        if lease.standby_beat > *beat {
            *grew_at = Some(now);
        }
        *beat = lease.standby_beat;
        let has_standby = grew_at.is_some_and(|at| now.saturating_sub(at) < STANDBY_COUNTS);
        // The file knows of it before anything is done with it, and as long as anything may be.
        if has_standby {
            self.note_standby(store, true, keeping).await;
        }
        let is_bound = has_standby || self.is_required;
        self.leadership.advance(|phase| match phase {
            Phase::CatchingUp { term, .. } => Phase::CatchingUp { term, until, has_standby: is_bound },
            Phase::Leading { term, .. } => Phase::Leading { term, until, has_standby: is_bound },
            Phase::Ending { term, .. } => Phase::Ending { term, until },
            other => other,
        });
        if !has_standby {
            self.note_standby(store, false, keeping).await;
        }
    }

    async fn note_standby(&self, store: &Store, has_standby: bool, keeping: &mut Keeping) {
        if keeping.noted != has_standby {
            match store.note_standby(has_standby).await {
                Ok(()) => keeping.noted = has_standby,
                Err(error) => tracing::warn!("It cannot be noted whether another instance waits: {error}"),
            }
        }
    }

    async fn note_stale(&self, store: &Store, lease: Option<&Lease>) {
        if let Some(lease) = lease {
            self.saw_term(lease.term);
        }
        if let Err(error) = store.note_stale().await {
            tracing::warn!("It cannot be noted that another instance has led: {error}");
        }
    }

    /// The lease was taken again in place.
    fn lead_on(&self, until: Duration, keeping: &Keeping) {
        let has_standby = keeping.noted || self.is_required;
        let term = self.own_term();
        self.leadership.advance(|phase| match phase {
            Phase::Leading { .. } | Phase::Isolated { .. } => Phase::Leading { term, until, has_standby },
            other => other,
        });
    }

    /// The lease cannot be had back yet. That it is refused is for somebody to act on.
    fn not_yet(&self, store: &Store, keeping: &mut Keeping, error: &ReplicaError) {
        tracing::debug!("The lease cannot be had back yet: {error}");
        if let ReplicaError::Refused(_) = error {
            self.goes_alone(store, &mut keeping.words, error);
        }
    }

    /// Tries to have the lease back, while the file goes on alone.
    async fn have_back(&self, store: &Store, term: i64, keeping: &mut Keeping) -> Step {
        // The clocks of a machine drift apart with time: only what they do at once is a gap.
        let phase = self.leadership.advance(|phase| match phase {
            Phase::Isolated { .. } => Phase::Isolated { term },
            other => other,
        });
        if phase == Phase::Waiting {
            return Err(lost(STOOD_STILL));
        }
        let sent = self.clock.boot();
        let seen = match within(ANSWER_WITHIN, self.leases.poll()).await {
            Ok(seen) => seen,
            Err(error @ ReplicaError::Newer(_)) => return Err(lost(format!("{error}: this one stops"))),
            Err(error) => {
                keeping.watch.failed();
                self.not_yet(store, keeping, &error);
                return Ok(RETRY_EVERY);
            }
        };
        let unusable = |error: StoreError| lost(format!("The working copy cannot be used: {error}"));
        let is_alive = self.is_others(&seen) && keeping.watch.has_changed(seen.lease.as_ref());
        if self.saw(store, &seen).await.map_err(unusable)? || is_alive {
            self.note_stale(store, seen.lease.as_ref()).await;
            return Err(lost(
                "Another instance has led while MongoDB could not be used: this one stops, and catches up",
            ));
        }
        let watched = keeping.watch.polled((sent, self.clock.boot()), seen.lease.as_ref(), seen.is_fresh);
        if watched != Watched::Over {
            return Ok(RETRY_EVERY);
        }
        match self.take(store, &seen).await.map_err(unusable)? {
            Ok(Some(until)) => {
                keeping.standby = (0, keeping.noted.then_some(sent));
                self.lead_on(until, keeping);
            }
            Ok(None) => {}
            Err(error @ (ReplicaError::Fenced(_) | ReplicaError::Newer(_))) => {
                return Err(lost(format!("{error}: this one stops")));
            }
            Err(error) => self.not_yet(store, keeping, &error),
        }
        Ok(RETRY_EVERY)
    }
}
