//! The breaker stops all calls while the game as a whole does not serve the bot, and tests at intervals whether it does
//! again.
//!
//! An answer is evidence with a scope ([`Status::scope`]). A failure that may be the player's own counts against that
//! player's tries when it arrives; a failure of the game does not. One answer alone never shows which it is. So:
//!
//! ```text
//!    three failures in a row, for any players; two failures of one redemption;
//!    one that concerns the deployment; or three players in a row for one code
//!   closed ─────────────────────────────────────────────────────────────────────────────► testing
//!    ▲ ▲                                                                                  │ │
//!    │ └──── the game is well: the failures were the players' own, or the code's ─────────┘ │
//!    └────── the game is well again ────── open ◄──── the test call fails as well ──────────┘
//! ```
//!
//! The test call uses a code that cannot exist, for a player other than those whose calls failed. While the breaker
//! tests or is open, no other call is made. When it opens, the tries that led to it are given back, and calls still in
//! flight do not count. It closes by itself, whatever the cause.
//!
//! If the game is well, and three players in a row got an unknown answer for one code, that *code* is held: it is tried
//! with one player at a time, and costs no player a try.
//!
//! Written by hand on purpose: breaker crates count failures without regard to the player.

mod codes;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::answers::status::{Scope, Status};
use crate::domain::back_off::BackOff;
use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::PlayerId;

pub use codes::{Codes, Held};

/// The breaker tests the game after so many failures in a row,
const FAILURES: usize = 3;
/// or after so many of one redemption, which must not use up its tries meanwhile.
const FAILURES_OF_ONE: usize = 2;
/// The wait before the second test.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// It doubles with each test that gives the same answer, up to this for troubles that pass by themselves,
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// and up to this if somebody must act, or if the answer is unknown.
const LONGEST_WAIT_FOR_PEOPLE: Duration = Duration::from_secs(300);
/// The kinds of trouble that may concern more than one player. Their names are labels of metrics, so they do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Cause {
    /// No connection, no answer in time, HTTP 5xx, an HTML page, a truncated answer.
    Down,
    Refused,
    Captcha,
    /// TIMEOUT RETRY, TOO FREQUENT, NOT LOGIN: the player's own unless other players get it too.
    Busy,
    /// An unknown answer.
    Odd,
    Deployment,
}

impl Cause {
    /// `None` if the status is no trouble.
    pub fn of(status: &Status) -> Option<Self> {
        use Status::{NotLogin, TimeoutRetry, TooFrequent};
        match (status.scope(), status) {
            (Scope::Player, TimeoutRetry | TooFrequent | NotLogin) => Some(Self::Busy),
            (Scope::Player | Scope::Code, _) => None,
            (Scope::Service, Status::RateLimited) => Some(Self::Refused),
            (Scope::Service, status) if status.is_captcha() => Some(Self::Captcha),
            (Scope::Service, _) => Some(Self::Down),
            (Scope::Deployment, _) => Some(Self::Deployment),
            (Scope::Undecided, _) => Some(Self::Odd),
        }
    }

    /// Whether it passes without anybody's help.
    pub fn passes(self) -> bool {
        !matches!(self, Self::Odd | Self::Deployment)
    }

    fn longest_wait(self) -> Duration {
        if self.passes() { LONGEST_WAIT } else { LONGEST_WAIT_FOR_PEOPLE }
    }
}

/// A code and its generation.
pub type CodeId = (CodeKey, u32);

pub type Tried = (PlayerId, CodeId);

/// A call, answered or failed.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub player: PlayerId,
    /// The redemption that the call was a try of, if any.
    pub tried: Option<&'a Tried>,
    /// Whether the call was made with that redemption's own code.
    pub is_of_code: bool,
    pub status: &'a Status,
}

/// A counted try that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub tried: Tried,
    pub status: Status,
}

/// Why the game does not serve the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub cause: Cause,
    /// When the first call in a row failed.
    pub since: Duration,
    /// The latest answer.
    pub evidence: Status,
}

/// Whether a try counts against the redemption's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    Yes,
    /// The redemption is due again at this time, as if it had not been tried.
    No(Duration),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreakerEvent {
    /// A test call is due.
    TestDue,
    /// The game does not serve the bot. These tries are given back.
    Opened(Trouble, Vec<Failure>),
    /// The game still does not serve the bot, for another reason than before.
    CauseChanged(Trouble),
    /// The game serves the bot again; this was the reason.
    Closed(Trouble),
    /// The code is held because of this answer. These tries are given back.
    Held(CodeId, Status, Vec<Failure>),
    Released(CodeId),
}

