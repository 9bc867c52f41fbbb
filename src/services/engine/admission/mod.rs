//! What may be asked when: the two endpoints' budgets, the players' intervals, how many may try a code that is not proven,
//! whether there is a login at all, and whether the game answers.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::answers::answer::RateLimitHints;
use crate::domain::answers::status::Status;
use crate::domain::codes::canary::{self, CodeTrust};
use crate::domain::codes::code::CodeKey;
use crate::domain::limits::budget::{Endpoint, RateLimit, WindowBudget};
use crate::domain::limits::player_pacing::PlayerPacing;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::breaker::{Breaker, BreakerEvent, Call, Cause, Counts, Tried};
use crate::domain::redeeming::login_stage::LoginStage;
use crate::domain::redeeming::state_search::Searches;
use crate::store::{Admission, Candidate};

/// What a try does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Login,
    Redeem,
    /// Asks whether the player lives in that state; the one on file is wrong.
    CheckState(State),
}

impl Step {
    /// Which endpoint it asks.
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Login => Endpoint::Login,
            Self::Redeem | Self::CheckState(_) => Endpoint::Redeem,
        }
    }
}

/// A call that was answered, or was not in time.
pub(super) struct Answered<'a> {
    /// When it was begun, since the clock's start.
    pub asked: Duration,
    pub endpoint: Endpoint,
    pub player: PlayerId,
    pub status: &'a Status,
    pub hints: &'a RateLimitHints,
}

/// What an answer changed.
#[derive(Debug)]
pub(super) struct Learnt {
    /// The endpoint takes calls again then; it refused this one.
    pub opens: Option<Duration>,
    /// Whether the try counts.
    pub counts: Counts,
    pub changes: Vec<BreakerEvent>,
}

/// Shared by the dispatcher and the tries in flight. Times are since the clock's start.
#[derive(Debug)]
pub(super) struct AdmissionControl {
    login: WindowBudget,
    redeem: WindowBudget,
    players: PlayerPacing,
    pub stage: LoginStage,
    pub breaker: Breaker,
    /// The game took more calls for too many: until then.
    pub limited_until: Option<Duration>,
    /// The redeem endpoint's limit as it was before refusals in a row.
    before_refusals: Option<Option<RateLimit>>,
    /// Somebody waited whose state is not on file.
    has_stateless: bool,
    /// Who was decided last: a trial of the login may be made for that one.
    pub for_trial: Option<PlayerId>,
    pub searches: Searches,
    /// State checks that wait for their turn. Each keeps a place in the redeem endpoint's budget free, so they go first.
    state_checks: usize,
    /// The tries under way for each code, and since when.
    codes: HashMap<(CodeKey, u32), Vec<(PlayerId, Duration)>>,
    /// A canary whose try takes longer than this is joined by another.
    patience: Duration,
}

impl AdmissionControl {
    pub fn new(limit: Option<RateLimit>, player_interval: Duration, patience: Duration) -> Self {
        Self {
            login: WindowBudget::new(limit),
            redeem: WindowBudget::new(limit),
            players: PlayerPacing::new(player_interval),
            stage: LoginStage::default(),
            breaker: Breaker::default(),
            limited_until: None,
            before_refusals: None,
            has_stateless: false,
            for_trial: None,
            searches: Searches::default(),
            state_checks: 0,
            codes: HashMap::new(),
            patience,
        }
    }

    fn budget(&mut self, endpoint: Endpoint) -> &mut WindowBudget {
        match endpoint {
            Endpoint::Login => &mut self.login,
            Endpoint::Redeem => &mut self.redeem,
        }
    }

    fn has_room(&self, endpoint: Endpoint, now: Duration) -> bool {
        match endpoint {
            Endpoint::Login => self.login.has_room(now, 0),
            Endpoint::Redeem => self.redeem.has_room(now, self.state_checks),
        }
    }

    /// Counts what an earlier process asked.
    pub fn restore(&mut self, calls: Vec<(Endpoint, Duration)>, now: Duration) {
        if let Some(youngest) = calls.iter().map(|(_, age)| *age).min() {
            self.players.restore(now, youngest);
        }
        for endpoint in [Endpoint::Login, Endpoint::Redeem] {
            let ages = calls.iter().filter(|(asked, _)| *asked == endpoint).map(|(_, age)| *age);
            self.budget(endpoint).restore(now, ages);
        }
    }

