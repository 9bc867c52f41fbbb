//! How many calls an endpoint takes (invariant 5): a window that starts from the configuration and follows the server.
//!
//! Times are durations since some fixed start, on a clock that never goes back. A call counts from the moment its
//! *answer* came. The server saw it no later than that, so the server never counts more calls in any window than this
//! process.
//!
//! What is learnt, and from what:
//! - `X-RateLimit-Limit` is the limit, whatever the configuration says, up to 10,000.
//! - `X-RateLimit-Remaining` reveals calls of others (another program behind the same address, an earlier process).
//!   They count as made just now.
//! - A refusal (429) without these headers: the number of calls counted so far is the limit.
//! - A refusal although fewer calls than the limit were counted: the window is longer than assumed.
//!
//! What was learnt from refusals alone is unlearnt slowly, one step per ten windows without a refusal.
//!
//! Written by hand on purpose: a limiter such as governor's spreads a fixed quota evenly and counts from the start of a
//! call. It cannot follow what a server says about its own window, nor count the calls of another program.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::answers::answer::RateLimitHints;
use crate::domain::back_off::BackOff;

/// An endpoint of the game; each has its own budget (docs/protocol.md, "Limits").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Endpoint {
    Login,
    Redeem,
}

impl Endpoint {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// At least 1; at most 10,000 where it is configured.
    pub calls: u32,
    /// More than zero; at most a day where it is configured.
    pub window: Duration,
}

/// How much of a budget is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetUse {
    /// Calls under way, and those that still count in the limit's window. Without a limit, only those under way are known.
    pub used: u64,
    /// The limit in use; `None` for no limit.
    pub limit: Option<RateLimit>,
}

/// At most so many calls in any window.
#[derive(Debug)]
pub struct WindowBudget {
    configured: Option<RateLimit>,
    /// The limit in use; `None` for no limit.
    limit: Option<RateLimit>,
    /// The limit came from the server itself.
    is_from_server: bool,
    in_flight: usize,
    /// When calls were answered, counted from [`EPOCH`] before the clock's start.
    counted: Counts,
    answers: usize,
    closed_until: Duration,
    refusals: u32,
    /// Until then, refusals belong to calls that were in flight together with the refused call that changed the limit.
    refused_until: Duration,
    steady_since: Duration,
}

/// The most calls per window, whatever the configuration or the server says.
const MAX_CALLS: u32 = 10_000;
/// The most moments that are kept: more than there can be calls in a window, this process's and those of others.
const MAX_MARKS: usize = 4 * MAX_CALLS as usize;
/// Calls of an earlier process happened before the clock's start.
const EPOCH: Duration = Duration::from_secs(24 * 3600);
/// No call takes longer than this, whatever is configured.
const LONGEST_CALL: Duration = Duration::from_secs(600);
/// The longest cool-down after refusals in a row without a `Retry-After`.
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(60);
/// The window for a limit from the server if none is configured (docs/protocol.md, "Limits").
const USUAL_WINDOW: Duration = Duration::from_secs(60);
/// A window grows by this factor per unexplained refusal, up to [`MAX_GROWTH`] times the configured one.
const GROWTH: f64 = 1.5;
const MAX_GROWTH: u32 = 4;
/// How many windows without a refusal lead to one step back.
const STEADY_WINDOWS: u32 = 10;
/// How many calls may run at once before the first answer; each answer allows one more. So a limit that is much lower
/// than configured is learnt from a few calls, not from a burst.
const FIRST_CALLS: usize = 2;

/// How many calls there were up to each moment, oldest first. It stores one number per moment, whatever the number of
/// calls.
#[derive(Debug, Default)]
struct Counts {
    marks: VecDeque<Mark>,
    /// Calls before the first mark.
    forgotten: u64,
}

/// A moment, and the number of calls up to and including it.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Duration,
    total: u64,
}

impl Counts {
    fn len(&self) -> usize {
        self.marks.len()
    }

    fn total(&self) -> u64 {
        self.marks.back().map_or(self.forgotten, |mark| mark.total)
    }

