//! `/manage giftcode setchannel` and `test`: where a server's codes are posted, and whether that works.

use poise::serenity_prelude as serenity;

use crate::discord::announcer::{DiscordAnnouncer, OutgoingMessage, Place};
use crate::discord::messages::targets::{self, ChannelSet, Mentioned, Sent, Tested};
use crate::discord::messages::{Message, manage};
use crate::discord::permissions::{self, Granted};
use crate::domain::codes::channel::{ChannelKind, MAX_ROLES};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, RoleId};
use crate::domain::text::language::Language;
use crate::ports::AnnounceError;

use super::autocomplete::alliances;
use super::{Context, guild, language, respond_for};

/// How long sending a sample may take.
const SAMPLE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

/// Post new codes in this or another channel, thread or forum
#[poise::command(slash_command, guild_only)]
pub(super) async fn setchannel(
    ctx: Context<'_>,
    #[description = "Where to post; this channel if you leave it out"]
    #[channel_types("Text", "News", "Forum", "PublicThread", "PrivateThread", "NewsThread")]
    channel: Option<serenity::PartialChannel>,
    #[description = "The only role for each post to mention; leave it out to keep the present ones"] role: Option<
        serenity::Role,
    >,
    #[description = "One more role for each post to mention"] add_role: Option<serenity::Role>,
    #[description = "Stop mentioning this role"] remove_role: Option<serenity::Role>,
    #[description = "Stop mentioning any role"] no_role: Option<bool>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    let roles = Roles { only: role, add: add_role, remove: remove_role, none: no_role.unwrap_or(false) };
    let channel = channel.map(|channel| ChannelId(channel.id.get()));
    respond_for(ctx, alliance, |alliance| Box::pin(set_channel(ctx, alliance, channel, roles))).await
}

/// What is asked for about roles.
pub(super) struct Roles {
    only: Option<serenity::Role>,
    add: Option<serenity::Role>,
    remove: Option<serenity::Role>,
    none: bool,
}

impl Roles {
    /// Sets the only role, if one is given.
    pub(super) fn only(role: Option<serenity::Role>) -> Self {
        Self { only: role, add: None, remove: None, none: false }
    }

    fn are_asked_for(&self) -> bool {
        self.none || [&self.only, &self.add, &self.remove].into_iter().any(Option::is_some)
    }

    /// The roles from now on, those of `present` that are kept first.
    fn apply(&self, present: &[RoleId]) -> Vec<RoleId> {
        let mut roles: Vec<RoleId> = match &self.only {
            _ if self.none => Vec::new(),
            Some(only) => vec![id(only)],
            None => present.to_vec(),
        };
        if let Some(added) = self.add.as_ref().map(id)
            && !roles.contains(&added)
        {
            roles.push(added);
        }
        let removed = self.remove.as_ref().map(id);
        roles.retain(|role| Some(*role) != removed);
        roles
    }
}

fn id(role: &serenity::Role) -> RoleId {
    RoleId(role.id.get())
}

async fn set_channel(
    ctx: Context<'_>,
    alliance: AllianceId,
    channel: Option<ChannelId>,
    roles: Roles,
) -> anyhow::Result<Message> {
    match target(ctx, alliance, channel, roles).await? {
        Ok(target) => target.store(ctx, alliance).await,
        Err(refusal) => Ok(*refusal),
    }
}

/// Where codes can be posted, and whom the posts mention.
pub(super) struct Target(ChannelSet);

impl Target {
    pub(super) async fn store(self, ctx: Context<'_>, alliance: AllianceId) -> anyhow::Result<Message> {
        let Self(set) = self;
        ctx.data().guilds.set_target(alliance, set.channel, Some(set.kind), Some(set.mentioned.roles.clone())).await?;
        Ok(targets::channel_set(language(ctx), &set))
    }
}

/// Checks a channel and roles for an alliance, which may not be there yet. Nothing is stored. Otherwise returns the refusal.
pub(super) async fn target(
    ctx: Context<'_>,
    alliance: AllianceId,
    channel: Option<ChannelId>,
    roles: Roles,
) -> anyhow::Result<Result<Target, Box<Message>>> {
    let refuse = |refusal: Message| Ok(Err(Box::new(refusal)));
    let (bot, server) = (ctx.data(), guild(ctx)?);
    let settings = bot.guilds.guild(alliance).await?;
    // Whoever changes the roles somewhere does not mean to move the posts there.
    let present = settings.channel.filter(|_| roles.are_asked_for());
    let is_chosen = channel.is_some() || present.is_none();
    let channel = channel.or(present).unwrap_or(ChannelId(ctx.interaction.channel_id.get()));
    let Some(granted) = permissions::in_channel(&bot.rest, server, channel).await? else {
        return refuse(match is_chosen {
            true => manage::channel_unknown(language(ctx)),
            false => targets::channel_gone(language(ctx)),
        });
    };
    if let Some(refusal) = refused(language(ctx), channel, &granted) {
        return refuse(refusal);
    }
    // @everyone is a role with the id of the server, and a mention of it would notify nobody.
    if [&roles.only, &roles.add].into_iter().flatten().any(|role| role.id.get() == server.0) {
        return refuse(manage::everyone_refused(language(ctx)));
    }
    if roles.only.is_some() && roles.none {
        return refuse(manage::role_or_none(language(ctx)));
    }
    let wanted = roles.apply(&settings.mention_roles);
    if wanted.len() > MAX_ROLES {
        return refuse(targets::too_many_roles(language(ctx)));
    }
    let mentioned = find_roles(ctx, server, &granted, wanted).await?;
    let is_removed = !settings.mention_roles.is_empty() && mentioned.gone == 0;
    Ok(Ok(Target(ChannelSet {
        channel,
        kind: granted.kind,
        is_forum_post: granted.is_forum_post,
        is_first: settings.channel.is_none(),
        is_removed,
        mentioned,
        missing: granted.missing_useful(),
    })))
}

