//! What a status means, in words a player understands.

use super::breaker::{Cause, Trouble};
use crate::domain::answers::status::{Class, Status};

/// What a player does whom the game asks for a captcha: the game's own page asks for it, and takes it.
pub const USE_THE_PAGE: &str = "redeem it at https://wos-giftcode.centurygame.com";

/// Why a redemption ended, or how its last try went, as the end of a sentence.
pub fn meaning(status: &Status) -> &'static str {
    match status {
        Status::Success => "granted",
        Status::Received => "the player had it already",
        Status::SameTypeExchange => "the player had one of the same kind already",
        Status::TimeError => "the code has expired",
        Status::CdkNotFound | Status::InvalidCode => "there is no such code",
        Status::Used | Status::UsageLimit => "the code's claim limit is reached",
        Status::RoleNotExist => "there is no player with this id",
        Status::UserInfoError => "the player does not live in the state on file",
        Status::NoState => "the player's state is not on file",
        Status::StoveLevel => "the player's furnace level is too low",
        Status::RechargeMoney => "the player has not spent enough",
        Status::RechargeMoneyVip => "the player's VIP level is too low",
        Status::SignError => "the game refuses our signature",
        Status::ParamsError => "the game calls our requests malformed",
        Status::Forbidden => "the game does not let us in",
        Status::Interrupted => "the bot was interrupted each time",
        Status::TooFrequent | Status::RateLimited => "the game was asked too often",
        status if status.is_captcha() => "the game asks for a captcha",
        _ => match status.class() {
            Class::Temporary => "the game did not answer as it should",
            _ => "the game gave an answer that nobody knows",
        },
    }
}

/// What a player can do about it, if anything.
pub fn advice(status: &Status) -> Option<&'static str> {
    match status {
        Status::UserInfoError | Status::NoState => {
            Some("use /link with the right state, or ask an admin to correct it")
        }
        Status::RoleNotExist => Some("check the player id, it is shown in the game's profile"),
        status if status.is_captcha() => Some(USE_THE_PAGE),
        _ => None,
    }
}

/// What is wrong with the game, as a clause.
pub fn trouble_in_words(cause: Cause, evidence: &Status) -> String {
    match cause {
        Cause::Down => format!("the game does not answer as it should ({evidence})"),
        Cause::Refused => format!("the game refuses every call as one too many ({evidence})"),
        Cause::Captcha => format!("the game asks everybody for a captcha ({evidence})"),
        Cause::Busy => format!("the game tells everybody {evidence}"),
        Cause::Odd => format!("the game tells everybody {evidence}, which nobody knows"),
        Cause::Deployment => format!("{} ({evidence})", meaning(evidence)),
    }
}

/// Who must act on it, and what to do.
pub fn remedy(trouble: &Trouble) -> &'static str {
    match (&trouble.evidence, trouble.cause) {
        (Status::SignError, _) => "set GAME_SIGN_SALT to the game's new salt and start again",
        (Status::Forbidden, _) => {
            "set GAME_PAGE_URL to the page whose API this is; if it is that already, the game blocks this computer's address"
        }
        (Status::ParamsError, _) | (_, Cause::Odd | Cause::Deployment) => {
            "the game's API may have changed: look for a newer giftcode-bot. It is asked now and then"
        }
        _ => "it is asked now and then, and all goes on when it is well; nobody need act",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reason and the advice stand beside each other.
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
    fn every_permanent_status_has_words_of_its_own() {
        for status in Status::ALL.iter().filter(|s| matches!(s.class(), Class::Permanent(_))) {
            assert_ne!(meaning(status), meaning(&Status::Unknown("X".into())), "{status}");
        }
    }
}
