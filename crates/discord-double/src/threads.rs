//! What a test changes about threads, forums and publishing.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::Double;
use crate::state::guild::{Channel, Guild};
use crate::state::thread::{Tag, Thread};

impl Guild {
    pub fn announcements(self, id: u64, name: &str) -> Self {
        self.channel(Channel::new(id, name, 5))
    }

    pub fn forum(self, id: u64, name: &str) -> Self {
        self.channel(Channel::new(id, name, 15))
    }

    /// A public thread that somebody started.
    pub fn thread(self, id: u64, name: &str, parent: u64) -> Self {
        self.channel(Channel { thread: Some(Thread::new(parent, 1)), ..Channel::new(id, name, 11) })
    }
}

impl Double {
    /// The posts of a forum that exist, the oldest first.
    pub fn forum_posts(&self, forum: u64) -> Vec<Channel> {
        let state = self.inner.read();
        let all = state.guilds.values().flat_map(|guild| &guild.channels);
        all.filter(|channel| channel.thread.as_ref().is_some_and(|thread| thread.parent == forum)).cloned().collect()
    }

    /// The present state of a channel or thread.
    pub fn channel(&self, id: u64) -> Channel {
        let state = self.inner.read();
        state.channel(id).unwrap_or_else(|| panic!("there is no channel {id}")).1.clone()
    }

    /// A thread is archived, by hand or because nobody wrote in it.
    pub fn archive(&self, thread: u64) {
        self.change_thread(thread, |thread| thread.is_archived = true);
    }

    /// A moderator locks or unlocks a thread. Locking archives nothing by itself.
    pub fn lock(&self, thread: u64, is_locked: bool) {
        self.change_thread(thread, |thread| thread.is_locked = is_locked);
    }

    fn change_thread(&self, id: u64, change: impl FnOnce(&mut Thread)) {
        self.inner.change(|state| {
            let channel = state.channel_mut(id).unwrap_or_else(|| panic!("there is no thread {id}"));
            let thread = channel.thread.as_mut().unwrap_or_else(|| panic!("{id} is no thread"));
            change(thread);
            thread.changed_at = Timestamp::now();
            let (guild, channel) = state.channel(id).unwrap();
            let (guild, event) = (guild.id, guild.channel_json(channel));
            state.dispatch(guild, "THREAD_UPDATE", event);
        });
    }

    /// A moderator deletes a thread.
    pub fn delete_thread(&self, id: u64) {
        self.inner.change(|state| {
            let (guild, thread) = state.remove_channel(id);
            for message in state.messages.values_mut().filter(|message| message.channel == id) {
                message.is_deleted = true;
            }
            let parent = thread.thread.map(|thread| thread.parent.to_string());
            let event = json!({
                "id": id.to_string(), "guild_id": guild.id.to_string(), "parent_id": parent, "type": thread.kind,
            });
            state.dispatch(guild.id, "THREAD_DELETE", event);
        });
    }

    /// Sets the tags of a forum, and whether a post needs one.
    pub fn set_tags(&self, forum: u64, tags: &[(u64, &str, bool)], requires_tag: bool) {
        self.inner.change(|state| {
            let there = state.channel_mut(forum).unwrap_or_else(|| panic!("there is no channel {forum}"));
            let tag = |(id, name, is_moderated): &(u64, &str, bool)| Tag {
                id: *id,
                name: (*name).to_owned(),
                is_moderated: *is_moderated,
            };
            there.tags = tags.iter().map(tag).collect();
            there.requires_tag = requires_tag;
            let (guild, there) = state.channel(forum).unwrap();
            let (guild, event) = (guild.id, guild.channel_json(there));
            state.dispatch(guild, "CHANNEL_UPDATE", event);
        });
    }

    /// An admin makes a text channel an announcement channel, or the other way round.
    pub fn convert(&self, channel: u64, kind: u8) {
        self.inner.change(|state| {
            state.channel_mut(channel).unwrap_or_else(|| panic!("there is no channel {channel}")).kind = kind;
            let (guild, there) = state.channel(channel).unwrap();
            let (guild, event) = (guild.id, guild.channel_json(there));
            state.dispatch(guild, "CHANNEL_UPDATE", event);
        });
    }

    /// How many messages of one channel may be published within this time. Default: ten within an hour.
    pub fn set_publish_limit(&self, most: usize, window: Duration) {
        self.inner.change(|state| (state.settings.publishes, state.settings.publish_window) = (most, window));
    }
}
