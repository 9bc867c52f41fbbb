//! For everybody: `/giftcode`, `/link`, `/unlink`, `/redeem`.

use crate::discord::interactions::linking::{self, Person};
use crate::discord::interactions::redeem::{self as redemption, Accounts};
use crate::discord::messages::{manage, personal, welcome};
use crate::domain::codes::code::Code;
use crate::domain::players::player::{PlayerId, State};

use super::autocomplete::{codes_active, own_accounts};
use super::{Context, acknowledge, guild, here, language, respond, user};
use crate::discord::interactions::alliances::nearest;

/// Show the active gift codes
#[poise::command(slash_command, guild_only)]
pub(super) async fn giftcode(ctx: Context<'_>) -> anyhow::Result<()> {
    respond(ctx, async move {
        let codes = ctx.data().codes.active_codes(nearest(ctx.data(), guild(ctx)?, here(ctx)).await?).await?;
        Ok(manage::codes(language(ctx), &codes, &[], false))
    })
    .await
}

/// Show how this bot works
#[poise::command(slash_command, guild_only)]
pub(super) async fn help(ctx: Context<'_>) -> anyhow::Result<()> {
    respond(ctx, async move { Ok(welcome::help(language(ctx))) }).await
}

/// Link your game account, so that you can redeem codes for it
#[poise::command(slash_command, guild_only)]
pub(super) async fn link(
    ctx: Context<'_>,
    #[description = "Your player ID, shown in your in-game profile"]
    #[min = 1_i64]
    #[max = 999_999_999_999_i64]
    player_id: i64,
    #[description = "Your state, shown after the # in your profile; leave it out and the bot looks for it"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    state: Option<i64>,
) -> anyhow::Result<()> {
    respond(ctx, async move {
        let state = state.map(|state| state.to_string().parse::<State>()).transpose();
        let (player, state) = match (player_id.to_string().parse::<PlayerId>(), state) {
            (Ok(player), Ok(state)) => (player, state),
            (Err(error), _) | (_, Err(error)) => return Ok(personal::bad_player(language(ctx), &error)),
        };
        let bot = ctx.data();
        let Some(_check) = bot.check_limit.acquire(user(ctx)) else {
            return Ok(personal::too_many_requests(language(ctx)));
        };
        if let Err(refusal) = linking::confirm(bot, language(ctx), player, state).await {
            return Ok(refusal);
        }
        let language = language(ctx);
        let person = Person::new(user(ctx), guild(ctx)?, ctx.interaction.member.as_deref(), language);
        Ok(match linking::link(bot, &person, player, state).await? {
            Ok(linked) => linked.answer(language),
            Err(refusal) => refusal,
        })
    })
    .await
}

/// Unlink your game account
#[poise::command(slash_command, guild_only)]
pub(super) async fn unlink(
    ctx: Context<'_>,
    #[description = "Which of your accounts; needed if you linked several"]
    #[autocomplete = "own_accounts"]
    #[min_length = 1]
    #[max_length = 12]
    player_id: Option<String>,
    #[description = "Erase everything stored about you, including accounts that nobody else has"] everything: Option<
        bool,
    >,
) -> anyhow::Result<()> {
    respond(ctx, async move {
        let (bot, user) = (ctx.data(), user(ctx));
        match (everything, &player_id) {
            (Some(true), None) => {
                return Ok(personal::forgotten(language(ctx), &bot.erasures.forget_user(user).await?));
            }
            (Some(true), Some(_)) => return Ok(personal::one_or_everything(language(ctx))),
            (Some(false) | None, _) => {}
        }
        let player = match player_id.as_deref().map(|text| text.trim().parse::<PlayerId>()).transpose() {
            Ok(player) => player,
            Err(error) => return Ok(personal::bad_player(language(ctx), &error)),
        };
        let player = match player {
            Some(player) => player,
            None => match bot.rosters.links(user).await?.as_slice() {
                [] => return Ok(personal::no_links(language(ctx))),
                [only] => only.id,
                accounts => return Ok(personal::accounts(language(ctx), accounts)),
            },
        };
        let unlinked = bot.rosters.unlink(user, Some(player)).await?;
        Ok(personal::unlinked(language(ctx), unlinked, bot.rosters.is_on_a_roster(player).await?))
    })
    .await
}

/// Redeem a code for your linked game accounts
#[poise::command(slash_command, guild_only)]
pub(super) async fn redeem(
    ctx: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "codes_active"]
    #[min_length = 1]
    #[max_length = 32]
    code: String,
) -> anyhow::Result<()> {
    let (bot, interaction) = (ctx.data(), acknowledge(ctx).await?);
    let code = match Code::parse(&code) {
        Ok(code) => code,
        Err(error) => return interaction.answer(&manage::no_code(language(ctx), &error)).await,
    };
    let Some(permit) = bot.request_limit.acquire(user(ctx)) else {
        return interaction.answer(&personal::too_many_requests(language(ctx))).await;
    };
    let afterword = linking::refusal_of_messages(bot, user(ctx), language(ctx)).await?;
    redemption::redeem(bot, &interaction, permit, Accounts::LinkedTo(user(ctx)), &[code], afterword).await
}