/// For which player to test the game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCall {
    /// Not for one of these, if there is any other player,
    pub exclude: Vec<PlayerId>,
    /// and preferably not for this one, whose call failed last.
    pub avoid: Option<PlayerId>,
    /// Whether that one is no use at all.
    pub needs_another: bool,
    /// The first player after this one, in order.
    pub after: Option<PlayerId>,
}

/// Failures in a row.
#[derive(Debug, Default)]
struct Streak {
    calls: usize,
    since: Duration,
    players: BTreeSet<PlayerId>,
    failures: Vec<Failure>,
    last: Option<(PlayerId, Cause, Status)>,
}

/// The series of test calls.
#[derive(Debug)]
struct TestSeries {
    tested: u32,
    is_testing: bool,
    begun: Duration,
    test_at: Duration,
}

/// Times are measured from some fixed start.
#[derive(Debug, Default)]
pub struct Breaker {
    streak: Streak,
    /// The codes that are in trouble while the game is not.
    pub codes: Codes,
    /// Present while the breaker tests or is open.
    tests: Option<TestSeries>,
    /// Present while it is open.
    trouble: Option<Trouble>,
    /// A deployment status seen once. It is believed when it comes again.
    suspected: Option<Status>,
    last_tested: Option<PlayerId>,
    was_reached: bool,
    unreached: Vec<Status>,
}

/// The wait before test call number `tested + 1`.
fn wait(tested: u32, longest: Duration) -> Duration {
    BackOff::new(FIRST_WAIT, longest).doubled(tested.saturating_sub(1))
}

impl Breaker {
    /// Records a call that ended at `now`.
    pub fn observe(&mut self, call: &Call<'_>, now: Duration) -> (Counts, Vec<BreakerEvent>) {
        self.note_reach(call.status);
        let code = call.tried.filter(|_| call.is_of_code).map(|(_, code)| code.clone());
        let Some(cause) = Cause::of(call.status) else {
            if self.tests.is_none() {
                self.streak = Streak::default();
            }
            let released = code.filter(|code| self.codes.release(code));
            return (Counts::Yes, released.map(BreakerEvent::Released).into_iter().collect());
        };
        if cause == Cause::Odd
            && let Some(code) = &code
            && let Some(still) = self.codes.still_held(code, call.status, now)
        {
            return still;
        }
        if self.trouble.is_some() {
            return (Counts::No(now), Vec::new());
        }
        let is_many_times = self.streak.add(call, cause, now);
        let is_of_code = cause == Cause::Odd && code.is_some_and(|code| self.codes.note(call, code, now));
        // Calls that were in flight when the test began count for now. They are given back if the test call fails as
        // well.
        let tests_already = self.tests.is_some();
        if tests_already || cause != Cause::Deployment && self.streak.calls < FAILURES && !is_many_times && !is_of_code
        {
            return (Counts::Yes, Vec::new());
        }
        self.tests = Some(TestSeries { tested: 0, is_testing: false, begun: now, test_at: now });
        (Counts::Yes, vec![BreakerEvent::TestDue])
    }

    /// Whether calls may be made.
    pub fn is_closed(&self) -> bool {
        self.tests.is_none()
    }

    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// When the next test call is due; `None` if none is due, and while one is under way.
    pub fn test_at(&self) -> Option<Duration> {
        self.tests.as_ref().filter(|tests| !tests.is_testing).map(|tests| tests.test_at)
    }

    pub fn begin_test(&mut self, now: Duration) -> Option<TestCall> {
        let tests = self.tests.as_mut()?;
        tests.is_testing = true;
        tests.begun = now;
        let (avoid, cause) = self.streak.last.as_ref().map(|(player, cause, _)| (*player, *cause)).unzip();
        // Once the breaker is open, all players take turns.
        let exclude = if self.trouble.is_some() { Vec::new() } else { self.streak.players.iter().copied().collect() };
        let needs_another = self.trouble.is_none() && cause == Some(Cause::Busy);
        Some(TestCall { exclude, avoid, needs_another, after: self.last_tested })
    }

