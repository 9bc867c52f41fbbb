//! `/manage alliance`: several alliances in one server.

use futures_util::future::BoxFuture;
use poise::serenity_prelude as serenity;

use crate::discord::bot::Bot;
use crate::discord::interactions::alliances::{Here, choose};
use crate::discord::messages::{Message, alliances as words};
use crate::domain::players::access::Managed;
use crate::domain::players::alliance_name;
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::domain::text::language::Language;
use crate::store::{AllianceAdded, AllianceRemoved, AllianceRenamed};

use super::autocomplete::alliances;
use super::targets::{self, Roles};
use super::{Context, guild, language, managers_only, respond};

/// Answers a command about the alliances of a server, for those who manage the whole server.
fn respond_to_server_managers<'a>(
    ctx: Context<'a>,
    work: impl Future<Output = anyhow::Result<Message>> + Send + 'a,
) -> BoxFuture<'a, anyhow::Result<()>> {
    respond(ctx, async move {
        let member = ctx.interaction.member.as_deref();
        match crate::discord::managers::may_manage(ctx.data(), guild(ctx)?, Managed::Server, member).await? {
            true => work.await,
            false => managers_only(ctx, Managed::Server).await,
        }
    })
}

/// Add an alliance to this server
#[poise::command(slash_command, guild_only)]
pub(super) async fn add(
    ctx: Context<'_>,
    #[description = "Its name"]
    #[min_length = 1]
    #[max_length = 32]
    name: String,
    #[description = "Where its codes are posted; you can set that later"]
    #[channel_types("Text", "News", "Forum", "PublicThread", "PrivateThread", "NewsThread")]
    channel: Option<serenity::PartialChannel>,
    #[description = "A role that its posts mention"] role: Option<serenity::Role>,
) -> anyhow::Result<()> {
    respond_to_server_managers(ctx, async move {
        let (bot, server, language) = (ctx.data(), guild(ctx)?, language(ctx));
        let Some(name) = alliance_name::parse(&name) else { return Ok(words::bad_name(language)) };
        if role.is_some() && channel.is_none() {
            return Ok(words::role_without_channel(language));
        }
        let known = bot.guilds.alliances(server).await?;
        let first = match known.as_slice() {
            [only] if only.name.is_none() => Some(first_name(bot, server, &name).await),
            _ => None,
        };
        // Discord gives an interaction's id to nothing else, and the same one if it sends the interaction again.
        let id = AllianceId(ctx.interaction.id.get());
        // What is refused adds no alliance: the same command works once the reason is gone.
        let target = match channel.map(|channel| ChannelId(channel.id.get())) {
            None => None,
            channel => match targets::target(ctx, id, channel, Roles::only(role)).await? {
                Ok(target) => Some(target),
                Err(refusal) => return Ok(*refusal),
            },
        };
        let added =
            bot.guilds.add_alliance(server, id, name.clone(), first.clone().unwrap_or_else(|| name.clone())).await?;
        if added == AllianceAdded::Added {
            // With the second one, the commands get the option. The others may have been removed since they were read.
            bot.registrations.notify_one();
        }
        let added = match added {
            AllianceAdded::Added if known.len() == 1 => {
                let first = first.or_else(|| known.into_iter().find_map(|it| it.name));
                words::added(language, (&name, id), first.as_deref(), target.is_some())
            }
            AllianceAdded::Added => words::added(language, (&name, id), None, target.is_some()),
            AllianceAdded::Known => words::known(language, &name),
            AllianceAdded::NameTaken => return Ok(words::name_taken(language, &name)),
            AllianceAdded::TooMany => return Ok(words::too_many(language)),
        };
        Ok(match target {
            Some(target) => added.and(target.store(ctx, id).await?),
            None => added,
        })
    })
    .await
}

/// A name for the first alliance, which needed none so far.
async fn first_name(bot: &Bot, server: GuildId, other: &str) -> String {
    let found = bot.rest.guild(serenity::GuildId::new(server.0.max(1))).await;
    let name = found.map(|guild| guild.name).unwrap_or_default();
    alliance_name::first(&name, other)
}

/// Give an alliance of this server another name
#[poise::command(slash_command, guild_only)]
pub(super) async fn rename(
    ctx: Context<'_>,
    #[description = "The new name"]
    #[min_length = 1]
    #[max_length = 32]
    name: String,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_to_server_managers(ctx, async move {
        let (bot, server, language) = (ctx.data(), guild(ctx)?, language(ctx));
        let Some(name) = alliance_name::parse(&name) else { return Ok(words::bad_name(language)) };
        let id = match super::alliance(ctx, alliance.as_deref()).await? {
            Ok(id) => id,
            Err(refusal) => return Ok(*refusal),
        };
        Ok(match bot.guilds.rename_alliance(server, id, name.clone()).await? {
            AllianceRenamed::Renamed => words::renamed(language, &name),
            AllianceRenamed::NameTaken => words::name_taken(language, &name),
            AllianceRenamed::Gone => words::gone(language),
        })
    })
    .await
}

/// Remove an alliance from this server; you are asked first
#[poise::command(slash_command, guild_only)]
pub(super) async fn remove(
    ctx: Context<'_>,
    #[description = "Its name"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    name: String,
) -> anyhow::Result<()> {
    respond_to_server_managers(ctx, async move {
        let language = language(ctx);
        let known = ctx.data().guilds.alliances(guild(ctx)?).await?;
        if known.len() == 1 {
            return Ok(words::last(language));
        }
        let chosen = choose(language, &known, Here::NOWHERE, Some(&name));
        Ok(match chosen.map(|id| known.iter().find(|it| it.id == id)) {
            Ok(Some(alliance)) => words::are_you_sure(language, alliance),
            Ok(None) => words::gone(language),
            Err(refusal) => *refusal,
        })
    })
    .await
}

/// Removes an alliance, as somebody confirmed.
pub(in crate::discord) async fn confirmed(
    bot: &Bot,
    language: Language,
    server: GuildId,
    alliance: AllianceId,
) -> anyhow::Result<Message> {
    let known = bot.guilds.alliances(server).await?;
    let Some(alliance) = known.iter().find(|it| it.id == alliance) else { return Ok(words::gone(language)) };
    Ok(match bot.guilds.remove_alliance(server, alliance.id).await? {
        AllianceRemoved::Removed(players) => {
            bot.registrations.notify_one();
            words::removed(language, alliance, players, known.len() - 1)
        }
        AllianceRemoved::Last => words::last(language),
        AllianceRemoved::Gone => words::gone(language),
    })
}

/// Show or change which alliance goes first when all are due
#[poise::command(slash_command, guild_only)]
pub(super) async fn order(
    ctx: Context<'_>,
    #[description = "Its new place, 1 for the first"]
    #[min = 1_i64]
    #[max = 25_i64]
    place: Option<i64>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_to_server_managers(ctx, async move {
        let (bot, server, language) = (ctx.data(), guild(ctx)?, language(ctx));
        let Some(place) = place else {
            return Ok(words::order(language, &bot.guilds.alliances(server).await?));
        };
        let id = match super::alliance(ctx, alliance.as_deref()).await? {
            Ok(id) => id,
            Err(refusal) => return Ok(*refusal),
        };
        let place = usize::try_from(place.max(1) - 1).unwrap_or(usize::MAX);
        Ok(words::order(language, &bot.guilds.place_alliance(server, id, place).await?))
    })
    .await
}
