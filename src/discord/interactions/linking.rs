//! Linking a game account to a Discord user.

use crate::discord::bot::Bot;
use crate::discord::messages::{Message, personal};
use crate::domain::players::player::{Player, PlayerId, State, UserId};
use crate::domain::redeeming::state_check::StateCheck;
use crate::domain::text::language::Language;
use crate::store::{Linked, StoreError};

/// Lets the game confirm that the player is in this state. Otherwise returns the answer for the person.
pub(super) async fn confirm(bot: &Bot, language: Language, player: PlayerId, state: State) -> Result<(), Message> {
    let check = tokio::select! {
        check = bot.state_checker.check_state(player, state) => check,
        () = bot.shutdown.cancelled() => return Err(personal::restarting(language)),
    };
    match check {
        StateCheck::Right => Ok(()),
        other => Err(personal::not_confirmed(language, player, state, &other)),
    }
}

/// Links an account whose state the game has confirmed, and returns the answer for the person.
pub(super) async fn link(
    bot: &Bot,
    language: Language,
    user: UserId,
    id: PlayerId,
    state: State,
) -> Result<(Linked, Message), StoreError> {
    let player = Player { id, nickname: String::new(), state: Some(state), furnace_level: None };
    let linked = bot.rosters.link(user, player).await?;
    let message = match linked {
        Linked::TooMany => personal::too_many_links(language),
        Linked::New | Linked::Known => {
            let retried = bot.redemptions.retry_wrong_state(id).await?;
            personal::linked(language, id, state, linked == Linked::New, retried)
        }
    };
    Ok((linked, message))
}
