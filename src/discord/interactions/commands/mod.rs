//! The slash commands (docs/contract.md, "Discord commands"). Discord shows a command's doc comment as its description.

mod access;
pub(in crate::discord) mod alliances;
mod attachment;
mod autocomplete;
mod codes;
mod giftcode;
mod idchannel;
mod language;
mod localised;
mod manage;
mod panel;
mod personal;
mod players;
mod targets;

use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;

use crate::domain::players::access::Managed;
use crate::domain::players::player::{AllianceId, GuildId, UserId};
use crate::domain::text::language::Language;

use crate::discord::bot::Bot;
use crate::discord::managers::may_manage;
use crate::discord::messages::{Message, access as access_words, personal as words};

use super::alliances::{Here, choose};
use super::managing;
use super::response::Interaction;

type Context<'a> = poise::ApplicationContext<'a, Bot, anyhow::Error>;

/// With their descriptions in every language.
pub(in crate::discord) fn all() -> Vec<poise::Command<Bot, anyhow::Error>> {
    let mut commands = commands();
    localised::localise(&mut commands);
    commands
}

fn commands() -> Vec<poise::Command<Bot, anyhow::Error>> {
    vec![
        manage::manage(),
        personal::giftcode(),
        personal::link(),
        personal::unlink(),
        personal::redeem(),
        personal::help(),
    ]
}

/// Answers a command with the message that `work` returns. An error goes to [`on_error`].
fn respond<'a>(
    ctx: Context<'a>,
    work: impl Future<Output = anyhow::Result<Message>> + Send + 'a,
) -> BoxFuture<'a, anyhow::Result<()>> {
    // The work of some commands is too large for the stack.
    Box::pin(async move {
        let interaction = acknowledge(ctx).await?;
        interaction.answer(&work.await?).await
    })
}

/// Answers a command of `/manage` that is about one alliance; `option` is the one it names. The message says so if that one
/// is unknown, or none is named where there are several.
fn respond_for<'a, F: Future<Output = anyhow::Result<Message>> + Send + 'a>(
    ctx: Context<'a>,
    option: Option<String>,
    work: impl FnOnce(AllianceId) -> F + Send + 'a,
) -> BoxFuture<'a, anyhow::Result<()>> {
    respond(ctx, async move { for_alliance(ctx, alliance(ctx, option.as_deref()).await?, work).await })
}

/// The same for a command about the past, which may name an alliance that was removed.
fn respond_for_past<'a, F: Future<Output = anyhow::Result<Message>> + Send + 'a>(
    ctx: Context<'a>,
    option: Option<String>,
    work: impl FnOnce(AllianceId) -> F + Send + 'a,
) -> BoxFuture<'a, anyhow::Result<()>> {
    respond(ctx, async move {
        let mut chosen = alliance(ctx, option.as_deref()).await?;
        if let (Err(_), Some(name)) = (&chosen, &option) {
            let past = ctx.data().guilds.past_alliances(guild(ctx)?).await?;
            if let Ok(found) = choose(language(ctx), &past, Here::NOWHERE, Some(name)) {
                chosen = Ok(found);
            }
        }
        for_alliance(ctx, chosen, work).await
    })
}

async fn for_alliance<F: Future<Output = anyhow::Result<Message>>>(
    ctx: Context<'_>,
    chosen: Result<AllianceId, Box<Message>>,
    work: impl FnOnce(AllianceId) -> F,
) -> anyhow::Result<Message> {
    let chosen = match chosen {
        Ok(chosen) if may_manage_alliance(ctx, chosen).await? => chosen,
        Ok(chosen) => return managers_only(ctx, Managed::Alliance(chosen)).await,
        Err(refusal) => return Ok(*refusal),
    };
    let answer = work(chosen).await?;
    about(ctx, chosen, answer).await
}

/// Says in an answer which of several alliances it is about.
async fn about(ctx: Context<'_>, alliance: AllianceId, answer: Message) -> anyhow::Result<Message> {
    Ok(managing::about(ctx.data(), language(ctx), guild(ctx)?, alliance, answer).await?)
}

async fn may_manage_alliance(ctx: Context<'_>, alliance: AllianceId) -> anyhow::Result<bool> {
    let member = ctx.interaction.member.as_deref();
    Ok(may_manage(ctx.data(), guild(ctx)?, Managed::Alliance(alliance), member).await?)
}

/// Says who may manage this, to somebody who may not.
async fn managers_only(ctx: Context<'_>, managed: Managed) -> anyhow::Result<Message> {
    Ok(access_words::managers_only(language(ctx), managed, &ctx.data().guilds.access_roles(guild(ctx)?).await?))
}

