//! What is read of a message in an ID channel.

use serde::Deserialize;
use serenity::all::MessageId;

#[derive(Debug, Deserialize)]
pub struct Typed {
    pub id: MessageId,
    pub author: Author,
    #[serde(default)]
    pub content: String,
    webhook_id: Option<serde::de::IgnoredAny>,
    #[serde(default, rename = "type")]
    kind: u8,
    #[serde(default)]
    reactions: Vec<Reacted>,
}

#[derive(Debug, Deserialize)]
pub struct Author {
    pub id: serenity::all::UserId,
    #[serde(default)]
    pub username: String,
    pub global_name: Option<String>,
    #[serde(default)]
    bot: bool,
}

#[derive(Debug, Deserialize)]
struct Reacted {
    #[serde(default)]
    me: bool,
    emoji: Emoji,
}

#[derive(Debug, Deserialize)]
struct Emoji {
    name: Option<String>,
}

impl Typed {
    pub fn has(&self, emoji: &str) -> bool {
        self.reactions.iter().any(|reacted| reacted.me && reacted.emoji.name.as_deref() == Some(emoji))
    }

    /// A message or a reply of a person.
    pub fn is_of_a_person(&self) -> bool {
        !self.author.bot && self.webhook_id.is_none() && matches!(self.kind, 0 | 19) && !self.content.is_empty()
    }
}
