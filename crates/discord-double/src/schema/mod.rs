//! What Discord accepts: no unknown field, nothing too long, nothing missing.

pub mod command;
pub mod component;
pub mod message;

use std::ops::RangeInclusive;

use serde_json::Value;

/// What is wrong with a body.
#[derive(Default)]
pub struct Findings(pub Vec<String>);

impl Findings {
    pub fn add(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }

    pub fn require(&mut self, is_right: bool, otherwise: &str) {
        if !is_right {
            self.add(otherwise);
        }
    }

    /// The value must be an object without other fields than these.
    pub fn only_fields(&mut self, at: &str, value: &Value, fields: &[&str]) {
        let Some(object) = value.as_object() else {
            return self.add(format!("{at} is not an object"));
        };
        for field in object.keys().filter(|field| !fields.contains(&field.as_str())) {
            self.add(format!("unknown field {at}.{field}"));
        }
    }

    /// A text with this many characters. It may be absent if that includes none.
    pub fn text(&mut self, at: &str, value: &Value, lengths: RangeInclusive<usize>) {
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

    /// A whole number within these bounds, or absent.
    pub fn number(&mut self, at: &str, value: &Value, bounds: RangeInclusive<u64>) {
        if !value.is_null() && !value.as_u64().is_some_and(|number| bounds.contains(&number)) {
            self.add(format!("{at} is {value}, not in {bounds:?}"));
        }
    }

    pub fn is_bool(&mut self, at: &str, value: &Value) {
        self.require(value.is_null() || value.is_boolean(), &format!("{at} is not true or false"));
    }

    /// The elements of a list, which may be absent.
    pub fn list<'a>(&mut self, at: &str, value: &'a Value, most: usize) -> &'a [Value] {
        let list = match value {
            Value::Null => &[],
            Value::Array(list) => list.as_slice(),
            _ => {
                self.add(format!("{at} is not a list"));
                &[]
            }
        };
        self.require(list.len() <= most, &format!("{at} has {} elements, more than {most}", list.len()));
        list
    }

    pub fn url(&mut self, at: &str, value: &Value) {
        let is_url = |text: &str| ["http://", "https://", "attachment://"].iter().any(|begin| text.starts_with(begin));
        let is_right = value.is_null() || value.as_str().is_some_and(|text| is_url(text) && text.len() <= 2048);
        self.require(is_right, &format!("{at} is not a URL: {value}"));
    }
}
