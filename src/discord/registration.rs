//! Registering the commands with Discord: everywhere, or in one guild to try them, and never in both.
//!
//! A guild shows its own commands beside the global ones, so registering in one place removes the commands from the other.
//! The store lists the guilds with commands of their own: a guild is added before its commands are registered, and dropped
//! after they are removed.
//!
//! # Crash
//! The next start removes the commands of every listed guild. If the list is lost with the state file, the first use of such
//! a command reveals the guild.

use std::time::Duration;

use serenity::all::{ApplicationId, CreateCommand, GuildId as DiscordGuildId, InstallationContext, InteractionContext};
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::players::player::GuildId;

use super::bot::Bot;
use super::interactions::commands;
use super::rest::RestError;

/// Between attempts.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(60));

/// The global commands. They work in servers that added the bot, and nowhere else.
pub fn registered_commands() -> Vec<CreateCommand> {
    let only_servers = |command: CreateCommand| {
        command.integration_types(vec![InstallationContext::Guild]).contexts(vec![InteractionContext::Guild])
    };
    guild_commands().into_iter().map(only_servers).collect()
}

/// The same for one guild, where Discord takes no installation or interaction contexts.
pub(super) fn guild_commands() -> Vec<CreateCommand> {
    let mut commands = commands::all();
    for command in &mut commands {
        command.guild_only = false;
    }
    for command in &mut commands {
        without_alliance(command);
    }
    poise::builtins::create_application_commands(&commands)
}

/// Takes the option `alliance` from a command and its subcommands, for servers with one alliance.
fn without_alliance(command: &mut poise::Command<Bot, anyhow::Error>) {
    command.parameters.retain(|parameter| parameter.name != "alliance");
    command.subcommands.iter_mut().for_each(without_alliance);
}

/// Registers the commands in one place and removes them elsewhere; retries until Discord accepts it or the connection ends.
pub(super) async fn register(bot: Bot, application: ApplicationId, ended: CancellationToken) {
    let mut back_off = BACK_OFF;
    while let Err(error) = try_register(&bot, application).await {
        let wait = back_off.next_wait();
        tracing::warn!("Cannot register the commands, next try in {} s: {error:#}", wait.as_secs());
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn try_register(bot: &Bot, application: ApplicationId) -> anyhow::Result<()> {
    let commands = registered_commands();
    let count = commands.len();
    match bot.dev_guild {
        Some(guild) => {
            bot.guilds.note_command_guild(GuildId(guild)).await?;
            bot.rest.set_commands(application, Some(DiscordGuildId::new(guild.max(1))), &guild_commands()).await?;
            bot.rest.set_commands(application, None, &[]).await?;
            tracing::info!("Registered {count} commands in guild {guild} only");
        }
        None => {
            bot.rest.set_commands(application, None, &commands).await?;
            tracing::info!("Registered {count} commands");
        }
    }
    for guild in bot.guilds.command_guilds().await? {
        if bot.dev_guild != Some(guild.0) {
            remove_commands(bot, application, guild).await?;
        }
    }
    Ok(())
}

/// Removes the commands that a guild has of its own.
async fn remove_commands(bot: &Bot, application: ApplicationId, guild: GuildId) -> anyhow::Result<()> {
    match bot.rest.set_commands(application, Some(DiscordGuildId::new(guild.0.max(1))), &[]).await {
        Ok(()) => tracing::info!("Removed the commands that guild {guild} had of its own"),
        // The bot has left the guild, and the commands left with it.
        Err(RestError::Refused { status: 403 | 404, .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(bot.guilds.forget_command_guild(guild).await?)
}

/// Removes the commands of the guild in which somebody used one that is registered for that guild only.
pub(super) async fn remove_guild_commands(ctx: poise::Context<'_, Bot, anyhow::Error>) {
    let poise::Context::Application(ctx) = ctx else { return };
    let (bot, application) = (ctx.data().clone(), ctx.interaction.application_id);
    let Some(guild) = ctx.interaction.data.guild_id.map(|id| GuildId(id.get())) else { return };
    if bot.dev_guild == Some(guild.0) {
        return;
    }
    // In a task of its own, so that the command does not wait.
    tokio::spawn(async move {
        let removed = async {
            match bot.guilds.note_command_guild(guild).await? {
                true => remove_commands(&bot, application, guild).await,
                false => Ok(()),
            }
        };
        if let Err(error) = removed.await {
            tracing::warn!(
                "The commands that guild {guild} has of its own will be removed at the next start: {error:#}"
            );
        }
    });
}
