//! Codes that are over, and the answer to an appeal.

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::store::OverCode;

use super::Message;

/// The most codes that are over in a list or the history.
pub const OVER_CODES: u32 = 10;

/// One line for each code that is over although a feed lists it or somebody added it.
pub(super) fn over_lines(over: &[OverCode]) -> String {
    let line = |over: &OverCode| {
        let next = over.check_at.map_or(String::new(), |at| format!(" · next check <t:{}:R>", at.as_second()));
        format!("⌛ `{}` is not active: {}{next}", over.code, over.over.meaning())
    };
    over.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The state of the check that an appeal starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    Done,
    Pending,
    /// The roster has no player with whom the game can be asked.
    NoPlayer,
}

fn over_sentence(code: &Code, over: &OverReason, recheck: Recheck) -> String {
    let why = over.meaning();
    match recheck {
        Recheck::Done => format!("⌛ `{code}` is not active: {why}. I have just checked this with the game."),
        Recheck::Pending => format!(
            "⏳ `{code}` is not active as far as I know: {why}. I am checking with the game. To see the result, use \
             `/manage giftcode history code:{code}`."
        ),
        Recheck::NoPlayer => format!(
            "⌛ `{code}` is not active: {why}. I cannot check this with the game, because no player on the list has a known \
             state."
        ),
    }
}

pub fn code_over(code: &Code, over: &OverReason, recheck: Recheck) -> Message {
    Message::text(over_sentence(code, over, recheck))
}

/// The code was added although it is over.
pub fn added_though_over(code: &Code, over: &OverReason, recheck: Recheck) -> Message {
    let next = match recheck {
        Recheck::Done | Recheck::Pending => {
            " For two days I check it again from time to time, and post and redeem it as soon as it works."
        }
        Recheck::NoPlayer => "",
    };
    Message::text(over_sentence(code, over, recheck) + next)
}
