//! What buttons, menus and forms for managers have in common: who may use them, and pages that became fewer.

use serenity::all::Member;

use crate::discord::bot::Bot;
use crate::discord::managers::may_manage;
use crate::discord::messages::{Message, access, alliances};
use crate::domain::players::access::Managed;
use crate::domain::players::player::{AllianceId, GuildId};
use crate::domain::text::language::Language;
use crate::store::StoreError;

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

/// Says in an answer which of several alliances it is about.
pub(super) async fn about(
    bot: &Bot,
    language: Language,
    server: GuildId,
    alliance: AllianceId,
    answer: Message,
) -> Result<Message, StoreError> {
    let known = bot.guilds.alliances(server).await?;
    Ok(match known.iter().find(|it| it.id == alliance) {
        Some(alliance) if known.len() > 1 => answer.under(&alliances::about(language, alliance)),
        _ => answer,
    })
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
