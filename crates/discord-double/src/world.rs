//! How a test changes the world: guilds, permissions, faults, limits, connections.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::Double;
use super::faults::{Attempt, Fault, Gate, Point};
use super::gateway::Order;
use super::guild::{Guild, Overwrite};
use super::limits::Limits;

impl Double {
    /// The bot is in this guild from now on.
    pub fn add_guild(&self, guild: Guild) {
        self.inner.change(|state| {
            let (id, event) = (guild.id, guild.create_json());
            state.add_guild(guild);
            state.dispatch(id, "GUILD_CREATE", event);
        });
    }

    /// The bot is thrown out.
    pub fn remove_guild(&self, id: u64) {
        self.inner.change(|state| {
            state.remove_guild(id);
            state.dispatch(id, "GUILD_DELETE", json!({ "id": id.to_string() }));
        });
    }

    /// An outage: the guild is there, and cannot be reached.
    pub fn set_unavailable(&self, id: u64) {
        self.inner.change(|state| {
            state.unavailable.insert(id);
            state.dispatch(id, "GUILD_DELETE", json!({ "id": id.to_string(), "unavailable": true }));
        });
    }

    /// And its end.
    pub fn set_available(&self, id: u64) {
        self.inner.change(|state| {
            state.unavailable.remove(&id);
            let event = state.guilds[&id].create_json();
            state.dispatch(id, "GUILD_CREATE", event);
        });
    }

    /// Changes the bot's role. Nothing else gives the bot permissions, unless the guild was made so.
    pub fn set_bot_permissions(&self, guild: u64, permissions: u64) {
        self.inner.change(|state| {
            let it = state.guilds.get_mut(&guild).unwrap_or_else(|| panic!("there is no guild {guild}"));
            it.bot_permissions = permissions;
            let event = json!({ "guild_id": guild.to_string(), "role": it.role_json(it.bot_role()) });
            state.dispatch(guild, "GUILD_ROLE_UPDATE", event);
        });
    }

    /// A moderator puts the bot into a timeout, or ends it. That one ends by itself is told by nobody.
    pub fn silence_bot(&self, guild: u64, until: Option<Timestamp>) {
        self.inner.change(|state| {
            let it = state.guilds.get_mut(&guild).unwrap_or_else(|| panic!("there is no guild {guild}"));
            it.bot_silenced_until = until;
            let mut event = it.member_json(Self::BOT_USER);
            event["guild_id"] = json!(guild.to_string());
            state.dispatch(guild, "GUILD_MEMBER_UPDATE", event);
        });
    }

    /// What a channel allows and denies the bot, instead of what it did before.
    pub fn overwrite(&self, channel: u64, allow: u64, deny: u64) {
        self.inner.change(|state| {
            let there = state.channel_mut(channel).unwrap_or_else(|| panic!("there is no channel {channel}"));
            there.overwrites.retain(|overwrite| overwrite.id != Self::BOT_USER);
            there.overwrites.push(Overwrite { id: Self::BOT_USER, is_role: false, allow, deny });
            let (guild, there) = state.channel(channel).unwrap();
            let (id, event) = (guild.id, guild.channel_json(there));
            state.dispatch(id, "CHANNEL_UPDATE", event);
        });
    }

    pub fn delete_channel(&self, id: u64) {
        self.inner.change(|state| {
            let (guild, channel) = state.remove_channel(id);
            state.dispatch(guild.id, "CHANNEL_DELETE", guild.channel_json(&channel));
        });
    }

    /// Somebody deletes a message.
    pub fn delete_message(&self, id: u64) {
        self.inner.change(|state| state.messages.get_mut(&id).unwrap().is_deleted = true);
    }

