//! The permissions that the bot needs in a channel, and the permission to manage the bot.

use jiff::Timestamp;
use serenity::all::{
    ChannelFlags, ChannelId as DiscordChannelId, ChannelType, ForumTagId, GuildChannel, GuildId as DiscordGuildId,
    Member, Permissions,
};

use crate::domain::codes::channel::{Blocked, ChannelKind};
use crate::domain::players::player::{ChannelId, GuildId};

use super::rest::{Rest, RestError};

/// Posting in a text or announcement channel needs these. Publishing the bot's own messages needs nothing else.
pub const NEEDED: &[(Permissions, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel"),
    (Permissions::SEND_MESSAGES, "Send Messages"),
    (Permissions::EMBED_LINKS, "Embed Links"),
];

/// The same for a thread.
const NEEDED_IN_THREAD: &[(Permissions, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
    (Permissions::EMBED_LINKS, "Embed Links"),
];

/// The same for a forum, in the words that Discord's clients use there.
const NEEDED_IN_FORUM: &[(Permissions, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel"),
    (Permissions::SEND_MESSAGES, "Create Posts"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Posts"),
    (Permissions::EMBED_LINKS, "Embed Links"),
];

/// The permissions that posting in a channel of this kind needs.
pub fn needed(kind: ChannelKind) -> &'static [(Permissions, &'static str)] {
    match kind {
        ChannelKind::Text | ChannelKind::Announcement => NEEDED,
        ChannelKind::Thread => NEEDED_IN_THREAD,
        ChannelKind::Forum => NEEDED_IN_FORUM,
    }
}

/// Useful but not required: the list of failed players is a file, and a post is searched for in the history after an
/// interruption.
pub const USEFUL: &[(Permissions, &str)] =
    &[(Permissions::ATTACH_FILES, "Attach Files"), (Permissions::READ_MESSAGE_HISTORY, "Read Message History")];

/// An ID channel needs these. The invite link does not ask for *Add Reactions*, because few servers have such a channel.
pub const NEEDED_FOR_IDS: &[(Permissions, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel"),
    (Permissions::READ_MESSAGE_HISTORY, "Read Message History"),
    (Permissions::ADD_REACTIONS, "Add Reactions"),
];

/// All permissions that posting and redeeming need; the invite link asks for them. An ID channel needs one more, and so does
/// a sample post in a forum.
pub fn used() -> Permissions {
    NEEDED
        .iter()
        .chain(NEEDED_IN_THREAD)
        .chain(USEFUL)
        .fold(Permissions::empty(), |all, (permission, _)| all | *permission)
}

/// The link that adds the bot to a server with the permissions of [`used`]. It cannot add the bot to a user's account.
pub fn invite_link(application: u64) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&permissions={}&integration_type=0\
         &scope=bot+applications.commands",
        used().bits()
    )
}

/// The names of the `required` permissions that are not in `granted`.
pub fn missing(required: &[(Permissions, &'static str)], granted: Permissions) -> Vec<&'static str> {
    if granted.administrator() {
        return Vec::new();
    }
    required.iter().filter(|(permission, _)| !granted.contains(*permission)).map(|(_, name)| *name).collect()
}

/// Whether a member with these permissions may manage the server, and so the bot in it and who else may.
pub fn manages_server(permissions: Option<Permissions>) -> bool {
    permissions.is_some_and(|permissions| permissions.manage_guild() || permissions.administrator())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    pub kind: ChannelKind,
    /// A thread that is one post of a forum.
    pub is_forum_post: bool,
    /// Already reduced by a timeout.
    pub permissions: Permissions,
    /// Why nothing can be posted there although the permissions suffice.
    pub blocked: Option<Blocked>,
    /// When the bot's timeout ends; `None` if it is in none.
    pub timed_out_until: Option<Timestamp>,
}

/// The permissions that a member keeps in a timeout.
const IN_A_TIMEOUT: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::READ_MESSAGE_HISTORY);

/// When a member's timeout ends; `None` once it is over.
pub fn timeout_of(until: Option<serenity::all::Timestamp>, now: Timestamp) -> Option<Timestamp> {
    // Whole seconds, including the last one.
    let until = until.and_then(|until| Timestamp::from_second(until.unix_timestamp() + 1).ok());
    until.filter(|until| *until > now)
}

/// When the bot's timeout in a guild ends; `None` if it is in none.
pub async fn timed_out_until(rest: &Rest, guild: GuildId) -> Result<Option<Timestamp>, RestError> {
    let member: Member = rest.member(DiscordGuildId::new(guild.0.max(1)), rest.my_id().await?).await?;
    Ok(timeout_of(member.communication_disabled_until, rest.now()))
}

impl Granted {
    fn nothing(kind: ChannelKind) -> Self {
        Self { kind, is_forum_post: false, permissions: Permissions::empty(), blocked: None, timed_out_until: None }
    }

    /// The names of the permissions that posting lacks.
    pub fn missing(&self) -> Vec<&'static str> {
        missing(needed(self.kind), self.permissions)
    }

    /// The names of the useful permissions that are lacking.
    pub fn missing_useful(&self) -> Vec<&'static str> {
        missing(USEFUL, self.permissions)
    }

    pub fn may(&self, permission: Permissions) -> bool {
        self.permissions.contains(permission) || self.permissions.administrator()
    }
}

/// The kind of a channel; `None` if nothing can be posted there.
pub fn kind_of(channel: &GuildChannel) -> Option<ChannelKind> {
    match channel.kind {
        ChannelType::Text => Some(ChannelKind::Text),
        ChannelType::News => Some(ChannelKind::Announcement),
        ChannelType::NewsThread | ChannelType::PublicThread | ChannelType::PrivateThread => Some(ChannelKind::Thread),
        ChannelType::Forum => Some(ChannelKind::Forum),
        _ => None,
    }
}

/// Whether a post in this forum needs a tag, and one that everybody may use.
pub fn tag_for(forum: &GuildChannel) -> Result<Option<ForumTagId>, Blocked> {
    if !forum.flags.contains(ChannelFlags::REQUIRE_TAG) {
        return Ok(None);
    }
    let free = forum.available_tags.iter().find(|tag| !tag.moderated);
    free.map(|tag| Some(tag.id)).ok_or(Blocked::TagRequired)
}

/// The bot's permissions in a channel; `None` if the channel is not in this guild or of a kind that nothing can be posted
/// in.
///
/// A channel that the bot cannot view is no error: the guild's list includes it, so that everything else that is missing is
/// known too. The list includes no threads, so a hidden thread grants nothing.
pub async fn in_channel(rest: &Rest, guild: GuildId, channel: ChannelId) -> Result<Option<Granted>, RestError> {
    let guild_id = DiscordGuildId::new(guild.0.max(1));
    let channel: GuildChannel = match rest.channel(DiscordChannelId::new(channel.0.max(1))).await {
        Ok(channel) => channel,
        Err(RestError::Refused { status: 404, .. }) => return Ok(None),
        Err(RestError::Refused { status: 403, .. }) => {
            let channels: Vec<GuildChannel> = rest.channels(guild_id).await?;
            match channels.into_iter().find(|known| known.id.get() == channel.0) {
                Some(known) => known,
                None => return Ok(Some(Granted::nothing(ChannelKind::Thread))),
            }
        }
        Err(error) => return Err(error),
    };
    let Some(kind) = kind_of(&channel).filter(|_| channel.guild_id == guild_id) else { return Ok(None) };
    // A thread has its parent's permissions.
    let parent: Option<GuildChannel> = match channel.parent_id.filter(|_| kind == ChannelKind::Thread) {
        None => None,
        Some(parent) => match rest.channel(parent).await {
            Ok(parent) => Some(parent),
            Err(RestError::Refused { status: 403 | 404, .. }) => return Ok(Some(Granted::nothing(kind))),
            Err(error) => return Err(error),
        },
    };
    let (guild, member): (_, Member) = (rest.guild(guild_id).await?, rest.member(guild_id, rest.my_id().await?).await?);
    let permissions = guild.user_permissions_in(parent.as_ref().unwrap_or(&channel), &member);
    let timed_out_until = timeout_of(member.communication_disabled_until, rest.now());
    // A timeout does not apply to administrators.
    let is_silenced = timed_out_until.is_some() && !permissions.administrator();
    let permissions = if is_silenced { permissions & IN_A_TIMEOUT } else { permissions };
    let manages_threads = permissions.manage_threads() || permissions.administrator();
    let is_locked = channel.thread_metadata.is_some_and(|thread| thread.locked) && !manages_threads;
    let blocked = match kind {
        ChannelKind::Thread => is_locked.then_some(Blocked::ThreadLocked),
        ChannelKind::Forum => tag_for(&channel).err(),
        ChannelKind::Text | ChannelKind::Announcement => None,
    };
    let is_forum_post = parent.is_some_and(|parent| parent.kind == ChannelType::Forum);
    let timed_out_until = timed_out_until.filter(|_| is_silenced);
    Ok(Some(Granted { kind, is_forum_post, permissions, blocked, timed_out_until }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_link_asks_for_exactly_the_used_permissions() {
        assert_eq!(
            invite_link(7),
            "https://discord.com/oauth2/authorize?client_id=7&permissions=274878024704&integration_type=0\
             &scope=bot+applications.commands"
        );
        assert_eq!(used().bits(), 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 38);
    }

    #[test]
    fn missing_permissions_are_named() {
        assert_eq!(missing(NEEDED, Permissions::VIEW_CHANNEL), ["Send Messages", "Embed Links"]);
        assert_eq!(missing(NEEDED, Permissions::ADMINISTRATOR), Vec::<&str>::new());
        assert!(manages_server(Some(Permissions::MANAGE_GUILD)) && manages_server(Some(Permissions::ADMINISTRATOR)));
        assert!(!manages_server(Some(Permissions::MANAGE_CHANNELS)) && !manages_server(None));
    }
}
