//! One thing that is wrong, as every place that shows it takes it: the log, the page, the metrics, the alerts.

use jiff::Timestamp;
use strum::{AsRefStr, VariantArray};

/// A part of the bot that can be unwell. Its name is a label of metrics and a key of alerts, so it does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsRefStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    /// Whether this instance may act.
    Leadership,
    /// The connection to Discord.
    Discord,
    /// The code feeds.
    Feeds,
    /// The posts to channels.
    Posts,
    /// The state file and MongoDB.
    Stores,
    /// The game, and what it lets the engine do.
    Engine,
}

impl Part {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Leadership => "This instance",
            Self::Discord => "Discord",
            Self::Feeds => "Code feeds",
            Self::Posts => "Posts",
            Self::Stores => "Storage",
            Self::Engine => "The game",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub part: Part,
    /// One clause without a full stop, for the log. It may hold text from outside.
    pub text: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// What to do about it, as a sentence's end: "set … and restart".
    pub remedy: String,
}
