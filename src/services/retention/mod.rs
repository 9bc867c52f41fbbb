//! Retention: replaces old decisions by counts and drops old deleted records, in both stores.
//!
//! # Guarantees
//! When a code has been over for eight weeks, its redemptions are counted and dropped. Records marked as deleted a quarter of a
//! year ago are dropped. The work is done in small steps, so that others can write in between. While the eraser distrusts the
//! clock, nothing is counted or dropped.
//!
//! # Races
//! Each step checks its condition again in its own transaction.
//!
//! # Crash
//! A step is one transaction: a generation is counted or not; a redemption is still there or counted. The next poll finds the
//! rest.

mod size;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{Erasures, StoreError, Tallies};

pub use size::SizeWatch;

const POLL_INTERVAL: Duration = Duration::from_secs(3600);
/// The first poll comes after the eraser's, which detects whether the clock has jumped.
const FIRST_POLL: Duration = Duration::from_secs(600);
/// Leaves time for other writes between two steps.
const STEP_COOL_DOWN: Duration = Duration::from_millis(100);
const STEP: u32 = 1000;

pub struct Retention {
    tallies: Tallies,
    erasures: Erasures,
    clock: Clock,
}

impl Retention {
    pub fn new(tallies: Tallies, erasures: Erasures, clock: Clock) -> Self {
        Self { tallies, erasures, clock }
    }
}

impl Service for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval_at(Instant::now() + FIRST_POLL, POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let result = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                result = async { ticks.tick().await; self.drop_due().await } => result,
            };
            if let Err(error) = result {
                tracing::error!("Cannot drop old records, trying again in an hour: {error}");
            }
        }
    }
}

impl Retention {
    async fn drop_due(&self) -> Result<(), StoreError> {
        if self.erasures.erase_after().await?.is_some_and(|after| self.clock.now() < after) {
            return Ok(());
        }
        let mut counted = 0;
        for generation in self.tallies.old_generations().await? {
            counted += usize::from(self.tallies.count_generation(generation).await?);
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        let mut redemptions = 0;
        loop {
            match self.tallies.drop_counted(STEP).await? {
                0 => break,
                count => redemptions += count,
            }
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        let mut deleted = 0;
        loop {
            match self.tallies.drop_deleted(STEP).await? {
                0 => break,
                count => deleted += count,
            }
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        if counted + redemptions + deleted > 0 {
            tracing::info!(
                "Counted {counted} codes that have been over for eight weeks; dropped {redemptions} of their redemptions and \
                 {deleted} deleted records"
            );
        }
        Ok(())
    }
}
