//! The `custom_id` of buttons, menus and forms. It holds everything needed to act on them and starts with a version, so that
//! the buttons of old posts work after any number of restarts and updates.

use std::fmt;

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::{AllianceId, PlayerId};

/// The version at the start of every `custom_id`. Older versions must stay readable for ever.
const VERSION: &str = "1";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    RedeemForMe(Code),
    RedeemForAll(Code),
    ChooseForMe,
    ChooseForAll,
    /// The form that asks for an account, to redeem these codes for it.
    WhoAmI(Vec<Code>),
    /// The same for more codes than a `custom_id` holds: the store keeps them under this id.
    WhoChose(String),
    /// Show this page of an alliance's roster; counted from 0. Old messages name no alliance.
    RosterPage(u32, Option<AllianceId>),
    /// Put the person's linked account on this alliance's roster.
    Join(PlayerId, AllianceId),
    /// The same for the alliance chosen in a menu.
    JoinChosen(PlayerId),
}

/// The most characters in a `custom_id` (docs/protocol.md, "Sizes").
const MAX_CHARS: usize = 100;

impl Action {
    /// `None` for a `custom_id` that is not the bot's, or of an unknown version.
    pub fn parse(custom_id: &str) -> Option<Self> {
        let mut parts = custom_id.split(':');
        if parts.next()? != VERSION {
            return None;
        }
        let (name, rest) = (parts.next()?, parts.next().unwrap_or_default());
        let code = || Code::parse(rest).ok();
        let player = |text: &str| PlayerId::new(text.parse().ok()?);
        Some(match name {
            "me" => Self::RedeemForMe(code()?),
            "all" => Self::RedeemForAll(code()?),
            "me-of" => Self::ChooseForMe,
            "all-of" => Self::ChooseForAll,
            "who" => Self::WhoAmI(rest.split(',').map(|code| Code::parse(code).ok()).collect::<Option<_>>()?),
            "chosen" if is_choice(rest) => Self::WhoChose(rest.to_owned()),
            "roster" => Self::RosterPage(
                rest.parse().ok()?,
                parts.next().map(|id| id.parse().map(AllianceId)).transpose().ok()?,
            ),
            "join" => Self::Join(player(rest)?, AllianceId(parts.next()?.parse().ok()?)),
            "join-of" => Self::JoinChosen(player(rest)?),
            _ => return None,
        })
    }

    /// Whether it is short enough for a `custom_id`.
    pub fn fits(&self) -> bool {
        self.to_string().len() <= MAX_CHARS
    }
}

/// Whether this can be the id of a choice in the store.
fn is_choice(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}:")?;
        match self {
            Self::RedeemForMe(code) => write!(f, "me:{code}"),
            Self::RedeemForAll(code) => write!(f, "all:{code}"),
            Self::ChooseForMe => f.write_str("me-of"),
            Self::ChooseForAll => f.write_str("all-of"),
            Self::WhoAmI(codes) => {
                let codes: Vec<&str> = codes.iter().map(Code::as_str).collect();
                write!(f, "who:{}", codes.join(","))
            }
            Self::WhoChose(id) => write!(f, "chosen:{id}"),
            Self::RosterPage(page, None) => write!(f, "roster:{page}"),
            Self::RosterPage(page, Some(alliance)) => write!(f, "roster:{page}:{alliance}"),
            Self::Join(player, alliance) => write!(f, "join:{}:{alliance}", player.get()),
            Self::JoinChosen(player) => write!(f, "join-of:{}", player.get()),
        }
    }
}

/// Reads the values chosen in a menu, each code once. `None` if any value is no code: then the menu is not the bot's.
pub fn chosen(values: &[String]) -> Option<Vec<Code>> {
    let mut codes: Vec<Code> = Vec::new();
    for value in values {
        let code = Code::parse(value).ok()?;
        let key: CodeKey = code.key();
        if codes.iter().all(|known| known.key() != key) {
            codes.push(code);
        }
    }
    Some(codes).filter(|codes| !codes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Posts hold these for ever: more may be added, but none may change.
    #[test]
    fn ids_in_old_posts_stay_readable() {
        let code = Code::parse("gogoWOS").unwrap();
        for (text, action) in [
            ("1:me:gogoWOS", Action::RedeemForMe(code.clone())),
            ("1:all:gogoWOS", Action::RedeemForAll(code.clone())),
            ("1:me-of", Action::ChooseForMe),
            ("1:all-of", Action::ChooseForAll),
            ("1:who:gogoWOS,gogoWOS", Action::WhoAmI(vec![code.clone(), code])),
            ("1:chosen:0123abcd", Action::WhoChose("0123abcd".to_owned())),
            ("1:roster:7", Action::RosterPage(7, None)),
            ("1:roster:7:41", Action::RosterPage(7, Some(AllianceId(41)))),
            ("1:join:33750731:4", Action::Join(PlayerId::new(33_750_731).unwrap(), AllianceId(4))),
            ("1:join-of:33750731", Action::JoinChosen(PlayerId::new(33_750_731).unwrap())),
        ] {
            assert_eq!((Action::parse(text), action.to_string().as_str()), (Some(action.clone()), text));
        }
        for foreign in [
            "",
            "1",
            "2:me:X",
            "1:me:",
            "1:me:a b",
            "1:other",
            "1:roster:-1",
            "1:roster:7:",
            "1:roster:7:x",
            "1:join:1",
            "1:join:0:4",
            "1:join-of:x",
            "1:who:",
            "1:chosen:",
            "1:chosen:a b",
        ] {
            assert_eq!(Action::parse(foreign), None, "{foreign}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = Action::parse(&text);
        }

        #[test]
        fn an_action_reads_back_from_its_id(codes in proptest::collection::vec("[A-Za-z0-9][A-Za-z0-9_-]{0,31}", 1..12)) {
            let codes: Vec<Code> = codes.iter().map(|code| Code::parse(code).unwrap()).collect();
            let one = codes[0].clone();
            for action in [Action::RedeemForMe(one.clone()), Action::RedeemForAll(one), Action::WhoAmI(codes)] {
                prop_assert_eq!(Action::parse(&action.to_string()), Some(action.clone()));
                prop_assert!(action.fits() || matches!(action, Action::WhoAmI(_)));
            }
        }
    }
}
