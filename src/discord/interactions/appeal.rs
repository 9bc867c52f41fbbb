//! Asking the game again about a code that is over, because somebody thinks that it works.

use std::time::Duration;

use tokio::time::Instant;

use crate::discord::bot::Bot;
use crate::discord::messages::appeal::{self as words, Recheck};
use crate::discord::messages::{Message, manage};
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::domain::players::player::AllianceId;
use crate::domain::text::language::Language;
use crate::ports::AnnouncedCode;
use crate::store::{CheckStart, StoreError};

/// How long the person waits for the game's verdict.
const WAIT_FOR: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AppealResult {
    Active(AnnouncedCode),
    Over(OverReason, Recheck),
}

/// Asks the game about a code with a player of this server, and waits some seconds for the verdict. Returns `None` for an
/// unknown code.
pub(super) async fn appeal(bot: &Bot, alliance: AllianceId, code: &Code) -> Result<Option<AppealResult>, StoreError> {
    let start = bot.codes.check_now(alliance, code.key()).await?;
    wait_for_verdict(bot, code, start).await
}

/// Waits some seconds for the verdict on a code whose check has started. Returns `None` for an unknown code.
pub(super) async fn wait_for_verdict(
    bot: &Bot,
    code: &Code,
    start: CheckStart,
) -> Result<Option<AppealResult>, StoreError> {
    let until = Instant::now() + WAIT_FOR;
    let mut recheck = match start {
        CheckStart::Nobody => Recheck::NoPlayer,
        CheckStart::Begun | CheckStart::NotOver => Recheck::Pending,
    };
    while recheck == Recheck::Pending && Instant::now() < until {
        let woken = bot.requests.wake().listen();
        if !bot.codes.is_checking(code.key()).await? {
            recheck = Recheck::Done;
            break;
        }
        tokio::select! {
            () = bot.shutdown.cancelled() => break,
            () = woken => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }
    Ok(bot.codes.find_code(code.key()).await?.map(|found| match found.over {
        None => AppealResult::Active(found.shown),
        Some(over) => AppealResult::Over(over, recheck),
    }))
}

/// Returns a code that can be redeemed, or the refusal to answer with. Appeals for a code that is over.
pub(super) async fn usable(
    bot: &Bot,
    alliance: AllianceId,
    language: Language,
    code: &Code,
) -> anyhow::Result<Result<AnnouncedCode, Message>> {
    let Some(found) = bot.codes.find_guild_code(alliance, code.key()).await? else {
        return Ok(Err(manage::code_unknown(language, code)));
    };
    if found.over.is_none() {
        return Ok(Ok(found.shown));
    }
    Ok(match appeal(bot, alliance, &found.shown.code).await? {
        Some(AppealResult::Active(shown)) => Ok(shown),
        Some(AppealResult::Over(over, recheck)) => Err(words::code_over(language, &found.shown.code, &over, recheck)),
        None => Err(manage::code_unknown(language, code)),
    })
}