/// Acknowledges a command before the work begins: the store or the game may take longer than Discord waits.
async fn acknowledge(ctx: Context<'_>) -> anyhow::Result<Interaction<'_>> {
    let interaction = Interaction::command(ctx.data(), ctx.interaction, false);
    interaction.defer().await?;
    ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
    Ok(interaction)
}

/// The guild that the command was used in. Discord offers the commands in guilds only.
fn guild(ctx: Context<'_>) -> anyhow::Result<GuildId> {
    let id = ctx.interaction.guild_id.ok_or_else(|| anyhow::anyhow!("the command came from outside a server"))?;
    Ok(GuildId(id.get()))
}

/// The alliance that a command of `/manage` is about: the one it names; else the one whose codes are posted in the channel it
/// is used in; else the server's only one. Otherwise returns the answer, which says what there is to name.
async fn alliance(ctx: Context<'_>, option: Option<&str>) -> anyhow::Result<Result<AllianceId, Box<Message>>> {
    Ok(choose(language(ctx), &ctx.data().guilds.alliances(guild(ctx)?).await?, here(ctx), option))
}

/// Where the command is used.
fn here(ctx: Context<'_>) -> Here {
    Here::new(ctx.interaction.channel_id, ctx.interaction.channel.as_ref())
}

fn user(ctx: Context<'_>) -> UserId {
    UserId(ctx.interaction.user.id.get())
}

/// The language of the person who used the command.
fn language(ctx: Context<'_>) -> Language {
    Language::of_locale(&ctx.interaction.locale).unwrap_or_default()
}

/// Whether the member may use this command. Discord shows `/manage` to everybody: it cannot know the roles that a server names,
/// and a command of one server's own would stand beside the one of all servers.
pub(in crate::discord) async fn check(ctx: poise::Context<'_, Bot, anyhow::Error>) -> anyhow::Result<bool> {
    let poise::Context::Application(ctx) = ctx else { return Ok(false) };
    if ctx.command_tree.first().is_none_or(|first| first.name != "manage") {
        return Ok(true);
    }
    let bot = ctx.data();
    let refusal = match guild(ctx) {
        Err(_) => words::servers_only(language(ctx)),
        Ok(guild) => {
            if may_manage(bot, guild, Managed::Anything, ctx.interaction.member.as_deref()).await? {
                return Ok(true);
            }
            managers_only(ctx, Managed::Anything).await?
        }
    };
    if ctx.interaction_type == poise::CommandInteractionType::Command {
        Interaction::command(ctx.data(), ctx.interaction, false).answer(&refusal).await?;
    }
    Ok(false)
}

/// Logs what poise could not do, and tells the person if it concerns their command.
pub(in crate::discord) async fn on_error(error: poise::FrameworkError<'_, Bot, anyhow::Error>) {
    use poise::FrameworkError as E;
    let (ctx, name, error) = match error {
        E::Command { error, ctx, .. } => (ctx, ctx.command().qualified_name.clone(), error),
        E::CommandPanic { payload, ctx, .. } => {
            let reason = payload.unwrap_or_else(|| "without a message".to_owned());
            (ctx, ctx.command().qualified_name.clone(), anyhow::anyhow!("it panicked: {reason}"))
        }
        E::ArgumentParse { error, ctx, .. } => {
            (ctx, ctx.command().qualified_name.clone(), anyhow::anyhow!("an option cannot be read: {error}"))
        }
        E::CommandStructureMismatch { description, ctx, .. } => (
            poise::Context::Application(ctx),
            ctx.command().qualified_name.clone(),
            anyhow::anyhow!("Discord offers an older form of the command: {description}"),
        ),
        E::GuildOnly { ctx: poise::Context::Application(ctx), .. } => {
            if let Some(interaction) = answerable(ctx)
                && let Err(error) = interaction.answer(&words::servers_only(language(ctx))).await
            {
                tracing::debug!("{error:#}");
            }
            return;
        }
        E::CommandCheckFailed { error: Some(error), ctx, .. } => {
            (ctx, ctx.command().qualified_name.clone(), error.context("cannot check who may use it"))
        }
        // `check` has answered.
        E::CommandCheckFailed { error: None, .. } => return,
        E::EventHandler { error, event, .. } => {
            return tracing::error!("An event from Discord ({}) was not handled: {error:#}", event.snake_case_name());
        }
        other => return tracing::warn!("Discord's library reports: {other}"),
    };
    let poise::Context::Application(ctx) = ctx else { return };
    if let Some(interaction) = answerable(ctx) {
        interaction.fail(&name, &error).await;
    }
}

/// The command as an interaction to answer. Autocompletion is not one.
fn answerable(ctx: Context<'_>) -> Option<Interaction<'_>> {
    let is_acknowledged = ctx.has_sent_initial_response.load(Ordering::SeqCst);
    let is_command = ctx.interaction_type == poise::CommandInteractionType::Command;
    is_command.then(|| Interaction::command(ctx.data(), ctx.interaction, is_acknowledged))
}
