//! `/manage players`: the roster, which people see as the player list.

use poise::serenity_prelude as serenity;
use serenity::CreateInteractionResponse;
use std::sync::atomic::Ordering;

use crate::discord::interactions::response::Interaction;
use crate::discord::interactions::rosters;
use crate::discord::messages::rosters::{self as changes, Skipped, replacement};
use crate::discord::messages::{Message, files, players as words};
use crate::domain::players::access::Managed;
use crate::domain::players::player::{AllianceId, Player, PlayerId, State};
use crate::domain::players::roster_file::{self, RosterFile};
use crate::domain::text::language::Language;
use crate::domain::text::{NAME_CHARS, clean, folded, trim};
use crate::store::{MAX_REPLACED, RosterFilter};

use super::attachment::{self, FetchError};
use super::autocomplete::{alliances, roster};
use super::{Context, alliance as alliance_of, language, managers_only, may_manage_alliance, respond_for};

/// The most ids in one `add` or `remove`.
const MAX_IDS: usize = 50;
/// The most entries of a list of ids that an answer may quote. A text option has no more.
const MAX_TYPED: usize = 500;

/// Add players to the player list: paste them into a form, or give a file or IDs
#[poise::command(slash_command, guild_only)]
pub(super) async fn add(
    ctx: Context<'_>,
    #[description = "CSV with the columns player_id, nickname, state, furnace_level; or one ID per line; or JSON"]
    file: Option<serenity::Attachment>,
    #[description = "One or more player IDs, separated by spaces or commas"]
    #[min_length = 1]
    #[max_length = 1000]
    player_ids: Option<String>,
    #[description = "The state of all who have none of their own"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    state: Option<i64>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    let state = state.and_then(in_range);
    if file.is_none() && player_ids.is_none() {
        return open_form(ctx, alliance, state).await;
    }
    respond_for(ctx, alliance, |alliance| async move {
        let (bot, language) = (ctx.data(), language(ctx));
        match (file, player_ids) {
            (Some(_), Some(_)) => Ok(changes::file_or_ids(language)),
            (Some(file), None) => {
                let RosterFile { players, bad_lines, .. } = match read_file(language, &file, state).await? {
                    Ok(read) => read,
                    Err(refusal) => return Ok(refusal),
                };
                Ok(rosters::add(bot, language, alliance, players, Skipped::Lines(&bad_lines)).await?)
            }
            (None, ids) => {
                let (ids, bad) = read_ids(&ids.unwrap_or_default());
                if !(1..=MAX_IDS).contains(&(ids.len() + bad.len())) {
                    return Ok(changes::how_many_ids(language, MAX_IDS));
                }
                let player = |id| Player { id, nickname: String::new(), state, furnace_level: None };
                let players = ids.into_iter().map(player).collect();
                Ok(rosters::add(bot, language, alliance, players, Skipped::Ids(&bad)).await?)
            }
        }
    })
    .await
}

/// Opens the form to paste players into.
async fn open_form(ctx: Context<'_>, option: Option<String>, state: Option<State>) -> anyhow::Result<()> {
    let interaction = Interaction::command(ctx.data(), ctx.interaction, false);
    let alliance = match alliance_of(ctx, option.as_deref()).await? {
        Ok(alliance) if may_manage_alliance(ctx, alliance).await? => alliance,
        Ok(alliance) => {
            return interaction.answer(&managers_only(ctx, Managed::Alliance(alliance)).await?).await;
        }
        Err(refusal) => return interaction.answer(&refusal).await,
    };
    let form = changes::paste_form(language(ctx), alliance, state);
    interaction.respond(CreateInteractionResponse::Modal(form)).await?;
    ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
    Ok(())
}

/// A state of an option, whose bounds Discord checks.
fn in_range(state: i64) -> Option<State> {
    u32::try_from(state).ok().and_then(State::new)
}

/// Returns each id in the text once, and whatever else is in it.
fn read_ids(text: &str) -> (Vec<PlayerId>, Vec<String>) {
    // `41,000,101` is one id.
    let is_one = text.parse::<PlayerId>().is_ok();
    let is_end = |c: char| !is_one && (c == ',' || c == ';' || c.is_whitespace());
    let parts = text.split(is_end).filter(|part| !trim(part).is_empty());
    let (mut ids, mut bad): (Vec<PlayerId>, Vec<String>) = (Vec::new(), Vec::new());
    for part in parts.take(MAX_TYPED) {
        match part.parse() {
            Ok(id) if ids.contains(&id) => {}
            Ok(id) => ids.push(id),
            Err(_) => bad.push(clean(part, NAME_CHARS)),
        }
    }
    // Beside ids of the game's length, a shorter number is a part of one, or a state.
    if ids.iter().any(|id| id.get() >= 100_000) {
        bad.extend(ids.extract_if(.., |id| id.get() < 100_000).map(|id| id.to_string()));
    }
    (ids, bad)
}

