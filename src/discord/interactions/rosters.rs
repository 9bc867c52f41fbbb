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
use crate::discord::messages::paging::last_page;
use crate::discord::messages::rosters::{self as words, ListNow, Skipped, filters, form, removal, replacement};
use crate::discord::messages::{Message, alliances, personal, players};
use crate::discord::roster_action::{MAX_SEARCH, RosterAction, RosterActionKind};
use crate::domain::players::access::Managed;
use crate::domain::players::pasted_list;
use crate::domain::players::player::{AllianceId, GuildId, Player, PlayerId, State};
use crate::domain::text::clean;
use crate::domain::text::language::Language;
use crate::store::{FilteredPage, Removal, Replaced, RosterChange, RosterFilter, RosterPage, StoreError, UNDO_WITHIN};

use super::form_fields::value;
use super::managing::{about, page_or_last, refusal};
use super::response::Interaction;

/// The server whose roster a button or form changes, or the answer that says why the member may not.
async fn server(
    bot: &Bot,
    language: Language,
    guild: Option<serenity::all::GuildId>,
    member: Option<&Member>,
    alliance: AllianceId,
) -> Result<Result<GuildId, Box<Message>>, StoreError> {
    let Some(server) = guild.map(|id| GuildId(id.get())) else {
        return Ok(Err(Box::new(personal::servers_only(language))));
    };
    let refusal = refusal(bot, language, server, Managed::Alliance(alliance), member, alliances::gone).await?;
    Ok(refusal.map_or(Ok(server), |refusal| Err(Box::new(refusal))))
}

/// Answers a pressed button or a choice in a menu.
pub(super) async fn press(
    bot: &Bot,
    interaction: &Interaction<'_>,
    component: &ComponentInteraction,
    action: RosterAction,
) -> anyhow::Result<()> {
    let (RosterAction { alliance, kind }, language) = (action, interaction.language());
    let server = match server(bot, language, component.guild_id, component.member.as_ref(), alliance).await? {
        Ok(server) => server,
        Err(refusal) => return interaction.answer(&refusal).await,
    };
    match kind {
        RosterActionKind::Filtered(filter, page) => {
            interaction.defer_update().await?;
            let page = filtered(bot, language, alliance, filter, page).await?;
            interaction.answer(&about(bot, language, server, alliance, page).await?).await
        }
        RosterActionKind::Browse(page, search) => {
            interaction.defer_update().await?;
            let menu = menu(bot, language, alliance, page, &search).await?;
            interaction.answer(&about(bot, language, server, alliance, menu).await?).await
        }
        RosterActionKind::Choose(page, search) => {
            let ids = match &component.data.kind {
                ComponentInteractionDataKind::StringSelect { values } => chosen(values),
                _ => Vec::new(),
            };
            interaction.defer_update().await?;
            let removal = bot.rosters.remove_players(alliance, ids).await?;
            // A message of its own: the next choice replaces the menu, and undoing takes 15 minutes.
            if !removal.removed.is_empty() {
                interaction.follow_up(&removed(bot, language, alliance, &removal)).await?;
            }
            let menu = menu(bot, language, alliance, page, &search).await?;
            interaction.answer(&about(bot, language, server, alliance, menu).await?).await
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
    let server = match server(bot, language, submitted.guild_id, submitted.member.as_ref(), alliance).await? {
        Ok(server) => server,
        Err(refusal) => return interaction.answer(&refusal).await,
    };
    match kind {
        RosterActionKind::PasteForm => {
            interaction.defer().await?;
            let (list, state) = (value(submitted, form::LIST), value(submitted, form::STATE));
            let added = add_pasted(bot, language, alliance, list, state).await?;
            interaction.answer(&about(bot, language, server, alliance, added).await?).await
        }
        RosterActionKind::SearchForm => {
            let search = clean(value(submitted, form::SEARCH), MAX_SEARCH);
            // A form that a button of a message opened changes that message.
            match submitted.message.is_some() {
                true => interaction.defer_update().await?,
                false => interaction.defer().await?,
            }
            let menu = menu(bot, language, alliance, 0, &search).await?;
            interaction.answer(&about(bot, language, server, alliance, menu).await?).await
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
    Ok(words::added(language, change, skipped, list_now(bot, alliance).await?))
}

/// What an answer says of a list after a change.
async fn list_now(bot: &Bot, alliance: AllianceId) -> Result<ListNow, StoreError> {
    let page = bot.rosters.roster(alliance, 0, 1).await?;
    let auto_redeem = bot.guilds.guild(alliance).await?.auto_redeem;
    Ok(ListNow { total: page.total, stateless: page.stateless(), auto_redeem })
}

/// What was just removed, and the button that undoes it.
fn removed(bot: &Bot, language: Language, alliance: AllianceId, removal: &Removal) -> Message {
    removal::removed(language, alliance, removal, &[], Skipped::Ids(&[]), bot.clock.now() + UNDO_WITHIN)
}

/// A page of the menu to remove players with.
pub(super) async fn menu(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    number: u32,
    search: &str,
) -> Result<Message, StoreError> {
    let read = async |number: u32| {
        let offset = number.saturating_mul(removal::PAGE);
        let (total, players) = bot.rosters.search_roster(alliance, search.to_owned(), offset, removal::PAGE).await?;
        Ok(removal::MenuPage { number, search: search.to_owned(), total, players })
    };
    let (page, _) = page_or_last(number, read, removal::MenuPage::last).await?;
    Ok(removal::menu(language, alliance, &page))
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
            replacement::replaced(language, &replacement, retried, list_now(bot, alliance).await?)
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
    let read = |number: u32| bot.rosters.filtered_roster(alliance, filter, filters::offset(number), players::PAGE);
    let last = |page: &FilteredPage| last_page(page.total, players::PAGE);
    let (page, number) = page_or_last(number, read, last).await?;
    Ok(filters::filtered(language, alliance, filter, &page, number))
}

/// A page of a roster.
pub(super) async fn page(
    bot: &Bot,
    language: Language,
    alliance: AllianceId,
    number: u32,
) -> Result<Message, StoreError> {
    let read = |number: u32| bot.rosters.roster(alliance, number.saturating_mul(players::PAGE), players::PAGE);
    let last = |page: &RosterPage| last_page(page.total, players::PAGE);
    let (page, number) = page_or_last(number, read, last).await?;
    Ok(players::roster(language, &page, number, alliance))
}
