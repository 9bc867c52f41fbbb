//! Claims: which redemptions can be claimed, which are claimed, and the rows of a code that its claims decide.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::answers::status::Status;
use crate::domain::codes::canary::CodeTrust;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::codes::invalidation;
use crate::domain::limits::budget::Endpoint;
use crate::domain::limits::fair_queue::FairQueue;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::retry::History;
use crate::store::kernel::{Millis, Tx};

/// A due redemption that could be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub player: PlayerId,
    pub has_state: bool,
    /// The state on file is wrong or missing, and the right one is searched for.
    pub awaits_state: bool,
    /// When the player's profile was last fetched.
    pub profile_at: Option<Timestamp>,
    pub key: CodeKey,
    pub generation: u32,
    pub trust: CodeTrust,
    /// Whether this is a check of the code. A check takes seconds and one call, so no login is made before it.
    pub is_check: bool,
}

/// The decision about a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Take,
    /// Claim it, and record with the claim a call to this endpoint, which has a budget.
    TakeFor(Endpoint),
    /// Not now. Try the next one.
    Skip,
    /// When the player's state is known, or not at all.
    AwaitState,
    /// Not now, nor any other redemption of this code.
    SkipCode,
    /// Not now, nor anything after it.
    Stop,
}

/// A redemption that this process works on until it records or releases it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub player: PlayerId,
    /// May be empty.
    pub nickname: String,
    pub state: Option<State>,
    /// When the player's profile was last fetched.
    pub profile_at: Option<Timestamp>,
    /// As published.
    pub code: Code,
    pub generation: u32,
    /// The attempts so far. Its calls include this one.
    pub history: History,
    pub(in crate::store) number: u32,
    /// The record of its call for the budget.
    pub(in crate::store) recent_call: Option<i64>,
}

impl Claim {
    /// Whether this is the claim of the admitted candidate.
    pub fn is_of(&self, candidate: &Candidate) -> bool {
        (self.player, self.generation) == (candidate.player, candidate.generation) && self.code.key() == candidate.key
    }
}

/// The limits of a search for work.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRequest {
    /// The most redemptions to claim.
    pub limit: usize,
    /// The most calls that one redemption may have.
    pub max_calls: u32,
    /// How long a call counts against a budget.
    pub window: Duration,
    /// The fair queue before the claims.
    pub fair_queue: FairQueue,
}

/// A code's latest final answers, newest first. Only answers to redemptions of batches count: a redemption that a
/// person requested decides for that person alone.
pub(in crate::store) fn latest_answers(
    tx: &Tx<'_>,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Vec<(PlayerId, Status)>> {
    let limit = u32::try_from(invalidation::ANSWERS_CONSIDERED).unwrap_or(u32::MAX);
    tx.statement(
        "SELECT player_id, status FROM redemptions INDEXED BY redemptions_evidence
         WHERE code_key = ?1 AND generation = ?2 AND outcome <> 'pending' AND priority = 0
         ORDER BY finished_at DESC, version DESC LIMIT ?3",
    )?
    .query_map(params![key, generation, limit], |row| Ok((row.get(0)?, row.get(1)?)))?
    .collect()
}

/// Stops a code's redemptions, which would fail for the same reason. Redemptions that this instance has claimed
/// continue, because their answers count for themselves, and so do those that a person requested. Returns how many were
/// stopped.
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

/// Notes that a person requested these redemptions. Those that are pending go before the redemptions of batches.
pub(in crate::store) fn prioritise(
    tx: &Tx<'_>,
    players: &[PlayerId],
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<()> {
    for player in players {
        tx.execute(
            "UPDATE redemptions SET priority = 1
             WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND outcome = 'pending'",
            params![player, key, generation],
        )?;
    }
    Ok(())
}
