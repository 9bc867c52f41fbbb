//! Checks. A check asks the game about a code with one call for one player of a roster.
//!
//! A check is a real redemption of that player, the tester. It becomes due ahead of all others; its claims, attempts
//! and answers work as for any other redemption. A new code is tested this way before it is posted. A code that is over
//! is checked again while somebody still wants it (`domain/codes/verdict`). If people saw that a code was over, it is
//! checked in its next generation, which begins once the code is good.

mod asking;
mod views;

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::codes::invalidation;
use crate::domain::codes::verdict::{self, Checked, CodeEvidence, Verdict};
use crate::domain::players::player::{AllianceId, PlayerId};

use crate::store::redemptions::claim::{self, Claim};

use crate::store::batches;
use crate::store::kernel::{Millis, Tx};
pub(in crate::store) use asking::{ask_now, begin_due};
pub use views::OverCode;

/// Players that may test a code although nobody requested it for them: players with a state that the game did not refuse on the rosters of
/// guilds with auto-redemption, and of the guild `?1`, which requested the check itself.
const TESTERS: &str = "FROM guilds g JOIN rosters r ON r.guild_id = g.guild_id AND r.deleted = 0
    JOIN players p ON p.player_id = r.player_id AND p.deleted = 0 AND p.state IS NOT NULL
        AND coalesce(p.state_check, '') NOT IN ('searching', 'not_found', 'no_such_player')
    WHERE g.deleted = 0 AND g.removed_at IS NULL AND (g.auto_redeem = 1 OR g.guild_id = ?1)";

/// For checks that no guild requested.
const NO_GUILD: AllianceId = AllianceId(0);

/// Whether a check has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStart {
    /// A check is under way.
    Begun,
    /// There is no player to check the code with: no roster has a player with a known state.
    Nobody,
    NotOver,
}

/// What an answer shows about the code itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// Set if this answer invalidated the code for everybody.
    pub invalidated: Option<Invalidated>,
    /// Set if this was a check of a code that was over: its result, and when the next check is due.
    pub checked: Option<(Checked, Option<Timestamp>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalidated {
    pub status: Status,
    /// The number of redemptions that were stopped without a call.
    pub stopped: usize,
}

/// The stored facts about a code's checks.
struct OnFile {
    generation: u32,
    verdict: Verdict,
    tester: Option<PlayerId>,
    hold_until: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    /// The redemptions of this generation are counted already, so later ones need a new generation.
    is_counted: bool,
}

fn millis(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Millis>>(column)?.map(|Millis(at)| at))
}

fn find(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<Option<OnFile>> {
    tx.statement(
        "SELECT generation, condemned, condemned_at, good_at, coalesce(checks, 0), unclear, check_at, tester, hold_until,
                expires_at, EXISTS (SELECT 1 FROM tallies t WHERE t.code_key = codes.code_key
                                    AND t.generation = codes.generation AND t.guild_id = 0)
         FROM codes WHERE code_key = ?1 AND deleted = 0",
    )?
    .query_row([key], |row| {
        let why: Option<Status> = row.get(1)?;
        let since = millis(row, 2)?.unwrap_or(Timestamp::UNIX_EPOCH);
        let verdict = Verdict {
            over: why.map(|why| (why, since)),
            good_at: millis(row, 3)?,
            checks: row.get(4)?,
            unclear: row.get(5)?,
            check_at: millis(row, 6)?,
        };
        Ok(OnFile {
            generation: row.get(0)?,
            verdict,
            tester: row.get(7)?,
            hold_until: millis(row, 8)?,
            expires_at: millis(row, 9)?,
            is_counted: row.get(10)?,
        })
    })
    .optional()
}

/// Stores a verdict and clears the tester, whose answer has arrived.
fn put(tx: &Tx<'_>, key: &CodeKey, verdict: &Verdict) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE codes SET condemned = ?2, condemned_at = ?3, good_at = ?4, checks = ?5, unclear = ?6, check_at = ?7,
             tester = NULL, version = ?8
         WHERE code_key = ?1",
        params![
            key,
            verdict.over.as_ref().map(|(why, _)| why),
            verdict.over.as_ref().map(|(_, since)| Millis(*since)),
            verdict.good_at.map(Millis),
            verdict.checks,
            verdict.unclear,
            verdict.check_at.map(Millis),
            tx.version()
        ],
    )
}

fn set_tester(tx: &Tx<'_>, key: &CodeKey, tester: Option<PlayerId>) -> rusqlite::Result<usize> {
    tx.execute("UPDATE codes SET tester = ?2 WHERE code_key = ?1", params![key, tester])
}

