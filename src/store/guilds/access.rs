//! The roles that may manage the bot in a server.

use rusqlite::params;

use crate::domain::players::access::{AccessRole, MAX_ACCESS_ROLES};
use crate::domain::players::player::{AllianceId, GuildId};
use crate::store::handles::Guilds;
use crate::store::kernel::StoreError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessAdded {
    New,
    Known,
    /// The server names [`MAX_ACCESS_ROLES`] roles already.
    TooMany,
}

/// How the table names the whole server.
const WHOLE_SERVER: AllianceId = AllianceId(0);

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
            if tx.statement(known)?.exists(key)? {
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

    /// Returns whether the server named the role.
    pub async fn remove_access_role(&self, server: GuildId, access: AccessRole) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let removed = tx.execute(
                "UPDATE access_roles SET deleted = 1, version = ?4
                 WHERE server_id = ?1 AND alliance_id = ?2 AND role_id = ?3 AND deleted = 0",
                params![server, access.alliance.unwrap_or(WHOLE_SERVER), access.role, tx.version()],
            )?;
            Ok(removed > 0)
        })
        .await
    }
}
