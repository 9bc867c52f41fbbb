//! Lists of threads.

use serde::Deserialize;
use serenity::all::{ChannelId, UserId};

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
