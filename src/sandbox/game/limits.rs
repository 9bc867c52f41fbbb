//! The simulated game's rate limits, and how long its answers take.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::domain::answers::status::Status;
use crate::domain::limits::budget::RateLimit;
use crate::game::{PLAYER_PATH, REDEEM_PATH};
use crate::sandbox::ledger::Ledger;

/// The calls of the last windows, with the times at which they reached the game.
#[derive(Default)]
pub(super) struct Limits {
    windows: HashMap<&'static str, VecDeque<Duration>>,
    last_call: HashMap<String, Duration>,
}

impl Limits {
    /// The calls of an earlier process. The real game does not forget them when the bot is killed, but this one runs in
    /// the bot's process.
    pub fn of(ledger: &Ledger) -> Self {
        let mut limits = Self::default();
        let uncounted = [Status::RateLimited.name(), Status::SignError.name(), "DOWN", "UNAUTHORIZED", "PARAMS_ERROR"];
        for call in ledger.calls().iter().filter(|call| !uncounted.contains(&call.answer.as_str())) {
            let at = Duration::from_millis(call.at_ms);
            let endpoint = if call.endpoint == PLAYER_PATH { PLAYER_PATH } else { REDEEM_PATH };
            limits.windows.entry(endpoint).or_default().push_back(at);
            if call.answer != Status::TooFrequent.name() {
                limits.last_call.insert(call.fid.clone(), at);
            }
        }
        limits
    }

    /// Whether `endpoint` accepts one more call at `now`, and how many after it.
    pub fn admit(&mut self, limit: Option<RateLimit>, endpoint: &'static str, now: Duration) -> Result<usize, ()> {
        let Some(limit) = limit else { return Ok(usize::MAX) };
        let window = self.windows.entry(endpoint).or_default();
        while window.front().is_some_and(|at| *at + limit.window <= now) {
            window.pop_front();
        }
        let room = (limit.calls as usize).checked_sub(window.len() + 1).ok_or(())?;
        window.push_back(now);
        Ok(room)
    }

    /// Whether the last call for the player was less than `interval` ago.
    pub fn is_too_soon(&mut self, fid: &str, now: Duration, interval: Duration) -> bool {
        let last = self.last_call.get(fid);
        let too_soon = last.is_some_and(|last| now.saturating_sub(*last) < interval);
        if !too_soon {
            self.last_call.insert(fid.to_owned(), now);
        }
        too_soon
    }
}

/// How long calls and their answers are on their way.
pub(super) struct Latency {
    /// To the game, as long as it does not vary.
    pub usual: Duration,
    /// In both directions together, if it varies.
    pub most: Option<Duration>,
    pub rng: fastrand::Rng,
}

impl Latency {
    /// How long the next call is on its way, and how long its answer is.
    pub fn draw(&mut self) -> (Duration, Duration) {
        let Some(most) = self.most else { return (self.usual, Duration::ZERO) };
        let both = most.mul_f64(self.rng.f64());
        let there = both.mul_f64(self.rng.f64());
        (there, both - there)
    }
}
