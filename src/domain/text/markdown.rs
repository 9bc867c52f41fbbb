//! Escaping of text from outside before Discord shows it.
//!
//! Text from a feed or a player becomes one line of bounded length, without control and bidirectional characters, markdown,
//! mentions or links. When a message is sent, mentions are forbidden a second time.
//!
//! Written by hand: serenity neutralises mentions, and leaves most markdown as it is.

use super::clean;

/// Characters with a meaning in Discord's markdown.
const SPECIAL: &[char] =
    &['\\', '*', '_', '~', '`', '|', '>', '<', '#', '@', '[', ']', '(', ')', ':', '-', '+', '=', '!', '/', '.'];

/// Keeps at most `max_chars` of `text`. The result may have twice as many, because of the backslashes.
pub fn escape(text: &str, max_chars: usize) -> String {
    let mut escaped = String::new();
    let mut before = ' ';
    for c in clean(text, max_chars).chars() {
        // A dot or a sign inside a word is no markup, and a backslash that Discord does not remove is hard to read.
        let is_plain = matches!(c, '.' | '-' | '+' | '=' | '!' | '/') && !starts_markup(c, before, &escaped);
        if SPECIAL.contains(&c) && !is_plain {
            escaped.push('\\');
        }
        escaped.push(c);
        before = c;
    }
    escaped
}

/// Whether a weaker mark is markup here: at the start of a line, or doubled.
fn starts_markup(mark: char, before: char, escaped: &str) -> bool {
    escaped.is_empty() || mark == before
}

/// Keeps at most `max_chars` of `text`, ending in `…` if it was longer. For the bot's own text: line feeds and markdown stay.
pub fn clip(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let mut clipped: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    // Never cut between a backslash and its character.
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
    fn hostile_text_contains_no_markup() {
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
    fn long_text_is_clipped() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("ab\\*cd", 4), "ab…");
        assert_eq!(clip("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn escaped_text_is_bounded_and_has_no_bare_markup(text in any::<String>(), max in 0usize..80) {
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
        fn clipped_text_is_bounded(text in any::<String>(), max in 1usize..80) {
            prop_assert!(clip(&text, max).chars().count() <= max);
        }
    }
}
