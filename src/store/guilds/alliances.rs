//! The alliances of a server.
//!
//! A row of the table `guilds` is an alliance. While nobody adds a second one, a server has one row at most, with the
//! server's own id, and a server without a row has its first alliance all the same. That row is also the server's: what
//! concerns the whole server stands there, even after its alliance was removed.

use rusqlite::{Connection, Row, params};

use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::store::handles::Guilds;
use crate::store::kernel::StoreError;

/// An alliance, as people choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alliance {
    pub id: AllianceId,
    /// `None` while nobody named it: then it is the server's only one, or was.
    pub name: Option<String>,
    /// Where its codes are posted.
    pub channel: Option<ChannelId>,
}

fn alliance(row: &Row<'_>) -> rusqlite::Result<Alliance> {
    Ok(Alliance { id: row.get(0)?, name: row.get(1)?, channel: row.get(2)? })
}

/// A server's alliances in their order. A server of which nothing is stored has its first one.
pub(in crate::store) fn of_server(connection: &Connection, server: GuildId) -> rusqlite::Result<Vec<Alliance>> {
    let mut statement = connection.prepare_cached(
        "SELECT guild_id, name, channel_id FROM guilds
         WHERE (guild_id = ?1 AND server_id IS NULL OR server_id = ?1) AND deleted = 0 AND disbanded_at IS NULL
         ORDER BY coalesce(rank, 0), guild_id",
    )?;
    let found: Vec<Alliance> = statement.query_map(params![server], alliance)?.collect::<Result<_, _>>()?;
    Ok(match found.is_empty() {
        true => vec![Alliance { id: AllianceId::first_of(server), name: None, channel: None }],
        false => found,
    })
}

impl Guilds {
    /// A server's alliances, in the order in which they go when all are due. There is always one.
    pub async fn alliances(&self, server: GuildId) -> Result<Vec<Alliance>, StoreError> {
        self.read(move |connection| Ok(of_server(connection, server)?)).await
    }
}
