//! The redemption queue: claim and release. Invariants 3, 4 and 6 are enforced here and in `outcomes`.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::limits::fair_queue::FairQueue;
use crate::domain::players::player::PlayerId;
use crate::domain::redeeming::outcome::Outcome;
use crate::runtime::wake::Wake;
use crate::store::batches::FinishedBatch;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError};

use super::claim::{Admission, Candidate, Claim, ClaimRequest};
use super::outcomes::{AttemptResult, Next, Recorded, Validity, record};
use super::search::{Admitted, Found, Search};
use super::{checks, overdue, recent_calls, states};

/// No call takes longer than this, whatever is configured. The record of a longer one may be deleted before it ends.
const LONGEST_CALL: Duration = Duration::from_secs(600);

/// The result of a search for work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    pub taken: Vec<Claim>,
    /// Whether a due redemption was left because it was not admitted.
    pub blocked: bool,
    /// Redemptions that were given up without a call, because earlier processes died during all the calls that are
    /// allowed.
    pub given_up: Vec<Claim>,
    /// Redemptions that failed without a call, because nobody searches for their players' states any more.
    pub unserved: Vec<(Claim, AttemptResult, Recorded)>,
    /// Batches that ended because of redemptions that were given up.
    pub finished_batches: Vec<(Code, FinishedBatch)>,
    /// When the next redemption or check that is not due yet becomes due; `None` if none waits.
    pub next_due: Option<Timestamp>,
    /// The fair queue after these claims.
    pub fair_queue: FairQueue,
}