/// Finds the player whose id or name somebody typed: a person who does not pick a suggestion types a name.
async fn find(ctx: Context<'_>, alliance: AllianceId, typed: &str) -> anyhow::Result<Result<PlayerId, Message>> {
    if let Ok(id) = typed.parse::<PlayerId>() {
        return Ok(Ok(id));
    }
    let called = |player: &Player| folded(&player.nickname) == folded(trim(typed));
    let found = ctx.data().rosters.find_on_roster(alliance, typed.to_owned(), u32::MAX).await?;
    let mut found = found.iter().filter(|player| called(player));
    Ok(match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.id),
        (first, _) => Err(words::nobody_of_that_name(language(ctx), typed, first.is_some())),
    })
}

/// Change a player's name or state
#[poise::command(slash_command, guild_only)]
pub(super) async fn edit(
    ctx: Context<'_>,
    #[description = "The player: type a name or an ID"]
    #[autocomplete = "roster"]
    #[min_length = 1]
    #[max_length = 40]
    player: String,
    #[description = "The new name"]
    #[min_length = 1]
    #[max_length = 32]
    name: Option<String>,
    #[description = "The new state"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    state: Option<i64>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let language = language(ctx);
        let id = match find(ctx, alliance, player.trim()).await? {
            Ok(id) => id,
            Err(refusal) => return Ok(refusal),
        };
        let name = name.map(|name| clean(&name, NAME_CHARS)).filter(|name| !name.is_empty());
        let state = state.and_then(in_range);
        if name.is_none() && state.is_none() {
            return Ok(changes::nothing_to_edit(language));
        }
        Ok(match ctx.data().rosters.edit_player(alliance, id, name, state).await? {
            Some(edited) => changes::edited(language, &edited),
            None => changes::not_on_list(language, id),
        })
    })
    .await
}

/// Move all players of one state to another, after a transfer
#[poise::command(slash_command, guild_only)]
pub(super) async fn setstate(
    ctx: Context<'_>,
    #[description = "The state that they are in on the player list"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    from: i64,
    #[description = "The state that they are in now"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    to: i64,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let language = language(ctx);
        let (Some(from), Some(to)) = (in_range(from), in_range(to)) else {
            return Ok(changes::bad_state(language, &format!("{from}, {to}")));
        };
        if from == to {
            return Ok(changes::same_state(language, from));
        }
        let change = ctx.data().rosters.change_state(alliance, from, to).await?;
        Ok(changes::state_changed(language, change, from, to))
    })
    .await
}

/// Remove players from the player list: choose them from a menu, or name them
#[poise::command(slash_command, guild_only)]
pub(super) async fn remove(
    ctx: Context<'_>,
    #[description = "The player: type a name or an ID"]
    #[autocomplete = "roster"]
    #[min_length = 1]
    #[max_length = 40]
    player: Option<String>,
    #[description = "Several player IDs, separated by spaces or commas"]
    #[min_length = 1]
    #[max_length = 1000]
    player_ids: Option<String>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let (bot, language) = (ctx.data(), language(ctx));
        let (mut ids, mut bad) = (Vec::new(), Vec::new());
        if let Some(player) = &player {
            match find(ctx, alliance, player.trim()).await? {
                Ok(id) => ids.push(id),
                Err(refusal) => return Ok(refusal),
            }
        }
        if let Some(typed) = &player_ids {
            let (typed, other) = read_ids(typed);
            bad = other;
            ids.extend(typed.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
        }
        match player.is_none() && player_ids.is_none() {
            true => Ok(rosters::menu(bot, language, alliance, 0, "").await?),
            false => Ok(rosters::remove(bot, language, alliance, ids, &bad).await?),
        }
    })
    .await
}

/// Which players `list` shows.
#[derive(Debug, Clone, Copy, poise::ChoiceParameter)]
pub(super) enum ListFilter {
    #[name = "no state"]
    NoState,
    #[name = "failing: codes failed in the last 30 days"]
    Failing,
    #[name = "not linked"]
    NotLinked,
    #[name = "left: removed in the last 30 days"]
    Left,
}

