//! The `custom_id` of buttons, menus and forms. It holds everything needed to act on them and starts with a version, so that
//! the buttons of old posts work after any number of restarts and updates.

use std::fmt;

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::{AllianceId, PlayerId};
use crate::store::Which;

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
    /// Remove this alliance, as asked before.
    RemoveAlliance(AllianceId),
    /// Show this page of an alliance's roster; counted from 0. Old messages name no alliance.
    RosterPage(u32, Option<AllianceId>),
    /// Put the person's linked account on this alliance's roster.
    Join(PlayerId, AllianceId),
    /// The same for the alliance chosen in a menu.
    JoinChosen(PlayerId),
    /// Turn results by direct message on or off.
    Results(bool),
    /// Try the code again for the players for whom it failed.
    RetryFailed(Code, AllianceId),
    /// Redeem the code for the player list.
    RedeemForList(Code, AllianceId),
    /// Show a page, counted from 0, of how the code stands with players.
    CodePlayers(Code, AllianceId, Which, u32),
    /// A menu of which players to show.
    ChooseCodePlayers(Code, AllianceId),
    /// Turn auto-redemption on, although it takes long.
    AutoOn(AllianceId),
    /// Do nothing, and say so.
    Dismiss,
    /// A part of an alliance's panel.
    Panel(AllianceId, PanelPart),
}

/// The buttons, menus and forms of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum PanelPart {
    AddCode,
    /// The form that [`PanelPart::AddCode`] opens.
    AddCodeForm,
    Missing,
    /// The menu of the code whose players are shown.
    MissingOf,
    Retry,
    /// The menu of the codes that are tried again.
    RetryOf,
    Redeem,
    /// The menu of the codes that are redeemed.
    RedeemOf,
    AddPlayers,
    RemovePlayers,
    Players,
    Status,
    AutoOn,
    AutoOff,
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
        let alliance = |text: Option<&str>| text?.parse().ok().map(AllianceId);
        let player = |text: &str| PlayerId::new(text.parse().ok()?);
        Some(match name {
            "me" => Self::RedeemForMe(code()?),
            "all" => Self::RedeemForAll(code()?),
            "me-of" => Self::ChooseForMe,
            "all-of" => Self::ChooseForAll,
            "who" => Self::WhoAmI(rest.split(',').map(|code| Code::parse(code).ok()).collect::<Option<_>>()?),
            "chosen" if is_stored_id(rest) => Self::WhoChose(rest.to_owned()),
            "alliance-remove" => Self::RemoveAlliance(AllianceId(rest.parse().ok()?)),
            "roster" => Self::RosterPage(
                rest.parse().ok()?,
                parts.next().map(|id| id.parse().map(AllianceId)).transpose().ok()?,
            ),
            "retry" => Self::RetryFailed(code()?, alliance(parts.next())?),
            "list" => Self::RedeemForList(code()?, alliance(parts.next())?),
            "have" => {
                let alliance = alliance(parts.next())?;
                Self::CodePlayers(code()?, alliance, Which::parse(parts.next()?)?, parts.next()?.parse().ok()?)
            }
            "have-of" => Self::ChooseCodePlayers(code()?, alliance(parts.next())?),
            "auto-on" => Self::AutoOn(alliance(Some(rest))?),
            "dismiss" => Self::Dismiss,
            "panel" => Self::Panel(alliance(Some(rest))?, parts.next()?.parse().ok()?),
            "join" => Self::Join(player(rest)?, AllianceId(parts.next()?.parse().ok()?)),
            "results" => Self::Results(match rest {
                "on" => true,
                "off" => false,
                _ => return None,
            }),
            "join-of" => Self::JoinChosen(player(rest)?),
            _ => return None,
        })
    }

    /// The alliance that it names.
    pub fn alliance(&self) -> Option<AllianceId> {
        match self {
            Self::RosterPage(_, alliance) => *alliance,
            Self::RetryFailed(_, alliance)
            | Self::RedeemForList(_, alliance)
            | Self::CodePlayers(_, alliance, ..)
            | Self::ChooseCodePlayers(_, alliance)
            | Self::AutoOn(alliance)
            | Self::RemoveAlliance(alliance)
            | Self::Panel(alliance, _) => Some(*alliance),
            Self::RedeemForMe(_)
            | Self::RedeemForAll(_)
            | Self::ChooseForMe
            | Self::ChooseForAll
            | Self::WhoAmI(_)
            | Self::WhoChose(_)
            | Self::Join(..)
            | Self::JoinChosen(_)
            | Self::Results(_)
            | Self::Dismiss => None,
        }
    }

    /// Whether it is short enough for a `custom_id`.
    pub fn fits(&self) -> bool {
        self.to_string().len() <= MAX_CHARS
    }
}

