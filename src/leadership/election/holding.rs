//! The leader's side: it renews the lease, and takes it again after an outage.

use std::convert::Infallible;
use std::time::Duration;

use crate::domain::sync::election::{CALLS_END_WITHIN, HOLD, Lease, POLL_INTERVAL, RENEW_INTERVAL, STANDBY_COUNTS};
use crate::leadership::{HeldLease, Phase};
use crate::ports::replica::{LeaseStore, within};
use crate::store::{StoreError, SyncLog};

use super::{ANSWER_WITHIN, Competitors, Election, SUSPENDED, SessionEnd};

/// How long after a failed renewal the next one is tried.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// How long before an unrenewed lease expires calls in flight are cut off.
const CUT_BEFORE: Duration = Duration::from_millis(500);

impl<L: LeaseStore> Election<L> {
    /// Renews the lease, and takes it again after an outage. Returns when this instance must stop acting.
    pub async fn hold(&self, sync_log: &SyncLog) -> Result<Infallible, SessionEnd> {
        let mut competing = self.competing(sync_log).await?;
        loop {
            let wait = match self.leadership.phase() {
                Phase::Single => std::future::pending().await,
                Phase::CatchingUp(held) | Phase::Leading(held) => self.renew(sync_log, held, &mut competing).await?,
                Phase::Isolated | Phase::Waiting => {
                    self.poll_lease(sync_log, true, &mut competing).await?;
                    POLL_INTERVAL
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Renews the lease. Returns how long to wait before the next renewal.
    async fn renew(
        &self,
        sync_log: &SyncLog,
        held: HeldLease,
        competing: &mut Competitors,
    ) -> Result<Duration, SessionEnd> {
        let (sent, done) = (self.clock.boot(), self.leadership.last_round(held.term));
        let left = |at| held.until.saturating_sub(CALLS_END_WITHIN).saturating_sub(at);
        // Leaves enough time for calls in flight to end.
        let limit = left(sent).clamp(RETRY_INTERVAL / 2, ANSWER_WITHIN);
        let error = match within(limit, self.leases.renew(&self.identity.own, done)).await {
            Ok(Some(lease)) => {
                let held = HeldLease { round: done.round, until: sent + HOLD, ..held };
                self.renewed(sync_log, held, &lease, competing).await?;
                return Ok(RENEW_INTERVAL);
            }
            Ok(None) => match self.poll_lease(sync_log, true, competing).await? {
                None => return Ok(POLL_INTERVAL),
                Some(error) => error,
            },
            Err(error) => error,
        };
        tracing::debug!("The lease cannot be renewed: {error}");
        let left = left(self.clock.boot());
        if left > Duration::ZERO {
            return Ok(left.min(RETRY_INTERVAL));
        }
        let phase = self.leadership.advance(|phase| match phase {
            Phase::Leading(held) if !held.has_standby => Phase::Isolated,
            other => other,
        });
        let cause = match phase {
            Phase::Isolated | Phase::Single => {
                competing.watch.failed();
                self.report_isolation(sync_log, competing, &error);
                return Ok(POLL_INTERVAL);
            }
            Phase::Waiting => return Err(SessionEnd::lost(SUSPENDED)),
            Phase::CatchingUp(_) => "MongoDB was not read completely",
            Phase::Leading(_) if self.is_required => "MONGODB_REQUIRED is set",
            Phase::Leading(_) => "another instance waits",
        };
        Err(SessionEnd {
            reason: format!("The lease cannot be renewed ({error}), and {cause}: stopping"),
            calls_end_within: held.until.saturating_sub(self.clock.boot()).saturating_sub(CUT_BEFORE),
        })
    }

    /// Takes note of the renewed lease.
    async fn renewed(
        &self,
        sync_log: &SyncLog,
        held: HeldLease,
        lease: &Lease,
        competing: &mut Competitors,
    ) -> Result<(), StoreError> {
        let now = self.clock.boot();
        let (beat, grew_at) = &mut competing.standby;
        if lease.standby_beat > *beat {
            *grew_at = Some(now);
        }
        *beat = lease.standby_beat;
        let has_standby = grew_at.is_some_and(|at| now.saturating_sub(at) < STANDBY_COUNTS);
        // The file must know of the standby before and as long as anything is done.
        if has_standby {
            sync_log.note_standby(true).await?;
        }
        let held = HeldLease { has_standby: has_standby || self.is_required, ..held };
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
