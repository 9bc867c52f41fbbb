//! What Discord takes as a message: every field known, nothing too long, everything needed there.

use std::collections::HashSet;

use serde_json::Value;

use super::component_schema;
use super::request::{File, id_of};

/// Where a message body stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    Create,
    Edit,
    /// The `data` of an interaction's first answer.
    Callback,
    FollowUp,
    AnswerEdit,
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
            Self::AnswerEdit => {
                &["content", "embeds", "flags", "allowed_mentions", "components", "attachments", "poll"]
            }
        }
    }
}

/// Collects what is wrong.
#[derive(Default)]
pub struct Findings(pub Vec<String>);

impl Findings {
    pub fn add(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }

    pub fn that(&mut self, is_so: bool, otherwise: &str) {
        if !is_so {
            self.add(otherwise);
        }
    }

    /// An object with none but these fields.
    pub fn known(&mut self, at: &str, value: &Value, fields: &[&str]) {
        let Some(object) = value.as_object() else {
            return self.add(format!("{at} is not an object"));
        };
        for field in object.keys().filter(|field| !fields.contains(&field.as_str())) {
            self.add(format!("unknown field {at}.{field}"));
        }
    }

    /// A text of this many characters; absent is right where none are needed.
    pub fn text(&mut self, at: &str, value: &Value, lengths: std::ops::RangeInclusive<usize>) {
        match value {
            Value::Null if *lengths.start() == 0 => {}
            Value::String(text) if lengths.contains(&text.trim().chars().count()) => {}
            Value::String(text) => {
                let (begin, count) = (text.chars().take(20).collect::<String>(), text.chars().count());
                self.add(format!("{at} has {count} characters, not {lengths:?}: {begin:?}…"));
            }
            Value::Null => self.add(format!("{at} is missing")),
            other => self.add(format!("{at} is not a text: {other}")),
        }
    }

    /// A whole number in these bounds, or none.
    pub fn number(&mut self, at: &str, value: &Value, bounds: std::ops::RangeInclusive<u64>) {
        if !value.is_null() && !value.as_u64().is_some_and(|number| bounds.contains(&number)) {
            self.add(format!("{at} is {value}, not in {bounds:?}"));
        }
    }

    pub fn is_bool(&mut self, at: &str, value: &Value) {
        self.that(value.is_null() || value.is_boolean(), &format!("{at} is not true or false"));
    }

    /// The elements of a list of at most so many, or of none.
    pub fn list<'a>(&mut self, at: &str, value: &'a Value, most: usize) -> &'a [Value] {
        let list = match value {
            Value::Null => &[],
            Value::Array(list) => list.as_slice(),
            _ => {
                self.add(format!("{at} is not a list"));
                &[]
            }
        };
        self.that(list.len() <= most, &format!("{at} has {} elements, more than {most}", list.len()));
        list
    }

    pub fn url(&mut self, at: &str, value: &Value) {
        let is_url = |text: &str| ["http://", "https://", "attachment://"].iter().any(|begin| text.starts_with(begin));
        let is_right = value.is_null() || value.as_str().is_some_and(|text| is_url(text) && text.len() <= 2048);
        self.that(is_right, &format!("{at} is not a URL: {value}"));
    }
}

