//! The alliances of a server.
//!
//! A row of the table `guilds` is an alliance. While nobody adds a second one, a server has one row at most, with the
//! server's own id, and a server without a row has its first alliance all the same. That row is also the server's: what
//! concerns the whole server stands there, even after its alliance was removed.

use std::collections::BTreeSet;

use rusqlite::{Connection, Row, ToSql, params};

use crate::domain::codes::code::Code;
use crate::domain::players::alliance_name::{self, MAX_ALLIANCES};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::ports::MessageId;
use crate::store::handles::Guilds;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::tallies;

/// An alliance, as people choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alliance {
    pub id: AllianceId,
    /// `None` while nobody named it: then it is the server's only one, or was.
    pub name: Option<String>,
    /// Where its codes are posted.
    pub channel: Option<ChannelId>,
    pub auto_redeem: bool,
    /// The number of players on its roster.
    pub players: u32,
}

impl Alliance {
    fn first_of(server: GuildId) -> Self {
        Self { id: AllianceId::first_of(server), name: None, channel: None, auto_redeem: false, players: 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllianceAdded {
    Added,
    /// This interaction has added it already.
    Known,
    NameTaken,
    /// The server has [`MAX_ALLIANCES`].
    TooMany,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllianceRenamed {
    Renamed,
    NameTaken,
    Gone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllianceRemoved {
    /// With so many players on its roster.
    Removed(u32),
    /// The server's only one stays.
    Last,
    Gone,
}

/// The column `alliance` of a query in which `g` is a row of `guilds`: its name, where its server has several.
pub(in crate::store) const NAME_AMONG_SEVERAL: &str =
    "iif((SELECT count(*) FROM guilds s WHERE (s.guild_id = coalesce(g.server_id, g.guild_id)
              OR s.server_id = coalesce(g.server_id, g.guild_id)) AND s.deleted = 0 AND s.disbanded_at IS NULL) > 1,
         g.name, NULL) AS alliance";

const OF_SERVER: &str = "(guild_id = ?1 OR server_id = ?1) AND deleted = 0 AND disbanded_at IS NULL";

fn alliance(row: &Row<'_>) -> rusqlite::Result<Alliance> {
    Ok(Alliance {
        id: row.get(0)?,
        name: row.get(1)?,
        channel: row.get(2)?,
        auto_redeem: row.get(3)?,
        players: row.get(4)?,
    })
}

fn stored(connection: &Connection, server: GuildId) -> rusqlite::Result<Vec<Alliance>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT guild_id, name, channel_id, auto_redeem,
                (SELECT count(*) FROM rosters r WHERE r.guild_id = g.guild_id AND r.deleted = 0)
         FROM guilds g WHERE {OF_SERVER} ORDER BY coalesce(rank, 0), guild_id"
    ))?;
    statement.query_map(params![server], alliance)?.collect()
}

/// A server's alliances in their order. A server of which nothing is stored has its first one.
fn of_server(connection: &Connection, server: GuildId) -> rusqlite::Result<Vec<Alliance>> {
    let found = stored(connection, server)?;
    Ok(if found.is_empty() { vec![Alliance::first_of(server)] } else { found })
}

fn is_taken(alliances: &[Alliance], name: &str, except: Option<AllianceId>) -> bool {
    let others = alliances.iter().filter(|it| Some(it.id) != except);
    others.filter_map(|it| it.name.as_deref()).any(|known| alliance_name::is_same(known, name))
}

/// Stores an order, and lets waiting redemptions queue by it.
fn store_order(tx: &Tx<'_>, order: &[AllianceId]) -> rusqlite::Result<()> {
    for (rank, id) in order.iter().enumerate() {
        let rank = u32::try_from(rank).unwrap_or(u32::MAX);
        tx.execute(
            "UPDATE guilds SET rank = ?2, version = ?3 WHERE guild_id = ?1 AND coalesce(rank, 0) <> ?2",
            params![id, rank, tx.version()],
        )?;
    }
    for id in order {
        requeue(tx, *id)?;
    }
    Ok(())
}

/// Lets the waiting redemptions of an alliance's players choose their queue again. The queue is of this file alone.
fn requeue(tx: &Tx<'_>, alliance: AllianceId) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE redemptions SET queue = NULL WHERE outcome = 'pending' AND deleted = 0 AND queue IS NOT NULL
           AND player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?1 AND deleted = 0)",
        [alliance],
    )
}

