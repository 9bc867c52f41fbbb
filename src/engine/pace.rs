//! What may be asked when: the two endpoints' budgets, the players' intervals, and whether there is a login at all.

use std::time::Duration;

use crate::domain::gate::{PlayerPacing, RateLimit, WindowBudget};
use crate::domain::login::LoginStage;
use crate::domain::player::PlayerId;
use crate::store::Admission;

/// Which endpoint a try asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Login,
    Redeem,
}

/// Shared by the dispatcher and the tries in flight. Times are since the clock's start.
#[derive(Debug)]
pub(super) struct Pace {
    login: WindowBudget,
    redeem: WindowBudget,
    players: PlayerPacing,
    pub stage: LoginStage,
}

impl Pace {
    pub fn new(limit: Option<RateLimit>, player_interval: Duration) -> Self {
        Self {
            login: WindowBudget::new(limit),
            redeem: WindowBudget::new(limit),
            players: PlayerPacing::new(player_interval),
            stage: LoginStage::default(),
        }
    }

    fn budget(&mut self, step: Step) -> &mut WindowBudget {
        match step {
            Step::Login => &mut self.login,
            Step::Redeem => &mut self.redeem,
        }
    }

    /// Whether any call may begin at `now`.
    pub fn is_open(&mut self, now: Duration) -> bool {
        self.redeem.is_open(now) || (self.stage.is_used(now) && self.login.is_open(now))
    }

    /// Lets a call for `player` begin, or not; `needs_login` is asked only where there is a login.
    pub fn admit(&mut self, player: PlayerId, needs_login: bool, now: Duration) -> Result<Step, Admission> {
        let step = if needs_login && self.stage.is_used(now) { Step::Login } else { Step::Redeem };
        if !self.budget(step).is_open(now) {
            return Err(if self.is_open(now) { Admission::Skip } else { Admission::Stop });
        }
        if !self.players.is_open(player, now) {
            return Err(Admission::Skip);
        }
        self.budget(step).begin();
        self.players.begin(player);
        Ok(step)
    }

    /// A call ended at `now`.
    pub fn end(&mut self, step: Step, player: PlayerId, now: Duration) {
        self.budget(step).end(now);
        self.players.end(player, now);
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

    /// The endpoint refused a call as too fast; see [`WindowBudget::refuse`].
    pub fn refuse(&mut self, step: Step, now: Duration, asked: Option<Duration>, base: Duration) -> Option<Duration> {
        self.budget(step).refuse(now, asked, base)
    }

    /// The endpoint took a call.
    pub fn accept(&mut self, step: Step) {
        self.budget(step).accept();
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
