//! The groups in which redemptions wait: one for each guild and code.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::codes::code::CodeKey;
use crate::domain::limits::fair_queue::Group;
use crate::domain::players::player::{AllianceId, GuildId};
use crate::store::kernel::{Millis, Tx};

/// Puts redemptions that have no queue yet into the queue of the player's smallest server, and there of the alliance that is
/// first in the server's order.
pub(in crate::store) fn enqueue(tx: &Tx<'_>) -> rusqlite::Result<()> {
    let waits = "queue IS NULL AND outcome = 'pending' AND deleted = 0";
    let any = format!("SELECT 1 FROM redemptions INDEXED BY redemptions_queue WHERE {waits} LIMIT 1");
    if tx.statement(&any)?.exists([])? {
        let sql = format!(
            "WITH sizes AS MATERIALIZED (
                 SELECT coalesce(g.server_id, r.guild_id) AS server, count(*) AS size
                 FROM rosters r LEFT JOIN guilds g ON g.guild_id = r.guild_id WHERE r.deleted = 0 GROUP BY 1)
             UPDATE redemptions SET queue = coalesce(
                 (SELECT r.guild_id FROM rosters r LEFT JOIN guilds g ON g.guild_id = r.guild_id
                  JOIN sizes s ON s.server = coalesce(g.server_id, r.guild_id)
                  WHERE r.player_id = redemptions.player_id AND r.deleted = 0
                  ORDER BY s.size, s.server, coalesce(g.rank, 0), r.guild_id LIMIT 1), 0)
             WHERE {waits}"
        );
        tx.execute(&sql, [])?;
    }
    Ok(())
}

/// The groups in which something waits, found by jumping through the index from one group to the next.
pub(in crate::store) fn groups(connection: &Connection) -> rusqlite::Result<Vec<Group>> {
    let mut next = connection.prepare_cached(
        "SELECT d.queue, d.code_key, d.generation FROM redemptions d INDEXED BY redemptions_queue
         WHERE d.outcome = 'pending' AND d.deleted = 0 AND (d.queue, d.code_key, d.generation) > (?1, ?2, ?3)
         ORDER BY d.queue, d.code_key, d.generation LIMIT 1",
    )?;
    let mut place = connection
        .prepare_cached("SELECT coalesce(server_id, guild_id), coalesce(rank, 0) FROM guilds WHERE guild_id = ?1")?;
    let mut places: BTreeMap<AllianceId, (GuildId, u32)> = BTreeMap::new();
    let mut end = connection.prepare_cached("SELECT expires_at FROM codes WHERE code_key = ?1")?;
    // `None` if the code is not known here yet.
    let mut ends: BTreeMap<CodeKey, Option<Option<Timestamp>>> = BTreeMap::new();
    let mut found = Vec::new();
    let (mut queue, mut text, mut number) = (i64::MIN, String::new(), 0u32);
    loop {
        let mut rows = next.query(params![queue, text, number])?;
        let Some(row) = rows.next()? else { return Ok(found) };
        (queue, text, number) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (guild, key): (AllianceId, CodeKey) = (row.get(0)?, row.get(1)?);
        let expires_at = match ends.get(&key) {
            Some(at) => *at,
            None => {
                let at: Option<Option<Millis>> = end.query_row([&key], |row| row.get(0)).optional()?;
                *ends.entry(key.clone()).or_insert(at.map(|at| at.map(|Millis(at)| at)))
            }
        };
        let Some(expires_at) = expires_at else { continue };
        let (server, rank) = match places.get(&guild) {
            Some(known) => *known,
            None => {
                let known = place.query_row([guild], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                *places.entry(guild).or_insert(known.unwrap_or((GuildId(guild.0), 0)))
            }
        };
        found.push(Group { guild, server, rank, key, generation: number, expires_at });
    }
}
