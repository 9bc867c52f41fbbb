//! Text in a chart: how wide it is, how it is cut, and how it is escaped.

use super::font;
use crate::domain::text::clean;

/// Some pairs of letters stand further apart than their widths say.
const KERNING: f64 = 1.04;
/// The longest text that is looked at, in characters.
pub(super) const MAX_CHARS: usize = 200;

/// The width of text in a font size, in the same unit; never less than it is in the embedded fonts. Few fonts of pages are wider.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(font::width).sum::<f64>() * KERNING * size
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