    /// How long a call counts, with whatever was learnt; `None` where there is no budget.
    pub fn window(&self) -> Option<Duration> {
        [&self.login, &self.redeem].into_iter().filter_map(WindowBudget::limit).map(|limit| limit.window).max()
    }

    /// How many calls the redeem endpoint takes.
    pub fn limit(&self) -> Option<RateLimit> {
        self.redeem.limit()
    }

    /// Whether any call of a redemption may begin at `now`.
    pub fn is_open(&self, now: Duration) -> bool {
        self.has_room(Endpoint::Redeem, now) || (self.needs_login(now) && self.has_room(Endpoint::Login, now))
    }

    /// Whether some call of a redemption may go to the player endpoint.
    fn needs_login(&self, now: Duration) -> bool {
        self.stage.is_used() || (self.has_stateless && !self.stage.is_gone(now))
    }

    /// A state check begins to wait.
    pub fn queue_state_check(&mut self) {
        self.state_checks += 1;
    }

    /// A state check waits no longer: it began, or was given up.
    pub fn leave_queue(&mut self) {
        self.state_checks = self.state_checks.saturating_sub(1);
    }

    /// Lets a state check for `player` begin, or says when to ask again; with `None` after a call in flight has ended.
    pub fn admit_state_check(
        &mut self,
        endpoint: Endpoint,
        player: PlayerId,
        now: Duration,
    ) -> Result<(), Option<Duration>> {
        if !self.budget(endpoint).is_open(now) {
            return Err(self.budget(endpoint).next_opening(now));
        }
        if !self.players.is_open(player, now) {
            return Err(self.players.opening_of(player));
        }
        self.budget(endpoint).begin();
        self.players.begin(player);
        Ok(())
    }

    /// Lets a try for a candidate begin, or not. A login goes before it where the state is not on file, and where the profile
    /// `is_stale`, the login works, and the code is good: one that is over is worth no login.
    pub fn admit(&mut self, candidate: &Candidate, is_stale: bool, now: Duration) -> Result<Step, Admission> {
        let player = candidate.player;
        self.has_stateless |= !candidate.has_state;
        let step = match self.searches.next(player) {
            Some(state) => Step::CheckState(state),
            None if !candidate.has_state && !self.stage.is_gone(now) => Step::Login,
            None if is_stale
                && candidate.trust == CodeTrust::Proven
                && self.stage.is_used()
                && self.has_room(Endpoint::Login, now) =>
            {
                Step::Login
            }
            None => Step::Redeem,
        };
        let code = (candidate.key.clone(), candidate.generation);
        if !self.breaker.codes.may_try(&code, now) {
            return Err(Admission::SkipCode);
        }
        if !self.has_room(step.endpoint(), now) {
            return Err(if self.is_open(now) { Admission::Skip } else { Admission::Stop });
        }
        let under_way = self.codes.get(&code).map_or(&[][..], Vec::as_slice);
        let takes_long = under_way.iter().any(|(_, since)| now.saturating_sub(*since) >= self.patience);
        if !canary::may_begin(candidate.trust, under_way.len(), takes_long) {
            return Err(Admission::SkipCode);
        }
        if !self.players.is_open(player, now) {
            return Err(Admission::Skip);
        }
        self.budget(step.endpoint()).begin();
        self.players.begin(player);
        self.breaker.codes.begin_try(&code);
        self.codes.entry(code).or_default().push((player, now));
        Ok(step)
    }

    /// The try for this player and code is over, and what it came to is written down.
    pub fn done(&mut self, key: CodeKey, generation: u32, player: PlayerId) {
        let code = (key, generation);
        self.breaker.codes.end_try(&code);
        if let std::collections::hash_map::Entry::Occupied(mut tries) = self.codes.entry(code) {
            tries.get_mut().retain(|(other, _)| *other != player);
            if tries.get().is_empty() {
                tries.remove();
            }
        }
    }

