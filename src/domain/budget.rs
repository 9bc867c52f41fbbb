//! How many calls an endpoint takes (invariant 5): a window that starts from the configuration and follows the server.
//!
//! Times are durations since some fixed start on a clock that never steps. A call counts from the moment its *answer*
//! came: the server saw it no later than that, so the calls of any window are never more at the server than here.
//!
//! What is learnt, and from what:
//! - `X-RateLimit-Limit` is the limit, whatever the configuration says.
//! - `X-RateLimit-Remaining` shows calls that are not ours (another program behind the same address, an earlier process):
//!   they are counted as if made just now.
//! - A refusal (429) without these headers: as many calls as were counted are the limit.
//! - A refusal although fewer calls than the limit were counted: the window is longer than believed.
//!
//! What was learnt from refusals alone is unlearnt slowly, a step per ten windows without one.

use std::collections::VecDeque;
use std::time::Duration;

use super::answer::Heard;

/// An endpoint of the game; each has a budget of its own (PROTOCOL §1, "Limits").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The player endpoint.
    Login,
    /// The endpoint that redeems.
    Redeem,
}

impl Endpoint {
    /// The name in stored state.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Redeem => "redeem",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Login, Self::Redeem].into_iter().find(|endpoint| endpoint.name() == name)
    }
}

/// How many calls an endpoint takes per window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls; at least 1.
    pub calls: u32,
    /// The window.
    pub window: Duration,
}

/// At most so many calls in any window.
#[derive(Debug)]
pub struct WindowBudget {
    configured: Option<RateLimit>,
    /// What is believed now; no limit with `None`.
    limit: Option<RateLimit>,
    /// The server told the limit itself.
    is_told: bool,
    in_flight: usize,
    /// When the calls were answered, oldest first, from [`EPOCH`] before the clock's start on.
    counted: VecDeque<Duration>,
    answers: usize,
    closed_until: Duration,
    refusals: u32,
    /// Until then refusals are of calls that were in flight with the one that taught something.
    refused_until: Duration,
    steady_since: Duration,
}

/// Calls of an earlier process were before the clock's start.
const EPOCH: Duration = Duration::from_secs(24 * 3600);
/// No call takes longer than this, whatever is configured.
const LONGEST_CALL: Duration = Duration::from_secs(600);
/// The longest rest after refusals in a row that name no time.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// The window of a limit that the server tells where none is configured (PROTOCOL §1, "Limits").
const USUAL_WINDOW: Duration = Duration::from_secs(60);
/// A window grows by this much per unexplained refusal, up to [`MAX_GROWTH`] times what is configured.
const GROWTH: f64 = 1.5;
const MAX_GROWTH: u32 = 4;
/// Windows without a refusal before a step back.
const STEADY_WINDOWS: u32 = 10;
/// Calls at once before the first answer; then one more for each answer. So a limit that is much lower than configured is
/// learnt from a few calls, not from a volley.
const FIRST_CALLS: usize = 2;

impl WindowBudget {
    /// A budget of `limit`; none at all with `None`, until the server refuses a call.
    #[must_use]
    pub fn new(limit: Option<RateLimit>) -> Self {
        Self {
            configured: limit,
            limit: limit.map(|limit| RateLimit { calls: limit.calls.max(1), ..limit }),
            is_told: false,
            in_flight: 0,
            counted: VecDeque::new(),
            answers: 0,
            closed_until: Duration::ZERO,
            refusals: 0,
            refused_until: Duration::ZERO,
            steady_since: Duration::ZERO,
        }
    }

    /// What is believed now.
    #[must_use]
    pub fn limit(&self) -> Option<RateLimit> {
        self.limit
    }

    /// Counts calls that an earlier process made, by how long before `now` they were answered.
    pub fn restore(&mut self, now: Duration, ages: impl IntoIterator<Item = Duration>) {
        self.counted.extend(ages.into_iter().map(|age| (now + EPOCH).saturating_sub(age)));
        self.counted.make_contiguous().sort_unstable();
    }

    /// Calls that count at `now`.
    fn used(&self, now: Duration) -> usize {
        self.in_flight + self.counted.len() - self.left(now)
    }

    /// How many of those counted, the oldest, have left the window at `now`.
    fn left(&self, now: Duration) -> usize {
        let Some(limit) = self.limit else { return self.counted.len() };
        self.counted.partition_point(|at| *at + limit.window <= now + EPOCH)
    }

    /// Forgets what has left the window long ago: no call under way was asked before.
    fn forget_old(&mut self, now: Duration) {
        let Some(limit) = self.limit else { return };
        while self.counted.front().is_some_and(|at| *at + limit.window + LONGEST_CALL <= now + EPOCH) {
            self.counted.pop_front();
        }
    }

    /// Whether a call may begin at `now`.
    pub fn is_open(&self, now: Duration) -> bool {
        self.has_room(now, 0)
    }

    /// Whether a call may begin at `now` and leave room for `kept_free` more.
    pub fn has_room(&self, now: Duration, kept_free: usize) -> bool {
        let used = self.used(now) + kept_free;
        now >= self.closed_until
            && self.limit.is_none_or(|limit| {
                used < limit.calls as usize && self.in_flight < self.answers.saturating_add(FIRST_CALLS)
            })
    }

