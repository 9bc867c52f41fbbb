//! Import of the legacy bot's state, so that messages it sent are not sent again.

use rusqlite::{OptionalExtension, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::legacy::database::LegacyDatabase;
use crate::domain::legacy::state_file::LegacyState;
use crate::domain::players::player::{AllianceId, ChannelId, Player, PlayerId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::record::Record;

use super::Merged;
use crate::store::handles::Imports;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::sync::{self, Origin};
use crate::store::{batches, codes, guilds};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Channels that the import set.
    pub channels: usize,
    /// Channels that were set before and keep their value.
    pub kept_channels: usize,
    /// Posts recorded as sent.
    pub posts: usize,
    /// Posts that were recorded before.
    pub known_posts: usize,
}

fn import_channel(tx: &Tx<'_>, guild: AllianceId, channel: ChannelId, owes_digest: bool) -> rusqlite::Result<bool> {
    guilds::ensure(tx, guild)?;
    let set = tx.execute(
        "UPDATE guilds SET channel_id = ?2, digest_due = ?3, version = ?4 WHERE guild_id = ?1 AND channel_id IS NULL",
        params![guild, channel, owes_digest, tx.version()],
    )?;
    Ok(set > 0)
}

fn import_post(tx: &Tx<'_>, guild: AllianceId, code: &Code) -> rusqlite::Result<bool> {
    guilds::ensure(tx, guild)?;
    let generation = import_code(tx, code)?;
    // Message id 0: the post was sent, but its message id is unknown.
    let taken = tx.execute(
        "INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, next_attempt_at,
                            message_id, posted_at, version)
         VALUES (?1, ?2, ?3, 'imported', 'new', 0, 1, ?4, ?4, 0, ?4, ?5) ON CONFLICT DO NOTHING",
        params![guild, code.key(), generation, Millis(tx.now()), tx.version()],
    )?;
    Ok(taken > 0)
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedDatabase {
    /// Imported channels and posts.
    pub state: Imported,
    /// Guilds in which auto-redemption was turned on.
    pub auto: usize,
    /// Players added to rosters.
    pub players: usize,
    /// Added players whose state is not known.
    pub without_state: usize,
    /// Players who were on the roster before.
    pub known_players: usize,
    /// Redemptions recorded as decided.
    pub redemptions: usize,
    /// Redemptions that were recorded before.
    pub known_redemptions: usize,
    /// One sentence for each record that was left unchanged.
    pub left: Vec<String>,
}

fn import_auto(tx: &Tx<'_>, database: &LegacyDatabase, imported: &mut ImportedDatabase) -> rusqlite::Result<()> {
    for guild in database.auto.iter().filter(|(_, enabled)| **enabled).map(|(guild, _)| *guild) {
        let known: Option<bool> = tx
            .statement("SELECT auto_redeem FROM guilds WHERE guild_id = ?1 AND deleted = 0")?
            .query_row([guild], |row| row.get(0))
            .optional()?;
        match known {
            Some(true) => {}
            // An admin may have turned it off since.
            Some(false) => imported.left.push(format!(
                "auto-redemption of the server {guild}: it is known here with it off, and stays so; turn it on there"
            )),
            None => {
                guilds::ensure(tx, guild)?;
                let sql = "UPDATE guilds SET auto_redeem = 1, version = ?2 WHERE guild_id = ?1";
                imported.auto += tx.execute(sql, params![guild, tx.version()])?;
            }
        }
    }
    Ok(())
}

/// Stores a player. An existing player stays unchanged.
fn import_player(tx: &Tx<'_>, player: &Player) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO players (player_id, nickname, state, furnace_level, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET nickname = iif(nickname = '', excluded.nickname, nickname),
             state = coalesce(state, excluded.state), furnace_level = coalesce(furnace_level, excluded.furnace_level),
             version = excluded.version
         WHERE (nickname = '' AND excluded.nickname <> '') OR (state IS NULL AND excluded.state IS NOT NULL)
             OR (furnace_level IS NULL AND excluded.furnace_level IS NOT NULL)",
        params![player.id, player.nickname, player.state, player.furnace_level, tx.version()],
    )
}

