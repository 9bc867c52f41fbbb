//! Telling Discord which commands there are: everywhere, or in one guild to try them, and never in both.
//!
//! A guild shows its own commands beside those that are everywhere, so what was registered in one place is taken away when
//! it is registered in the other. The guilds that have commands of their own are noted before Discord is told, and forgotten
//! after it was told otherwise.
//!
//! # Crash
//! What is noted and was not taken away is taken away at the next start. Where the note is lost with the state file, the first
//! use of such a command tells of it.

use std::time::Duration;

use serenity::all::{ApplicationId, CreateCommand, GuildId as DiscordGuildId, InstallationContext, InteractionContext};
use tokio_util::sync::CancellationToken;

use crate::domain::players::player::GuildId;

use super::answer::Error;
use super::bot::Bot;
use super::commands;
use super::rest::RestError;

/// What was not registered is tried again, doubling from the first to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// The commands as Discord is told of them where they are for everybody: in servers that added the bot, and nowhere else.
pub fn registered_commands() -> Vec<CreateCommand> {
    let only_servers = |command: CreateCommand| {
        command.integration_types(vec![InstallationContext::Guild]).contexts(vec![InteractionContext::Guild])
    };
    guild_commands().into_iter().map(only_servers).collect()
}

/// The same for one guild: where they may be used is not asked there.
fn guild_commands() -> Vec<CreateCommand> {
    let mut commands = commands::all();
    for command in &mut commands {
        command.guild_only = false;
    }
    poise::builtins::create_application_commands(&commands)
}

/// Registers the commands where they belong and takes them away elsewhere, until Discord has taken it or the connection is
/// over.
pub(super) async fn register(bot: Bot, application: ApplicationId, over: CancellationToken) {
    let (mut wait, longest) = BACK_OFF;
    while let Err(error) = try_register(&bot, application).await {
        tracing::warn!("Cannot register the commands, next try in {} s: {error:#}", wait.as_secs());
        tokio::select! {
            () = over.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = (wait * 2).min(longest);
    }
}

async fn try_register(bot: &Bot, application: ApplicationId) -> Result<(), Error> {
    let commands = registered_commands();
    let count = commands.len();
    match bot.dev_guild {
        Some(guild) => {
            bot.store.guilds().note_command_guild(GuildId(guild)).await?;
            bot.rest.set_commands(application, Some(DiscordGuildId::new(guild.max(1))), &guild_commands()).await?;
            bot.rest.set_commands(application, None, &[]).await?;
            tracing::info!("Registered {count} commands in guild {guild} only");
        }
        None => {
            bot.rest.set_commands(application, None, &commands).await?;
            tracing::info!("Registered {count} commands");
        }
    }
    for guild in bot.store.guilds().command_guilds().await? {
        if bot.dev_guild != Some(guild.0) {
            take_away(bot, application, guild).await?;
        }
    }
    Ok(())
}

/// Takes the commands away that a guild has of its own.
async fn take_away(bot: &Bot, application: ApplicationId, guild: GuildId) -> Result<(), Error> {
    match bot.rest.set_commands(application, Some(DiscordGuildId::new(guild.0.max(1))), &[]).await {
        Ok(()) => tracing::info!("Took away the commands that guild {guild} had of its own"),
        // The bot is not in it any more: they went with it.
        Err(RestError::Refused { status: 403 | 404, .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(bot.store.guilds().forget_command_guild(guild).await?)
}

/// Takes away the commands of a guild that still has some of its own, as the use of one of them shows.
pub(super) async fn tidy(ctx: poise::Context<'_, Bot, Error>) {
    let poise::Context::Application(ctx) = ctx else { return };
    let (bot, application) = (ctx.data().clone(), ctx.interaction.application_id);
    let Some(guild) = ctx.interaction.data.guild_id.map(|id| GuildId(id.get())) else { return };
    if bot.dev_guild == Some(guild.0) {
        return;
    }
    // Beside the command, which is not to wait for it.
    tokio::spawn(async move {
        let tidied = async {
            match bot.store.guilds().note_command_guild(guild).await? {
                true => take_away(&bot, application, guild).await,
                false => Ok(()),
            }
        };
        if let Err(error) = tidied.await {
            tracing::warn!(
                "The commands that guild {guild} has of its own are taken away at the next start: {error:#}"
            );
        }
    });
}
