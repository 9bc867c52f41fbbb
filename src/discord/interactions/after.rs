//! What leaders do after a batch: try again, see who is missing, and decide on auto-redemption that takes long.

use std::time::Duration;

use serenity::all::{
    ActionRowComponent, ComponentInteraction, ComponentInteractionDataKind, CreateInteractionResponse,
};

use crate::discord::bot::Bot;
use crate::discord::custom_id::{Action, PanelPart};
use crate::discord::messages::paging::last_page;
use crate::discord::messages::{Message, after as words, manage, panel, personal, targets};
use crate::domain::codes::code::Code;
use crate::domain::limits::estimate::time_for;
use crate::domain::players::player::AllianceId;
use crate::domain::text::language::Language;
use crate::store::{BatchKey, BatchStart, CodePlayers, FoundCode, Which};

use super::appeal::{self, AppealResult, appeal};
use super::managing::page_or_last;
use super::response::Interaction;

/// Tries a code again for the players for whom it failed, and says what came of it.
pub(super) async fn retry(bot: &Bot, alliance: AllianceId, language: Language, code: &Code) -> anyhow::Result<Message> {
    let shown = match appeal::usable(bot, alliance, language, code).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(refusal),
    };
    let (key, generation) = (shown.code.key(), shown.generation);
    let again = bot.requests.retry_batch(alliance, key.clone(), generation).await?;
    if again == 0 {
        let batches = bot.batches.past_batches(alliance, Some(key.clone()), 1).await?;
        let pending =
            batches.iter().filter(|batch| batch.generation == generation).map(|batch| batch.tally.pending).sum();
        if pending > 0 {
            // Perhaps another leader tried again a moment ago.
            let channel = bot.guilds.guild(alliance).await?.channel;
            let going_on = BatchStart { players: pending, due: 0, pending };
            return Ok(manage::batch_started(language, &shown.code, going_on, channel));
        }
        // Those who failed have left, or got it otherwise: the message of the batch may not know.
        bot.batches.show_again(BatchKey { guild: alliance, code: key, generation }).await?;
    }
    Ok(manage::retried(language, &shown.code, again))
}

/// How a code stands with the players of the player list; `None` for a code that the server does not know.
pub(super) async fn code_players(
    bot: &Bot,
    alliance: AllianceId,
    language: Language,
    code: &Code,
    which: Which,
    page: u32,
) -> anyhow::Result<Option<Message>> {
    let Some(FoundCode { shown, .. }) = bot.codes.find_guild_code(alliance, code.key()).await? else { return Ok(None) };
    let batch = BatchKey { guild: alliance, code: shown.code.key(), generation: shown.generation };
    let of =
        |page: u32| bot.batches.players_of_code(batch.clone(), which, page.saturating_mul(words::PAGE), words::PAGE);
    let last = |found: &CodePlayers| last_page(found.count(which), words::PAGE);
    let (found, page) = page_or_last(page, of, last).await?;
    Ok(Some(words::code_players(language, alliance, &shown.code, which, page, &found)))
}

/// Everybody on the player list with what the code came to, as a file with its name.
pub(super) async fn code_players_file(
    bot: &Bot,
    alliance: AllianceId,
    code: &Code,
) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    let Some(FoundCode { shown, .. }) = bot.codes.find_guild_code(alliance, code.key()).await? else { return Ok(None) };
    let batch = BatchKey { guild: alliance, code: shown.code.key(), generation: shown.generation };
    let all = bot.batches.players_of_code(batch, Which::All, 0, u32::MAX).await?;
    let name = format!("{}-players.csv", shown.code);
    Ok((!all.players.is_empty()).then(|| (name, words::code_players_file(&all))))
}

/// The history of a code, followed by how it stands with players, and a file of all of them.
pub(super) async fn with_players(
    bot: &Bot,
    alliance: AllianceId,
    language: Language,
    history: Message,
    code: &Code,
    which: Which,
) -> anyhow::Result<Message> {
    let Some(players) = code_players(bot, alliance, language, code, which, 0).await? else { return Ok(history) };
    let message = history.and(players);
    Ok(match code_players_file(bot, alliance, code).await? {
        Some((name, file)) => message.with_file(name, file),
        None => message,
    })
}

/// If the active codes will take longer than this, the person is asked first.
const ASK_FROM: Duration = Duration::from_secs(3600);

/// Turns auto-redemption on, and says how long the active codes will take. If that is long and not `is_confirmed`, it only
/// asks.
pub(super) async fn auto_on(
    bot: &Bot,
    alliance: AllianceId,
    language: Language,
    is_confirmed: bool,
) -> anyhow::Result<Message> {
    let outstanding = bot.batches.outstanding(alliance).await?;
    let limit = bot.health.engine().limit;
    let settings = bot.guilds.guild(alliance).await?;
    let takes = time_for(outstanding.redemptions, limit);
    if !is_confirmed && !settings.auto_redeem && takes.is_some_and(|takes| takes > ASK_FROM) {
        return Ok(words::auto_takes_long(language, alliance, outstanding, takes.unwrap_or_default()));
    }
    bot.guilds.set_auto_redeem(alliance, true).await?;
    Ok(words::auto_on(language, outstanding, takes, settings.channel.is_some()))
}

