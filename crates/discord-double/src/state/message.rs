//! Messages and their files, and how a request body creates or edits a message.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::guild::bot_json;
use super::{APPLICATION, BOT_USER, Inner, State, id_of};

/// Of a message that was published to the channels that follow its own.
pub const CROSSPOSTED: u64 = 1;
pub const EPHEMERAL: u64 = 1 << 6;
/// Marks a deferred response: "The bot is thinking…".
pub const LOADING: u64 = 1 << 7;

/// A file in a multipart request.
pub struct File {
    /// The n of `files[n]`.
    pub index: u64,
    pub filename: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

/// In a channel, or a response to an interaction.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: u64,
    pub channel: u64,
    pub author: u64,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub attachments: Vec<Attachment>,
    pub nonce: Option<String>,
    /// Of the last create or edit that named it.
    pub allowed_mentions: Option<Value>,
    pub flags: u64,
    pub created_at: Timestamp,
    pub edits: Vec<Edit>,
    pub is_deleted: bool,
    /// Emoji and user, in the order in which they were added.
    pub reactions: Vec<(String, u64)>,
    /// Whether another bot wrote it.
    pub is_of_a_bot: bool,
}

#[derive(Clone, Debug)]
pub struct Edit {
    pub at: Timestamp,
    /// The request body.
    pub body: Value,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: u64,
    pub filename: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
    pub url: String,
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The visible texts of an embed.
fn embed_text(embed: &Value) -> Vec<&str> {
    let parts = [&embed["author"]["name"], &embed["title"], &embed["description"]];
    let fields = embed["fields"].as_array().into_iter().flatten().flat_map(|field| [&field["name"], &field["value"]]);
    parts.into_iter().chain(fields).chain([&embed["footer"]["text"]]).filter_map(Value::as_str).collect()
}

impl Message {
    pub fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }

    /// Whether it was published.
    pub fn is_crossposted(&self) -> bool {
        self.flags & CROSSPOSTED != 0
    }

    /// Whether this is a deferred response that has no content yet.
    pub fn is_thinking(&self) -> bool {
        self.flags & LOADING != 0
    }

    /// The visible text: content and embeds.
    pub fn text(&self) -> String {
        let embeds = self.embeds.iter().flat_map(embed_text);
        [self.content.as_str()].into_iter().chain(embeds).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The buttons and selects of all rows.
    pub fn parts(&self) -> impl Iterator<Item = &Value> {
        self.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten())
    }

    /// The custom_id of the button or select with this label or placeholder.
    pub fn custom_id(&self, label: &str) -> &str {
        let part = self.parts().find(|part| part["label"] == json!(label) || part["placeholder"] == json!(label));
        let part = part.unwrap_or_else(|| panic!("there is no {label} in {:#?}", self.components));
        part["custom_id"].as_str().unwrap()
    }

    /// As Discord sends it, without the nonce.
    pub fn json(&self) -> Value {
        let attachments: Vec<Value> = self.attachments.iter().map(Attachment::json).collect();
        let author = match self.author {
            BOT_USER => bot_json(),
            other => json!({
                "id": other.to_string(), "username": "somebody", "discriminator": "0", "global_name": null,
                "avatar": null, "bot": self.is_of_a_bot,
            }),
        };
        let mut json = json!({
            "id": self.id.to_string(), "channel_id": self.channel.to_string(), "author": author,
            "content": self.content, "timestamp": self.created_at.to_string(),
            "edited_timestamp": self.edits.last().map(|edit| edit.at.to_string()), "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": attachments,
            "embeds": self.embeds, "components": self.components, "pinned": false, "type": 0, "flags": self.flags,
            "application_id": APPLICATION.to_string(),
        });
        if !self.reactions.is_empty() {
            let reaction = |(emoji, user): &(String, u64)| {
                json!({
                    "count": 1, "count_details": { "burst": 0, "normal": 1 }, "me": *user == BOT_USER, "me_burst": false,
                    "burst_colors": [], "emoji": { "id": null, "name": emoji },
                })
            };
            json["reactions"] = self.reactions.iter().map(reaction).collect();
        }
        json
    }

    /// The emojis with which the bot has reacted.
    pub fn bot_reactions(&self) -> Vec<&str> {
        self.reactions.iter().filter(|(_, user)| *user == BOT_USER).map(|(emoji, _)| emoji.as_str()).collect()
    }
}

impl Attachment {
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(), "filename": self.filename, "size": self.bytes.len(), "url": self.url,
            "proxy_url": self.url, "content_type": self.content_type,
        })
    }
}

impl State {
    /// Stores a file and gives it a URL to download it from.
    pub fn store_file(&mut self, inner: &Inner, filename: &str, content_type: &str, bytes: &[u8]) -> Attachment {
        let id = self.next_id();
        let path = format!("/attachments/{id}/{filename}");
        self.files.insert(path.clone(), (content_type.to_owned(), bytes.to_vec()));
        Attachment {
            id,
            filename: filename.to_owned(),
            content_type: content_type.to_owned(),
            bytes: bytes.to_vec(),
            url: format!("{}{path}", inner.url()),
        }
    }

    fn store_files(&mut self, inner: &Inner, files: &[File]) -> Vec<Attachment> {
        files.iter().map(|file| self.store_file(inner, &file.filename, &file.content_type, &file.bytes)).collect()
    }

    /// Stores a new message of the bot. The body has been checked.
    pub fn store(&mut self, inner: &Inner, channel: u64, body: &Value, files: &[File], flags: u64) -> u64 {
        let id = self.next_id();
        self.store_as(inner, id, channel, body, files, flags)
    }

    /// The same under this id.
    pub fn store_as(&mut self, inner: &Inner, id: u64, channel: u64, body: &Value, files: &[File], flags: u64) -> u64 {
        let nonce = match &body["nonce"] {
            Value::Null => None,
            Value::String(nonce) => Some(nonce.clone()),
            number => Some(number.to_string()),
        };
        let message = Message {
            id,
            channel,
            author: BOT_USER,
            content: body["content"].as_str().unwrap_or_default().to_owned(),
            embeds: list(&body["embeds"]),
            components: list(&body["components"]),
            attachments: self.store_files(inner, files),
            nonce,
            allowed_mentions: body.get("allowed_mentions").cloned(),
            flags: flags | body["flags"].as_u64().unwrap_or_default(),
            created_at: Timestamp::now(),
            edits: Vec::new(),
            is_deleted: false,
            reactions: Vec::new(),
            is_of_a_bot: false,
        };
        self.messages.insert(id, message);
        self.in_channel.entry(channel).or_default().push(id);
        id
    }

    /// Changes the fields that the body has, and leaves the rest.
    pub fn edit(&mut self, inner: &Inner, id: u64, files: &[File], body: &Value) {
        let added = self.store_files(inner, files);
        let message = self.messages.get_mut(&id).unwrap();
        if let Some(content) = body.get("content") {
            content.as_str().unwrap_or_default().clone_into(&mut message.content);
        }
        if let Some(embeds) = body.get("embeds") {
            message.embeds = list(embeds);
        }
        if let Some(components) = body.get("components") {
            message.components = list(components);
        }
        if let Some(named) = body.get("attachments") {
            let is_named = |id: u64| list(named).iter().any(|named| id_of(&named["id"]) == Some(id));
            message.attachments.retain(|attachment| is_named(attachment.id));
        }
        message.attachments.extend(added);
        if let Some(mentions) = body.get("allowed_mentions") {
            message.allowed_mentions = Some(mentions.clone());
        }
        message.flags &= !LOADING;
        message.edits.push(Edit { at: Timestamp::now(), body: body.clone() });
    }
}
