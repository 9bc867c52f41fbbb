//! `/manage access`: the roles whose members may manage the bot.

use poise::serenity_prelude as serenity;

use crate::discord::messages::{Message, access as words};
use crate::discord::permissions::manages_server;
use crate::domain::players::access::AccessRole;
use crate::domain::players::player::RoleId;
use crate::store::AccessAdded;

use super::autocomplete::alliances;
use super::{Context, about, alliance, guild, language, respond};

/// Show or choose the roles that may use /manage
#[poise::command(slash_command, guild_only)]
pub(super) async fn access(
    ctx: Context<'_>,
    #[description = "A role whose members may use /manage too; leave it out to see who may"] role: Option<
        serenity::Role,
    >,
    #[description = "Take it away from this role again"] remove: Option<bool>,
    #[description = "For this alliance only; for all of them if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond(ctx, async move { change(ctx, role, remove.unwrap_or(false), alliance).await }).await
}

async fn change(
    ctx: Context<'_>,
    role: Option<serenity::Role>,
    removes: bool,
    named: Option<String>,
) -> anyhow::Result<Message> {
    let (bot, server, language) = (ctx.data(), guild(ctx)?, language(ctx));
    let Some(role) = role else {
        return Ok(if removes {
            words::which_role(language)
        } else {
            words::who_may(language, &bot.guilds.access_roles(server).await?, &bot.guilds.alliances(server).await?)
        });
    };
    // Somebody who may manage by a role must not be able to pass that on.
    if !manages_server(ctx.interaction.member.as_ref().and_then(|member| member.permissions)) {
        return Ok(words::server_managers_only(language));
    }
    // @everyone is a role with the id of the server.
    if role.id.get() == server.0 && !removes {
        return Ok(words::not_everyone(language));
    }
    let only = match named {
        None => None,
        Some(named) => match alliance(ctx, Some(&named)).await? {
            Ok(alliance) => Some(alliance),
            Err(refusal) => return Ok(*refusal),
        },
    };
    let access = AccessRole { alliance: only, role: RoleId(role.id.get()) };
    let answer = if removes {
        words::removed(language, access.role, bot.guilds.remove_access_role(server, access).await?)
    } else {
        match bot.guilds.add_access_role(server, access).await? {
            AccessAdded::New => words::added(language, access.role),
            AccessAdded::Known => words::known(language, access.role),
            AccessAdded::TooMany => words::too_many(language),
        }
    };
    match only {
        Some(only) => about(ctx, only, answer).await,
        None => Ok(answer),
    }
}
