//! Text from outside, made harmless to show in Discord.
//!
//! What a feed or a player wrote is one line without control and bidirectional characters, without markdown, without
//! mentions and links that Discord would make of it, and of bounded length. Mentions are forbidden a second time where a
//! message is sent.
//!
//! Written by hand: serenity neutralises mentions, and leaves most markdown as it is.

use crate::domain::codes::code::{Code, MAX_CODE_CHARS};
use crate::domain::text::clean;

/// What Discord reads as more than itself.
const SPECIAL: &[char] =
    &['\\', '*', '_', '~', '`', '|', '>', '<', '#', '@', '[', ']', '(', ')', ':', '-', '+', '=', '!', '/', '.'];

/// `text` for a message's body, at most `max_chars` of it; up to twice as many with what escapes them.
pub fn escape(text: &str, max_chars: usize) -> String {
    let mut escaped = String::new();
    let mut before = ' ';
    for c in clean(text, max_chars).chars() {
        // A dot or a sign between digits is no markup; escaping it would only make the text hard to read where Discord
        // does not take the backslash away.
        let is_plain = matches!(c, '.' | '-' | '+' | '=' | '!' | '/') && !starts_markup(c, before, &escaped);
        if SPECIAL.contains(&c) && !is_plain {
            escaped.push('\\');
        }
        escaped.push(c);
        before = c;
    }
    escaped
}

/// A code outside backticks: the `_` and `-` that it may hold mean something there.
pub fn in_text(code: &Code) -> String {
    escape(code.as_str(), MAX_CODE_CHARS)
}

/// Whether one of the weaker marks means something where it stands: at the beginning of a line, or doubled.
fn starts_markup(mark: char, before: char, so_far: &str) -> bool {
    so_far.is_empty() || mark == before
}

/// `text`, at most `max_chars` of it, the last of them `…` where it was longer. For text of our own that may grow long: line
/// feeds and markdown stay.
pub fn clip(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let mut clipped: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    // Not in the middle of an escape.
    if clipped.ends_with('\\') {
        clipped.pop();
    }
    clipped + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_of_a_hostile_text_is_read_as_markup() {
        for (text, shown) in [
            ("@everyone", "\\@everyone"),
            ("<@123> <#4> <:x:5>", "\\<\\@123\\> \\<\\#4\\> \\<\\:x\\:5\\>"),
            ("**b** __u__ ~~s~~ `c` ||s||", "\\*\\*b\\*\\* \\_\\_u\\_\\_ \\~\\~s\\~\\~ \\`c\\` \\|\\|s\\|\\|"),
            ("[click](https://evil.example)", "\\[click\\]\\(https\\:/\\/evil.example\\)"),
            ("a\nb\u{202E}c", "a bc"),
            ("# big", "\\# big"),
            ("- item", "\\- item"),
            ("1K Gems, 2.5M Meat + 10 Speed-ups", "1K Gems, 2.5M Meat + 10 Speed-ups"),
        ] {
            assert_eq!(escape(text, 200), shown);
        }
    }

    #[test]
    fn a_code_is_shown_as_it_is_spelt() {
        for (code, shown) in [("gogoWOS", "gogoWOS"), ("_X_mas_", "\\_X\\_mas\\_"), ("-X-mas", "\\-X-mas")] {
            assert_eq!(in_text(&Code::parse(code).unwrap()), shown);
        }
    }

    #[test]
    fn long_text_is_clipped() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("ab\\*cd", 4), "ab…");
        assert_eq!(clip("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn escaping_is_bounded_and_leaves_no_bare_special(text in any::<String>(), max in 0usize..80) {
            let escaped = escape(&text, max);
            prop_assert!(escaped.chars().count() <= 2 * max);
            let mut is_escaped = false;
            for c in escaped.chars() {
                if !is_escaped && ['*', '_', '~', '`', '|', '<', '>', '@', '#', '[', ']', ':'].contains(&c) {
                    prop_assert!(false, "a bare {} in {}", c, escaped);
                }
                is_escaped = !is_escaped && c == '\\';
            }
            prop_assert!(!escaped.contains('\n'));
        }

        #[test]
        fn clipping_keeps_to_the_bound(text in any::<String>(), max in 1usize..80) {
            prop_assert!(clip(&text, max).chars().count() <= max);
        }
    }
}
