//! Every message that people see in Discord. `docs/messages.md` shows them all.
//!
//! The functions are pure and return a [`Message`], which keeps within Discord's limits (docs/protocol.md, "Sizes") whatever
//! its contents, and mentions nobody but the roles that a guild's admins chose, and people for whom a code failed. They take
//! the language first: that of the person for an answer, that of the server for what stands in a channel. [`texts`] has the
//! words, and says how to add some.

pub mod access;
pub mod after;
pub mod alliances;
pub mod appeal;
pub mod batch;
mod chart_words;
mod errors;
pub mod escape;
mod explanation;
pub mod files;
pub mod health;
pub mod language;
pub mod manage;
pub mod paging;
pub mod panel;
pub mod personal;
pub mod players;
pub mod post;
pub mod reminder;
pub mod rosters;
pub mod self_service;
pub mod states;
pub mod stats;
pub mod targets;
pub mod texts;
pub mod welcome;

use serenity::all::{
    CreateActionRow, CreateAllowedMentions, CreateEmbed, CreateEmbedAuthor, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, EditAttachments, EditInteractionResponse, EditMessage,
    RoleId as DiscordRoleId, UserId as DiscordUserId,
};

use crate::discord::rest::MessageFile;
use crate::domain::players::player::{RoleId, UserId};

use escape::clip;

const MAX_CONTENT: usize = 2000;
const MAX_EMBEDS: usize = 10;
/// The most characters of an embed's title and a field's name, of its description, and of a field.
const MAX_TITLE: usize = 256;
const MAX_DESCRIPTION: usize = 4096;
/// The most characters of all embeds of a message together.
const MAX_EMBED_TEXT: usize = 6000;
const MAX_FIELD: usize = 1024;
/// The most characters on a button, and in an empty menu.
const MAX_BUTTON: usize = 80;
const MAX_PLACEHOLDER: usize = 150;
/// Rows of buttons and menus in a message.
const MAX_ROWS: usize = 5;
/// The longest line above the title of an embed. Discord takes 256 characters; an embed may hold 6,000 in all.
const MAX_HEAD: usize = 120;

/// The publisher's page on which a person can redeem (docs/protocol.md, "The game's page").
pub const GAME_PAGE: &str = "https://wos-giftcode.centurygame.com";

/// The colours on the left of a message.
pub mod colour {
    pub const GOOD: u32 = 0x2E_CC_71;
    pub const BUSY: u32 = 0xF1_C4_0F;
    pub const PLAIN: u32 = 0x34_98_DB;
    pub const BAD: u32 = 0xE7_4C_3C;
    pub const OVER: u32 = 0x95_A5_A6;
}

/// A message, independent of how it is sent.
#[derive(Debug, Clone, Default)]
pub struct Message {
    content: String,
    embeds: Vec<CreateEmbed>,
    rows: Vec<CreateActionRow>,
    files: Vec<MessageFile>,
    roles: Vec<RoleId>,
    people: Vec<UserId>,
}

impl Message {
    pub fn text(text: impl AsRef<str>) -> Self {
        Self { content: clip(text.as_ref(), MAX_CONTENT), ..Self::default() }
    }

    pub fn embed(embed: CreateEmbed) -> Self {
        Self { embeds: vec![embed], ..Self::default() }
    }

    pub fn with_rows(self, rows: Vec<CreateActionRow>) -> Self {
        Self { rows, ..self }
    }

    pub fn with_embed(mut self, embed: CreateEmbed) -> Self {
        self.embeds.push(embed);
        self
    }

    pub fn with_file(mut self, name: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.files.push(MessageFile { name: name.into(), bytes, description: None });
        self
    }

    /// Attaches a picture. `description` says what it shows to those who cannot see it.
    pub fn with_picture(mut self, name: impl Into<String>, bytes: Vec<u8>, description: String) -> Self {
        self.files.push(MessageFile { name: name.into(), bytes, description: Some(description) });
        self
    }

    /// Puts mentions of the roles before the text.
    pub fn mentioning(self, roles: &[RoleId]) -> Self {
        if roles.is_empty() {
            return self;
        }
        let text = if self.content.is_empty() { String::new() } else { format!("\n{}", self.content) };
        let content = clip(&format!("{}{text}", mentions(roles, " ")), MAX_CONTENT);
        Self { content, roles: roles.to_vec(), ..self }
    }

    /// Adds a line to the text.
    pub fn with_line(self, line: &str) -> Self {
        let content = clip(&format!("{}\n{line}", self.content), MAX_CONTENT);
        Self { content, ..self }
    }

    /// Adds a paragraph after the text, and buttons or menus after the rest. What does not fit is left out.
    pub fn followed_by(mut self, text: &str, rows: &[CreateActionRow]) -> Self {
        let longer = format!("{}\n{text}", self.content);
        if !text.is_empty() && longer.chars().count() <= MAX_CONTENT {
            self.content = longer;
        }
        let room = MAX_ROWS.saturating_sub(self.rows.len());
        self.rows.extend(rows.iter().take(room).cloned());
        self
    }

    /// Puts a line before the text.
    pub fn under(self, line: &str) -> Self {
        let text = if self.content.is_empty() { line.to_owned() } else { format!("{line}\n{}", self.content) };
        Self { content: clip(&text, MAX_CONTENT), ..self }
    }

