//! Joining a player list by oneself.

use rusqlite::params;

use crate::domain::players::player::{AllianceId, PlayerId, UserId};
use crate::domain::players::self_service::MAX_JOINED;
use crate::store::handles::Rosters;
use crate::store::kernel::{Millis, StoreError};
use crate::store::{batches, guilds};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    New,
    /// The account was on the list.
    Known,
    /// The list has [`MAX_JOINED`] players.
    Full,
    /// The account is not linked to this user any more.
    NotLinked,
}

impl Rosters {
    /// Puts an account that this user has linked on an alliance's roster.
    pub async fn join_roster(
        &self,
        alliance: AllianceId,
        user: UserId,
        account: PlayerId,
    ) -> Result<Joined, StoreError> {
        self.write(move |tx| {
            let linked = "SELECT 1 FROM links WHERE user_id = ?1 AND player_id = ?2 AND deleted = 0";
            if !tx.statement(linked)?.exists(params![user, account])? {
                return Ok(Joined::NotLinked);
            }
            let (count, has): (u32, bool) = tx
                .statement(
                    "SELECT count(*), coalesce(max(player_id = ?2), 0) FROM rosters WHERE guild_id = ?1 AND deleted = 0",
                )?
                .query_row(params![alliance, account], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if has {
                return Ok(Joined::Known);
            }
            if count >= MAX_JOINED {
                return Ok(Joined::Full);
            }
            guilds::ensure(tx, alliance)?;
            tx.execute(
                "INSERT INTO rosters (guild_id, player_id, added_at, version) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET deleted = 0, added_at = excluded.added_at, version = excluded.version",
                params![alliance, account, Millis(tx.now()), tx.version()],
            )?;
            batches::reopen_with(tx, account)?;
            tx.wake_plan();
            Ok(Joined::New)
        })
        .await
    }

    pub async fn is_on_roster(&self, alliance: AllianceId, account: PlayerId) -> Result<bool, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT 1 FROM rosters WHERE guild_id = ?1 AND player_id = ?2 AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.exists(params![alliance, account])?)
        })
        .await
    }
}
