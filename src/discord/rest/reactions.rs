//! The bot's own reactions to messages.

use serenity::all::{ChannelId, MessageId, ReactionType};
use serenity::http::{LightMethod, Request, Route};

use super::{Rest, RestError};

impl Rest {
    /// Adds the bot's reaction, or does nothing if it is there.
    pub async fn react(&self, message: (ChannelId, MessageId), emoji: &str) -> Result<(), RestError> {
        self.own_reaction(message, emoji, LightMethod::Put).await
    }

    /// Removes the bot's reaction, or does nothing if it is not there.
    pub async fn remove_reaction(&self, message: (ChannelId, MessageId), emoji: &str) -> Result<(), RestError> {
        self.own_reaction(message, emoji, LightMethod::Delete).await
    }

    async fn own_reaction(
        &self,
        (channel_id, message_id): (ChannelId, MessageId),
        emoji: &str,
        method: LightMethod,
    ) -> Result<(), RestError> {
        let reaction = ReactionType::Unicode(emoji.to_owned()).as_data();
        let route = Route::ChannelMessageReactionMe { channel_id, message_id, reaction: &reaction };
        self.call_for_bytes(Request::new(route, method)).await.map(drop)
    }
}