    /// Appends another message, whose text stands below this one's. Buttons and files are those of both.
    pub fn and(mut self, other: Self) -> Self {
        let parts = [self.content, other.content].into_iter().filter(|text| !text.is_empty());
        self.content = clip(&parts.collect::<Vec<_>>().join("\n"), MAX_CONTENT);
        self.embeds.extend(other.embeds);
        self.embeds.truncate(MAX_EMBEDS);
        self.rows.extend(other.rows);
        self.rows.truncate(MAX_ROWS);
        self.files.extend(other.files);
        self
    }

    pub fn with_content(self, text: &str) -> Self {
        Self { content: clip(text, MAX_CONTENT), ..self }
    }

    /// Sets the line above the title of the first embed, if there is one to set.
    pub fn headed(mut self, line: Option<String>) -> Self {
        if let (Some(line), Some(first)) = (line, self.embeds.first_mut()) {
            *first = std::mem::take(first).author(CreateEmbedAuthor::new(clip(&line, MAX_HEAD)));
        }
        self
    }

    /// Sets the link of the first embed's title.
    pub fn linked(mut self, address: &str) -> Self {
        if let Some(first) = self.embeds.first_mut() {
            *first = std::mem::take(first).url(address);
        }
        self
    }

    /// The files, which are sent beside the rest.
    pub fn files(&self) -> &[MessageFile] {
        &self.files
    }

    /// Puts mentions of these people before the text.
    pub fn mentioning_people(self, people: &[UserId]) -> Self {
        let mentions: Vec<String> = people.iter().map(|person| format!("<@{person}>")).collect();
        let content = format!("{}\n{}", mentions.join(" "), self.content);
        Self { people: people.to_vec(), ..self }.with_content(content.trim_end())
    }

    /// Allows mentions of these roles and people only, whatever the text says.
    fn allowed_mentions(&self) -> CreateAllowedMentions {
        let people = self.people.iter().map(|person| DiscordUserId::new(person.0.max(1)));
        CreateAllowedMentions::new()
            .users(people)
            .roles(self.roles.iter().map(|role| DiscordRoleId::new(role.0.max(1))))
    }

    /// For a new message in a channel.
    pub fn create(&self) -> CreateMessage {
        let mut message = CreateMessage::new()
            .embeds(self.embeds.clone())
            .components(self.rows.clone())
            .allowed_mentions(self.allowed_mentions());
        if !self.content.is_empty() {
            message = message.content(self.content.clone());
        }
        message
    }

    /// For an existing message in a channel. An edit notifies nobody. It removes the earlier files; the new ones are sent beside it.
    pub fn edit(&self) -> EditMessage {
        let message = EditMessage::new()
            .embeds(self.embeds.clone())
            .components(self.rows.clone())
            .allowed_mentions(self.allowed_mentions())
            .attachments(EditAttachments::new());
        if self.content.is_empty() { message } else { message.content(self.content.clone()) }
    }

    /// For the first response to an interaction, which only that person sees. It has no files.
    pub fn respond(&self) -> CreateInteractionResponseMessage {
        CreateInteractionResponseMessage::new()
            .content(self.content.clone())
            .embeds(self.embeds.clone())
            .components(self.rows.clone())
            .allowed_mentions(self.allowed_mentions())
            .ephemeral(true)
    }

    /// For one more message in answer to an interaction, which only that person sees. It has no files.
    pub fn follow_up(&self) -> CreateInteractionResponseFollowup {
        CreateInteractionResponseFollowup::new()
            .content(self.content.clone())
            .embeds(self.embeds.clone())
            .components(self.rows.clone())
            .allowed_mentions(self.allowed_mentions())
            .ephemeral(true)
    }

    /// For an edit of the response to an interaction.
    pub fn follow(&self) -> EditInteractionResponse {
        EditInteractionResponse::new()
            .content(self.content.clone())
            .embeds(self.embeds.clone())
            .components(self.rows.clone())
            .allowed_mentions(self.allowed_mentions())
    }
}

/// Mentions of these roles.
pub fn mentions(roles: &[RoleId], between: &str) -> String {
    roles.iter().map(|role| format!("<@&{role}>")).collect::<Vec<_>>().join(between)
}

/// A time that each reader's Discord shows in their time zone: the date, and the time until or since then.
pub fn when(at: jiff::Timestamp) -> String {
    let seconds = at.as_second();
    format!("<t:{seconds}:f> (<t:{seconds}:R>)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_mentions_its_roles_only() {
        let allowed = |message: &Message| serde_json::to_value(message.create()).unwrap()["allowed_mentions"].clone();
        let plain = Message::text("@everyone <@1> <@&2>");
        assert_eq!(allowed(&plain)["parse"], serde_json::json!([]));
        assert_eq!(allowed(&plain)["roles"], serde_json::json!([]));
        let with_role = Message::text("x").mentioning(&[RoleId(7)]);
        assert_eq!(allowed(&with_role)["roles"], serde_json::json!(["7"]));
        assert_eq!(serde_json::to_value(with_role.create()).unwrap()["content"], "<@&7>\nx");
        let with_two = Message::text("x <@&9>").mentioning(&[RoleId(7), RoleId(8)]);
        assert_eq!(allowed(&with_two)["roles"], serde_json::json!(["7", "8"]));
        assert_eq!(serde_json::to_value(with_two.create()).unwrap()["content"], "<@&7> <@&8>\nx <@&9>");
        let without_text = Message::embed(CreateEmbed::new()).mentioning(&[RoleId(7)]);
        assert_eq!(serde_json::to_value(without_text.create()).unwrap()["content"], "<@&7>");
    }
}
