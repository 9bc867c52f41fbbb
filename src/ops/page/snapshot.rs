//! Everything that one rendering of the page shows, as plain values.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::health::{InstanceHealth, Part};
use crate::runtime::metrics::CallBucket;
use crate::store::{GuildsReport, HourOutcomes, LatestCode, Queue, Reports, StoreError};

/// How many codes are listed.
pub const CODES: u32 = 10;
/// How many servers are listed that are paused for the same reason, or that refuse posts.
pub const SERVERS: u32 = 10;
/// How many hours the charts cover.
pub const HOURS: u32 = 48;
/// The time over which the queue's speed is measured, as for a batch's message.
pub const SPEED_OVER: Duration = Duration::from_secs(180);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub now: Timestamp,
    pub instance: InstanceHealth,
    /// Since when the instance has been doing what it does, and since when each part has been well.
    pub standing_since: Timestamp,
    pub well_since: BTreeMap<Part, Timestamp>,
    /// `None` while this instance does not act; an error, in words, while the state cannot be read.
    pub figures: Option<Result<Figures, String>>,
    /// The calls to the game of the last [`HOURS`], the earliest first.
    pub calls: Vec<CallBucket>,
}

/// What the working copy says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// The newest first.
    pub codes: Vec<LatestCode>,
    pub queue: Queue,
    /// The earliest first.
    pub hours: Vec<HourOutcomes>,
    pub guilds: GuildsReport,
}

impl Figures {
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn read(reports: &Reports) -> Result<Self, StoreError> {
        Ok(Self {
            codes: reports.latest_codes(CODES).await?,
            queue: reports.queue(SPEED_OVER).await?,
            hours: reports.hourly_outcomes(HOURS).await?,
            guilds: reports.guilds_report(SERVERS).await?,
        })
    }
}
