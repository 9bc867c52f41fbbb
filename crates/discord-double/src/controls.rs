//! What a test changes: guilds, permissions, faults, limits, connections.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::Double;
use crate::state::faults::{Attempt, Fault, Gate, Point};
use crate::state::guild::{Guild, Overwrite};
use crate::state::limits::Limits;
use crate::state::session::Order;

impl Double {
    /// The bot joins this guild. If it is in it already, the guild is replaced.
    pub fn add_guild(&self, guild: Guild) {
        self.inner.change(|state| {
            let (id, event) = (guild.id, guild.create_json());
            state.add_guild(guild);
            state.dispatch(id, "GUILD_CREATE", event);
        });
    }

    /// The bot is removed from the guild.
    pub fn remove_guild(&self, id: u64) {
        self.inner.change(|state| {
            state.remove_guild(id);
            state.dispatch(id, "GUILD_DELETE", json!({ "id": id.to_string() }));
        });
    }

    /// The guild has an outage.
    pub fn set_unavailable(&self, id: u64) {
        self.inner.change(|state| {
            state.unavailable.insert(id);
            state.dispatch(id, "GUILD_DELETE", json!({ "id": id.to_string(), "unavailable": true }));
        });
    }

    /// The outage ends.
    pub fn set_available(&self, id: u64) {
        self.inner.change(|state| {
            state.unavailable.remove(&id);
            let event = state.guilds[&id].create_json();
            state.dispatch(id, "GUILD_CREATE", event);
        });
    }

    /// Changes the permissions of the bot's own role.
    pub fn set_bot_permissions(&self, guild: u64, permissions: u64) {
        self.inner.change(|state| {
            let it = state.guilds.get_mut(&guild).unwrap_or_else(|| panic!("there is no guild {guild}"));
            it.bot_permissions = permissions;
            let event = json!({ "guild_id": guild.to_string(), "role": it.role_json(it.bot_role()) });
            state.dispatch(guild, "GUILD_ROLE_UPDATE", event);
        });
    }

    /// Somebody deletes a role that the test gave the guild.
    pub fn delete_role(&self, guild: u64, role: u64) {
        self.inner.change(|state| {
            let it = state.guilds.get_mut(&guild).unwrap_or_else(|| panic!("there is no guild {guild}"));
            let before = it.roles.len();
            it.roles.retain(|known| known.id != role);
            assert_ne!(it.roles.len(), before, "there is no role {role} to delete");
            let event = json!({ "guild_id": guild.to_string(), "role_id": role.to_string() });
            state.dispatch(guild, "GUILD_ROLE_DELETE", event);
        });
    }

    /// Somebody changes the guild's language in Discord.
    pub fn set_locale(&self, guild: u64, locale: &str) {
        self.inner.change(|state| {
            let it = state.guilds.get_mut(&guild).unwrap_or_else(|| panic!("there is no guild {guild}"));
            it.locale = locale.to_owned();
            let event = it.json();
            state.dispatch(guild, "GUILD_UPDATE", event);
        });
    }

    /// A moderator puts the bot into a timeout, or ends it. When a timeout runs out, Discord sends no event.
    pub fn set_bot_timeout(&self, guild: u64, until: Option<Timestamp>) {
        self.inner.change(|state| {
            let it = state.guilds.get_mut(&guild).unwrap_or_else(|| panic!("there is no guild {guild}"));
            it.bot_timed_out_until = until;
            let mut event = it.member_json(Self::BOT_USER);
            event["guild_id"] = json!(guild.to_string());
            state.dispatch(guild, "GUILD_MEMBER_UPDATE", event);
        });
    }

