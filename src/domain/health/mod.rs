//! Everything that says "this is not well", in one value: the log, `status` and whatever else shows it put it into words.

pub mod alerting;
mod discord;
mod engine;
mod instance;
mod line;
mod problem;
mod words;

use std::time::Duration;

use jiff::Timestamp;

pub use discord::{Connection, DiscordStatus};
pub use engine::{EnginePhase, EngineStatus, WaitReason};
pub use instance::{InstanceHealth, Standing};
pub use line::HealthLine;
pub use problem::{Part, Problem};

/// How the parts are doing. A part whose status lies in the state file is an error, in words, while that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub feeds: Feeds,
    pub posts: Result<PostStatus, String>,
    pub replica: Result<ReplicaStatus, String>,
    pub engine: EngineStatus,
    /// `None` where no Discord is used: in the sandbox.
    pub discord: Option<DiscordStatus>,
    /// `None` while the daily backup succeeds, and where none is made.
    pub failing_backup: Option<FailingBackup>,
}

/// The code feeds, in the order of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feeds(pub Vec<FeedStatus>);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedStatus {
    pub name: String,
    /// How often it was polled.
    pub polls: u64,
    /// When it last returned its codes.
    pub read_at: Option<Timestamp>,
    pub failing: Option<FailingFeed>,
}

/// Why a feed's latest poll failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingFeed {
    /// When the first poll in a row failed.
    pub since: Timestamp,
    /// The error, without the feed's name: "answers HTTP 500".
    pub error: String,
}

/// Why the latest attempt at today's backup failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailingBackup {
    /// When the first attempt in a row failed.
    pub since: Timestamp,
    /// One clause: "there is no space left".
    pub error: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PostStatus {
    /// Guilds whose next message could not be sent, though they are not paused.
    pub failing_guilds: u32,
}

/// How the two stores are doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplicaStatus {
    /// Neither store takes changes.
    pub unsaved: Option<UnsavedChanges>,
    /// Whether the state is kept in MongoDB too. The rest counts only if it is.
    pub is_used: bool,
    /// The state file cannot be used: the working copy is a temporary one.
    pub is_temporary: bool,
    pub state: ReplicaState,
    /// The changes that it lacks, and the age of the oldest.
    pub unsent: u32,
    pub oldest_unsent: Option<Duration>,
    /// How many bytes it holds and may hold, where both are known.
    pub size: Option<(u64, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedChanges {
    /// When the first change in a row could not be saved.
    pub since: Timestamp,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReplicaState {
    #[default]
    Answers,
    Silent,
    /// It answers, and takes nothing until somebody acts: the error.
    Refuses(String),
}

impl Feeds {
    /// A check is a round of the feeds: as many were completed as the feed that was polled most often was polled. The health
    /// line thus comes as often with many feeds as with one, and a feed that is left alone for a while holds none back.
    pub fn checks(&self) -> u64 {
        self.0.iter().map(|feed| feed.polls).max().unwrap_or_default()
    }

    /// When at least one of them last returned its codes.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.0.iter().filter_map(|feed| feed.read_at).max()
    }
}
