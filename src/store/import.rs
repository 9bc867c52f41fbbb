//! Taking over the state of the first implementation, so that what it sent is not sent again.

use rusqlite::{OptionalExtension, params};

use crate::domain::code::Code;
use crate::domain::first_state::FirstState;
use crate::domain::player::{ChannelId, GuildId};

use super::sql::Millis;
use super::writer::Tx;
use super::{Store, StoreError, codes, guilds};

/// What was taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Channels set.
    pub channels: usize,
    /// Channels that were set here already, and stay as they are.
    pub kept_channels: usize,
    /// Posts noted as sent.
    pub posts: usize,
    /// Posts that were noted here already.
    pub known_posts: usize,
}

fn import_channel(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, owes_digest: bool) -> rusqlite::Result<bool> {
    guilds::ensure(tx, guild)?;
    let set = tx.execute(
        "UPDATE guilds SET channel_id = ?2, digest_due = ?3, version = ?4 WHERE guild_id = ?1 AND channel_id IS NULL",
        params![guild, channel, owes_digest, tx.version()],
    )?;
    Ok(set > 0)
}

fn import_post(tx: &Tx<'_>, guild: GuildId, code: &Code) -> rusqlite::Result<bool> {
    guilds::ensure(tx, guild)?;
    let known = tx
        .statement("SELECT generation FROM codes WHERE code_key = ?1")?
        .query_row([code.key()], |row| row.get::<_, u32>(0))
        .optional()?;
    if known.is_none() {
        codes::insert(tx, code, None, None, "the first implementation", false)?;
    }
    // Message 0: sent, but nobody knows as which message.
    let taken = tx.execute(
        "INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, next_attempt_at,
                            message_id, posted_at, version)
         VALUES (?1, ?2, ?3, 'imported', 'new', 0, 1, ?4, ?4, 0, ?4, ?5) ON CONFLICT DO NOTHING",
        params![guild, code.key(), known.unwrap_or(1), Millis(tx.now()), tx.version()],
    )?;
    Ok(taken > 0)
}

impl Store {
    /// Takes over channels and what was sent. What is here already stays; doing it twice changes nothing more.
    ///
    /// # Errors
    /// When it cannot be written; then nothing was taken over.
    pub async fn import_first_state(&self, state: FirstState) -> Result<Imported, StoreError> {
        self.write(move |tx| {
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
            tx.wake_plan();
            Ok(imported)
        })
        .await
    }
}