    /// Replaces what a channel allows and denies the bot.
    pub fn set_overwrite(&self, channel: u64, allow: u64, deny: u64) {
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

    /// A user deletes a message. Without the intent for messages, the bot gets no event.
    pub fn delete_message(&self, id: u64) {
        self.inner.change(|state| state.messages.get_mut(&id).unwrap().is_deleted = true);
    }

    /// The files that were uploaded so far can no longer be downloaded.
    pub fn forget_files(&self) {
        self.inner.change(|state| {
            let paths: Vec<String> = state.files.drain().map(|(path, _)| path).collect();
            state.forgotten_files.extend(paths);
        });
    }

    /// Replaces the rule that decides about every request to create a message. A rule runs under the double's lock, so it
    /// must not call the double.
    pub fn fail_messages(&self, rule: impl FnMut(&Attempt<'_>) -> Option<Fault> + Send + 'static) {
        self.inner.change(|state| state.faults.messages = Some(Box::new(rule)));
    }

    /// Replaces the rule that decides about every request. [`Self::fail_messages`] comes first.
    pub fn fail_requests(&self, rule: impl FnMut(&Attempt<'_>) -> Option<Fault> + Send + 'static) {
        self.inner.change(|state| state.faults.requests = Some(Box::new(rule)));
    }

    /// Removes both rules.
    pub fn clear_faults(&self) {
        self.inner.change(|state| (state.faults.messages, state.faults.requests) = (None, None));
    }

    /// Holds the next request that comes to this point. Several gates at one point hold one request each.
    pub fn gate(&self, point: Point) -> Gate {
        self.inner.change(|state| state.faults.add_gate(point))
    }

    pub fn set_limits(&self, limits: Limits) {
        self.inner.change(|state| state.rate_limiter.limits = limits);
    }

    /// For how long a nonce is remembered. Default: five minutes.
    pub fn set_nonce_window(&self, window: Duration) {
        self.inner.change(|state| state.settings.nonce_window = window);
    }

    pub fn forget_nonces(&self) {
        self.inner.change(|state| state.nonces.clear());
    }

    /// The most messages on a page of a history, however many the bot asks for. Default: 100.
    pub fn set_history_page(&self, most: usize) {
        self.inner.change(|state| state.settings.history_page = most);
    }

    /// How many milliseconds a request waits, at random, before it is carried out. Default: none.
    pub fn set_latency(&self, millis: RangeInclusive<u64>) {
        self.inner.change(|state| state.settings.latency = millis);
    }

    /// How many sessions may still begin today, and when there are a thousand again. The bot is told; nothing is refused.
    pub fn set_sessions_left(&self, left: u64, reset_after: Duration) {
        self.inner.change(|state| {
            state.settings.sessions_left = left;
            state.settings.sessions_reset = u64::try_from(reset_after.as_millis()).unwrap();
        });
    }

    /// How often the bot has identified.
    pub fn identifies(&self) -> usize {
        self.inner.read().identifies.len()
    }

    /// Whether messages in a history have their nonce. Default: they have not.
    pub fn set_history_has_nonce(&self, has: bool) {
        self.inner.change(|state| state.settings.history_has_nonce = has);
    }

    /// How long after it was made an interaction can get its first response. Default: three seconds.
    pub fn set_response_deadline(&self, deadline: Duration) {
        self.inner.change(|state| state.settings.response_deadline = deadline);
    }

    /// How long after it was made an interaction can get follow-ups and edits. Default: fifteen minutes.
    pub fn set_follow_up_deadline(&self, deadline: Duration) {
        self.inner.change(|state| state.settings.follow_up_deadline = deadline);
    }

    /// How old interactions are when they reach the bot, as after a resume. Deadlines count from when they were made.
    pub fn set_interaction_age(&self, age: Duration) {
        self.inner.change(|state| state.settings.interaction_age = age);
    }

    /// How many shards the bot is told to start, and how many at once.
    pub fn set_shards(&self, shards: u32, max_concurrency: u32) {
        self.inner.change(|state| {
            (state.settings.shards, state.settings.max_concurrency) = (shards, max_concurrency);
        });
    }

    /// The heartbeat interval of new connections.
    pub fn set_heartbeat(&self, interval: Duration) {
        self.inner.change(|state| state.settings.heartbeat = interval);
    }

    /// While it hangs, the gateway accepts new connections, and says nothing on them.
    pub fn set_gateway_hangs(&self, hangs: bool) {
        self.inner.change(|state| state.settings.gateway_hangs = hangs);
    }

    /// Whether the developer portal allows the intent for the content of messages: if not, a session that asks for it is closed
    /// with 4014. Default: the bot is not expected to ask for it.
    pub fn set_message_content(&self, is_allowed: bool) {
        self.inner.change(|state| state.settings.message_content = Some(is_allowed));
    }

    /// Sends an interaction of a type that no library knows, with this token.
    pub fn send_unreadable_interaction(&self, guild: u64, token: &str) {
        let event = json!({ "id": "1", "application_id": "2", "type": 99, "token": token, "version": 1 });
        self.inner.change(|state| state.dispatch(guild, "INTERACTION_CREATE", event));
    }

    /// Makes the token invalid: requests get 401, and sessions are closed with 4004.
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

    /// Breaks all connections. Their sessions can be resumed.
    pub fn drop_sessions(&self) {
        self.inner.change(|state| state.open_sessions().for_each(|session| session.order(Order::Cut)));
    }

    /// Ends all sessions (op 9). The bot must identify again.
    pub fn invalidate(&self) {
        self.inner.change(|state| {
            for session in state.sessions.drain(..) {
                session.order(Order::Send(json!({ "op": 9, "d": false })));
            }
        });
    }
}
