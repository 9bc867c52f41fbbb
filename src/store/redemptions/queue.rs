//! Redemptions: claim and release. Invariants 3, 4 and 6 end here, and in `outcomes`.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::canary::CodeTrust;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::codes::invalidation;
use crate::domain::limits::budget::Endpoint;
use crate::domain::limits::fair_queue::FairQueue;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::retry::History;

use super::outcomes::{Validity, Verdict, record};
use super::{checks, claim_queue, overdue, recent_calls};
use crate::runtime::wake::Wake;
use crate::store::batches::FinishedBatch;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError, Tx};

/// No call takes longer than this, whatever is configured; a note of one that did may be forgotten before its end.
const LONGEST_CALL: Duration = Duration::from_secs(600);

/// A due redemption that could be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The player.
    pub player: PlayerId,
    /// Whether the player's state is on file.
    pub has_state: bool,
    /// When the player's profile was last fetched.
    pub profile_at: Option<Timestamp>,
    /// The code.
    pub key: CodeKey,
    /// Its generation.
    pub generation: u32,
    /// How much the code is trusted.
    pub trust: CodeTrust,
    /// It is a check of the code: a matter of seconds and of one call, before which no login is made.
    pub is_check: bool,
}

/// What to do with a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Claim it.
    Take,
    /// Claim it, and note with the claim that a call to this endpoint is made, which has a budget.
    TakeFor(Endpoint),
    /// Not now; look at the next.
    Skip,
    /// Not now, and neither any other of this code.
    SkipCode,
    /// Not now, and neither anything after it.
    Stop,
}

/// A redemption that this process works on until it records or releases it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The player.
    pub player: PlayerId,
    /// The player's name; may be empty.
    pub nickname: String,
    /// The player's state, where it is known.
    pub state: Option<State>,
    /// When the player's profile was last fetched.
    pub profile_at: Option<Timestamp>,
    /// The code as published.
    pub code: Code,
    /// Its generation.
    pub generation: u32,
    /// What was tried so far; the calls count this one.
    pub history: History,
    pub(in crate::store) number: u32,
    /// The note of its call for the budget.
    pub(in crate::store) recent_call: Option<i64>,
}

/// What a look for work found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    /// Claimed.
    pub taken: Vec<Claim>,
    /// Whether something due was left because it was not admitted.
    pub blocked: bool,
    /// Given up without a call: earlier processes died during all the calls there may be.
    pub given_up: Vec<Claim>,
    /// Runs that ended with what was given up.
    pub finished_batches: Vec<(Code, FinishedBatch)>,
    /// When the next redemption, or check of a code, becomes due that is not yet; `None` when none waits.
    pub next_due: Option<Timestamp>,
    /// Whose turn it was, these counted.
    pub fair_queue: FairQueue,
}

/// How to look for work.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRequest {
    /// The most to claim.
    pub limit: usize,
    /// The most calls one redemption may have.
    pub max_calls: u32,
    /// How long a call counts for a budget.
    pub window: Duration,
    /// Whose turn it was.
    pub fair_queue: FairQueue,
}