/// Show the player list
#[poise::command(slash_command, guild_only)]
pub(super) async fn list(
    ctx: Context<'_>,
    #[description = "Show some players only"] filter: Option<ListFilter>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let filter = match filter {
            None => return Ok(rosters::page(ctx.data(), language(ctx), alliance, 0).await?),
            Some(ListFilter::NoState) => RosterFilter::NoState,
            Some(ListFilter::Failing) => RosterFilter::Failing,
            Some(ListFilter::NotLinked) => RosterFilter::NotLinked,
            Some(ListFilter::Left) => RosterFilter::Left,
        };
        Ok(rosters::filtered(ctx.data(), language(ctx), alliance, filter, 0).await?)
    })
    .await
}

/// What `import` does with the player list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, poise::ChoiceParameter)]
pub(super) enum ImportMode {
    #[name = "add"]
    Add,
    #[name = "replace"]
    Replace,
}

/// Add the players of a file to the player list, or replace the list by them
#[poise::command(slash_command, guild_only)]
pub(super) async fn import(
    ctx: Context<'_>,
    #[description = "CSV with the columns player_id, nickname, state, furnace_level; or one ID per line; or JSON"]
    file: serenity::Attachment,
    #[description = "The state of players whose state is not in the file"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    state: Option<i64>,
    #[description = "Import the good lines even if there are bad ones"] skip_bad_lines: Option<bool>,
    #[description = "add (as usual), or replace: shows who comes and goes, and asks first"] mode: Option<ImportMode>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let bot = ctx.data();
        let read = match read_file(language(ctx), &file, state.and_then(in_range)).await? {
            Ok(read) => read,
            Err(refusal) => return Ok(refusal),
        };
        if !read.bad_lines.is_empty() && !skip_bad_lines.unwrap_or(false) {
            return Ok(words::not_imported(language(ctx), &read.bad_lines));
        }
        if mode == Some(ImportMode::Replace) {
            return replace(ctx, alliance, read).await;
        }
        Ok(rosters::add(bot, language(ctx), alliance, read.players, Skipped::Lines(&read.bad_lines)).await?)
    })
    .await
}

async fn replace(ctx: Context<'_>, alliance: AllianceId, read: RosterFile) -> anyhow::Result<Message> {
    let RosterFile { players, bad_lines, .. } = read;
    let language = language(ctx);
    if players.len() > MAX_REPLACED {
        return Ok(replacement::too_many(language, players.len(), MAX_REPLACED));
    }
    let preview = ctx.data().rosters.preview_replacement(alliance, players).await?;
    Ok(replacement::preview(language, alliance, &preview, &bad_lines, false))
}

/// Downloads and reads a players file; otherwise the answer that says why it cannot be read.
async fn read_file(
    language: Language,
    file: &serenity::Attachment,
    state: Option<State>,
) -> anyhow::Result<Result<RosterFile, Message>> {
    let too_large = || files::not_imported(language, &roster_file::RosterFileError::TooLarge);
    if usize::try_from(file.size).is_ok_and(|size| size > roster_file::MAX_BYTES) {
        return Ok(Err(too_large()));
    }
    let bytes = match attachment::fetch(&file.url, roster_file::MAX_BYTES).await {
        Ok(bytes) => bytes,
        Err(FetchError::TooLarge) => return Ok(Err(too_large())),
        Err(error) => {
            tracing::warn!("Cannot download a players file: {error}");
            return Ok(Err(words::file_not_fetched(language)));
        }
    };
    // The largest file takes longer than what shares this thread may wait.
    let read = tokio::task::spawn_blocking(move || roster_file::parse(&bytes, state)).await?;
    Ok(read.map_err(|error| files::not_imported(language, &error)))
}

/// Download the player list as a CSV file
#[poise::command(slash_command, guild_only)]
pub(super) async fn export(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let players = ctx.data().rosters.whole_roster(alliance).await?;
        Ok(words::exported(
            language(ctx),
            u32::try_from(players.len()).unwrap_or(u32::MAX),
            roster_file::write(&players),
        ))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_be_separated_in_any_way_and_count_once() {
        let ids = |text| {
            let (ids, bad) = read_ids(text);
            (ids.iter().map(|id| id.get()).collect::<Vec<_>>(), bad)
        };
        assert_eq!(ids(" 1, 2;3\n4  2"), (vec![1, 2, 3, 4], vec![]));
        assert_eq!(ids(" , "), (vec![], vec![]));
        let (read, bad) = ids("\u{200B}41000101\u{200E}, \u{2060} 41000102.0");
        assert_eq!((read, bad.len()), (vec![41_000_101, 41_000_102], 0));
        assert_eq!(ids(" 41,000,101 "), (vec![41_000_101], vec![]));
        assert_eq!(ids("41000101, 41,000,102").1, ["000", "41", "102"].map(String::from));
        assert_eq!(ids("1 x 0"), (vec![1], vec!["x".to_owned(), "0".to_owned()]));
    }
}
