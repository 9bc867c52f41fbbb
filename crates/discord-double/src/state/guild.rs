//! Guilds, channels, roles and users, and the JSON that Discord sends for them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::thread::{Tag, Thread};
use super::{BOT_USER, merge};

pub mod permission {
    pub const ADMINISTRATOR: u64 = 1 << 3;
    pub const MANAGE_GUILD: u64 = 1 << 5;
    pub const ADD_REACTIONS: u64 = 1 << 6;
    pub const VIEW_CHANNEL: u64 = 1 << 10;
    pub const SEND_MESSAGES: u64 = 1 << 11;
    pub const EMBED_LINKS: u64 = 1 << 14;
    pub const ATTACH_FILES: u64 = 1 << 15;
    pub const MANAGE_MESSAGES: u64 = 1 << 13;
    pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
    pub const MENTION_EVERYONE: u64 = 1 << 17;
    pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
    pub const MANAGE_THREADS: u64 = 1 << 34;
    pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
    /// What a bot that posts usually has.
    pub const POSTING: u64 = VIEW_CHANNEL
        | SEND_MESSAGES
        | EMBED_LINKS
        | ATTACH_FILES
        | READ_MESSAGE_HISTORY
        | USE_APPLICATION_COMMANDS
        | SEND_MESSAGES_IN_THREADS;
}

#[derive(Clone, Debug)]
pub struct Guild {
    pub id: u64,
    pub name: String,
    pub locale: String,
    pub channels: Vec<Channel>,
    /// In addition to @everyone (whose id is the guild's), the bot's, and one for each member.
    pub roles: Vec<Role>,
    /// The roles that anybody may mention.
    pub mentionable: Vec<u64>,
    pub everyone_permissions: u64,
    /// Those of the bot's own role. Nothing else gives the bot permissions, unless the test adds it.
    pub bot_permissions: u64,
    pub members: Vec<User>,
    pub bot_timed_out_until: Option<Timestamp>,
    /// When the bot joined it.
    pub joined_at: Timestamp,
    pub system_channel: Option<u64>,
    pub owner: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Channel {
    pub id: u64,
    pub name: String,
    /// Discord's number: 0 text, 2 voice, 4 category, 5 announcement, 10 to 12 threads (of
    /// announcements, public, private), 15 forum.
    pub kind: u8,
    pub overwrites: Vec<Overwrite>,
    /// Of a thread.
    pub thread: Option<Thread>,
    /// Of a forum.
    pub tags: Vec<Tag>,
    /// Of a forum: each post needs a tag.
    pub requires_tag: bool,
}

#[derive(Clone, Debug)]
pub struct Role {
    pub id: u64,
    pub name: String,
    pub permissions: u64,
}

/// What a channel allows and denies a role or a user.
#[derive(Clone, Copy, Debug)]
pub struct Overwrite {
    pub id: u64,
    pub is_role: bool,
    pub allow: u64,
    pub deny: u64,
}

/// A member of a guild.
#[derive(Clone, Debug)]
pub struct User {
    pub id: u64,
    pub guild: u64,
    pub name: String,
    pub permissions: u64,
    pub locale: String,
}

impl Guild {
    /// An empty guild in which the bot may post.
    pub fn new(id: u64) -> Self {
        Self {
            id,
            name: format!("Guild {id}"),
            locale: "en-US".to_owned(),
            channels: Vec::new(),
            roles: Vec::new(),
            mentionable: Vec::new(),
            everyone_permissions: 0,
            bot_permissions: permission::POSTING,
            members: Vec::new(),
            bot_timed_out_until: None,
            joined_at: Timestamp::from_second(1_735_689_600).unwrap(),
            system_channel: None,
            owner: 1,
        }
    }

    pub fn text(self, id: u64, name: &str) -> Self {
        self.channel(Channel { id, name: name.to_owned(), ..Channel::default() })
    }

    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }

    pub fn bot_permissions(mut self, permissions: u64) -> Self {
        self.bot_permissions = permissions;
        self
    }

    pub fn bot_role(&self) -> u64 {
        self.id | 1 << 61
    }

    /// The roles of a member, or of the bot.
    pub fn roles_of(&self, user: u64) -> Vec<u64> {
        if user == BOT_USER {
            return vec![self.bot_role()];
        }
        self.members.iter().filter(|member| member.id == user).map(User::role).collect()
    }

    fn all_roles(&self) -> Vec<Role> {
        let mut roles = vec![
            Role { id: self.id, name: "@everyone".to_owned(), permissions: self.everyone_permissions },
            Role { id: self.bot_role(), name: "bot".to_owned(), permissions: self.bot_permissions },
        ];
        roles.extend(self.roles.iter().cloned());
        let of_member = |user: &User| Role { id: user.role(), name: user.name.clone(), permissions: user.permissions };
        roles.extend(self.members.iter().map(of_member));
        roles
    }

