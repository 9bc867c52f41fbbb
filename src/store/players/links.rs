//! Links: the game accounts for which a Discord user redeems.

use rusqlite::{Row, params};

use crate::domain::players::player::{MAX_LINKS, Player, PlayerId, UserId};
use crate::domain::text::{NAME_CHARS, clean};
use crate::store::handles::Rosters;
use crate::store::kernel::{Millis, StoreError};
use crate::store::players;

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

    /// Links an account to a user, and stores the account's state.
    pub async fn link(&self, user: UserId, account: Player) -> Result<Linked, StoreError> {
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
                return Ok(Linked::Known);
            }
            tx.execute(
                "INSERT INTO links (user_id, player_id, linked_at, version) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET deleted = 0, linked_at = excluded.linked_at, version = excluded.version",
                params![user, account.id, Millis(tx.now()), tx.version()],
            )?;
            Ok(Linked::New)
        })
        .await
    }

    /// Stores the name by which Discord shows a user. It names the linked accounts that have no name of their own. An empty
    /// name changes nothing.
    pub async fn set_display_name(&self, user: UserId, name: &str) -> Result<(), StoreError> {
        let name = clean(name, NAME_CHARS);
        if name.is_empty() {
            return Ok(());
        }
        self.write(move |tx| {
            tx.execute(
                "UPDATE links SET display_name = ?2, version = ?3
                 WHERE user_id = ?1 AND deleted = 0 AND display_name IS NOT ?2",
                params![user, name, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Removes one link of a user, or all of them with `None`; returns how many.
    pub async fn unlink(&self, user: UserId, player: Option<PlayerId>) -> Result<usize, StoreError> {
        self.write(move |tx| {
            Ok(tx.execute(
                "UPDATE links SET deleted = 1, version = ?3
                 WHERE user_id = ?1 AND deleted = 0 AND (?2 IS NULL OR player_id = ?2)",
                params![user, player, tx.version()],
            )?)
        })
        .await
    }
}
