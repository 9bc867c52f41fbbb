//! While the game does not answer: one question at a time whether it does again.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::budget::Endpoint;
use crate::domain::code::Code;
use crate::domain::outage::Change;
use crate::domain::player::{PlayerId, State};
use crate::domain::status::{Class, Scope, Status, of_login, of_redeem};
use crate::ports::{GameApi, LoginAnswer};

use super::condition::Condition;
use super::pace::Answered;
use super::{Ended, Engine, Halt};

impl<G: GameApi> Engine<G> {
    /// Asks, when it is time, whether the outage is over; returns when the next question is due.
    pub(super) fn ask_whether_it_is_over(
        self: &Arc<Self>,
        tries: &mut JoinSet<Ended>,
        shutdown: &CancellationToken,
    ) -> Option<Duration> {
        let due = self.pace(|pace, now| match pace.outage.ask_at() {
            Some(at) if at > now => Err(Some(at)),
            Some(_) => pace.outage.begin_to_ask().ok_or(None),
            None => Err(None),
        });
        match due {
            Err(at) => at,
            Ok(player) => {
                let (engine, shutdown) = (self.clone(), shutdown.clone());
                tries.spawn(async move { engine.ask(player, &shutdown).await });
                None
            }
        }
    }

    /// One question, which redeems nothing: any answer of the game will do, also that the state is a wrong one.
    async fn ask(&self, player: PlayerId, shutdown: &CancellationToken) -> Ended {
        let endpoint = self.pace(|pace, _| pace.failing);
        // A turn may take as long as the budget is used up; the end does not wait for that.
        let Some(note) = shutdown.run_until_cancelled(self.turn(endpoint, player)).await.transpose()? else {
            return Ok(None);
        };
        let asked = self.clock.elapsed();
        let (status, heard, answer) = match (endpoint, State::new(1)) {
            (Endpoint::Redeem, Some(state)) => {
                let reply = self.game.redeem(player, state, &Code::impossible()).await;
                (of_redeem(&reply.answer), reply.heard, Some(reply.answer))
            }
            _ => {
                let reply = self.game.login(player).await;
                match reply.answer {
                    LoginAnswer::Profile(_) => (Status::Success, reply.heard, None),
                    LoginAnswer::Failed(answer) => (of_login(&answer), reply.heard, Some(answer)),
                }
            }
        };
        if let Some(answer) = &answer {
            self.reach.count(answer);
        }
        self.answered(&Answered { asked, endpoint, player, status: &status, heard: &heard });
        self.pace(|pace, now| pace.outage.asked(now));
        self.store.note_end(note).await?;
        let is_halt = status.class() == Class::Permanent(Scope::Deployment);
        Ok(is_halt.then_some(Halt(status)))
    }

    /// Says what changed, and wakes who waits for it.
    pub(super) fn say_outage(&self, change: Change) {
        match change {
            Change::Began(at) => {
                let ago = self.clock.elapsed().saturating_sub(at);
                let since = self.clock.now().checked_sub(ago).unwrap_or(jiff::Timestamp::MIN);
                tracing::warn!("The game does not answer: nothing is redeemed until it does again");
                self.condition.send_replace(Condition::Outage { since });
            }
            Change::Ended => {
                tracing::info!("The game answers again");
                self.condition.send_replace(Condition::Working);
            }
        }
        self.store.work_wake().notify_waiters();
    }
}
