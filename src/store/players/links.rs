//! Links: the game accounts for which a Discord user redeems.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::players::player::{MAX_LINKS, Player, PlayerId, State, UserId};
use crate::store::handles::Rosters;
use crate::store::kernel::{Millis, StoreError};
use crate::store::players;
use crate::store::state_checks::{self, IS_WRONG};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    New,
    /// The link existed; the account's state was updated.
    Known,
    /// The user has [`MAX_LINKS`] links already.
    TooMany,
}

pub(in crate::store) fn player(row: &Row<'_>) -> rusqlite::Result<Player> {
    Ok(Player { id: row.get(0)?, nickname: row.get(1)?, state: row.get(2)?, furnace_level: row.get(3)? })
}

impl Rosters {
    /// Returns a user's linked accounts, oldest link first.
    pub async fn links(&self, user: UserId) -> Result<Vec<Player>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT p.player_id, p.nickname, p.state, p.furnace_level FROM links l JOIN players p USING (player_id)
                 WHERE l.user_id = ?1 AND l.deleted = 0 ORDER BY l.linked_at, l.player_id",
            )?;
            let rows = statement.query_map([user], player)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Links an account to a user, and stores the account's state, if one is given. The account is checked in the
    /// background, unless its state is known to be right.
    pub async fn link(&self, user: UserId, account: Player) -> Result<Linked, StoreError> {
        self.link_named(user, account, None).await
    }

    /// The same, and stores the name that the user has in Discord, for an account without a name of its own.
    pub async fn link_named(
        &self,
        user: UserId,
        account: Player,
        display_name: Option<String>,
    ) -> Result<Linked, StoreError> {
        self.write(move |tx| {
            let known: Vec<PlayerId> = tx
                .statement("SELECT player_id FROM links WHERE user_id = ?1 AND deleted = 0")?
                .query_map([user], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let is_known = known.contains(&account.id);
            if !is_known && known.len() >= MAX_LINKS {
                return Ok(Linked::TooMany);
            }
            players::put(tx, &account)?;
            if is_known {
                state_checks::queue(tx, account.id)?;
                tx.execute(
                    "UPDATE links SET display_name = ?3, version = ?4
                     WHERE user_id = ?1 AND player_id = ?2 AND ?3 IS NOT NULL AND display_name IS NOT ?3",
                    params![user, account.id, display_name, tx.version()],
                )?;
                return Ok(Linked::Known);
            }
            tx.execute(
                "INSERT INTO links (user_id, player_id, linked_at, display_name, version) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET deleted = 0, linked_at = excluded.linked_at,
                     display_name = excluded.display_name, version = excluded.version",
                params![user, account.id, Millis(tx.now()), display_name, tx.version()],
            )?;
            state_checks::queue(tx, account.id)?;
            Ok(Linked::New)
        })
        .await
    }

    /// The state on file, unless the game refused it.
    pub async fn known_state(&self, player: PlayerId) -> Result<Option<State>, StoreError> {
        self.read(move |connection| {
            let sql =
                format!("SELECT p.state FROM players p WHERE p.player_id = ?1 AND p.deleted = 0 AND NOT {IS_WRONG}");
            Ok(connection.prepare_cached(&sql)?.query_row([player], |row| row.get(0)).optional()?.flatten())
        })
        .await
    }

    /// Whether the player is on any roster.
    pub async fn is_on_a_roster(&self, player: PlayerId) -> Result<bool, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT 1 FROM rosters WHERE player_id = ?1 AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.exists([player])?)
        })
        .await
    }

    /// Removes one link of a user, or all of them with `None`; returns how many.
    pub async fn unlink(&self, user: UserId, player: Option<PlayerId>) -> Result<usize, StoreError> {
        self.write(move |tx| {
            Ok(tx.execute(
                "UPDATE links SET deleted = 1, display_name = NULL, version = ?3
                 WHERE user_id = ?1 AND deleted = 0 AND (?2 IS NULL OR player_id = ?2)",
                params![user, player, tx.version()],
            )?)
        })
        .await
    }
}
