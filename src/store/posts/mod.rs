//! Posts: the intent is written first (`planning`), then the message is sent, then its id is recorded (invariant 1).

mod corrections;
pub(super) mod planning;
pub(super) mod publications;

pub use planning::{GuildPlan, Plan, Planned};

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::domain::codes::channel::ShownState;
use crate::domain::codes::post_plan::{self, MessageKind};
use crate::domain::players::player::{ChannelId, RoleId};
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

/// The first waiting message of each guild that can be posted to. A message that several alliances of a server share is that
/// of the first of them that can be posted to. Kinds that only a newer program knows are left to that program.
const HEADS: &str = "FROM guilds g JOIN posts p ON p.guild_id = g.guild_id
    WHERE g.channel_id IS NOT NULL AND g.deleted = 0 AND g.removed_at IS NULL
      AND (g.paused IS NULL OR g.resume_at IS NOT NULL)
      AND p.message_id IS NULL AND p.deleted = 0
      AND (p.nonce, p.position) = (SELECT nonce, position FROM posts
                                   WHERE guild_id = g.guild_id AND message_id IS NULL AND deleted = 0
                                     AND kind IN ('new', 'digest', 'more')
                                   ORDER BY planned_at, position, nonce LIMIT 1)
      AND NOT EXISTS (SELECT 1 FROM posts o JOIN guilds og ON og.guild_id = o.guild_id
                      WHERE o.nonce = p.nonce AND o.guild_id < p.guild_id AND o.message_id IS NULL AND o.deleted = 0
                        AND og.channel_id IS NOT NULL AND og.deleted = 0 AND og.removed_at IS NULL
                        AND (og.paused IS NULL OR og.resume_at IS NOT NULL))";

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
            roles: Vec::new(),
            is_auto: false,
            language: guilds::server_language(row)?,
            alliances: Vec::new(),
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

/// For whom a message is posted.
pub(super) struct Audience {
    /// The roles to mention, each once.
    pub roles: Vec<RoleId>,
    /// The alliances' names, in their order; empty while their server has one alliance.
    pub names: Vec<String>,
    /// The codes are redeemed for all of them without anybody's request.
    pub is_auto: bool,
}

impl Audience {
    fn address(self, announcement: &mut Announcement) {
        let Self { roles, names, is_auto } = self;
        (announcement.roles, announcement.alliances, announcement.is_auto) = (roles, names, is_auto);
    }
}

pub(super) fn audience(connection: &Connection, nonce: &str) -> rusqlite::Result<Audience> {
    let mut statement = connection.prepare_cached(
        "SELECT g.mention_role, g.mention_roles, g.name, g.auto_redeem,
                (SELECT count(*) FROM guilds s WHERE (s.guild_id = coalesce(g.server_id, g.guild_id)
                     OR s.server_id = coalesce(g.server_id, g.guild_id)) AND s.deleted = 0 AND s.disbanded_at IS NULL) > 1
         FROM guilds g WHERE g.deleted = 0 AND g.disbanded_at IS NULL
           AND g.guild_id IN (SELECT guild_id FROM posts WHERE nonce = ?1 AND deleted = 0)
         ORDER BY coalesce(g.rank, 0), g.guild_id",
    )?;
    let mut audience = Audience { roles: Vec::new(), names: Vec::new(), is_auto: true };
    let mut rows = statement.query([nonce])?;
    while let Some(row) = rows.next()? {
        for role in guilds::mention_roles(row.get(0)?, row.get(1)?) {
            if !audience.roles.contains(&role) {
                audience.roles.push(role);
            }
        }
        let (name, is_one_of_several): (Option<String>, bool) = (row.get(2)?, row.get(4)?);
        audience.names.extend(name.filter(|_| is_one_of_several));
        audience.is_auto &= row.get::<_, bool>(3)?;
    }
    Ok(audience)
}

/// Takes back the waiting posts of a message that was certainly not sent, if its alliances do not have one channel any more,
/// or another alliance's message may be in the channel: they are planned anew. A server with one alliance keeps its message.
fn part(tx: &Tx<'_>, nonce: &str) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE posts SET deleted = 1, version = ?2
         WHERE nonce = ?1 AND message_id IS NULL AND deleted = 0 AND attempted_at IS NULL
           AND EXISTS (SELECT 1 FROM posts p JOIN guilds g ON g.guild_id = p.guild_id
                       WHERE p.nonce = ?1 AND p.message_id IS NULL AND p.deleted = 0 AND p.channel_id IS NOT g.channel_id
                         AND (g.server_id IS NOT NULL OR EXISTS (SELECT 1 FROM guilds s WHERE s.server_id = g.guild_id)))",
        params![nonce, tx.version()],
    )
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
                "SELECT p.nonce, p.guild_id, coalesce(g.server_id, g.guild_id) AS server_id, p.kind,
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
                 {CODES} GROUP BY p.code_key, p.generation ORDER BY p.position"
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
                audience(connection, &message.announcement.nonce)?.address(&mut message.announcement);
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
                "SELECT count(DISTINCT p.code_key) = ?2 AND total(p.message_id IS NULL) > 0 {CODES}
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
                     WHERE (guild_id = ?1 OR (nonce = ?8 AND deleted = 0)) AND code_key = ?2 AND generation = ?3
                       AND message_id IS NULL",
                    params![
                        message.guild,
                        code.code.key(),
                        code.generation,
                        posted.id.0.cast_signed(),
                        Millis(tx.now()),
                        shows,
                        tx.version(),
                        message.nonce
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
            if !failed.maybe_sent {
                part(tx, &nonce)?;
            }
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
             WHERE p.nonce = ?1 AND p.deleted = 0 AND p.generation = c.generation GROUP BY p.code_key)
         WHERE planned_at <= seen_at + {AT_ONCE_MS}"
    );
    let mut statement = tx.statement(&sql)?;
    let ages = statement.query_map(params![nonce, Millis(tx.now())], |row| row.get::<_, i64>(0))?;
    ages.map(|age| Ok(Duration::from_millis(age?.max(0).unsigned_abs()))).collect()
}
