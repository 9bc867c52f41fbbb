//! What the bot has answered to one interaction, followed as it changes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::message::{Attachment, Message};
use super::state::Inner;
use super::{answers, interaction};

/// One interaction and its answer; every method reads what is there now.
#[derive(Clone)]
pub struct Answered {
    pub(super) inner: Arc<Inner>,
    id: u64,
    title: String,
}

impl Answered {
    pub(super) fn new(inner: &Arc<Inner>, id: u64, title: String) -> Self {
        Self { inner: inner.clone(), id, title }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// What the person did, for a failing test.
    pub fn title(&self) -> &str {
        &self.title
    }

    fn first<T>(&self, read: impl FnOnce(&interaction::First) -> T) -> T {
        let state = self.inner.read();
        read(state.interactions[&self.id].first.as_ref().unwrap_or_else(|| panic!("{}: no answer", self.title)))
    }

    /// How long the first answer took.
    pub fn latency(&self) -> Duration {
        self.first(|first| first.after)
    }

    /// The `data` of the first answer.
    pub fn data(&self) -> Value {
        self.first(|first| first.data.clone())
    }

    /// The modal that was opened.
    pub fn modal(&self) -> Value {
        assert_eq!(self.kind(), Some(interaction::Response::Modal), "{}: {}", self.title, self.describe());
        self.data()
    }

    /// The answer (or the message that was changed) and all that followed, without what was deleted.
    pub fn messages(&self) -> Vec<Message> {
        self.inner.read().answer_messages(self.id)
    }

    /// The answer itself.
    pub fn message(&self) -> Message {
        self.messages().into_iter().next().unwrap_or_else(|| panic!("{}: no message: {}", self.title, self.describe()))
    }

    /// What followed the answer.
    pub fn follow_ups(&self) -> Vec<Message> {
        let follow_ups = self.inner.read().interactions[&self.id].follow_ups.clone();
        self.messages().into_iter().filter(|message| follow_ups.contains(&message.id)).collect()
    }

    pub fn is_ephemeral(&self) -> bool {
        self.message().is_ephemeral()
    }

    /// All that a person reads in the answer and what followed.
    pub fn text(&self) -> String {
        self.messages().iter().map(Message::text).collect::<Vec<_>>().join("\n")
    }

    pub fn embeds(&self) -> Vec<Value> {
        self.messages().into_iter().flat_map(|message| message.embeds).collect()
    }

    pub fn components(&self) -> Vec<Value> {
        self.messages().into_iter().flat_map(|message| message.components).collect()
    }

    pub fn attachments(&self) -> Vec<Attachment> {
        self.messages().into_iter().flat_map(|message| message.attachments).collect()
    }

    /// Whether there is more than "seen" or "the bot is thinking".
    fn is_settled(&self) -> bool {
        let state = self.inner.read();
        let interaction = &state.interactions[&self.id];
        let Some(first) = &interaction.first else { return false };
        let original = interaction.original.map(|id| &state.messages[&id]);
        match first.kind {
            interaction::Response::Deferred => original.is_some_and(|original| !original.is_thinking()),
            interaction::Response::DeferredUpdate => {
                let seen_at = interaction.seen_at;
                let is_changed =
                    original.and_then(|o| o.edits.last()).is_some_and(|edit| seen_at.is_some_and(|at| edit.at >= at));
                is_changed || !interaction.follow_ups.is_empty()
            }
            _ => true,
        }
    }

    /// Waits until the real answer is there.
    pub async fn settled(&self, within: Duration) -> &Self {
        let settled = self.inner.wait(within, || self.is_settled().then_some(())).await;
        assert!(settled.is_some(), "{}: still no real answer: {}", self.title, self.describe());
        self
    }

    /// Waits until the answer, or what followed, is like this.
    pub async fn until(&self, within: Duration, is_so: impl Fn(&Self) -> bool) -> &Self {
        let became = self.inner.wait(within, || is_so(self).then_some(())).await;
        assert!(became.is_some(), "{}: did not become so: {}", self.title, self.describe());
        self
    }

    fn describe(&self) -> String {
        answers::describe(&self.inner.read(), self.id)
    }
}
