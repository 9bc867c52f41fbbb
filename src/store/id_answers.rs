//! Messages in ID channels whose final reaction waits for the check of the player that they name.

use rusqlite::params;

use crate::domain::players::player::{ChannelId, Player, PlayerId, State, UserId};
use crate::domain::redeeming::state_search::CheckStatus;
use crate::store::handles::Rosters;
use crate::store::kernel::StoreError;
use crate::store::{players, state_checks};

/// A message in an ID channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdMessage {
    pub channel: ChannelId,
    pub message: u64,
    pub user: UserId,
    pub player: PlayerId,
}

impl Rosters {
    /// Stores a state that the game has neither confirmed nor refused, for a linked account of which no other is known.
    pub async fn offer_state(&self, player: PlayerId, state: State) -> Result<(), StoreError> {
        self.write(move |tx| {
            if let Some((None, _)) = state_checks::find(tx, player)? {
                players::put(
                    tx,
                    &Player { id: player, nickname: String::new(), state: Some(state), furnace_level: None },
                )?;
                state_checks::queue(tx, player)?;
            }
            Ok(())
        })
        .await
    }

    /// Notes that a message is answered once the check of its player shows whether the game knows the player. Returns false if
    /// that is known already.
    pub async fn answer_later(&self, waiting: IdMessage) -> Result<bool, StoreError> {
        self.write_local(move |tx| {
            tx.execute(
                "DELETE FROM id_answers WHERE channel_id NOT IN (SELECT id_channel FROM guilds WHERE id_channel IS NOT NULL)",
                [],
            )?;
            let check = state_checks::find(tx, waiting.player)?.and_then(|(_, check)| check);
            let is_open = check.is_none_or(|check| check.status == CheckStatus::Unchecked);
            if is_open {
                tx.execute(
                    "INSERT INTO id_answers (channel_id, message_id, user_id, player_id) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                    params![waiting.channel, waiting.message.cast_signed(), waiting.user, waiting.player],
                )?;
            }
            Ok(is_open)
        })
        .await
    }

    /// The messages that can be answered now, each with whether the game knows the player. One whose account the person has
    /// unlinked meanwhile counts as one of nobody.
    pub async fn due_id_answers(&self) -> Result<Vec<(IdMessage, bool)>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT i.channel_id, i.message_id, i.user_id, i.player_id,
                              l.deleted IS 0 AND p.state_check IS NOT 'no_such_player'
                       FROM id_answers i LEFT JOIN links l USING (user_id, player_id) LEFT JOIN players p USING (player_id)
                       WHERE l.deleted IS NOT 0 OR coalesce(p.state_check, 'unchecked') <> 'unchecked'
                       ORDER BY i.message_id";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let (channel, message, user) = (row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned(), row.get(2)?);
                Ok((IdMessage { channel, message, user, player: row.get(3)? }, row.get(4)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Notes that a message has its final reaction.
    pub async fn note_id_answer(&self, answered: IdMessage) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            let sql = "DELETE FROM id_answers WHERE channel_id = ?1 AND message_id = ?2";
            tx.execute(sql, params![answered.channel, answered.message.cast_signed()])?;
            Ok(())
        })
        .await
    }
}
