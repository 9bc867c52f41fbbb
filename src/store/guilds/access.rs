//! The roles that may manage the bot in a server.

use rusqlite::params;

use crate::domain::players::access::{AccessRole, MAX_ACCESS_ROLES};
use crate::domain::players::player::{AllianceId, GuildId, RoleId};
use crate::store::handles::Guilds;
use crate::store::kernel::{StoreError, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessAdded {
    New,
    Known,
    /// The server names [`MAX_ACCESS_ROLES`] roles already.
    TooMany,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessRemoved {
    Removed,
    /// The server does not name the role there.
    NotNamed,
    /// The role is named for the whole server, so it cannot be taken from one alliance.
    OfWholeServer,
}

/// How the table names the whole server.
const WHOLE_SERVER: AllianceId = AllianceId(0);

fn is_of_whole_server(tx: &Tx<'_>, server: GuildId, role: RoleId) -> rusqlite::Result<bool> {
    tx.statement(
        "SELECT 1 FROM access_roles WHERE server_id = ?1 AND alliance_id = ?2 AND role_id = ?3 AND deleted = 0",
    )?
    .exists(params![server, WHOLE_SERVER, role])
}

impl Guilds {
    /// The roles that a server names, in a stable order: those for the whole server first.
    pub async fn access_roles(&self, server: GuildId) -> Result<Vec<AccessRole>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT alliance_id, role_id FROM access_roles WHERE server_id = ?1 AND deleted = 0 ORDER BY 1, 2",
            )?;
            let rows = statement.query_map([server], |row| {
                let alliance: AllianceId = row.get(0)?;
                Ok(AccessRole {
                    alliance: Some(alliance).filter(|alliance| *alliance != WHOLE_SERVER),
                    role: row.get(1)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub async fn add_access_role(&self, server: GuildId, access: AccessRole) -> Result<AccessAdded, StoreError> {
        self.write(move |tx| {
            super::ensure(tx, AllianceId::first_of(server))?;
            let count: u32 = tx
                .statement("SELECT count(*) FROM access_roles WHERE server_id = ?1 AND deleted = 0")?
                .query_row([server], |row| row.get(0))?;
            let key = params![server, access.alliance.unwrap_or(WHOLE_SERVER), access.role];
            let known = "SELECT 1 FROM access_roles
                         WHERE server_id = ?1 AND alliance_id = ?2 AND role_id = ?3 AND deleted = 0";
            if tx.statement(known)?.exists(key)? || is_of_whole_server(tx, server, access.role)? {
                return Ok(AccessAdded::Known);
            }
            if count >= MAX_ACCESS_ROLES {
                return Ok(AccessAdded::TooMany);
            }
            tx.execute(
                "INSERT INTO access_roles (server_id, alliance_id, role_id, version) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET deleted = 0, version = excluded.version",
                params![server, access.alliance.unwrap_or(WHOLE_SERVER), access.role, tx.version()],
            )?;
            Ok(AccessAdded::New)
        })
        .await
    }

    /// Takes the role away from its alliance; without one from the whole server and each alliance.
    pub async fn remove_access_role(&self, server: GuildId, access: AccessRole) -> Result<AccessRemoved, StoreError> {
        self.write(move |tx| {
            if access.alliance.is_some() && is_of_whole_server(tx, server, access.role)? {
                return Ok(AccessRemoved::OfWholeServer);
            }
            let removed = tx.execute(
                "UPDATE access_roles SET deleted = 1, version = ?4
                 WHERE server_id = ?1 AND (?2 IS NULL OR alliance_id = ?2) AND role_id = ?3 AND deleted = 0",
                params![server, access.alliance, access.role, tx.version()],
            )?;
            Ok(if removed > 0 { AccessRemoved::Removed } else { AccessRemoved::NotNamed })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::clock::Clock;
    use crate::store::Store;
    use crate::store::kernel::StateKind;

    #[tokio::test]
    async fn a_role_is_taken_away_from_one_alliance_or_from_all() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(jiff::Timestamp::from_second(1_760_000_000).unwrap());
        let store = Store::open(&folder.path().join("state.db"), StateKind::Bot, clock).unwrap();
        let guilds = store.guilds();
        let (here, other) = (GuildId(7), GuildId(8));
        let named = |alliance: Option<u64>, role| AccessRole { alliance: alliance.map(AllianceId), role: RoleId(role) };
        for access in [named(Some(7), 1), named(Some(70), 1), named(Some(70), 2)] {
            assert_eq!(guilds.add_access_role(here, access).await.unwrap(), AccessAdded::New);
        }
        guilds.add_access_role(other, named(Some(8), 1)).await.unwrap();
        let left = async || guilds.access_roles(here).await.unwrap();
        let remove = async |access| guilds.remove_access_role(here, access).await.unwrap();
        assert_eq!(remove(named(Some(70), 1)).await, AccessRemoved::Removed);
        // What a role may do in the whole server is neither given nor taken for one alliance.
        assert_eq!(guilds.add_access_role(here, named(None, 1)).await.unwrap(), AccessAdded::New);
        assert_eq!(guilds.add_access_role(here, named(Some(70), 1)).await.unwrap(), AccessAdded::Known);
        assert_eq!(remove(named(Some(7), 1)).await, AccessRemoved::OfWholeServer);
        assert_eq!(left().await, [named(None, 1), named(Some(7), 1), named(Some(70), 2)]);
        // With one alliance left, people cannot name it.
        assert_eq!(remove(named(None, 1)).await, AccessRemoved::Removed);
        assert_eq!(remove(named(None, 2)).await, AccessRemoved::Removed);
        assert_eq!(remove(named(None, 2)).await, AccessRemoved::NotNamed);
        assert_eq!(left().await, []);
        assert_eq!(guilds.access_roles(other).await.unwrap(), [named(Some(8), 1)]);
    }
}
