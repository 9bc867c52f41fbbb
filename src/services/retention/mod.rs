//! Retention: what was decided long ago becomes numbers, and what was deleted long ago goes, in both stores.
//!
//! # Guarantees
//! The redemptions of a code that has been over for eight weeks are counted and then dropped; records that were marked as
//! deleted a quarter of a year ago are dropped. It takes small steps, between which others write. While the eraser distrusts the
//! clock nothing is counted or dropped.
//!
//! # Races
//! Each step looks again, in its own transaction, whether it still holds.
//!
//! # Crash
//! A step is one transaction: a generation is counted or not, a redemption is there or counted. What is left is found by the
//! next look.

mod size;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{Erasures, StoreError, Tallies};

pub use size::SizeWatch;

/// How often it looks.
const POLL_INTERVAL: Duration = Duration::from_secs(3600);
/// The first look comes after the eraser's, which sees whether the clock has jumped.
const FIRST_POLL: Duration = Duration::from_secs(600);
/// Between two steps: others write.
const STEP_COOL_DOWN: Duration = Duration::from_millis(100);
/// Records per step.
const STEP: u32 = 1000;

pub struct Retention {
    tallies: Tallies,
    erasures: Erasures,
    clock: Clock,
}

impl Retention {
    /// Retention of what this store holds.
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
            let looked = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                looked = async { ticks.tick().await; self.look().await } => looked,
            };
            if let Err(error) = looked {
                tracing::error!("Cannot drop what is to be kept no longer, next try in an hour: {error}");
            }
        }
    }
}

impl Retention {
    /// Counts and drops all there is to be now.
    async fn look(&self) -> Result<(), StoreError> {
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
                "{counted} codes have been over for eight weeks: what came of them is kept as numbers; {redemptions} redemptions \
                 and {deleted} deleted records are dropped"
            );
        }
        Ok(())
    }
}
