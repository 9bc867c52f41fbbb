//! Codes that are over, and what the game says of them when it is asked again.

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::Code;
use crate::store::OverCode;

use super::Message;

/// Codes that are over which a list or the history shows.
pub const OVER_CODES: u32 = 10;

/// Codes that are over though somebody wants them, one on each line.
pub(super) fn over_lines(over: &[OverCode]) -> String {
    let line = |over: &OverCode| {
        let next = over.check_at.map_or(String::new(), |at| format!(" · asked again <t:{}:R>", at.as_second()));
        format!("⌛ `{}` over: {}{next}", over.code, over.over.meaning())
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
        Recheck::Done => format!("⌛ `{code}` is over: {why}. I asked the game just now."),
        Recheck::Pending => format!(
            "⏳ `{code}` is over as far as I know: {why}. I am asking the game; `/manage giftcode history code:{code}` shows what \
             it says."
        ),
        Recheck::NoPlayer => format!(
            "⌛ `{code}` is over: {why}. I cannot ask the game about it: the roster has no player whose state is known."
        ),
    }
}

/// A code that is over.
pub fn code_over(code: &Code, over: &OverReason, recheck: Recheck) -> Message {
    Message::text(over_sentence(code, over, recheck))
}

/// A code that is over was added all the same.
pub fn added_though_over(code: &Code, over: &OverReason, recheck: Recheck) -> Message {
    let goes_on = match recheck {
        Recheck::Done | Recheck::Pending => {
            " For two days I ask it again now and then, and post and redeem the code as soon as it is good."
        }
        Recheck::NoPlayer => "",
    };
    Message::text(over_sentence(code, over, recheck) + goes_on)
}
