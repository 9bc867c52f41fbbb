//! Erases for good: a user's data on request, guilds that removed the bot, and records that nobody needs any more.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use crate::domain::codes::code::{CodeKey, NAMED};
use crate::domain::players::player::{AllianceId, PlayerId, UserId};
use crate::domain::sync::erasure::{KEPT_FOR, LEFT_FOR, REMOVED_FOR, UNNEEDED_FOR};
use crate::domain::sync::record::{RecordKind, Root, Value};
use crate::domain::sync::version::Version;
use crate::store::drafts;
use crate::store::handles::Erasures;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::sync::{erase, forget, read_keys};

/// The result of a user's request to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Accounts that were linked.
    pub links: u32,
    /// Accounts that are erased with all their redemptions.
    pub erased: Vec<PlayerId>,
    /// Linked accounts that stay, because they are on a server's roster or another user linked them.
    pub kept: Vec<PlayerId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasedGuild {
    pub guild: AllianceId,
    /// Players who were on its roster.
    pub players: u32,
    /// Codes that were posted there.
    pub posts: u32,
}

/// A condition: nobody needs the player `p`. No roster and no link has it, nor had it after `?1`; nothing waits for it, and nothing
/// was requested or reported for it after `?2`.
const UNNEEDED_PLAYER: &str = "p.version <= ?2
    AND NOT EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id AND (r.deleted = 0 OR r.version > ?1))
    AND NOT EXISTS (SELECT 1 FROM links l WHERE l.player_id = p.player_id AND (l.deleted = 0 OR l.version > ?1))
    AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = p.player_id AND d.deleted = 0
                    AND (d.outcome = 'pending' OR d.version > ?2))";

fn first_version(at: Timestamp) -> i64 {
    Version::at(at).0
}

fn before(now: Timestamp, age: SignedDuration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::MIN)
}

fn int(id: impl Into<u64>) -> Value {
    Value::Int(id.into().cast_signed())
}