    /// Counts calls at a time no earlier than those before.
    fn push(&mut self, at: Duration, calls: u64) {
        let total = self.total().saturating_add(calls);
        match self.marks.back_mut() {
            Some(last) if last.at >= at => last.total = total,
            _ => self.marks.push_back(Mark { at, total }),
        }
        if self.len() > MAX_MARKS {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some(first) = self.marks.pop_front() {
            self.forgotten = first.total;
        }
    }

    /// Forgets the marks for which this is true, from the first on.
    fn forget_while(&mut self, is_old: impl Fn(Duration) -> bool) {
        while self.marks.front().is_some_and(|first| is_old(first.at)) {
            self.forget_first();
        }
    }

    /// Calls in the marks for which this is true, from the first on.
    fn count_while(&self, is_in: impl Fn(Duration) -> bool) -> u64 {
        let end = self.marks.partition_point(|mark| is_in(mark.at));
        end.checked_sub(1).and_then(|last| self.marks.get(last)).map_or(self.forgotten, |mark| mark.total)
    }

    /// When the count reached this number.
    fn reached(&self, calls: u64) -> Option<Duration> {
        self.marks.get(self.marks.partition_point(|mark| mark.total < calls)).map(|mark| mark.at)
    }
}

impl WindowBudget {
    /// `None` means no limit until the server refuses a call.
    pub fn new(limit: Option<RateLimit>) -> Self {
        Self {
            configured: limit.map(capped),
            limit: limit.map(capped),
            is_from_server: false,
            in_flight: 0,
            counted: Counts::default(),
            answers: 0,
            closed_until: Duration::ZERO,
            refusals: 0,
            refused_until: Duration::ZERO,
            steady_since: Duration::ZERO,
        }
    }

    /// The limit in use.
    pub fn limit(&self) -> Option<RateLimit> {
        self.limit
    }

    /// Counts calls of an earlier process, given how long before `now` they were answered. Only for a budget that has
    /// not counted anything yet.
    pub fn restore(&mut self, now: Duration, ages: impl IntoIterator<Item = Duration>) {
        let mut at: Vec<Duration> = ages.into_iter().map(|age| (now + EPOCH).saturating_sub(age)).collect();
        at.sort_unstable();
        at.into_iter().for_each(|at| self.counted.push(at, 1));
    }

    /// Calls that count at `now`.
    fn used(&self, now: Duration) -> u64 {
        self.in_flight as u64 + self.counted.total() - self.left(now)
    }

    pub fn usage(&self, now: Duration) -> BudgetUse {
        BudgetUse { used: self.used(now), limit: self.limit }
    }

    /// How many counted calls, the oldest, have left the window at `now`.
    fn left(&self, now: Duration) -> u64 {
        let Some(limit) = self.limit else { return self.counted.total() };
        self.counted.count_while(|at| at + limit.window <= now + EPOCH)
    }

    /// Forgets what left the window long ago: every call under way started later.
    fn forget_old(&mut self, now: Duration) {
        let Some(limit) = self.limit else { return };
        self.counted.forget_while(|at| at + limit.window + LONGEST_CALL <= now + EPOCH);
    }

    pub fn is_open(&self, now: Duration) -> bool {
        self.has_room(now, 0)
    }

    /// Whether a call may start at `now` and leave room for `kept_free` more.
    pub fn has_room(&self, now: Duration, kept_free: usize) -> bool {
        let used = self.used(now) + kept_free as u64;
        now >= self.closed_until
            && self.limit.is_none_or(|limit| {
                used < u64::from(limit.calls) && self.in_flight < self.answers.saturating_add(FIRST_CALLS)
            })
    }

    /// Starts a call. Only if [`WindowBudget::is_open`].
    pub fn begin(&mut self) {
        self.in_flight += 1;
    }

    /// Ends a call whose answer, or failure, came at `now`.
    pub fn end(&mut self, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.answers = self.answers.saturating_add(1);
        if self.limit.is_some() {
            self.counted.push(now + EPOCH, 1);
            self.forget_old(now);
        }
    }

    /// Drops what refusals taught and restores `limit`, because the game would have refused every call.
    pub fn unlearn(&mut self, limit: Option<RateLimit>) {
        self.limit = limit;
        (self.closed_until, self.refused_until, self.refusals) = (Duration::ZERO, Duration::ZERO, 0);
    }