/// Everything wrong with a message body. Emptiness is another matter.
pub fn message(body: &Value, files: &[File], kind: BodyKind) -> Vec<String> {
    let mut findings = Findings::default();
    findings.known("body", body, kind.fields());
    if !body.is_object() {
        return findings.0;
    }
    findings.text("content", &body["content"], 0..=2000);
    findings.is_bool("tts", &body["tts"]);
    findings.is_bool("enforce_nonce", &body["enforce_nonce"]);
    let nonce = &body["nonce"];
    if !nonce.is_number() {
        findings.text("nonce", nonce, 0..=25);
    }
    // Those that a bot may set: suppress embeds, ephemeral (interactions), suppress notifications.
    let settable = match kind {
        BodyKind::Callback | BodyKind::FollowUp => 1 << 2 | 1 << 6 | 1 << 12,
        _ => 1 << 2 | 1 << 12,
    };
    let flags = &body["flags"];
    let is_settable = flags.is_null() || flags.as_u64().is_some_and(|flags| flags & !settable == 0);
    findings.that(is_settable, &format!("flags {flags}"));
    embeds(&mut findings, &body["embeds"]);
    component_schema::rows(&mut findings, &body["components"]);
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
        findings.known(&at, embed, &known);
        findings.text(&format!("{at}.title"), &embed["title"], 0..=256);
        findings.text(&format!("{at}.description"), &embed["description"], 0..=4096);
        findings.url(&format!("{at}.url"), &embed["url"]);
        findings.number(&format!("{at}.color"), &embed["color"], 0..=0xff_ff_ff);
        let timestamp = &embed["timestamp"];
        let is_moment = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
        let is_right = timestamp.is_null() || timestamp.as_str().is_some_and(is_moment);
        findings.that(is_right, &format!("{at}.timestamp is {timestamp}"));
        let mut texts = vec![&embed["title"], &embed["description"]];
        if let Some(author) = embed.get("author") {
            findings.known(&format!("{at}.author"), author, &["name", "url", "icon_url"]);
            findings.text(&format!("{at}.author.name"), &author["name"], 1..=256);
            findings.url(&format!("{at}.author.url"), &author["url"]);
            texts.push(&author["name"]);
        }
        if let Some(footer) = embed.get("footer") {
            findings.known(&format!("{at}.footer"), footer, &["text", "icon_url"]);
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
            findings.known(&at, field, &["name", "value", "inline"]);
            findings.text(&format!("{at}.name"), &field["name"], 1..=256);
            findings.text(&format!("{at}.value"), &field["value"], 1..=1024);
            findings.is_bool(&format!("{at}.inline"), &field["inline"]);
            texts.extend([&field["name"], &field["value"]]);
        }
        let characters: usize = texts.iter().filter_map(|text| text.as_str()).map(|text| text.chars().count()).sum();
        let has_picture = embed.get("image").or(embed.get("thumbnail")).is_some();
        findings.that(characters > 0 || has_picture, &format!("{at} is empty"));
        total += characters;
    }
    findings.that(total <= 6000, &format!("the embeds have {total} characters, more than 6000"));
}

fn attachments(findings: &mut Findings, attachments: &Value, files: &[File]) {
    const MOST_BYTES: usize = 10 * 1024 * 1024;
    let named = findings.list("attachments", attachments, 10);
    for (index, attachment) in named.iter().enumerate() {
        findings.known(&format!("attachments[{index}]"), attachment, &["id", "filename", "description", "title"]);
        findings.text("attachment.description", &attachment["description"], 0..=1024);
        // A small id is the number of a file that comes along, any other one that is there already.
        let id = id_of(&attachment["id"]);
        let is_there = id.is_some_and(|id| id > 100 || files.iter().any(|file| file.index == id));
        findings.that(is_there, &format!("attachments[{index}] has no file"));
    }
    findings.that(files.len() <= 10, "more than 10 files");
    for file in files {
        findings.that(file.bytes.len() <= MOST_BYTES, &format!("the file {} is too large", file.filename));
        findings.that(!file.filename.is_empty(), "a file without a name");
    }
    let indices: HashSet<u64> = files.iter().map(|file| file.index).collect();
    findings.that(indices.len() == files.len(), "two files of one number");
}

fn allowed_mentions(findings: &mut Findings, mentions: &Value) {
    if mentions.is_null() {
        return;
    }
    findings.known("allowed_mentions", mentions, &["parse", "users", "roles", "replied_user"]);
    for kind in findings.list("allowed_mentions.parse", &mentions["parse"], 3) {
        let is_kind = kind.as_str().is_some_and(|kind| ["users", "roles", "everyone"].contains(&kind));
        findings.that(is_kind, &format!("allowed_mentions.parse holds {kind}"));
    }
    for list in ["users", "roles"] {
        for id in findings.list("allowed_mentions", &mentions[list], 100) {
            findings.that(id_of(id).is_some(), &format!("allowed_mentions.{list} holds {id}"));
        }
    }
}

/// Whether a body holds something that could mention somebody.
pub fn has_text(body: &Value) -> bool {
    let is_text = |field: &str| body.get(field).is_some_and(|value| !value.is_null() && *value != "");
    is_text("content") || body["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty())
}

/// The project's rule for `allowed_mentions`.
pub fn mentions(body: &Value) -> Option<String> {
    match &body["allowed_mentions"] {
        Value::Null => Some("no allowed_mentions".to_owned()),
        mentions if mentions["parse"].as_array().is_some_and(Vec::is_empty) => None,
        mentions => Some(format!("allowed_mentions is not closed: {mentions}")),
    }
}

/// Whether a message of this body would show nothing.
pub fn is_empty(body: &Value, files: &[File]) -> bool {
    let is_blank = |field: &str| body[field].as_str().is_none_or(|text| text.trim().is_empty());
    let has_none = |field: &str| body[field].as_array().is_none_or(Vec::is_empty);
    is_blank("content") && has_none("embeds") && has_none("sticker_ids") && body["poll"].is_null() && files.is_empty()
}
