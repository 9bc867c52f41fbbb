//! `/manage giftcode`: the channel, auto-redemption, status and history.

use crate::discord::messages::{Message, alliances as alliance_words, appeal, manage, stats as charts};
use crate::domain::codes::code::Code;
use crate::domain::health::Health;

use super::autocomplete::{alliances, codes_known};
use super::{Context, guild, language, respond_for, respond_for_past};

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
        let status = manage::status(
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
        );
        let alliances = bot.guilds.alliances(guild(ctx)?).await?;
        let several = (alliances.len() > 1).then(|| alliance_words::order(language(ctx), &alliances));
        Ok(several.into_iter().fold(status, Message::and))
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
    respond_for_past(ctx, alliance, |alliance| async move {
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
    respond_for_past(ctx, alliance, |alliance| async move {
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
