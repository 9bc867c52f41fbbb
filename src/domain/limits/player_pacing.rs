//! How often the game may be called for one player (invariant 5): an interval between two calls. How often it may be
//! called at all is a matter of the endpoint's [`super::budget`].
//!
//! Times are durations since some fixed start, on a clock that never goes back. The interval counts from the moment the
//! *answer* came. The server saw the call no later than that, so two calls are never closer at the server than here.
//!
//! Written by hand for the reasons that [`super::budget`] gives.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::players::player::PlayerId;

/// The longest interval that refusals lead to.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// How many calls must go well before a longer interval is halved.
const CALM_CALLS: u32 = 1000;
/// The shortest interval once the game has refused a call as too soon.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(50);

/// Allows one call at a time per player, and keeps `interval` between an answer and the next call.
#[derive(Debug)]
pub struct PlayerPacing {
    configured: Duration,
    interval: Duration,
    /// When the interval last grew. `calm` counts the calls since then that were not too soon.
    grown_at: Option<Duration>,
    calm: u32,
    not_before: HashMap<PlayerId, Option<Duration>>,
    sweep_at: usize,
    /// No call for any player before this: an earlier process made a call for an unknown player.
    nobody_before: Duration,
}

impl PlayerPacing {
    pub fn new(interval: Duration) -> Self {
        Self {
            configured: interval,
            interval,
            grown_at: None,
            calm: 0,
            not_before: HashMap::new(),
            sweep_at: 1024,
            nobody_before: Duration::ZERO,
        }
    }

    pub fn is_open(&self, player: PlayerId, now: Duration) -> bool {
        match self.not_before.get(&player) {
            _ if now < self.nobody_before => false,
            None => true,
            Some(in_flight_or_until) => in_flight_or_until.is_some_and(|until| until <= now),
        }
    }

    /// Records that an earlier process made a call for some player, answered `age` before `now`.
    pub fn restore(&mut self, now: Duration, age: Duration) {
        self.nobody_before = self.nobody_before.max((now + self.interval).saturating_sub(age));
    }

    /// Starts a call. Only if [`PlayerPacing::is_open`].
    pub fn begin(&mut self, player: PlayerId) {
        self.not_before.insert(player, None);
    }

    /// Ends a call whose answer came at `now`.
    pub fn end(&mut self, player: PlayerId, now: Duration) {
        self.calm = self.calm.saturating_add(1);
        if self.calm >= CALM_CALLS && self.interval > self.configured {
            self.interval = (self.interval / 2).max(self.configured);
            self.calm = 0;
        }
        self.not_before.insert(player, Some(now + self.interval));
        // The size depends on the calls in flight or cooling down, not on every player ever seen.
        if self.not_before.len() >= self.sweep_at {
            self.not_before.retain(|_, until| until.is_none_or(|until| until > now));
            self.sweep_at = (2 * self.not_before.len()).max(1024);
        }
    }

    /// Ends a call at `now` that the game refused as too soon after the one before, so the interval is too short for
    /// all players. It doubles, up to a minute, once for all refusals of one moment. It is halved, down to the
    /// configured value, after a thousand calls without a refusal, because a player who redeems by hand meanwhile
    /// causes the same refusal.
    pub fn refuse(&mut self, player: PlayerId, now: Duration) {
        self.calm = 0;
        if self.grown_at.is_none_or(|at| now >= at + self.interval) {
            self.interval = (self.interval * 2).clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL.max(self.configured));
            self.grown_at = Some(now);
        }
        self.end(player, now);
    }

    /// The interval in use.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Takes back a call that was started and not made.
    pub fn cancel(&mut self, player: PlayerId) {
        self.not_before.remove(&player);
    }

    /// Ends all calls in flight at `now`. They will get no answer, but may have reached the server.
    pub fn abandon(&mut self, now: Duration) {
        for until in self.not_before.values_mut() {
            until.get_or_insert(now + self.interval);
        }
    }

    /// When a call for `player` may start; `None` while one is in flight.
    pub fn opening_of(&self, player: PlayerId) -> Option<Duration> {
        match self.not_before.get(&player) {
            Some(None) => None,
            Some(Some(until)) => Some((*until).max(self.nobody_before)),
            None => Some(self.nobody_before),
        }
    }

    /// The earliest time after `now` at which some player's interval ends.
    pub fn next_opening(&self, now: Duration) -> Option<Duration> {
        let ends = self.not_before.values().flatten().copied().filter(|until| *until > now);
        // Until then, the end of an interval opens nothing.
        if self.nobody_before > now { Some(self.nobody_before) } else { ends.min() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn calls_for_a_player_keep_the_interval() {
        let mut pacing = PlayerPacing::new(MS(2_200));
        let player = PlayerId::new(1).unwrap();
        pacing.begin(player);
        assert!(!pacing.is_open(player, MS(60_000)));
        pacing.end(player, MS(60_000));
        assert!(!pacing.is_open(player, MS(62_199)));
        assert_eq!(pacing.next_opening(MS(60_000)), Some(MS(62_200)));
        assert!(pacing.is_open(player, MS(62_200)));
        for id in 2..5_000 {
            pacing.end(PlayerId::new(id).unwrap(), MS(70_000 + id * 10));
        }
        assert!(pacing.not_before.len() < 2_500, "{}", pacing.not_before.len());
    }

    #[test]
    fn an_interval_that_is_too_short_grows() {
        let player = PlayerId::new(1).unwrap();
        for (configured, after) in [(0, 50), (1_100, 2_200), (40_000, 60_000)] {
            let mut pacing = PlayerPacing::new(MS(configured));
            pacing.refuse(player, MS(0));
            assert_eq!(pacing.interval(), MS(after));
            assert!(!pacing.is_open(player, MS(after - 1)) && pacing.is_open(player, MS(after)));
            pacing.refuse(PlayerId::new(2).unwrap(), MS(1));
            assert_eq!(pacing.interval(), MS(after), "of the same moment");
            for call in 0..u64::from(CALM_CALLS) {
                pacing.end(player, MS(100_000 + call));
            }
            assert_eq!(pacing.interval(), MS((after / 2).max(configured)));
        }
    }
}
