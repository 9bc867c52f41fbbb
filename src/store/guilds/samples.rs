//! Sample posts, which are taken back: the intent is stored before one is sent, and forgotten when it is gone.

use rusqlite::{OptionalExtension, params};

use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::ports::{MessageId, Sample};
use crate::store::handles::Guilds;
use crate::store::kernel::{Millis, StoreError};

use super::ensure;

impl Guilds {
    /// Stores the intent to send a sample to this channel. Returns its nonce; `None` while an earlier sample is still to be
    /// taken back.
    ///
    /// # Errors
    /// Returns an error if the write fails or this instance may not act (any more); the sample must not be sent then.
    pub async fn begin_sample(
        &self,
        server: GuildId,
        guild: AllianceId,
        channel: ChannelId,
    ) -> Result<Option<Sample>, StoreError> {
        let begun = self.write_intent(move |tx| {
            ensure(tx, guild)?;
            let nonce = format!("t{:x}", tx.version());
            let begun = tx
                .statement(
                    "UPDATE guilds SET sample_nonce = ?2, sample_channel_id = ?3, sample_message_id = NULL, sample_at = ?4,
                         version = ?5
                     WHERE guild_id = ?1 AND sample_nonce IS NULL RETURNING 1",
                )?
                .query_row(params![guild, nonce, channel, Millis(tx.now()), tx.version()], |_| Ok(()))
                .optional()?;
            Ok(begun.map(|()| Sample { nonce, server, guild, channel, message: None, at: tx.now() }))
        });
        let (sample, is_leading) = begun.await?;
        is_leading?;
        Ok(sample)
    }

    /// Notes the sample's message, in the thread that was made for it if there is one. Wakes who takes it back.
    ///
    /// # Errors
    /// Returns an error if the write fails; the sample is then looked up before it is taken back.
    pub async fn record_sample(
        &self,
        nonce: String,
        message: MessageId,
        thread: Option<ChannelId>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE guilds SET sample_message_id = ?2, sample_channel_id = coalesce(?3, sample_channel_id), version = ?4
                 WHERE sample_nonce = ?1",
                params![nonce, message.0.cast_signed(), thread, tx.version()],
            )?;
            tx.wake_plan();
            Ok(())
        })
        .await
    }

    /// Forgets a sample that is gone, or was certainly not sent.
    ///
    /// # Errors
    /// Returns an error if the write fails; it is then found to be gone again.
    pub async fn forget_sample(&self, nonce: String) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE guilds SET sample_nonce = NULL, sample_channel_id = NULL, sample_message_id = NULL, sample_at = NULL,
                     version = ?2
                 WHERE sample_nonce = ?1",
                params![nonce, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// All samples that are to be taken back, the oldest first, at most `limit`.
    pub async fn samples(&self, limit: u32) -> Result<Vec<Sample>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT sample_nonce, guild_id, sample_channel_id, sample_message_id, coalesce(sample_at, 0),
                        coalesce(server_id, guild_id)
                 FROM guilds INDEXED BY guilds_sampled
                 WHERE sample_nonce IS NOT NULL AND sample_channel_id IS NOT NULL AND deleted = 0 AND removed_at IS NULL
                 ORDER BY sample_at LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                Ok(Sample {
                    nonce: row.get(0)?,
                    server: row.get(5)?,
                    guild: row.get(1)?,
                    channel: row.get(2)?,
                    message: row.get::<_, Option<i64>>(3)?.map(|id| MessageId(id.cast_unsigned())),
                    at: row.get::<_, Millis>(4).map(|Millis(at)| at)?,
                })
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }
}
