//! Chooses the players for whom the game is asked about a code, and begins checks that are due.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::codes::verdict;
use crate::domain::players::player::{AllianceId, PlayerId};

use super::{CheckStart, NO_GUILD, OnFile, TESTERS, find, over_statuses, put, set_tester, was_posted};
use crate::store::kernel::{Millis, Tx};

/// The most checks of each kind that begin at once.
const MAX_BEGUN: u32 = 8;

/// A check is under way while the tester's redemption is pending.
pub(in crate::store) const UNDER_WAY: &str =
    "EXISTS (SELECT 1 FROM redemptions t WHERE t.player_id = c.tester AND t.code_key = c.code_key
    AND t.generation IN (c.generation, c.generation + 1) AND t.outcome = 'pending' AND t.deleted = 0)";

/// Makes the tester's redemption due, in the code's present or next generation.
fn begin(tx: &Tx<'_>, key: &CodeKey, generation: u32, tester: PlayerId) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
         VALUES (?1, ?2, ?3, 'pending', ?4, ?4, ?5)
         ON CONFLICT DO UPDATE SET outcome = 'pending', round = coalesce(round, 0) + 1, calls = 0, unknown = 0, temporary = 0,
             claimed_by = NULL, claim = claim + 1, next_attempt_at = ?4, finished_at = NULL, priority = 0, deleted = 0,
             version = ?5
         WHERE outcome IN ('failed', 'gave_up') OR deleted = 1",
        params![tester, key, generation, Millis(tx.now()), tx.version()],
    )?;
    set_tester(tx, key, Some(tester))?;
    tx.wake_work();
    Ok(())
}

/// Begins a check of a code that is over. Returns whether there is a player to check it with. Players of `guild` come
/// first, then players who have not received the code, then those who were never asked or were asked longest ago.
fn ask_about(tx: &Tx<'_>, key: &CodeKey, row: &OnFile, guild: AllianceId) -> rusqlite::Result<bool> {
    let generation = row.generation
        + u32::from(row.is_counted || row.verdict.needs_new_generation(was_posted(tx, key, row.generation)?));
    let sql = format!(
        "SELECT p.player_id {TESTERS} AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = p.player_id
                 AND d.code_key = ?2 AND d.generation = ?3 AND d.outcome IN ('pending', 'already', 'granted') AND d.deleted = 0)
         ORDER BY g.guild_id = ?1 DESC,
             EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = p.player_id AND d.code_key = ?2
                     AND d.outcome IN ('already', 'granted')),
             (SELECT d.finished_at FROM redemptions d WHERE d.player_id = p.player_id AND d.code_key = ?2 AND d.generation = ?3),
             p.player_id LIMIT 1"
    );
    let tester = tx.statement(&sql)?.query_row(params![guild, key, generation], |row| row.get(0)).optional()?;
    if let Some(tester) = tester {
        begin(tx, key, generation, tester)?;
    }
    Ok(tester.is_some())
}

/// Begins a test of a code whose posts wait for it, if possible with a player of another guild than the previous
/// tester. If there is only one player, that player is the tester again.
fn test(tx: &Tx<'_>, key: &CodeKey, generation: u32, instance: i64) -> rusqlite::Result<()> {
    let pending = "SELECT d.player_id FROM redemptions d INDEXED BY redemptions_pending_by_code
        JOIN players p ON p.player_id = d.player_id AND p.state IS NOT NULL
            AND coalesce(p.state_check, '') NOT IN ('searching', 'not_found', 'no_such_player')
        WHERE d.code_key = ?1 AND d.generation = ?2 AND d.outcome = 'pending' AND d.deleted = 0 AND d.priority = 0
          AND d.calls = 0 AND (d.claimed_by IS NULL OR d.claimed_by <> ?3)";
    let latest = "(SELECT e.queue FROM redemptions e INDEXED BY redemptions_evidence
        WHERE e.code_key = ?1 AND e.generation = ?2 AND e.outcome <> 'pending' AND e.priority = 0
        ORDER BY e.finished_at DESC LIMIT 1)";
    let checked_once = format!(
        "SELECT d.player_id FROM redemptions d INDEXED BY redemptions_evidence
         WHERE d.code_key = ?1 AND d.generation = ?2 AND d.outcome <> 'pending' AND d.outcome = 'failed' AND d.priority = 0
           AND d.deleted = 0
           AND coalesce(d.round, 0) = 0 AND d.status IN ({}) LIMIT 1",
        over_statuses()
    );
    let mut tester: Option<PlayerId> = None;
    for sql in [format!("{pending} AND d.queue IS NOT {latest} LIMIT 1"), format!("{pending} LIMIT 1")] {
        if tester.is_none() {
            let values = params![key, generation, instance];
            tester = tx.statement(&sql)?.query_row(values, |row| row.get(0)).optional()?;
        }
    }
    if tester.is_none() {
        tester = tx.statement(&checked_once)?.query_row(params![key, generation], |row| row.get(0)).optional()?;
    }
    tester.map_or(Ok(()), |tester| begin(tx, key, generation, tester))
}

