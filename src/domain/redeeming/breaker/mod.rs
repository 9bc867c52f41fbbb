//! The breaker: stops the calls while the game as a whole does not serve us, and asks now and then whether it does again.
//!
//! An answer is evidence with a scope ([`Status::scope`]). One that may be the player's own is counted against that player's
//! tries, as it comes; what is the game's is not, and one answer never tells which it is. So:
//!
//! ```text
//!             three failures in a row, whoever they were for; or two of one redemption;
//!             one that concerns the deployment; or three players in a row for one code
//!   closed ─────────────────────────────────────────────────────────────────────────────► asking
//!     ▲ ▲                                                                                   │ │
//!     │ └──── the game is well: the failures were the players' own, or the code's ──────────┘ │
//!     └────── the game is well again ────── open ◄──── the game fails here, too ──────────────┘
//! ```
//!
//! The question is a call with a code that cannot exist, for another player than those who failed. While the breaker asks or
//! is open, no other call is made. When it opens, the failures that led to it are given back, and what is still in flight is
//! not counted. It closes by itself, whatever the cause.
//!
//! Where the game is well, and three players in a row were told something unknown for one code, that *code* is held: it is
//! asked about with one player now and then, and costs nobody a try.
//!
//! Written by hand on purpose: breaker crates count failures, whoever they were for.

mod codes;

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::answers::status::{Scope, Status};
use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::PlayerId;

pub use codes::{Codes, Held};

/// So many failures in a row are enough to ask,
const FAILURES: usize = 3;
/// or so many of one redemption: it must not use up its tries on it.
const FAILURES_OF_ONE: usize = 2;
/// Before the second question,
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// doubled for each that tells the same, up to this where it passes by itself,
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// and up to this where somebody must act, or nobody knows what the game means.
const LONGEST_WAIT_FOR_PEOPLE: Duration = Duration::from_secs(300);
/// What kind of trouble an answer is, where it may be more than one player's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// No connection, no answer in time, HTTP 5xx, pages, half an answer.
    Down,
    /// HTTP 429.
    Refused,
    /// A captcha.
    Captcha,
    /// What is the player's own as far as one player goes: TIMEOUT RETRY, TOO FREQUENT, NOT LOGIN.
    Busy,
    /// Something that nobody knows.
    Odd,
    /// An operator must act.
    Deployment,
}

impl Cause {
    /// The kind of trouble that a status is, if it is any.
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

    /// Whether it passes without anybody doing anything.
    pub fn passes(self) -> bool {
        !matches!(self, Self::Odd | Self::Deployment)
    }

    fn longest_wait(self) -> Duration {
        if self.passes() { LONGEST_WAIT } else { LONGEST_WAIT_FOR_PEOPLE }
    }
}

/// A code and its generation.
pub type CodeId = (CodeKey, u32);

/// A redemption.
pub type Tried = (PlayerId, CodeId);

/// A call that was answered, or was not.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The player it was for.
    pub player: PlayerId,
    /// The redemption whose try it was, if it was one's.
    pub tried: Option<&'a Tried>,
    /// Whether it asked for that redemption's own code.
    pub is_of_code: bool,
    /// What came of it.
    pub status: &'a Status,
}

/// A try that failed and was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whose.
    pub tried: Tried,
    /// Its status.
    pub status: Status,
}

/// Why the game does not serve us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The kind.
    pub cause: Cause,
    /// When the first call in a row failed.
    pub since: Duration,
    /// What the game says, by its latest answer.
    pub evidence: Status,
}

/// Whether a try counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Yes, as its status says.
    Yes,
    /// No: the redemption is due again then, as if it had not been tried.
    No(Duration),
}

/// What an answer changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The game is to be asked.
    Asks,
    /// The game does not serve us; these tries are given back.
    Opened(Trouble, Vec<Failure>),
    /// It still does not, for another reason than before.
    Differs(Trouble),
    /// It serves us again; what it was.
    Closed(Trouble),
    /// The code is held because of such answers; these tries are given back.
    Held(CodeId, Status, Vec<Failure>),
    /// The code is not held any more.
    Released(CodeId),
}

/// For whom to ask the game.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Somebody else than these, if there is anybody,
    pub not: Vec<PlayerId>,
    /// or at least than this one, whose call failed last.
    pub not_least: Option<PlayerId>,
    /// Whether it makes no sense to ask for that one.
    pub needs_another: bool,
    /// The one after this in turn.
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

/// The questions whether the game serves us.
#[derive(Debug)]
struct Questions {
    asked: u32,
    is_asking: bool,
    begun: Duration,
    ask_at: Duration,
}

/// The breaker. Times are since some fixed start.
#[derive(Debug, Default)]
pub struct Breaker {
    streak: Streak,
    /// The codes that are troubled while the game is not.
    pub codes: Codes,
    /// While it asks or is open.
    questions: Option<Questions>,
    /// While it is open.
    trouble: Option<Trouble>,
    /// Told once while it was open for another reason: believed when told again.
    suspected: Option<Status>,
    last_asked: Option<PlayerId>,
    was_reached: bool,
    unreached: Vec<Status>,
}

/// The wait before question number `asked + 1`.
fn wait(asked: u32, longest: Duration) -> Duration {
    FIRST_WAIT.saturating_mul(1 << asked.saturating_sub(1).min(16)).min(longest)
}

