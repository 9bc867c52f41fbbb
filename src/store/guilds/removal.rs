//! Guilds that removed the bot. Nothing is posted or redeemed for them, but their data is kept in case they add it
//! again.

use rusqlite::params;

use crate::domain::codes::channel::Blocked;
use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::{AllianceId, GuildId};
use crate::domain::sync::version::Version;
use crate::runtime::wake::Wake;
use crate::store::batches;
use crate::store::handles::{Erasures, Guilds};
use crate::store::kernel::{Millis, StoreError, Tx};

/// Puts aside redemptions that wait for a guild's roster, unless another guild's batch or a person needs them.
pub(super) fn put_aside(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE redemptions SET deleted = 1, version = ?2
         WHERE outcome = 'pending' AND deleted = 0 AND priority = 0
           AND player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?1 AND deleted = 0)
           AND NOT EXISTS (SELECT 1 FROM links l WHERE l.player_id = redemptions.player_id AND l.deleted = 0)
           AND NOT EXISTS (SELECT 1 FROM rosters o JOIN guilds g ON g.guild_id = o.guild_id AND g.removed_at IS NULL
                           JOIN runs u ON u.guild_id = o.guild_id AND u.code_key = redemptions.code_key
                                AND u.generation = redemptions.generation AND u.finished_at IS NULL AND u.deleted = 0
                           WHERE o.player_id = redemptions.player_id AND o.deleted = 0)",
        params![guild, tx.version()],
    )
}

/// Resumes redemptions that were put aside for a guild's batches, if the code is still active. Returns the number of
/// codes.
fn take_up(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<usize> {
    let active = super::active_code("?2");
    let of_guild = format!(
        "redemptions.deleted = 1
         AND redemptions.player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?2 AND deleted = 0)
         AND (redemptions.code_key, redemptions.generation) IN (
             SELECT u.code_key, u.generation FROM runs u JOIN codes c ON c.code_key = u.code_key
             WHERE u.guild_id = ?2 AND u.deleted = 0 AND {active})"
    );
    let now = Millis(tx.now());
    let codes: Vec<(CodeKey, u32)> = tx
        .statement(&format!("SELECT DISTINCT code_key, generation FROM redemptions WHERE {of_guild}"))?
        .query_map(params![now, guild], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let sql = format!(
        "UPDATE redemptions SET deleted = 0, queue = NULL, next_attempt_at = ?1, version = ?3 WHERE {of_guild}"
    );
    tx.execute(&sql, params![now, guild, tx.version()])?;
    for (key, generation) in &codes {
        batches::reopen(tx, key, *generation)?;
    }
    Ok(codes.len())
}

/// The alliances of a server, those that were removed too.
fn rows_of(tx: &Tx<'_>, server: GuildId) -> rusqlite::Result<Vec<AllianceId>> {
    tx.statement("SELECT guild_id FROM guilds WHERE guild_id = ?1 OR server_id = ?1 ORDER BY 1")?
        .query_map([server], |row| row.get(0))?
        .collect()
}

impl Guilds {
    /// All known guilds, and whether each has removed the bot.
    pub async fn known_guilds(&self) -> Result<Vec<(GuildId, bool)>, StoreError> {
        self.read(|connection| {
            // Files written before `removed_at` existed mark a removal by the pause alone.
            let sql = "SELECT coalesce(server_id, guild_id), max(removed_at IS NOT NULL OR paused IS ?1) FROM guilds
                 WHERE deleted = 0 GROUP BY 1 ORDER BY 1";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([Blocked::Removed], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// How many guilds have a channel for posts and have not removed the bot.
    pub async fn count_with_channel(&self) -> Result<u32, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(DISTINCT coalesce(server_id, guild_id)) FROM guilds
                       WHERE channel_id IS NOT NULL AND removed_at IS NULL AND paused IS NOT ?1 AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.query_row([Blocked::Removed], |row| row.get(0))?)
        })
        .await
    }

    /// Notes that, according to Discord, the bot is no longer in a guild. Returns whether this is new. The guild's data
    /// is kept in case the bot is added again, but nothing is posted or redeemed for it.
    pub async fn guild_removed(&self, guild: GuildId) -> Result<bool, StoreError> {
        let instance = self.0.instance();
        let is_news = self.write(move |tx| {
            let version = tx.version();
            // The removal is never dated earlier than the newest write in this file. Otherwise a clock that is behind
            // could make the removal look old.
            let at = tx.now().as_millisecond().max(Version(version).millis());
            let news = tx.execute(
                "UPDATE guilds SET removed_at = ?2, paused = ?3, resume_at = NULL, version = ?4
                 WHERE (guild_id = ?1 OR server_id = ?1) AND deleted = 0 AND removed_at IS NULL",
                params![guild, at, Blocked::Removed, version],
            )?;
            tx.execute(
                "UPDATE guilds SET removal_seen_by = ?2
                 WHERE (guild_id = ?1 OR server_id = ?1) AND removed_at IS NOT NULL",
                params![guild, instance],
            )?;
            for alliance in rows_of(tx, guild)? {
                put_aside(tx, alliance)?;
            }
            Ok(news > 0)
        });
        let is_news = is_news.await?;
        self.0.inner.erasing_wake.wake_all();
        Ok(is_news)
    }

    /// Notes that the bot is in a guild. Returns whether the guild was marked as removed. Its waiting posts and
    /// redemptions become due at once.
    pub async fn guild_returned(&self, guild: GuildId) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let returned = tx.execute(
                "UPDATE guilds SET removed_at = NULL, removal_seen_by = NULL, paused = NULL, resume_at = NULL, version = ?2
                 WHERE (guild_id = ?1 OR server_id = ?1) AND (removed_at IS NOT NULL OR paused IS ?3)",
                params![guild, tx.version(), Blocked::Removed],
            )?;
            if returned > 0 {
                for alliance in rows_of(tx, guild)? {
                    tx.execute(
                        "UPDATE posts SET next_attempt_at = ?2, version = ?3
                         WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0 AND next_attempt_at > ?2",
                        params![alliance, Millis(tx.now()), tx.version()],
                    )?;
                    take_up(tx, alliance)?;
                }
                tx.wake_plan();
                tx.wake_work();
            }
            Ok(returned > 0)
        })
        .await
    }
}

impl Erasures {
    /// Woken when there may be a guild to erase.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.erasing_wake
    }
}
