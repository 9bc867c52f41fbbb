//! The shapes in which feeds list codes, recognised from the answer:
//!
//! 1. `{"codes":[{"code" or "giftcode", "status", "is_active" …, rewards …, expiry …}]}`
//! 2. `{"codes":["CODE dd.mm.yyyy", …]}`, the date being that of publication
//! 3. `{"giftCodes":[…]}`; it and `codes` may stand in `data`
//! 4. `[…]` of such entries
//! 5. RSS 2.0, an item's title being the code
//!
//! A field of the wrong type counts as absent. An entry that is no code is left out, counted and named.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::domain::codes::code::Code;
use crate::domain::codes::expiry;
use crate::domain::codes::listing::Entry;
use crate::domain::text::{clean, trim};
use crate::ports::FeedError;

use super::fields::{self, SHOWN_CHARS, said, text};

/// The most codes that are taken from one feed; real ones list some ten, and up to some hundred that are over.
pub(super) const MAX_CODES: usize = 1000;

const LISTS: [&str; 2] = ["codes", "giftCodes"];
const ERROR: [&str; 3] = ["error", "detail", "message"];

/// What a feed lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Found {
    /// The codes, each once, whether they are active or not.
    pub entries: Vec<Entry>,
    /// Entries that are no codes, or beyond [`MAX_CODES`].
    pub skipped: usize,
    /// What cannot be read, for people.
    pub unread: Vec<String>,
}

/// Reads a feed's answer.
pub(super) fn parse(body: &[u8]) -> Result<Found, FeedError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii();
    let mut found = Found::default();
    let mut seen = HashSet::new();
    // Counted apart: a long history must not crowd out what is active.
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
    if body.starts_with(b"<") {
        for title in titles(body)? {
            unread.extend(take(line(&title).map_err(|()| said(&title.into()))));
        }
    } else {
        let answer: Value = serde_json::from_slice(body).map_err(|_| unknown(body))?;
        for entry in entries(&answer)? {
            let read = match entry {
                Value::String(text) => line(text).map_err(|()| said(entry)),
                Value::Object(fields) => fields::entry(fields, &mut unread),
                other => Err(said(other)),
            };
            unread.extend(take(read));
        }
    }
    found.unread = unread;
    Ok(found)
}

fn unknown(body: &[u8]) -> FeedError {
    let begin = clean(&String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN_CHARS)]), 40);
    FeedError::Shape(format!("it begins with {begin:?}"))
}

/// The titles of the items of RSS.
fn titles(body: &[u8]) -> Result<Vec<String>, FeedError> {
    let channel = rss::Channel::read_from(body).map_err(|_| unknown(body))?;
    Ok(channel.items.into_iter().map(|item| item.title.unwrap_or_default()).collect())
}

/// The list of codes in an answer, whatever its shape.
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
        _ => Err(match ERROR.iter().find_map(|name| told(fields.get(*name)?)) {
            Some(told) => FeedError::Refused(told),
            None if failed => FeedError::Refused("it says no more".to_owned()),
            None => FeedError::Shape("it has no list of codes".to_owned()),
        }),
    }
}

/// What an error says: a text, or an object that holds one.
fn told(value: &Value) -> Option<String> {
    let told = if matches!(value, Value::Null | Value::Bool(_)) { String::new() } else { said(value) };
    (!told.is_empty()).then_some(told)
}

/// A line with a code, and perhaps the date of its publication. Anything else behind the code, and it is not to be trusted.
fn line(text: &str) -> Result<Entry, ()> {
    let (code, rest) = trim(text).split_once(char::is_whitespace).unwrap_or((text, ""));
    if !(trim(rest).is_empty() || is_date(trim(rest)) || expiry::is_date(rest)) {
        return Err(());
    }
    Code::parse(code).map(Entry::active).map_err(|_| ())
}

/// A date that need not be in any calendar.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
