//! `/manage giftcode`: the codes of a server.

use crate::discord::interactions::{after, appeal, panel};
use crate::discord::messages::{appeal as words, manage};
use crate::domain::codes::code::Code;

use super::autocomplete::{alliances, codes_active, codes_known};
use super::{Context, language, respond_for};

/// Add a code that no feed lists
#[poise::command(slash_command, guild_only)]
pub(super) async fn add(
    ctx: Context<'_>,
    #[description = "The code, exactly as published"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(
        ctx,
        alliance,
        |alliance| async move { panel::add_code(ctx.data(), alliance, language(ctx), &code).await },
    )
    .await
}

/// Stop posting and redeeming a code
#[poise::command(slash_command, guild_only)]
pub(super) async fn remove(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_active"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let code = match Code::parse(&code) {
            Ok(code) => code,
            Err(error) => return Ok(manage::no_code(language(ctx), &error)),
        };
        Ok(match ctx.data().codes.remove_guild_code(alliance, code.key()).await? {
            Some(dropped) => manage::code_removed(language(ctx), &code, u32::try_from(dropped).unwrap_or(u32::MAX)),
            None => manage::nothing_to_remove(language(ctx), &code),
        })
    })
    .await
}

/// Show the active codes of this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn list(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let bot = ctx.data();
        let over = bot.codes.over_codes(alliance, None, words::OVER_CODES).await?;
        Ok(manage::codes(language(ctx), &bot.codes.active_codes(alliance).await?, &over, true))
    })
    .await
}

/// Redeem a code for the whole player list now
#[poise::command(slash_command, guild_only)]
pub(super) async fn redeem(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_active"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let bot = ctx.data();
        let code = match Code::parse(&code) {
            Ok(code) => code,
            Err(error) => return Ok(manage::no_code(language(ctx), &error)),
        };
        let shown = match appeal::usable(bot, alliance, language(ctx), &code).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(refusal),
        };
        let start = bot.requests.start_batch(alliance, shown.code.key(), shown.generation).await?;
        Ok(manage::batch_started(language(ctx), &shown.code, start, bot.guilds.guild(alliance).await?.channel))
    })
    .await
}

/// Try a code again for the players for whom it failed
#[poise::command(slash_command, guild_only)]
pub(super) async fn retry(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_known"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        match Code::parse(&code) {
            Ok(code) => after::retry(ctx.data(), alliance, language(ctx), &code).await,
            Err(error) => Ok(manage::no_code(language(ctx), &error)),
        }
    })
    .await
}
