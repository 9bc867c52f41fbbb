//! The next player to ask about, and what the answer changes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::retrying::{make_due, retry_wrong_state};
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{AllianceId, PlayerId, State};
use crate::domain::redeeming::state_check::StateCheck;
use crate::domain::redeeming::state_search::{CALLS_A_DAY, CheckStatus, MAX_TRIED, PlayerCheck, day_of};
use crate::domain::waits;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::redemptions::recent_calls;
use crate::store::state_checks::{COLUMNS, IS_SERVED, find, lists, present_lists, put, read, states_of_mates};

/// Between two calls for one player, so that others get their turn. Longer than the game's interval for one player.
const NEXT_CALL: Duration = Duration::from_secs(3);
/// After an answer that did not help, times the number of such answers.
const AFTER_FRUITLESS: Duration = Duration::from_secs(300);
/// Players whose check is over without a call are ended so many at a time.
const MAX_ENDED: usize = 100;

/// A question to the game: is this player in this state?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateQuestion {
    pub player: PlayerId,
    /// May be empty.
    pub nickname: String,
    pub state: State,
    /// Whether it counts for the day of its rosters' searches.
    pub is_search: bool,
    /// The rosters of the player; guild 0 for none.
    pub lists: Vec<AllianceId>,
    check: PlayerCheck,
    /// The record of the call for the budget.
    recent_call: Option<i64>,
}

/// What there is to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextQuestion {
    Ask(StateQuestion),
    /// Not before this time.
    NotBefore(Timestamp),
    Nothing,
}

/// The rosters that had the calls of their day. Tomorrow counts as today: a clock was a little ahead. Later days were written
/// by a clock that was wrong, and count for nothing.
fn used_up(connection: &Connection, today: u32) -> rusqlite::Result<Vec<AllianceId>> {
    connection
        .prepare_cached(
            "SELECT list FROM (
                 SELECT r.guild_id AS list, p.day_calls AS questions FROM players p INDEXED BY players_searched
                      JOIN rosters r USING (player_id) WHERE p.search_day BETWEEN ?1 AND ?1 + 1
                 UNION ALL
                 SELECT 0, p.day_calls FROM players p INDEXED BY players_searched
                 WHERE p.search_day BETWEEN ?1 AND ?1 + 1 AND NOT EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id))
             GROUP BY list HAVING sum(questions) >= ?2",
        )?
        .query_map(params![today, CALLS_A_DAY], |row| row.get(0))?
        .collect()
}

impl RedemptionQueue {
    /// The next question of a check or a search. New players come before searches, and short lists before long ones, so
    /// that nobody waits behind an import of thousands. Among the searches of a list, those that have tried the fewest
    /// states come first, so that the frequent states are tried for everybody first. `used_up` are rosters
    /// whose searches wait, whatever is stored.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub async fn next_question(&self, used_up: Vec<AllianceId>) -> Result<NextQuestion, StoreError> {
        let now = self.0.inner.clock.now();
        let has_open = self.read(move |connection| {
            let sql = "SELECT 1 FROM players INDEXED BY players_to_check
                       WHERE state_check IN ('unchecked', 'searching', 'not_found') AND deleted = 0 LIMIT 1";
            Ok(connection.prepare_cached(sql)?.exists([])?)
        });
        if !has_open.await? {
            return Ok(NextQuestion::Nothing);
        }
        let (next, has_over) = self.read(move |connection| Ok(find_question(connection, now, used_up)?)).await?;
        if !has_over.is_empty() {
            self.write_leading(move |tx| Ok(settle(tx, &has_over)?)).await?;
            return Ok(NextQuestion::NotBefore(now));
        }
        Ok(next)
    }

    /// Notes that the question is about to be asked: its call for the budget, if there is one, and its place in the day
    /// of its rosters. `None` if the player changed since.
    ///
    /// # Errors
    /// If the write fails, or this instance does not lead. Nothing may be asked then.
    pub async fn begin_question(
        &self,
        question: StateQuestion,
        has_budget: bool,
    ) -> Result<Option<StateQuestion>, StoreError> {
        self.0.wait_for_reach().await;
        let store = self.0.clone();
        self.write_leading(move |tx| {
            store.may_begin()?;
            let Some((_, Some(check))) = find(tx, question.player)? else { return Ok(None) };
            if !is_same(&check, &question.check) {
                return Ok(None);
            }
            let next = tx.now().checked_add(NEXT_CALL).unwrap_or(Timestamp::MAX);
            put(tx, question.player, &check, Some(next))?;
            if question.is_search {
                count(tx, question.player)?;
            }
            let recent_call = if has_budget { Some(recent_calls::begin(tx, Endpoint::Redeem)?) } else { None };
            Ok(Some(StateQuestion { recent_call, ..question }))
        })
        .await
    }

    /// Records the answer, and returns the check as it stands; `None` if somebody corrected the player meanwhile. A found state is stored, and what waited for it is due.
    ///
    /// # Errors
    /// If the write fails. The question is asked again then.
    pub async fn record_reply(
        &self,
        question: StateQuestion,
        outcome: StateCheck,
    ) -> Result<Option<PlayerCheck>, StoreError> {
        self.write_fact(move |tx| {
            recent_calls::end(tx, question.recent_call)?;
            let Some((_, Some(mut check))) = find(tx, question.player)? else { return Ok(None) };
            if !is_same(&check, &question.check) {
                return Ok(None);
            }
            let fruitless = check.fruitless();
            check.answered(question.state, &outcome, tx.now());
            check.end_if_over(&states_of_mates(tx.connection(), question.player)?, tx.now());
            let ask_at = match check.fruitless() > fruitless {
                true => ask_at(&check, tx.now()),
                false => tx.now().checked_add(NEXT_CALL).ok().filter(|_| check.status.is_open()),
            };
            put(tx, question.player, &check, ask_at)?;
            ended(tx, question.player, check.status)?;
            tx.wake_work();
            Ok(Some(check))
        })
        .await
    }
}

