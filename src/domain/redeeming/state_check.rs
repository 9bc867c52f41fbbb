//! Checks which state a player is in without redeeming anything.
//!
//! The game checks the player and the state before it checks the code (docs/protocol.md, "Statuses", USER INFO ERROR).
//! So the answer to a call with a code that cannot exist distinguishes the right state (CDK NOT FOUND with 40014) from
//! a wrong one.

use crate::domain::answers::answer::{Answer, ErrCode};
use crate::domain::answers::status::{Class, Status, of_redeem};
use crate::domain::codes::code::Code;

/// The result of a state check with [`Code::impossible`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateCheck {
    /// The player is in that state.
    Right,
    WrongState,
    NoSuchPlayer,
    /// The answer shows none of these.
    Unclear(Status),
}

/// `err_code` of CDK NOT FOUND.
const NO_SUCH_CODE: ErrCode = ErrCode::Number(40014);
/// `err_code` of USER INFO ERROR.
const NOT_THERE: ErrCode = ErrCode::Number(40020);

/// The result that an answer proves. Only CDK NOT FOUND *with its number* confirms a state, and only USER INFO ERROR
/// with its own number refutes one. A state that is confirmed by mistake would send every later code to another
/// account, or to none.
pub fn outcome(answer: &Answer) -> StateCheck {
    match (of_redeem(answer), answer) {
        (Status::CdkNotFound, Answer::Api(api)) if api.err_code == NO_SUCH_CODE => StateCheck::Right,
        (Status::UserInfoError, Answer::Api(api)) if api.err_code == NOT_THERE => StateCheck::WrongState,
        (Status::RoleNotExist, _) => StateCheck::NoSuchPlayer,
        (status, _) => StateCheck::Unclear(status),
    }
}

/// Whether the answer to a redemption shows that the player is in the state on file: the game checks both before it
/// looks at the code.
pub fn shows_the_state(status: &Status) -> bool {
    match status {
        Status::TimeError | Status::Used | Status::StoveLevel | Status::RechargeMoney => true,
        status => status.class() == Class::Success,
    }
}

impl Code {
    /// A code that the game never had and never will have. It has the greatest possible length, so that nobody picks
    /// it.
    pub fn impossible() -> Self {
        Self::of_checked("0NOSUCHCODE0NOSUCHCODE0NOSUCHCO0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::answer::ApiAnswer;
    use proptest::prelude::*;

    fn api(msg: &str, err_code: ErrCode) -> Answer {
        Answer::Api(ApiAnswer { msg: msg.into(), err_code })
    }

    #[test]
    fn the_impossible_code_is_a_code() {
        let code = Code::impossible();
        assert_eq!(Code::parse(code.as_str()), Ok(code));
    }

    #[test]
    fn each_answer_gives_what_it_proves() {
        for (msg, number, expected) in [
            ("CDK NOT FOUND.", 40014, StateCheck::Right),
            ("USER INFO ERROR", 40020, StateCheck::WrongState),
            ("role not exist", 40001, StateCheck::NoSuchPlayer),
            ("TIMEOUT RETRY.", 40004, StateCheck::Unclear(Status::TimeoutRetry)),
            ("TIME ERROR.", 40007, StateCheck::Unclear(Status::TimeError)),
        ] {
            assert_eq!(outcome(&api(msg, ErrCode::Number(number))), expected, "{msg}");
        }
        let bare = api("CDK NOT FOUND", ErrCode::Absent);
        assert_eq!(outcome(&bare), StateCheck::Unclear(Status::CdkNotFound), "the number is the proof");
        let bare = api("USER INFO ERROR", ErrCode::Absent);
        assert_eq!(outcome(&bare), StateCheck::Unclear(Status::UserInfoError), "here too");
        assert_eq!(outcome(&Answer::TimedOut), StateCheck::Unclear(Status::TimedOut));
    }

    #[test]
    fn an_answer_about_the_player_or_the_game_shows_no_state() {
        for status in [Status::Success, Status::Received, Status::TimeError, Status::Used, Status::StoveLevel] {
            assert!(shows_the_state(&status), "{status}");
        }
        for status in [
            Status::UserInfoError,
            Status::RoleNotExist,
            Status::NoState,
            Status::TimeoutRetry,
            Status::SignError,
            Status::CdkNotFound,
            Status::Unknown("RECHARGE_MONEY_VIP".into()),
        ] {
            assert!(!shows_the_state(&status), "{status}");
        }
    }

    proptest! {
        #[test]
        fn nothing_else_proves_a_state(msg in ".{0,20}", number in prop_oneof![Just(40014i64), any::<i64>()]) {
            let right = outcome(&api(&msg, ErrCode::Number(number))) == StateCheck::Right;
            let words = msg.to_ascii_uppercase().replace('_', " ");
            prop_assert!(!right || (number == 40014 && words.contains("CDK NOT FOUND")));
        }
    }
}
