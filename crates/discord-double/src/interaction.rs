//! How the bot responds to one interaction.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::state::Inner;
use crate::state::interaction_record::{FirstResponse, ResponseKind};
use crate::state::message::{Attachment, Message};

/// An interaction and its responses. Every method reads the present state.
#[derive(Clone)]
pub struct Interaction {
    inner: Arc<Inner>,
    id: u64,
    title: String,
}

impl Interaction {
    pub(super) fn new(inner: &Arc<Inner>, id: u64, title: String) -> Self {
        Self { inner: inner.clone(), id, title }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// What the user did, to show in a failing test.
    pub fn title(&self) -> &str {
        &self.title
    }

    fn first<T>(&self, read: impl FnOnce(&FirstResponse) -> T) -> Option<T> {
        self.inner.read().interactions[&self.id].first.as_ref().map(read)
    }

    fn expect_first<T>(&self, read: impl FnOnce(&FirstResponse) -> T) -> T {
        self.first(read).unwrap_or_else(|| panic!("{}: no response", self.title))
    }

    /// None: no response yet.
    pub fn response_kind(&self) -> Option<ResponseKind> {
        self.first(|first| first.kind)
    }

    /// How long the first response took.
    pub fn latency(&self) -> Duration {
        self.expect_first(|first| first.after)
    }

    /// The `data` of the first response.
    pub fn data(&self) -> Value {
        self.expect_first(|first| first.data.clone())
    }

    /// The modal that the bot opened.
    pub fn modal(&self) -> Value {
        assert_eq!(self.response_kind(), Some(ResponseKind::Modal), "{}: {}", self.title, self.describe());
        self.data()
    }

    /// The response (or the message that it edits) and the follow-ups, without deleted ones.
    pub fn messages(&self) -> Vec<Message> {
        self.inner.read().response_messages(self.id)
    }

    /// The response itself.
    pub fn message(&self) -> Message {
        self.messages().into_iter().next().unwrap_or_else(|| panic!("{}: no message: {}", self.title, self.describe()))
    }

    pub fn follow_ups(&self) -> Vec<Message> {
        let follow_ups = self.inner.read().interactions[&self.id].follow_ups.clone();
        self.messages().into_iter().filter(|message| follow_ups.contains(&message.id)).collect()
    }

    pub fn is_ephemeral(&self) -> bool {
        self.message().is_ephemeral()
    }

    /// The visible text of the response and the follow-ups.
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

    /// Whether there is more than an acknowledgement or "The bot is thinking…".
    fn is_settled(&self) -> bool {
        let state = self.inner.read();
        let interaction = &state.interactions[&self.id];
        let Some(first) = &interaction.first else { return false };
        let original = interaction.original.map(|id| &state.messages[&id]);
        match first.kind {
            ResponseKind::Deferred => original.is_some_and(|original| !original.is_thinking()),
            ResponseKind::DeferredUpdate => {
                let is_edited = original.and_then(|o| o.edits.last()).is_some_and(|edit| edit.at >= first.at);
                is_edited || !interaction.follow_ups.is_empty()
            }
            _ => true,
        }
    }

    /// Waits until the response has content.
    pub async fn settled(&self, within: Duration) -> &Self {
        let settled = self.inner.wait(within, || self.is_settled().then_some(())).await;
        assert!(settled.is_some(), "{}: still no content: {}", self.title, self.describe());
        self
    }

    pub async fn until(&self, within: Duration, is_right: impl Fn(&Self) -> bool) -> &Self {
        let became = self.inner.wait(within, || is_right(self).then_some(())).await;
        assert!(became.is_some(), "{}: did not become right: {}", self.title, self.describe());
        self
    }

    fn describe(&self) -> String {
        let texts: Vec<String> = self.messages().iter().map(Message::text).collect();
        format!("first response {:?}, texts {texts:?}", self.response_kind())
    }
}