impl RedemptionQueue {
    /// Woken when there may be something to redeem.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.work_wake
    }

    /// Claims due redemptions as [`Self::claim`] does, for those who keep neither a budget nor whose turn it was.
    ///
    /// # Errors
    /// Those of [`Self::claim`].
    pub async fn claim_due(
        &self,
        limit: usize,
        max_calls: u32,
        admit: impl FnMut(&Candidate) -> Admission + Send + 'static,
    ) -> Result<Claims, StoreError> {
        self.claim(ClaimRequest { limit, max_calls, window: Duration::ZERO, fair_queue: FairQueue::default() }, admit)
            .await
    }

    /// Claims due redemptions in their claim_queue (`domain/limits/fair_queue`), those that `admit` takes. The claim and its call are
    /// counted before the call is made, so a crash cannot lead to more than `max_calls` of them, or than the budget allows.
    ///
    /// # Errors
    /// When it cannot be written, or this instance may not act (any more): then nothing is claimed, and nothing may be called on
    /// its account, though `admit` may have been asked.
    pub async fn claim(
        &self,
        wanted: ClaimRequest,
        admit: impl FnMut(&Candidate) -> Admission + Send + 'static,
    ) -> Result<Claims, StoreError> {
        let instance = self.0.instance();
        let claims = self.write_intent(move |tx| {
            let mut fair_queue = wanted.fair_queue;
            let next_check = checks::begin_due(tx, instance)?;
            let (mut claims, endpoints) =
                claim_queue::pick(tx, instance, wanted.limit, wanted.max_calls, &mut fair_queue, admit)?;
            claims.fair_queue = fair_queue;
            claims.next_due = [next_due(tx)?, next_check].into_iter().flatten().min();
            for (claim, endpoint) in claims.taken.iter_mut().zip(&endpoints) {
                tx.execute(
                    "UPDATE redemptions SET claim = claim + 1, claimed_by = ?4, calls = calls + 1, version = ?5
                     WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3",
                    params![claim.player, claim.code.key(), claim.generation, instance, tx.version()],
                )?;
                claim.number += 1;
                claim.history.calls += 1;
                claim.recent_call = endpoint.map(|endpoint| recent_calls::begin(tx, endpoint)).transpose()?;
            }
            if endpoints.iter().any(Option::is_some) {
                recent_calls::forget(tx, wanted.window * 2 + LONGEST_CALL)?;
            }
            for claim in &claims.given_up {
                let verdict =
                    Verdict { status: Status::Interrupted, history: claim.history, next: Ok(Outcome::GaveUp) };
                let recorded = record(tx, claim, &verdict, Validity::OfThisOpening)?;
                let ended = recorded.finished_batches.into_iter().map(|batch| (claim.code.clone(), batch));
                claims.finished_batches.extend(ended);
            }
            Ok(claims)
        });
        let (claims, permission) = claims.await?;
        if let Err(error) = permission {
            // No call was made. What was given up is decided, whoever leads.
            if let Err(failed) = self.release_all(claims.taken).await {
                tracing::debug!("Claims stand that nothing was called for: {failed}");
            }
            return Err(error);
        }
        Ok(claims)
    }

    /// Gives a claim back undecided and due, in its old place; its call does not count: none was made for the code.
    ///
    /// # Errors
    /// When it cannot be written; then the claim stands, and is void once this process ends.
    pub async fn release(&self, claim: Claim) -> Result<(), StoreError> {
        self.release_all(vec![claim]).await
    }

    async fn release_all(&self, claims: Vec<Claim>) -> Result<(), StoreError> {
        // Though MongoDB may not know of it: nothing is done on its account, and a claim that stands is never taken up again.
        let store = self.0.clone();
        self.write_local(move |tx| {
            // Whoever does not lead any more may have slept: undone now, its claim would be newer than one that the leader
            // made meanwhile. The next session voids it.
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

    /// Lets go of everything this process has claimed, and makes due what waits for too long: for an engine that starts, while
    /// none other runs.
    ///
    /// # Errors
    /// When it cannot be written; then the claims stand.
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

    /// Makes the codes due for the players, where they are not yet.
    ///
    /// # Errors
    /// When it cannot be written; then nothing is due.
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

fn next_due(tx: &Tx<'_>) -> rusqlite::Result<Option<Timestamp>> {
    tx.statement(
        "SELECT next_attempt_at FROM redemptions INDEXED BY redemptions_due
         WHERE outcome = 'pending' AND deleted = 0 AND next_attempt_at > ?1 ORDER BY next_attempt_at LIMIT 1",
    )?
    .query_row([Millis(tx.now())], |row| row.get(0).map(|Millis(at)| at))
    .optional()
}

/// A code's latest final answers, newest first: those to what runs made due. What a person asked for decides for that
/// person alone.
pub(in crate::store) fn latest_answers(
    tx: &Tx<'_>,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Vec<(PlayerId, Status)>> {
    let look_back = u32::try_from(invalidation::ANSWERS_CONSIDERED).unwrap_or(u32::MAX);
    tx.statement(
        "SELECT player_id, status FROM redemptions INDEXED BY redemptions_evidence
         WHERE code_key = ?1 AND generation = ?2 AND outcome <> 'pending' AND priority = 0
         ORDER BY finished_at DESC, version DESC LIMIT ?3",
    )?
    .query_map(params![key, generation, look_back], |row| Ok((row.get(0)?, row.get(1)?)))?
    .collect()
}

/// Stops a code's redemptions, which would come to this; not those that somebody works on at the moment, whose answers count
/// for themselves, nor those that a person asked for. Returns how many.
pub(in crate::store) fn stop(
    tx: &Tx<'_>,
    key: &CodeKey,
    generation: u32,
    why: &Status,
    instance: i64,
) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE redemptions SET outcome = 'failed', status = ?3, finished_at = ?4, version = ?5
         WHERE code_key = ?1 AND generation = ?2 AND outcome = 'pending' AND priority = 0
           AND (claimed_by IS NULL OR claimed_by <> ?6)",
        params![key, generation, why, Millis(tx.now()), tx.version(), instance],
    )
}