/// The next question, and players whose check is over or begins again without one.
fn find_question(
    connection: &Connection,
    now: Timestamp,
    mut used: Vec<AllianceId>,
) -> rusqlite::Result<(NextQuestion, Vec<PlayerId>)> {
    used.extend(used_up(connection, day_of(now))?);
    let used: Vec<i64> = used.iter().map(|list| list.0.cast_signed()).collect();
    let used = serde_json::to_string(&used).unwrap_or_else(|_| "[]".to_owned());
    let mut over = Vec::new();
    // A time further ahead than any rule allows was written by a clock that was ahead.
    let last = Millis(waits::after(now, waits::REDEMPTION, waits::REDEMPTION));
    let due = "(p.ask_at IS NULL OR p.ask_at <= ?1 OR p.ask_at > ?2)";
    let has_day = "NOT EXISTS (SELECT 1 FROM json_each(?3) used WHERE used.value IN (SELECT r.guild_id FROM rosters r
                       WHERE r.player_id = p.player_id))
                   AND NOT (EXISTS (SELECT 1 FROM json_each(?3) used WHERE used.value = 0)
                            AND NOT EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id))";
    let open = format!(
        "SELECT p.player_id, p.nickname, {COLUMNS} FROM players p INDEXED BY players_to_check
         WHERE p.state_check IN ('unchecked', 'searching', 'not_found') AND p.deleted = 0
           AND (p.state_check = 'unchecked' OR (p.state_check = 'searching' AND {has_day})) AND {due} AND {IS_SERVED}
         ORDER BY p.state_check = 'searching', coalesce(p.unclear_replies, 0) + coalesce(p.nobody_replies, 0),
             count(*) OVER (PARTITION BY p.state_check, (SELECT min(r.guild_id) FROM rosters r
                                                         WHERE r.player_id = p.player_id AND r.deleted = 0)),
             length(p.tried_states), p.checked_at, p.player_id
         LIMIT {MAX_ENDED}"
    );
    let mut statement = connection.prepare_cached(&open)?;
    let mut rows = statement.query(params![Millis(now), last, used])?;
    while let Some(row) = rows.next()? {
        let player: PlayerId = row.get(0)?;
        let Some(check) = read(row, 2, now)? else { continue };
        let listed = states_of_mates(connection, player)?;
        let mut ended = check.clone();
        ended.end_if_over(&listed, now);
        let Some(state) = ended.next(&listed) else {
            over.push(player);
            continue;
        };
        let lists = lists(connection, player)?;
        let is_search = check.is_search();
        let question =
            StateQuestion { player, nickname: row.get(1)?, state, is_search, lists, check, recent_call: None };
        return Ok((NextQuestion::Ask(question), over));
    }
    drop(rows);
    over.extend(resumable(connection, now)?);
    let next = format!(
        "SELECT min(p.ask_at) FROM players p INDEXED BY players_to_check
         WHERE p.state_check IN ('unchecked', 'searching', 'not_found') AND p.state_check <> 'not_found' AND p.deleted = 0
           AND p.ask_at > ?1 AND p.ask_at <= ?2 AND (p.state_check = 'unchecked' OR {has_day}) AND {IS_SERVED}"
    );
    let next: Option<Millis> =
        connection.prepare_cached(&next)?.query_row(params![Millis(now), last, used], |row| row.get(0))?;
    Ok((next.map_or(NextQuestion::Nothing, |Millis(at)| NextQuestion::NotBefore(at)), over))
}

