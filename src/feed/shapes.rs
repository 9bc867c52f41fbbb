//! The shapes in which feeds list codes (PROTOCOL §2), recognised from the answer.
//!
//! 1. `{"success":true,"codes":[{"code","status",rewards…,expiry…}]}`
//! 2. `{"codes":["CODE dd.mm.yyyy", …]}`, the date being that of publication
//! 3. `{"status":"success","data":{"giftCodes":[{"code","expiresAt"}]}}`
//!
//! A field of the wrong type counts as absent, an entry that is no code is left out and counted.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::domain::code::{Code, ListedCode, expiry, rewards};
use crate::domain::text::clean;
use crate::ports::FeedError;

/// The most codes that are taken from one feed; real ones list some ten.
pub(super) const MAX_CODES: usize = 1000;
/// The longest piece of an answer that an error or a log line shows, in characters.
const SHOWN_CHARS: usize = 120;

const REWARDS: [&str; 5] = ["rewards", "reward", "rewardText", "description", "label"];
const EXPIRY: [&str; 5] = ["expiry", "expires", "expiresAt", "expiration", "expirationDate"];
const ERROR: [&str; 3] = ["error", "detail", "message"];

/// What a feed lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Listing {
    /// The active codes, each once.
    pub codes: Vec<ListedCode>,
    /// Entries, active or not, that are codes.
    pub usable: usize,
    /// Entries that are no codes, or beyond [`MAX_CODES`].
    pub skipped: usize,
}

/// Reads a feed's answer.
pub(super) fn parse(body: &[u8], source: &str) -> Result<Listing, FeedError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let not_json = |_| FeedError::Shape(format!("it begins with {:?}", begin(body)));
    let answer: Value = serde_json::from_slice(body).map_err(not_json)?;
    let mut listing = Listing::default();
    let mut seen = HashSet::new();
    for entry in entries(&answer)? {
        match listed(entry, source) {
            Ok((code, is_active)) if listing.codes.len() < MAX_CODES => {
                listing.usable += 1;
                if is_active && seen.insert(code.code.key()) {
                    listing.codes.push(code);
                }
            }
            Ok(_) => listing.skipped += 1,
            Err(what) => {
                listing.skipped += 1;
                tracing::debug!("{source} lists something that is no code: {what:?}");
            }
        }
    }
    Ok(listing)
}

fn begin(body: &[u8]) -> String {
    clean(&String::from_utf8_lossy(&body[..body.len().min(4 * SHOWN_CHARS)]), 40)
}

/// The list of codes in an answer, whatever its shape.
fn entries(answer: &Value) -> Result<&Vec<Value>, FeedError> {
    let fields = match answer {
        Value::Array(entries) => return Ok(entries),
        Value::Object(fields) => fields,
        _ => return Err(FeedError::Shape("it is neither a list nor an object".to_owned())),
    };
    let failed = fields.get("success") == Some(&Value::Bool(false))
        || text(fields, "status").is_some_and(|status| status.eq_ignore_ascii_case("error"))
        || (fields.contains_key("error") && !fields.contains_key("codes"));
    let nested = || fields.get("data").and_then(|data| data.get("giftCodes"));
    match fields.get("codes").or_else(nested) {
        Some(Value::Array(entries)) if !failed => Ok(entries),
        _ => Err(match ERROR.iter().find_map(|name| said(fields.get(*name)?)) {
            Some(said) => FeedError::Refused(said),
            None if failed => FeedError::Refused("it says no more".to_owned()),
            None => FeedError::Shape("it has no list of codes".to_owned()),
        }),
    }
}

/// What an error says: a text, or an object that holds one.
fn said(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => clean(text, SHOWN_CHARS),
        Value::Null | Value::Bool(_) => return None,
        other => clean(&other.to_string(), SHOWN_CHARS),
    };
    (!text.is_empty()).then_some(text)
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// One entry and whether it is active; else what it is.
fn listed(entry: &Value, source: &str) -> Result<(ListedCode, bool), String> {
    let what = || clean(&entry.to_string(), SHOWN_CHARS);
    let bare = |code: &str| Code::parse(code).map_err(|_| what());
    let listed = |code, rewards, expires_at| ListedCode { code, rewards, expires_at, source: source.to_owned() };
    match entry {
        Value::String(line) => {
            let mut words = line.split(' ').filter(|word| !word.is_empty());
            let code = bare(words.next().unwrap_or_default())?;
            // Anything but a date after the code is no line of this shape, and the code not to be trusted.
            if words.next().is_some_and(|word| !is_date(word)) || words.next().is_some() {
                return Err(what());
            }
            Ok((listed(code, None, None), true))
        }
        Value::Object(fields) => {
            let code = bare(fields.get("code").and_then(Value::as_str).unwrap_or_default())?;
            // Shape 3 lists what is active and says nothing of it: no status is no objection.
            let is_active = text(fields, "status").is_none_or(|status| status.eq_ignore_ascii_case("active"));
            let rewards = REWARDS.iter().find_map(|name| rewards(text(fields, name)?));
            let expires_at = EXPIRY.iter().find_map(|name| expiry(text(fields, name)?));
            Ok((listed(code, rewards, expires_at), is_active))
        }
        _ => Err(what()),
    }
}

fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
