//! `/manage giftcode`: the codes of a server.

use crate::discord::messages::{Message, appeal, manage};
use crate::discord::redeeming::{self, Appealed};
use crate::domain::codes::code::Code;
use crate::ports::AnnouncedCode;
use crate::store::AddedCode;

use super::suggest::{codes_active, codes_known};
use super::{Context, Error, guild, respond};

/// Add a code that no feed lists, for this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn add(
    ctx: Context<'_>,
    #[description = "The code, exactly as published"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
) -> Result<(), Error> {
    respond(ctx, async move {
        let (store, guild) = (&ctx.data().store, guild(ctx)?);
        let code = match Code::parse(&code) {
            Ok(code) => code,
            Err(error) => return Ok(manage::no_code(&error)),
        };
        Ok(match store.codes().add_guild_code(guild, code.clone()).await? {
            AddedCode::Added => manage::code_added(&code, &store.guilds().guild(guild).await?),
            AddedCode::Known => manage::code_known(&code),
            AddedCode::Over(_, start) => match redeeming::hear(ctx.data(), &code, start).await? {
                Some(Appealed::Good(shown)) => manage::code_added(&shown.code, &store.guilds().guild(guild).await?),
                Some(Appealed::Over(over, asked)) => appeal::added_though_over(&code, &over, asked),
                None => manage::code_unknown(&code),
            },
        })
    })
    .await
}

/// Neither post nor redeem a code in this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn remove(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_active"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
) -> Result<(), Error> {
    respond(ctx, async move {
        let code = match Code::parse(&code) {
            Ok(code) => code,
            Err(error) => return Ok(manage::no_code(&error)),
        };
        Ok(match ctx.data().store.codes().remove_guild_code(guild(ctx)?, code.key()).await? {
            Some(dropped) => manage::code_removed(&code, u32::try_from(dropped).unwrap_or(u32::MAX)),
            None => manage::nothing_to_remove(&code),
        })
    })
    .await
}

/// The codes that are active in this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn list(ctx: Context<'_>) -> Result<(), Error> {
    respond(ctx, async move {
        let (store, guild) = (&ctx.data().store, guild(ctx)?);
        let over = store.codes().over_codes(guild, None, appeal::OVER_CODES).await?;
        Ok(manage::codes(&store.codes().active_codes(guild).await?, &over, true))
    })
    .await
}

/// A code that can be redeemed, or what to answer. About one that is over the game is asked.
async fn usable(ctx: Context<'_>, text: &str) -> Result<Result<AnnouncedCode, Message>, Error> {
    let code = match Code::parse(text) {
        Ok(code) => code,
        Err(error) => return Ok(Err(manage::no_code(&error))),
    };
    let Some(found) = ctx.data().store.codes().find_guild_code(guild(ctx)?, code.key()).await? else {
        return Ok(Err(manage::code_unknown(&code)));
    };
    if found.over.is_none() {
        return Ok(Ok(found.shown));
    }
    Ok(match redeeming::appeal(ctx.data(), guild(ctx)?, &found.shown.code).await? {
        Some(Appealed::Good(shown)) => Ok(shown),
        Some(Appealed::Over(over, asked)) => Err(appeal::code_over(&found.shown.code, &over, asked)),
        None => Err(manage::code_unknown(&code)),
    })
}

/// Redeem a code for the whole roster now
#[poise::command(slash_command, guild_only)]
pub(super) async fn redeem(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_active"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
) -> Result<(), Error> {
    respond(ctx, async move {
        let (store, guild) = (&ctx.data().store, guild(ctx)?);
        let shown = match usable(ctx, &code).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(refusal),
        };
        let start = store.requests().start_batch(guild, shown.code.key(), shown.generation).await?;
        Ok(manage::batch_started(&shown.code, start, store.guilds().guild(guild).await?.channel))
    })
    .await
}

/// Try again what failed or was given up
#[poise::command(slash_command, guild_only)]
pub(super) async fn retry(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_known"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
) -> Result<(), Error> {
    respond(ctx, async move {
        let shown = match usable(ctx, &code).await? {
            Ok(found) => found,
            Err(refusal) => return Ok(refusal),
        };
        let again = ctx.data().store.requests().retry_batch(guild(ctx)?, shown.code.key(), shown.generation).await?;
        Ok(manage::retried(&shown.code, again))
    })
    .await
}
