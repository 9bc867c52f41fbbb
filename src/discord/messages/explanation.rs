//! What a status means to a player, and what they can do about it. For the log and the command line,
//! `domain/redeeming/explanation.rs` says the same in English.

use crate::domain::answers::status::{Class, Status};
use crate::domain::text::language::Language;

use super::GAME_PAGE;
use super::texts::text;

/// The result of a redemption or of its last try, as a clause.
pub(super) fn meaning(language: Language, status: &Status) -> String {
    match status {
        Status::Success => text!(language, "status-redeemed"),
        Status::Received => text!(language, "status-already-claimed"),
        Status::SameTypeExchange => text!(language, "status-same-kind"),
        Status::TimeError => text!(language, "status-code-expired"),
        Status::CdkNotFound | Status::InvalidCode => text!(language, "status-code-unknown"),
        Status::Used | Status::UsageLimit => text!(language, "status-code-used-up"),
        Status::RoleNotExist => text!(language, "status-no-such-player"),
        Status::UserInfoError => text!(language, "status-wrong-state"),
        Status::NoState => text!(language, "status-no-state"),
        Status::StoveLevel => text!(language, "status-furnace-too-low"),
        Status::RechargeMoney => text!(language, "status-spent-too-little"),
        Status::RechargeMoneyVip => text!(language, "status-vip-too-low"),
        Status::SignError => text!(language, "status-signature-rejected"),
        Status::ParamsError => text!(language, "status-request-rejected"),
        Status::Forbidden => text!(language, "status-bot-blocked"),
        Status::Interrupted => text!(language, "status-interrupted"),
        Status::TooFrequent | Status::RateLimited => text!(language, "status-too-many-requests"),
        status if status.is_captcha() => text!(language, "status-captcha"),
        _ => match status.class() {
            Class::Temporary => text!(language, "status-no-proper-answer"),
            _ => text!(language, "status-unknown-answer"),
        },
    }
}

/// What the player can do about it, if anything.
pub(super) fn advice(language: Language, status: &Status) -> Option<String> {
    match status {
        Status::UserInfoError | Status::NoState => Some(text!(language, "advice-correct-the-state")),
        Status::RoleNotExist => Some(text!(language, "advice-check-the-id")),
        status if status.is_captcha() => Some(text!(language, "advice-use-the-page", page = GAME_PAGE)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::redeeming::explanation;

    /// A message shows the reason and the advice side by side.
    #[test]
    fn the_games_page_is_linked_once() {
        for language in Language::ALL {
            for status in Status::ALL {
                assert!(!meaning(language, status).contains("https://"), "{status}");
            }
            for status in [Status::CaptchaCheckError, Status::CaptchaGetTooFrequent, Status::CaptchaFetchError] {
                let links = advice(language, &status).map(|advice| advice.matches("https://").count());
                assert_eq!(links, Some(1), "{status}");
            }
        }
    }

    #[test]
    fn people_read_what_the_log_says() {
        for status in Status::ALL {
            let shown = meaning(Language::En, status).to_lowercase();
            assert_eq!(shown, explanation::meaning(status).to_lowercase(), "{status}");
        }
    }
}
