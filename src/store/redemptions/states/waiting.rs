//! Redemptions that wait for a player's state, without a call and without using tries.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use super::asking::{ask_at, ended};
use crate::domain::answers::status::Status;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_check::{StateCheck, shows_the_state};
use crate::domain::redeeming::state_search::{CheckStatus, PlayerCheck};
use crate::domain::waits;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::redemptions::claim::Claim;
use crate::store::redemptions::recent_calls;
use crate::store::state_checks::{IS_SERVED, find, put, states_of_mates};

/// When a waiting redemption is looked at again. The end of the search makes it due at once; this is for a search that
/// nobody continues.
const TRY_AGAIN: Duration = Duration::from_secs(6 * 3600);

/// Whether a redemption waits for its player's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waits {
    /// It is due again when the state is known, or when the search ended.
    Yes,
    /// Nobody searches (any more): it fails with this status.
    No(Status),
}

fn is_served(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<bool> {
    tx.statement(&format!("SELECT 1 FROM players p WHERE p.player_id = ?1 AND {IS_SERVED}"))?.exists([player])
}

impl RedemptionQueue {
    /// Has a redemption wait whose player's state is missing or was refused (`why`), and begins the search for it if none
    /// runs. A player on no roster and without a link is not searched for. `was_asked` if the game was called; the call
    /// counts then.
    ///
    /// # Errors
    /// If the write fails; the claim then stands, and is void once this process ends.
    pub async fn await_state(&self, claim: Claim, why: Status, was_asked: bool) -> Result<Waits, StoreError> {
        self.write_fact(move |tx| {
            let waits = search(tx, &claim, &why)?;
            if waits == Waits::Yes {
                recent_calls::end(tx, claim.recent_call)?;
                wait(tx, &claim, &why, !was_asked)?;
                tx.wake_work();
            }
            Ok(waits)
        })
        .await
    }
}

/// Begins a search if none runs and the player deserves one.
fn search(tx: &Tx<'_>, claim: &Claim, why: &Status) -> rusqlite::Result<Waits> {
    let player = claim.player;
    let Some((on_file, check)) = find(tx, player)? else { return Ok(Waits::No(why.clone())) };
    if on_file != claim.state {
        // It was corrected since the claim. The next try is with the present one.
        return Ok(if is_over(tx, claim)? { Waits::No(why.clone()) } else { Waits::Yes });
    }
    if is_over(tx, claim)? || !is_served(tx, player)? {
        return Ok(Waits::No(why.clone()));
    }
    let check = match check {
        Some(check) if !check.may_begin_again(tx.now()) => {
            let is_unknown = check.status == CheckStatus::NoSuchPlayer && *why == Status::NoState;
            return Ok(Waits::No(if is_unknown { Status::RoleNotExist } else { why.clone() }));
        }
        Some(check) if check.status == CheckStatus::Searching => check,
        // The check of a new player finds the state.
        Some(check) if check.status == CheckStatus::Unchecked && on_file.is_none() => check,
        _ => PlayerCheck::search(on_file, tx.now()),
    };
    let mut begun = check;
    begun.end_if_over(&states_of_mates(tx.connection(), player)?, tx.now());
    put(tx, player, &begun, None)?;
    Ok(if begun.status.is_open() { Waits::Yes } else { Waits::No(why.clone()) })
}

/// Whether the claim's code is over. Nothing waits for such a code.
fn is_over(tx: &Tx<'_>, claim: &Claim) -> rusqlite::Result<bool> {
    tx.statement(
        "SELECT 1 FROM codes WHERE code_key = ?1
           AND (deleted = 1 OR condemned IS NOT NULL OR generation > ?2 OR expires_at <= ?3)",
    )?
    .exists(params![claim.code.key(), claim.generation, Millis(tx.now())])
}

/// Puts a redemption off until its player's state is known. A check of its code goes on with another player.
fn wait(tx: &Tx<'_>, claim: &Claim, why: &Status, gives_call_back: bool) -> rusqlite::Result<()> {
    let key = claim.code.key();
    let on_file: Option<State> =
        tx.statement("SELECT state FROM players WHERE player_id = ?1")?.query_row([claim.player], |row| row.get(0))?;
    let wait = if on_file == claim.state { TRY_AGAIN } else { Duration::ZERO };
    let at = tx.now().checked_add(wait).unwrap_or(Timestamp::MAX);
    tx.execute(
        "UPDATE redemptions SET claimed_by = NULL, status = ?5, next_attempt_at = ?6, calls = max(calls - ?7, 0), version = ?8
         WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND claim = ?4 AND outcome = 'pending'",
        params![
            claim.player,
            key,
            claim.generation,
            claim.number,
            why,
            Millis(at),
            u32::from(gives_call_back),
            tx.version()
        ],
    )?;
    tx.execute("UPDATE codes SET tester = NULL WHERE code_key = ?1 AND tester = ?2", params![key, claim.player])?;
    Ok(())
}

/// Puts redemptions off that nobody claimed, because their players' states are being searched for. Returns those that do
/// not wait, because their codes are over or the search is, with the status with which they fail.
pub(in crate::store) fn put_aside(tx: &Tx<'_>, waiting: Vec<Claim>) -> rusqlite::Result<Vec<(Claim, Status)>> {
    let mut failed = Vec::new();
    for claim in waiting {
        let why = if claim.state.is_some() { Status::UserInfoError } else { Status::NoState };
        match search(tx, &claim, &why)? {
            Waits::Yes => wait(tx, &claim, &why, false)?,
            Waits::No(status) => failed.push((claim, status)),
        }
    }
    Ok(failed)
}

/// Whether the game is not to be asked about a player yet. A time further ahead than any rule allows was written by a clock
/// that was ahead.
fn is_asked_later(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<bool> {
    let last = Millis(waits::after(tx.now(), waits::REDEMPTION, waits::REDEMPTION));
    tx.statement("SELECT 1 FROM players WHERE player_id = ?1 AND ask_at > ?2 AND ask_at <= ?3")?.exists(params![
        player,
        Millis(tx.now()),
        last
    ])
}

/// Notes what the answer to a redemption shows about the player.
pub(in crate::store) fn confirm(tx: &Tx<'_>, claim: &Claim, status: &Status) -> rusqlite::Result<()> {
    let Some((on_file, Some(mut check))) = find(tx, claim.player)? else { return Ok(()) };
    if on_file != claim.state {
        return Ok(());
    }
    match (status, check.status, on_file) {
        // An answer like those of the check itself.
        (Status::RoleNotExist, CheckStatus::Unchecked, Some(asked)) => {
            // Several codes at one time are one moment of the game.
            if is_asked_later(tx, claim.player)? {
                return Ok(());
            }
            check.answered(asked, &StateCheck::NoSuchPlayer, tx.now());
        }
        // It said otherwise before. If it does again, what failed is retried.
        (Status::RoleNotExist, CheckStatus::Right | CheckStatus::Found, Some(_)) => {
            if !is_served(tx, claim.player)? || !check.doubt(tx.now()) {
                return Ok(());
            }
        }
        (Status::RoleNotExist, _, _) | (_, CheckStatus::Right | CheckStatus::Found, _) => return Ok(()),
        (status, ..) if shows_the_state(status) => check.confirmed(tx.now()),
        _ => return Ok(()),
    }
    put(tx, claim.player, &check, ask_at(&check, tx.now()))?;
    ended(tx, claim.player, check.status)
}
