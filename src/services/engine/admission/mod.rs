//! Admission control: which calls may begin now. It combines the budgets of the two endpoints, the players' intervals,
//! the limit on attempts for unproven codes, the availability of the login, and the breaker.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::answers::answer::RateLimitHints;
use crate::domain::answers::status::Status;
use crate::domain::codes::canary::{self, CodeTrust};
use crate::domain::codes::code::CodeKey;
use crate::domain::limits::budget::{BudgetUse, Endpoint, RateLimit, WindowBudget};
use crate::domain::limits::player_pacing::PlayerPacing;
use crate::domain::players::player::{AllianceId, PlayerId};
use crate::domain::redeeming::breaker::{Breaker, BreakerEvent, Call, Cause, Counts, Tried};
use crate::domain::redeeming::login_stage::LoginStage;
use crate::domain::redeeming::state_search::SearchDays;
use crate::store::{Admission, Candidate};

/// When a question is considered again that the budget has no room for.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// The call that an attempt makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Login,
    Redeem,
}

impl Step {
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Login => Endpoint::Login,
            Self::Redeem => Endpoint::Redeem,
        }
    }
}

/// A call that was answered or timed out.
pub(super) struct Answered<'a> {
    /// When the call began, since the clock's start.
    pub asked: Duration,
    pub endpoint: Endpoint,
    pub player: PlayerId,
    pub status: &'a Status,
    pub hints: &'a RateLimitHints,
}

/// The changes that an answer caused.
#[derive(Debug)]
pub(super) struct Learnt {
    /// When the endpoint that refused this call takes calls again.
    pub opens: Option<Duration>,
    pub counts: Counts,
    pub changes: Vec<BreakerEvent>,
}

/// Shared by the dispatcher and the attempts in flight. Times are since the clock's start.
#[derive(Debug)]
pub(super) struct AdmissionControl {
    login: WindowBudget,
    redeem: WindowBudget,
    players: PlayerPacing,
    pub stage: LoginStage,
    pub breaker: Breaker,
    /// End of the pause after the game refused a call because of its rate limit.
    pub limited_until: Option<Duration>,
    /// The redeem endpoint's limit before the present series of refusals.
    before_refusals: Option<Option<RateLimit>>,
    /// A player without a state on file has waited.
    has_stateless: bool,
    /// The player who was decided last, available for a trial of the login.
    pub for_trial: Option<PlayerId>,
    /// The calls of the searches for states.
    pub search_days: SearchDays<AllianceId>,
    /// A question is under way. There is one at a time.
    is_asking: bool,
    /// Number of queued state checks. Each keeps a place in the redeem endpoint's budget free, so they go first.
    state_checks: usize,
    /// The attempts under way for each code, with their start times.
    codes: HashMap<(CodeKey, u32), Vec<(PlayerId, Duration)>>,
    /// If a canary's attempt takes longer than this, another player is tried as well.
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
            search_days: SearchDays::default(),
            is_asking: false,
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

    /// Counts the calls of an earlier process.
    pub fn restore(&mut self, calls: Vec<(Endpoint, Duration)>, now: Duration) {
        if let Some(youngest) = calls.iter().map(|(_, age)| *age).min() {
            self.players.restore(now, youngest);
        }
        for endpoint in [Endpoint::Login, Endpoint::Redeem] {
            let ages = calls.iter().filter(|(asked, _)| *asked == endpoint).map(|(_, age)| *age);
            self.budget(endpoint).restore(now, ages);
        }
    }

    /// How long a call counts, including what was learnt; `None` without a budget.
    pub fn window(&self) -> Option<Duration> {
        [&self.login, &self.redeem].into_iter().filter_map(WindowBudget::limit).map(|limit| limit.window).max()
    }

    pub fn limit(&self) -> Option<RateLimit> {
        self.redeem.limit()
    }

    /// How much of the endpoint's budget is used at `now`.
    pub fn budget_use(&self, endpoint: Endpoint, now: Duration) -> BudgetUse {
        match endpoint {
            Endpoint::Login => self.login.usage(now),
            Endpoint::Redeem => self.redeem.usage(now),
        }
    }

    /// Whether any call of a redemption may begin at `now`.
    pub fn is_open(&self, now: Duration) -> bool {
        self.has_room(Endpoint::Redeem, now) || (self.needs_login(now) && self.has_room(Endpoint::Login, now))
    }

    /// Whether a redemption may need the player endpoint.
    fn needs_login(&self, now: Duration) -> bool {
        self.stage.is_used() || (self.has_stateless && !self.stage.is_gone(now))
    }

    pub fn queue_state_check(&mut self) {
        self.state_checks += 1;
    }

