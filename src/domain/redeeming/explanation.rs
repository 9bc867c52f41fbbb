//! The meaning of a status and of an outage, in words that a player understands.

use super::breaker::{Cause, Trouble};
use crate::domain::answers::status::{Class, Status};

/// The advice when the game asks for a captcha: only the game's own page accepts one.
pub const USE_THE_PAGE: &str = "redeem it at https://wos-giftcode.centurygame.com";

/// The result of a redemption or of its last try, as the end of a sentence.
pub fn meaning(status: &Status) -> &'static str {
    match status {
        Status::Success => "redeemed",
        Status::Received => "already claimed",
        Status::SameTypeExchange => "a code of the same kind was already claimed",
        Status::TimeError => "the code has expired",
        Status::CdkNotFound | Status::InvalidCode => "the game does not know the code",
        Status::Used | Status::UsageLimit => "the code's claim limit has been reached",
        Status::RoleNotExist => "no player has this id",
        Status::UserInfoError => "the saved state is wrong",
        Status::NoState => "the state is missing",
        Status::StoveLevel => "the furnace level is too low",
        Status::RechargeMoney => "the player has not spent enough in the game",
        Status::RechargeMoneyVip => "the VIP level is too low",
        Status::SignError => "the game rejects the bot's signature",
        Status::ParamsError => "the game rejects the bot's requests as malformed",
        Status::Forbidden => "the game blocks the bot",
        Status::Interrupted => "the bot was interrupted on every try",
        Status::TooFrequent | Status::RateLimited => "the game received too many requests",
        status if status.is_captcha() => "the game asks for a captcha",
        _ => match status.class() {
            Class::Temporary => "the game did not respond properly",
            _ => "the game gave an unknown answer",
        },
    }
}

/// What the player can do about it, if anything.
pub fn advice(status: &Status) -> Option<&'static str> {
    match status {
        Status::UserInfoError | Status::NoState => {
            Some("use /link with the right state, or ask an admin to correct it")
        }
        Status::RoleNotExist => Some("check the player id: it is shown in the in-game profile"),
        status if status.is_captcha() => Some(USE_THE_PAGE),
        _ => None,
    }
}

/// The outage as a clause, with its evidence in brackets.
pub fn trouble_in_words(cause: Cause, evidence: &Status) -> String {
    match cause {
        Cause::Down => format!("the game is not responding properly ({evidence})"),
        Cause::Refused => format!("the game rejects every call as one too many ({evidence})"),
        Cause::Captcha => format!("the game asks every player for a captcha ({evidence})"),
        Cause::Busy => format!("the game gives every player the answer {evidence}"),
        Cause::Odd => format!("the game gives every player the unknown answer {evidence}"),
        Cause::Deployment => format!("{} ({evidence})", meaning(evidence)),
    }
}

/// What the operator must do about it.
pub fn remedy(trouble: &Trouble) -> &'static str {
    match (&trouble.evidence, trouble.cause) {
        (Status::SignError, _) => "set GAME_SIGN_SALT to the game's new salt and restart",
        (Status::Forbidden, _) => {
            "set GAME_PAGE_URL to the page that uses this API; if it is set correctly, the game blocks this computer's address"
        }
        (Status::ParamsError, _) | (_, Cause::Odd | Cause::Deployment) => {
            "the game's API may have changed: look for a newer giftcode-bot. The bot keeps trying"
        }
        _ => "the bot keeps trying and continues by itself when the game works again; no action is needed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message shows the reason and the advice side by side.
    #[test]
    fn the_games_page_is_linked_once() {
        for status in Status::ALL {
            assert!(!meaning(status).contains("https://"), "{status}");
        }
        for status in [Status::CaptchaCheckError, Status::CaptchaGetTooFrequent, Status::CaptchaFetchError] {
            assert_eq!(advice(&status).map(|advice| advice.matches("https://").count()), Some(1), "{status}");
        }
    }

    #[test]
    fn every_permanent_status_has_a_meaning_of_its_own() {
        for status in Status::ALL.iter().filter(|s| matches!(s.class(), Class::Permanent(_))) {
            assert_ne!(meaning(status), meaning(&Status::Unknown("X".into())), "{status}");
        }
    }
}