impl RedemptionQueue {
    /// Woken when there may be something to redeem.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.work_wake
    }

    /// Claims due redemptions as [`Self::claim`] does, for callers that keep neither a budget nor a fair queue.
    ///
    /// # Errors
    /// The errors of [`Self::claim`].
    pub async fn claim_due(
        &self,
        limit: usize,
        max_calls: u32,
        admit: impl FnMut(&Candidate) -> Admission,
    ) -> Result<Claims, StoreError> {
        self.claim(ClaimRequest { limit, max_calls, window: Duration::ZERO, fair_queue: FairQueue::default() }, admit)
            .await
    }

    /// Claims due redemptions in two steps. First the candidates are read in the order of the fair queue, and `admit`
    /// decides about each while no transaction is open. Then the admitted ones are claimed in one transaction, except
    /// those that changed meanwhile. The claim counts its call before the call is made, so a crash cannot lead to more
    /// than `max_calls` calls, or to more calls than the budget allows.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or written, or if this instance does not lead (any more). Nothing is
    /// claimed then, and no call may be made, even if `admit` was called.
    pub async fn claim(
        &self,
        request: ClaimRequest,
        mut admit: impl FnMut(&Candidate) -> Admission,
    ) -> Result<Claims, StoreError> {
        self.0.wait_for_reach().await;
        let (mut search, next_check) = self.begin_search(request).await?;
        loop {
            match search.next() {
                Found::Candidate(candidate) => search.decide(admit(&candidate)),
                Found::Page(offer) => {
                    search = self
                        .read(move |connection| {
                            search.read(connection, offer)?;
                            Ok(search)
                        })
                        .await?;
                }
                Found::End => break,
            }
        }
        let mut claims = self.claim_admitted(search.end(), request.window).await?;
        claims.next_due = claims.next_due.into_iter().chain(next_check).min();
        Ok(claims)
    }

    /// Begins due checks and reads the candidates. Also returns when the next check is due. The write is local, because
    /// no call is made before a claim is written.
    async fn begin_search(&self, request: ClaimRequest) -> Result<(Search, Option<Timestamp>), StoreError> {
        let store = self.0.clone();
        self.write_local(move |tx| {
            store.may_begin()?;
            let instance = store.instance();
            let next_check = checks::begin_due(tx, instance)?;
            Ok((Search::begin(tx, instance, request)?, next_check))
        })
        .await
    }

    async fn claim_admitted(&self, admitted: Admitted, window: Duration) -> Result<Claims, StoreError> {
        let Admitted { read_at, candidates, given_up, waiting, is_blocked, fair_queue } = admitted;
        let mut claims = Claims { blocked: is_blocked, fair_queue, ..Claims::default() };
        if !waiting.is_empty() {
            // Those that do not wait (any more) fail without a call.
            let write = self.write(move |tx| {
                let mut unserved = Vec::new();
                for (claim, status) in states::put_aside(tx, waiting)? {
                    let next = Next::Final(Outcome::Failed);
                    let result = AttemptResult { status, history: claim.history, next };
                    let recorded = record(tx, &claim, &result, Validity::OfThisOpening)?;
                    if recorded.taken {
                        unserved.push((claim, result, recorded));
                    }
                }
                tx.wake_work();
                Ok(unserved)
            });
            claims.unserved = write.await?;
        }
        if candidates.is_empty() && given_up.is_empty() {
            claims.next_due = self.read(move |connection| Ok(next_due(connection, read_at)?)).await?;
            return Ok(claims);
        }
        let instance = self.0.instance();
        let claimed = self.write_intent(move |tx| {
            let mut has_changed = false;
            for (mut claim, endpoint) in candidates {
                let history = claim.history;
                let claimed = tx.execute(
                    "UPDATE redemptions SET claim = claim + 1, claimed_by = ?4, calls = calls + 1, version = ?5
                     WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND claim = ?6
                       AND (calls, unknown, temporary) = (?7, ?8, ?9) AND outcome = 'pending' AND deleted = 0
                       AND next_attempt_at <= ?10 AND (claimed_by IS NULL OR claimed_by <> ?4)",
                    params![
                        claim.player,
                        claim.code.key(),
                        claim.generation,
                        instance,
                        tx.version(),
                        claim.number,
                        history.calls,
                        history.unknown,
                        history.temporary,
                        Millis(tx.now()),
                    ],
                )?;
                if claimed == 0 {
                    has_changed = true;
                    continue;
                }
                claim.number += 1;
                claim.history.calls += 1;
                claim.recent_call = endpoint.map(|endpoint| recent_calls::begin(tx, endpoint)).transpose()?;
                claims.taken.push(claim);
            }
            if claims.taken.iter().any(|claim| claim.recent_call.is_some()) {
                recent_calls::forget(tx, window * 2 + LONGEST_CALL)?;
            }
            for claim in given_up {
                let result = AttemptResult {
                    status: Status::Interrupted,
                    history: claim.history,
                    next: Next::Final(Outcome::GaveUp),
                };
                let recorded = record(tx, &claim, &result, Validity::OfThisOpening)?;
                let finished = recorded.finished_batches.into_iter().map(|batch| (claim.code.clone(), batch));
                claims.finished_batches.extend(finished);
                if recorded.taken {
                    claims.given_up.push(claim);
                }
            }
            // A row that changed since it was read is due now: the next search reads it again.
            claims.next_due = if has_changed { Some(read_at) } else { next_due(tx.connection(), read_at)? };
            Ok(claims)
        });
        let (claims, permission) = claimed.await?;
        if let Err(error) = permission {
            // No call was made. Redemptions that were given up are decided, whichever instance leads.
            if let Err(failed) = self.release_all(claims.taken).await {
                tracing::debug!("Claims stand that nothing was called for: {failed}");
            }
            return Err(error);
        }
        Ok(claims)
    }

    /// Releases a claim without a decision. Its redemption stays due, in its old place. The call does not count,
    /// because none was made for the code.
    ///
    /// # Errors
    /// Returns an error if the write fails; the claim then stands, and is void once this process ends.
    pub async fn release(&self, claim: Claim) -> Result<(), StoreError> {
        self.release_all(vec![claim]).await
    }

    async fn release_all(&self, claims: Vec<Claim>) -> Result<(), StoreError> {
        // The release is written even if MongoDB does not learn of it. This is safe, because no call depends on it, and
        // necessary, because a claim that stands is never taken up again.
        let store = self.0.clone();
        self.write_local(move |tx| {
            // An instance that no longer leads may have been suspended. If it released the claim now, that change would
            // be newer than a claim that the leader made meanwhile. The next session voids the claim.
            let leads = store.require_leader().is_ok();
            for claim in &claims {
                recent_calls::end(tx, claim.recent_call)?;
                if !leads {
                    continue;
                }
                tx.execute(
                    "UPDATE redemptions SET claimed_by = NULL, calls = calls - 1, version = ?5
                     WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND claim = ?4 AND outcome = 'pending'",
                    params![claim.player, claim.code.key(), claim.generation, claim.number, tx.version()],
                )?;
            }
            tx.wake_work();
            Ok(())
        })
        .await
    }

    /// Releases everything that this process has claimed, and makes rows due that wait too long. Only for an engine
    /// that starts while no other one runs.
    ///
    /// # Errors
    /// Returns an error if the write fails; the claims stand then.
    pub async fn void_own_claims(&self) -> Result<(), StoreError> {
        let instance = self.0.instance();
        self.write(move |tx| {
            if overdue::is_there(tx.connection(), tx.now())? {
                overdue::make_due(tx)?;
            }
            tx.execute(
                "UPDATE redemptions SET claimed_by = NULL, version = ?2 WHERE claimed_by = ?1 AND outcome = 'pending'",
                params![instance, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Makes the codes due for the players, except for redemptions that exist already.
    pub async fn request(&self, players: Vec<PlayerId>, codes: Vec<(CodeKey, u32)>) -> Result<(), StoreError> {
        self.write(move |tx| {
            for (key, generation) in &codes {
                for player in &players {
                    tx.execute(
                        "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
                         VALUES (?1, ?2, ?3, 'pending', ?4, ?4, ?5) ON CONFLICT DO NOTHING",
                        params![player, key, generation, Millis(tx.now()), tx.version()],
                    )?;
                }
            }
            tx.wake_work();
            Ok(())
        })
        .await
    }
}

/// When the next redemption becomes due that was not due yet at `read_at`.
fn next_due(connection: &Connection, read_at: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(
            "SELECT next_attempt_at FROM redemptions INDEXED BY redemptions_due
         WHERE outcome = 'pending' AND deleted = 0 AND next_attempt_at > ?1 ORDER BY next_attempt_at LIMIT 1",
        )?
        .query_row([Millis(read_at)], |row| row.get(0).map(|Millis(at)| at))
        .optional()
}
