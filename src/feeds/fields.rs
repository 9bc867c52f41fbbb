//! The fields of an entry that is an object, under all the names that feeds use.

use serde_json::{Map, Value};

use crate::domain::codes::code::{Code, rewards};
use crate::domain::codes::expiry::{self, Expiry};
use crate::domain::codes::listing::Entry;
use crate::domain::text::clean;

/// The longest piece of an answer that an error or a log line shows, in characters.
pub(super) const SHOWN_CHARS: usize = 120;

const CODE: [&str; 4] = ["code", "giftcode", "giftCode", "gift_code"];
pub(super) const REWARDS: [&str; 5] = ["rewards", "reward", "rewardText", "description", "label"];
pub(super) const EXPIRY: [&str; 6] = ["expiry", "expires", "expiresAt", "expiration", "expirationDate", "deadline"];
const ACTIVE: [&str; 3] = ["is_active", "isActive", "active"];
const EXPIRED: [&str; 3] = ["expired", "is_expired", "isExpired"];

/// Reads an entry, or returns its text if it is not one. Fields that cannot be read are added to `unread`.
pub(super) fn entry(fields: &Map<String, Value>, unread: &mut Vec<String>) -> Result<Entry, String> {
    let named = CODE.iter().find_map(|name| text(fields, name)).unwrap_or_default();
    let code = Code::parse(named).map_err(|_| clean(&Value::Object(fields.clone()).to_string(), SHOWN_CHARS))?;
    // Some feeds list only active codes and give no status, so a missing status counts as active.
    let is_active = text(fields, "status").is_none_or(|status| status.eq_ignore_ascii_case("active"))
        && ACTIVE.iter().all(|name| flag(fields, name) != Some(false))
        && EXPIRED.iter().all(|name| flag(fields, name) != Some(true));
    let rewards = REWARDS.iter().find_map(|name| rewards(text(fields, name)?));
    let expires_at = EXPIRY.iter().find_map(|name| match expires_at(fields.get(*name)?) {
        Expiry::At(at) => Some(at),
        Expiry::Unknown => None,
        Expiry::Unreadable => {
            let value = fields.get(*name).map(one_line).unwrap_or_default();
            unread.push(format!("the {name} “{value}” of {code}"));
            None
        }
    });
    Ok(Entry { code, is_active, rewards, expires_at })
}

pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// A value on one line.
pub(super) fn one_line(value: &Value) -> String {
    match value {
        Value::String(text) => clean(text, SHOWN_CHARS),
        other => clean(&other.to_string(), SHOWN_CHARS),
    }
}

/// Yes or no as programs write it; `None` for anything else.
fn flag(fields: &Map<String, Value>, name: &str) -> Option<bool> {
    match fields.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_i64().filter(|number| [0, 1].contains(number)).map(|number| number == 1),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn expires_at(value: &Value) -> Expiry {
    match value {
        Value::String(text) => expiry::read(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => expiry::read_number(number),
            // The cast saturates, and a number at the limit cannot be read as a time.
            #[allow(clippy::cast_possible_truncation, reason = "fractions of a second do not matter, and it saturates")]
            (None, Some(number)) => expiry::read_number(number as i64),
            (None, None) => Expiry::Unreadable,
        },
        Value::Null | Value::Bool(_) => Expiry::Unknown,
        Value::Array(_) | Value::Object(_) => Expiry::Unreadable,
    }
}
