//! Registering the commands with Discord: everywhere, in each server, or in one guild to try them ([`plan`]).
//!
//! # Guarantees
//! A command is registered in its new place before it is removed from the old one. What a guild has already is not sent
//! again: the store keeps a hash of it. The list of guilds with commands of their own holds each of them before it gets any.
//!
//! # Races
//! One task per connection registers. An alliance that is added meanwhile, or a server that is joined, wakes it again.
//!
//! # Crash
//! The next start compares again. Of a guild whose registration was cut short nothing is known, so it is sent again. If the
//! list is lost with the state file, the first use of a command that should not be there reveals the guild.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use md5::{Digest, Md5};
use serenity::all::{ApplicationId, CreateCommand, GuildId as DiscordGuildId, InstallationContext, InteractionContext};
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::players::player::GuildId;

use super::bot::Bot;
use super::interactions::commands;
use super::rest::RestError;
use plan::{Situation, Step, plan};

pub use plan::CommandSet;

/// Between attempts.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(60));
/// The command that is registered in each server as soon as one has several alliances.
pub const MANAGE: &str = "manage";

/// The commands of a set, for all servers (`is_global`) or for one guild, where Discord takes no installation or interaction
/// contexts. The global ones work in servers that added the bot, and nowhere else.
pub fn commands_of(set: CommandSet, is_global: bool) -> Vec<CreateCommand> {
    let mut commands = commands::all();
    let takes_alliance = match set {
        CommandSet::None => return Vec::new(),
        CommandSet::All { takes_alliance } => takes_alliance,
        CommandSet::Manage { takes_alliance } => {
            commands.retain(|command| command.name == MANAGE);
            takes_alliance
        }
        CommandSet::AllButManage => {
            commands.retain(|command| command.name != MANAGE);
            false
        }
    };
    for command in &mut commands {
        command.guild_only = false;
        if !takes_alliance {
            without_alliance(command);
        }
    }
    let created = poise::builtins::create_application_commands(&commands);
    let only_servers = |command: CreateCommand| match is_global {
        true => command.integration_types(vec![InstallationContext::Guild]).contexts(vec![InteractionContext::Guild]),
        false => command,
    };
    created.into_iter().map(only_servers).collect()
}

/// All commands, as most servers have them.
pub fn registered_commands() -> Vec<CreateCommand> {
    commands_of(CommandSet::All { takes_alliance: false }, true)
}

/// Takes the option `alliance` from a command and its subcommands, for servers with one alliance.
fn without_alliance(command: &mut poise::Command<Bot, anyhow::Error>) {
    command.parameters.retain(|parameter| parameter.name != "alliance");
    command.subcommands.iter_mut().for_each(without_alliance);
}

fn hash(commands: &[CreateCommand]) -> String {
    // As a value, whose fields are ordered: the translations are in maps that have another order in each process.
    let json = serde_json::to_value(commands).unwrap_or_default().to_string();
    format!("{:032x}", u128::from_be_bytes(Md5::digest(json).into()))
}

/// Registers the commands, and again whenever something changed that decides it, until the connection ends. Retries until
/// Discord accepts it. `guilds` are those that the connection began with.
pub(super) async fn register(
    bot: Bot,
    application: ApplicationId,
    guilds: BTreeSet<GuildId>,
    ended: CancellationToken,
) {
    let mut back_off = BACK_OFF;
    let mut global = None;
    loop {
        let failed = match try_register(&bot, application, &guilds, &mut global).await {
            Ok(()) => {
                back_off.reset();
                None
            }
            Err(error) => {
                let wait = back_off.next_wait();
                tracing::warn!("Cannot register the commands, next try in {} s: {error:#}", wait.as_secs());
                Some(wait)
            }
        };
        tokio::select! {
            () = ended.cancelled() => return,
            () = bot.registrations.notified(), if failed.is_none() => {}
            () = tokio::time::sleep(failed.unwrap_or_default()), if failed.is_some() => {}
        }
    }
}

/// `global` is what this connection has registered for all servers.
async fn try_register(
    bot: &Bot,
    application: ApplicationId,
    guilds: &BTreeSet<GuildId>,
    global: &mut Option<CommandSet>,
) -> anyhow::Result<()> {
    let own: BTreeMap<GuildId, Option<String>> = bot.guilds.command_guilds().await?.into_iter().collect();
    let have_own: BTreeSet<GuildId> = own.keys().copied().collect();
    // Another shard may know of more, and a guild that the bot left was forgotten with its commands.
    let known = bot.connection.servers();
    let situation = Situation {
        dev_guild: bot.dev_guild.map(GuildId),
        guilds: known.iter().chain(guilds).chain(&have_own).copied().collect(),
        several: bot.guilds.servers_with_several().await?,
        have_own,
    };
    let mut hashes: BTreeMap<CommandSet, String> = BTreeMap::new();
    let mut in_guilds: BTreeSet<GuildId> = BTreeSet::new();
    for step in plan(&situation) {
        match step {
            Step::Global(set) if *global == Some(set) => {}
            Step::Global(set) => {
                let commands = commands_of(set, true);
                bot.rest.set_commands(application, None, &commands).await?;
                *global = Some(set);
                log(&situation, commands.len(), in_guilds.len());
            }
            Step::Guild(guild, CommandSet::None) => remove_commands(bot, application, guild).await?,
            Step::Guild(guild, set) => {
                in_guilds.insert(guild);
                let wanted = hashes.entry(set).or_insert_with(|| hash(&commands_of(set, false)));
                // A dev guild is for trying: it gets the commands at each start.
                if bot.dev_guild.is_some() && global.is_none() || own.get(&guild) != Some(&Some(wanted.clone())) {
                    set_commands(bot, application, guild, set, wanted.clone()).await?;
                }
            }
        }
    }
    Ok(())
}

