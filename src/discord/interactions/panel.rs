//! The panel: its message, its buttons, menus and form.
//!
//! # Guarantees
//! A panel holds nothing but the number of its alliance, so an old one works after restarts and updates. Each use is checked
//! like the command that does the same. The panel's status line is renewed after each use; a failure to do so is not shown.
//!
//! # Crash
//! A panel that was sent just before a crash is a panel like any other. Nothing is stored of it.

use anyhow::Context as _;
use serde::de::IgnoredAny;
use serenity::all::{
    ChannelId as DiscordChannelId, ComponentInteraction, ComponentInteractionDataKind, CreateInteractionResponse,
    Message as DiscordMessage, ModalInteraction, Nonce,
};

use crate::discord::bot::Bot;
use crate::discord::custom_id::PanelPart;
use crate::discord::messages::panel::{self as words, PanelStatus};
use crate::discord::messages::{
    Message, alliances as alliance_words, appeal as appeals, manage, personal, rosters as changes, targets,
};
use crate::discord::permissions::{self, missing};
use crate::domain::codes::code::Code;
use crate::domain::health::Health;
use crate::domain::players::access::Managed;
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::domain::text::language::Language;
use crate::store::{ActiveCode, AddedCode, Alliance, StoreError, Which};

use super::appeal::{self, AppealResult};
use super::form_fields::value;
use super::managing::{name_alliance, refusal};
use super::response::Interaction;
use super::{after, rosters};

/// Posts a panel for an alliance in a channel. `id` names the request: the same one makes one panel.
pub(super) async fn make(
    bot: &Bot,
    server: GuildId,
    alliance: AllianceId,
    channel: ChannelId,
    language: Language,
    id: u64,
) -> anyhow::Result<Message> {
    let granted = permissions::in_channel(&bot.rest, server, channel).await?;
    let Some(granted) = granted else { return Ok(manage::channel_unknown(language)) };
    if let Some(until) = granted.timed_out_until {
        return Ok(manage::in_a_timeout(language, until));
    }
    let needed = missing(permissions::needed(granted.kind), granted.permissions);
    if !needed.is_empty() {
        return Ok(words::refused(language, &needed));
    }
    if let Some(blocked) = granted.blocked {
        return Ok(targets::channel_blocked(language, channel, blocked));
    }
    let status = status_of(bot, alliance, &bot.guilds.alliances(server).await?).await?;
    let panel = words::panel(bot.guilds.server_language(server).await?, alliance, &status);
    let body = panel.create().nonce(Nonce::String(format!("p{id}"))).enforce_nonce(true);
    let channel_id = DiscordChannelId::new(channel.0.max(1));
    let _: IgnoredAny = bot.rest.create_message(channel_id, &body, &[]).await.context("cannot post the panel")?;
    Ok(words::made(language, channel))
}

/// What a panel of one of these alliances shows.
async fn status_of(bot: &Bot, alliance: AllianceId, alliances: &[Alliance]) -> Result<PanelStatus, StoreError> {
    let codes = bot.batches.active_codes_of(alliance).await?;
    let settings = bot.guilds.guild(alliance).await?;
    let name = alliances.iter().find(|it| it.id == alliance).and_then(|it| it.name.clone());
    Ok(PanelStatus {
        name: name.filter(|_| alliances.len() > 1),
        codes: u32::try_from(codes.len()).unwrap_or(u32::MAX),
        players: settings.players,
        failed: codes.iter().fold(0, |sum, code| sum.saturating_add(code.failed)),
        auto_redeem: settings.auto_redeem,
        channel: settings.channel,
    })
}

/// Renews the title and the status line of the panel that was used, unless they are right.
async fn renew(bot: &Bot, server: GuildId, alliance: AllianceId, panel: &DiscordMessage) -> anyhow::Result<()> {
    let alliances = bot.guilds.alliances(server).await?;
    if alliances.iter().all(|own| own.id != alliance) {
        return Ok(());
    }
    let status = status_of(bot, alliance, &alliances).await?;
    let language = bot.guilds.server_language(server).await?;
    let shown = panel.embeds.first().map(|embed| (embed.title.as_deref(), embed.description.as_deref()));
    let (title, line) = (words::title(language, &status), words::status_line(language, &status));
    if shown == Some((Some(title.as_str()), Some(line.as_str()))) {
        return Ok(());
    }
    let edit = words::panel(language, alliance, &status).edit();
    let _: IgnoredAny = bot.rest.edit_message((panel.channel_id, panel.id), &edit, &[]).await?;
    Ok(())
}

