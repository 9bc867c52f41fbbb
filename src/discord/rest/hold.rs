//! When calls may be made: evenly, not while Discord wants none, and not while nothing gets through.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::clock::Clock;

use super::error::{RestError, SHORTEST_WAIT};

/// The time between two calls, at most 48 a second: under Discord's 50, so that the pace of the network does not make them one too many.
const SPACING: Duration = Duration::from_nanos(1_000_000_000 / 48);
/// How long no call is made when Discord is not reached, doubling from the first to the second, where nobody says.
const OUTAGE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// A call waits so long for Discord to want calls again; else it comes to nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pace of all calls, and what holds them.
pub(super) struct Hold {
    clock: Clock,
    /// The next call is made no earlier. Whoever waits for it holds the lock, so calls go one at a time, first come first served.
    next: tokio::sync::Mutex<Instant>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Discord wants no call at all before.
    wanted_until: Option<Instant>,
    /// Discord is not reached, and not tried before.
    outage_until: Option<Instant>,
    /// How often in a row it was not reached.
    outages: u32,
}

impl Hold {
    pub fn new(clock: Clock) -> Self {
        Self { clock, next: tokio::sync::Mutex::new(Instant::now()), state: Mutex::default() }
    }

    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Discord has answered a call, and may want none for a while.
    pub fn answered(&self, wants_none_for: Option<Duration>) {
        let mut hold = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        hold.wanted_until = hold.wanted_until.max(wants_none_for.map(|wait| Instant::now() + wait));
        if hold.outages > 0 {
            tracing::info!("Discord answers again");
            (hold.outages, hold.outage_until) = (0, None);
        }
    }

    /// A call that began then did not get through to Discord: none is made for a while; returns for how long.
    pub fn failed(&self, began: Instant, what: &str, told: Duration) -> Duration {
        let mut hold = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, last) = OUTAGE;
        // A call that was under way already tells nothing new.
        let is_news = hold.outage_until.is_none_or(|until| until <= began);
        if is_news {
            let wait = first.saturating_mul(2u32.saturating_pow(hold.outages)).min(last).max(told);
            hold.outages = hold.outages.saturating_add(1);
            hold.outage_until = Some(Instant::now() + wait);
            let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX).strftime("%F %H:%M:%S");
            tracing::warn!("{what}; nothing is sent meanwhile, next try at {at} UTC");
        } else {
            hold.outage_until = hold.outage_until.max(Some(Instant::now() + told));
        }
        let left = hold.outage_until.map_or(first, |until| until.saturating_duration_since(Instant::now()));
        left.max(SHORTEST_WAIT)
    }

    /// Waits for this call's turn. The pace comes last: what waited for Discord together must not go together.
    pub async fn acquire_permit(&self) -> Result<(), RestError> {
        loop {
            let now = Instant::now();
            let (wanted, outage) = {
                let hold = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let left =
                    |until: Option<Instant>| until.map_or(Duration::ZERO, |it| it.saturating_duration_since(now));
                (left(hold.wanted_until), left(hold.outage_until))
            };
            if !outage.is_zero() || wanted > PATIENCE {
                return Err(RestError::Held(outage.max(wanted)));
            }
            if wanted.is_zero() {
                self.pace().await;
                if !self.is_held() {
                    return Ok(());
                }
            }
            tokio::time::sleep(wanted).await;
        }
    }

    /// Evenly, also after a pause: a burst on top of the rate would be more than Discord allows in a second.
    async fn pace(&self) {
        let mut next = self.next.lock().await;
        tokio::time::sleep_until(*next).await;
        *next = Instant::now() + SPACING;
    }

    fn is_held(&self) -> bool {
        let hold = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Some(Instant::now());
        hold.wanted_until > now || hold.outage_until > now
    }
}