impl Breaker {
    /// Takes note of what a call came to that ended at `now`.
    pub fn observe(&mut self, call: &Call<'_>, now: Duration) -> (Counts, Vec<Change>) {
        self.note_reach(call.status);
        let code = call.tried.filter(|_| call.is_of_code).map(|(_, code)| code.clone());
        let Some(cause) = Cause::of(call.status) else {
            if self.questions.is_none() {
                self.streak = Streak::default();
            }
            let released = code.filter(|code| self.codes.release(code));
            return (Counts::Yes, released.map(Change::Released).into_iter().collect());
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
        // What was in flight when it began to ask counts for the time being: it is given back if the game fails, too.
        let asks_already = self.questions.is_some();
        if asks_already || cause != Cause::Deployment && self.streak.calls < FAILURES && !is_many_times && !is_of_code {
            return (Counts::Yes, Vec::new());
        }
        self.questions = Some(Questions { asked: 0, is_asking: false, begun: now, ask_at: now });
        (Counts::Yes, vec![Change::Asks])
    }

    /// Whether calls are stopped, but for the question.
    pub fn is_closed(&self) -> bool {
        self.questions.is_none()
    }

    /// Why the game does not serve us, while that is so.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// When to ask the game; `None` while there is no need to, and while it is being asked.
    pub fn ask_at(&self) -> Option<Duration> {
        self.questions.as_ref().filter(|questions| !questions.is_asking).map(|questions| questions.ask_at)
    }

    /// Begins to ask, at `now`.
    pub fn begin_to_ask(&mut self, now: Duration) -> Option<Question> {
        let questions = self.questions.as_mut()?;
        questions.is_asking = true;
        questions.begun = now;
        let (not_least, cause) = self.streak.last.as_ref().map(|(player, cause, _)| (*player, *cause)).unzip();
        // Once it is open everybody is asked for in turn.
        let not = if self.trouble.is_some() { Vec::new() } else { self.streak.players.iter().copied().collect() };
        let needs_another = self.trouble.is_none() && cause == Some(Cause::Busy);
        Some(Question { not, not_least, needs_another, after: self.last_asked })
    }

    /// There was nobody to ask for who makes sense: the failures are the players' own.
    pub fn nobody_to_ask_for(&mut self) {
        (self.questions, self.streak) = (None, Streak::default());
    }

    /// What the game said to the question, for `player`, by `now`; it wants to be left alone for `rest`.
    pub fn answered(&mut self, player: PlayerId, status: &Status, rest: Duration, now: Duration) -> Vec<Change> {
        self.note_reach(status);
        self.last_asked = Some(player);
        let Some(questions) = &mut self.questions else { return Vec::new() };
        questions.is_asking = false;
        let before = match &self.trouble {
            Some(trouble) => Some((trouble.cause, trouble.evidence.clone())),
            None => self.streak.last.as_ref().map(|(_, cause, status)| (*cause, status.clone())),
        };
        let is_busy_before = before.as_ref().is_some_and(|(cause, _)| *cause == Cause::Busy);
        // What one player is told may be that player's own: it is no witness of another one's trouble.
        let is_witness = |cause: &Cause| match cause {
            Cause::Busy => is_busy_before,
            Cause::Odd => !is_busy_before,
            _ => true,
        };
        let Some(cause) = Cause::of(status).filter(is_witness) else {
            return self.is_well(now);
        };
        questions.asked = questions.asked.saturating_add(1);
        let next = questions.begun + wait(questions.asked, cause.longest_wait());
        questions.ask_at = next.max(now + rest);
        let is_told_again = before.is_some_and(|before| before == (cause, status.clone()));
        let is_believed = cause != Cause::Deployment || is_told_again || self.suspected.as_ref() == Some(status);
        self.suspected = (!is_believed).then(|| status.clone());
        match &mut self.trouble {
            _ if !is_believed => Vec::new(),
            Some(trouble) => {
                let is_other = trouble.cause != cause || (cause == Cause::Deployment && trouble.evidence != *status);
                (trouble.cause, trouble.evidence) = (cause, status.clone());
                if is_other { vec![Change::Differs(trouble.clone())] } else { Vec::new() }
            }
            None => {
                let streak = std::mem::take(&mut self.streak);
                self.codes.forget_streaks();
                let trouble = Trouble { cause, since: streak.since, evidence: status.clone() };
                self.trouble = Some(trouble.clone());
                vec![Change::Opened(trouble, streak.failures)]
            }
        }
    }

    /// The game serves us: what failed was the players' own, or a code's.
    fn is_well(&mut self, now: Duration) -> Vec<Change> {
        (self.questions, self.streak, self.suspected) = (None, Streak::default(), None);
        if let Some(trouble) = self.trouble.take() {
            return vec![Change::Closed(trouble)];
        }
        self.codes.hold_troubled(now)
    }

    /// Whoever made the calls under way is gone.
    pub fn abandon(&mut self, now: Duration) {
        self.codes.abandon();
        if let Some(questions) = self.questions.as_mut().filter(|questions| questions.is_asking) {
            questions.is_asking = false;
            questions.ask_at = now + FIRST_WAIT;
        }
    }

    /// How the last call failed, where the game was not reached by several and never was.
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
    /// One more failure; whether it is one redemption's second.
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