fn release_posts(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<()> {
    tx.execute("UPDATE codes SET hold_until = NULL WHERE code_key = ?1 AND hold_until IS NOT NULL", [key])?;
    tx.wake_plan();
    Ok(())
}

/// Counts the players to test with, up to two.
fn count_testers(tx: &Tx<'_>) -> rusqlite::Result<u32> {
    let sql = format!("SELECT count(*) FROM (SELECT DISTINCT p.player_id {TESTERS} LIMIT 2)");
    tx.statement(&sql)?.query_row([NO_GUILD], |row| row.get(0))
}

/// Whether people saw the code in this generation, or may have seen it.
fn was_posted(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM posts WHERE code_key = ?1 AND generation = ?2 AND (message_id IS NOT NULL OR attempted_at IS NOT NULL)";
    tx.statement(sql)?.exists(params![key, generation])
}

fn over_statuses() -> String {
    let names: Vec<String> = verdict::over_statuses().map(|status| format!("'{}'", status.name())).collect();
    names.join(", ")
}

/// Makes redemptions due again that failed because the code was over, in a new round of attempts.
fn retry_over(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE redemptions SET outcome = 'pending', round = coalesce(round, 0) + 1, calls = 0, unknown = 0, temporary = 0,
             claimed_by = NULL, claim = claim + 1, next_attempt_at = ?3, finished_at = NULL, priority = 0, version = ?4
         WHERE code_key = ?1 AND generation = ?2 AND outcome = 'failed' AND status IN ({}) AND deleted = 0",
        over_statuses()
    );
    tx.execute(&sql, params![key, generation, Millis(tx.now()), tx.version()])?;
    batches::reopen(tx, key, generation)?;
    tx.wake_plan();
    tx.wake_work();
    Ok(())
}

/// Begins the code's next generation, or continues the present one, and clears an expiry that has passed.
fn renew(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE codes SET generation = ?2, expires_at = iif(expires_at <= ?3, NULL, expires_at), hold_until = NULL, version = ?4
         WHERE code_key = ?1",
        params![key, generation, Millis(tx.now()), tx.version()],
    )?;
    retry_over(tx, key, generation)
}

/// Handles a code that a feed lists for the first time: a new code, or one that a person typed before (`is_typed`).
/// Verdicts from people's own attempts applied only to those people, so their redemptions become due again and the code
/// is tested. Posts wait for the test if one is possible: there is an engine (`has_engine`), and a player to test with.
pub(in crate::store) fn listed(tx: &Tx<'_>, key: &CodeKey, is_typed: bool, has_engine: bool) -> rusqlite::Result<()> {
    let Some(mut row) = find(tx, key)? else { return Ok(()) };
    if is_typed {
        if row.is_counted || (row.verdict.over.is_some() && was_posted(tx, key, row.generation)?) {
            // People who typed the code wait for it in the new generation.
            tx.execute(
                "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
                 SELECT player_id, code_key, ?2 + 1, 'pending', ?3, ?3, ?4 FROM redemptions
                 WHERE code_key = ?1 AND generation = ?2 AND outcome = 'failed' AND priority = 1 AND deleted = 0
                 ON CONFLICT DO NOTHING",
                params![key, row.generation, Millis(tx.now()), tx.version()],
            )?;
            row.generation += 1;
        }
        if row.verdict.over.is_some() {
            row.verdict = Verdict::default();
            put(tx, key, &row.verdict)?;
        }
        renew(tx, key, row.generation)?;
    }
    if has_engine && row.verdict.good_at.is_none() && count_testers(tx)? > 0 {
        let until = tx.now().checked_add(verdict::FIRST_TEST_HOLD).unwrap_or(Timestamp::MAX);
        tx.execute("UPDATE codes SET hold_until = ?2 WHERE code_key = ?1", params![key, Millis(until)])?;
        tx.wake_work();
    }
    Ok(())
}

/// Handles a code that a feed lists again after it was over or long absent. A new generation begins, and the code
/// counts as over until the game has been asked, which happens at once. If there is no player to ask for, the feed
/// alone decides and the code counts as good. Returns whether it counts as good.
pub(in crate::store) fn returned(tx: &Tx<'_>, key: &CodeKey, min_absence: Duration) -> rusqlite::Result<bool> {
    let Some(OnFile { generation, mut verdict, .. }) = find(tx, key)? else { return Ok(false) };
    if count_testers(tx)? == 0 {
        put(tx, key, &Verdict::default())?;
        renew(tx, key, generation + 1)?;
        return Ok(true);
    }
    if verdict.listed_again(tx.now(), min_absence, tx.now()) {
        put(tx, key, &Verdict { good_at: None, ..verdict })?;
        tx.execute(
            "UPDATE codes SET generation = generation + 1, version = ?2 WHERE code_key = ?1",
            params![key, tx.version()],
        )?;
        tx.wake_plan();
    }
    tx.wake_work();
    Ok(false)
}