pub(super) async fn renew_quietly(bot: &Bot, server: GuildId, alliance: AllianceId, panel: &DiscordMessage) {
    if let Err(error) = renew(bot, server, alliance, panel).await {
        tracing::debug!("A panel of {alliance} is not renewed: {error:#}");
    }
}

/// Answers a button or a menu of a panel of one of the server's alliances, for a member who may manage it.
pub(super) async fn press(
    bot: &Bot,
    interaction: &Interaction<'_>,
    server: GuildId,
    alliance: AllianceId,
    part: PanelPart,
    component: &ComponentInteraction,
) -> anyhow::Result<()> {
    let language = interaction.language();
    let chosen = match &component.data.kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().map(String::as_str),
        _ => None,
    };
    match part {
        // A form must be the first response.
        PanelPart::AddCode => {
            let form = CreateInteractionResponse::Modal(words::code_form(language, alliance));
            return interaction.respond(form).await;
        }
        PanelPart::AddPlayers => {
            let form = CreateInteractionResponse::Modal(changes::paste_form(language, alliance, None));
            return interaction.respond(form).await;
        }
        // These menus stand in an answer, which the next answer replaces.
        PanelPart::MissingOf | PanelPart::RetryOf | PanelPart::RedeemOf => {
            interaction.defer_update().await?;
        }
        _ => interaction.defer().await?,
    }
    let answer = match part {
        PanelPart::Missing | PanelPart::MissingOf => missing_of(bot, alliance, language, chosen).await?,
        PanelPart::Retry | PanelPart::RetryOf => retry(bot, alliance, language, chosen).await?,
        PanelPart::Redeem | PanelPart::RedeemOf => redeem(bot, alliance, language, chosen).await?,
        PanelPart::RemovePlayers => rosters::menu(bot, language, alliance, 0, "").await?,
        PanelPart::Players => rosters::page(bot, language, alliance, 0).await?,
        PanelPart::Status => status(bot, server, alliance, language).await?,
        PanelPart::AutoOn => after::auto_on(bot, alliance, language, false).await?,
        PanelPart::AutoOff => {
            bot.guilds.set_auto_redeem(alliance, false).await?;
            manage::auto_off(language)
        }
        PanelPart::AddCode | PanelPart::AddCodeForm | PanelPart::AddPlayers => personal::outdated(language),
    };
    interaction.answer(&answer).await?;
    if !matches!(part, PanelPart::MissingOf | PanelPart::RetryOf | PanelPart::RedeemOf) {
        renew_quietly(bot, server, alliance, &component.message).await;
    }
    Ok(())
}

/// Answers the form that adds a code.
pub(super) async fn submit(
    bot: &Bot,
    interaction: &Interaction<'_>,
    alliance: AllianceId,
    form: &ModalInteraction,
) -> anyhow::Result<()> {
    let language = interaction.language();
    let Some(server) = form.guild_id.map(|id| GuildId(id.get())) else {
        return interaction.answer(&personal::servers_only(language)).await;
    };
    let refusal =
        refusal(bot, language, server, Managed::Alliance(alliance), form.member.as_ref(), words::gone).await?;
    if let Some(refusal) = refusal {
        return interaction.answer(&refusal).await;
    }
    name_alliance(bot, interaction, server, alliance).await?;
    interaction.defer().await?;
    let answer = add_code(bot, alliance, language, value(form, words::CODE)).await?;
    interaction.answer(&answer).await?;
    if let Some(panel) = &form.message {
        renew_quietly(bot, server, alliance, panel).await;
    }
    Ok(())
}

/// Adds a code for an alliance, and asks the game about one that is over.
pub(super) async fn add_code(
    bot: &Bot,
    alliance: AllianceId,
    language: Language,
    typed: &str,
) -> anyhow::Result<Message> {
    let code = match Code::parse(typed) {
        Ok(code) => code,
        Err(error) => return Ok(manage::no_code(language, &error)),
    };
    Ok(match bot.codes.add_guild_code(alliance, code.clone()).await? {
        AddedCode::Added => manage::code_added(language, &code, &bot.guilds.guild(alliance).await?),
        AddedCode::Known => manage::code_known(language, &code),
        AddedCode::Over(_, start) => match appeal::wait_for_verdict(bot, &code, start).await? {
            Some(AppealResult::Active(shown)) => {
                manage::code_added(language, &shown.code, &bot.guilds.guild(alliance).await?)
            }
            Some(AppealResult::Over(over, recheck)) => appeals::added_though_over(language, &code, &over, recheck),
            None => manage::code_unknown(language, &code),
        },
    })
}

