//! How fast the game may be asked (invariant 5): a window budget per endpoint, an interval per player.
//!
//! Times are durations since some fixed start on a clock that never steps. Both bounds count from the moment the
//! *answer* came: the server saw the call no later than that, so two calls are never closer at the server than here.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::player::PlayerId;

/// At most `limit` calls in any `window`.
#[derive(Debug)]
pub struct WindowBudget {
    limit: usize,
    window: Duration,
    in_flight: usize,
    answered: VecDeque<Duration>,
    closed_until: Duration,
    refusals: u32,
}

/// The longest rest after refusals in a row that name no time.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// How many calls an endpoint takes per window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls; at least 1.
    pub calls: u32,
    /// The window.
    pub window: Duration,
}

impl WindowBudget {
    /// A budget of `limit`; none at all with `None`.
    #[must_use]
    pub fn new(limit: Option<RateLimit>) -> Self {
        let limit = limit.unwrap_or(RateLimit { calls: u32::MAX, window: Duration::ZERO });
        Self {
            limit: limit.calls.max(1) as usize,
            window: limit.window,
            in_flight: 0,
            answered: VecDeque::new(),
            closed_until: Duration::ZERO,
            refusals: 0,
        }
    }

    fn forget_old(&mut self, now: Duration) {
        while self.answered.front().is_some_and(|at| *at + self.window <= now) {
            self.answered.pop_front();
        }
    }

    /// Whether a call may begin at `now`.
    pub fn is_open(&mut self, now: Duration) -> bool {
        self.has_room(now, 0)
    }

    /// Whether a call may begin at `now` and leave room for `kept_free` more.
    pub fn has_room(&mut self, now: Duration, kept_free: usize) -> bool {
        self.forget_old(now);
        now >= self.closed_until && self.in_flight + self.answered.len() + kept_free < self.limit
    }

    /// Begins a call; only after [`WindowBudget::is_open`] said yes.
    pub fn begin(&mut self) {
        self.in_flight += 1;
    }

    /// Ends a call whose answer came at `now`.
    pub fn end(&mut self, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if self.window > Duration::ZERO {
            self.answered.push_back(now);
        }
    }

    /// Takes back a call that was begun and not made.
    pub fn cancel(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Ends all calls in flight at `now`: whoever made them is gone, and they may have reached the server.
    pub fn abandon(&mut self, now: Duration) {
        for _ in 0..self.in_flight {
            self.end(now);
        }
    }

    /// The server refused a call at `now` as too fast: closed for as long as it asks, else for `base`, doubled for each
    /// refusal in a row up to a minute. Returns that rest; `None` for the answers of calls that were in flight with the
    /// one that closed it.
    pub fn refuse(&mut self, now: Duration, asked: Option<Duration>, base: Duration) -> Option<Duration> {
        if now < self.closed_until {
            return None;
        }
        let doubled = base.saturating_mul(1 << self.refusals.min(16)).min(LONGEST_REST);
        let rest = asked.unwrap_or(doubled);
        self.refusals = self.refusals.saturating_add(1);
        self.closed_until = now + rest;
        Some(rest)
    }

    /// The server took a call: refusals are not in a row any more.
    pub fn accept(&mut self) {
        self.refusals = 0;
    }

    /// The earliest time after `now` at which a call may begin; `None` while that depends on a call in flight.
    pub fn next_opening(&mut self, now: Duration) -> Option<Duration> {
        self.forget_old(now);
        let used = self.in_flight + self.answered.len();
        if used < self.limit {
            return Some(now.max(self.closed_until));
        }
        let oldest = self.answered.get(used - self.limit)?;
        Some((*oldest + self.window).max(self.closed_until))
    }
}

/// One call at a time for one player, and `interval` between an answer and the next call.
#[derive(Debug)]
pub struct PlayerPacing {
    interval: Duration,
    not_before: HashMap<PlayerId, Option<Duration>>,
    sweep_at: usize,
}

impl PlayerPacing {
    /// Pacing with this interval.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self { interval, not_before: HashMap::new(), sweep_at: 1024 }
    }

    /// Whether a call for `player` may begin at `now`.
    #[must_use]
    pub fn is_open(&self, player: PlayerId, now: Duration) -> bool {
        match self.not_before.get(&player) {
            None => true,
            Some(in_flight_or_until) => in_flight_or_until.is_some_and(|until| until <= now),
        }
    }

    /// Begins a call; only after [`PlayerPacing::is_open`] said yes.
    pub fn begin(&mut self, player: PlayerId) {
        self.not_before.insert(player, None);
    }

