//! Claims: what can be claimed, what is claimed, and the rows of a code that its claims decide.

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
use crate::store::batches::FinishedBatch;
use crate::store::kernel::{Millis, Tx};

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

impl Claim {
    /// Whether it is the candidate that was admitted.
    pub fn is_of(&self, candidate: &Candidate) -> bool {
        (self.player, self.generation) == (candidate.player, candidate.generation) && self.code.key() == candidate.key
    }
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
    /// The fair queue after these claims.
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
    /// The fair queue before the claims.
    pub fair_queue: FairQueue,
}

/// A code's latest final answers, newest first: those to what runs made due. What a person asked for decides for that
/// person alone.
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

/// Notes that a person asked for these redemptions, where they wait: they go before what runs made due.
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
