//! Text in a chart: how wide it is, how it is cut, and how it is escaped.

use crate::domain::text::clean;

/// The widths of the ASCII characters from the blank on, in hundredths of the font size: the embedded font's, rounded up. Few
/// fonts of pages are wider.
const WIDTHS: [u8; 95] = [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 54, 100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69,
    62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64,
    60, 82, 60, 60, 53, 64, 34, 64, 84,
];
/// Of any other character. The widest of the embedded font is `‰`.
const OTHER: u8 = 135;
/// Some pairs of letters stand further apart than their widths say.
const KERNING: f64 = 1.04;
/// The longest text that is looked at, in characters.
pub(super) const MAX_CHARS: usize = 200;

/// The width of text in a font size, in the same unit; never less than it is in the embedded font.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| {
        let at = usize::try_from(u32::from(c)).ok().and_then(|at| at.checked_sub(32));
        f64::from(at.and_then(|at| WIDTHS.get(at)).copied().unwrap_or(OTHER))
    };
    text.chars().map(of).sum::<f64>() * KERNING * size / 100.0
}

/// Text on one line that is no wider than `max`; what is longer ends in `…`.
pub(super) fn fit(text: &str, size: f64, max: f64) -> String {
    let mut shown = clean(text, MAX_CHARS);
    if width(&shown, size) <= max {
        return shown;
    }
    while !shown.is_empty() && width(&shown, size) + width("…", size) > max {
        shown.pop();
    }
    shown.truncate(shown.trim_end().len());
    shown.push('…');
    shown
}

/// Escapes text for XML and HTML, and leaves out what XML cannot hold.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