/// Begins the checks that are due now, a few at a time. Returns when the next one is due.
pub(in crate::store) fn begin_due(tx: &Tx<'_>, instance: i64) -> rusqlite::Result<Option<Timestamp>> {
    let now = Millis(tx.now());
    let held: Vec<(CodeKey, u32)> = tx
        .statement(&format!(
            "SELECT c.code_key, c.generation FROM codes c INDEXED BY codes_held
             WHERE c.hold_until > ?1 AND c.condemned IS NULL AND c.good_at IS NULL AND c.deleted = 0 AND NOT {UNDER_WAY}
             ORDER BY c.hold_until LIMIT ?2"
        ))?
        .query_map(params![now, MAX_BEGUN], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (key, generation) in held {
        test(tx, &key, generation, instance)?;
    }
    let since = tx.now().checked_sub(verdict::WANTED_FOR).unwrap_or(Timestamp::MIN);
    let over = format!(
        "c.condemned IS NOT NULL AND c.deleted = 0 AND (c.expires_at IS NULL OR c.expires_at > ?1) AND NOT {UNDER_WAY}"
    );
    let added = format!(
        "SELECT c.code_key, c.check_at FROM guild_codes k INDEXED BY guild_codes_added JOIN codes c ON c.code_key = k.code_key
         WHERE k.added_at > ?2 AND k.wanted = 1 AND k.deleted = 0 AND {over}"
    );
    let wanted = format!(
        "SELECT c.code_key, c.check_at FROM codes c INDEXED BY codes_to_check WHERE c.listed = 1 AND {over} UNION {added}"
    );
    let due: Vec<CodeKey> = tx
        .statement(&format!(
            "SELECT code_key FROM ({wanted}) WHERE coalesce(check_at, 0) <= ?1 ORDER BY check_at LIMIT ?3"
        ))?
        .query_map(params![now, Millis(since), MAX_BEGUN], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for key in due {
        let Some(mut row) = find(tx, &key)? else { continue };
        if !ask_about(tx, &key, &row, NO_GUILD)? {
            row.verdict.postpone(tx.now());
            put(tx, &key, &row.verdict)?;
        }
    }
    let next = format!("SELECT min(max(coalesce(check_at, 0), ?1)) FROM ({wanted})");
    let next = tx.statement(&next)?.query_row(params![now, Millis(since)], |row| row.get::<_, Option<Millis>>(0))?;
    Ok(next.map(|Millis(at)| at))
}

/// Begins a check of a code that is over, preferably with a player of `guild`.
pub(in crate::store) fn ask_now(tx: &Tx<'_>, key: &CodeKey, guild: AllianceId) -> rusqlite::Result<CheckStart> {
    let Some(mut row) = find(tx, key)? else { return Ok(CheckStart::NotOver) };
    let expired = row.expires_at.filter(|at| *at <= tx.now());
    if row.verdict.over.is_none() {
        let Some(expired) = expired else { return Ok(CheckStart::NotOver) };
        // So far only the feeds reported that the code is over.
        row.verdict.over = Some((Status::TimeError, expired));
        row.verdict.postpone(tx.now());
        put(tx, key, &row.verdict)?;
    }
    let under_way = format!("SELECT 1 FROM codes c WHERE c.code_key = ?1 AND {UNDER_WAY}");
    let is_asked = tx.statement(&under_way)?.exists([key])? || ask_about(tx, key, &row, guild)?;
    Ok(if is_asked { CheckStart::Begun } else { CheckStart::Nobody })
}
