//! Posts: the intent is written first (`planning`), then the message is sent, then its id is recorded (invariant 1).

mod corrections;
pub(super) mod planning;
pub(super) mod publications;

pub use planning::{GuildPlan, Plan, Planned};

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Row, params};

use crate::domain::codes::channel::ShownState;
use crate::domain::codes::post_plan::{self, MessageKind};
use crate::domain::players::player::ChannelId;
use crate::ports::{AnnouncedCode, Announcement, Posted};
use crate::runtime::wake::Wake;
use crate::store::batches::{AT_ONCE_MS, SEEN_AT};
use crate::store::guilds;
use crate::store::handles::PostQueue;
use crate::store::kernel::{Millis, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueMessage {
    pub announcement: Announcement,
    pub attempts: u32,
}

/// The result of an attempt that, as far as is known, did not send a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPosted {
    /// Whether this attempt or an earlier one may have sent the message.
    pub maybe_sent: bool,
    /// When to try again.
    pub next: Timestamp,
    /// The channel's reason, if it refused the message. The guild's admins are notified if refusals continue.
    pub refusal: Option<String>,
}

/// The first waiting message of each guild that can be posted to. Kinds that only a newer program knows are left to
/// that program.
const HEADS: &str = "FROM guilds g JOIN posts p ON p.guild_id = g.guild_id
    WHERE g.channel_id IS NOT NULL AND g.deleted = 0 AND g.removed_at IS NULL
      AND (g.paused IS NULL OR g.resume_at IS NOT NULL)
      AND p.message_id IS NULL AND p.deleted = 0
      AND (p.nonce, p.position) = (SELECT nonce, position FROM posts
                                   WHERE guild_id = g.guild_id AND message_id IS NULL AND deleted = 0
                                     AND kind IN ('new', 'digest', 'more')
                                   ORDER BY planned_at, position, nonce LIMIT 1)";

/// The known codes of the message with the nonce `?1`.
const CODES: &str = "FROM posts p JOIN codes c USING (code_key) WHERE p.nonce = ?1 AND p.deleted = 0";

/// When a guild's first message may be sent.
const DUE_AT: &str = "max(p.next_attempt_at, iif(g.paused IS NULL, 0, g.resume_at))";

/// A new code is not posted during its first test, for at most 5 s. Codes that were first seen at the same moment wait
/// for each other's tests, so that they share one message. If an answer contradicts a code, that code alone waits for a
/// second answer.
pub(super) const NOT_HELD: &str = "(c.hold_until IS NULL OR c.hold_until <= ?1)
    AND NOT EXISTS (SELECT 1 FROM codes o INDEXED BY codes_held
                    WHERE o.hold_until > ?1 AND o.hold_until <= ?1 + 5000 AND o.first_seen_at = c.first_seen_at
                      AND o.hold_until = o.first_seen_at + 5000 AND o.condemned IS NULL AND o.deleted = 0)";

/// A short, unique name for a message: `prefix` and the version in base 36. Later names sort after earlier ones for
/// some centuries, until a digit is added.
pub(super) fn nonce(prefix: char, version: i64) -> String {
    let mut rest = version.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        digits.extend(char::from_digit((rest % 36) as u32, 36));
        rest /= 36;
    }
    digits.push(prefix);
    digits.iter().rev().collect()
}

fn announcement(row: &Row<'_>) -> rusqlite::Result<DueMessage> {
    Ok(DueMessage {
        announcement: Announcement {
            nonce: row.get("nonce")?,
            server: row.get("server_id")?,
            guild: row.get("guild_id")?,
            channel: row.get::<_, ChannelId>("channel_id")?,
            channel_kind: row.get("channel_kind")?,
            roles: guilds::mention_roles(row.get("mention_role")?, row.get("mention_roles")?),
            is_auto: row.get("auto_redeem")?,
            language: guilds::server_language(row)?,
            kind: row.get::<_, MessageKind>("kind")?,
            total: row.get::<_, u32>("total")? as usize,
            codes: Vec::new(),
            attempted_at: row.get::<_, Option<Millis>>("attempted_at")?.map(|Millis(at)| at),
            is_moved: row.get("is_moved")?,
        },
        attempts: row.get("attempts")?,
    })
}