fn import_rosters(tx: &Tx<'_>, database: &LegacyDatabase, imported: &mut ImportedDatabase) -> rusqlite::Result<()> {
    for (guild, players) in &database.rosters {
        guilds::ensure(tx, *guild)?;
        let mut removed = 0;
        for player in players.values() {
            let deleted: Option<bool> = tx
                .statement("SELECT deleted FROM rosters WHERE guild_id = ?1 AND player_id = ?2")?
                .query_row(params![guild, player.id], |row| row.get(0))
                .optional()?;
            if deleted != Some(true) {
                import_player(tx, player)?;
            }
            match deleted {
                Some(true) => removed += 1,
                Some(false) => imported.known_players += 1,
                None => {
                    let sql = "INSERT INTO rosters (guild_id, player_id, added_at, version) VALUES (?1, ?2, ?3, ?4)";
                    tx.execute(sql, params![guild, player.id, Millis(tx.now()), tx.version()])?;
                    imported.players += 1;
                    let sql = "SELECT state IS NULL FROM players WHERE player_id = ?1";
                    let is_unknown: bool = tx.statement(sql)?.query_row([player.id], |row| row.get(0))?;
                    imported.without_state += usize::from(is_unknown);
                }
            }
        }
        if removed > 0 {
            imported.left.push(format!("{removed} players of the server {guild}: they were taken off its roster here"));
        }
    }
    Ok(())
}

fn import_redemption(tx: &Tx<'_>, id: PlayerId, code: &Code, outcome: Outcome) -> rusqlite::Result<bool> {
    import_player(tx, &Player { id, nickname: String::new(), state: None, furnace_level: None })?;
    let generation = import_code(tx, code)?;
    let status = if outcome == Outcome::Granted { Status::Success } else { Status::Received };
    let taken = tx.execute(
        "INSERT INTO redemptions (player_id, code_key, generation, outcome, status, next_attempt_at, created_at,
                                  finished_at, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6, ?7)
         ON CONFLICT DO UPDATE SET outcome = excluded.outcome, status = excluded.status,
             finished_at = excluded.finished_at, version = excluded.version
         WHERE outcome NOT IN ('granted', 'already')",
        params![id, code.key(), generation, outcome, status, Millis(tx.now()), tx.version()],
    )?;
    if taken > 0 {
        batches::finish(tx, &code.key(), generation)?;
    }
    Ok(taken > 0)
}

/// Stores a code of the legacy bot, and returns its generation.
fn import_code(tx: &Tx<'_>, code: &Code) -> rusqlite::Result<u32> {
    let known = tx
        .statement("SELECT generation FROM codes WHERE code_key = ?1")?
        .query_row([code.key()], |row| row.get::<_, u32>(0))
        .optional()?;
    if known.is_none() {
        codes::insert(tx, code, None, None, "the first implementation", false)?;
    }
    Ok(known.unwrap_or(1))
}

fn import_state(tx: &Tx<'_>, state: &LegacyState) -> rusqlite::Result<Imported> {
    let mut imported = Imported::default();
    for (guild, channel) in &state.channels {
        let taken = import_channel(tx, *guild, *channel, !state.initialized)?;
        *(if taken { &mut imported.channels } else { &mut imported.kept_channels }) += 1;
    }
    for (guild, sent) in &state.sent {
        for code in sent {
            let taken = import_post(tx, *guild, code)?;
            *(if taken { &mut imported.posts } else { &mut imported.known_posts }) += 1;
        }
    }
    Ok(imported)
}

impl Imports {
    /// Imports the legacy bot's database: channels, sent codes, rosters and redemptions. Existing records stay
    /// unchanged, and a second import of the same database changes nothing.
    pub async fn import_legacy_database(&self, database: LegacyDatabase) -> Result<ImportedDatabase, StoreError> {
        self.write(move |tx| {
            let mut imported = ImportedDatabase::default();
            // First, because the next steps add guilds, and only guilds that were unknown before are turned on.
            import_auto(tx, &database, &mut imported)?;
            imported.state = import_state(tx, &database.state)?;
            import_rosters(tx, &database, &mut imported)?;
            for ((id, _), (code, outcome)) in &database.redeemed {
                let taken = import_redemption(tx, *id, code, *outcome)?;
                *(if taken { &mut imported.redemptions } else { &mut imported.known_redemptions }) += 1;
            }
            tx.wake_plan();
            tx.wake_work();
            Ok(imported)
        })
        .await
    }

    /// Imports the records of an export that win over existing ones, and queues them for the replica. Records that do
    /// not fit are left out.
    pub async fn import_records(&self, records: Vec<Record>) -> Result<Merged, StoreError> {
        self.write(move |tx| Ok(sync::merge(tx, &records, Origin::Elsewhere)?)).await
    }

    /// Imports channels and sent posts. Existing records stay unchanged, and a second import changes nothing.
    pub async fn import_legacy_state(&self, state: LegacyState) -> Result<Imported, StoreError> {
        self.write(move |tx| {
            let imported = import_state(tx, &state)?;
            tx.wake_plan();
            Ok(imported)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
