//! Answering interactions, and what to answer when something fails.
//!
//! # Guarantees
//! Discord waits three seconds for the first answer and takes changes of it for 15 minutes, both counted from the time that
//! stands in the interaction's id. Within these bounds an answer is sent again until Discord takes it or refuses it for good.
//! An answer that is not taken changes nothing of what was asked for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serenity::all::{
    ApplicationId, CommandInteraction, ComponentInteraction, CreateInteractionResponse,
    CreateInteractionResponseMessage, InteractionId, ModalInteraction,
};
use thiserror::Error;
use tokio::time::Instant;

use crate::store::StoreError;

use super::bot::Bot;
use super::messages::{Message, people};
use super::rest::RestError;

/// What a command or button fails with.
pub type Error = anyhow::Error;

/// How long Discord waits for the first answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How long an answer can be changed.
const CHANGE_WITHIN: Duration = Duration::from_secs(15 * 60);
/// How long one try of the first answer may take, and one of a change.
const TRY_FOR: (Duration, Duration) = (Duration::from_millis(1200), Duration::from_secs(10));
/// The wait after a first try that failed for a while, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// Discord does not take an answer. There is nobody to tell.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the answer was not taken: {0}")]
pub(super) struct NotAnswered(#[from] RestError);

impl NotAnswered {
    /// Whether it will not be taken later either.
    pub fn is_for_good(&self) -> bool {
        is_for_good(&self.0)
    }
}

/// What somebody did.
#[derive(Clone, Copy)]
enum What<'a> {
    /// A slash command.
    Command(&'a CommandInteraction),
    /// A button or menu.
    Component(&'a ComponentInteraction),
    /// A form.
    Form(&'a ModalInteraction),
}

/// An interaction: acknowledged at once, once, and answered when there is something to say.
pub struct Asked<'a> {
    bot: &'a Bot,
    what: What<'a>,
    /// When it was made, as far as clocks can be trusted.
    began: Instant,
    is_acknowledged: AtomicBool,
}

impl<'a> Asked<'a> {
    fn new(bot: &'a Bot, what: What<'a>, is_acknowledged: bool) -> Self {
        let asked = Self { bot, what, began: Instant::now(), is_acknowledged: AtomicBool::new(is_acknowledged) };
        let age = age(made_at(asked.id()), bot.clock.now());
        Self { began: asked.began.checked_sub(age).unwrap_or(asked.began), ..asked }
    }

    /// A slash command; whether it was acknowledged already.
    pub fn command(bot: &'a Bot, asked: &'a CommandInteraction, is_acknowledged: bool) -> Self {
        Self::new(bot, What::Command(asked), is_acknowledged)
    }

    /// A button or menu.
    pub fn component(bot: &'a Bot, asked: &'a ComponentInteraction) -> Self {
        Self::new(bot, What::Component(asked), false)
    }

    /// A form.
    pub fn form(bot: &'a Bot, asked: &'a ModalInteraction) -> Self {
        Self::new(bot, What::Form(asked), false)
    }

    /// Until when its answer can be changed.
    pub fn changes_until(&self) -> Instant {
        self.began + CHANGE_WITHIN
    }

    /// Acknowledges it: whoever asked, and nobody else, sees that there will be an answer.
    ///
    /// # Errors
    /// When Discord does not take it in time.
    pub async fn defer(&self) -> Result<(), Error> {
        let later = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true));
        self.first(later).await
    }

    /// The first answer, of whatever kind. It holds no file.
    ///
    /// # Errors
    /// When Discord does not take it in time.
    pub async fn first(&self, response: CreateInteractionResponse) -> Result<(), Error> {
        let to = (self.id(), self.token());
        let send = || self.bot.rest.answer(to, &response);
        match self.insist(self.began + ANSWER_WITHIN, TRY_FOR.0, send).await {
            // Where nobody knows whether Discord has it, a later change shows.
            Err(error) if !error.maybe_done() => Err(NotAnswered(error).into()),
            _ => {
                self.is_acknowledged.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// Answers, or changes the answer; tried again while it can be changed.
    ///
    /// # Errors
    /// When Discord does not take it.
    pub async fn answer(&self, message: &Message) -> Result<(), Error> {
        if !self.is_acknowledged.load(Ordering::Relaxed) {
            return self.first(CreateInteractionResponse::Message(message.respond())).await;
        }
        self.insist(self.changes_until(), TRY_FOR.1, || self.change(message)).await.map_err(NotAnswered)?;
        Ok(())
    }

    /// Changes the answer if that can be done now: the next change will say more.
    ///
    /// # Errors
    /// When Discord does not take it.
    pub async fn show(&self, message: &Message) -> Result<(), NotAnswered> {
        Ok(bounded(TRY_FOR.1, self.change(message)).await?)
    }

    async fn change(&self, message: &Message) -> Result<(), RestError> {
        self.bot.rest.edit_answer((self.application(), self.token()), &message.follow(), message.attachment()).await
    }

    /// Sends until Discord takes it, refuses it for good, or it is too late. A process that is to stop tries once.
    async fn insist<F: Future<Output = Result<(), RestError>>>(
        &self,
        until: Instant,
        try_for: Duration,
        mut send: impl FnMut() -> F,
    ) -> Result<(), RestError> {
        let (mut wait, longest) = BACK_OFF;
        let mut maybe_done = false;
        loop {
            let error = match bounded(try_for, send()).await {
                Ok(()) => return Ok(()),
                // The answer to an earlier try was lost.
                Err(error) if maybe_done && is_acknowledged(&error) => return Ok(()),
                Err(error) => error,
            };
            maybe_done |= error.maybe_done();
            let pause = match &error {
                RestError::Refused { retry_after: Some(asked), .. } => *asked,
                _ => wait,
            };
            if is_for_good(&error) || Instant::now() + pause >= until {
                return Err(error);
            }
            tokio::select! {
                () = self.bot.shutdown.cancelled() => return Err(error),
                () = tokio::time::sleep(pause) => {}
            }
            wait = (wait * 2).min(longest);
        }
    }

    fn id(&self) -> InteractionId {
        match self.what {
            What::Command(asked) => asked.id,
            What::Component(asked) => asked.id,
            What::Form(asked) => asked.id,
        }
    }

    fn token(&self) -> &'a str {
        match self.what {
            What::Command(asked) => &asked.token,
            What::Component(asked) => &asked.token,
            What::Form(asked) => &asked.token,
        }
    }

    fn application(&self) -> ApplicationId {
        match self.what {
            What::Command(asked) => asked.application_id,
            What::Component(asked) => asked.application_id,
            What::Form(asked) => asked.application_id,
        }
    }

    /// What was asked, for the log.
    pub(super) fn name(&self) -> String {
        match self.what {
            What::Command(asked) => format!("/{}", asked.data.name),
            What::Component(asked) => crate::domain::text::clean(&asked.data.custom_id, 100),
            What::Form(asked) => crate::domain::text::clean(&asked.data.custom_id, 100),
        }
    }

    /// Logs why it failed, and tells whoever asked. `what` is what failed, for the log.
    pub(super) async fn fail(&self, what: &str, error: &Error) {
        if let Some(message) = explain(what, error)
            && let Err(error) = self.answer(&message).await
        {
            tracing::debug!("Nor can it be told: {error:#}");
        }
    }
}

async fn bounded(within: Duration, send: impl Future<Output = Result<(), RestError>>) -> Result<(), RestError> {
    let late = |_| RestError::Unanswered("it took too long".to_owned());
    tokio::time::timeout(within, send).await.map_err(late)?
}

/// When something was made that has this id.
fn made_at(id: InteractionId) -> Timestamp {
    Timestamp::from_nanosecond(id.created_at().unix_timestamp_nanos()).unwrap_or(Timestamp::MIN)
}

/// How long ago it was made. One whose answer could not be changed any more would not have been sent to us, nor one from the
/// future: where it seems so, the clocks differ, and it is as good as new.
fn age(made_at: Timestamp, now: Timestamp) -> Duration {
    let age = Duration::try_from(now.duration_since(made_at)).unwrap_or_default();
    if age < CHANGE_WITHIN { age } else { Duration::ZERO }
}

/// Whether Discord has a first answer already.
fn is_acknowledged(error: &RestError) -> bool {
    matches!(error, RestError::Refused { code: 40060, .. })
}

/// Whether Discord refuses it now and later. Too late (10062, 10015, 50027) and malformed are alike in that.
fn is_for_good(error: &RestError) -> bool {
    matches!(error, RestError::Refused { status: 400..=499, .. } if !matches!(error, RestError::Refused { status: 429, .. }))
}

/// Logs why something failed under a short id, and returns what to tell whoever asked: nothing of the inside but that id.
/// `None` where Discord takes no answer.
fn explain(what: &str, error: &Error) -> Option<Message> {
    match error.downcast_ref::<NotAnswered>() {
        Some(NotAnswered(error)) if is_acknowledged(error) => {
            tracing::warn!("{what} was answered by another program: stop it, or give it a token of its own");
            return None;
        }
        Some(error) => {
            tracing::warn!("{what}: {error}");
            return None;
        }
        None => {}
    }
    let incident = format!("{:06x}", fastrand::u32(..1 << 24));
    tracing::error!(incident, "{what} failed: {error:#}");
    Some(match error.downcast_ref::<StoreError>() {
        Some(StoreError::Persist(_)) => people::not_saved(&incident),
        Some(StoreError::NotActive | StoreError::Closed) => people::restarting(),
        _ => people::failed(&incident),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_interaction_stands_in_its_id() {
        // Discord's own example.
        let at = made_at(InteractionId::new(175_928_847_299_117_063));
        assert_eq!(at.to_string(), "2016-04-30T11:18:25.796Z");
        let after = |seconds| age(at, at + jiff::SignedDuration::from_secs(seconds));
        assert_eq!([0, 2, 899].map(after), [0, 2, 899].map(Duration::from_secs));
        // Clocks that differ.
        assert_eq!([-5, 900, 86_400].map(after), [Duration::ZERO; 3]);
    }

    #[test]
    fn what_is_refused_for_good_is_not_sent_again() {
        let refused = |status, code| {
            let (message, retry_after, is_global) = (String::new(), None, false);
            RestError::Refused { status, code, message, retry_after, is_global }
        };
        for error in [refused(404, 10062), refused(404, 10015), refused(401, 50027), refused(400, 50035)] {
            assert!(is_for_good(&error), "{error}");
        }
        for error in [refused(429, 0), refused(500, 0), RestError::Unreached("x".into())] {
            assert!(!is_for_good(&error), "{error}");
        }
    }
}
