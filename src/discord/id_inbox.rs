//! The ID channels in which something may be new.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::players::player::ChannelId;

/// The channels that have something new. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct IdInbox {
    channels: Arc<Mutex<BTreeSet<ChannelId>>>,
    woken: Arc<Notify>,
}

impl IdInbox {
    pub fn push(&self, channel: ChannelId) {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).insert(channel);
        self.woken.notify_one();
    }

    /// Completes when there may be something.
    pub async fn filled(&self) {
        self.woken.notified().await;
    }

    pub fn take(&self) -> BTreeSet<ChannelId> {
        std::mem::take(&mut *self.channels.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
