//! Publishes posts of announcement channels, and takes samples back.

use serenity::all::{ChannelId as DiscordChannelId, GuildChannel, MessageId as DiscordMessageId};

use crate::discord::permissions;
use crate::discord::rest::RestError;
use crate::domain::codes::channel::ChannelKind;
use crate::domain::players::player::ChannelId;
use crate::ports::{AnnounceError, MessageId, MessageUpkeep, Publication, Published, Sample};

use super::{DiscordAnnouncer, Place, SETTLES_IN, channel};

impl MessageUpkeep for DiscordAnnouncer {
    async fn publish(&self, publication: &Publication) -> Result<Published, AnnounceError> {
        let message = DiscordMessageId::new(publication.message.0.max(1));
        match self.rest.crosspost((channel(publication.channel), message)).await {
            // 40033: it is published already.
            Ok(()) | Err(RestError::Refused { code: 40033, .. }) => Ok(Published::Done),
            // The channel or the message is gone, the channel is of another kind by now, or the message cannot be published.
            Err(RestError::Refused { code: 10003 | 10008 | 50024 | 50068, .. }) => Ok(Published::Never),
            Err(error) => Err(error.into()),
        }
    }

    async fn take_back(&self, sample: &Sample) -> Result<bool, AnnounceError> {
        let Some((place, id)) = self.message_of(sample).await? else {
            return Ok(self.clock.now().duration_since(sample.at) >= SETTLES_IN);
        };
        // The first message of a post has the id of its thread, and goes with it.
        let deleted = match id.0 == place.0 {
            true => self.rest.delete_thread(DiscordChannelId::new(id.0.max(1))).await,
            false => self.rest.delete_message((channel(place), DiscordMessageId::new(id.0.max(1)))).await,
        };
        match deleted {
            Ok(()) | Err(RestError::Refused { code: 10003 | 10008, .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

impl DiscordAnnouncer {
    /// The sample's message and where it is, looked up if its sending was cut off.
    async fn message_of(&self, sample: &Sample) -> Result<Option<(ChannelId, MessageId)>, AnnounceError> {
        if let Some(id) = sample.message {
            return Ok(Some((sample.channel, id)));
        }
        let asked: Result<GuildChannel, RestError> = self.rest.channel(channel(sample.channel)).await;
        let kind = match asked {
            Ok(known) => permissions::kind_of(&known),
            // It is gone with its channel.
            Err(RestError::Refused { code: 10003, .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let place =
            Place { server: sample.server, alliance: sample.guild, channel: sample.channel, nonce: &sample.nonce };
        match kind {
            Some(ChannelKind::Forum) => {
                let found = self.find_post(place, sample.at, true).await?;
                Ok(found.map(|id| (ChannelId(id.0), id)))
            }
            _ => Ok(self.search(place, sample.at).await?.map(|id| (sample.channel, id))),
        }
    }
}
