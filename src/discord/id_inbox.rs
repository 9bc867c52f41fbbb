//! Which channels are ID channels, and which of them are to be read.
//!
//! Every message of every server asks whether its channel is one, so they are kept in memory. They are read from the store at
//! each refresh, and [`IdInbox::wake`] asks for one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::domain::players::player::ChannelId;

/// The ID channels that have something new. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct IdInbox {
    state: Arc<Mutex<State>>,
    woken: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    /// The ID channels at the last refresh.
    known: BTreeSet<ChannelId>,
    news: News,
    /// Those that are being read, or could not be.
    readings: BTreeMap<ChannelId, Reading>,
}

/// What is new at a refresh.
#[derive(Debug, Default)]
pub struct News {
    channels: BTreeSet<ChannelId>,
    is_everywhere: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    UnderWay,
    /// Messages change nothing: it is read again at this time, if there is one, or when permissions change.
    Failed(Option<Instant>),
}

impl IdInbox {
    /// Somebody wrote in this channel, which may be any.
    pub fn push(&self, channel: ChannelId) {
        if self.note(channel) {
            self.wake();
        }
    }

    /// The same, for the next refresh. Returns whether it is news.
    pub fn note(&self, channel: ChannelId) -> bool {
        self.change(|state| {
            let has_failed = matches!(state.readings.get(&channel), Some(Reading::Failed(_)));
            state.known.contains(&channel) && !has_failed && state.news.channels.insert(channel)
        })
    }

    /// Something may be new in every channel, and any may be readable now.
    pub fn push_all(&self) {
        self.change(|state| {
            state.news.is_everywhere = true;
            state.readings.clear();
        });
        self.wake();
    }

    /// Asks for a refresh: other channels may be ID channels now.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Completes when a refresh is needed.
    pub async fn filled(&self) {
        self.woken.notified().await;
    }

    /// Begins a refresh. The ID channels are read from the store after this: then none is missed.
    pub fn take(&self) -> News {
        self.change(|state| std::mem::take(&mut state.news))
    }

    /// Undoes [`Self::take`]: the refresh failed.
    pub fn put_back(&self, news: News) {
        self.change(|state| {
            state.news.channels.extend(news.channels);
            state.news.is_everywhere |= news.is_everywhere;
        });
    }

    /// Ends a refresh. Returns those of the ID channels that are to be read: they have news, or are ID channels only now.
    pub fn know(&self, channels: impl IntoIterator<Item = ChannelId>, news: &News) -> Vec<ChannelId> {
        self.change(|state| {
            let before = std::mem::take(&mut state.known);
            state.known.extend(channels);
            let known = &state.known;
            state.readings.retain(|channel, _| known.contains(channel));
            let is_due = |channel: &&ChannelId| {
                news.is_everywhere || news.channels.contains(channel) || !before.contains(channel)
            };
            known.iter().filter(is_due).copied().collect()
        })
    }

    /// A reading of this channel begins. One that succeeds ends with [`Self::read`], and any other with [`Self::failed`].
    pub fn begin_reading(&self, channel: ChannelId) {
        self.change(|state| state.readings.insert(channel, Reading::UnderWay));
    }

    pub fn read(&self, channel: ChannelId) {
        self.change(|state| state.readings.remove(&channel));
    }

    /// A reading failed. The channel rests until this time or [`Self::may_be_readable`]. Returns whether it does; if not, that
    /// came meanwhile.
    pub fn failed(&self, channel: ChannelId, until: Option<Instant>) -> bool {
        self.change(|state| {
            let reading = state.readings.get_mut(&channel);
            reading.map(|reading| *reading = Reading::Failed(until)).is_some()
        })
    }

    /// When the first of the resting channels is read again. A channel rests until one time at most, however often it failed.
    pub fn next_retry(&self) -> Option<Instant> {
        self.change(|state| {
            let until = |reading: &Reading| if let Reading::Failed(until) = reading { *until } else { None };
            state.readings.values().filter_map(until).min()
        })
    }

    /// The channels that have rested until now have something new.
    pub fn retry(&self, now: Instant) {
        self.change(|state| {
            let is_due =
                |_: &ChannelId, reading: &mut Reading| matches!(reading, Reading::Failed(Some(until)) if *until <= now);
            let due = state.readings.extract_if(.., is_due).map(|(channel, _)| channel);
            state.news.channels.extend(due);
        });
    }

