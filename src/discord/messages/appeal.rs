//! Codes that are over, and the answer to an appeal.

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::domain::text::language::Language;
use crate::store::OverCode;

use super::Message;
use super::texts::text;

/// The most codes that are over in a list or the history.
pub const OVER_CODES: u32 = 10;

/// Why a code is over, as the end of a sentence.
pub(super) fn over(language: Language, over: &OverReason) -> String {
    match over {
        OverReason::Expired | OverReason::Invalidated(Status::TimeError) => text!(language, "over-expired"),
        OverReason::Invalidated(Status::CdkNotFound | Status::InvalidCode) => text!(language, "over-unknown"),
        OverReason::Invalidated(Status::Used | Status::UsageLimit) => text!(language, "over-used-up"),
        OverReason::Invalidated(_) => text!(language, "over-rejected"),
        OverReason::Renewed => text!(language, "over-reissued"),
    }
}

/// One line for each code that is over although a feed lists it or somebody added it.
pub(super) fn over_lines(language: Language, codes: &[OverCode]) -> String {
    let line = |over_code: &OverCode| {
        let (code, why) = (over_code.code.as_str(), over(language, &over_code.over));
        match over_code.check_at {
            Some(at) => {
                let next = format!("<t:{}:R>", at.as_second());
                text!(language, "over-line-next-check", code = code, why = why, next = next)
            }
            None => text!(language, "over-line", code = code, why = why),
        }
    };
    codes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The state of the check that an appeal starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    Done,
    Pending,
    /// The roster has no player with whom the game can be asked.
    NoPlayer,
}

fn over_sentence(language: Language, code: &Code, why: &OverReason, recheck: Recheck) -> String {
    let (code, why) = (code.as_str(), over(language, why));
    match recheck {
        Recheck::Done => text!(language, "appeal-checked", code = code, why = why),
        Recheck::Pending => text!(language, "appeal-checking", code = code, why = why),
        Recheck::NoPlayer => text!(language, "appeal-nobody-to-check-with", code = code, why = why),
    }
}

pub fn code_over(language: Language, code: &Code, over: &OverReason, recheck: Recheck) -> Message {
    Message::text(over_sentence(language, code, over, recheck))
}

/// The code was added although it is over.
pub fn added_though_over(language: Language, code: &Code, over: &OverReason, recheck: Recheck) -> Message {
    let sentence = over_sentence(language, code, over, recheck);
    Message::text(match recheck {
        Recheck::Done | Recheck::Pending => {
            format!("{sentence} {}", text!(language, "appeal-checked-again-for-two-days"))
        }
        Recheck::NoPlayer => sentence,
    })
}
