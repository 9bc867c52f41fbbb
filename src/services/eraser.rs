//! The eraser: removes from both stores what is to be kept no longer.
//!
//! # Guarantees
//! A guild that removed the bot 30 days ago, and that Discord said in this session not to have it, is erased; so are players
//! and codes whom and which nobody needs any more, and listings that no source has for long. It takes small steps, between which others write. After a jump of the
//! clock nothing is erased for a day.
//!
//! # Races
//! Each step looks again, in its own transaction, whether what it erases is still not needed.
//!
//! # Crash
//! A step is one transaction. What is left is found by the next look.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::domain::sync::erasure::{ClockWatch, DISTRUST, REMOVED_FOR};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{Erasures, StoreError};

/// How often it looks, though it is woken when a guild was removed.
const POLL_INTERVAL: Duration = Duration::from_secs(3600);
/// Between two steps: others write.
const STEP_COOL_DOWN: Duration = Duration::from_millis(50);
/// Players and erasures per step. A player has a redemption for each code.
const STEP: u32 = 100;

pub struct Eraser {
    erasures: Erasures,
    clock: Clock,
}

impl Eraser {
    /// An eraser of what this store holds.
    pub fn new(erasures: Erasures, clock: Clock) -> Self {
        Self { erasures, clock }
    }
}

impl Service for Eraser {
    fn name(&self) -> &'static str {
        "eraser"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        // What the last session knew of the time tells of a jump while nobody was there to see it.
        let (known, elapsed) = self.erasures.time_before_opening();
        let mut watch = ClockWatch::new(known, signed(elapsed));
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let mut woken = std::pin::pin!(self.erasures.wake().notified());
            woken.as_mut().enable();
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                _ = ticks.tick() => {}
                () = woken => {}
            }
            let has_jumped = watch.has_jumped(self.clock.now(), signed(self.clock.elapsed()));
            let looked = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                looked = self.look(has_jumped) => looked,
            };
            if let Err(error) = looked {
                tracing::error!("Cannot erase what is to be kept no longer, next try in an hour: {error}");
            }
        }
    }
}

impl Eraser {
    /// Erases all there is to be erased now.
    async fn look(&self, has_jumped: bool) -> Result<(), StoreError> {
        let now = self.clock.now();
        if has_jumped {
            // In the file: a restart does not make the clock right.
            self.erasures.set_erase_after(now.checked_add(DISTRUST).unwrap_or(Timestamp::MAX)).await?;
            tracing::warn!(
                "The clock is far ahead of the last change, or nothing was at work for long: nothing is erased for a day"
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
