//! What Discord accepts as a message.

use std::collections::HashSet;

use serde_json::Value;

use super::{Findings, component};
use crate::state::id_of;
use crate::state::message::File;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    Create,
    /// The first message of a post in a forum: it has no nonce.
    ForumStart,
    Edit,
    /// The `data` of an interaction's first response.
    Callback,
    FollowUp,
    ResponseEdit,
}

impl BodyKind {
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Create => &[
                "content",
                "nonce",
                "enforce_nonce",
                "tts",
                "embeds",
                "allowed_mentions",
                "message_reference",
                "components",
                "sticker_ids",
                "attachments",
                "flags",
                "poll",
            ],
            Self::ForumStart => {
                // serenity writes the first two always. They mean nothing here, so they must be off.
                &[
                    "tts",
                    "enforce_nonce",
                    "content",
                    "embeds",
                    "allowed_mentions",
                    "components",
                    "sticker_ids",
                    "attachments",
                    "flags",
                ]
            }
            Self::Edit => &["content", "embeds", "flags", "allowed_mentions", "components", "attachments"],
            Self::Callback => {
                &["tts", "content", "embeds", "allowed_mentions", "flags", "components", "attachments", "poll"]
            }
            Self::FollowUp => &[
                "content",
                "username",
                "avatar_url",
                "tts",
                "embeds",
                "allowed_mentions",
                "components",
                "attachments",
                "flags",
                "thread_name",
                "applied_tags",
                "poll",
            ],
            Self::ResponseEdit => {
                &["content", "embeds", "flags", "allowed_mentions", "components", "attachments", "poll"]
            }
        }
    }
}

/// Everything wrong with a message body, except that it may be empty.
pub fn message(body: &Value, files: &[File], kind: BodyKind) -> Vec<String> {
    let mut findings = Findings::default();
    findings.only_fields("body", body, kind.fields());
    if !body.is_object() {
        return findings.0;
    }
    findings.text("content", &body["content"], 0..=2000);
    findings.is_bool("tts", &body["tts"]);
    findings.is_bool("enforce_nonce", &body["enforce_nonce"]);
    if kind == BodyKind::ForumStart {
        let is_off = |field: &str| matches!(&body[field], Value::Null | Value::Bool(false));
        findings.require(is_off("tts") && is_off("enforce_nonce"), "tts or enforce_nonce in a forum");
    }
    let nonce = &body["nonce"];
    if !nonce.is_number() {
        findings.text("nonce", nonce, 0..=25);
    }
    // What a bot may set: suppress embeds, ephemeral (interactions), suppress notifications.
    let settable = match kind {
        BodyKind::Callback | BodyKind::FollowUp => 1 << 2 | 1 << 6 | 1 << 12,
        _ => 1 << 2 | 1 << 12,
    };
    let flags = &body["flags"];
    let is_settable = flags.is_null() || flags.as_u64().is_some_and(|flags| flags & !settable == 0);
    findings.require(is_settable, &format!("flags {flags}"));
    embeds(&mut findings, &body["embeds"]);
    component::rows(&mut findings, &body["components"]);
    attachments(&mut findings, &body["attachments"], files);
    allowed_mentions(&mut findings, &body["allowed_mentions"]);
    findings.0
}

