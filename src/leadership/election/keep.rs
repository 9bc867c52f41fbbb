//! While it leads: the lease is renewed, and had back where it was lost to an outage.

use std::convert::Infallible;
use std::time::Duration;

use crate::domain::sync::election::{CALLS_END_WITHIN, HOLD, Lease, POLL_EVERY, RENEW_EVERY, STANDBY_COUNTS};
use crate::leadership::{Held, Phase};
use crate::ports::replica::{LeaseStore, within};
use crate::store::{StoreError, SyncLog};

use super::{ANSWER_WITHIN, Election, Ended, Others, STOOD_STILL};

/// Between two tries to renew a lease that could not be.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// Calls in flight are cut off this long before a lease is over that cannot be renewed.
const CUT_BEFORE: Duration = Duration::from_millis(500);

impl<L: LeaseStore> Election<L> {
    /// Renews the lease, and has it back after an outage.
    ///
    /// # Errors
    /// When this instance must not act any more.
    pub async fn keep(&self, sync_log: &SyncLog) -> Result<Infallible, Ended> {
        let mut others = self.others(sync_log).await?;
        loop {
            let wait = match self.leadership.phase() {
                Phase::Single => std::future::pending().await,
                Phase::CatchingUp(held) | Phase::Leading(held) => self.renew(sync_log, held, &mut others).await?,
                Phase::Isolated | Phase::Waiting => {
                    self.seek(sync_log, true, &mut others).await?;
                    POLL_EVERY
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Renews the lease; how long until the next time.
    async fn renew(&self, sync_log: &SyncLog, held: Held, others: &mut Others) -> Result<Duration, Ended> {
        let (sent, done) = (self.clock.boot(), self.leadership.done(held.term));
        let left = |at| held.until.saturating_sub(CALLS_END_WITHIN).saturating_sub(at);
        // No longer than there is time to end calls.
        let limit = left(sent).clamp(RETRY_EVERY / 2, ANSWER_WITHIN);
        let error = match within(limit, self.leases.renew(&self.who.own, done)).await {
            Ok(Some(lease)) => {
                let held = Held { round: done.round, until: sent + HOLD, ..held };
                self.renewed(sync_log, held, &lease, others).await?;
                return Ok(RENEW_EVERY);
            }
            Ok(None) => match self.seek(sync_log, true, others).await? {
                None => return Ok(POLL_EVERY),
                Some(error) => error,
            },
            Err(error) => error,
        };
        tracing::debug!("The lease cannot be renewed: {error}");
        let left = left(self.clock.boot());
        if left > Duration::ZERO {
            return Ok(left.min(RETRY_EVERY));
        }
        let phase = self.leadership.advance(|phase| match phase {
            Phase::Leading(held) if !held.has_standby => Phase::Isolated,
            other => other,
        });
        let why = match phase {
            Phase::Isolated | Phase::Single => {
                others.watch.failed();
                self.goes_alone(sync_log, others, &error);
                return Ok(POLL_EVERY);
            }
            Phase::Waiting => return Err(Ended::lost(STOOD_STILL)),
            Phase::CatchingUp(_) => "not all that MongoDB has was read",
            Phase::Leading(_) if self.is_required => "MONGODB_REQUIRED is set",
            Phase::Leading(_) => "another instance waits",
        };
        Err(Ended {
            why: format!("The lease cannot be renewed ({error}), and {why}: this one stops"),
            calls_end_within: held.until.saturating_sub(self.clock.boot()).saturating_sub(CUT_BEFORE),
        })
    }

    /// The lease stands like this since it was renewed.
    async fn renewed(
        &self,
        sync_log: &SyncLog,
        held: Held,
        lease: &Lease,
        others: &mut Others,
    ) -> Result<(), StoreError> {
        let now = self.clock.boot();
        let (beat, grew_at) = &mut others.standby;
        if lease.standby_beat > *beat {
            *grew_at = Some(now);
        }
        *beat = lease.standby_beat;
        let has_standby = grew_at.is_some_and(|at| now.saturating_sub(at) < STANDBY_COUNTS);
        // The file knows of it before anything is done with it, and as long as anything may be.
        if has_standby {
            sync_log.note_standby(true).await?;
        }
        let held = Held { has_standby: has_standby || self.is_required, ..held };
        self.leadership.advance(|phase| match phase {
            Phase::CatchingUp(_) => Phase::CatchingUp(held),
            Phase::Leading(_) => Phase::Leading(held),
            other => other,
        });
        if !has_standby {
            sync_log.note_standby(false).await?;
        }
        Ok(())
    }
}