    /// Records that no suitable player exists for the test: the failures were the players' own.
    pub fn no_player_to_test(&mut self) {
        (self.tests, self.streak) = (None, Streak::default());
    }

    /// Records the answer to the test call for `player`. The game wants no further call for `back_off`.
    pub fn answered(
        &mut self,
        player: PlayerId,
        status: &Status,
        back_off: Duration,
        now: Duration,
    ) -> Vec<BreakerEvent> {
        self.note_reach(status);
        self.last_tested = Some(player);
        let Some(tests) = &mut self.tests else { return Vec::new() };
        tests.is_testing = false;
        let before = match &self.trouble {
            Some(trouble) => Some((trouble.cause, trouble.evidence.clone())),
            None => self.streak.last.as_ref().map(|(_, cause, status)| (*cause, status.clone())),
        };
        let is_busy_before = before.as_ref().is_some_and(|(cause, _)| *cause == Cause::Busy);
        // An answer about one player may be that player's own, so it does not confirm another player's trouble.
        let is_witness = |cause: &Cause| match cause {
            Cause::Busy => is_busy_before,
            Cause::Odd => !is_busy_before,
            _ => true,
        };
        let Some(cause) = Cause::of(status).filter(is_witness) else {
            return self.is_well(now);
        };
        tests.tested = tests.tested.saturating_add(1);
        let next = tests.begun + wait(tests.tested, cause.longest_wait());
        tests.test_at = next.max(now + back_off);
        let is_repeated = before.is_some_and(|before| before == (cause, status.clone()));
        let is_believed = cause != Cause::Deployment || is_repeated || self.suspected.as_ref() == Some(status);
        self.suspected = (!is_believed).then(|| status.clone());
        match &mut self.trouble {
            _ if !is_believed => Vec::new(),
            Some(trouble) => {
                let is_other = trouble.cause != cause || (cause == Cause::Deployment && trouble.evidence != *status);
                (trouble.cause, trouble.evidence) = (cause, status.clone());
                if is_other { vec![BreakerEvent::CauseChanged(trouble.clone())] } else { Vec::new() }
            }
            None => {
                let streak = std::mem::take(&mut self.streak);
                self.codes.forget_streaks();
                let trouble = Trouble { cause, since: streak.since, evidence: status.clone() };
                self.trouble = Some(trouble.clone());
                vec![BreakerEvent::Opened(trouble, streak.failures)]
            }
        }
    }

    /// The game serves the bot: the failures were the players' own, or a code's.
    fn is_well(&mut self, now: Duration) -> Vec<BreakerEvent> {
        (self.tests, self.streak, self.suspected) = (None, Streak::default(), None);
        if let Some(trouble) = self.trouble.take() {
            return vec![BreakerEvent::Closed(trouble)];
        }
        self.codes.hold_troubled(now)
    }

    /// The calls under way will get no answer.
    pub fn abandon(&mut self, now: Duration) {
        self.codes.abandon();
        if let Some(tests) = self.tests.as_mut().filter(|tests| tests.is_testing) {
            tests.is_testing = false;
            tests.test_at = now + FIRST_WAIT;
        }
    }

    /// How the last call failed, if several calls failed to reach the game and none ever reached it.
    pub fn never_reached(&self) -> Option<&Status> {
        self.unreached.last().filter(|_| !self.was_reached && self.unreached.len() >= FAILURES)
    }

    fn note_reach(&mut self, status: &Status) {
        self.was_reached |= !matches!(status, Status::ConnectionError | Status::TimedOut);
        if self.was_reached {
            self.unreached.clear();
        } else {
            self.unreached.truncate(FAILURES - 1);
            self.unreached.push(status.clone());
        }
    }
}

impl Streak {
    /// Adds a failure. Returns whether one redemption has failed too often.
    fn add(&mut self, call: &Call<'_>, cause: Cause, now: Duration) -> bool {
        if self.calls == 0 {
            self.since = now;
        }
        self.calls += 1;
        self.players.insert(call.player);
        self.last = Some((call.player, cause, call.status.clone()));
        let Some(tried) = call.tried else { return false };
        self.failures.push(Failure { tried: tried.clone(), status: call.status.clone() });
        self.failures.iter().filter(|failure| failure.tried == *tried).count() >= FAILURES_OF_ONE
    }
}

#[cfg(test)]
mod tests;
