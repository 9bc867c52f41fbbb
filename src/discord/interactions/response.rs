//! Responses to interactions, and what a person learns when a command or button fails.
//!
//! # Guarantees
//! Discord accepts the first response within three seconds and edits of it for 15 minutes, both counted from the time in the
//! interaction's id. Within these limits a response is sent again until Discord accepts it or refuses it for good. A response
//! that Discord does not accept undoes nothing of what the person asked for. A button or menu that fails leaves its own message
//! as it is, with what can be tapped there: the error is a message of its own.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serenity::all::{
    ApplicationId, CommandInteraction, ComponentInteraction, CreateInteractionResponse,
    CreateInteractionResponseMessage, GuildId, InteractionId, ModalInteraction,
};
use thiserror::Error;
use tokio::time::Instant;

use crate::discord::bot::Bot;
use crate::discord::messages::{Message, personal};
use crate::discord::rest::RestError;
use crate::domain::back_off::BackOff;
use crate::domain::text::language::Language;
use crate::store::StoreError;

/// How long Discord waits for the first response.
const RESPOND_WITHIN: Duration = Duration::from_secs(3);
/// How long a response can be edited.
const EDIT_WITHIN: Duration = Duration::from_secs(15 * 60);
/// The time limit of one attempt to send the first response, and of one attempt to edit it.
const ATTEMPT_TIMEOUT: (Duration, Duration) = (Duration::from_millis(1200), Duration::from_secs(10));
/// After a failed attempt.
const BACK_OFF: BackOff = BackOff::new(Duration::from_millis(200), Duration::from_secs(30));