    /// Called when a state check gets its permit or is given up.
    pub fn leave_queue(&mut self) {
        self.state_checks = self.state_checks.saturating_sub(1);
    }

    /// Admits a state check for `player`, or returns when to ask again; `None` means that a call in flight has to end
    /// first.
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

    /// Admits a question of a player's state, which comes after everything else: two thirds of the budget stay free for
    /// what becomes due meanwhile. Otherwise returns when to ask again; `None` means that a call in flight has to end
    /// first.
    pub fn admit_question(&mut self, player: PlayerId, now: Duration) -> Result<(), Option<Duration>> {
        let kept_free = self.redeem.limit().map_or(0, |limit| limit.calls as usize * 2 / 3);
        if self.is_asking {
            return Err(None);
        }
        if !self.breaker.is_closed() || !self.redeem.has_room(now, self.state_checks + kept_free) {
            return Err(Some(now + ASK_AGAIN));
        }
        if !self.players.is_open(player, now) {
            return Err(self.players.opening_of(player));
        }
        self.redeem.begin();
        self.players.begin(player);
        self.is_asking = true;
        Ok(())
    }

    pub fn is_asking(&self) -> bool {
        self.is_asking
    }

    /// A question is over, or was not made.
    pub fn question_ended(&mut self) {
        self.is_asking = false;
    }

    /// Admits an attempt for a candidate, or returns why not. A login goes first if the state is not on file. It also
    /// goes first if the profile `is_stale`, the login works, and the code is proven: any other code is worth no login.
    pub fn admit(&mut self, candidate: &Candidate, is_stale: bool, now: Duration) -> Result<Step, Admission> {
        let player = candidate.player;
        self.has_stateless |= !candidate.has_state;
        if candidate.awaits_state && (candidate.has_state || self.stage.is_gone(now)) {
            return Err(Admission::AwaitState);
        }
        let needs_login = !candidate.has_state && !self.stage.is_gone(now);
        let may_log_in = is_stale
            && candidate.trust == CodeTrust::Proven
            && self.stage.is_used()
            && self.has_room(Endpoint::Login, now);
        let step = if needs_login || may_log_in { Step::Login } else { Step::Redeem };
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

    /// The attempt for this player and code is over, and its result is recorded.
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

    /// A call ended at `now` without a usable answer, because its caller may be gone. Nothing is learnt from it.
    pub fn end(&mut self, endpoint: Endpoint, player: PlayerId, now: Duration) {
        self.budget(endpoint).end(now);
        self.players.end(player, now);
    }

    /// A call's answer came at `now`. `tried` is the redemption it was made for, and whether it used the real code. If
    /// refusals in a row name no time, the back-off starts at `base`.
    pub fn answered(
        &mut self,
        call: &Answered<'_>,
        tried: Option<(&Tried, bool)>,
        now: Duration,
        base: Duration,
    ) -> Learnt {
        let opens = self.learn(call, now, base);
        // If the state is on file, nothing depends on the player endpoint. Its answers are no evidence against the
        // game.
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

    /// The answer to the breaker's test call came at `now`.
    pub fn question_answered(&mut self, call: &Answered<'_>, now: Duration, base: Duration) -> Vec<BreakerEvent> {
        self.learn(call, now, base);
        let changes = self.breaker.answered(call.player, call.status, call.hints.retry_after.unwrap_or_default(), now);
        let opened = |change: &BreakerEvent| matches!(change, BreakerEvent::Opened(trouble, _) if trouble.cause == Cause::Refused);
        if changes.iter().any(opened)
            && let Some(limit) = self.before_refusals.take()
        {
            // If every call is refused, the rate limit is not the reason, so the learnt limit is undone.
            self.redeem.unlearn(limit);
            self.limited_until = None;
        }
        changes
    }

    /// Updates budgets and intervals from an answer.
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

    /// A call ended at `now` at an endpoint that does not exist, so the game did not count it for the player.
    pub fn end_at_nobody(&mut self, endpoint: Endpoint, player: PlayerId, now: Duration) {
        self.budget(endpoint).end(now);
        self.players.cancel(player);
    }

    /// An admitted call was not made.
    pub fn cancel(&mut self, endpoint: Endpoint, player: PlayerId) {
        self.budget(endpoint).cancel();
        self.players.cancel(player);
    }

    /// All calls in flight are gone with their callers.
    pub fn abandon(&mut self, now: Duration) {
        self.login.abandon(now);
        self.redeem.abandon(now);
        self.players.abandon(now);
        self.codes.clear();
        self.is_asking = false;
        self.breaker.abandon(now);
    }

    /// The earliest time after `now` at which another call may be admitted; `None` if that depends on calls in flight.
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
