//! Threads and forums.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::guild::Channel;

/// What a thread has beside what every channel has.
#[derive(Clone, Debug)]
pub struct Thread {
    pub parent: u64,
    pub owner: u64,
    pub is_archived: bool,
    pub is_locked: bool,
    /// When it was last archived or opened.
    pub changed_at: Timestamp,
    pub tags: Vec<u64>,
    /// Whether the bot was added to it. Only for private threads.
    pub has_bot: bool,
}

/// A tag that a forum offers.
#[derive(Clone, Debug)]
pub struct Tag {
    pub id: u64,
    pub name: String,
    /// Only moderators may use it.
    pub is_moderated: bool,
}

impl Thread {
    pub fn new(parent: u64, owner: u64) -> Self {
        Self {
            parent,
            owner,
            is_archived: false,
            is_locked: false,
            changed_at: Timestamp::now(),
            tags: Vec::new(),
            has_bot: true,
        }
    }
}

impl Channel {
    pub fn new(id: u64, name: &str, kind: u8) -> Self {
        Self { id, name: name.to_owned(), kind, ..Self::default() }
    }

    /// The fields that only threads and forums have.
    pub fn more_json(&self) -> Value {
        if let Some(thread) = &self.thread {
            let tags: Vec<String> = thread.tags.iter().map(u64::to_string).collect();
            return json!({
                "parent_id": thread.parent.to_string(), "owner_id": thread.owner.to_string(), "applied_tags": tags,
                "message_count": 0, "member_count": 1, "total_message_sent": 0,
                "thread_metadata": {
                    "archived": thread.is_archived, "locked": thread.is_locked, "auto_archive_duration": 1440,
                    "archive_timestamp": thread.changed_at.to_string(), "create_timestamp": null, "invitable": true,
                },
            });
        }
        if self.kind != 15 {
            return json!({});
        }
        let tag = |tag: &Tag| {
            json!({
                "id": tag.id.to_string(), "name": tag.name, "moderated": tag.is_moderated, "emoji_id": null,
                "emoji_name": null,
            })
        };
        json!({
            "available_tags": self.tags.iter().map(tag).collect::<Vec<_>>(),
            "flags": if self.requires_tag { 1 << 4 } else { 0 }, "default_reaction_emoji": null,
            "default_sort_order": null, "default_forum_layout": 0,
        })
    }
}
