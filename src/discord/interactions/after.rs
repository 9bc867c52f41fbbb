//! What leaders do after a batch: try again, see who is missing, and decide on auto-redemption that takes long.

use std::time::Duration;

use serenity::all::{ComponentInteractionDataKind, CreateInteractionResponse};

use crate::discord::bot::Bot;
use crate::discord::messages::{Message, after as words, manage};
use crate::domain::codes::code::Code;
use crate::domain::limits::estimate::time_for;
use crate::domain::players::player::GuildId;
use crate::domain::text::language::Language;
use crate::store::{BatchKey, FoundCode, Which};

use super::appeal;
use super::response::Interaction;

/// Tries a code again for the players for whom it failed, and says what came of it.
pub(super) async fn retry(bot: &Bot, guild: GuildId, language: Language, code: &Code) -> anyhow::Result<Message> {
    let shown = match appeal::usable(bot, guild, language, code).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(refusal),
    };
    let (key, generation) = (shown.code.key(), shown.generation);
    let again = bot.requests.retry_batch(guild, key.clone(), generation).await?;
    if again == 0 {
        // Those who failed have left, or got it otherwise: the message of the batch may not know.
        bot.batches.show_again(BatchKey { guild, code: key, generation }).await?;
    }
    Ok(manage::retried(language, &shown.code, again))
}

/// How a code stands with the players of the player list; `None` for a code that the server does not know.
pub(super) async fn code_players(
    bot: &Bot,
    guild: GuildId,
    language: Language,
    code: &Code,
    which: Which,
    page: u32,
) -> anyhow::Result<Option<Message>> {
    let Some(FoundCode { shown, .. }) = bot.codes.find_guild_code(guild, code.key()).await? else { return Ok(None) };
    let batch = BatchKey { guild, code: shown.code.key(), generation: shown.generation };
    let of = async |page: u32| {
        bot.batches.players_of_code(batch.clone(), which, page.saturating_mul(words::PAGE), words::PAGE).await
    };
    let found = of(page).await?;
    // The player list may have become shorter since the button was shown.
    let last = words::last_page(found.count(which));
    let (found, page) = if page <= last { (found, page) } else { (of(last).await?, last) };
    Ok(Some(words::code_players(language, guild, &shown.code, which, page, &found)))
}

/// Everybody on the player list with what the code came to, as a file.
pub(super) async fn code_players_file(bot: &Bot, guild: GuildId, code: &Code) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(FoundCode { shown, .. }) = bot.codes.find_guild_code(guild, code.key()).await? else { return Ok(None) };
    let batch = BatchKey { guild, code: shown.code.key(), generation: shown.generation };
    let all = bot.batches.players_of_code(batch, Which::All, 0, u32::MAX).await?;
    Ok((!all.players.is_empty()).then(|| words::code_players_file(&all)))
}

/// Turns a page, or shows other players of the list.
pub(super) async fn turn_page(
    bot: &Bot,
    interaction: &Interaction<'_>,
    guild: GuildId,
    code: &Code,
    which: Which,
    page: u32,
) -> anyhow::Result<()> {
    match code_players(bot, guild, interaction.language(), code, which, page).await? {
        Some(message) => {
            interaction.respond(CreateInteractionResponse::UpdateMessage(message.respond())).await
        }
        None => interaction.answer(&manage::code_unknown(interaction.language(), code)).await,
    }
}

/// The players that were chosen in a menu; `None` if it is not the bot's.
pub(super) fn chosen(kind: &ComponentInteractionDataKind) -> Option<Which> {
    match kind {
        ComponentInteractionDataKind::StringSelect { values } => values.first().and_then(|value| Which::parse(value)),
        _ => None,
    }
}

/// If the active codes will take longer than this, the person is asked first.
const ASK_FROM: Duration = Duration::from_secs(3600);

/// Turns auto-redemption on, and says how long the active codes will take. If that is long and not `is_confirmed`, it only
/// asks.
pub(super) async fn auto_on(
    bot: &Bot,
    guild: GuildId,
    language: Language,
    is_confirmed: bool,
) -> anyhow::Result<Message> {
    let outstanding = bot.batches.outstanding(guild).await?;
    let limit = bot.health.engine().limit;
    let is_on = bot.guilds.guild(guild).await?.auto_redeem;
    let takes = time_for(outstanding.redemptions, limit);
    if !is_confirmed && !is_on && takes.is_some_and(|takes| takes > ASK_FROM) {
        return Ok(words::auto_takes_long(language, guild, outstanding, takes.unwrap_or_default()));
    }
    bot.guilds.set_auto_redeem(guild, true).await?;
    Ok(words::auto_on(language, outstanding, takes))
}

/// The answer to a button of an earlier answer replaces that answer.
pub(super) async fn replace(interaction: &Interaction<'_>, message: &Message) -> anyhow::Result<()> {
    interaction.respond(CreateInteractionResponse::UpdateMessage(message.respond())).await
}