/// Removes an alliance. Its posts, its batches and their numbers stay as history.
fn disband(tx: &Tx<'_>, id: AllianceId) -> rusqlite::Result<u32> {
    // The numbers of a batch are counted over the roster, which goes.
    tallies::count_alliance(tx, id)?;
    tx.execute(
        "UPDATE runs SET finished_at = coalesce(finished_at, ?2), summarised = 1, version = ?3
         WHERE guild_id = ?1 AND deleted = 0 AND (finished_at IS NULL OR summarised IS NOT 1)",
        params![id, Millis(tx.now()), tx.version()],
    )?;
    requeue(tx, id)?;
    super::removal::put_aside(tx, id)?;
    let players = tx.execute(
        "UPDATE rosters SET deleted = 1, version = ?2 WHERE guild_id = ?1 AND deleted = 0",
        params![id, tx.version()],
    )?;
    // Nobody could name the alliance any more to take its roles away.
    tx.execute(
        "UPDATE access_roles SET deleted = 1, version = ?2 WHERE alliance_id = ?1 AND deleted = 0",
        params![id, tx.version()],
    )?;
    tx.execute(
        "UPDATE posts SET deleted = 1, version = ?2 WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0",
        params![id, tx.version()],
    )?;
    tx.execute(
        "UPDATE guilds SET channel_id = NULL, channel_kind = NULL, mention_role = NULL, mention_roles = NULL,
             id_channel = NULL, id_channel_since = NULL, auto_redeem = 0, digest_due = 0, paused = NULL,
             resume_at = NULL, disbanded_at = ?2, version = ?3
         WHERE guild_id = ?1",
        params![id, Millis(tx.now()), tx.version()],
    )?;
    tx.wake_plan();
    tx.wake_work();
    Ok(u32::try_from(players).unwrap_or(u32::MAX))
}

impl Guilds {
    /// A server's alliances, in the order in which they go when all are due. There is always one.
    pub async fn alliances(&self, server: GuildId) -> Result<Vec<Alliance>, StoreError> {
        self.read(move |connection| Ok(of_server(connection, server)?)).await
    }

