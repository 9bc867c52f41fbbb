//! What the bot may do in a channel, and who may manage it.

use jiff::Timestamp;
use serenity::all::{
    ChannelId as DiscordChannelId, ChannelType, GuildChannel, GuildId as DiscordGuildId, Member, Permissions,
};

use crate::domain::players::player::{ChannelId, GuildId};

use super::rest::{Rest, RestError};

/// What is needed to post.
pub const NEEDED: &[(Permissions, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel"),
    (Permissions::SEND_MESSAGES, "Send Messages"),
    (Permissions::EMBED_LINKS, "Embed Links"),
];

/// What is of use besides: the list of who did not get a code is a file, and a post is looked for after an interruption.
pub const USEFUL: &[(Permissions, &str)] =
    &[(Permissions::ATTACH_FILES, "Attach Files"), (Permissions::READ_MESSAGE_HISTORY, "Read Message History")];

/// All permissions that the bot uses: those of its invite link.
pub fn used() -> Permissions {
    NEEDED.iter().chain(USEFUL).fold(Permissions::empty(), |all, (permission, _)| all | *permission)
}

/// Where somebody adds the bot to a server, with exactly the permissions it uses. It is for servers: nobody can add it to
/// their own account.
pub fn invite_link(application: u64) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&permissions={}&integration_type=0\
         &scope=bot+applications.commands",
        used().bits()
    )
}

/// Those of `wanted` that are not among `granted`, by name.
pub fn lacking(wanted: &[(Permissions, &'static str)], granted: Permissions) -> Vec<&'static str> {
    if granted.administrator() {
        return Vec::new();
    }
    wanted.iter().filter(|(permission, _)| !granted.contains(*permission)).map(|(_, name)| *name).collect()
}

/// Whether somebody with these permissions may manage the bot.
pub fn may_manage(permissions: Option<Permissions>) -> bool {
    permissions.is_some_and(|permissions| permissions.manage_guild() || permissions.administrator())
}

/// What the bot may do somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// What it may do there, a timeout taken into account.
    pub permissions: Permissions,
    /// Until when it is in a timeout, which may be over.
    pub timed_out_until: Option<Timestamp>,
}

/// What is left to a member in a timeout.
const IN_A_TIMEOUT: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::READ_MESSAGE_HISTORY);

/// A member's timeout, as Discord writes it; one that is over is none.
pub fn timeout_of(until: Option<serenity::all::Timestamp>, now: Timestamp) -> Option<Timestamp> {
    // Whole seconds, the last one included.
    let until = until.and_then(|until| Timestamp::from_second(until.unix_timestamp() + 1).ok());
    until.filter(|until| *until > now)
}

/// Until when the bot is in a timeout in a guild, if it is.
///
/// # Errors
/// When Discord does not tell.
pub async fn timed_out_until(rest: &Rest, guild: GuildId) -> Result<Option<Timestamp>, RestError> {
    let member: Member = rest.member(DiscordGuildId::new(guild.0.max(1)), rest.my_id().await?).await?;
    Ok(timeout_of(member.communication_disabled_until, rest.now()))
}

/// What the bot may do in a channel of a guild; `None` for a channel that is not of this guild, or no text channel.
///
/// # Errors
/// When Discord does not tell. A channel that cannot be seen is no error: its guild tells of it all the same, so that what
/// is missing beside the view of it is known. Of a thread that cannot be seen nothing is told: nothing may be done in it.
pub async fn in_channel(rest: &Rest, guild: GuildId, channel: ChannelId) -> Result<Option<Granted>, RestError> {
    let guild_id = DiscordGuildId::new(guild.0.max(1));
    let channel: GuildChannel = match rest.channel(DiscordChannelId::new(channel.0.max(1))).await {
        Ok(channel) => channel,
        Err(RestError::Refused { status: 404, .. }) => return Ok(None),
        Err(RestError::Refused { status: 403, .. }) => {
            let channels: Vec<GuildChannel> = rest.channels(guild_id).await?;
            match channels.into_iter().find(|known| known.id.get() == channel.0) {
                Some(known) => known,
                None => return Ok(Some(Granted { permissions: Permissions::empty(), timed_out_until: None })),
            }
        }
        Err(error) => return Err(error),
    };
    // A thread has permissions of another kind, and an end of its own.
    if channel.guild_id != guild_id || !matches!(channel.kind, ChannelType::Text | ChannelType::News) {
        return Ok(None);
    }
    let (guild, member): (_, Member) = (rest.guild(guild_id).await?, rest.member(guild_id, rest.my_id().await?).await?);
    let permissions = guild.user_permissions_in(&channel, &member);
    let timed_out_until = timeout_of(member.communication_disabled_until, rest.now());
    // Administrators cannot be put into one.
    let is_silenced = timed_out_until.is_some() && !permissions.administrator();
    let permissions = if is_silenced { permissions & IN_A_TIMEOUT } else { permissions };
    Ok(Some(Granted { permissions, timed_out_until: timed_out_until.filter(|_| is_silenced) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_link_asks_for_what_is_used_and_no_more() {
        assert_eq!(
            invite_link(7),
            "https://discord.com/oauth2/authorize?client_id=7&permissions=117760&integration_type=0\
             &scope=bot+applications.commands"
        );
        assert_eq!(used().bits(), 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16);
    }

    #[test]
    fn missing_permissions_are_named() {
        assert_eq!(lacking(NEEDED, Permissions::VIEW_CHANNEL), ["Send Messages", "Embed Links"]);
        assert_eq!(lacking(NEEDED, Permissions::ADMINISTRATOR), Vec::<&str>::new());
        assert!(may_manage(Some(Permissions::MANAGE_GUILD)) && may_manage(Some(Permissions::ADMINISTRATOR)));
        assert!(!may_manage(Some(Permissions::MANAGE_CHANNELS)) && !may_manage(None));
    }
}
