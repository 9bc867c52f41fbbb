//! Makes text from outside (a feed, a player, a server's answer) safe to show and to log.
//!
//! Written by hand: crates that strip terminal escapes leave the characters that turn or hide text.

pub mod language;
pub mod markdown;

/// The longest name a log line or a table shows, in characters.
pub const NAME_CHARS: usize = 32;

/// Puts `text` on one line. Control characters (line feeds, terminal escapes) and invisible characters that reorder or
/// hide text become spaces or vanish. Runs of blanks become one blank. Text longer than `max_chars` ends in `…`.
///
/// This is for terminals and logs; [`markdown`] is for Discord.
pub fn clean(text: &str, max_chars: usize) -> String {
    let mut out = String::new();
    let mut chars = 0;
    let mut blank = false;
    for c in text.chars() {
        if is_invisible(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            blank = true;
            continue;
        }
        let room = if blank && !out.is_empty() { 2 } else { 1 };
        if chars + room > max_chars {
            if max_chars > 0 {
                while out.chars().count() >= max_chars {
                    out.pop();
                }
                out.push('…');
            }
            return out;
        }
        if room == 2 {
            out.push(' ');
        }
        out.push(c);
        chars += room;
        blank = false;
    }
    out
}

/// Removes what nobody can see from both ends of `text`: blanks, and characters without a glyph. Text copied from chats
/// and web pages carries them.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

/// `text` for a search, in which case does not matter, in whatever alphabet. Turkish has two letters i, and Unicode writes
/// the small one of `İ` with a dot of its own; they count as one.
pub fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .filter(|c| *c != '\u{307}')
        .map(|c| if c == 'ı' { 'i' } else { c })
        .collect()
}

/// What a person sees of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharacterKind {
    /// The usual space.
    Blank,
    Invisible,
    Control,
    Visible,
}

pub fn kind_of(c: char) -> CharacterKind {
    match c {
        ' ' => CharacterKind::Blank,
        c if is_invisible(c) || is_unseen(c) => CharacterKind::Invisible,
        c if c.is_control() => CharacterKind::Control,
        _ => CharacterKind::Visible,
    }
}

/// How an error names a character: by its number if it cannot be seen, because nobody would find it otherwise.
pub fn name_of(c: char) -> String {
    let number = u32::from(c);
    match kind_of(c) {
        CharacterKind::Blank => "a blank".to_owned(),
        CharacterKind::Invisible => format!("the invisible character U+{number:04X}"),
        CharacterKind::Control => format!("the control character U+{number:04X}"),
        CharacterKind::Visible => format!("“{c}”"),
    }
}

/// Whether `c` is invisible where it stands alone. Variation selectors and fillers can be part of a name but not of a
/// number or a code, so [`clean`] keeps them.
pub fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || is_invisible(c)
        || matches!(c,
            '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}'
            | '\u{E0100}'..='\u{E01EF}')
}

/// Characters without a glyph of their own that change how others are read: bidirectional controls, zero-width
/// characters, the byte order mark, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_text_becomes_one_plain_line() {
        assert_eq!(clean("a\nb\u{1b}[31mc", 20), "a b [31mc");
        assert_eq!(clean("  x\t\ty  ", 20), "x y");
        assert_eq!(clean("abc\u{202E}def\u{200B}", 20), "abcdef");
        assert_eq!(clean("abcdef", 4), "abc…");
        assert_eq!(clean("abcd", 4), "abcd");
        assert_eq!(clean("abcd", 0), "");
    }

    #[test]
    fn invisible_characters_are_dropped_at_the_ends_and_named_inside() {
        assert_eq!(trim("\u{200F}\u{FEFF} WOS1105\u{200B}\u{A0}\u{2060}\u{FE0F}\r\n"), "WOS1105");
        assert_eq!(trim("\u{200B}"), "");
        assert_eq!(trim("a\u{200B}b"), "a\u{200B}b");
        let named = ['\u{200B}', '\u{1B}', ' ', '\t', 'Ä'].map(name_of);
        let expected = [
            "the invisible character U+200B",
            "the control character U+001B",
            "a blank",
            "the invisible character U+0009",
            "“Ä”",
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn a_search_ignores_the_case_in_every_alphabet() {
        for (one, other) in
            [("Ärger", "äRGER"), ("Лорд", "лорд"), ("ΩMEGA", "ωmega"), ("İstanbul", "istanbul"), ("ISI", "ısı")]
        {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_eq!(folded("火狼 냥이"), "火狼 냥이");
        assert_ne!(folded("a"), folded("ä"));
    }

    proptest! {
        #[test]
        fn never_longer_than_asked_and_never_a_control_character(text in any::<String>(), max in 0usize..40) {
            let shown = clean(&text, max);
            prop_assert!(shown.chars().count() <= max);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert_eq!(clean(&shown, max), shown);
        }
    }
}
