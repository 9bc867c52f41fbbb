//! The shapes in which feeds list codes, recognised from the answer:
//!
//! 1. `{"codes":[{"code" or "giftcode", "status", "is_active" …, rewards …, expiry …}]}`
//! 2. `{"codes":["CODE dd.mm.yyyy", …]}`, the date being that of publication
//! 3. `{"giftCodes":[…]}`; it and `codes` may stand in `data`
//! 4. `[…]` of such entries
//! 5. RSS 2.0, an item's title being the code
//!
//! A field of the wrong type counts as absent. An entry that is not a code is left out, counted and named.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::domain::codes::code::Code;
use crate::domain::codes::expiry;
use crate::domain::codes::listing::Entry;
use crate::domain::text::{clean, trim};
use crate::ports::FeedError;

use super::fields::{self, SHOWN_CHARS, one_line, text};

/// The most codes that are read from one feed. Real feeds list about ten, and up to some hundred that are over.
pub(super) const MAX_CODES: usize = 1000;

const LISTS: [&str; 2] = ["codes", "giftCodes"];
const ERROR: [&str; 3] = ["error", "detail", "message"];

/// How a feed lists its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Objects or texts in a JSON object.
    #[default]
    Object,
    /// A JSON list.
    List,
    Rss,
}

impl Shape {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "a JSON object",
            Self::List => "a JSON list",
            Self::Rss => "RSS",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parsed {
    pub shape: Shape,
    /// Each code once, active or not.
    pub entries: Vec<Entry>,
    /// The number of entries that are not codes, or beyond [`MAX_CODES`].
    pub skipped: usize,
    /// What cannot be read, as text for people.
    pub unread: Vec<String>,
}

pub(super) fn parse(body: &[u8]) -> Result<Parsed, FeedError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
    let mut found = Parsed::default();
    let mut seen = HashSet::new();
    // Counted separately, so that a long history cannot crowd out active codes.
    let (mut active, mut inactive) = (0, 0);
    let mut take = |entry: Result<Entry, String>| match entry {
        Ok(entry) if (if entry.is_active { active } else { inactive }) < MAX_CODES => {
            if seen.insert(entry.code.key()) {
                *(if entry.is_active { &mut active } else { &mut inactive }) += 1;
                found.entries.push(entry);
            }
            None
        }
        Ok(_) => {
            found.skipped += 1;
            None
        }
        Err(what) => {
            found.skipped += 1;
            Some(format!("the entry {what}"))
        }
    };
    let mut unread = Vec::new();
    let shape = match body.first() {
        Some(b'<') => Shape::Rss,
        Some(b'[') => Shape::List,
        _ => Shape::Object,
    };
    if shape == Shape::Rss {
        for title in titles(body)? {
            unread.extend(take(line(&title).map_err(|()| one_line(&title.into()))));
        }
    } else {
        let answer: Value = serde_json::from_slice(body).map_err(|_| unknown(body))?;
        for entry in entries(&answer)? {
            let read = match entry {
                Value::String(text) => line(text).map_err(|()| one_line(entry)),
                Value::Object(fields) => fields::entry(fields, &mut unread),
                other => Err(one_line(other)),
            };
            unread.extend(take(read));
        }
    }
    (found.shape, found.unread) = (shape, unread);
    Ok(found)
}

fn unknown(body: &[u8]) -> FeedError {
    let begin = clean(&String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN_CHARS)]), 40);
    FeedError::Shape(format!("it begins with {begin:?}"))
}

/// The titles of the items of an RSS feed.
fn titles(body: &[u8]) -> Result<Vec<String>, FeedError> {
    let channel = rss::Channel::read_from(body).map_err(|_| unknown(body))?;
    Ok(channel.items.into_iter().map(|item| item.title.unwrap_or_default()).collect())
}

/// The list of codes in a JSON answer.
fn entries(answer: &Value) -> Result<&Vec<Value>, FeedError> {
    let fields = match answer {
        Value::Array(entries) => return Ok(entries),
        Value::Object(fields) => fields,
        _ => return Err(FeedError::Shape("it is neither a list nor an object".to_owned())),
    };
    let list = |fields: &Map<String, Value>| LISTS.iter().find(|name| fields.contains_key(**name)).copied();
    let failed = fields.get("success") == Some(&Value::Bool(false))
        || text(fields, "status").is_some_and(|status| status.eq_ignore_ascii_case("error"))
        || (fields.contains_key("error") && list(fields).is_none());
    let nested = || fields.get("data").and_then(Value::as_object).and_then(|data| data.get(list(data)?));
    match list(fields).and_then(|name| fields.get(name)).or_else(nested) {
        Some(Value::Array(entries)) if !failed => Ok(entries),
        _ => Err(match ERROR.iter().find_map(|name| error_text(fields.get(*name)?)) {
            Some(reason) => FeedError::Refused(reason),
            None if failed => FeedError::Refused("it gives no reason".to_owned()),
            None => FeedError::Shape("it has no list of codes".to_owned()),
        }),
    }
}

/// The text of an error: a string, or an object as JSON.
fn error_text(value: &Value) -> Option<String> {
    let reason = if matches!(value, Value::Null | Value::Bool(_)) { String::new() } else { one_line(value) };
    (!reason.is_empty()).then_some(reason)
}

/// Reads a line with a code and perhaps its date of publication. A line with anything else after the code is not
/// trusted.
fn line(text: &str) -> Result<Entry, ()> {
    let (code, date) = trim(text).split_once(char::is_whitespace).unwrap_or((text, ""));
    if !(trim(date).is_empty() || is_date(trim(date)) || expiry::is_date(date)) {
        return Err(());
    }
    Code::parse(code).map(Entry::active).map_err(|_| ())
}

/// Whether it has the form of a date, even of one that does not exist.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
