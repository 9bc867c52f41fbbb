//! `/manage players`: the roster, which people see as the player list.

use poise::serenity_prelude as serenity;

use crate::discord::messages::{Message, files, players as words};
use crate::domain::players::player::{AllianceId, Player, PlayerError, PlayerId, State};
use crate::domain::players::roster_file;
use crate::domain::text::trim;

use super::attachment::{self, FetchError};
use super::autocomplete::{alliances, roster};
use super::{Context, language, respond_for};

/// The most ids in one `add`.
const MAX_IDS: usize = 50;

/// Add players to the player list
#[poise::command(slash_command, guild_only)]
pub(super) async fn add(
    ctx: Context<'_>,
    #[description = "One or more player ids, separated by spaces or commas"]
    #[min_length = 1]
    #[max_length = 1000]
    player_ids: String,
    #[description = "The state they are all in"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    state: i64,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let state: State = match state.to_string().parse() {
            Ok(state) => state,
            Err(error) => return Ok(words::bad_id(language(ctx), &error)),
        };
        let ids = match read_ids(&player_ids) {
            Ok(ids) if (1..=MAX_IDS).contains(&ids.len()) => ids,
            Ok(_) => return Ok(words::how_many_ids(language(ctx), MAX_IDS)),
            Err(errors) => return Ok(words::bad_ids(language(ctx), &errors)),
        };
        let bot = ctx.data();
        let player = |id| Player { id, nickname: String::new(), state: Some(state), furnace_level: None };
        let change = bot.rosters.add_to_roster(alliance, ids.into_iter().map(player).collect()).await?;
        let settings = bot.guilds.guild(alliance).await?;
        Ok(words::added(language(ctx), change, settings.players, settings.auto_redeem))
    })
    .await
}

/// Returns each id in the text once, or every error in it.
fn read_ids(text: &str) -> Result<Vec<PlayerId>, Vec<PlayerError>> {
    let parts = text.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|part| !trim(part).is_empty());
    let (mut ids, mut errors): (Vec<PlayerId>, Vec<PlayerError>) = (Vec::new(), Vec::new());
    for part in parts {
        match part.parse() {
            Ok(id) if ids.contains(&id) => {}
            Ok(id) => ids.push(id),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(ids) } else { Err(errors) }
}

/// Remove a player from the player list
#[poise::command(slash_command, guild_only)]
pub(super) async fn remove(
    ctx: Context<'_>,
    #[description = "The player: type a name or an id"]
    #[autocomplete = "roster"]
    #[min_length = 1]
    #[max_length = 40]
    player: String,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let (bot, typed) = (ctx.data(), player.trim());
        let id: PlayerId = match typed.parse() {
            Ok(id) => id,
            // A person who does not pick a suggestion types a name.
            Err(_) => {
                let called = |player: &Player| player.nickname.to_lowercase() == typed.to_lowercase();
                let found = bot.rosters.find_on_roster(alliance, typed.to_owned(), u32::MAX).await?;
                let mut found = found.iter().filter(|player| called(player));
                match (found.next(), found.next()) {
                    (Some(only), None) => only.id,
                    (first, _) => return Ok(words::nobody_of_that_name(language(ctx), typed, first.is_some())),
                }
            }
        };
        let removed = bot.rosters.remove_from_roster(alliance, vec![id]).await?;
        Ok(words::removed(language(ctx), id, removed > 0))
    })
    .await
}

/// Show the player list
#[poise::command(slash_command, guild_only)]
pub(super) async fn list(
    ctx: Context<'_>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        let page = ctx.data().rosters.roster(alliance, 0, words::PAGE).await?;
        Ok(words::roster(language(ctx), &page, 0, alliance))
    })
    .await
}

/// Add the players of a file to the player list
#[poise::command(slash_command, guild_only)]
pub(super) async fn import(
    ctx: Context<'_>,
    #[description = "CSV with the columns player_id, nickname, state, furnace_level; or one id per line; or JSON"]
    file: serenity::Attachment,
    #[description = "The state of players whose state is not in the file"]
    #[min = 1_i64]
    #[max = 999_999_i64]
    state: Option<i64>,
    #[description = "Import the good lines even if there are bad ones"] skip_bad_lines: Option<bool>,
    #[description = "Which alliance; the one that posts in this channel if you leave it out"]
    #[autocomplete = "alliances"]
    #[max_length = 64]
    alliance: Option<String>,
) -> anyhow::Result<()> {
    respond_for(ctx, alliance, |alliance| async move {
        import_file(ctx, alliance, &file, state, skip_bad_lines.unwrap_or(false)).await
    })
    .await
}

async fn import_file(
    ctx: Context<'_>,
    alliance: AllianceId,
    file: &serenity::Attachment,
    state: Option<i64>,
    skips: bool,
) -> anyhow::Result<Message> {
    let state = match state.map(|state| state.to_string().parse::<State>()).transpose() {
        Ok(state) => state,
        Err(error) => return Ok(words::bad_id(language(ctx), &error)),
    };
    if usize::try_from(file.size).is_ok_and(|size| size > roster_file::MAX_BYTES) {
        return Ok(files::not_imported(language(ctx), &roster_file::RosterFileError::TooLarge));
    }
    let bytes = match attachment::fetch(&file.url, roster_file::MAX_BYTES).await {
        Ok(bytes) => bytes,
        Err(FetchError::TooLarge) => {
            return Ok(files::not_imported(language(ctx), &roster_file::RosterFileError::TooLarge));
        }
        Err(error) => {
            tracing::warn!("Cannot download a players file: {error}");
            return Ok(words::file_not_fetched(language(ctx)));
        }
    };
    let read = match roster_file::parse(&bytes, state) {
        Ok(read) => read,
        Err(error) => return Ok(files::not_imported(language(ctx), &error)),
    };
    if !read.bad_lines.is_empty() && !skips {
        return Ok(words::not_imported(language(ctx), &read.bad_lines));
    }
    let bot = ctx.data();
    let change = bot.rosters.add_to_roster(alliance, read.players).await?;
    let settings = bot.guilds.guild(alliance).await?;
    Ok(words::imported(language(ctx), change, &read.bad_lines, settings.players, settings.auto_redeem))
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
        let page = ctx.data().rosters.roster(alliance, 0, u32::MAX).await?;
        Ok(words::exported(language(ctx), page.total, roster_file::write(&page.players)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_be_separated_in_any_way_and_count_once() {
        let ids = |text| read_ids(text).map(|ids| ids.iter().map(|id| id.get()).collect::<Vec<_>>());
        assert_eq!(ids(" 1, 2;3\n4  2"), Ok(vec![1, 2, 3, 4]));
        assert_eq!(ids(" , "), Ok(vec![]));
        assert_eq!(ids("\u{200B}41000101\u{200E}, \u{2060} 41000102.0"), Ok(vec![41_000_101, 41_000_102]));
        assert_eq!(ids("1 x 0").map_err(|errors| errors.len()), Err(2));
    }
}
