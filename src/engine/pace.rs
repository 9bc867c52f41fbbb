//! What may be asked when: the two endpoints' budgets, the players' intervals, and whether there is a login at all.

use std::time::Duration;

use crate::domain::answer::Heard;
use crate::domain::budget::{RateLimit, WindowBudget};
use crate::domain::gate::PlayerPacing;
use crate::domain::login::LoginStage;
use crate::domain::player::PlayerId;
use crate::domain::status::Status;
use crate::store::Admission;

/// Which endpoint a try asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Login,
    Redeem,
}

/// A call that was answered, or was not in time.
pub(super) struct Answered<'a> {
    pub step: Step,
    pub player: PlayerId,
    pub status: &'a Status,
    pub heard: &'a Heard,
}

/// Shared by the dispatcher and the tries in flight. Times are since the clock's start.
#[derive(Debug)]
pub(super) struct Pace {
    login: WindowBudget,
    redeem: WindowBudget,
    players: PlayerPacing,
    pub stage: LoginStage,
    /// Probes that wait for their turn. Each keeps a place in the redeem endpoint's budget free, so they go first.
    probes: usize,
}

impl Pace {
    pub fn new(limit: Option<RateLimit>, player_interval: Duration) -> Self {
        Self {
            login: WindowBudget::new(limit),
            redeem: WindowBudget::new(limit),
            players: PlayerPacing::new(player_interval),
            stage: LoginStage::default(),
            probes: 0,
        }
    }

    fn budget(&mut self, step: Step) -> &mut WindowBudget {
        match step {
            Step::Login => &mut self.login,
            Step::Redeem => &mut self.redeem,
        }
    }

    fn has_room(&mut self, step: Step, now: Duration) -> bool {
        let kept_free = if step == Step::Redeem { self.probes } else { 0 };
        self.budget(step).has_room(now, kept_free)
    }

    /// Whether any call of a redemption may begin at `now`.
    pub fn is_open(&mut self, now: Duration) -> bool {
        self.has_room(Step::Redeem, now) || (self.stage.is_used(now) && self.has_room(Step::Login, now))
    }

    /// A probe begins to wait for its turn.
    pub fn queue_probe(&mut self) {
        self.probes += 1;
    }

    /// A probe waits no longer, whether it had its turn or was given up.
    pub fn leave_queue(&mut self) {
        self.probes = self.probes.saturating_sub(1);
    }

    /// Lets a probe for `player` begin, or says when to ask again; with `None` after a call in flight has ended.
    pub fn admit_probe(&mut self, player: PlayerId, now: Duration) -> Result<(), Option<Duration>> {
        if !self.redeem.is_open(now) {
            return Err(self.redeem.next_opening(now));
        }
        if !self.players.is_open(player, now) {
            return Err(self.players.opening_of(player));
        }
        self.redeem.begin();
        self.players.begin(player);
        Ok(())
    }

    /// Lets a call for `player` begin, or not; `needs_login` is asked only where there is a login.
    pub fn admit(&mut self, player: PlayerId, needs_login: bool, now: Duration) -> Result<Step, Admission> {
        let step = if needs_login && self.stage.is_used(now) { Step::Login } else { Step::Redeem };
        if !self.has_room(step, now) {
            return Err(if self.is_open(now) { Admission::Skip } else { Admission::Stop });
        }
        if !self.players.is_open(player, now) {
            return Err(Admission::Skip);
        }
        self.budget(step).begin();
        self.players.begin(player);
        Ok(step)
    }

    /// A call ended at `now`, and whoever made it may be gone: nothing is learnt from it.
    pub fn end(&mut self, step: Step, player: PlayerId, now: Duration) {
        self.budget(step).end(now);
        self.players.end(player, now);
    }

    /// A call's answer came at `now`. Where the endpoint refused it as too fast, returns when calls go on; see
    /// [`WindowBudget::observe`].
    pub fn answered(&mut self, call: &Answered<'_>, now: Duration, base: Duration) -> Option<Duration> {
        let budget = self.budget(call.step);
        budget.end(now);
        let opens = budget.observe(now, call.heard, *call.status == Status::RateLimited, base);
        match call.status {
            Status::TooFrequent => self.players.refuse(call.player, now),
            _ => self.players.end(call.player, now),
        }
        opens
    }

    /// A call ended at `now` at an endpoint that is not there: nobody took note of the player.
    pub fn end_at_nobody(&mut self, step: Step, player: PlayerId, now: Duration) {
        self.budget(step).end(now);
        self.players.cancel(player);
    }

    /// A call that was let begin was not made.
    pub fn cancel(&mut self, step: Step, player: PlayerId) {
        self.budget(step).cancel();
        self.players.cancel(player);
    }

    /// All calls in flight are gone with whoever made them.
    pub fn abandon(&mut self, now: Duration) {
        self.login.abandon(now);
        self.redeem.abandon(now);
        self.players.abandon(now);
    }

    /// The earliest time after `now` at which something more may be admitted; `None` while that depends on calls in
    /// flight.
    pub fn next_opening(&mut self, now: Duration) -> Option<Duration> {
        let budgets = [self.redeem.next_opening(now), self.login.next_opening(now)];
        let openings = budgets.into_iter().flatten().chain(self.players.next_opening(now));
        openings.filter(|at| *at > now).min()
    }
}
