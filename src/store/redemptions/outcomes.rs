//! Records the result of an attempt once, together with what it shows about the code.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::answers::status::Status;
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::retry::History;

use super::checks::{self, Judged};
use super::claim::Claim;
use super::{recent_calls, states};
use crate::store::batches::{self, FinishedBatch};
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptResult {
    pub status: Status,
    /// Includes this attempt.
    pub history: History,
    pub next: Next,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Final(Outcome),
    RetryAt(Timestamp),
}

/// The changes that recording an attempt made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// Whether the result was accepted. The result of a void claim changes nothing, unless it is a success.
    pub taken: bool,
    pub judged: Judged,
    /// Batches that this result ended.
    pub finished_batches: Vec<FinishedBatch>,
}

impl RedemptionQueue {
    /// Records the result of a claimed redemption's attempt.
    ///
    /// # Errors
    /// Returns an error if the write fails; the claim then stands, and is void once this process ends. Also returns an
    /// error if this instance may no longer act. Another instance may reach its own outcome, so this one must not be
    /// announced, although it counts when the two are merged.
    pub async fn record(&self, claim: Claim, result: AttemptResult) -> Result<Recorded, StoreError> {
        self.record_as(claim, result, Validity::OfThisOpening).await
    }

    /// Records the result of an attempt that another opening of the store, or another working copy, had claimed. Only
    /// for an engine that starts while no other one runs. A final outcome counts whatever its claim; an unknown
    /// redemption is created.
    ///
    /// # Errors
    /// The errors of [`Self::record`].
    pub async fn record_late(&self, claim: Claim, result: AttemptResult) -> Result<Recorded, StoreError> {
        self.record_as(Claim { recent_call: None, ..claim }, result, Validity::OfAnother).await
    }

    async fn record_as(&self, claim: Claim, result: AttemptResult, validity: Validity) -> Result<Recorded, StoreError> {
        let instance = self.0.instance();
        let recorded = self.write_fact(move |tx| {
            recent_calls::end(tx, claim.recent_call)?;
            let mut recorded = record(tx, &claim, &result, validity)?;
            if recorded.taken {
                states::confirm(tx, &claim, &result.status)?;
            }
            if recorded.taken && matches!(result.next, Next::Final(_)) {
                recorded.judged = checks::judge(tx, &claim, &result.status, instance)?;
                if recorded.judged.invalidated.is_some() {
                    recorded.finished_batches.extend(batches::finish(tx, &claim.code.key(), claim.generation)?);
                }
            }
            tx.wake_work();
            Ok(recorded)
        });
        let recorded = recorded.await?;
        self.0.require_leader()?;
        Ok(recorded)
    }
}

/// The opening of the store that a claim belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Validity {
    OfThisOpening,
    OfAnother,
}

pub(in crate::store) fn record(
    tx: &Tx<'_>,
    claim: &Claim,
    result: &AttemptResult,
    validity: Validity,
) -> rusqlite::Result<Recorded> {
    let key = claim.code.key();
    let (outcome, next) = match result.next {
        Next::Final(outcome) => (outcome, tx.now()),
        Next::RetryAt(at) => (Outcome::Pending, at),
    };
    let is_late = validity == Validity::OfAnother && outcome.is_final();
    if is_late {
        tx.execute(
            "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
             SELECT player_id, code_key, ?3, 'pending', ?4, ?4, ?5 FROM players, codes
             WHERE player_id = ?1 AND players.deleted = 0 AND code_key = ?2 AND codes.deleted = 0
             ON CONFLICT DO NOTHING",
            params![claim.player, key, claim.generation, Millis(tx.now()), tx.version()],
        )?;
    }
    // A success counts even if the claim is void by now, because the player has the reward. It is never overwritten.
    let changed = tx.execute(
        "UPDATE redemptions SET outcome = ?5, status = ?6, claimed_by = NULL, calls = max(calls, ?7), unknown = ?8,
             temporary = ?9, next_attempt_at = ?10, finished_at = iif(?5 = 'pending', NULL, ?11), version = ?12
         WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3
           AND (((claim = ?4 OR ?14) AND outcome = 'pending') OR (?13 AND outcome NOT IN ('granted', 'already')))",
        params![
            claim.player,
            key,
            claim.generation,
            claim.number,
            outcome,
            result.status,
            result.history.calls,
            result.history.unknown,
            result.history.temporary,
            Millis(next),
            Millis(tx.now()),
            tx.version(),
            outcome.is_success(),
            is_late,
        ],
    )?;
    let finished_batches = match outcome.is_final() && changed > 0 {
        true => batches::finish(tx, &key, claim.generation)?,
        false => Vec::new(),
    };
    Ok(Recorded { taken: changed > 0, judged: Judged::default(), finished_batches })
}
