//! Looks up messages that an earlier attempt may have sent.

use jiff::{SignedDuration, Timestamp};
use serenity::all::{MessageId as DiscordMessageId, Permissions, UserId};

use crate::discord::messages::post;
use crate::discord::permissions;
use crate::domain::codes::channel::Blocked;
use crate::ports::{AnnounceError, MessageId};

use super::{DiscordAnnouncer, OutgoingMessage, Place, Sent, channel};

/// How far the clocks of Discord and this machine may differ.
pub(super) const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);
/// The most pages that are searched, of up to 100 messages each.
const MAX_PAGES: usize = 100;
/// The start of Discord's ids, in milliseconds since the Unix epoch.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

impl DiscordAnnouncer {
    /// Finds a message that may have been sent at `at` or later.
    pub(super) async fn find(
        &self,
        outgoing: &OutgoingMessage<'_>,
        at: Timestamp,
    ) -> Result<Option<MessageId>, AnnounceError> {
        match self.search(outgoing.place, at).await {
            // The channel was deleted, and the message with it.
            Err(error) if error.blocked == Some(Blocked::UnknownChannel) && outgoing.is_moved => Ok(None),
            // A problem with a channel that the guild no longer uses must not pause the guild.
            Err(error) if outgoing.is_moved && error.blocked.is_some() => Err(AnnounceError::passing(
                format!("cannot check whether it was posted in the previous channel: {}", error.reason),
                true,
            )),
            found => found,
        }
    }

    /// Searches a channel's history.
    pub(super) async fn search(&self, place: Place<'_>, at: Timestamp) -> Result<Option<MessageId>, AnnounceError> {
        let me = self.rest.my_id().await?;
        let mut after = first_id_since(at);
        for page in 0..MAX_PAGES {
            let found: Vec<Sent> = self.rest.messages_after(channel(place.channel), after).await?;
            if let Some(found) = found.iter().find(|sent| is_ours(sent, me, place.nonce)) {
                tracing::debug!("The message {} was sent before an interruption", place.nonce);
                return Ok(Some(MessageId(found.id.get())));
            }
            // A page may hold fewer messages than there are: only an empty page is the last.
            match found.iter().map(|sent| sent.id).max() {
                Some(last) if last > after => after = last,
                _ if page > 0 => return Ok(None),
                // To a bot that may not read it, the history looks empty.
                _ => return self.check_history_permission(place).await.map(|()| None),
            }
        }
        Err(AnnounceError::passing(
            format!("cannot check whether it was sent: the channel has more than {MAX_PAGES} pages of newer messages"),
            true,
        ))
    }

    pub(super) async fn check_history_permission(&self, place: Place<'_>) -> Result<(), AnnounceError> {
        let granted = permissions::in_channel(&self.rest, place.server, place.channel).await?;
        match granted.is_some_and(|granted| granted.may(Permissions::READ_MESSAGE_HISTORY)) {
            true => Ok(()),
            false => Err(history_hidden()),
        }
    }
}

/// Whether this is the bot's own message with this nonce.
pub(super) fn is_ours(sent: &Sent, me: UserId, nonce: &str) -> bool {
    let mark = post::mark(nonce);
    let is_mark = |url: &str| url.strip_prefix(&mark).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    sent.author.as_ref().is_some_and(|author| author.id == me)
        && sent.embeds.iter().any(|embed| embed.url.as_deref().is_some_and(is_mark))
}

pub(super) fn history_hidden() -> AnnounceError {
    AnnounceError {
        blocked: Some(Blocked::MissingHistory),
        ..AnnounceError::passing("the message may have been sent, but the bot may not read the channel's history", true)
    }
}

/// The smallest id that something sent at this time or later can have, whichever clock is ahead.
pub(super) fn first_id_since(at: Timestamp) -> DiscordMessageId {
    first_id_at(at.checked_sub(MAX_CLOCK_SKEW).unwrap_or(Timestamp::MIN))
}

/// The smallest id that Discord assigns at this time.
pub(super) fn first_id_at(at: Timestamp) -> DiscordMessageId {
    let millis = at.as_millisecond().saturating_sub(DISCORD_EPOCH_MS).max(0).unsigned_abs();
    DiscordMessageId::new((millis << 22).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_starts_with_its_time() {
        // Discord's own example: 175928847299117063 is of 2016-04-30 11:18:25.796 UTC.
        let at: Timestamp = "2016-04-30T11:18:25.796Z".parse().unwrap();
        assert_eq!(first_id_at(at).get(), 175_928_847_299_117_063 >> 22 << 22);
        assert_eq!(first_id_at(Timestamp::UNIX_EPOCH).get(), 1);
    }
}
