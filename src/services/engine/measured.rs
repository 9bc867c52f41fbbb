//! What the engine counts and measures.

use std::time::Duration;

use crate::domain::answers::answer::{Answer, Reply};
use crate::domain::answers::status::{Status, of_redeem};
use crate::domain::codes::code::Code;
use crate::domain::limits::budget::{BudgetUse, Endpoint};
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::ports::GameApi;
use crate::runtime::metrics::{Call, Metrics};
use crate::store::{AttemptResult, FinishedBatch, Next, Recorded};

use super::Engine;

impl<G: GameApi> Engine<G> {
    /// From now on it reports to `metrics`.
    pub fn measured(&self, metrics: Metrics) {
        drop(self.metrics.set(metrics));
    }

    fn metrics(&self) -> &Metrics {
        self.metrics.get_or_init(Metrics::default)
    }

    /// How much of each endpoint's budget is used at the moment.
    pub fn budgets(&self) -> Vec<(Endpoint, BudgetUse)> {
        let budget_use = |endpoint| self.admission(|admission, now| admission.budget_use(endpoint, now));
        [Endpoint::Login, Endpoint::Redeem].into_iter().map(|endpoint| (endpoint, budget_use(endpoint))).collect()
    }

    /// Makes one call to the redeem endpoint.
    pub(super) async fn call(&self, player: PlayerId, state: State, code: &Code) -> Reply<Answer> {
        let began = self.clock.elapsed();
        let reply = self.game.redeem(player, state, code).await;
        self.count_call(Endpoint::Redeem, &of_redeem(&reply.answer), began);
        reply
    }

    /// Counts a call that began at `began` and has ended.
    pub(super) fn count_call(&self, endpoint: Endpoint, status: &Status, began: Duration) {
        let (took, limit) =
            self.admission(|admission, now| (now.saturating_sub(began), admission.budget_use(endpoint, now).limit));
        self.metrics().called(Call { endpoint, status, took, limit, at: self.clock.now() });
    }

    /// Counts what recording an attempt's result decided.
    pub(super) fn count_recorded(&self, result: &AttemptResult, recorded: &Recorded) {
        let metrics = self.metrics();
        if let Next::Final(outcome) = result.next
            && recorded.taken
        {
            metrics.decided(outcome);
        }
        if let Some(invalidated) = &recorded.judged.invalidated {
            metrics.stopped(u32::try_from(invalidated.stopped).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn count_finished(&self, batch: &FinishedBatch) {
        if let Some(lasted) = batch.lasted {
            self.metrics().batch_done(lasted.since_seen, lasted.since_posted);
        }
    }

    pub(super) fn count_given_up(&self) {
        self.metrics().decided(Outcome::GaveUp);
    }
}
