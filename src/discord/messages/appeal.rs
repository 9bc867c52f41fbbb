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

/// What the game told when it was asked about a code that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedAnew {
    /// It has answered.
    Answered,
    /// It has not answered yet.
    StillAsking,
    /// There is nobody to ask for.
    Nobody,
}

fn over_sentence(code: &Code, over: &OverReason, asked: AskedAnew) -> String {
    let why = over.meaning();
    match asked {
        AskedAnew::Answered => format!("⌛ `{code}` is over: {why}. I asked the game just now."),
        AskedAnew::StillAsking => format!(
            "⏳ `{code}` is over as far as I know: {why}. I am asking the game; `/manage giftcode history code:{code}` shows what \
             it says."
        ),
        AskedAnew::Nobody => format!(
            "⌛ `{code}` is over: {why}. I cannot ask the game about it: the roster has no player whose state is known."
        ),
    }
}

/// A code that is over.
pub fn code_over(code: &Code, over: &OverReason, asked: AskedAnew) -> Message {
    Message::text(over_sentence(code, over, asked))
}

/// A code that is over was added all the same.
pub fn added_though_over(code: &Code, over: &OverReason, asked: AskedAnew) -> Message {
    let goes_on = match asked {
        AskedAnew::Answered | AskedAnew::StillAsking => {
            " For two days I ask it again now and then, and post and redeem the code as soon as it is good."
        }
        AskedAnew::Nobody => "",
    };
    Message::text(over_sentence(code, over, asked) + goes_on)
}
