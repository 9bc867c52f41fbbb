//! When calls may be made: evenly spaced, not while Discord asks for none, and not during an outage.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::back_off::BackOff;
use crate::runtime::clock::Clock;

use super::error::{MIN_RETRY_AFTER, RestError};

/// The time between two calls: at most 48 a second. Discord allows 50; jitter in the network must not add up to more.
const SPACING: Duration = Duration::from_nanos(1_000_000_000 / 48);
/// During an outage, unless the response asks for a longer wait.
const OUTAGE_BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(300));
/// After a limit for opening direct messages that does not say how long it lasts.
const OPENING_LIMIT: Duration = Duration::from_secs(15);
/// A call waits this long for the end of a global limit; otherwise it fails at once.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Throttle {
    clock: Clock,
    /// When the next call may be made. A caller holds the lock while it waits, so calls go one at a time, first come first
    /// served.
    next_call_at: tokio::sync::Mutex<Instant>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Discord's limit for all calls lasts until then.
    limited_until: Option<Instant>,
    /// Its limit for opening direct messages.
    opening_limited_until: Option<Instant>,
    /// Discord was not reached, and is not tried until then.
    outage_until: Option<Instant>,
    /// How many calls in a row did not reach Discord.
    outages: u32,
}

impl Throttle {
    pub fn new(clock: Clock) -> Self {
        Self { clock, next_call_at: tokio::sync::Mutex::new(Instant::now()), state: Mutex::default() }
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Records that Discord answered, and the time for which it wants no more calls.
    pub fn record_answer(&self, limited_for: Option<Duration>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.limited_until = state.limited_until.max(limited_for.map(|wait| Instant::now() + wait));
        if state.outages > 0 {
            tracing::info!("Discord answers again");
            (state.outages, state.outage_until) = (0, None);
        }
    }

    /// Records that a call begun at `began` did not reach Discord, and returns for how long no call is made.
    pub fn record_outage(&self, began: Instant, reason: &str, retry_after: Duration) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Calls that were in flight when the outage was recorded do not lengthen the back-off.
        let is_new = state.outage_until.is_none_or(|until| until <= began);
        if is_new {
            let wait = OUTAGE_BACK_OFF.doubled(state.outages).max(retry_after);
            state.outages = state.outages.saturating_add(1);
            state.outage_until = Some(Instant::now() + wait);
            let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX).strftime("%F %H:%M:%S");
            tracing::warn!("{reason}; nothing is sent until the next try at {at} UTC");
        } else {
            state.outage_until = state.outage_until.max(Some(Instant::now() + retry_after));
        }
        let left =
            state.outage_until.map_or(OUTAGE_BACK_OFF.first, |until| until.saturating_duration_since(Instant::now()));
        left.max(MIN_RETRY_AFTER)
    }

    /// Records that the bot opens direct messages too fast, and returns for how long it opens none.
    pub fn record_opening_limit(&self, wait: Option<Duration>) -> Duration {
        let wait = wait.unwrap_or(OPENING_LIMIT).max(MIN_RETRY_AFTER);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.opening_limited_until = state.opening_limited_until.max(Some(Instant::now() + wait));
        wait
    }

    /// Fails while the bot may open no direct messages.
    pub fn may_open(&self) -> Result<(), RestError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let left = state.opening_limited_until.map(|until| until.saturating_duration_since(Instant::now()));
        match left.filter(|left| !left.is_zero()) {
            Some(left) => Err(RestError::Suspended(left.max(MIN_RETRY_AFTER))),
            None => Ok(()),
        }
    }

    /// Waits until a call may be made. The spacing comes last, so that calls that waited for a limit together do not go out
    /// together.
    pub async fn acquire_permit(&self) -> Result<(), RestError> {
        loop {
            let now = Instant::now();
            let (limited, outage) = {
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let left =
                    |until: Option<Instant>| until.map_or(Duration::ZERO, |it| it.saturating_duration_since(now));
                (left(state.limited_until), left(state.outage_until))
            };
            if !outage.is_zero() || limited > PATIENCE {
                return Err(RestError::Suspended(outage.max(limited)));
            }
            if limited.is_zero() {
                self.wait_for_spacing().await;
                if !self.is_suspended() {
                    return Ok(());
                }
            }
            tokio::time::sleep(limited).await;
        }
    }

    /// Spaces calls evenly even after a pause: a burst on top of the rate would exceed what Discord allows in a second.
    async fn wait_for_spacing(&self) {
        let mut next_call_at = self.next_call_at.lock().await;
        tokio::time::sleep_until(*next_call_at).await;
        *next_call_at = Instant::now() + SPACING;
    }

    fn is_suspended(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Some(Instant::now());
        state.limited_until > now || state.outage_until > now
    }
}
