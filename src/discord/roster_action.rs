//! The `custom_id` of the buttons, menus and forms of `/manage players`. Each names its alliance, and holds everything
//! needed to act on it, so that it works after any number of restarts and updates.

use std::fmt;

use crate::discord::custom_id::is_stored_id;
use crate::domain::players::player::AllianceId;
use crate::store::RosterFilter;

/// The version and the name at the start. Older versions must stay readable for ever.
const BEGIN: &str = "1:players:";
/// The most characters of a search that a `custom_id` has room for, even if each counts twice.
pub const MAX_SEARCH: usize = 20;

/// What a button, menu or form is for, with the alliance whose roster it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterAction {
    pub alliance: AllianceId,
    pub kind: RosterActionKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterActionKind {
    /// Show this page of those whom a filter shows; counted from 0.
    Filtered(RosterFilter, u32),
    /// Remove those who were chosen on this page of a search; an empty search finds everybody.
    Choose(u32, String),
    /// Show this page of a search.
    Browse(u32, String),
    /// Open the form that asks whom to search for.
    Search,
    /// The form itself.
    SearchForm,
    /// Undo the removal of this draft.
    Undo(String),
    /// Replace the roster as the preview of this draft says.
    Replace(String),
    /// The form to paste players into.
    PasteForm,
}

impl RosterAction {
    /// `None` for a `custom_id` of anything else.
    pub fn parse(custom_id: &str) -> Option<Self> {
        let mut parts = custom_id.strip_prefix(BEGIN)?.splitn(4, ':');
        let (name, alliance) = (parts.next()?, AllianceId(parts.next()?.parse().ok()?));
        let (first, second) = (parts.next(), parts.next());
        let page = |text: Option<&str>| text?.parse::<u32>().ok();
        let search = |text: Option<&str>| Some(text?.to_owned()).filter(|text| text.chars().count() <= MAX_SEARCH);
        let draft = |text: Option<&str>| Some(text?.to_owned()).filter(|id| is_stored_id(id));
        let kind = match (name, second) {
            ("list", _) => RosterActionKind::Filtered(RosterFilter::parse(first?)?, page(second)?),
            ("choose", _) => RosterActionKind::Choose(page(first)?, search(second)?),
            ("browse", _) => RosterActionKind::Browse(page(first)?, search(second)?),
            ("search", None) if first.is_none() => RosterActionKind::Search,
            ("find", None) if first.is_none() => RosterActionKind::SearchForm,
            ("undo", None) => RosterActionKind::Undo(draft(first)?),
            ("replace", None) => RosterActionKind::Replace(draft(first)?),
            ("paste", None) if first.is_none() => RosterActionKind::PasteForm,
            _ => return None,
        };
        Some(Self { alliance, kind })
    }
}

impl fmt::Display for RosterAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alliance = self.alliance;
        f.write_str(BEGIN)?;
        match &self.kind {
            RosterActionKind::Filtered(filter, page) => write!(f, "list:{alliance}:{}:{page}", filter.name()),
            RosterActionKind::Choose(page, search) => write!(f, "choose:{alliance}:{page}:{search}"),
            RosterActionKind::Browse(page, search) => write!(f, "browse:{alliance}:{page}:{search}"),
            RosterActionKind::Search => write!(f, "search:{alliance}"),
            RosterActionKind::SearchForm => write!(f, "find:{alliance}"),
            RosterActionKind::Undo(draft) => write!(f, "undo:{alliance}:{draft}"),
            RosterActionKind::Replace(draft) => write!(f, "replace:{alliance}:{draft}"),
            RosterActionKind::PasteForm => write!(f, "paste:{alliance}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Messages hold these for ever: more may be added, but none may change.
    #[test]
    fn ids_in_old_messages_stay_readable() {
        for (text, kind) in [
            ("1:players:list:7:no_state:3", RosterActionKind::Filtered(RosterFilter::NoState, 3)),
            ("1:players:list:7:failing:0", RosterActionKind::Filtered(RosterFilter::Failing, 0)),
            ("1:players:list:7:not_linked:0", RosterActionKind::Filtered(RosterFilter::NotLinked, 0)),
            ("1:players:list:7:left:0", RosterActionKind::Filtered(RosterFilter::Left, 0)),
            ("1:players:choose:7:2:", RosterActionKind::Choose(2, String::new())),
            ("1:players:choose:7:2:a:b", RosterActionKind::Choose(2, "a:b".to_owned())),
            ("1:players:browse:7:2:Łord", RosterActionKind::Browse(2, "Łord".to_owned())),
            ("1:players:search:7", RosterActionKind::Search),
            ("1:players:find:7", RosterActionKind::SearchForm),
            ("1:players:undo:7:0a", RosterActionKind::Undo("0a".to_owned())),
            ("1:players:replace:7:0a", RosterActionKind::Replace("0a".to_owned())),
            ("1:players:paste:7", RosterActionKind::PasteForm),
        ] {
            let action = RosterAction { alliance: AllianceId(7), kind };
            assert_eq!((RosterAction::parse(text), action.to_string().as_str()), (Some(action.clone()), text));
        }
        for foreign in [
            "",
            "1:players",
            "1:players:",
            "2:players:paste:7",
            "1:players:paste:x",
            "1:players:paste:7:x",
            "1:players:list:7:other:0",
            "1:players:list:7:left:-1",
            "1:players:undo:7:",
            "1:players:undo:7:a b",
            "1:players:undo:7:a:b",
            "1:players:choose:7:1",
            "1:players:choose:7:1:123456789012345678901",
        ] {
            assert_eq!(RosterAction::parse(foreign), None, "{foreign}");
        }
    }

    proptest! {
        #[test]
        fn the_longest_search_has_room(search in "\\PC{0,20}", page in any::<u32>()) {
            let kind = RosterActionKind::Choose(page, search);
            let action = RosterAction { alliance: AllianceId(u64::MAX), kind };
            let text = action.to_string();
            prop_assert!(text.encode_utf16().count() <= 100, "{}", text);
            prop_assert_eq!(RosterAction::parse(&text), Some(action));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(1:players:)?[a-z0-9:]{0,30}") {
            let _ = RosterAction::parse(&text);
        }
    }
}