/// Why nothing can be posted in a channel, if that is so.
fn refused(language: Language, channel: ChannelId, granted: &Granted) -> Option<Message> {
    if let Some(until) = granted.timed_out_until {
        return Some(manage::in_a_timeout(language, until));
    }
    let missing = granted.missing();
    if !missing.is_empty() {
        return Some(manage::channel_refused(language, channel, &missing));
    }
    granted.blocked.map(|blocked| targets::channel_blocked(language, channel, blocked))
}

/// Which of these roles exist, and which of them Discord notifies.
async fn find_roles(
    ctx: Context<'_>,
    server: GuildId,
    granted: &Granted,
    wanted: Vec<RoleId>,
) -> anyhow::Result<Mentioned> {
    if wanted.is_empty() {
        return Ok(Mentioned::default());
    }
    let known = ctx.data().rest.guild(serenity::GuildId::new(server.0.max(1))).await?.roles;
    let may_mention = granted.may(serenity::Permissions::MENTION_EVERYONE);
    let mut mentioned = Mentioned::default();
    for role in wanted {
        match known.get(&serenity::RoleId::new(role.0.max(1))) {
            // It was deleted since.
            None => mentioned.gone += 1,
            Some(found) => {
                mentioned.roles.push(role);
                if !found.mentionable && !may_mention {
                    mentioned.silent.push(role);
                }
            }
        }
    }
    Ok(mentioned)
}

/// Post a sample where codes are posted, say what works, and take it back
#[poise::command(slash_command, guild_only)]
pub(super) async fn test(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| Box::pin(try_out(ctx, alliance))).await
}

async fn try_out(ctx: Context<'_>, alliance: AllianceId) -> anyhow::Result<Message> {
    let (bot, server) = (ctx.data(), guild(ctx)?);
    let settings = bot.guilds.guild(alliance).await?;
    let Some(channel) = settings.channel else { return Ok(targets::no_channel(language(ctx))) };
    let Some(granted) = permissions::in_channel(&bot.rest, server, channel).await? else {
        return Ok(targets::channel_gone(language(ctx)));
    };
    if let Some(refusal) = refused(language(ctx), channel, &granted) {
        return Ok(refusal);
    }
    let mentioned = find_roles(ctx, server, &granted, settings.mention_roles).await?;
    let may_take_back = granted.kind != ChannelKind::Forum || granted.may(serenity::Permissions::MANAGE_THREADS);
    let sent = match may_take_back {
        true => match send_sample(ctx, (server, alliance), channel, granted.kind).await? {
            Some(sent) => sent,
            None => return Ok(targets::sample_there(language(ctx))),
        },
        false => Sent::NotTried,
    };
    Ok(targets::tested(
        language(ctx),
        &Tested { channel, kind: granted.kind, sent, mentioned, missing: granted.missing_useful() },
    ))
}

/// Sends a sample, which the upkeep takes back. `None` if an earlier one is still there.
async fn send_sample(
    ctx: Context<'_>,
    (server, alliance): (GuildId, AllianceId),
    channel: ChannelId,
    kind: ChannelKind,
) -> anyhow::Result<Option<Sent>> {
    let bot = ctx.data();
    // Of posts, not of the person who asks for one.
    let language = bot.guilds.server_language(server).await?;
    let Some(sample) = bot.guilds.begin_sample(server, alliance, channel).await? else { return Ok(None) };
    let announcer = DiscordAnnouncer::new(bot.rest.clone(), bot.clock);
    let outgoing = OutgoingMessage {
        place: Place { server, alliance, channel, nonce: &sample.nonce },
        channel_kind: Some(kind),
        title: targets::sample_title(language),
        attempted_at: None,
        is_moved: false,
        message: targets::sample(language).with_file("sample.csv", targets::SAMPLE_FILE.to_vec()),
        without_file: Some(targets::sample(language)),
    };
    let sent = tokio::time::timeout(SAMPLE_TIMEOUT, announcer.send(outgoing)).await;
    let error = match sent.unwrap_or_else(|_| Err(AnnounceError::passing("Discord does not answer", true))) {
        Ok(posted) => {
            bot.guilds.record_sample(sample.nonce, posted.id, posted.thread).await?;
            return Ok(Some(Sent::There));
        }
        Err(error) => error,
    };
    // What may be there is looked up and taken back.
    if !error.maybe_sent {
        bot.guilds.forget_sample(sample.nonce).await?;
    }
    Ok(Some(match error.blocked {
        Some(blocked) => Sent::Blocked(blocked),
        None => Sent::Failed(error.reason),
    }))
}
