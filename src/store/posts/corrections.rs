//! Corrections of messages that show outdated facts about their codes.
//!
//! The state that a message shows is stored with its posts. The state that it should show follows from the codes. If
//! the two differ, for whatever reason, the message is edited until they match.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{Audience, audience};
use crate::domain::codes::channel::{OverReason, ShownState};
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::players::player::AllianceId;
use crate::ports::{AnnouncedCode, Correction, MessageId};
use crate::store::guilds;
use crate::store::handles::PostQueue;
use crate::store::kernel::{Millis, StoreError};

/// Limits how many of a guild's corrections are postponed at once.
const MOST_PUT_OFF: u32 = 1000;

/// The state that a message should show for a code's present generation, in the format of [`ShownState`]. `?1` is now.
const SHOULD: &str = "CASE WHEN c.condemned IS NOT NULL THEN 'condemned ' || c.condemned
    WHEN c.expires_at <= ?1 THEN 'expired' ELSE 'good' || coalesce(' until ' || c.expires_at, '') END";

/// Selects the posts that do not show the right state. Each part searches an index for these posts only, so correct
/// posts cost nothing, however many there are. Posts from before the shown state was stored only have a flag that says
/// whether they show the code as over. A code that was reactivated and is over again in its new generation has no newer
/// post, so its old post may show either that it was renewed or that it is over.
fn wrong() -> String {
    let posted = "p.message_id IS NOT NULL AND p.deleted = 0";
    let now = |condition: &str| {
        format!(
            "SELECT p.* FROM (SELECT c.code_key, c.generation, {SHOULD} AS words FROM codes c) s
             JOIN posts p INDEXED BY posts_shown ON p.code_key = s.code_key AND p.generation = s.generation
             WHERE {posted} AND {condition}"
        )
    };
    [
        now("p.shown < s.words"),
        now("p.shown > s.words"),
        now("p.shown IS NULL AND p.corrected = (s.words LIKE 'good%')"),
        format!(
            "SELECT p.* FROM codes c JOIN posts p INDEXED BY posts_not_renewed ON p.code_key = c.code_key
                  AND p.generation < c.generation
             WHERE {posted} AND p.shown IS NOT 'renewed'
               AND p.shown IS NOT iif(c.condemned IS NULL, 'renewed', 'condemned ' || c.condemned)"
        ),
    ]
    .join(" UNION ALL ")
}

/// The messages to edit, those that are due first at the front. `?1` is now, `?2` the limit and `?3` the guild, or NULL
/// for all guilds.
fn heads(
    connection: &Connection,
    now: Timestamp,
    limit: u32,
    of: Option<AllianceId>,
) -> rusqlite::Result<Vec<(Correction, Timestamp)>> {
    let sql = format!(
        "SELECT p.nonce, p.guild_id, p.channel_id, p.message_id, p.kind, p.total,
                max(p.next_attempt_at) AS at, {}
         FROM ({}) p JOIN guilds g ON g.guild_id = p.guild_id AND g.paused IS NULL AND g.deleted = 0
         WHERE p.message_id <> 0 AND p.channel_id IS NOT NULL AND (?3 IS NULL OR p.guild_id = ?3)
         GROUP BY p.nonce ORDER BY at, p.nonce LIMIT ?2",
        guilds::SERVER_LANGUAGE,
        wrong()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(params![Millis(now), limit, of], |row| Ok((correction(row)?, row.get::<_, Millis>("at")?.0)))?;
    rows.collect()
}

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    Ok(Correction {
        nonce: row.get(0)?,
        guild: row.get(1)?,
        channel: row.get(2)?,
        message: MessageId(row.get::<_, i64>(3)?.cast_unsigned()),
        kind: row.get::<_, MessageKind>(4)?,
        total: row.get::<_, u32>(5)? as usize,
        language: guilds::server_language(row)?,
        roles: Vec::new(),
        alliances: Vec::new(),
        is_auto: false,
        codes: Vec::new(),
    })
}

