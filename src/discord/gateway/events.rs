//! Gateway events: the servers the bot is in, and changes that may fix whatever paused a server.

use std::collections::BTreeSet;

use serenity::all::{Context, FullEvent, Guild, GuildChannel, GuildId as DiscordGuildId, OnlineStatus};

use crate::discord::bot::Bot;
use crate::discord::interactions::{components, forms};
use crate::discord::permissions;
use crate::discord::registration;
use crate::discord::welcome;
use crate::domain::codes::channel::Blocked;
use crate::domain::players::access::AccessRole;
use crate::domain::players::player::{ChannelId, GuildId, RoleId};
use crate::domain::sync::erasure::REMOVED_FOR;
use crate::store::{Alliance, StoreError};

use super::presence;

pub(super) async fn handle(bot: &Bot, ctx: &Context, event: &FullEvent) -> anyhow::Result<()> {
    // The library runs this in a task of its own, and nothing may be written after the session.
    let _in_progress = bot.in_progress.token();
    match event {
        FullEvent::InteractionCreate { interaction: serenity::all::Interaction::Component(component) } => {
            components::handle(bot, component).await;
        }
        FullEvent::InteractionCreate { interaction: serenity::all::Interaction::Modal(form) } => {
            forms::handle(bot, form).await;
        }
        // What is cut off here is noticed when the next session begins, or at the next post.
        _ => return bot.shutdown.run_until_cancelled(follow(bot, ctx, event)).await.unwrap_or(Ok(())),
    }
    Ok(())
}

