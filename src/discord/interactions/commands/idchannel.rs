//! `/manage players idchannel`: how members put themselves on the player list.

use poise::serenity_prelude as serenity;

use crate::discord::managers::may_manage;
use crate::discord::messages::{Message, self_service as words};
use crate::discord::permissions::{self, missing};
use crate::domain::players::access::Managed;
use crate::domain::players::player::{AllianceId, ChannelId};
use crate::domain::players::self_service::JoinMode;
use crate::store::Alliance;

use super::autocomplete::alliances;
use super::{Context, guild, language, managers_only, respond_for};

#[derive(Debug, Clone, Copy, PartialEq, Eq, poise::ChoiceParameter)]
enum Join {
    #[name = "off"]
    Off,
    #[name = "ask"]
    Ask,
    #[name = "auto"]
    Auto,
}

/// Let members join the player list themselves: by typing their ID in a channel, or after /link
#[poise::command(slash_command, guild_only)]
pub(super) async fn idchannel(
    ctx: Context<'_>,
    #[description = "The channel in which members type their player ID"]
    #[channel_types("Text")]
    channel: Option<serenity::PartialChannel>,
    #[description = "No longer read such a channel"] off: Option<bool>,
    #[description = "After /link: off (only leaders add players), ask, or auto"] join: Option<Join>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(
        ctx,
        alliance,
        |alliance| async move { change(ctx, alliance, channel, off.unwrap_or(false), join).await },
    )
    .await
}

async fn change(
    ctx: Context<'_>,
    alliance: AllianceId,
    channel: Option<serenity::PartialChannel>,
    off: bool,
    join: Option<Join>,
) -> anyhow::Result<Message> {
    let (bot, server, language) = (ctx.data(), guild(ctx)?, language(ctx));
    let channel = channel.map(|channel| ChannelId(channel.id.get()));
    if channel.is_some() && off {
        return Ok(words::channel_or_off(language));
    }
    if let Some(channel) = channel {
        let Some(granted) = permissions::in_channel(&bot.rest, server, channel).await? else {
            return Ok(words::not_a_text_channel(language));
        };
        let needed = missing(permissions::NEEDED_FOR_IDS, granted.permissions);
        if !needed.is_empty() {
            return Ok(words::id_channel_refused(language, channel, &needed));
        }
    }
    let member = ctx.interaction.member.as_deref();
    // A channel belongs to one alliance, so it is taken from the one that has it.
    let owners = bot.guilds.id_channels().await?.into_iter();
    let owners: Vec<AllianceId> =
        owners.filter(|it| Some(it.channel) == channel && it.alliance != alliance).map(|it| it.alliance).collect();
    for owner in &owners {
        if !may_manage(bot, server, Managed::Alliance(*owner), member).await? {
            return managers_only(ctx, Managed::Alliance(*owner)).await;
        }
    }
    // It concerns all alliances.
    if join.is_some() && !may_manage(bot, server, Managed::Server, member).await? {
        return managers_only(ctx, Managed::Server).await;
    }
    if let Some(join) = join {
        let mode = match join {
            Join::Off => JoinMode::Off,
            Join::Ask => JoinMode::Ask,
            Join::Auto => JoinMode::Auto,
        };
        bot.guilds.set_join_mode(server, mode).await?;
    }
    if channel.is_some() || off {
        // What was written before the command is not read.
        bot.guilds.set_id_channel(alliance, channel, ctx.interaction.id.get()).await?;
        bot.id_inbox.wake();
    }
    let set = bot.guilds.id_channel(alliance).await?;
    let mode = bot.guilds.join_mode(server).await?;
    let alliances = bot.guilds.alliances(server).await?;
    let has_several = alliances.len() > 1;
    let taken_from: Vec<Alliance> = alliances.into_iter().filter(|it| owners.contains(&it.id)).collect();
    Ok(words::joining(language, mode, has_several, set, &taken_from, bot.message_content.reading()))
}