fn announced_code(row: &Row<'_>) -> rusqlite::Result<AnnouncedCode> {
    Ok(AnnouncedCode {
        code: row.get("code")?,
        generation: row.get("generation")?,
        rewards: row.get("rewards")?,
        expires_at: row.get::<_, Option<Millis>>("expires_at")?.map(|Millis(at)| at),
        source: row.get("source")?,
        checked: row.get("checked")?,
    })
}

impl PostQueue {
    /// Woken when a code, guild, roster or post changed, so that there may be something to plan or post.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.plan_wake
    }

    /// The next message of every guild that has one due now, the longest planned first. Messages that were planned at
    /// the same moment are ordered by `post_plan::sending_order`. A guild's messages are sent in their order: if the
    /// first one fails, only that guild's other messages wait.
    pub async fn due_messages(&self) -> Result<Vec<DueMessage>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            // If the message may already have been sent to an earlier channel, it is searched for there.
            let language = guilds::SERVER_LANGUAGE;
            let mut heads = connection.prepare_cached(&format!(
                "SELECT p.nonce, p.guild_id, coalesce(g.server_id, g.guild_id) AS server_id, g.mention_role, g.mention_roles, g.auto_redeem, p.kind,
                        p.total, p.attempted_at, p.attempts, p.planned_at,
                        iif(p.attempted_at IS NULL, g.channel_id, coalesce(p.channel_id, g.channel_id)) AS channel_id,
                        p.attempted_at IS NOT NULL AND coalesce(p.channel_id, g.channel_id) <> g.channel_id AS is_moved,
                        iif(p.attempted_at IS NULL OR coalesce(p.channel_id, g.channel_id) = g.channel_id, g.channel_kind, NULL)
                            AS channel_kind,
                        {language}
                 {HEADS} AND {DUE_AT} <= ?1"
            ))?;
            let mut codes = connection.prepare_cached(&format!(
                "SELECT c.code, p.generation, c.rewards, c.expires_at, c.source,
                        c.good_at IS NOT NULL AND c.condemned IS NULL AND c.generation = p.generation AS checked
                 {CODES} ORDER BY p.position"
            ))?;
            let rows = heads.query_map([Millis(now)], |row| {
                let (due, planned_at) = (announcement(row)?, row.get::<_, i64>("planned_at")?);
                Ok(((planned_at, post_plan::sending_order(due.announcement.guild, planned_at)), due))
            })?;
            let mut due: Vec<((i64, u64), DueMessage)> = rows.collect::<Result<_, _>>()?;
            due.sort_by_key(|(place, _)| *place);
            let mut due: Vec<DueMessage> = due.into_iter().map(|(_, due)| due).collect();
            for message in &mut due {
                let rows = codes.query_map([&message.announcement.nonce], announced_code)?;
                message.announcement.codes = rows.collect::<Result<_, _>>()?;
            }
            Ok(due)
        })
        .await
    }

    /// The first time after `after` at which a waiting message is due; `None` if there is none.
    pub async fn next_post_at(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT min({DUE_AT}) {HEADS} AND {DUE_AT} > ?1");
            let at: Option<Millis> = connection.prepare_cached(&sql)?.query_row([Millis(after)], |row| row.get(0))?;
            Ok(at.map(|Millis(at)| at))
        })
        .await
    }

    /// Records the intent to send a message with this number of codes, before it is sent. Returns false if the message
    /// has changed: a code was invalidated, or another instance's progress with it arrived from MongoDB, perhaps while
    /// this intent was replicated. The message must not be sent then. The next query shows which message is due.
    ///
    /// # Errors
    /// Returns an error if the write fails or this instance may not act (any more); the message must not be sent then.
    pub async fn begin_post(&self, nonce: String, channel: ChannelId, codes: usize) -> Result<bool, StoreError> {
        let (message, codes) = (nonce.clone(), u32::try_from(codes).unwrap_or(u32::MAX));
        let begun = self.write_intent(move |tx| {
            tx.execute(
                "UPDATE posts SET attempts = attempts + 1, attempted_at = coalesce(attempted_at, ?2), channel_id = ?3,
                     version = ?4
                 WHERE nonce = ?1 AND message_id IS NULL AND deleted = 0",
                params![message, Millis(tx.now()), channel, tx.version()],
            )?;
            Ok(())
        });
        begun.await?.1?;
        self.read(move |connection| {
            let mut is_still = connection.prepare_cached(&format!(
                "SELECT count(*) = ?2 AND total(p.message_id IS NULL) > 0 {CODES}
                   AND (p.message_id IS NOT NULL OR p.attempted_at IS NOT NULL)"
            ))?;
            Ok(is_still.query_row(params![nonce, codes], |row| row.get(0))?)
        })
        .await
    }

    /// Notes that a message was sent. This ends a pause of its guild. Returns how long ago each of its codes was first seen,
    /// where the post was planned within an hour of that.
    ///
    /// # Errors
    /// Returns an error if the write fails or this instance may no longer act. The message then stays due, here or for
    /// the leader, and its nonce keeps it from being sent twice.
    pub async fn record_posted(&self, message: Announcement, posted: Posted) -> Result<Vec<Duration>, StoreError> {
        let ages = self.write(move |tx| {
            for code in &message.codes {
                let shows = match posted.is_as_given {
                    true => ShownState::Good(code.expires_at).stored(),
                    false => ShownState::UNKNOWN.to_owned(),
                };
                tx.execute(
                    "UPDATE posts SET message_id = ?4, posted_at = ?5, shown = ?6, version = ?7
                     WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3 AND message_id IS NULL",
                    params![
                        message.guild,
                        code.code.key(),
                        code.generation,
                        posted.id.0.cast_signed(),
                        Millis(tx.now()),
                        shows,
                        tx.version()
                    ],
                )?;
            }
            if let (None, Some(kind)) = (message.channel_kind, posted.channel_kind) {
                guilds::learn_kind(tx, message.channel, kind)?;
            }
            publications::note_posted(tx, &message.nonce, posted)?;
            guilds::works(tx, message.guild)?;
            Ok(since_seen(tx, &message.nonce)?)
        });
        let ages = ages.await?;
        self.0.require_leader()?;
        Ok(ages)
    }

    /// Notes that a message was not sent, or may not have been sent, and when to try again.
    ///
    /// # Errors
    /// Returns an error if the write fails; the message is then due at once.
    pub async fn record_not_posted(&self, nonce: String, failed: NotPosted) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE posts SET attempted_at = iif(?2, attempted_at, NULL), next_attempt_at = ?3, version = ?4
                 WHERE nonce = ?1 AND message_id IS NULL AND deleted = 0",
                params![nonce, failed.maybe_sent, Millis(failed.next), tx.version()],
            )?;
            if let Some(refusal) = failed.refusal {
                guilds::refuses(tx, &nonce, &refusal)?;
            }
            Ok(())
        })
        .await
    }
}

/// How long ago the codes of this message were first seen.
fn since_seen(tx: &Tx<'_>, nonce: &str) -> rusqlite::Result<Vec<Duration>> {
    let sql = format!(
        "SELECT ?2 - seen_at FROM (SELECT {SEEN_AT} AS seen_at, p.planned_at FROM posts p JOIN codes c USING (code_key)
             WHERE p.nonce = ?1 AND p.deleted = 0 AND p.generation = c.generation)
         WHERE planned_at <= seen_at + {AT_ONCE_MS}"
    );
    let mut statement = tx.statement(&sql)?;
    let ages = statement.query_map(params![nonce, Millis(tx.now())], |row| row.get::<_, i64>(0))?;
    ages.map(|age| Ok(Duration::from_millis(age?.max(0).unsigned_abs()))).collect()
}
