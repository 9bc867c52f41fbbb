//! `/manage giftcode`: the channel, auto-redemption, status and history.

use crate::discord::interactions::{after, panel};
use crate::discord::messages::{after as words, appeal, manage, stats as charts};
use crate::domain::codes::code::Code;
use crate::store::Which;

use super::autocomplete::{alliances, alliances_ever, codes_known};
use super::{Context, guild, language, respond_for, respond_for_past};

/// Stop posting codes
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

/// Turn auto-redemption for the whole player list on or off
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
        match switch {
            Switch::On => after::auto_on(ctx.data(), alliance, language(ctx), false).await,
            Switch::Off => {
                ctx.data().guilds.set_auto_redeem(alliance, false).await?;
                Ok(manage::auto_off(language(ctx)))
            }
        }
    })
    .await
}

/// What to tell this server: who failed after a code, and who is missing a day before it ends
#[poise::command(slash_command, guild_only)]
pub(super) async fn notify(
    ctx: Context<'_>,
    #[description = "Mention the people who linked an account for which a code failed"] failed: Option<Switch>,
    #[description = "A day before a code ends, post who does not have it"] reminder: Option<Switch>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let guilds = &ctx.data().guilds;
        let is_on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
        let wanted = match (is_on(failed), is_on(reminder)) {
            (None, None) => guilds.notifications(alliance).await?,
            (failed, reminder) => guilds.set_notifications(alliance, failed, reminder).await?,
        };
        let has_channel = guilds.guild(alliance).await?.channel.is_some();
        Ok(words::notifications(language(ctx), wanted, has_channel))
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
        panel::status(ctx.data(), guild(ctx)?, alliance, language(ctx)).await
    })
    .await
}

/// Which players the history of a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, poise::ChoiceParameter)]
enum Shown {
    #[name = "missing"]
    Missing,
    #[name = "failed"]
    Failed,
    #[name = "redeemed"]
    Redeemed,
    #[name = "all"]
    All,
}

fn which(shown: Option<Shown>) -> Which {
    match shown {
        None | Some(Shown::Missing) => Which::Missing,
        Some(Shown::Failed) => Which::Failed,
        Some(Shown::Redeemed) => Which::Redeemed,
        Some(Shown::All) => Which::All,
    }
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
    #[description = "With a code: which players to name; those without the code if you leave it out"] show: Option<
        Shown,
    >,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances_ever"]
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
        let most = if code.is_some() { words::HISTORY_OF_CODE } else { manage::HISTORY_BATCHES };
        let batches = bot.batches.past_batches(alliance, key, most).await?;
        let history = manage::history(language(ctx), &batches, &over, code.as_ref());
        // One that was removed has no players any more.
        let is_there = bot.guilds.alliances(guild(ctx)?).await?.iter().any(|own| own.id == alliance);
        match code.filter(|_| is_there) {
            Some(code) => after::with_players(bot, alliance, language(ctx), history, &code, which(show)).await,
            None => Ok(history),
        }
    })
    .await
}

/// Show charts: redemptions per day, players per code, and how fast it goes
#[poise::command(slash_command, guild_only)]
pub(super) async fn stats(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances_ever"]
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