/// Who does not have the newest code, or the chosen one, and a menu of the others.
async fn missing_of(
    bot: &Bot,
    alliance: AllianceId,
    language: Language,
    chosen: Option<&str>,
) -> anyhow::Result<Message> {
    let codes = bot.batches.active_codes_of(alliance).await?;
    let chosen = chosen.and_then(|text| Code::parse(text).ok());
    let Some(code) = chosen.or_else(|| codes.first().map(|one| one.code.clone())) else {
        return Ok(words::no_codes(language));
    };
    let shown = after::code_players(bot, alliance, language, &code, Which::Missing, 0).await?;
    let shown = shown.unwrap_or_else(|| manage::code_unknown(language, &code));
    Ok(match words::other_codes(language, alliance, &codes) {
        Some(menu) => shown.and(Message::default().with_rows(vec![menu])),
        None => shown,
    })
}

/// The codes that a choice in a menu means: one of them, or all.
fn meant(codes: Vec<ActiveCode>, chosen: &str) -> Vec<Code> {
    match chosen {
        words::ALL => codes.into_iter().map(|one| one.code).collect(),
        // It may be over by now, or done: the answer says so.
        one => Code::parse(one).into_iter().collect(),
    }
}

/// The codes that are being redeemed: somebody asked for them a moment ago.
fn in_progress(codes: &[ActiveCode]) -> Vec<Code> {
    codes.iter().filter(|one| one.pending > 0).map(|one| one.code.clone()).collect()
}

/// Tries the only failed code again, or the chosen ones, or asks which.
async fn retry(bot: &Bot, alliance: AllianceId, language: Language, chosen: Option<&str>) -> anyhow::Result<Message> {
    let mut codes = bot.batches.active_codes_of(alliance).await?;
    let going_on = in_progress(&codes);
    codes.retain(|one| one.failed > 0);
    let meant = match (chosen, codes.as_slice()) {
        (Some(chosen), _) => meant(codes, chosen),
        (None, []) => going_on,
        (None, [only]) => vec![only.code.clone()],
        (None, several) => return Ok(words::which_retry(language, alliance, several)),
    };
    if meant.is_empty() {
        return Ok(words::nothing_failed(language));
    }
    let mut answer = Message::default();
    for code in meant {
        answer = answer.and(after::retry(bot, alliance, language, &code).await?);
    }
    Ok(answer)
}

/// Redeems the only code that is left, or the chosen ones, or asks which.
async fn redeem(bot: &Bot, alliance: AllianceId, language: Language, chosen: Option<&str>) -> anyhow::Result<Message> {
    let all = bot.batches.active_codes_of(alliance).await?;
    if all.is_empty() {
        return Ok(words::no_codes(language));
    }
    if bot.guilds.guild(alliance).await?.players == 0 {
        return after::redeem_codes(bot, language, alliance, all.into_iter().map(|one| one.code).take(1).collect())
            .await;
    }
    let mut codes = all;
    let going_on = in_progress(&codes);
    codes.retain(|one| one.untried > 0);
    let meant = match (chosen, codes.as_slice()) {
        (Some(chosen), _) => meant(codes, chosen),
        (None, []) => going_on,
        (None, [only]) => vec![only.code.clone()],
        (None, several) => return Ok(words::which_redeem(language, alliance, several)),
    };
    match meant.is_empty() {
        true => Ok(words::nothing_to_redeem(language)),
        false => after::redeem_codes(bot, language, alliance, meant).await,
    }
}

/// The status of the bot, and of an alliance in it.
pub(super) async fn status(
    bot: &Bot,
    server: GuildId,
    alliance: AllianceId,
    language: Language,
) -> anyhow::Result<Message> {
    let Health { feeds, replica, engine, discord, .. } = bot.health.read().await;
    let active = bot.codes.active_codes(alliance).await?.len();
    let status = manage::status(
        language,
        &manage::Status {
            guild: bot.guilds.guild(alliance).await?,
            checks: bot.rosters.check_counts(alliance).await?,
            active_codes: u32::try_from(active).unwrap_or(u32::MAX),
            waiting_here: bot.batches.pending_in_guild(alliance).await?,
            waiting_everywhere: bot.reports.pending_redemptions().await?,
            feeds,
            replica: replica.map_err(anyhow::Error::msg)?,
            engine,
            discord,
        },
    );
    let alliances = bot.guilds.alliances(server).await?;
    let several = (alliances.len() > 1).then(|| alliance_words::order(language, &alliances));
    Ok(several.into_iter().fold(status, Message::and))
}