    /// Takes back a call that was started and not made.
    pub fn cancel(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Ends all calls in flight at `now`. They will get no answer, but may have reached the server.
    pub fn abandon(&mut self, now: Duration) {
        for _ in 0..self.in_flight {
            self.end(now);
        }
    }

    /// Learns from the headers of an answer that came at `now` to a call started at `started`, after
    /// [`WindowBudget::end`]. If the server refused the call as too fast, returns when calls may continue; `None` for
    /// refusals of calls that were in flight with an earlier refused one. The cool-down after refusals in a row without
    /// a `Retry-After` starts at `base`.
    pub fn observe(
        &mut self,
        (started, now): (Duration, Duration),
        hints: &RateLimitHints,
        is_refused: bool,
        base: Duration,
    ) -> Option<Duration> {
        let (before, had_limit) = (self.used(now), self.limit.is_some());
        if let Some(calls) = hints.limit.filter(|calls| *calls > 0)
            && (had_limit || is_refused)
        {
            let window = self.limit.map_or(USUAL_WINDOW, |limit| limit.window);
            self.limit = Some(capped(RateLimit { calls, window }));
            self.is_from_server = true;
        }
        if !is_refused {
            self.refusals = 0;
            // The server counted at some moment in between: calls that have since left this window may still have been
            // in the server's.
            self.count_others(started, now, hints);
            self.step_back(now);
            return None;
        }
        self.steady_since = now;
        if now < self.refused_until {
            self.close(now, hints.retry_after.unwrap_or_default());
            return None;
        }
        if let Some(limit) = self.limit.as_mut().filter(|_| had_limit) {
            // Without the refused call itself.
            let counted = before.saturating_sub(1);
            if !self.is_from_server {
                limit.calls = u32::try_from(counted).unwrap_or(u32::MAX).clamp(1, limit.calls);
            } else if counted < u64::from(limit.calls) {
                let longest = self.configured.map_or(limit.window, |configured| configured.window) * MAX_GROWTH;
                limit.window = limit.window.mul_f64(GROWTH).min(longest);
            }
        }
        self.count_others(now, now, hints);
        // The count closes the window now. But a server that keeps refusing, or one without a limit, gets a longer
        // pause.
        let doubled = BackOff::new(base, LONGEST_COOL_DOWN).doubled(self.refusals);
        let cool_down = if self.limit.is_none() || self.refusals > 0 { doubled } else { Duration::ZERO };
        self.refusals = self.refusals.saturating_add(1);
        self.close(now, hints.retry_after.unwrap_or(cool_down));
        let opens = self.next_opening(now).unwrap_or(now + base);
        self.refused_until = opens;
        Some(opens)
    }

    fn close(&mut self, now: Duration, pause: Duration) {
        self.closed_until = self.closed_until.max(now + pause);
    }

    /// Counts, as of `now`, the calls that the server counted and this process, at `started`, did not. Calls in flight
    /// may be among the server's count.
    fn count_others(&mut self, started: Duration, now: Duration, hints: &RateLimitHints) {
        if let (Some(limit), Some(remaining)) = (self.limit, hints.remaining)
            && self.is_from_server
        {
            let at_server = u64::from(limit.calls.saturating_sub(remaining));
            let others = at_server.saturating_sub(self.used(started));
            if others > 0 {
                self.counted.push(now + EPOCH, others);
            }
        }
    }

    /// Moves the limit one step back towards the configuration, if only refusals changed it.
    fn step_back(&mut self, now: Duration) {
        let (Some(limit), Some(configured)) = (&mut self.limit, self.configured) else { return };
        if now.saturating_sub(self.steady_since) < limit.window * STEADY_WINDOWS {
            return;
        }
        self.steady_since = now;
        limit.window = limit.window.div_f64(GROWTH).max(configured.window).min(limit.window);
        if !self.is_from_server && limit.calls < configured.calls {
            limit.calls += 1;
        }
    }

    /// The earliest time from `now` on at which a call may start; `None` while that depends on a call in flight.
    pub fn next_opening(&self, now: Duration) -> Option<Duration> {
        let used = self.used(now);
        let Some(limit) = self.limit else { return Some(now.max(self.closed_until)) };
        if self.in_flight >= self.answers.saturating_add(FIRST_CALLS) {
            return None;
        }
        let calls = u64::from(limit.calls);
        if used < calls {
            return Some(now.max(self.closed_until));
        }
        let last_to_leave = self.counted.reached(self.left(now) + used - calls + 1)?;
        Some((last_to_leave + limit.window).saturating_sub(EPOCH).max(self.closed_until))
    }
}

fn capped(limit: RateLimit) -> RateLimit {
    RateLimit { calls: limit.calls.clamp(1, MAX_CALLS), ..limit }
}

#[cfg(test)]
mod tests;