    /// Ends a call whose answer came at `now`.
    pub fn end(&mut self, player: PlayerId, now: Duration) {
        self.not_before.insert(player, Some(now + self.interval));
        // Bounded by what is in flight or cooling down, not by every player ever seen.
        if self.not_before.len() >= self.sweep_at {
            self.not_before.retain(|_, until| until.is_none_or(|until| until > now));
            self.sweep_at = (2 * self.not_before.len()).max(1024);
        }
    }

    /// Takes back a call that was begun and not made.
    pub fn cancel(&mut self, player: PlayerId) {
        self.not_before.remove(&player);
    }

    /// Ends all calls in flight at `now`: whoever made them is gone, and they may have reached the server.
    pub fn abandon(&mut self, now: Duration) {
        for until in self.not_before.values_mut() {
            until.get_or_insert(now + self.interval);
        }
    }

    /// When a call for `player` may begin; `None` while one is in flight, or where none needs to wait.
    #[must_use]
    pub fn opening_of(&self, player: PlayerId) -> Option<Duration> {
        self.not_before.get(&player).copied().flatten()
    }

    /// The earliest time after `now` at which some player's interval ends.
    #[must_use]
    pub fn next_opening(&self, now: Duration) -> Option<Duration> {
        self.not_before.values().flatten().copied().filter(|until| *until > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn a_window_opens_again_when_its_oldest_answer_leaves_it() {
        let mut budget = WindowBudget::new(Some(RateLimit { calls: 2, window: MS(100) }));
        for at in [MS(0), MS(10)] {
            assert!(budget.is_open(at));
            budget.begin();
            budget.end(at);
        }
        assert!(!budget.is_open(MS(99)));
        assert_eq!(budget.next_opening(MS(20)), Some(MS(100)));
        assert!(budget.is_open(MS(100)));
    }

    #[test]
    fn refusals_close_it_for_longer_and_longer() {
        let mut budget = WindowBudget::new(None);
        let second = Duration::from_secs(1);
        let mut now = MS(0);
        let mut rests = Vec::new();
        for _ in 0..8 {
            let rest = budget.refuse(now, None, second).unwrap();
            assert_eq!(budget.refuse(now, None, second), None, "an answer of the same moment");
            assert!(!budget.is_open(now + rest - MS(1)) && budget.is_open(now + rest));
            assert_eq!(budget.next_opening(now), Some(now + rest));
            rests.push(rest.as_secs());
            now += rest;
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(budget.refuse(now, Some(7 * second), second), Some(7 * second));
        budget.accept();
        assert_eq!(budget.refuse(now + 7 * second, None, second), Some(second));
    }

    #[test]
    fn calls_in_flight_fill_the_window_too() {
        let mut budget = WindowBudget::new(Some(RateLimit { calls: 1, window: MS(100) }));
        budget.begin();
        assert!(!budget.is_open(MS(1_000)));
        assert_eq!(budget.next_opening(MS(1_000)), None);
        budget.end(MS(1_000));
        assert_eq!(budget.next_opening(MS(1_000)), Some(MS(1_100)));
    }

    #[test]
    fn no_limit_is_no_limit() {
        let mut budget = WindowBudget::new(None);
        for _ in 0..1_000 {
            assert!(budget.is_open(MS(0)));
            budget.begin();
            budget.end(MS(0));
        }
        assert_eq!(budget.answered.len(), 0);
    }

    #[test]
    fn a_player_rests_between_calls() {
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

    proptest! {
        /// Invariant 5: however the calls interleave and however long answers take, never more than the limit.
        #[test]
        fn never_more_than_the_limit_in_any_window(
            calls in 1u32..6, window in 1u64..50,
            steps in proptest::collection::vec((0u64..20, any::<bool>()), 1..200),
        ) {
            let mut budget = WindowBudget::new(Some(RateLimit { calls, window: MS(window) }));
            let (mut now, mut begun, mut open) = (MS(0), Vec::new(), 0u32);
            for (wait, answer) in steps {
                now += MS(wait);
                if answer && open > 0 {
                    budget.end(now);
                    open -= 1;
                } else if budget.is_open(now) {
                    prop_assert_eq!(budget.next_opening(now), Some(now));
                    budget.begin();
                    open += 1;
                    begun.push(now);
                } else if let Some(next) = budget.next_opening(now) {
                    prop_assert!(next > now);
                }
            }
            for from in &begun {
                let inside = begun.iter().filter(|at| *at >= from && **at < *from + MS(window)).count();
                prop_assert!(inside <= calls as usize);
            }
        }
    }
}