/// Discord did not accept a response, so the person cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Discord did not accept the response: {0}")]
pub(super) struct ResponseError(#[from] RestError);

impl ResponseError {
    pub fn is_permanent(&self) -> bool {
        is_permanent(&self.0)
    }
}

#[derive(Clone, Copy)]
enum InteractionKind<'a> {
    Command(&'a CommandInteraction),
    /// A button or menu.
    Component(&'a ComponentInteraction),
    Form(&'a ModalInteraction),
}

/// An interaction to be answered: acknowledged once and at once, and answered when the answer is known.
pub(super) struct Interaction<'a> {
    bot: &'a Bot,
    kind: InteractionKind<'a>,
    /// When Discord created it, as far as the clocks agree.
    began: Instant,
    is_acknowledged: AtomicBool,
    /// Whether the answer replaces the message of the button or menu.
    replaces_message: AtomicBool,
    /// The line above each answer.
    heading: OnceLock<String>,
}

impl<'a> Interaction<'a> {
    fn new(bot: &'a Bot, kind: InteractionKind<'a>, is_acknowledged: bool) -> Self {
        let now = Instant::now();
        let is_acknowledged = AtomicBool::new(is_acknowledged);
        let replaces_message = AtomicBool::new(false);
        let interaction = Self { bot, kind, began: now, is_acknowledged, replaces_message, heading: OnceLock::new() };
        let age = age(created_at(interaction.id()), bot.clock.now());
        Self { began: now.checked_sub(age).unwrap_or(now), ..interaction }
    }

    pub fn command(bot: &'a Bot, command: &'a CommandInteraction, is_acknowledged: bool) -> Self {
        Self::new(bot, InteractionKind::Command(command), is_acknowledged)
    }

    pub fn component(bot: &'a Bot, component: &'a ComponentInteraction) -> Self {
        Self::new(bot, InteractionKind::Component(component), false)
    }

    pub fn form(bot: &'a Bot, form: &'a ModalInteraction) -> Self {
        Self::new(bot, InteractionKind::Form(form), false)
    }

    /// The language of the person who answers are for.
    pub fn language(&self) -> Language {
        let locale = match self.kind {
            InteractionKind::Command(command) => &command.locale,
            InteractionKind::Component(component) => &component.locale,
            InteractionKind::Form(form) => &form.locale,
        };
        Language::of_locale(locale).unwrap_or_default()
    }

    /// Puts a line above each answer from now on.
    pub fn head(&self, line: String) {
        // The first one stays.
        let _ = self.heading.set(line);
    }

    fn headed<'m>(&self, message: &'m Message) -> Cow<'m, Message> {
        match self.heading.get() {
            Some(line) => Cow::Owned(message.clone().under(line)),
            None => Cow::Borrowed(message),
        }
    }

    pub fn editable_until(&self) -> Instant {
        self.began + EDIT_WITHIN
    }

    /// Acknowledges the interaction: the person, and nobody else, sees that an answer will follow.
    pub async fn defer(&self) -> anyhow::Result<()> {
        let later = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true));
        self.respond(later).await
    }

    /// Acknowledges a button or menu whose own message will be edited.
    pub async fn defer_update(&self) -> anyhow::Result<()> {
        self.respond(CreateInteractionResponse::Acknowledge).await?;
        self.replaces_message.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Sends the first response, without a file.
    pub async fn respond(&self, response: CreateInteractionResponse) -> anyhow::Result<()> {
        let to = (self.id(), self.token());
        let send = || self.bot.rest.respond(to, &response);
        match self.send_until_accepted(self.began + RESPOND_WITHIN, ATTEMPT_TIMEOUT.0, send).await {
            // If Discord may have it, a later edit will show.
            Err(error) if !error.maybe_done() => Err(ResponseError(error).into()),
            _ => {
                self.is_acknowledged.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// Responds, or edits the response, and retries for as long as Discord allows.
    pub async fn answer(&self, message: &Message) -> anyhow::Result<()> {
        if !self.is_acknowledged.load(Ordering::Relaxed) {
            return self.respond(CreateInteractionResponse::Message(self.headed(message).respond())).await;
        }
        let message = self.headed(message);
        let edit = || self.edit(&message);
        self.send_until_accepted(self.editable_until(), ATTEMPT_TIMEOUT.1, edit).await.map_err(ResponseError)?;
        Ok(())
    }

    /// Sends a message of its own after the acknowledgement: the person, and nobody else, sees it below. It may come twice if
    /// Discord's reply was lost.
    pub async fn follow_up(&self, message: &Message) -> anyhow::Result<()> {
        let (to, body) = ((self.application(), self.token()), self.headed(message).follow_up());
        let send = || self.bot.rest.follow_up(to, &body);
        self.send_until_accepted(self.editable_until(), ATTEMPT_TIMEOUT.1, send).await.map_err(ResponseError)?;
        Ok(())
    }

    /// Answers with a refusal or an error. The message of a button or menu stays as it is.
    pub async fn refuse(&self, message: &Message) -> anyhow::Result<()> {
        match self.replaces_message.load(Ordering::Relaxed) {
            true => self.follow_up(message).await,
            false => self.answer(message).await,
        }
    }

    /// Tries once to edit the response: the next edit replaces this one anyway.
    pub async fn try_edit(&self, message: &Message) -> Result<(), ResponseError> {
        Ok(with_timeout(ATTEMPT_TIMEOUT.1, self.edit(&self.headed(message))).await?)
    }

    async fn edit(&self, message: &Message) -> Result<(), RestError> {
        let to = (self.application(), self.token());
        self.bot.rest.edit_response(to, &message.follow(), message.files()).await
    }

    /// Sends until Discord accepts it, refuses it for good, or the time is up. During a shutdown there is one attempt.
    async fn send_until_accepted<F: Future<Output = Result<(), RestError>>>(
        &self,
        deadline: Instant,
        attempt_timeout: Duration,
        mut send: impl FnMut() -> F,
    ) -> Result<(), RestError> {
        let mut back_off = BACK_OFF;
        let mut maybe_done = false;
        loop {
            let error = match with_timeout(attempt_timeout, send()).await {
                Ok(()) => return Ok(()),
                // Discord accepted an earlier attempt, and its reply was lost.
                Err(error) if maybe_done && is_acknowledged(&error) => return Ok(()),
                Err(error) => error,
            };
            maybe_done |= error.maybe_done();
            let back_off = back_off.next_wait();
            let wait = match &error {
                RestError::Refused { retry_after: Some(retry_after), .. } => *retry_after,
                _ => back_off,
            };
            if is_permanent(&error) || Instant::now() + wait >= deadline {
                return Err(error);
            }
            tokio::select! {
                () = self.bot.shutdown.cancelled() => return Err(error),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn id(&self) -> InteractionId {
        match self.kind {
            InteractionKind::Command(command) => command.id,
            InteractionKind::Component(component) => component.id,
            InteractionKind::Form(form) => form.id,
        }
    }

    fn guild(&self) -> Option<GuildId> {
        match self.kind {
            InteractionKind::Command(command) => command.guild_id,
            InteractionKind::Component(component) => component.guild_id,
            InteractionKind::Form(form) => form.guild_id,
        }
    }

    fn token(&self) -> &'a str {
        match self.kind {
            InteractionKind::Command(command) => &command.token,
            InteractionKind::Component(component) => &component.token,
            InteractionKind::Form(form) => &form.token,
        }
    }

    fn application(&self) -> ApplicationId {
        match self.kind {
            InteractionKind::Command(command) => command.application_id,
            InteractionKind::Component(component) => component.application_id,
            InteractionKind::Form(form) => form.application_id,
        }
    }

    /// Its name in the log.
    pub fn name(&self) -> String {
        match self.kind {
            InteractionKind::Command(command) => format!("/{}", command.data.name),
            InteractionKind::Component(component) => crate::domain::text::clean(&component.data.custom_id, 100),
            InteractionKind::Form(form) => crate::domain::text::clean(&form.data.custom_id, 100),
        }
    }

    /// Logs the error, and answers with what the person needs to know of it. `name` is the failed command's name in the log.
    pub async fn fail(&self, name: &str, error: &anyhow::Error) {
        let span = tracing::error_span!("command", guild = tracing::field::Empty);
        if let Some(guild) = self.guild() {
            span.record("guild", tracing::field::display(guild));
        }
        if let Some(message) = span.in_scope(|| explain(self.language(), name, error))
            && let Err(error) = self.refuse(&message).await
        {
            tracing::debug!("The person was not notified of it either: {error:#}");
        }
    }
}

async fn with_timeout(timeout: Duration, send: impl Future<Output = Result<(), RestError>>) -> Result<(), RestError> {
    let late = |_| RestError::Unanswered("it took too long".to_owned());
    tokio::time::timeout(timeout, send).await.map_err(late)?
}

fn created_at(id: InteractionId) -> Timestamp {
    Timestamp::from_nanosecond(id.created_at().unix_timestamp_nanos()).unwrap_or(Timestamp::MIN)
}

/// How old an interaction is. Discord delivers none from the future and none whose response can no longer be edited, so one
/// that looks like that means that the clocks differ; it counts as new.
fn age(created_at: Timestamp, now: Timestamp) -> Duration {
    let age = Duration::try_from(now.duration_since(created_at)).unwrap_or_default();
    if age < EDIT_WITHIN { age } else { Duration::ZERO }
}

/// Whether Discord has the first response already.
fn is_acknowledged(error: &RestError) -> bool {
    matches!(error, RestError::Refused { code: 40060, .. })
}

/// Whether Discord will refuse every further attempt: it is too late (10062, 10015, 50027), or the request is malformed.
fn is_permanent(error: &RestError) -> bool {
    matches!(error, RestError::Refused { status: 400..=499, .. } if !matches!(error, RestError::Refused { status: 429, .. }))
}

/// Logs an error under a short incident number, and returns the message for the person, which holds nothing internal but
/// that number. `None` where Discord accepts no response.
fn explain(language: Language, name: &str, error: &anyhow::Error) -> Option<Message> {
    match error.downcast_ref::<ResponseError>() {
        Some(ResponseError(error)) if is_acknowledged(error) => {
            tracing::warn!("{name} was answered by another program: stop it, or give it a token of its own");
            return None;
        }
        Some(error) => {
            tracing::warn!("{name}: {error}");
            return None;
        }
        None => {}
    }
    let incident = format!("{:06x}", fastrand::u32(..1 << 24));
    tracing::error!(incident, "{name} failed: {error:#}");
    Some(match error.downcast_ref::<StoreError>() {
        Some(StoreError::Persist(_)) => personal::not_saved(language, &incident),
        Some(StoreError::NotActive | StoreError::Closed) => personal::restarting(language),
        _ => personal::failed(language, &incident),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interactions_id_holds_its_creation_time() {
        // Discord's own example.
        let at = created_at(InteractionId::new(175_928_847_299_117_063));
        assert_eq!(at.to_string(), "2016-04-30T11:18:25.796Z");
        let after = |seconds| age(at, at + jiff::SignedDuration::from_secs(seconds));
        assert_eq!([0, 2, 899].map(after), [0, 2, 899].map(Duration::from_secs));
        // Clocks that differ.
        assert_eq!([-5, 900, 86_400].map(after), [Duration::ZERO; 3]);
    }

    #[test]
    fn a_permanent_refusal_is_not_sent_again() {
        let refused = |status, code| {
            let (message, retry_after, is_global) = (String::new(), None, false);
            RestError::Refused { status, code, message, retry_after, is_global }
        };
        for error in [refused(404, 10062), refused(404, 10015), refused(401, 50027), refused(400, 50035)] {
            assert!(is_permanent(&error), "{error}");
        }
        for error in [refused(429, 0), refused(500, 0), RestError::Unreached("x".into())] {
            assert!(!is_permanent(&error), "{error}");
        }
    }
}