/// Notes what changed in Discord.
async fn follow(bot: &Bot, ctx: &Context, event: &FullEvent) -> anyhow::Result<()> {
    match event {
        FullEvent::Ready { data_about_bot: ready } => {
            // Messages may have come while there was no session. No error below may keep them from being read.
            bot.id_inbox.push_all();
            let guilds = ready.guilds.iter().map(|guild| guild.id).collect();
            let shard = ready.shard.map_or((0, 1), |shard| (shard.id.0, shard.total));
            bot.session_budget.record(shard.0);
            let named = ready.guilds.iter().map(|guild| id(guild.id));
            bot.connection.begins_session(named, |guild| is_of_shard(guild, shard));
            tracing::info!("Connected to Discord as {} in {} servers", ready.user.name, ready.guilds.len());
            tracing::info!("Invite the bot with {}", permissions::invite_link(ready.application.id.get()));
            // A new session starts without a presence.
            let count = bot.codes.count_active_codes().await?;
            ctx.set_presence(Some(presence::activity(count)), OnlineStatus::Online);
            sync_guilds(bot, &guilds, shard).await?;
            let count = bot.guilds.count_with_channel().await?;
            tracing::info!("{count} servers have a channel for codes: /manage giftcode setchannel sets one");
        }
        FullEvent::GuildCreate { guild, .. } => {
            bot.connection.joined(id(guild.id));
            record_return(bot, id(guild.id)).await?;
            bot.guilds.note_locale(id(guild.id), &guild.preferred_locale).await?;
            registration::joined(bot, id(guild.id)).await?;
            welcome::greet(bot, guild).await?;
            for alliance in bot.guilds.alliances(id(guild.id)).await? {
                let channel = alliance.channel.map(|channel| serenity::all::ChannelId::new(channel.0.max(1)));
                if let Some(known) = channel.and_then(|channel| guild.channels.get(&channel)) {
                    learn_kind(bot, known).await?;
                }
            }
            resume(bot, guild.id).await?;
            if let Ok(me) = bot.rest.my_id().await
                && let Some(member) = guild.members.get(&me)
            {
                pause_for_timeout(bot, guild.id, member.communication_disabled_until).await?;
            }
            forget_deleted_roles(bot, guild).await?;
        }
        FullEvent::Message { new_message: message } if message.guild_id.is_some() && !message.author.bot => {
            bot.id_inbox.push(ChannelId(message.channel_id.get()));
        }
        FullEvent::Resume { .. } => bot.id_inbox.push_all(),
        FullEvent::GuildDelete { incomplete: guild, .. } if !guild.unavailable => {
            bot.connection.left(id(guild.id));
            // Its commands left with it.
            bot.guilds.forget_command_guild(id(guild.id)).await?;
            record_removal(bot, id(guild.id)).await?;
        }
        FullEvent::GuildUpdate { new_data: guild, .. } => {
            bot.guilds.note_locale(id(guild.id), &guild.preferred_locale).await?;
        }
        FullEvent::ChannelDelete { channel, .. } => {
            pause_for_loss(bot, id(channel.guild_id), ChannelId(channel.id.get())).await?;
        }
        FullEvent::ThreadDelete { thread, .. } => {
            pause_for_loss(bot, id(thread.guild_id), ChannelId(thread.id.get())).await?;
        }
        // Channels, roles and our own membership all decide our permissions.
        FullEvent::ChannelUpdate { new, .. } => {
            learn_kind(bot, new).await?;
            resume(bot, new.guild_id).await?;
        }
        // It may be open again.
        FullEvent::ThreadUpdate { new, .. } => {
            let (guild, thread) = (id(new.guild_id), ChannelId(new.id.get()));
            if bot.guilds.alliances(guild).await?.iter().any(|alliance| alliance.channel == Some(thread)) {
                resume(bot, new.guild_id).await?;
            }
        }
        FullEvent::GuildRoleUpdate { new, .. } => resume(bot, new.guild_id).await?,
        FullEvent::GuildRoleDelete { guild_id, removed_role_id, .. } => {
            forget_role(bot, id(*guild_id), RoleId(removed_role_id.get())).await?;
        }
        FullEvent::GuildMemberUpdate { event, .. }
            if bot.rest.my_id().await.is_ok_and(|me| me == event.user.id)
                && !pause_for_timeout(bot, event.guild_id, event.communication_disabled_until).await? =>
        {
            resume(bot, event.guild_id).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Notes what kind of channel this is, if posts go there: admins can make a text channel an announcement channel.
async fn learn_kind(bot: &Bot, channel: &GuildChannel) -> Result<(), StoreError> {
    let Some(kind) = permissions::kind_of(channel) else { return Ok(()) };
    if bot.guilds.channel_kind_seen(ChannelId(channel.id.get()), kind).await? {
        tracing::info!("The channel {} of guild {} is of the kind {}", channel.id, channel.guild_id, kind.name());
    }
    Ok(())
}

/// Pauses a guild whose channel or thread was deleted.
async fn pause_for_loss(bot: &Bot, guild: GuildId, channel: ChannelId) -> Result<(), StoreError> {
    for alliance in bot.guilds.alliances(guild).await? {
        if alliance.channel == Some(channel)
            && bot.guilds.pause_guild(alliance.id, Some(channel), Blocked::UnknownChannel, None).await?
        {
            tracing::info!("Guild {} is paused: {}", alliance.id, Blocked::UnknownChannel.meaning());
        }
    }
    Ok(())
}

/// Whether Discord sends the guild's events to this shard of so many.
fn is_of_shard(guild: GuildId, (shard, shards): (u32, u32)) -> bool {
    (guild.0 >> 22) % u64::from(shards.max(1)) == u64::from(shard)
}

fn id(guild: DiscordGuildId) -> GuildId {
    GuildId(guild.get())
}

async fn record_removal(bot: &Bot, guild: GuildId) -> Result<(), StoreError> {
    bot.guilds.forget_locale(guild).await?;
    if bot.guilds.guild_removed(guild).await? {
        let days = REMOVED_FOR.as_hours() / 24;
        tracing::info!(
            "Removed from guild {guild}: nothing is posted or redeemed for it. Its data is kept for {days} days in case the \
             bot returns, and then erased"
        );
    }
    Ok(())
}

/// The bot is in a guild, perhaps after a removal.
async fn record_return(bot: &Bot, guild: GuildId) -> Result<(), StoreError> {
    if bot.guilds.guild_returned(guild).await? {
        bot.id_inbox.wake();
        tracing::info!("Back in guild {guild}: it continues where it left off");
    }
    Ok(())
}

/// Resumes a paused guild after a change that may have fixed the cause, and reads its ID channels that could not be read.
async fn resume(bot: &Bot, guild: DiscordGuildId) -> Result<(), StoreError> {
    for Alliance { id: alliance, .. } in bot.guilds.alliances(id(guild)).await? {
        if let Some(channel) = bot.guilds.id_channel(alliance).await? {
            bot.id_inbox.may_be_readable(channel);
        }
        let may_be_fixed = match bot.guilds.guild(alliance).await?.paused {
            // A deleted channel never returns, and the return to a guild has an event of its own.
            None | Some(Blocked::Removed | Blocked::UnknownChannel) => false,
            Some(_) => true,
        };
        if may_be_fixed && bot.guilds.resume_guild(alliance).await? {
            tracing::info!("Guild {alliance} is tried again");
        }
    }
    Ok(())
}

/// Pauses a guild in which the bot is in a timeout, until the timeout ends: Discord sends no event for that. Returns
/// whether the bot is in one.
async fn pause_for_timeout(
    bot: &Bot,
    guild: DiscordGuildId,
    until: Option<serenity::all::Timestamp>,
) -> Result<bool, StoreError> {
    let Some(until) = permissions::timeout_of(until, bot.clock.now()) else { return Ok(false) };
    for Alliance { id: alliance, .. } in bot.guilds.alliances(id(guild)).await? {
        if bot.guilds.pause_guild(alliance, None, Blocked::TimedOut, Some(until)).await? {
            tracing::info!("Guild {alliance} is paused: {}", Blocked::TimedOut.meaning());
        }
    }
    Ok(true)
}

/// Takes a role that was deleted from those that may manage: nobody could choose it any more to take it away.
async fn forget_role(bot: &Bot, guild: GuildId, role: RoleId) -> Result<(), StoreError> {
    if bot.guilds.access_roles(guild).await?.iter().any(|access| access.role == role) {
        bot.guilds.remove_access_role(guild, AccessRole { alliance: None, role }).await?;
    }
    Ok(())
}

/// The same for roles that were deleted while nobody listened.
async fn forget_deleted_roles(bot: &Bot, guild: &Guild) -> Result<(), StoreError> {
    let has = |role: RoleId| guild.roles.contains_key(&serenity::all::RoleId::new(role.0.max(1)));
    // Every server has the role of everybody. Without it, the list is not whole.
    if !has(RoleId(guild.id.get())) {
        return Ok(());
    }
    for access in bot.guilds.access_roles(id(guild.id)).await? {
        if !has(access.role) {
            forget_role(bot, id(guild.id), access.role).await?;
        }
    }
    Ok(())
}

/// Compares the guilds of one shard with those in the store. `guilds` includes guilds that are unavailable at the moment:
/// those are not removals.
async fn sync_guilds(bot: &Bot, guilds: &BTreeSet<DiscordGuildId>, shard: (u32, u32)) -> Result<(), StoreError> {
    for (guild, is_removed) in bot.guilds.known_guilds().await? {
        if !is_of_shard(guild, shard) {
            continue;
        }
        match guilds.contains(&DiscordGuildId::new(guild.0.max(1))) {
            // Also for a guild that was removed before: this session learns of it only now.
            false => record_removal(bot, guild).await?,
            true if is_removed => record_return(bot, guild).await?,
            true => {}
        }
    }
    Ok(())
}
