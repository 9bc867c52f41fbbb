//! What buttons, menus and forms for managers have in common: who may use them, which alliance their answers name, and pages
//! that became fewer.

use serenity::all::Member;

use crate::discord::bot::Bot;
use crate::discord::managers::may_manage;
use crate::discord::messages::{Message, access, alliances as words};
use crate::domain::players::access::Managed;
use crate::domain::players::player::{AllianceId, GuildId};
use crate::domain::text::language::Language;
use crate::store::StoreError;

use super::response::Interaction;

/// The answer that says why the member may not manage this; `None` if they may. `gone` says that the alliance is not there.
pub(super) async fn refusal(
    bot: &Bot,
    language: Language,
    server: GuildId,
    managed: Managed,
    member: Option<&Member>,
    gone: fn(Language) -> Message,
) -> Result<Option<Message>, StoreError> {
    if !may_manage(bot, server, managed, member).await? {
        return Ok(Some(access::managers_only(language, managed, &bot.guilds.access_roles(server).await?)));
    }
    let Managed::Alliance(alliance) = managed else { return Ok(None) };
    // It may have been removed since the message was sent, and a forged id may be another server's.
    let is_own = bot.guilds.alliances(server).await?.iter().any(|own| own.id == alliance);
    Ok((!is_own).then(|| gone(language)))
}

/// The line that says which of several alliances an answer is about; `None` if the server has one.
async fn line(
    bot: &Bot,
    language: Language,
    server: GuildId,
    alliance: AllianceId,
) -> Result<Option<String>, StoreError> {
    let known = bot.guilds.alliances(server).await?;
    let named = known.iter().find(|it| it.id == alliance).filter(|_| known.len() > 1);
    Ok(named.map(|alliance| words::about(language, alliance)))
}

/// Says in an answer which of several alliances it is about.
pub(super) async fn about(
    bot: &Bot,
    language: Language,
    server: GuildId,
    alliance: AllianceId,
    answer: Message,
) -> Result<Message, StoreError> {
    Ok(match line(bot, language, server, alliance).await? {
        Some(line) => answer.under(&line),
        None => answer,
    })
}

/// Lets all answers of an interaction say which of several alliances they are about.
pub(super) async fn name_alliance(
    bot: &Bot,
    interaction: &Interaction<'_>,
    server: GuildId,
    alliance: AllianceId,
) -> Result<(), StoreError> {
    if let Some(line) = line(bot, interaction.language(), server, alliance).await? {
        interaction.head(line);
    }
    Ok(())
}

/// Reads the page with this number, counted from 0, or the last one if there are fewer since its button was shown. Returns
/// its number, too.
pub(super) async fn page_or_last<P, F: Future<Output = Result<P, StoreError>>>(
    number: u32,
    read: impl Fn(u32) -> F,
    last: impl Fn(&P) -> u32,
) -> Result<(P, u32), StoreError> {
    let page = read(number).await?;
    let last = last(&page);
    Ok(if number <= last { (page, number) } else { (read(last).await?, last) })
}