    /// Decides about every message create from now on, instead of an earlier rule. The rule must not ask the double,
    /// which waits for it.
    pub fn fail_messages(&self, rule: impl FnMut(&Attempt<'_>) -> Option<Fault> + Send + 'static) {
        self.inner.change(|state| state.faults.messages = Some(Box::new(rule)));
    }

    /// Decides about every request, instead of an earlier rule; [`Self::fail_messages`] comes first.
    pub fn fail_requests(&self, rule: impl FnMut(&Attempt<'_>) -> Option<Fault> + Send + 'static) {
        self.inner.change(|state| state.faults.requests = Some(Box::new(rule)));
    }

    /// Takes back all rules.
    pub fn heal(&self) {
        self.inner.change(|state| (state.faults.messages, state.faults.requests) = (None, None));
    }

    /// The next request at this point stops there until the gate opens. Several gates at one point hold one request
    /// each.
    pub fn gate(&self, point: Point) -> Gate {
        self.inner.change(|state| state.faults.add_gate(point))
    }

    pub fn set_limits(&self, limits: Limits) {
        self.inner.change(|state| state.windows.limits = limits);
    }

    /// For how long a nonce is remembered; at first five minutes.
    pub fn set_nonce_window(&self, window: Duration) {
        self.inner.change(|state| state.settings.nonce_window = window);
    }

    /// As if the window had passed.
    pub fn forget_nonces(&self) {
        self.inner.change(|state| state.nonces.clear());
    }

    /// The most messages of a page of a history; at first as many as are asked for.
    pub fn set_history_page(&self, most: usize) {
        self.inner.change(|state| state.settings.history_page = most);
    }

    /// How many milliseconds a request waits before it is carried out; at first none.
    pub fn set_latency(&self, millis: RangeInclusive<u64>) {
        self.inner.change(|state| state.settings.latency = millis);
    }

    /// How many sessions of the day may still begin, and in what time there are a thousand again.
    pub fn set_sessions_left(&self, left: u64, reset_after: Duration) {
        self.inner.change(|state| {
            state.settings.sessions_left = left;
            state.settings.sessions_reset = u64::try_from(reset_after.as_millis()).unwrap();
        });
    }

    /// How often a session was begun.
    pub fn identifies(&self) -> usize {
        self.inner.read().identifies.len()
    }

    /// Whether messages that are read back have their nonce; at first they have not.
    pub fn set_history_has_nonce(&self, has: bool) {
        self.inner.change(|state| state.settings.history_has_nonce = has);
    }

    /// In what time an interaction must be answered; at first three seconds.
    pub fn set_answer_deadline(&self, deadline: Duration) {
        self.inner.change(|state| state.settings.answer_deadline = deadline);
    }

    /// For how long an interaction can be followed up; at first fifteen minutes.
    pub fn set_follow_up_deadline(&self, deadline: Duration) {
        self.inner.change(|state| state.settings.follow_up_deadline = deadline);
    }

    /// How old interactions are from now on when they reach the bot, as after a resumed session. Their times count from when
    /// they were made.
    pub fn set_interaction_age(&self, age: Duration) {
        self.inner.change(|state| state.settings.interaction_age = age);
    }

    /// How many shards a bot is told to start, and how many of them at once.
    pub fn set_shards(&self, shards: u32, max_concurrency: u32) {
        self.inner.change(|state| {
            (state.settings.shards, state.settings.max_concurrency) = (shards, max_concurrency);
        });
    }

    /// For connections made from now on.
    pub fn set_heartbeat(&self, interval: Duration) {
        self.inner.change(|state| state.settings.heartbeat = interval);
    }

    /// From now on the token is wrong: 401 everywhere, and close code 4004 for the sessions.
    pub fn revoke_token(&self) {
        self.inner.change(|state| {
            state.is_token_revoked = true;
            state.open_sessions().for_each(|session| session.order(Order::Close(4004)));
        });
    }

    /// Asks all sessions to reconnect and resume (op 7).
    pub fn reconnect(&self) {
        self.inner.change(|state| {
            let order = || Order::Send(json!({ "op": 7, "d": null }));
            state.open_sessions().for_each(|session| session.order(order()));
        });
    }

    /// All connections break; they can be resumed.
    pub fn drop_sessions(&self) {
        self.inner.change(|state| state.open_sessions().for_each(|session| session.order(Order::Cut)));
    }

    /// All sessions are over (op 9); the bot must identify anew.
    pub fn invalidate(&self) {
        self.inner.change(|state| {
            for session in state.sessions.drain(..) {
                session.order(Order::Send(json!({ "op": 9, "d": false })));
            }
        });
    }
}