fn is_had(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<bool> {
    tx.statement(
        "SELECT 1 FROM rosters WHERE player_id = ?1 AND deleted = 0
         UNION ALL SELECT 1 FROM links WHERE player_id = ?1 AND deleted = 0",
    )?
    .exists([player])
}

impl Erasures {
    /// Erases everything that is known of a user: all present and past links, and the linked players whom nobody else has.
    pub async fn forget_user(&self, user: UserId) -> Result<Forgotten, StoreError> {
        self.write(move |tx| {
            let links: Vec<(PlayerId, bool)> = tx
                .statement("SELECT player_id, deleted = 0 FROM links WHERE user_id = ?1 ORDER BY linked_at, player_id")?
                .query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            erase(tx, Root::User, &int(user.0))?;
            let mut forgotten = Forgotten::default();
            for (player, is_linked) in links {
                forgotten.links += u32::from(is_linked);
                if !is_had(tx, player)? {
                    erase(tx, Root::Player, &int(player.get()))?;
                    forgotten.erased.push(player);
                } else if is_linked {
                    forgotten.kept.push(player);
                }
            }
            drafts::forget_with(tx, &forgotten.erased)?;
            tx.wake_work();
            Ok(forgotten)
        })
        .await
    }

    /// Erases one guild that removed the bot 30 days ago, if Discord confirmed that in this session. Players whom nobody else has are
    /// then unneeded ([`Self::erase_unneeded_players`]).
    pub async fn erase_removed_guild(&self) -> Result<Option<ErasedGuild>, StoreError> {
        let instance = self.0.instance();
        self.write(move |tx| {
            let sql = "SELECT guild_id FROM guilds WHERE removed_at <= ?1 AND removal_seen_by = ?2 LIMIT 1";
            let since = Millis(before(tx.now(), REMOVED_FOR));
            let found: Option<AllianceId> =
                tx.statement(sql)?.query_row(params![since, instance], |row| row.get(0)).optional()?;
            let Some(guild) = found else { return Ok(None) };
            let count = |sql: &str| tx.statement(sql)?.query_row([guild], |row| row.get(0));
            let erased = ErasedGuild {
                guild,
                players: count("SELECT count(*) FROM rosters WHERE guild_id = ?1 AND deleted = 0")?,
                posts: count("SELECT count(*) FROM posts WHERE guild_id = ?1 AND message_id IS NOT NULL")?,
            };
            erase(tx, Root::Guild, &int(guild.0))?;
            drafts::forget_of(tx, guild)?;
            Ok(Some(erased))
        })
        .await
    }

    /// Erases at most `limit` players whom nobody needs. Returns how many. They came with a removed guild or one request, or left the
    /// last roster long ago.
    pub async fn erase_unneeded_players(&self, limit: u32) -> Result<usize, StoreError> {
        let now = self.0.inner.clock.now();
        let (left, asked) = (first_version(before(now, LEFT_FOR)), first_version(before(now, UNNEEDED_FOR)));
        // This reads all players, so it must not delay writers.
        let found: Vec<PlayerId> = self
            .read(move |connection| {
                let sql = format!("SELECT p.player_id FROM players p WHERE {UNNEEDED_PLAYER} LIMIT ?3");
                let mut statement = connection.prepare_cached(&sql)?;
                let rows = statement.query_map(params![left, asked, limit], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await?;
        if found.is_empty() {
            return Ok(0);
        }
        self.write(move |tx| {
            let still = format!("SELECT 1 FROM players p WHERE {UNNEEDED_PLAYER} AND p.player_id = ?3");
            let mut erased = 0;
            for player in found {
                if tx.statement(&still)?.exists(params![left, asked, player])? {
                    erase(tx, Root::Player, &int(player.get()))?;
                    erased += 1;
                }
            }
            Ok(erased)
        })
        .await
    }

    /// Erases one code that was only typed by people and that nobody needs any more: no feed ever listed it, no guild added, removed,
    /// posted or started it, and all its redemptions have been decided for 48 hours. Returns whether there was one.
    pub async fn erase_stale_typed_code(&self) -> Result<bool, StoreError> {
        self.write(|tx| {
            let since = Millis(before(tx.now(), UNNEEDED_FOR));
            let found: Option<CodeKey> = tx
                .statement(
                    "SELECT code_key FROM codes c
                     WHERE c.source = ?2 AND c.listed = 0 AND c.first_seen_at <= ?1
                       AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.code_key = c.code_key)
                       AND NOT EXISTS (SELECT 1 FROM guild_codes k WHERE k.code_key = c.code_key AND k.deleted = 0)
                       AND NOT EXISTS (SELECT 1 FROM posts p WHERE p.code_key = c.code_key AND p.deleted = 0)
                       AND NOT EXISTS (SELECT 1 FROM runs u WHERE u.code_key = c.code_key AND u.deleted = 0)
                       AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.code_key = c.code_key
                                       AND d.outcome = 'pending' AND d.deleted = 0)
                       AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.code_key = c.code_key
                                       AND d.outcome <> 'pending' AND d.finished_at > ?1)
                     LIMIT 1",
                )?
                .query_row(params![since, NAMED], |row| row.get(0))
                .optional()?;
            if let Some(key) = &found {
                erase(tx, Root::Code, &Value::Text(key.as_str().to_owned()))?;
            }
            Ok(found.is_some())
        })
        .await
    }

    /// Drops at most `limit` old erasures. Returns how many.
    pub async fn forget_erasures(&self, limit: u32) -> Result<usize, StoreError> {
        self.write(move |tx| {
            let since = Millis(before(tx.now(), KEPT_FOR));
            let sql = "SELECT mark FROM erasures WHERE erased_at < ?1 LIMIT ?2";
            let old = read_keys(tx.connection(), RecordKind::Erasures, sql, params![since, limit])?;
            Ok(forget(tx, RecordKind::Erasures, &old, "TRUE")?)
        })
        .await
    }

    /// Nothing may be erased before this time.
    pub async fn set_erase_after(&self, at: Timestamp) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            // From now on the file knows of this time.
            tx.version();
            let sql = "INSERT INTO meta (key, value) VALUES ('erase_after', ?1)
                       ON CONFLICT DO UPDATE SET value = excluded.value";
            tx.execute(sql, [Millis(at)])?;
            Ok(())
        })
        .await
    }

    /// When something may be erased again, if that was ever postponed.
    pub async fn erase_after(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT value FROM meta WHERE key = 'erase_after'";
            let after: Option<Millis> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
            Ok(after.map(|Millis(at)| at))
        })
        .await
    }

    /// The newest time that the file knew of when it was opened, and the monotonic clock's time at that moment.
    pub fn time_before_opening(&self) -> (Timestamp, Duration) {
        self.0.inner.before_opening
    }
}

#[cfg(test)]
mod tests;
