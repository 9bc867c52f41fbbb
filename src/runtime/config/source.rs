//! Where values come from, and how errors show them.

use std::collections::HashMap;

use secrecy::SecretString;

use crate::runtime::redaction;

use super::{ConfigError, VARIABLES, Variable, dotenv, read};

/// The other name of `MONGODB_URI`.
const MONGO_URI: &str = "MONGO_URI";
/// The longest piece of a value that an error shows, in characters.
const SHOWN_CHARS: usize = 80;

/// Layers of values. The first layer that has one wins.
#[derive(Clone)]
pub struct Source {
    layers: Vec<HashMap<String, String>>,
    /// Variables of the environment whose values are not text.
    unreadable: Vec<String>,
}

impl Source {
    pub fn process() -> Self {
        let mut unreadable = Vec::new();
        let mut values = HashMap::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => drop(values.insert(name, value)),
                Err(_) => unreadable.push(name),
            }
        }
        let source = Self { layers: vec![values], unreadable };
        source.hide_secrets();
        source
    }

    /// The process's environment, then the `.env` file of the current folder or of one above it.
    pub fn process_and_dotenv() -> Result<Self, ConfigError> {
        let mut source = Self::process();
        if let Some(path) = dotenv::find() {
            source.layers.push(dotenv::read(&path).map_err(ConfigError::DotEnv)?);
            source.hide_secrets();
        }
        Ok(source)
    }

    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { layers: vec![values], unreadable: Vec::new() }
    }

    /// Adds these values for variables that no earlier layer has.
    pub fn with_defaults(mut self, pairs: &[(&str, &str)]) -> Self {
        self.layers.extend(Self::from_pairs(pairs).layers);
        self
    }

    /// The same without these variables.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.layers.iter_mut().for_each(|layer| layer.retain(|name, _| !names.contains(&name.as_str())));
        self.unreadable.retain(|name| !names.contains(&name.as_str()));
        self
    }

    /// The known variables that are set, in the order of [`VARIABLES`].
    pub fn names_set(&self) -> Vec<&'static str> {
        VARIABLES.iter().map(|variable| variable.name).filter(|name| self.is_set(name)).collect()
    }

    /// Hides the secrets in whatever this process writes, before anything is checked: a value that cannot be used is a
    /// secret, too.
    fn hide_secrets(&self) {
        for (name, value) in self.layers.iter().flatten() {
            if name == MONGO_URI || variable(name).is_some_and(|variable| variable.is_secret) {
                redaction::hide([value.as_str()]);
            } else if name == "GIFTCODE_API_URL" {
                for feed in value.split(',') {
                    // The key before an address, even if its `@` was forgotten.
                    let address = feed.find("http").unwrap_or(0);
                    redaction::hide([feed[..address].trim_end_matches('@')]);
                    redaction::hide_within([&feed[address..]]);
                }
            } else if variable(name).is_some() {
                redaction::hide_within([value.as_str()]);
            }
        }
    }

    fn lookup(&self, name: &str) -> Option<&str> {
        self.layers.iter().filter_map(|layer| layer.get(name)).map(|value| value.trim()).find(|value| !value.is_empty())
    }

    pub fn is_set(&self, name: &str) -> bool {
        self.lookup(name).is_some()
    }

    /// The value, or the variable's default; `None` if both are empty.
    pub(super) fn value(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        if self.unreadable.iter().any(|unreadable| unreadable == name) {
            let shown = "not UTF-8 text".to_owned();
            return Err(ConfigError::Value { name, shown, allowed: "give plain text".to_owned() });
        }
        let default = || variable(name).map(|v| v.default).filter(|default| !default.is_empty());
        Ok(self.lookup(name).or_else(default).map(str::to_owned))
    }

    pub(super) fn optional<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
        allowed: &str,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.value(name)? else { return Ok(None) };
        let bad = || ConfigError::Value { name, shown: shown(name, &text), allowed: allowed.to_owned() };
        read(&text).map(Some).ok_or_else(bad)
    }

    pub(super) fn required<T>(
        &self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
        allowed: &str,
    ) -> Result<T, ConfigError> {
        let missing = || ConfigError::Value { name, shown: "not set".to_owned(), allowed: allowed.to_owned() };
        self.optional(name, read, allowed)?.ok_or_else(missing)
    }

    /// A whole number from 1 to `most`.
    pub(super) fn count(&self, name: &'static str, most: u32) -> Result<u32, ConfigError> {
        let in_range = |text: &str| read::whole(text).filter(|count| (1..=most).contains(count));
        self.required(name, in_range, &format!("give a whole number from 1 to {most}"))
    }

    pub(super) fn secret(&self, name: &'static str) -> Result<Option<SecretString>, ConfigError> {
        // Sent in headers. Anything but visible ASCII would fail there, later and with a less clear error.
        let visible = |text: &str| text.bytes().all(|b| b.is_ascii_graphic()).then(|| SecretString::from(text));
        self.optional(name, visible, "give it without blanks or special characters")
    }

    /// An address that holds a secret.
    pub(super) fn secret_url(&self, name: &'static str) -> Result<Option<SecretString>, ConfigError> {
        self.optional(name, |text| read::url(text).map(|_| SecretString::from(text)), read::URL)
    }

    pub(super) fn mongodb_uri(&self) -> Result<Option<SecretString>, ConfigError> {
        let is_uri = |text: &str| {
            let known = text.starts_with("mongodb://") || text.starts_with("mongodb+srv://");
            known.then(|| SecretString::from(text))
        };
        let allowed = "give an address that begins with mongodb:// or mongodb+srv://";
        let first = self.optional("MONGODB_URI", is_uri, allowed)?;
        let second = self.optional(MONGO_URI, is_uri, allowed)?;
        if first.is_some() && second.is_some() && self.lookup("MONGODB_URI") != self.lookup(MONGO_URI) {
            return Err(ConfigError::Conflict {
                names: ["MONGODB_URI", MONGO_URI],
                text: "MONGODB_URI and MONGO_URI are both set and differ: set one of them",
            });
        }
        Ok(first.or(second))
    }
}

fn variable(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

/// The value as an error may show it: no secret, no password within an address, no control characters, limited in
/// length.
fn shown(name: &str, value: &str) -> String {
    let is_secret = variable(name).is_none_or(|v| v.is_secret);
    if is_secret {
        return "set to something else (not shown)".to_owned();
    }
    // Even a broken address may contain a name and a password, or a key without its @.
    let is_after_something = value.split(',').any(|part| part.trim().find("http").is_some_and(|at| at > 0));
    if value.contains('@') || is_after_something {
        return "set to an address with a key, name or password (not shown)".to_owned();
    }
    let plain: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_CHARS).collect();
    let cut = if value.chars().count() > SHOWN_CHARS { "…" } else { "" };
    format!("\"{plain}{cut}\"")
}
