//! Changing a roster and showing parts of it: what the commands of `/manage players` share with their buttons, menus and
//! forms.
//!
//! # Guarantees
//! Each button names its alliance and is checked like the command: the member may manage it, and it is one of the server's
//! own.
//!
//! # Crash
//! What a button confirms or undoes is in the store before the button is shown. A change is one write, so it happened whole
//! or not at all, and pressing again does it or says that it is done.

use serenity::all::{
    ComponentInteraction, ComponentInteractionDataKind, CreateInteractionResponse, Member, ModalInteraction,
};

use crate::discord::bot::Bot;
use crate::discord::managers::may_manage;
use crate::discord::messages::rosters::{self as words, Skipped, filters, form, removal, replacement};
use crate::discord::messages::{Message, access, personal};
use crate::discord::roster_action::{MAX_SEARCH, RosterAction, RosterActionKind};
use crate::domain::players::access::Managed;
use crate::domain::players::pasted_list;
use crate::domain::players::player::{AllianceId, GuildId, Player, PlayerId, State};
use crate::domain::text::clean;
use crate::domain::text::language::Language;
use crate::store::{Removal, Replaced, RosterChange, RosterFilter, StoreError, UNDO_WITHIN};

use super::form_fields::value;
use super::response::Interaction;

/// The answer that says why the member may not change the roster that a button or form names; `None` if they may.
async fn refusal(
    bot: &Bot,
    language: Language,
    guild: Option<serenity::all::GuildId>,
    member: Option<&Member>,
    alliance: AllianceId,
) -> Result<Option<Message>, StoreError> {
    let Some(guild) = guild.map(|id| GuildId(id.get())) else { return Ok(Some(personal::servers_only(language))) };
    if !may_manage(bot, guild, Managed::Alliance(alliance), member).await? {
        return Ok(Some(access::managers_only(language, &bot.guilds.access_roles(guild).await?)));
    }
    // It may have been removed since the message was sent, and a forged id may be another server's.
    let is_own = bot.guilds.alliances(guild).await?.iter().any(|own| own.id == alliance);
    Ok((!is_own).then(|| personal::outdated(language)))
}

/// Answers a pressed button or a choice in a menu.
pub(super) async fn press(
    bot: &Bot,
    interaction: &Interaction<'_>,
    component: &ComponentInteraction,
    action: RosterAction,
) -> anyhow::Result<()> {
    let (RosterAction { alliance, kind }, language) = (action, interaction.language());
    if let Some(refusal) = refusal(bot, language, component.guild_id, component.member.as_ref(), alliance).await? {
        return interaction.answer(&refusal).await;
    }
    match kind {
        RosterActionKind::Filtered(filter, page) => {
            let message = filtered(bot, language, alliance, filter, page).await?;
            interaction.respond(CreateInteractionResponse::UpdateMessage(message.respond())).await
        }
        RosterActionKind::Browse(page, search) => {
            let message = menu(bot, language, alliance, page, &search, None).await?;
            interaction.respond(CreateInteractionResponse::UpdateMessage(message.respond())).await
        }
        RosterActionKind::Choose(page, search) => {
            let ids = match &component.data.kind {
                ComponentInteractionDataKind::StringSelect { values } => chosen(values),
                _ => Vec::new(),
            };
            interaction.defer_update().await?;
            let removal = bot.rosters.remove_players(alliance, ids).await?;
            interaction.answer(&menu(bot, language, alliance, page, &search, Some(&removal)).await?).await
        }
        RosterActionKind::Search => {
            let form = removal::search_form(language, alliance);
            interaction.respond(CreateInteractionResponse::Modal(form)).await
        }
        RosterActionKind::Undo(draft) => {
            interaction.defer().await?;
            let back = bot.rosters.undo_removal(alliance, draft).await?;
            interaction.answer(&removal::undone(language, back)).await
        }
        RosterActionKind::Replace(draft) => {
            interaction.defer().await?;
            interaction.answer(&replace(bot, language, alliance, draft).await?).await
        }
        RosterActionKind::SearchForm | RosterActionKind::PasteForm => {
            interaction.answer(&personal::outdated(language)).await
        }
    }
}

