//! What our buttons, menus and forms carry: all that is needed to act on them, in a `custom_id` of a stated version, so that
//! those of posts that are years old work after any number of restarts and updates.

use std::fmt;

use crate::domain::code::{Code, CodeKey};

/// The version in front of every `custom_id`. What an older version wrote must be read for ever.
const VERSION: &str = "1";

/// What a component asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Redeem this code for whoever presses.
    RedeemForMe(Code),
    /// Redeem this code for the whole roster.
    RedeemForAll(Code),
    /// Redeem the chosen codes for whoever chooses.
    ChooseForMe,
    /// Redeem the chosen codes for the whole roster.
    ChooseForAll,
    /// The form that asks who somebody is, to redeem these codes. As many as fit.
    WhoAmI(Vec<Code>),
    /// Show this page of the roster; counted from 0.
    RosterPage(u32),
}

/// The most characters of a `custom_id` (PROTOCOL §3).
const MAX_CHARS: usize = 100;

impl Action {
    /// Reads a `custom_id`; `None` for one that is not ours, or of a version we do not know.
    #[must_use]
    pub fn parse(custom_id: &str) -> Option<Self> {
        let mut parts = custom_id.split(':');
        if parts.next()? != VERSION {
            return None;
        }
        let (name, rest) = (parts.next()?, parts.next().unwrap_or_default());
        let code = || Code::parse(rest).ok();
        Some(match name {
            "me" => Self::RedeemForMe(code()?),
            "all" => Self::RedeemForAll(code()?),
            "me-of" => Self::ChooseForMe,
            "all-of" => Self::ChooseForAll,
            "who" => Self::WhoAmI(rest.split(',').map(|code| Code::parse(code).ok()).collect::<Option<_>>()?),
            "roster" => Self::RosterPage(rest.parse().ok()?),
            _ => return None,
        })
    }

    /// The form for as many of these codes as fit into it.
    #[must_use]
    pub fn who_am_i(codes: &[Code]) -> Self {
        let mut room = MAX_CHARS - Self::WhoAmI(Vec::new()).to_string().len();
        let fitting = codes.iter().take_while(|code| {
            let fits = room > code.as_str().len();
            room = room.saturating_sub(code.as_str().len() + 1);
            fits
        });
        Self::WhoAmI(fitting.cloned().collect())
    }
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
            Self::RosterPage(page) => write!(f, "roster:{page}"),
        }
    }
}

/// Reads the values that were chosen in a menu; what is no code is left out.
#[must_use]
pub fn chosen(values: &[String]) -> Vec<Code> {
    let mut codes: Vec<Code> = Vec::new();
    for code in values.iter().filter_map(|value| Code::parse(value).ok()) {
        let key: CodeKey = code.key();
        if codes.iter().all(|known| known.key() != key) {
            codes.push(code);
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Posts carry these for ever: they may be added to, never changed.
    #[test]
    fn what_old_posts_carry_is_read() {
        let code = Code::parse("gogoWOS").unwrap();
        for (text, action) in [
            ("1:me:gogoWOS", Action::RedeemForMe(code.clone())),
            ("1:all:gogoWOS", Action::RedeemForAll(code.clone())),
            ("1:me-of", Action::ChooseForMe),
            ("1:all-of", Action::ChooseForAll),
            ("1:who:gogoWOS,gogoWOS", Action::WhoAmI(vec![code.clone(), code])),
            ("1:roster:7", Action::RosterPage(7)),
        ] {
            assert_eq!((Action::parse(text), action.to_string().as_str()), (Some(action.clone()), text));
        }
        for foreign in ["", "1", "2:me:X", "1:me:", "1:me:a b", "1:other", "1:roster:-1", "1:who:"] {
            assert_eq!(Action::parse(foreign), None, "{foreign}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = Action::parse(&text);
        }

        #[test]
        fn a_form_keeps_to_the_bound(codes in proptest::collection::vec("[A-Za-z0-9]{1,32}", 1..12)) {
            let codes: Vec<Code> = codes.iter().map(|code| Code::parse(code).unwrap()).collect();
            let form = Action::who_am_i(&codes);
            prop_assert!(form.to_string().len() <= MAX_CHARS);
            prop_assert_eq!(Action::parse(&form.to_string()), Some(form.clone()));
            let Action::WhoAmI(kept) = form else { unreachable!() };
            prop_assert!(kept.len() >= codes.len().min(2) && codes.starts_with(&kept));
        }
    }
}
