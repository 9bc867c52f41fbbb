//! Threads, posts in forums, and what is done to messages after they are sent.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serenity::all::{ChannelId, CreateForumPost, GuildId, MessageId, UserId};
use serenity::http::{LightMethod, Request, Route};

use super::{Rest, RestError};

#[derive(Debug, Clone, Deserialize)]
pub struct Threads {
    pub threads: Vec<ThreadInfo>,
    /// There are older ones. Only in lists of archived threads.
    #[serde(default)]
    pub has_more: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ThreadInfo {
    pub id: ChannelId,
    #[serde(default)]
    pub parent_id: Option<ChannelId>,
    #[serde(default)]
    pub owner_id: Option<UserId>,
    #[serde(default)]
    pub thread_metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Metadata {
    /// As Discord writes it: it is sent back as it is.
    pub archive_timestamp: String,
}

impl Rest {
    /// Publishes a message of an announcement channel to the channels that follow it.
    pub async fn crosspost(&self, (channel_id, message_id): (ChannelId, MessageId)) -> Result<(), RestError> {
        self.discard(Request::new(Route::ChannelMessageCrosspost { channel_id, message_id }, LightMethod::Post)).await
    }

    pub async fn delete_message(&self, (channel_id, message_id): (ChannelId, MessageId)) -> Result<(), RestError> {
        self.discard(Request::new(Route::ChannelMessage { channel_id, message_id }, LightMethod::Delete)).await
    }

    pub async fn message<T: DeserializeOwned>(
        &self,
        (channel_id, message_id): (ChannelId, MessageId),
    ) -> Result<T, RestError> {
        self.call(Request::new(Route::ChannelMessage { channel_id, message_id }, LightMethod::Get)).await
    }

    /// Starts a thread in a forum.
    pub async fn create_post<T: DeserializeOwned>(
        &self,
        channel_id: ChannelId,
        body: &CreateForumPost<'_>,
    ) -> Result<T, RestError> {
        self.send(LightMethod::Post, Route::ChannelThreads { channel_id }, body, &[]).await
    }

    /// A guild's open threads that the bot can see.
    pub async fn active_threads(&self, guild_id: GuildId) -> Result<Threads, RestError> {
        self.call(Request::new(Route::GuildThreadsActive { guild_id }, LightMethod::Get)).await
    }

    /// A channel's archived public threads, the latest archived first; those archived before `before`. At most 100.
    pub async fn archived_threads(&self, channel_id: ChannelId, before: Option<String>) -> Result<Threads, RestError> {
        let before = before.map(|before| ("before", before));
        let params = [("limit", "100".to_owned())].into_iter().chain(before).collect();
        let route = Route::ChannelArchivedPublicThreads { channel_id };
        self.call(Request::new(route, LightMethod::Get).params(Some(params))).await
    }

    pub async fn set_archived(&self, channel_id: ChannelId, is_archived: bool) -> Result<(), RestError> {
        let body = serde_json::json!({ "archived": is_archived });
        let _: serde::de::IgnoredAny = self.send(LightMethod::Patch, Route::Channel { channel_id }, &body, &[]).await?;
        Ok(())
    }

    /// Deletes a thread with all its messages.
    pub async fn delete_thread(&self, channel_id: ChannelId) -> Result<(), RestError> {
        self.discard(Request::new(Route::Channel { channel_id }, LightMethod::Delete)).await
    }
}
