//! Answering interactions, and what to answer when something fails.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use serenity::all::{
    CommandInteraction, ComponentInteraction, CreateInteractionResponse, CreateInteractionResponseMessage, Http,
    ModalInteraction,
};

use crate::store::StoreError;

use super::messages::{Message, people};

/// What a command or button fails with.
pub type Error = anyhow::Error;

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
    what: What<'a>,
    is_acknowledged: AtomicBool,
}

impl<'a> Asked<'a> {
    fn new(what: What<'a>, is_acknowledged: bool) -> Self {
        Self { what, is_acknowledged: AtomicBool::new(is_acknowledged) }
    }

    /// A slash command; whether the library acknowledged it already.
    #[must_use]
    pub fn command(asked: &'a CommandInteraction, is_acknowledged: bool) -> Self {
        Self::new(What::Command(asked), is_acknowledged)
    }

    /// A button or menu.
    #[must_use]
    pub fn component(asked: &'a ComponentInteraction) -> Self {
        Self::new(What::Component(asked), false)
    }

    /// A form.
    #[must_use]
    pub fn form(asked: &'a ModalInteraction) -> Self {
        Self::new(What::Form(asked), false)
    }

    /// Acknowledges it: whoever asked, and nobody else, sees that there will be an answer.
    ///
    /// # Errors
    /// When Discord does not take it.
    pub async fn defer(&self, http: &Http) -> Result<(), Error> {
        let later = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(true));
        self.first(http, later).await
    }

    /// The first answer, of whatever kind.
    ///
    /// # Errors
    /// When Discord does not take it.
    pub async fn first(&self, http: &Http, response: CreateInteractionResponse) -> Result<(), Error> {
        let sent = match self.what {
            What::Command(asked) => asked.create_response(http, response).await,
            What::Component(asked) => asked.create_response(http, response).await,
            What::Form(asked) => asked.create_response(http, response).await,
        };
        sent.context("cannot answer in time")?;
        self.is_acknowledged.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Answers, or changes the answer.
    ///
    /// # Errors
    /// When Discord does not take it.
    pub async fn answer(&self, http: &Http, message: &Message) -> Result<(), Error> {
        if !self.is_acknowledged.load(Ordering::Relaxed) {
            return self.first(http, CreateInteractionResponse::Message(message.respond())).await;
        }
        let edit = message.follow();
        let sent = match self.what {
            What::Command(asked) => asked.edit_response(http, edit).await,
            What::Component(asked) => asked.edit_response(http, edit).await,
            What::Form(asked) => asked.edit_response(http, edit).await,
        };
        sent.map(drop).context("cannot change the answer")
    }

    /// What was asked, for the log.
    pub(super) fn name(&self) -> String {
        match self.what {
            What::Command(asked) => format!("/{}", asked.data.name),
            What::Component(asked) => crate::domain::text::clean(&asked.data.custom_id, 100),
            What::Form(asked) => crate::domain::text::clean(&asked.data.custom_id, 100),
        }
    }
}

/// Logs why something failed under a short id, and returns what to tell whoever asked: nothing of the inside but that id.
pub(super) fn explain(what: &str, error: &Error) -> Message {
    let incident = format!("{:06x}", fastrand::u32(..1 << 24));
    tracing::error!(incident, "{what} failed: {error:#}");
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Persist(_)) => people::not_saved(&incident),
        Some(StoreError::NotActive | StoreError::Closed) => people::restarting(),
        _ => people::failed(&incident),
    }
}