    /// What a member, or the bot, may do in the guild or in a channel of it.
    pub fn permissions(&self, user: u64, channel: Option<&Channel>) -> u64 {
        let own = self.roles_of(user);
        let counts = |role: &&Role| role.id == self.id || own.contains(&role.id);
        let base = self.all_roles().iter().filter(counts).fold(0, |sum, role| sum | role.permissions);
        if base & permission::ADMINISTRATOR != 0 {
            return u64::MAX >> 8;
        }
        let is_timed_out = user == BOT_USER && self.bot_timed_out_until.is_some_and(|at| at > Timestamp::now());
        let left = if is_timed_out { permission::VIEW_CHANNEL | permission::READ_MESSAGE_HISTORY } else { u64::MAX };
        let Some(channel) = channel else { return base & left };
        // A thread has its parent's overwrites.
        let parent = channel.thread.as_ref().and_then(|thread| self.channels.iter().find(|it| it.id == thread.parent));
        let channel = parent.unwrap_or(channel);
        let mut allowed = base;
        let steps: [&dyn Fn(&Overwrite) -> bool; 3] =
            [&|o| o.is_role && o.id == self.id, &|o| o.is_role && o.id != self.id && own.contains(&o.id), &|o| {
                !o.is_role && o.id == user
            }];
        for step in steps {
            let of_step = || channel.overwrites.iter().filter(|overwrite| step(overwrite));
            allowed &= !of_step().fold(0, |sum, o| sum | o.deny);
            allowed |= of_step().fold(0, |sum, o| sum | o.allow);
        }
        allowed & left
    }

    pub fn role_json(&self, id: u64) -> Value {
        let roles = self.all_roles();
        let (position, role) = roles.iter().enumerate().find(|(_, role)| role.id == id).unwrap();
        json!({
            "id": id.to_string(), "name": role.name, "permissions": role.permissions.to_string(),
            "position": position, "color": 0, "hoist": false, "managed": id == self.bot_role(),
            "mentionable": self.mentionable.contains(&id),
            "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
            "icon": null, "unicode_emoji": null, "flags": 0,
        })
    }

    pub fn roles_json(&self) -> Vec<Value> {
        self.all_roles().iter().map(|role| self.role_json(role.id)).collect()
    }

    pub fn channel_json(&self, channel: &Channel) -> Value {
        let overwrites: Vec<Value> = channel
            .overwrites
            .iter()
            .map(|o| {
                json!({
                    "id": o.id.to_string(), "type": u8::from(!o.is_role),
                    "allow": o.allow.to_string(), "deny": o.deny.to_string(),
                })
            })
            .collect();
        let mut json = json!({
            "id": channel.id.to_string(), "guild_id": self.id.to_string(), "name": channel.name, "type": channel.kind,
            "position": 0, "permission_overwrites": overwrites, "nsfw": false, "parent_id": null, "topic": null,
            "last_message_id": null, "rate_limit_per_user": 0, "flags": 0,
        });
        merge(&mut json, channel.more_json());
        json
    }

    /// All channels, without threads.
    pub fn channels_json(&self) -> Vec<Value> {
        let whole = self.channels.iter().filter(|channel| channel.thread.is_none());
        whole.map(|channel| self.channel_json(channel)).collect()
    }

    pub fn member_json(&self, user: u64) -> Value {
        let user_json = match self.members.iter().find(|member| member.id == user) {
            Some(member) => member.json(),
            None => bot_json(),
        };
        let roles: Vec<String> = self.roles_of(user).iter().map(u64::to_string).collect();
        let timed_out_until = self.bot_timed_out_until.filter(|_| user == BOT_USER).map(|at| at.to_string());
        json!({
            "user": user_json, "nick": null, "avatar": null, "banner": null, "roles": roles, "deaf": false, "mute": false,
            "joined_at": "2025-01-01T00:00:00+00:00", "premium_since": null, "flags": 0, "pending": false,
            "communication_disabled_until": timed_out_until,
        })
    }

    /// As `GET /guilds/{id}` has it.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(), "name": self.name, "icon": null, "splash": null, "discovery_splash": null,
            "owner_id": self.owner.to_string(), "afk_channel_id": null, "afk_timeout": 300, "verification_level": 1,
            "default_message_notifications": 1, "explicit_content_filter": 0, "roles": self.roles_json(), "emojis": [],
            "features": [], "mfa_level": 0, "application_id": null, "system_channel_id": self.system_channel.map(|id| id.to_string()),
            "system_channel_flags": 0, "rules_channel_id": null, "vanity_url_code": null, "description": null,
            "banner": null, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": self.locale,
            "public_updates_channel_id": null, "nsfw_level": 0, "stickers": [], "premium_progress_bar_enabled": false,
            "safety_alerts_channel_id": null, "incidents_data": null,
        })
    }

    /// As GUILD_CREATE has it.
    pub fn create_json(&self) -> Value {
        let mut guild = self.json();
        let open = |channel: &&Channel| channel.thread.as_ref().is_some_and(|thread| !thread.is_archived);
        let json = |channel: &Channel| self.channel_json(channel);
        let threads: Vec<Value> = self.channels.iter().filter(open).map(json).collect();
        let more = json!({
            "joined_at": self.joined_at.to_string(), "large": false, "unavailable": false,
            "member_count": self.members.len() + 1, "voice_states": [], "members": [self.member_json(BOT_USER)],
            "channels": self.channels_json(), "threads": threads, "presences": [], "stage_instances": [], "guild_scheduled_events": [],
            "soundboard_sounds": [],
        });
        merge(&mut guild, more);
        guild
    }
}

impl User {
    /// Each user has a role of their own, so that permissions follow from roles alone.
    pub fn role(&self) -> u64 {
        self.id | 1 << 60
    }

    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(), "username": self.name, "discriminator": "0", "global_name": self.name,
            "avatar": null, "bot": false, "public_flags": 0,
        })
    }
}

pub fn bot_json() -> Value {
    json!({
        "id": BOT_USER.to_string(), "username": "bot", "discriminator": "1234", "global_name": null,
        "avatar": null, "bot": true, "public_flags": 0,
    })
}