    /// The alliances that were removed from a server, the latest first: at most as many as a server may have.
    pub async fn past_alliances(&self, server: GuildId) -> Result<Vec<Alliance>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT guild_id, name, channel_id, auto_redeem, 0 FROM guilds
                 WHERE (guild_id = ?1 OR server_id = ?1) AND deleted = 0 AND disbanded_at IS NOT NULL
                 ORDER BY disbanded_at DESC LIMIT ?2",
            )?;
            let rows = statement.query_map(params![server, MAX_ALLIANCES], alliance)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The servers that have several alliances and have not removed the bot.
    pub async fn servers_with_several(&self) -> Result<BTreeSet<GuildId>, StoreError> {
        self.read(|connection| Ok(servers_with_several(connection)?)).await
    }

    /// Adds an alliance to a server, as the last in the order. `first_name` is the name of an alliance that has none yet.
    pub async fn add_alliance(
        &self,
        server: GuildId,
        id: AllianceId,
        name: String,
        first_name: String,
    ) -> Result<AllianceAdded, StoreError> {
        self.write(move |tx| {
            super::ensure(tx, AllianceId::first_of(server))?;
            let known = stored(tx.connection(), server)?;
            if tx.statement("SELECT 1 FROM guilds WHERE guild_id = ?1")?.exists([id])? {
                return Ok(AllianceAdded::Known);
            }
            if known.len() >= MAX_ALLIANCES as usize {
                return Ok(AllianceAdded::TooMany);
            }
            if is_taken(&known, &name, None) {
                return Ok(AllianceAdded::NameTaken);
            }
            for unnamed in known.iter().filter(|it| it.name.is_none()) {
                tx.execute(
                    "UPDATE guilds SET name = ?2, version = ?3 WHERE guild_id = ?1",
                    params![unnamed.id, first_name, tx.version()],
                )?;
            }
            tx.execute(
                "INSERT INTO guilds (guild_id, server_id, name, version) VALUES (?1, ?2, ?3, ?4)",
                params![id, server, name, tx.version()],
            )?;
            let order: Vec<AllianceId> = known.iter().map(|it| it.id).chain([id]).collect();
            store_order(tx, &order)?;
            Ok(AllianceAdded::Added)
        })
        .await
    }

    pub async fn rename_alliance(
        &self,
        server: GuildId,
        id: AllianceId,
        name: String,
    ) -> Result<AllianceRenamed, StoreError> {
        self.write(move |tx| {
            if id == AllianceId::first_of(server) {
                super::ensure(tx, id)?;
            }
            let known = stored(tx.connection(), server)?;
            if known.iter().all(|it| it.id != id) {
                return Ok(AllianceRenamed::Gone);
            }
            if is_taken(&known, &name, Some(id)) {
                return Ok(AllianceRenamed::NameTaken);
            }
            tx.execute(
                "UPDATE guilds SET name = ?2, version = ?3 WHERE guild_id = ?1 AND name IS NOT ?2",
                params![id, name, tx.version()],
            )?;
            Ok(AllianceRenamed::Renamed)
        })
        .await
    }

    /// Removes an alliance with its roster, its channel and its settings. Its past posts, batches and redemptions stay. A
    /// server keeps one alliance; which one does not matter.
    pub async fn remove_alliance(&self, server: GuildId, id: AllianceId) -> Result<AllianceRemoved, StoreError> {
        self.write(move |tx| {
            let known = stored(tx.connection(), server)?;
            if known.iter().all(|it| it.id != id) {
                return Ok(AllianceRemoved::Gone);
            }
            if known.len() == 1 {
                return Ok(AllianceRemoved::Last);
            }
            let players = disband(tx, id)?;
            let order: Vec<AllianceId> = known.iter().map(|it| it.id).filter(|known| *known != id).collect();
            store_order(tx, &order)?;
            Ok(AllianceRemoved::Removed(players))
        })
        .await
    }

    /// Gives an alliance this place, counted from 0, in the order of its server. Returns the new order.
    pub async fn place_alliance(
        &self,
        server: GuildId,
        id: AllianceId,
        place: usize,
    ) -> Result<Vec<Alliance>, StoreError> {
        self.write(move |tx| {
            let mut order: Vec<AllianceId> = stored(tx.connection(), server)?.iter().map(|it| it.id).collect();
            if let Some(at) = order.iter().position(|known| *known == id) {
                order.remove(at);
                order.insert(place.min(order.len()), id);
                store_order(tx, &order)?;
                tx.wake_work();
            }
            Ok(of_server(tx.connection(), server)?)
        })
        .await
    }

    /// The alliances of a server for which a message with these codes was posted, in their order. A message may be there before
    /// its id is stored: then it is one that is being posted in one of these channels. Empty for a message that is no post.
    pub async fn alliances_of_post(
        &self,
        server: GuildId,
        message: MessageId,
        channels: &[ChannelId],
        codes: &[Code],
    ) -> Result<Vec<AllianceId>, StoreError> {
        let list = |items: Vec<String>| serde_json::to_string(&items).unwrap_or_else(|_| "[]".to_owned());
        let channels = list(channels.iter().map(ToString::to_string).collect());
        let codes = list(codes.iter().map(|code| code.key().to_string()).collect());
        self.read(move |connection| {
            let of_posts = |posts: &str, values: &[&dyn ToSql]| -> rusqlite::Result<Vec<AllianceId>> {
                let sql = format!(
                    "SELECT guild_id FROM guilds WHERE {OF_SERVER} AND guild_id IN (SELECT p.guild_id FROM posts p {posts})
                     ORDER BY coalesce(rank, 0), guild_id"
                );
                connection.prepare_cached(&sql)?.query_map(values, |row| row.get(0))?.collect()
            };
            let known = of_posts(
                "INDEXED BY posts_by_message WHERE p.message_id = ?2 AND p.deleted = 0",
                &[&server, &message.0.cast_signed()],
            )?;
            if !known.is_empty() {
                return Ok(known);
            }
            Ok(of_posts(
                "INDEXED BY posts_waiting WHERE p.code_key IN (SELECT value FROM json_each(?2)) AND p.message_id IS NULL
                   AND p.deleted = 0 AND p.attempted_at IS NOT NULL
                   AND CAST(p.channel_id AS TEXT) IN (SELECT value FROM json_each(?3))",
                &[&server, &codes, &channels],
            )?)
        })
        .await
    }
}

/// The servers that have several alliances and have not removed the bot.
pub(in crate::store) fn servers_with_several(connection: &Connection) -> rusqlite::Result<BTreeSet<GuildId>> {
    // Only a server to which an alliance was added can have several.
    let mut statement = connection.prepare_cached(
        "SELECT server_id FROM (SELECT DISTINCT server_id FROM guilds INDEXED BY guilds_by_server WHERE server_id IS NOT NULL) a
         WHERE (SELECT count(*) FROM guilds g WHERE (g.guild_id = a.server_id OR g.server_id = a.server_id)
                  AND g.deleted = 0 AND g.disbanded_at IS NULL AND g.removed_at IS NULL) > 1",
    )?;
    statement.query_map([], |row| row.get(0))?.collect()
}
