//! Posts in announcement channels that are to be published, and where a message ended up.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::codes::channel::ChannelKind;
use crate::ports::{MessageId, Posted, Publication};
use crate::store::handles::PostQueue;
use crate::store::kernel::{Millis, StoreError, Tx};

/// How an attempt to publish a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishResult {
    Done,
    /// It will not be published.
    GivenUp,
    /// It is tried again at this time. Only a refusal counts as a try.
    Later {
        next: Timestamp,
        is_refused: bool,
    },
}

/// Notes where a message was sent, and that it is to be published if it is in an announcement channel.
pub(super) fn note_posted(tx: &Tx<'_>, nonce: &str, posted: Posted) -> rusqlite::Result<()> {
    if let Some(thread) = posted.thread {
        tx.execute(
            "UPDATE posts SET channel_id = ?2, version = ?3 WHERE nonce = ?1 AND deleted = 0",
            params![nonce, thread, tx.version()],
        )?;
    }
    if posted.channel_kind == Some(ChannelKind::Announcement) {
        tx.execute(
            "UPDATE posts SET publish = 'due', publish_tries = 0, publish_at = ?2, version = ?3
             WHERE nonce = ?1 AND deleted = 0 AND publish IS NULL",
            params![nonce, Millis(tx.now()), tx.version()],
        )?;
        tx.wake_plan();
    }
    Ok(())
}

impl PostQueue {
    /// The messages that are to be published, the longest due first, and when the next one is due that waits.
    pub async fn due_publications(&self, limit: u32) -> Result<(Vec<Publication>, Option<Timestamp>), StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT p.nonce, p.guild_id, p.channel_id, p.message_id, max(coalesce(p.publish_tries, 0)),
                        min(p.posted_at), max(coalesce(p.publish_at, 0)) AS at
                 FROM posts p JOIN guilds g ON g.guild_id = p.guild_id AND g.deleted = 0 AND g.removed_at IS NULL
                 WHERE p.publish = 'due' AND p.deleted = 0 AND p.message_id <> 0 AND p.channel_id IS NOT NULL
                 GROUP BY p.nonce ORDER BY at, p.nonce LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                let publication = Publication {
                    nonce: row.get(0)?,
                    guild: row.get(1)?,
                    channel: row.get(2)?,
                    message: MessageId(row.get::<_, i64>(3)?.cast_unsigned()),
                    tries: row.get(4)?,
                    posted_at: row.get::<_, Option<Millis>>(5)?.map(|Millis(at)| at),
                };
                Ok((publication, row.get::<_, Millis>(6)?.0))
            })?;
            let found: Vec<(Publication, Timestamp)> = rows.collect::<Result<_, _>>()?;
            let next = found.iter().map(|(_, at)| *at).find(|at| *at > now);
            Ok((found.into_iter().filter(|(_, at)| *at <= now).map(|(it, _)| it).collect(), next))
        })
        .await
    }

    /// Notes how an attempt to publish a message ended.
    ///
    /// # Errors
    /// Returns an error if the write fails. The message is then published again, which Discord recognizes.
    pub async fn record_publication(&self, nonce: String, result: PublishResult) -> Result<(), StoreError> {
        self.write(move |tx| {
            let (state, next, is_refused) = match result {
                PublishResult::Done => ("done", None, false),
                PublishResult::GivenUp => ("given_up", None, false),
                PublishResult::Later { next, is_refused } => ("due", Some(Millis(next)), is_refused),
            };
            tx.execute(
                "UPDATE posts SET publish = ?2, publish_at = ?3, publish_tries = coalesce(publish_tries, 0) + ?4, version = ?5
                 WHERE nonce = ?1 AND deleted = 0 AND publish = 'due'",
                params![nonce, state, next, is_refused, tx.version()],
            )?;
            Ok(())
        })
        .await
    }
}