/// Whether this can be the id of a draft or a choice in the store.
pub fn is_stored_id(id: &str) -> bool {
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
            Self::RemoveAlliance(alliance) => write!(f, "alliance-remove:{alliance}"),
            Self::RosterPage(page, None) => write!(f, "roster:{page}"),
            Self::RosterPage(page, Some(alliance)) => write!(f, "roster:{page}:{alliance}"),
            Self::RetryFailed(code, alliance) => write!(f, "retry:{code}:{alliance}"),
            Self::RedeemForList(code, alliance) => write!(f, "list:{code}:{alliance}"),
            Self::CodePlayers(code, alliance, which, page) => {
                write!(f, "have:{code}:{alliance}:{}:{page}", which.name())
            }
            Self::ChooseCodePlayers(code, alliance) => write!(f, "have-of:{code}:{alliance}"),
            Self::AutoOn(alliance) => write!(f, "auto-on:{alliance}"),
            Self::Dismiss => f.write_str("dismiss"),
            Self::Panel(alliance, part) => write!(f, "panel:{alliance}:{}", <&str>::from(part)),
            Self::Join(player, alliance) => write!(f, "join:{}:{alliance}", player.get()),
            Self::Results(on) => write!(f, "results:{}", if *on { "on" } else { "off" }),
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
            ("1:who:gogoWOS,gogoWOS", Action::WhoAmI(vec![code.clone(), code.clone()])),
            ("1:retry:gogoWOS:7", Action::RetryFailed(code.clone(), AllianceId(7))),
            ("1:list:gogoWOS:7", Action::RedeemForList(code.clone(), AllianceId(7))),
            ("1:have:gogoWOS:7:missing:3", Action::CodePlayers(code.clone(), AllianceId(7), Which::Missing, 3)),
            ("1:have-of:gogoWOS:7", Action::ChooseCodePlayers(code, AllianceId(7))),
            ("1:auto-on:7", Action::AutoOn(AllianceId(7))),
            ("1:dismiss", Action::Dismiss),
            ("1:panel:7:add-code", Action::Panel(AllianceId(7), PanelPart::AddCode)),
            ("1:panel:7:add-code-form", Action::Panel(AllianceId(7), PanelPart::AddCodeForm)),
            ("1:panel:7:missing", Action::Panel(AllianceId(7), PanelPart::Missing)),
            ("1:panel:7:missing-of", Action::Panel(AllianceId(7), PanelPart::MissingOf)),
            ("1:panel:7:retry", Action::Panel(AllianceId(7), PanelPart::Retry)),
            ("1:panel:7:retry-of", Action::Panel(AllianceId(7), PanelPart::RetryOf)),
            ("1:panel:7:redeem", Action::Panel(AllianceId(7), PanelPart::Redeem)),
            ("1:panel:7:redeem-of", Action::Panel(AllianceId(7), PanelPart::RedeemOf)),
            ("1:panel:7:add-players", Action::Panel(AllianceId(7), PanelPart::AddPlayers)),
            ("1:panel:7:remove-players", Action::Panel(AllianceId(7), PanelPart::RemovePlayers)),
            ("1:panel:7:players", Action::Panel(AllianceId(7), PanelPart::Players)),
            ("1:panel:7:status", Action::Panel(AllianceId(7), PanelPart::Status)),
            ("1:panel:7:auto-on", Action::Panel(AllianceId(7), PanelPart::AutoOn)),
            ("1:panel:7:auto-off", Action::Panel(AllianceId(7), PanelPart::AutoOff)),
            ("1:chosen:0123abcd", Action::WhoChose("0123abcd".to_owned())),
            ("1:roster:7", Action::RosterPage(7, None)),
            ("1:alliance-remove:41", Action::RemoveAlliance(AllianceId(41))),
            ("1:roster:7:41", Action::RosterPage(7, Some(AllianceId(41)))),
            ("1:join:33750731:4", Action::Join(PlayerId::new(33_750_731).unwrap(), AllianceId(4))),
            ("1:results:on", Action::Results(true)),
            ("1:results:off", Action::Results(false)),
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
            "1:results:",
            "1:join:1",
            "1:join:0:4",
            "1:join-of:x",
            "1:who:",
            "1:chosen:",
            "1:chosen:a b",
            "1:retry:X",
            "1:retry:X:y",
            "1:have:X:7:some:0",
            "1:have:X:7:all",
            "1:auto-on:",
            "1:panel:7",
            "1:panel:7:dance",
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
            let (alliance, page) = (AllianceId(u64::MAX), u32::MAX);
            for action in [
                Action::RedeemForMe(one.clone()),
                Action::RedeemForAll(one.clone()),
                Action::RetryFailed(one.clone(), alliance),
                Action::CodePlayers(one.clone(), alliance, Which::Redeemed, page),
                Action::ChooseCodePlayers(one, alliance),
                Action::WhoAmI(codes),
            ] {
                prop_assert_eq!(Action::parse(&action.to_string()), Some(action.clone()));
                prop_assert!(action.fits() || matches!(action, Action::WhoAmI(_)));
            }
        }
    }
}