    /// The channel is read again if it could not be read, or if that just begins to show.
    pub fn may_be_readable(&self, channel: ChannelId) {
        let is_due = self.change(|state| {
            let is_due = state.readings.remove(&channel).is_some();
            is_due && state.news.channels.insert(channel)
        });
        if is_due {
            self.wake();
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;

    const ONE: ChannelId = ChannelId(1);
    const OTHER: ChannelId = ChannelId(2);

    fn is_woken(inbox: &IdInbox) -> bool {
        inbox.filled().now_or_never().is_some()
    }

    /// Refreshes, with these ID channels in the store.
    fn refresh(inbox: &IdInbox, channels: &[ChannelId]) -> Vec<ChannelId> {
        let news = inbox.take();
        inbox.know(channels.iter().copied(), &news)
    }

    #[test]
    fn only_messages_in_id_channels_ask_for_a_refresh() {
        let inbox = IdInbox::default();
        inbox.push_all();
        assert!(is_woken(&inbox));
        assert_eq!(refresh(&inbox, &[ONE]), [ONE]);
        (2..10_000).for_each(|channel| inbox.push(ChannelId(channel)));
        assert!(!is_woken(&inbox) && inbox.take().channels.is_empty(), "chat");
        inbox.push(ONE);
        assert!(is_woken(&inbox));
        assert_eq!(refresh(&inbox, &[ONE]), [ONE]);
        assert_eq!(refresh(&inbox, &[ONE]), []);
    }

    #[test]
    fn a_channel_that_becomes_an_id_channel_is_read_whatever_came_first() {
        let inbox = IdInbox::default();
        assert_eq!(refresh(&inbox, &[ONE]), [ONE]);
        // Its message comes while the store is read.
        let news = inbox.take();
        inbox.push(OTHER);
        assert_eq!(inbox.know([ONE, OTHER], &news), [OTHER]);
        assert_eq!(refresh(&inbox, &[ONE]), []);
        assert_eq!(refresh(&inbox, &[ONE, OTHER]), [OTHER], "once more");
    }

    #[test]
    fn a_refresh_that_fails_loses_nothing() {
        let inbox = IdInbox::default();
        inbox.push_all();
        let news = inbox.take();
        inbox.put_back(news);
        assert_eq!(refresh(&inbox, &[ONE, OTHER]), [ONE, OTHER]);
        inbox.push(ONE);
        let news = inbox.take();
        inbox.put_back(news);
        assert_eq!(refresh(&inbox, &[ONE, OTHER]), [ONE]);
    }

    #[test]
    fn a_channel_that_could_not_be_read_rests_until_it_may_be() {
        let inbox = IdInbox::default();
        refresh(&inbox, &[ONE, OTHER]);
        inbox.begin_reading(ONE);
        assert!(inbox.failed(ONE, None));
        inbox.push(ONE);
        inbox.may_be_readable(OTHER);
        assert!(!is_woken(&inbox));
        inbox.may_be_readable(ONE);
        assert!(is_woken(&inbox));
        assert_eq!(refresh(&inbox, &[ONE, OTHER]), [ONE]);
        // Permissions change while the refusal is on its way.
        inbox.begin_reading(ONE);
        inbox.may_be_readable(ONE);
        assert!(!inbox.failed(ONE, None));
        assert_eq!((is_woken(&inbox), refresh(&inbox, &[ONE, OTHER])), (true, vec![ONE]));
        // One that succeeded is not read again.
        inbox.begin_reading(ONE);
        inbox.read(ONE);
        inbox.may_be_readable(ONE);
        assert!(!is_woken(&inbox));
    }

    #[test]
    fn a_channel_is_read_again_once_however_often_its_permissions_change() {
        let inbox = IdInbox::default();
        let (now, hour) = (Instant::now(), Duration::from_secs(3600));
        refresh(&inbox, &[ONE, OTHER]);
        for number in 0..100 {
            inbox.begin_reading(ONE);
            assert!(inbox.failed(ONE, Some(now + hour + Duration::from_secs(number))));
            inbox.may_be_readable(ONE);
            assert_eq!(refresh(&inbox, &[ONE, OTHER]), [ONE]);
        }
        assert_eq!(inbox.next_retry(), None, "nothing rests");
        inbox.begin_reading(ONE);
        inbox.failed(ONE, Some(now + hour));
        inbox.begin_reading(OTHER);
        inbox.failed(OTHER, None);
        assert_eq!(inbox.next_retry(), Some(now + hour));
        inbox.retry(now);
        assert_eq!(refresh(&inbox, &[ONE, OTHER]), []);
        inbox.retry(now + hour);
        assert_eq!((inbox.next_retry(), refresh(&inbox, &[ONE, OTHER])), (None, vec![ONE]));
    }
}