    /// A call ended at `now`, and whoever made it may be gone: nothing is learnt from it.
    pub fn end(&mut self, endpoint: Endpoint, player: PlayerId, now: Duration) {
        self.budget(endpoint).end(now);
        self.players.end(player, now);
    }

    /// A call's answer came at `now`; `tried` is the redemption whose try it was, with whether it asked for its own code. The
    /// rest after refusals in a row that name no time starts at `base`.
    pub fn answered(
        &mut self,
        call: &Answered<'_>,
        tried: Option<(&Tried, bool)>,
        now: Duration,
        base: Duration,
    ) -> Learnt {
        let opens = self.learn(call, now, base);
        // Where a state is on file nothing depends on the player endpoint: what it says is no evidence against the game.
        let (counts, changes) = match call.endpoint {
            Endpoint::Login => (Counts::Yes, Vec::new()),
            Endpoint::Redeem => {
                let (tried, is_of_code) = tried.unzip();
                let is_of_code = is_of_code.unwrap_or_default();
                self.breaker.observe(&Call { player: call.player, tried, is_of_code, status: call.status }, now)
            }
        };
        Learnt { opens, counts, changes }
    }

    /// The answer to the breaker's question came at `now`.
    pub fn question_answered(&mut self, call: &Answered<'_>, now: Duration, base: Duration) -> Vec<BreakerEvent> {
        self.learn(call, now, base);
        let changes = self.breaker.answered(call.player, call.status, call.hints.retry_after.unwrap_or_default(), now);
        let opened = |change: &BreakerEvent| matches!(change, BreakerEvent::Opened(trouble, _) if trouble.cause == Cause::Refused);
        if changes.iter().any(opened)
            && let Some(limit) = self.before_refusals.take()
        {
            // Where every call is refused, none was one too many.
            self.redeem.unlearn(limit);
            self.limited_until = None;
        }
        changes
    }

    /// What an answer says of the limits.
    fn learn(&mut self, call: &Answered<'_>, now: Duration, base: Duration) -> Option<Duration> {
        let is_refused = *call.status == Status::RateLimited;
        let is_redeem = call.endpoint == Endpoint::Redeem;
        match call.status {
            Status::TooFrequent => self.players.refuse(call.player, now),
            _ => self.players.end(call.player, now),
        }
        let limit = self.redeem.limit();
        if is_redeem && is_refused {
            self.before_refusals.get_or_insert(limit);
        } else if is_redeem {
            (self.before_refusals, self.limited_until) = (None, None);
        }
        let is_open = self.breaker.trouble().is_some();
        let budget = self.budget(call.endpoint);
        budget.end(now);
        if is_refused && is_redeem && is_open {
            return None;
        }
        let opens = budget.observe((call.asked, now), call.hints, is_refused, base);
        if is_redeem && opens.is_some() {
            self.limited_until = opens;
        }
        opens
    }

    /// A call ended at `now` at an endpoint that is not there: nobody took note of the player.
    pub fn end_at_nobody(&mut self, endpoint: Endpoint, player: PlayerId, now: Duration) {
        self.budget(endpoint).end(now);
        self.players.cancel(player);
    }

    /// A call that was let begin was not made.
    pub fn cancel(&mut self, endpoint: Endpoint, player: PlayerId) {
        self.budget(endpoint).cancel();
        self.players.cancel(player);
    }

    /// All calls in flight are gone with whoever made them.
    pub fn abandon(&mut self, now: Duration) {
        self.login.abandon(now);
        self.redeem.abandon(now);
        self.players.abandon(now);
        self.codes.clear();
        self.breaker.abandon(now);
    }

    /// The earliest time after `now` at which something more may be admitted; `None` while that depends on calls in
    /// flight.
    pub fn next_opening(&self, now: Duration) -> Option<Duration> {
        let budgets = [self.redeem.next_opening(now), self.login.next_opening(now)];
        let joined = self.codes.values().flatten().map(|(_, since)| *since + self.patience);
        let held = self.breaker.codes.next_try();
        let openings = budgets.into_iter().flatten().chain(self.players.next_opening(now)).chain(joined).chain(held);
        openings.filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests;
