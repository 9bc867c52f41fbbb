//! Codes that a feed lists again: the game is asked about one with a single player before anybody is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::budget::Endpoint;
use crate::domain::code::{Code, CodeKey};
use crate::domain::player::PlayerId;
use crate::domain::status::{Class, Scope, of_redeem};
use crate::ports::GameApi;

use super::pace::Answered;
use super::{Ended, Engine};

/// Answers in a row that tell nothing, after which a code is left alone for a while.
const MAX_UNCLEAR: u32 = 10;
/// For that long.
const LONG_WAIT: Duration = Duration::from_secs(6 * 3600);

/// The codes about which the game is asked or was, without a clear answer.
#[derive(Debug, Default)]
pub(super) struct Returns(Mutex<HashMap<CodeKey, Asked>>);

#[derive(Debug, Default)]
struct Asked {
    is_asking: bool,
    unclear: u32,
    last: Option<PlayerId>,
}

impl Returns {
    fn of<T>(&self, key: &CodeKey, change: impl FnOnce(&mut Asked) -> T) -> T {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default())
    }

    /// Whoever asked is gone.
    pub fn abandon(&self) {
        for asked in self.0.lock().unwrap_or_else(PoisonError::into_inner).values_mut() {
            asked.is_asking = false;
        }
    }
}

impl<G: GameApi> Engine<G> {
    /// Begins to ask about the first of these codes that is not asked about already; returns whether it did.
    pub(super) fn ask_about_returns(
        self: &Arc<Self>,
        codes: Vec<(Code, u32)>,
        tries: &mut JoinSet<Ended>,
        shutdown: &CancellationToken,
    ) -> bool {
        let is_new = |(code, _): &(Code, u32)| {
            self.returns.of(&code.key(), |asked| !std::mem::replace(&mut asked.is_asking, true))
        };
        let Some((code, generation)) = codes.into_iter().find(is_new) else { return false };
        let (engine, shutdown) = (self.clone(), shutdown.clone());
        tries.spawn(async move {
            let ended = engine.ask_about_return(&code, generation, &shutdown).await;
            engine.returns.of(&code.key(), |asked| asked.is_asking = false);
            engine.store.work_wake().notify_waiters();
            ended
        });
        true
    }

    async fn ask_about_return(&self, code: &Code, generation: u32, shutdown: &CancellationToken) -> Ended {
        let key = code.key();
        let (unclear, last) = self.returns.of(&key, |asked| (asked.unclear, asked.last));
        let Some((player, state)) = self.store.scout_of_return(key.clone(), last).await? else {
            self.store.renew_code(key, generation, None).await?;
            tracing::info!("{code} is valid again");
            return Ok(());
        };
        let turn = self.turn(Endpoint::Redeem, player);
        let Some(note) = shutdown.run_until_cancelled(turn).await.transpose()? else { return Ok(()) };
        let asked = self.clock.elapsed();
        let reply = self.game.redeem(player, state, code).await;
        let status = of_redeem(&reply.answer);
        self.answered(&Answered { asked, endpoint: Endpoint::Redeem, player, status: &status, heard: &reply.heard });
        match status.class() {
            Class::Success => {
                self.store.renew_code(key.clone(), generation, Some((player, status.clone()))).await?;
                tracing::info!("{code} is valid again");
                tracing::info!(%code, %player, "✅ Redeemed for {player}: {status} (attempt 1)");
            }
            Class::Permanent(Scope::Code) => {
                self.store.keep_condemned(key.clone(), generation, status.clone()).await?;
                tracing::info!("{code} is listed again, but no good: {status}");
            }
            Class::Permanent(_) | Class::Unknown | Class::Temporary => {
                let is_too_much = unclear + 1 >= MAX_UNCLEAR;
                self.returns.of(&key, |asked| {
                    asked.unclear = if is_too_much { 0 } else { unclear + 1 };
                    asked.last = Some(player);
                });
                let wait =
                    if is_too_much { LONG_WAIT } else { self.settings.policy.back_off(unclear + 1, fastrand::f64()) };
                let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
                self.store.ask_about_return_at(key, generation, at).await?;
                self.store.note_end(note).await?;
                return Ok(());
            }
        }
        self.returns.of(&key, |asked| (asked.unclear, asked.last) = (0, None));
        self.store.note_end(note).await?;
        Ok(())
    }
}
