//! Messages that show codes which are over by now, until they say so.

use jiff::Timestamp;
use rusqlite::{Row, params};

use crate::domain::channel::Over;
use crate::domain::plan::MessageKind;
use crate::domain::status::Status;
use crate::ports::{AnnouncedCode, Correction, MessageId};

use super::sql::Millis;
use super::{Store, StoreError};

/// A code is over in a post: `?1` is now.
const OVER: &str = "(c.generation > p.generation OR c.condemned IS NOT NULL OR c.expires_at <= ?1)";

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    Ok(Correction {
        nonce: row.get(0)?,
        guild: row.get(1)?,
        channel: row.get(2)?,
        message: MessageId(row.get::<_, i64>(3)?.cast_unsigned()),
        kind: row.get::<_, MessageKind>(4)?,
        total: row.get::<_, u32>(5)? as usize,
        codes: Vec::new(),
    })
}

fn shown_code(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<(AnnouncedCode, Option<Over>)> {
    let expires_at = row.get::<_, Option<Millis>>(3)?.map(|Millis(at)| at);
    // A new generation that is over has no newer post.
    let over = if let Some(status) = row.get::<_, Option<Status>>(6)? {
        Some(Over::Condemned(status))
    } else if row.get(5)? {
        Some(Over::Renewed)
    } else {
        expires_at.is_some_and(|at| at <= now).then_some(Over::Expired)
    };
    let code = AnnouncedCode {
        code: row.get(0)?,
        generation: row.get(1)?,
        rewards: row.get(2)?,
        expires_at,
        source: row.get(4)?,
        checked: row.get(7)?,
    };
    Ok((code, over))
}

impl Store {
    /// Messages that show a code as good which is over, at most `limit`, the longest known first. Not those in guilds that
    /// are paused.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn due_corrections(&self, limit: u32) -> Result<Vec<Correction>, StoreError> {
        let now = self.inner.clock.now();
        self.read(move |connection| {
            let mut heads = connection.prepare_cached(&format!(
                "SELECT DISTINCT p.nonce, p.guild_id, p.channel_id, p.message_id, p.kind, p.total
                 FROM codes c JOIN posts p INDEXED BY posts_uncorrected ON p.code_key = c.code_key
                      AND p.message_id IS NOT NULL AND p.deleted = 0 AND p.corrected IS NOT 1
                 JOIN guilds g ON g.guild_id = p.guild_id AND g.paused IS NULL
                 WHERE p.message_id <> 0 AND p.channel_id IS NOT NULL AND p.next_attempt_at <= ?1 AND {OVER}
                 ORDER BY p.posted_at LIMIT ?2"
            ))?;
            let mut codes = connection.prepare_cached(
                "SELECT c.code, p.generation, c.rewards, c.expires_at, c.source, c.generation > p.generation, c.condemned,
                        c.good_at IS NOT NULL
                 FROM posts p JOIN codes c USING (code_key) WHERE p.nonce = ?1 AND p.deleted = 0 ORDER BY p.position",
            )?;
            let rows = heads.query_map(params![Millis(now), limit], correction)?;
            let mut due: Vec<Correction> = rows.collect::<Result<_, _>>()?;
            for message in &mut due {
                let rows = codes.query_map([&message.nonce], |row| shown_code(row, now))?;
                message.codes = rows.collect::<Result<_, _>>()?;
            }
            Ok(due)
        })
        .await
    }

    /// Notes that a message says which of its codes are over, as the correction has it; or that there is nothing to correct
    /// any more.
    ///
    /// # Errors
    /// When it cannot be written; then it is corrected again.
    pub async fn record_corrected(&self, done: Correction) -> Result<(), StoreError> {
        self.write(move |tx| {
            for (shown, _) in done.codes.iter().filter(|(_, over)| over.is_some()) {
                tx.execute(
                    "UPDATE posts SET corrected = 1, version = ?4 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3",
                    params![done.guild, shown.code.key(), shown.generation, tx.version()],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// Puts a message's correction off.
    ///
    /// # Errors
    /// When it cannot be written; then it is due at once.
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
}