/// Answers a submitted form.
pub(super) async fn submit(
    bot: &Bot,
    interaction: &Interaction<'_>,
    submitted: &ModalInteraction,
    action: RosterAction,
) -> anyhow::Result<()> {
    let (RosterAction { alliance, kind }, language) = (action, interaction.language());
    if let Some(refusal) = refusal(bot, language, submitted.guild_id, submitted.member.as_ref(), alliance).await? {
        return interaction.answer(&refusal).await;
    }
    match kind {
        RosterActionKind::PasteForm => {
            interaction.defer().await?;
            let (list, state) = (value(submitted, form::LIST), value(submitted, form::STATE));
            interaction.answer(&add_pasted(bot, language, alliance, list, state).await?).await
        }
        RosterActionKind::SearchForm => {
            let search = clean(value(submitted, form::SEARCH), MAX_SEARCH);
            let message = menu(bot, language, alliance, 0, &search, None).await?;
            // A form that a button of a message opened may change that message.
            match submitted.message.is_some() {
                true => interaction.respond(CreateInteractionResponse::UpdateMessage(message.respond())).await,
                false => interaction.answer(&message).await,
            }
        }
        _ => interaction.answer(&personal::outdated(language)).await,
    }
}

/// The players chosen in a menu.
fn chosen(values: &[String]) -> Vec<PlayerId> {
    values.iter().filter_map(|id| id.parse().ok()).collect()
}

async fn add_pasted(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    list: &str,
    state: &str,
) -> Result<Message, StoreError> {
    let state: Option<State> = match state {
        "" => None,
        typed => match typed.parse() {
            Ok(state) => Some(state),
            Err(_) => return Ok(words::bad_state(language, typed)),
        },
    };
    let list = pasted_list::parse(list, state);
    if list.players.is_empty() && list.bad_lines.is_empty() {
        return Ok(words::nothing_pasted(language));
    }
    add(bot, language, alliance, list.players, Skipped::Pasted(&list.bad_lines)).await
}

/// Adds players; `skipped` is what could not be read beside them.
pub(super) async fn add(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    players: Vec<Player>,
    skipped: Skipped<'_>,
) -> Result<Message, StoreError> {
    let change = match players.is_empty() {
        true => RosterChange::default(),
        false => bot.rosters.add_to_roster(alliance, players).await?,
    };
    let settings = bot.guilds.guild(alliance).await?;
    Ok(words::added(language, change, skipped, settings.players, settings.auto_redeem))
}

/// A page of the menu to remove players with. `done` is what was just removed.
pub(super) async fn menu(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    number: u32,
    search: &str,
    done: Option<&Removal>,
) -> Result<Message, StoreError> {
    let read = async |number: u32| {
        let offset = number.saturating_mul(removal::PAGE);
        bot.rosters.search_roster(alliance, search.to_owned(), offset, removal::PAGE).await
    };
    let (mut total, mut players) = read(number).await?;
    let last = total.div_ceil(removal::PAGE).saturating_sub(1);
    // The roster may have become shorter since the button was shown.
    let number = number.min(last);
    if players.is_empty() && total > 0 {
        (total, players) = read(number).await?;
    }
    let page = removal::MenuPage { number, search: search.to_owned(), total, players };
    let until = bot.clock.now() + UNDO_WITHIN;
    Ok(removal::menu(language, alliance, &page, done.filter(|done| !done.removed.is_empty()).map(|done| (done, until))))
}

/// Removes these players, and says who is not on the roster, and what of the given ids is none.
pub(super) async fn remove(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    players: Vec<PlayerId>,
    bad: &[String],
) -> Result<Message, StoreError> {
    let removal = bot.rosters.remove_players(alliance, players.clone()).await?;
    let is_absent = |id: &PlayerId| removal.removed.iter().all(|player| player.id != *id);
    let absent: Vec<PlayerId> = players.into_iter().filter(is_absent).collect();
    Ok(removal::removed(language, alliance, &removal, &absent, Skipped::Ids(bad), bot.clock.now() + UNDO_WITHIN))
}

async fn replace(bot: &Bot, language: Language, alliance: AllianceId, draft: String) -> Result<Message, StoreError> {
    Ok(match bot.rosters.replace_roster(alliance, draft).await? {
        Replaced::Done { replacement, retried } => {
            let settings = bot.guilds.guild(alliance).await?;
            replacement::replaced(language, &replacement, retried, settings.players, settings.auto_redeem)
        }
        Replaced::Changed(preview) => replacement::preview(language, alliance, &preview, &[], true),
        Replaced::Same => replacement::nothing_to_replace(language),
        Replaced::Unknown => replacement::unknown(language),
    })
}

/// A page of those whom a filter shows.
pub(super) async fn filtered(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    filter: RosterFilter,
    number: u32,
) -> Result<Message, StoreError> {
    use crate::discord::messages::players::{PAGE, last_page};
    let page = bot.rosters.filtered_roster(alliance, filter, filters::offset(number), PAGE).await?;
    // There may be fewer since the button was shown.
    let last = last_page(page.total);
    if number > last {
        let page = bot.rosters.filtered_roster(alliance, filter, filters::offset(last), PAGE).await?;
        return Ok(filters::filtered(language, alliance, filter, &page, last));
    }
    Ok(filters::filtered(language, alliance, filter, &page, number))
}
