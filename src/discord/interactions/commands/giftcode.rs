//! `/manage giftcode`: the channel, auto-redemption, status and history.

use poise::serenity_prelude as serenity;

use crate::discord::messages::manage::Mention;
use crate::discord::messages::{Message, appeal, manage, stats as charts};
use crate::discord::permissions::{self, NEEDED, USEFUL, missing};
use crate::domain::codes::code::Code;
use crate::domain::health::Health;
use crate::domain::players::player::{AllianceId, ChannelId, RoleId};

use super::autocomplete::{alliances, codes_known};
use super::{Context, guild, language, respond_for};

/// Post new codes in this or another channel
#[poise::command(slash_command, guild_only)]
pub(super) async fn setchannel(
    ctx: Context<'_>,
    #[description = "Where to post; this channel if you leave it out"]
    #[channel_types("Text", "News")]
    channel: Option<serenity::PartialChannel>,
    #[description = "A role for each post to mention; leave it out to keep the present one"] role: Option<
        serenity::Role,
    >,
    #[description = "Stop mentioning a role"] no_role: Option<bool>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        set_channel(ctx, alliance, channel, role, no_role.unwrap_or(false)).await
    })
    .await
}

async fn set_channel(
    ctx: Context<'_>,
    alliance: AllianceId,
    channel: Option<serenity::PartialChannel>,
    role: Option<serenity::Role>,
    no_role: bool,
) -> anyhow::Result<Message> {
    let (bot, server) = (ctx.data(), guild(ctx)?);
    let channel = ChannelId(channel.map_or(ctx.interaction.channel_id, |channel| channel.id).get());
    let Some(granted) = permissions::in_channel(&bot.rest, server, channel).await? else {
        return Ok(manage::channel_unknown(language(ctx)));
    };
    if let Some(until) = granted.timed_out_until {
        return Ok(manage::in_a_timeout(language(ctx), until));
    }
    let granted = granted.permissions;
    let needed = missing(NEEDED, granted);
    if !needed.is_empty() {
        return Ok(manage::channel_refused(language(ctx), channel, &needed));
    }
    // @everyone is a role with the id of the server, and a mention of it would notify nobody.
    if role.as_ref().is_some_and(|role| role.id.get() == server.0) {
        return Ok(manage::everyone_refused(language(ctx)));
    }
    if role.is_some() && no_role {
        return Ok(manage::role_or_none(language(ctx)));
    }
    let settings = bot.guilds.guild(alliance).await?;
    // The role that is set may have been deleted or made unmentionable since.
    let kept = settings.mention_role.filter(|_| role.is_none() && !no_role);
    let role = match kept {
        None => role,
        Some(kept) => {
            let guild = bot.rest.guild(serenity::GuildId::new(server.0.max(1))).await?;
            guild.roles.get(&serenity::RoleId::new(kept.0.max(1))).cloned()
        }
    };
    let may_mention = granted.administrator() || granted.mention_everyone();
    let mention = match &role {
        Some(role) if role.mentionable || may_mention => Mention::Role(RoleId(role.id.get())),
        Some(role) => Mention::Silent(RoleId(role.id.get())),
        None if kept.is_some() => Mention::Gone,
        None if no_role => Mention::Removed,
        None => Mention::Nobody,
    };
    bot.guilds.set_channel_and_role(alliance, channel, Some(mention.role())).await?;
    Ok(manage::channel_set(language(ctx), channel, settings.channel.is_none(), mention, &missing(USEFUL, granted)))
}

/// Stop posting codes in this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn unsetchannel(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        Ok(manage::channel_unset(language(ctx), ctx.data().guilds.unset_channel(alliance).await?))
    })
    .await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, poise::ChoiceParameter)]
enum Switch {
    #[name = "on"]
    On,
    #[name = "off"]
    Off,
}

/// Turn automatic redemption for the whole player list on or off
#[poise::command(slash_command, guild_only)]
pub(super) async fn auto(
    ctx: Context<'_>,
    #[description = "on or off"] switch: Switch,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let bot = ctx.data();
        bot.guilds.set_auto_redeem(alliance, switch == Switch::On).await?;
        Ok(match switch {
            Switch::On => manage::auto_on(language(ctx), bot.guilds.guild(alliance).await?.players),
            Switch::Off => manage::auto_off(language(ctx)),
        })
    })
    .await
}

/// Show the status of the bot in this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn status(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let bot = ctx.data();
        let Health { feeds, replica, engine, discord, .. } = bot.health.read().await;
        let active = bot.codes.active_codes(alliance).await?.len();
        Ok(manage::status(
            language(ctx),
            &manage::Status {
                guild: bot.guilds.guild(alliance).await?,
                active_codes: u32::try_from(active).unwrap_or(u32::MAX),
                waiting_here: bot.batches.pending_in_guild(alliance).await?,
                waiting_everywhere: bot.reports.pending_redemptions().await?,
                feeds,
                replica: replica.map_err(anyhow::Error::msg)?,
                engine,
                discord,
            },
        ))
    })
    .await
}

/// Show the results of past codes
#[poise::command(slash_command, guild_only)]
pub(super) async fn history(
    ctx: Context<'_>,
    #[description = "Only this code"]
    #[autocomplete = "codes_known"]
    #[min_length = 1]
    #[max_length = 32]
    code: Option<String>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let code = match code.as_deref().map(Code::parse).transpose() {
            Ok(code) => code,
            Err(error) => return Ok(manage::no_code(language(ctx), &error)),
        };
        let key = code.as_ref().map(Code::key);
        let bot = ctx.data();
        let over = bot.codes.over_codes(alliance, key.clone(), appeal::OVER_CODES).await?;
        let batches = bot.batches.past_batches(alliance, key, manage::HISTORY_BATCHES).await?;
        Ok(manage::history(language(ctx), &batches, &over, code.as_ref()))
    })
    .await
}

/// Show charts: redemptions per day, players per code, and how fast it goes
#[poise::command(slash_command, guild_only)]
pub(super) async fn stats(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let bot = ctx.data();
        let stats = bot.reports.guild_stats(alliance).await?;
        let charts = charts::charts(language(ctx), &stats);
        let drawn = bot.pictures.draw(charts.iter().map(|chart| chart.svg.clone()).collect()).await;
        let pictures =
            drawn.inspect_err(|error| tracing::warn!("The charts of a server were not drawn: {error:#}")).ok();
        Ok(charts::stats(language(ctx), &stats, &charts, pictures))
    })
    .await
}