    /// Begins a call; only after [`WindowBudget::is_open`] said yes.
    pub fn begin(&mut self) {
        self.in_flight += 1;
    }

    /// Ends a call whose answer, or the lack of one, came at `now`.
    pub fn end(&mut self, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.answers = self.answers.saturating_add(1);
        if self.limit.is_some() {
            self.counted.push_back(now + EPOCH);
            self.forget_old(now);
        }
    }

    /// What refusals taught is no knowledge of the limit, which is this one: no call would have been taken.
    pub fn unlearn(&mut self, limit: Option<RateLimit>) {
        self.limit = limit;
        (self.closed_until, self.refused_until, self.refusals) = (Duration::ZERO, Duration::ZERO, 0);
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

    /// Takes note, after [`WindowBudget::end`], of what came with an answer at `now` to a call that was begun at `asked`. Where the server refused the call as
    /// too fast, returns when calls may go on, and `None` for the answers of calls that were in flight with that one.
    /// The rest after refusals in a row that name no time starts at `base`.
    pub fn observe(
        &mut self,
        (asked, now): (Duration, Duration),
        heard: &Heard,
        is_refused: bool,
        base: Duration,
    ) -> Option<Duration> {
        let (before, had_limit) = (self.used(now), self.limit.is_some());
        if let Some(calls) = heard.limit.filter(|calls| *calls > 0)
            && (had_limit || is_refused)
        {
            let window = self.limit.map_or(USUAL_WINDOW, |limit| limit.window);
            self.limit = Some(RateLimit { calls, window });
            self.is_told = true;
        }
        if !is_refused {
            self.refusals = 0;
            // The server counted some time in between: what has left our window since then may have been in its own.
            self.count_others(asked, now, heard);
            self.step_back(now);
            return None;
        }
        self.steady_since = now;
        if now < self.refused_until {
            self.close(now, heard.retry_after.unwrap_or_default());
            return None;
        }
        if let Some(limit) = self.limit.as_mut().filter(|_| had_limit) {
            // Without the refused call itself.
            let counted = before.saturating_sub(1);
            if !self.is_told {
                limit.calls = u32::try_from(counted).unwrap_or(u32::MAX).clamp(1, limit.calls);
            } else if counted < limit.calls as usize {
                let longest = self.configured.map_or(limit.window, |configured| configured.window) * MAX_GROWTH;
                limit.window = limit.window.mul_f64(GROWTH).min(longest);
            }
        }
        self.count_others(now, now, heard);
        // Closed by its count now; but a server that goes on refusing, or one without a limit, is left alone for longer.
        let doubled = base.saturating_mul(1 << self.refusals.min(16)).min(LONGEST_REST);
        let rest = if self.limit.is_none() || self.refusals > 0 { doubled } else { Duration::ZERO };
        self.refusals = self.refusals.saturating_add(1);
        self.close(now, heard.retry_after.unwrap_or(rest));
        let opens = self.next_opening(now).unwrap_or(now + base);
        self.refused_until = opens;
        Some(opens)
    }

    fn close(&mut self, now: Duration, rest: Duration) {
        self.closed_until = self.closed_until.max(now + rest);
    }

    /// Counts, as of `now`, the calls that the server counted and we, at `asked`, did not. What is in flight may be among its
    /// count.
    fn count_others(&mut self, asked: Duration, now: Duration, heard: &Heard) {
        if let (Some(limit), Some(remaining)) = (self.limit, heard.remaining)
            && self.is_told
        {
            let at_server = limit.calls.saturating_sub(remaining) as usize;
            for _ in self.used(asked)..at_server {
                self.counted.push_back(now + EPOCH);
            }
        }
    }

    /// One step back towards the configuration, where nothing but refusals told otherwise.
    fn step_back(&mut self, now: Duration) {
        let (Some(limit), Some(configured)) = (&mut self.limit, self.configured) else { return };
        if now.saturating_sub(self.steady_since) < limit.window * STEADY_WINDOWS {
            return;
        }
        self.steady_since = now;
        limit.window = limit.window.div_f64(GROWTH).max(configured.window).min(limit.window);
        if !self.is_told && limit.calls < configured.calls {
            limit.calls += 1;
        }
    }

    /// The earliest time from `now` on at which a call may begin; `None` while that depends on a call in flight.
    pub fn next_opening(&self, now: Duration) -> Option<Duration> {
        let used = self.used(now);
        let Some(limit) = self.limit else { return Some(now.max(self.closed_until)) };
        if self.in_flight >= self.answers.saturating_add(FIRST_CALLS) {
            return None;
        }
        let calls = limit.calls as usize;
        if used < calls {
            return Some(now.max(self.closed_until));
        }
        let last_to_leave = self.counted.get(self.left(now) + used - calls)?;
        Some((*last_to_leave + limit.window).saturating_sub(EPOCH).max(self.closed_until))
    }
}

#[cfg(test)]
mod tests;
