//! The eraser: removes records from both stores that must not be kept any longer.
//!
//! # Guarantees
//! A guild is erased 30 days after it removed the bot, if Discord confirmed the removal in this session. Players and codes that
//! nobody needs any more are erased, and so are listings that no source has had for long. The work is done in small steps, so
//! that others can write in between. After a jump of the clock nothing is erased for a day, but for what somebody could confirm
//! or undo with a button: each poll deletes what is more than a day old.
//!
//! # Races
//! Each step checks in its own transaction that what it erases is still not needed.
//!
//! # Crash
//! A step is one transaction. The next poll finds the rest.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::domain::sync::erasure::{ClockWatch, DISTRUST, REMOVED_FOR};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{Erasures, StoreError};

/// The fallback: removing a guild wakes the eraser, too.
const POLL_INTERVAL: Duration = Duration::from_secs(3600);
/// Leaves time for other writes between two steps.
const STEP_COOL_DOWN: Duration = Duration::from_millis(50);
/// Players or erasures per step. A player has a redemption for each code.
const STEP: u32 = 100;

pub struct Eraser {
    erasures: Erasures,
    clock: Clock,
}

impl Eraser {
    pub fn new(erasures: Erasures, clock: Clock) -> Self {
        Self { erasures, clock }
    }
}

impl Service for Eraser {
    fn name(&self) -> &'static str {
        "eraser"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        // The last session's times show a jump that happened while no process ran.
        let (known, elapsed) = self.erasures.time_before_opening();
        let mut watch = ClockWatch::new(known, signed(elapsed));
        let mut ticks = tokio::time::interval_at(Instant::now() + POLL_INTERVAL, POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let woken = self.erasures.wake().listen();
            let has_jumped = watch.has_jumped(self.clock.now(), signed(self.clock.elapsed()));
            let result = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                result = self.erase_due(has_jumped) => result,
            };
            if let Err(error) = result {
                tracing::error!("Cannot erase old records, trying again in an hour: {error}");
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                _ = ticks.tick() => {}
                () = woken => {}
            }
        }
    }
}

impl Eraser {
    async fn erase_due(&self, has_jumped: bool) -> Result<(), StoreError> {
        self.erasures.forget_drafts().await?;
        let now = self.clock.now();
        if has_jumped {
            // Stored in the file, because a restart does not correct the clock.
            self.erasures.set_erase_after(now.checked_add(DISTRUST).unwrap_or(Timestamp::MAX)).await?;
            tracing::warn!(
                "The clock is far ahead of the last change, or the bot was down for long: nothing is erased for a day"
            );
        }
        if self.erasures.erase_after().await?.is_some_and(|after| now < after) {
            return Ok(());
        }
        while let Some(erased) = self.erasures.erase_removed_guild().await? {
            let (guild, days) = (erased.guild, REMOVED_FOR.as_hours() / 24);
            tracing::info!(
                "Guild {guild} removed the bot {days} days ago: its settings, its roster of {} players and its {} posts are erased",
                erased.players,
                erased.posts
            );
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        let mut players = 0;
        loop {
            match self.erasures.erase_unneeded_players(STEP).await? {
                0 => break,
                count => players += count,
            }
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        let mut codes = 0;
        while self.erasures.erase_stale_typed_code().await? {
            codes += 1;
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        while self.erasures.forget_erasures(STEP).await? > 0 {
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        while self.erasures.forget_old_listings(STEP).await? > 0 {
            tokio::time::sleep(STEP_COOL_DOWN).await;
        }
        self.erasures.erase_orphans().await?;
        if players + codes > 0 {
            tracing::info!("Erased {players} players and {codes} codes that nobody needs any more");
        }
        Ok(())
    }
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}