fn log(situation: &Situation, global: usize, in_guilds: usize) {
    match (situation.dev_guild, in_guilds) {
        (Some(guild), _) => {
            let count = commands_of(CommandSet::All { takes_alliance: false }, false).len();
            tracing::info!("Registered {count} commands in guild {guild} only");
        }
        (None, 0) => tracing::info!("Registered {global} commands"),
        (None, guilds) => tracing::info!("Registered {global} commands, and /{MANAGE} in each of {guilds} servers"),
    }
}

/// Registers commands in one guild.
async fn set_commands(
    bot: &Bot,
    application: ApplicationId,
    guild: GuildId,
    set: CommandSet,
    hash: String,
) -> anyhow::Result<()> {
    bot.guilds.note_command_guild(guild).await?;
    let commands = commands_of(set, false);
    match bot.rest.set_commands(application, Some(DiscordGuildId::new(guild.0.max(1))), &commands).await {
        Ok(()) => Ok(bot.guilds.record_command_guild(guild, hash).await?),
        // The bot has left the guild, or was never in it.
        Err(RestError::Refused { status: 403 | 404, .. }) if bot.dev_guild.is_none() => {
            Ok(bot.guilds.forget_command_guild(guild).await?)
        }
        Err(error) => Err(error.into()),
    }
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

/// Somebody used a command that is registered for this guild only. If it should not be, what the guild has of its own is
/// registered anew.
pub(super) async fn check_guild_command(ctx: poise::Context<'_, Bot, anyhow::Error>) {
    let poise::Context::Application(ctx) = ctx else { return };
    let bot = ctx.data();
    let Some(guild) = ctx.interaction.data.guild_id.map(|id| GuildId(id.get())) else { return };
    if bot.dev_guild == Some(guild.0) {
        return;
    }
    let noted = async {
        let is_expected = ctx.interaction.data.name == MANAGE && !bot.guilds.servers_with_several().await?.is_empty();
        if !is_expected {
            bot.guilds.note_command_guild(guild).await?;
            bot.registrations.notify_one();
        }
        Ok::<_, crate::store::StoreError>(())
    };
    if let Err(error) = noted.await {
        tracing::warn!("The commands that guild {guild} has of its own were not looked after: {error:#}");
    }
}

/// The bot is in a guild: it may need commands of its own.
pub(super) async fn joined(bot: &Bot, guild: GuildId) -> Result<(), crate::store::StoreError> {
    if bot.dev_guild.is_none()
        && !bot.guilds.servers_with_several().await?.is_empty()
        && !bot.guilds.command_guilds().await?.iter().any(|(known, hash)| *known == guild && hash.is_some())
    {
        bot.registrations.notify_one();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The subcommands of `/manage` that concern the whole server, or find their alliance in another way.
    const WITHOUT: &[&str] = &["language", "alliance add", "alliance remove"];

    fn leaves(command: &poise::Command<Bot, anyhow::Error>, path: &str, found: &mut Vec<(String, Vec<String>)>) {
        let path = format!("{path} {}", command.name).trim().to_owned();
        if command.subcommands.is_empty() {
            found.push((path.clone(), command.parameters.iter().map(|parameter| parameter.name.to_string()).collect()));
        }
        command.subcommands.iter().for_each(|inner| leaves(inner, &path, found));
    }

    #[test]
    fn every_command_about_an_alliance_takes_it_as_its_last_option() {
        let mut found = Vec::new();
        let manage = commands::all().into_iter().find(|command| command.name == MANAGE).unwrap();
        manage.subcommands.iter().for_each(|command| leaves(command, "", &mut found));
        assert!(found.len() > 15, "{found:?}");
        for (name, options) in found {
            let is_last = options.last().is_some_and(|last| last == "alliance");
            let count = options.iter().filter(|option| *option == "alliance").count();
            match WITHOUT.contains(&name.as_str()) {
                true => {}
                false => assert!(is_last && count == 1, "/manage {name} takes {options:?}"),
            }
        }
    }

    #[test]
    fn the_option_is_registered_only_where_there_are_several() {
        let json = |set| serde_json::to_string(&commands_of(set, false)).unwrap();
        let option = "\"name\":\"alliance\",\"description\":\"Which alliance";
        let has = |takes_alliance| {
            json(CommandSet::Manage { takes_alliance }).matches("Which alliance; the one that posts").count()
        };
        assert_eq!(has(false), 0, "{option}");
        assert!(has(true) > 15);
        let names = |set| commands_of(set, true).len();
        let all = names(CommandSet::All { takes_alliance: false });
        assert_eq!((names(CommandSet::AllButManage), names(CommandSet::None)), (all - 1, 0));
        assert_eq!(commands_of(CommandSet::Manage { takes_alliance: true }, false).len(), 1);
        let hash_of = |takes_alliance| hash(&commands_of(CommandSet::Manage { takes_alliance }, false));
        assert_eq!(hash_of(true), hash_of(true));
        assert_ne!(hash_of(true), hash_of(false));
    }
}