/// Players whose search ended without a state, and whose rosters have one now that was not tried. Others begin anew with the
/// next `/link`, or a code much later.
fn resumable(connection: &Connection, now: Timestamp) -> rusqlite::Result<Vec<PlayerId>> {
    let sql = format!(
        "SELECT p.player_id, {COLUMNS} FROM players p INDEXED BY players_to_check
         WHERE p.state_check IN ('unchecked', 'searching', 'not_found') AND p.state_check = 'not_found' AND p.deleted = 0
           AND coalesce(length(p.tried_states) - length(replace(p.tried_states, ',', '')) + 1, 0) < {MAX_TRIED}
           AND EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id AND r.deleted = 0) AND {IS_SERVED}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut players = Vec::new();
    // The states of a roster are not those of its lost players, so all of these have the same.
    let mut listed: HashMap<Vec<AllianceId>, Vec<State>> = HashMap::new();
    // Not all of these may go on: the limit counts only those that do, so that they hold up nobody.
    while players.len() < MAX_ENDED
        && let Some(row) = rows.next()?
    {
        let player: PlayerId = row.get(0)?;
        let Some(check) = read(row, 1, now)? else { continue };
        let listed = match listed.entry(present_lists(connection, player)?) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(states_of_mates(connection, player)?),
        };
        if check.may_resume(listed) {
            players.push(player);
        }
    }
    Ok(players)
}

/// Ends the checks of these players for which nothing is left to ask, and begins those again that may go on.
fn settle(tx: &Tx<'_>, players: &[PlayerId]) -> rusqlite::Result<()> {
    for player in players {
        let Some((_, Some(mut check))) = find(tx, *player)? else { continue };
        let listed = states_of_mates(tx.connection(), *player)?;
        if check.may_resume(&listed) {
            check = PlayerCheck { status: CheckStatus::Searching, since: tx.now(), unclear: 0, nobody: 0, ..check };
        } else {
            check.end_if_over(&listed, tx.now());
        }
        put(tx, *player, &check, None)?;
        ended(tx, *player, check.status)?;
    }
    tx.wake_work();
    Ok(())
}

/// When the game may be asked again after an answer that did not help; `None` if the check is over.
pub(super) fn ask_at(check: &PlayerCheck, now: Timestamp) -> Option<Timestamp> {
    now.checked_add(AFTER_FRUITLESS * check.fruitless()).ok().filter(|_| check.status.is_open())
}

/// Makes due what waited for a player's state, once its check is over, and what failed for want of it, if it is known.
pub(super) fn ended(tx: &Tx<'_>, player: PlayerId, status: CheckStatus) -> rusqlite::Result<()> {
    if status.is_open() {
        return Ok(());
    }
    make_due(tx, player)?;
    if matches!(status, CheckStatus::Right | CheckStatus::Found) {
        retry_wrong_state(tx, player)?;
    }
    Ok(())
}

/// Counts a search's call for its day.
fn count(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE players SET day_calls = iif(search_day BETWEEN ?2 AND ?2 + 1, coalesce(day_calls, 0), 0) + 1,
             search_day = iif(search_day = ?2 + 1, search_day, ?2), version = ?3
         WHERE player_id = ?1",
        params![player, day_of(tx.now()), tx.version()],
    )
}

/// Whether nothing was learnt since the question was chosen.
fn is_same(check: &PlayerCheck, chosen: &PlayerCheck) -> bool {
    PlayerCheck { since: chosen.since, ..check.clone() } == *chosen
}
