//! What may be asked when: the two endpoints' budgets, the players' intervals, how many may try a code that is not proven,
//! whether there is a login at all, and whether the game answers.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::answer::Heard;
use crate::domain::budget::{Endpoint, RateLimit, WindowBudget};
use crate::domain::code::CodeKey;
use crate::domain::gate::PlayerPacing;
use crate::domain::login::LoginStage;
use crate::domain::outage::{self, Outage};
use crate::domain::player::{PlayerId, State};
use crate::domain::scout;
use crate::domain::search::Searches;
use crate::domain::status::Status;
use crate::store::{Admission, Candidate};

/// What a try does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Login,
    Redeem,
    /// Asks whether the player lives in that state; the one on file is wrong.
    Probe(State),
}

impl Step {
    /// Which endpoint it asks.
    pub fn endpoint(self) -> Endpoint {
        match self {
            Self::Login => Endpoint::Login,
            Self::Redeem | Self::Probe(_) => Endpoint::Redeem,
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
    pub heard: &'a Heard,
}

/// What an answer changed.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// The endpoint takes calls again then; it refused this one.
    pub opens: Option<Duration>,
    pub outage: Option<outage::Change>,
}

/// Shared by the dispatcher and the tries in flight. Times are since the clock's start.
#[derive(Debug)]
pub(super) struct Pace {
    login: WindowBudget,
    redeem: WindowBudget,
    players: PlayerPacing,
    pub stage: LoginStage,
    pub outage: Outage,
    /// The endpoint whose calls failed last: it is asked whether the outage is over.
    pub failing: Endpoint,
    pub searches: Searches,
    /// Probes that wait for their turn. Each keeps a place in the redeem endpoint's budget free, so they go first.
    probes: usize,
    /// The tries under way for each code, and since when.
    codes: HashMap<(CodeKey, u32), Vec<(PlayerId, Duration)>>,
    /// A scout whose try takes longer than this is joined by another.
    patience: Duration,
}

impl Pace {
    pub fn new(limit: Option<RateLimit>, player_interval: Duration, patience: Duration) -> Self {
        Self {
            login: WindowBudget::new(limit),
            redeem: WindowBudget::new(limit),
            players: PlayerPacing::new(player_interval),
            stage: LoginStage::default(),
            outage: Outage::default(),
            failing: Endpoint::Redeem,
            searches: Searches::default(),
            probes: 0,
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
            Endpoint::Redeem => self.redeem.has_room(now, self.probes),
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
        self.has_room(Endpoint::Redeem, now) || (self.stage.is_used(now) && self.has_room(Endpoint::Login, now))
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
    pub fn admit_probe(&mut self, endpoint: Endpoint, player: PlayerId, now: Duration) -> Result<(), Option<Duration>> {
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

    /// Lets a try for a candidate begin, or not; `needs_login` is asked only where there is a login.
    pub fn admit(&mut self, candidate: &Candidate, needs_login: bool, now: Duration) -> Result<Step, Admission> {
        let player = candidate.player;
        let step = match self.searches.next(player) {
            Some(state) => Step::Probe(state),
            None if needs_login && self.stage.is_used(now) => Step::Login,
            None => Step::Redeem,
        };
        if !self.has_room(step.endpoint(), now) {
            return Err(if self.is_open(now) { Admission::Skip } else { Admission::Stop });
        }
        let under_way = self.codes.get(&(candidate.key.clone(), candidate.generation)).map_or(&[][..], Vec::as_slice);
        let takes_long = under_way.iter().any(|(_, since)| now.saturating_sub(*since) >= self.patience);
        if !scout::may_begin(candidate.trust, under_way.len(), takes_long) {
            return Err(Admission::SkipCode);
        }
        if !self.players.is_open(player, now) {
            return Err(Admission::Skip);
        }
        self.budget(step.endpoint()).begin();
        self.players.begin(player);
        self.codes.entry((candidate.key.clone(), candidate.generation)).or_default().push((player, now));
        Ok(step)
    }

    /// The try for this player and code is over, and what it came to is written down.
    pub fn done(&mut self, key: CodeKey, generation: u32, player: PlayerId) {
        if let std::collections::hash_map::Entry::Occupied(mut tries) = self.codes.entry((key, generation)) {
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

    /// A call's answer came at `now`. The rest after refusals in a row that name no time starts at `base`.
    pub fn answered(&mut self, call: &Answered<'_>, now: Duration, base: Duration) -> Learnt {
        let budget = self.budget(call.endpoint);
        budget.end(now);
        let opens = budget.observe((call.asked, now), call.heard, *call.status == Status::RateLimited, base);
        match call.status {
            Status::TooFrequent => self.players.refuse(call.player, now),
            _ => self.players.end(call.player, now),
        }
        if outage::is_of_the_service(call.status) {
            self.failing = call.endpoint;
        }
        Learnt { opens, outage: self.outage.observe(call.player, call.status, now) }
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
        self.outage.asked(now);
    }

    /// The earliest time after `now` at which something more may be admitted; `None` while that depends on calls in
    /// flight.
    pub fn next_opening(&self, now: Duration) -> Option<Duration> {
        let budgets = [self.redeem.next_opening(now), self.login.next_opening(now)];
        let joined = self.codes.values().flatten().map(|(_, since)| *since + self.patience);
        let openings = budgets.into_iter().flatten().chain(self.players.next_opening(now)).chain(joined);
        openings.filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests;
