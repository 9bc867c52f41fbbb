//! The slash commands (docs/contract.md, "Discord commands"). A command's doc comment is the help that Discord shows.

mod codes;
mod giftcode;
mod managing;
mod people;
mod players;
mod suggest;

use std::sync::atomic::Ordering;

use crate::domain::players::player::{GuildId, UserId};

use super::answer::{Asked, Error};
use super::bot::Bot;
use super::messages::{Message, people as words};
use super::permissions::may_manage;

/// What a command is called with.
pub(super) type Context<'a> = poise::ApplicationContext<'a, Bot, Error>;
/// A command.
pub(super) type Command = poise::Command<Bot, Error>;

/// All commands.
pub(super) fn all() -> Vec<Command> {
    vec![managing::manage(), people::giftcode(), people::link(), people::unlink(), people::redeem()]
}

/// The one place where a command is answered, with what `work` comes to. Its failure is told where the library reports it.
async fn respond(ctx: Context<'_>, work: impl Future<Output = Result<Message, Error>>) -> Result<(), Error> {
    let asked = acknowledge(ctx).await?;
    asked.answer(&work.await?).await
}

/// Acknowledges a command before it is worked on: the store or the game may take longer than Discord waits.
async fn acknowledge(ctx: Context<'_>) -> Result<Asked<'_>, Error> {
    let asked = Asked::command(ctx.data(), ctx.interaction, false);
    asked.defer().await?;
    ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
    Ok(asked)
}

/// The guild that a command was used in. Commands that need one are offered in guilds only.
fn guild(ctx: Context<'_>) -> Result<GuildId, Error> {
    let id = ctx.interaction.guild_id.ok_or_else(|| anyhow::anyhow!("the command came from outside a server"))?;
    Ok(GuildId(id.get()))
}

fn user(ctx: Context<'_>) -> UserId {
    UserId(ctx.interaction.user.id.get())
}

/// Whether a command may be used by whoever uses it: Discord is told who may, and this does not rely on it.
pub(super) async fn check(ctx: poise::Context<'_, Bot, Error>) -> Result<bool, Error> {
    let poise::Context::Application(ctx) = ctx else { return Ok(false) };
    if ctx.command_tree.first().is_none_or(|first| first.name != "manage") {
        return Ok(true);
    }
    let permissions = ctx.interaction.member.as_ref().and_then(|member| member.permissions);
    let refusal = match ctx.interaction.guild_id {
        None => words::servers_only(),
        Some(_) if may_manage(permissions) => return Ok(true),
        Some(_) => words::managers_only(),
    };
    if ctx.interaction_type == poise::CommandInteractionType::Command {
        Asked::command(ctx.data(), ctx.interaction, false).answer(&refusal).await?;
    }
    Ok(false)
}