fn shown_code(row: &Row<'_>) -> rusqlite::Result<(AnnouncedCode, Option<OverReason>)> {
    let code = AnnouncedCode {
        code: row.get(0)?,
        generation: row.get(1)?,
        rewards: row.get(2)?,
        expires_at: row.get::<_, Option<Millis>>(3)?.map(|Millis(at)| at),
        source: row.get(4)?,
        checked: row.get(6)?,
    };
    Ok((code, ShownState::reason_over(&row.get::<_, String>(5)?)))
}

impl PostQueue {
    /// At most `limit` due messages that do not show the right state, longest due first, and when the next one that
    /// waits is due. Paused guilds are left out.
    pub async fn due_corrections(&self, limit: u32) -> Result<(Vec<Correction>, Option<Timestamp>), StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let found = heads(connection, now, limit, None)?;
            let next = found.iter().map(|(_, at)| *at).find(|at| *at > now);
            let mut due: Vec<Correction> = found.into_iter().filter(|(_, at)| *at <= now).map(|(it, _)| it).collect();
            let mut codes = connection.prepare_cached(&format!(
                "SELECT c.code, p.generation, c.rewards, c.expires_at, c.source,
                        iif(c.generation > p.generation AND c.condemned IS NULL, 'renewed', {SHOULD}), c.good_at IS NOT NULL
                 FROM posts p JOIN codes c USING (code_key) WHERE p.nonce = ?2 AND p.deleted = 0
                 GROUP BY p.code_key, p.generation ORDER BY p.position"
            ))?;
            for message in &mut due {
                let rows = codes.query_map(params![Millis(now), message.nonce], shown_code)?;
                message.codes = rows.collect::<Result<_, _>>()?;
                let Audience { roles, names, is_auto } = audience(connection, &message.nonce)?;
                (message.roles, message.alliances, message.is_auto) = (roles, names, is_auto);
            }
            Ok((due, next))
        })
        .await
    }

    /// Checks that a message may be corrected now. No intent is recorded: a later leader sees from the posts that the
    /// correction is still to be made.
    ///
    /// # Errors
    /// Returns an error if this instance may not act (any more); the message must not be changed then.
    pub async fn begin_correction(&self) -> Result<(), StoreError> {
        self.0.wait_for_reach().await;
        self.0.may_begin()
    }

    /// Notes that a message shows its codes as the correction has them, or that it cannot be corrected.
    ///
    /// # Errors
    /// Returns an error if the write fails; the message is then corrected again.
    pub async fn record_corrected(&self, done: Correction) -> Result<(), StoreError> {
        self.write(move |tx| {
            for (code, over) in &done.codes {
                let shows = ShownState::of(code.expires_at, over.as_ref()).stored();
                tx.execute(
                    "UPDATE posts SET shown = ?4, version = ?5
                     WHERE (guild_id = ?1 OR (nonce = ?6 AND deleted = 0)) AND code_key = ?2 AND generation = ?3
                       AND message_id IS NOT NULL AND shown IS NOT ?4",
                    params![done.guild, code.code.key(), code.generation, shows, tx.version(), done.nonce],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// Postpones a message's correction.
    ///
    /// # Errors
    /// Returns an error if the write fails; the correction is then due at once.
    pub async fn put_off_correction(&self, nonce: String, next: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE posts SET next_attempt_at = ?2, version = ?3 WHERE nonce = ?1",
                params![nonce, Millis(next), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Postpones all of a guild's corrections, because the answer to one holds for the others too.
    ///
    /// # Errors
    /// Returns an error if the write fails; the corrections then stay due as before.
    pub async fn put_off_corrections(&self, guild: AllianceId, next: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            for (message, _) in heads(tx.connection(), tx.now(), MOST_PUT_OFF, Some(guild))? {
                tx.execute(
                    "UPDATE posts SET next_attempt_at = max(next_attempt_at, ?2), version = ?3 WHERE nonce = ?1",
                    params![message.nonce, Millis(next), tx.version()],
                )?;
            }
            Ok(())
        })
        .await
    }
}
