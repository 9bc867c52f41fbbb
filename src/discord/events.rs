//! What Discord tells of servers and channels: which the bot is in, and whether something that was wrong may be fixed.

use std::collections::BTreeSet;

use serenity::all::{Context, FullEvent, GuildId as DiscordGuildId, Interaction, OnlineStatus};

use crate::domain::codes::channel::Blocked;
use crate::domain::players::player::{ChannelId, GuildId};
use crate::domain::sync::erasure::REMOVED_FOR;
use crate::store::StoreError;

use super::answer::Error;
use super::bot::Bot;
use super::{components, connection, permissions};

/// Works off an event.
pub(super) async fn handle(bot: &Bot, ctx: &Context, event: &FullEvent) -> Result<(), Error> {
    match event {
        FullEvent::InteractionCreate { interaction: Interaction::Component(pressed) } => {
            let _at_work = bot.at_work.token();
            components::pressed(bot, pressed).await;
        }
        FullEvent::InteractionCreate { interaction: Interaction::Modal(submitted) } => {
            let _at_work = bot.at_work.token();
            components::submitted(bot, submitted).await;
        }
        FullEvent::Ready { data_about_bot: ready } => {
            let guilds = ready.guilds.iter().map(|guild| guild.id).collect();
            let shard = ready.shard.map_or((0, 1), |shard| (shard.id.0, shard.total));
            bot.sessions.began(shard.0);
            tracing::info!("Connected to Discord as {} in {} servers", ready.user.name, ready.guilds.len());
            tracing::info!("Invite the bot with {}", permissions::invite_link(ready.application.id.get()));
            // A connection that is made anew has none.
            let count = bot.store.codes().count_active_codes().await?;
            ctx.set_presence(Some(connection::presence(count)), OnlineStatus::Online);
            compare(bot, &guilds, shard).await?;
        }
        FullEvent::GuildCreate { guild, .. } => {
            returned(bot, id(guild.id)).await?;
            fixed(bot, guild.id).await?;
            if let Ok(me) = bot.rest.my_id().await
                && let Some(member) = guild.members.get(&me)
            {
                noted_timeout(bot, guild.id, member.communication_disabled_until).await?;
            }
        }
        FullEvent::GuildDelete { incomplete: guild, .. } if !guild.unavailable => {
            removed(bot, id(guild.id)).await?;
        }
        FullEvent::ChannelDelete { channel, .. } => {
            let (guild, channel) = (id(channel.guild_id), ChannelId(channel.id.get()));
            if bot.store.guilds().guild(guild).await?.channel == Some(channel)
                && bot.store.guilds().pause_guild(guild, Some(channel), Blocked::UnknownChannel, None).await?
            {
                tracing::info!("Guild {guild} is paused: {}", Blocked::UnknownChannel.meaning());
            }
        }
        // Permissions are made of all of these.
        FullEvent::ChannelUpdate { new, .. } => fixed(bot, new.guild_id).await?,
        FullEvent::GuildRoleUpdate { new, .. } => fixed(bot, new.guild_id).await?,
        // Our roles are what permissions are made of.
        FullEvent::GuildMemberUpdate { event, .. }
            if bot.rest.my_id().await.is_ok_and(|me| me == event.user.id)
                && !noted_timeout(bot, event.guild_id, event.communication_disabled_until).await? =>
        {
            fixed(bot, event.guild_id).await?;
        }
        _ => {}
    }
    Ok(())
}

fn id(guild: DiscordGuildId) -> GuildId {
    GuildId(guild.get())
}

/// The bot was removed from a guild.
async fn removed(bot: &Bot, guild: GuildId) -> Result<(), StoreError> {
    if bot.store.guilds().guild_removed(guild).await? {
        let days = REMOVED_FOR.as_hours() / 24;
        tracing::info!(
            "Not in guild {guild} any more: nothing is posted or redeemed for it; it is kept for its return, and erased after \
             {days} days"
        );
    }
    Ok(())
}

/// The bot is in a guild, perhaps again.
async fn returned(bot: &Bot, guild: GuildId) -> Result<(), StoreError> {
    if bot.store.guilds().guild_returned(guild).await? {
        tracing::info!("In guild {guild} again: it goes on where it was left");
    }
    Ok(())
}

/// Something changed that may have been why a guild was paused: it is tried again.
async fn fixed(bot: &Bot, guild: DiscordGuildId) -> Result<(), StoreError> {
    let may_be_fixed = match bot.store.guilds().guild(id(guild)).await?.paused {
        // A channel does not come back, and of a removal we are told.
        None | Some(Blocked::Removed | Blocked::UnknownChannel) => false,
        Some(_) => true,
    };
    if may_be_fixed && bot.store.guilds().resume_guild(id(guild)).await? {
        tracing::info!("Guild {guild} is tried again");
    }
    Ok(())
}

/// Pauses a guild in which the bot is in a timeout, until that ends; whether it is in one. Nobody tells of its end.
async fn noted_timeout(
    bot: &Bot,
    guild: DiscordGuildId,
    until: Option<serenity::all::Timestamp>,
) -> Result<bool, StoreError> {
    let Some(until) = permissions::timeout_of(until, bot.clock.now()) else { return Ok(false) };
    if bot.store.guilds().pause_guild(id(guild), None, Blocked::TimedOut, Some(until)).await? {
        tracing::info!("Guild {guild} is paused: {}", Blocked::TimedOut.meaning());
    }
    Ok(true)
}

/// Compares the guilds that Discord says the bot is in, for one shard, with those that are known. One that is not
/// available at the moment is among them: it is no removal.
async fn compare(bot: &Bot, guilds: &BTreeSet<DiscordGuildId>, (shard, shards): (u32, u32)) -> Result<(), StoreError> {
    for (guild, is_removed) in bot.store.guilds().known_guilds().await? {
        if (guild.0 >> 22) % u64::from(shards.max(1)) != u64::from(shard) {
            continue;
        }
        match guilds.contains(&DiscordGuildId::new(guild.0.max(1))) {
            // Also of one that was removed before: this session knows of it now.
            false => removed(bot, guild).await?,
            true if is_removed => returned(bot, guild).await?,
            true => {}
        }
    }
    Ok(())
}