/// Redeems codes for an alliance's whole roster, and answers with what began.
pub(super) async fn redeem_for_roster(
    bot: &Bot,
    interaction: &Interaction<'_>,
    alliance: AllianceId,
    codes: Vec<Code>,
) -> anyhow::Result<()> {
    interaction.defer().await?;
    interaction.answer(&redeem_codes(bot, interaction.language(), alliance, codes).await?).await
}

pub(super) async fn redeem_codes(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    codes: Vec<Code>,
) -> anyhow::Result<Message> {
    let mut started = Vec::new();
    for code in codes {
        let (code, generation) = match bot.codes.find_code(code.key()).await? {
            None => (code.clone(), bot.codes.add_code(code).await?),
            Some(FoundCode { shown, over: None }) => (shown.code, shown.generation),
            Some(FoundCode { shown, over: Some(_) }) => match appeal(bot, alliance, &shown.code).await? {
                Some(AppealResult::Active(shown)) => (shown.code, shown.generation),
                Some(AppealResult::Over(over, recheck)) => {
                    started.push((shown.code, Err((over, recheck))));
                    continue;
                }
                None => continue,
            },
        };
        let start = bot.requests.start_batch(alliance, code.key(), generation).await?;
        started.push((code, Ok(start)));
    }
    let settings = bot.guilds.guild(alliance).await?;
    let answer = manage::batches_started(language, &started, settings.channel);
    // A post may be older than the switch.
    Ok(if settings.auto_redeem { answer.with_line(&targets::auto_is_on(language)) } else { answer })
}

/// Answers the buttons and menus of this module, for a member who may manage the alliance. Some answers replace the message of
/// the button.
pub(super) async fn act(
    bot: &Bot,
    interaction: &Interaction<'_>,
    action: Action,
    component: &ComponentInteraction,
) -> anyhow::Result<()> {
    let language = interaction.language();
    match action {
        Action::RetryFailed(code, alliance) => {
            interaction.defer().await?;
            interaction.answer(&retry(bot, alliance, language, &code).await?).await
        }
        Action::RedeemForList(code, alliance) => redeem_for_roster(bot, interaction, alliance, vec![code]).await,
        Action::CodePlayers(code, alliance, which, page) => {
            show_code_players(bot, interaction, alliance, &code, (which, page), component).await
        }
        Action::ChooseCodePlayers(code, alliance) => {
            let ComponentInteractionDataKind::StringSelect { values } = &component.data.kind else {
                return interaction.answer(&personal::outdated(language)).await;
            };
            let Some(which) = values.first().and_then(|value| Which::parse(value)) else {
                return interaction.answer(&personal::outdated(language)).await;
            };
            show_code_players(bot, interaction, alliance, &code, (which, 0), component).await
        }
        Action::AutoOn(alliance) => {
            interaction.defer_update().await?;
            interaction.answer(&auto_on(bot, alliance, language, true).await?).await
        }
        Action::Dismiss => {
            interaction.respond(CreateInteractionResponse::UpdateMessage(words::auto_stays(language).respond())).await
        }
        _ => interaction.answer(&personal::outdated(language)).await,
    }
}

/// Replaces the message of a button or menu by some of the players of a code. What else stands there stays: the panel's
/// menu of other codes.
async fn show_code_players(
    bot: &Bot,
    interaction: &Interaction<'_>,
    alliance: AllianceId,
    code: &Code,
    (which, page): (Which, u32),
    component: &ComponentInteraction,
) -> anyhow::Result<()> {
    let language = interaction.language();
    interaction.defer_update().await?;
    let Some(shown) = code_players(bot, alliance, language, code, which, page).await? else {
        return interaction.refuse(&manage::code_unknown(language, code)).await;
    };
    let menu = match offers_other_codes(component) {
        true => panel::other_codes(language, alliance, &bot.batches.active_codes_of(alliance).await?),
        false => None,
    };
    let shown = shown.and(Message::default().with_rows(menu.into_iter().collect()));
    interaction.answer(&shown).await
}

/// Whether the message has the panel's menu of other codes.
fn offers_other_codes(component: &ComponentInteraction) -> bool {
    let parts = component.message.components.iter().flat_map(|row| &row.components);
    let ids = parts.filter_map(|part| match part {
        ActionRowComponent::SelectMenu(menu) => menu.custom_id.as_deref(),
        _ => None,
    });
    ids.filter_map(Action::parse).any(|action| matches!(action, Action::Panel(_, PanelPart::MissingOf)))
}
