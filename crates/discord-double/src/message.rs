//! A message: what the double keeps of it, and how a body makes or changes one.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Double;
use super::guild::bot_json;
use super::request::{File, Request};
use super::state::{Inner, State};

const EPHEMERAL: u64 = 1 << 6;
const LOADING: u64 = 1 << 7;

/// A message of the bot: in a channel, or the answer to an interaction.
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
    /// As it was sent at last.
    pub allowed_mentions: Option<Value>,
    pub flags: u64,
    pub created_at: Timestamp,
    pub edits: Vec<Edit>,
    pub is_deleted: bool,
}

/// One change of a message, as it was asked for.
#[derive(Clone, Debug)]
pub struct Edit {
    pub at: Timestamp,
    pub body: Value,
}

/// A file in a message.
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

/// All strings that a person reads in an embed.
fn embed_text(embed: &Value) -> Vec<&str> {
    let parts = [&embed["author"]["name"], &embed["title"], &embed["description"]];
    let fields = embed["fields"].as_array().into_iter().flatten().flat_map(|field| [&field["name"], &field["value"]]);
    parts.into_iter().chain(fields).chain([&embed["footer"]["text"]]).filter_map(Value::as_str).collect()
}

impl Message {
    pub fn is_ephemeral(&self) -> bool {
        self.flags & EPHEMERAL != 0
    }

    /// A deferred answer that has not come yet.
    pub fn is_thinking(&self) -> bool {
        self.flags & LOADING != 0
    }

    /// Content and embeds, as a person reads them.
    pub fn text(&self) -> String {
        let embeds = self.embeds.iter().flat_map(embed_text);
        [self.content.as_str()].into_iter().chain(embeds).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The buttons and selects of all rows.
    pub fn parts(&self) -> impl Iterator<Item = &Value> {
        self.components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten())
    }

    /// How Discord writes it; the nonce is the caller's to add.
    pub fn json(&self) -> Value {
        let attachments: Vec<Value> = self.attachments.iter().map(Attachment::json).collect();
        let author = match self.author {
            Double::BOT_USER => bot_json(),
            other => json!({
                "id": other.to_string(), "username": "somebody", "discriminator": "0", "global_name": null,
                "avatar": null,
            }),
        };
        json!({
            "id": self.id.to_string(), "channel_id": self.channel.to_string(), "author": author,
            "content": self.content, "timestamp": self.created_at.to_string(),
            "edited_timestamp": self.edits.last().map(|edit| edit.at.to_string()), "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": attachments,
            "embeds": self.embeds, "components": self.components, "pinned": false, "type": 0, "flags": self.flags,
            "application_id": Double::APPLICATION.to_string(),
        })
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
    /// Keeps a file and gives it an address to download it from.
    pub fn keep_file(&mut self, inner: &Inner, filename: &str, content_type: &str, bytes: &[u8]) -> Attachment {
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

    fn keep_files(&mut self, inner: &Inner, files: &[File]) -> Vec<Attachment> {
        files.iter().map(|file| self.keep_file(inner, &file.filename, &file.content_type, &file.bytes)).collect()
    }

    /// Stores a new message of the bot, made from a body that has been checked.
    pub fn store(&mut self, inner: &Inner, channel: u64, body: &Value, files: &[File], flags: u64) -> u64 {
        let id = self.next_id();
        let nonce = match &body["nonce"] {
            Value::Null => None,
            Value::String(nonce) => Some(nonce.clone()),
            number => Some(number.to_string()),
        };
        let message = Message {
            id,
            channel,
            author: Double::BOT_USER,
            content: body["content"].as_str().unwrap_or_default().to_owned(),
            embeds: list(&body["embeds"]),
            components: list(&body["components"]),
            attachments: self.keep_files(inner, files),
            nonce,
            allowed_mentions: body.get("allowed_mentions").cloned(),
            flags: flags | body["flags"].as_u64().unwrap_or_default(),
            created_at: Timestamp::now(),
            edits: Vec::new(),
            is_deleted: false,
        };
        self.messages.insert(id, message);
        self.in_channel.entry(channel).or_default().push(id);
        id
    }

    /// A deferred answer: a message that says that the bot thinks.
    pub fn store_thinking(&mut self, inner: &Inner, channel: u64, flags: u64) -> u64 {
        self.store(inner, channel, &Value::Null, &[], flags | LOADING)
    }

    /// Changes what the body names, and leaves the rest.
    pub fn edit(&mut self, inner: &Inner, id: u64, request: &Request, body: &Value) {
        let added = self.keep_files(inner, &request.files);
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
            let is_named = |id: u64| list(named).iter().any(|named| super::request::id_of(&named["id"]) == Some(id));
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
