//! `/manage giftcode`: the channel, auto-redemption, status and history.

use crate::discord::messages::{appeal, manage, stats as charts};
use crate::domain::codes::code::Code;
use crate::domain::health::Health;

use super::autocomplete::codes_known;
use super::{Context, guild, respond};

/// Stop posting codes in this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn unsetchannel(ctx: Context<'_>) -> anyhow::Result<()> {
    respond(ctx, async move { Ok(manage::channel_unset(ctx.data().guilds.unset_channel(guild(ctx)?).await?)) }).await
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
pub(super) async fn auto(ctx: Context<'_>, #[description = "on or off"] switch: Switch) -> anyhow::Result<()> {
    respond(ctx, async move {
        let (bot, guild) = (ctx.data(), guild(ctx)?);
        bot.guilds.set_auto_redeem(guild, switch == Switch::On).await?;
        Ok(match switch {
            Switch::On => manage::auto_on(bot.guilds.guild(guild).await?.players),
            Switch::Off => manage::auto_off(),
        })
    })
    .await
}

/// Show the status of the bot in this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn status(ctx: Context<'_>) -> anyhow::Result<()> {
    respond(ctx, async move {
        let (bot, guild) = (ctx.data(), guild(ctx)?);
        let Health { feeds, replica, engine, discord, .. } = bot.health.read().await;
        let active = bot.codes.active_codes(guild).await?.len();
        Ok(manage::status(&manage::Status {
            guild: bot.guilds.guild(guild).await?,
            active_codes: u32::try_from(active).unwrap_or(u32::MAX),
            waiting_here: bot.batches.pending_in_guild(guild).await?,
            waiting_everywhere: bot.reports.pending_redemptions().await?,
            feeds,
            replica: replica.map_err(anyhow::Error::msg)?,
            engine,
            discord,
        }))
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
) -> anyhow::Result<()> {
    respond(ctx, async move {
        let code = match code.as_deref().map(Code::parse).transpose() {
            Ok(code) => code,
            Err(error) => return Ok(manage::no_code(&error)),
        };
        let key = code.as_ref().map(Code::key);
        let (bot, guild) = (ctx.data(), guild(ctx)?);
        let over = bot.codes.over_codes(guild, key.clone(), appeal::OVER_CODES).await?;
        let batches = bot.batches.past_batches(guild, key, manage::HISTORY_BATCHES).await?;
        Ok(manage::history(&batches, &over, code.as_ref()))
    })
    .await
}

/// Show charts: redemptions per day, players per code, and how fast it goes
#[poise::command(slash_command, guild_only)]
pub(super) async fn stats(ctx: Context<'_>) -> anyhow::Result<()> {
    respond(ctx, async move {
        let bot = ctx.data();
        let stats = bot.reports.guild_stats(guild(ctx)?).await?;
        let charts = charts::charts(&stats);
        let drawn = bot.pictures.draw(charts.iter().map(|chart| chart.svg.clone()).collect()).await;
        let pictures =
            drawn.inspect_err(|error| tracing::warn!("The charts of a server were not drawn: {error:#}")).ok();
        Ok(charts::stats(&stats, &charts, pictures))
    })
    .await
}