fn embeds(findings: &mut Findings, embeds: &Value) {
    let mut total = 0;
    for (index, embed) in findings.list("embeds", embeds, 10).iter().enumerate() {
        let at = format!("embeds[{index}]");
        let known = [
            "title",
            "type",
            "description",
            "url",
            "timestamp",
            "color",
            "footer",
            "image",
            "thumbnail",
            "author",
            "fields",
        ];
        findings.only_fields(&at, embed, &known);
        findings.text(&format!("{at}.title"), &embed["title"], 0..=256);
        findings.text(&format!("{at}.description"), &embed["description"], 0..=4096);
        findings.url(&format!("{at}.url"), &embed["url"]);
        findings.number(&format!("{at}.color"), &embed["color"], 0..=0xff_ff_ff);
        let timestamp = &embed["timestamp"];
        let is_moment = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
        let is_right = timestamp.is_null() || timestamp.as_str().is_some_and(is_moment);
        findings.require(is_right, &format!("{at}.timestamp is {timestamp}"));
        let mut texts = vec![&embed["title"], &embed["description"]];
        if let Some(author) = embed.get("author") {
            findings.only_fields(&format!("{at}.author"), author, &["name", "url", "icon_url"]);
            findings.text(&format!("{at}.author.name"), &author["name"], 1..=256);
            findings.url(&format!("{at}.author.url"), &author["url"]);
            texts.push(&author["name"]);
        }
        if let Some(footer) = embed.get("footer") {
            findings.only_fields(&format!("{at}.footer"), footer, &["text", "icon_url"]);
            findings.text(&format!("{at}.footer.text"), &footer["text"], 1..=2048);
            texts.push(&footer["text"]);
        }
        for picture in ["image", "thumbnail"] {
            if let Some(value) = embed.get(picture) {
                findings.url(&format!("{at}.{picture}.url"), &value["url"]);
            }
        }
        for (index, field) in findings.list(&format!("{at}.fields"), &embed["fields"], 25).iter().enumerate() {
            let at = format!("{at}.fields[{index}]");
            findings.only_fields(&at, field, &["name", "value", "inline"]);
            findings.text(&format!("{at}.name"), &field["name"], 1..=256);
            findings.text(&format!("{at}.value"), &field["value"], 1..=1024);
            findings.is_bool(&format!("{at}.inline"), &field["inline"]);
            texts.extend([&field["name"], &field["value"]]);
        }
        let characters: usize = texts.iter().filter_map(|text| text.as_str()).map(|text| text.chars().count()).sum();
        let has_picture = embed.get("image").or(embed.get("thumbnail")).is_some();
        findings.require(characters > 0 || has_picture, &format!("{at} is empty"));
        total += characters;
    }
    findings.require(total <= 6000, &format!("the embeds have {total} characters, more than 6000"));
}

fn attachments(findings: &mut Findings, attachments: &Value, files: &[File]) {
    const MOST_BYTES: usize = 10 * 1024 * 1024;
    let named = findings.list("attachments", attachments, 10);
    for (index, attachment) in named.iter().enumerate() {
        findings.only_fields(&format!("attachments[{index}]"), attachment, &["id", "filename", "description", "title"]);
        findings.text("attachment.description", &attachment["description"], 0..=1024);
        // A small id is the index of a file in this request, any other the id of a stored file.
        let id = id_of(&attachment["id"]);
        let is_there = id.is_some_and(|id| id > 100 || files.iter().any(|file| file.index == id));
        findings.require(is_there, &format!("attachments[{index}] has no file"));
    }
    findings.require(files.len() <= 10, "more than 10 files");
    for file in files {
        findings.require(file.bytes.len() <= MOST_BYTES, &format!("the file {} is too large", file.filename));
        findings.require(!file.filename.is_empty(), "a file without a name");
    }
    let indices: HashSet<u64> = files.iter().map(|file| file.index).collect();
    findings.require(indices.len() == files.len(), "two files of one number");
}

fn allowed_mentions(findings: &mut Findings, mentions: &Value) {
    if mentions.is_null() {
        return;
    }
    findings.only_fields("allowed_mentions", mentions, &["parse", "users", "roles", "replied_user"]);
    for kind in findings.list("allowed_mentions.parse", &mentions["parse"], 3) {
        let is_kind = kind.as_str().is_some_and(|kind| ["users", "roles", "everyone"].contains(&kind));
        findings.require(is_kind, &format!("allowed_mentions.parse holds {kind}"));
    }
    for list in ["users", "roles"] {
        for id in findings.list("allowed_mentions", &mentions[list], 100) {
            findings.require(id_of(id).is_some(), &format!("allowed_mentions.{list} holds {id}"));
        }
    }
}

/// Whether a body has text that could mention somebody.
pub fn has_text(body: &Value) -> bool {
    let is_text = |field: &str| body.get(field).is_some_and(|value| !value.is_null() && *value != "");
    is_text("content") || body["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty())
}

/// What is wrong with `allowed_mentions` by the house rule.
pub fn mentions(body: &Value) -> Option<String> {
    match &body["allowed_mentions"] {
        Value::Null => Some("no allowed_mentions".to_owned()),
        mentions if mentions["parse"].as_array().is_some_and(Vec::is_empty) => None,
        mentions => Some(format!("allowed_mentions is not closed: {mentions}")),
    }
}

/// Whether a message with this body would show nothing.
pub fn is_empty(body: &Value, files: &[File]) -> bool {
    let is_blank = |field: &str| body[field].as_str().is_none_or(|text| text.trim().is_empty());
    let has_none = |field: &str| body[field].as_array().is_none_or(Vec::is_empty);
    is_blank("content") && has_none("embeds") && has_none("sticker_ids") && body["poll"].is_null() && files.is_empty()
}
