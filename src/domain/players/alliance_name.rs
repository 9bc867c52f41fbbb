//! The names that people give to the alliances of a server.

use crate::domain::text::{clean, folded, trim};

/// The most alliances in one server: as many as a menu of Discord has.
pub const MAX_ALLIANCES: u32 = 25;
/// The longest name, in characters.
pub const MAX_CHARS: usize = 32;

/// The name as it is stored, on one line and without invisible characters; `None` if it is empty or too long.
pub fn parse(text: &str) -> Option<String> {
    let name = trim(&clean(text, MAX_CHARS + 1)).to_owned();
    (!name.is_empty() && name.chars().count() <= MAX_CHARS).then_some(name)
}

/// Whether people would confuse two names.
pub fn is_same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// A name for the first alliance of a server, which had none until there was a second one called `other`: the server's name,
/// unless people would confuse the two.
pub fn first(server: &str, other: &str) -> String {
    let name: String = trim(&clean(server, 200)).chars().take(MAX_CHARS - 2).collect();
    match trim(&name) {
        "" => "Alliance 1".to_owned(),
        name if is_same(name, other) => format!("{name} 1"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_are_cleaned_or_refused() {
        assert_eq!(parse("  Frost\nfire \u{202E}").as_deref(), Some("Frost fire"));
        assert_eq!(parse(&"x".repeat(32)).as_deref(), Some("x".repeat(32).as_str()));
        for bad in ["", " ", "\u{200B}\u{200B}", &"x".repeat(33)] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
        assert!(is_same("FROST", "frost") && !is_same("Frost", "Frosty"));
    }

    #[test]
    fn the_first_alliance_gets_the_servers_name() {
        assert_eq!(first("State 245", "Ember"), "State 245");
        assert_eq!(first("ember", "Ember"), "ember 1");
        assert_eq!(first("\u{200B}", "Ember"), "Alliance 1");
    }

    proptest! {
        #[test]
        fn every_first_name_is_a_name_and_another_one(server in any::<String>(), other in "[a-zA-Z]{1,32}") {
            let name = first(&server, &other);
            prop_assert_eq!(parse(&name), Some(name.clone()));
            prop_assert!(!is_same(&name, &other));
        }
    }
}