/// Handles a feed that reports a later expiry than before. If the code is over, it is checked soon.
pub(in crate::store) fn ends_later(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<()> {
    if let Some(OnFile { mut verdict, tester: None, .. }) = find(tx, key)?
        && verdict.over.is_some()
    {
        verdict.hasten(tx.now());
        put(tx, key, &verdict)?;
        tx.wake_work();
    }
    Ok(())
}

/// Derives from a final answer what it shows about the code itself.
pub(in crate::store) fn judge(tx: &Tx<'_>, claim: &Claim, status: &Status, instance: i64) -> rusqlite::Result<Judged> {
    let key = claim.code.key();
    let Some(OnFile { generation, mut verdict, tester, hold_until, .. }) = find(tx, &key)? else {
        return Ok(Judged::default());
    };
    let is_tester = tester == Some(claim.player);
    if verdict.over.is_some() {
        // Redemptions that were under way when the code became over show nothing new.
        if !is_tester || claim.generation < generation {
            return Ok(Judged::default());
        }
        let checked = verdict.answered(status, tx.now());
        put(tx, &key, &verdict)?;
        if checked == Checked::GoodAgain {
            renew(tx, &key, claim.generation)?;
        }
        return Ok(Judged { checked: Some((checked, verdict.check_at)), ..Judged::default() });
    }
    let evidence = "SELECT coalesce(round, 0) > 0 FROM redemptions
                    WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND priority = 0";
    let is_repeated: Option<bool> =
        tx.statement(evidence)?.query_row(params![claim.player, key, claim.generation], |row| row.get(0)).optional()?;
    let (Some(is_repeated), true) = (is_repeated, claim.generation == generation) else {
        return Ok(Judged::default());
    };
    if is_tester {
        set_tester(tx, &key, None)?;
    }
    match verdict::evidence(status) {
        CodeEvidence::Good if verdict.good_at.is_none() => {
            tx.execute(
                "UPDATE codes SET good_at = ?2, version = ?3 WHERE code_key = ?1",
                params![key, Millis(tx.now()), tx.version()],
            )?;
            release_posts(tx, &key)?;
        }
        CodeEvidence::Requires if hold_until.is_some() => release_posts(tx, &key)?,
        CodeEvidence::Over => {
            let latest = claim::latest_answers(tx, &key, generation)?;
            let others_left = "SELECT 1 FROM redemptions INDEXED BY redemptions_pending_by_code
                WHERE code_key = ?1 AND generation = ?2 AND outcome = 'pending' AND deleted = 0 AND priority = 0";
            let is_alone = !tx.statement(others_left)?.exists(params![key, generation])?;
            let by_one = is_alone && is_repeated && invalidation::is_enough_alone(status);
            let why = invalidation::verdict(&latest).or_else(|| by_one.then(|| status.clone()));
            let Some(why) = why else {
                doubt(tx, &key, hold_until)?;
                return Ok(Judged::default());
            };
            verdict.invalidate(why.clone(), tx.now());
            put(tx, &key, &verdict)?;
            // Wakes the poster. Messages that show the code as good need a correction, and codes first seen together
            // with this one stop waiting for it.
            release_posts(tx, &key)?;
            let stopped = claim::stop(tx, &key, generation, &why, instance)?;
            return Ok(Judged { invalidated: Some(Invalidated { status: why, stopped }), checked: None });
        }
        CodeEvidence::Good | CodeEvidence::Requires | CodeEvidence::Nothing => {}
    }
    Ok(Judged::default())
}

/// Handles one answer that contradicts a code. Posts that wait for the code's test now wait for a second player's
/// answer.
fn doubt(tx: &Tx<'_>, key: &CodeKey, hold_until: Option<Timestamp>) -> rusqlite::Result<()> {
    if hold_until.is_some_and(|until| until > tx.now()) {
        let until = tx.now().checked_add(verdict::CONFIRMATION_HOLD).unwrap_or(Timestamp::MAX);
        tx.execute("UPDATE codes SET hold_until = ?2 WHERE code_key = ?1", params![key, Millis(until)])?;
        // Codes that were first seen together with this one stop waiting for it.
        tx.wake_plan();
    }
    Ok(())
}
