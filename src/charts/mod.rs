//! Charts as SVG: stacked columns and lines over time, and horizontal bars. Values in, text out.
//!
//! Drawn by hand. `plotters` and `charts-rs` write colours and fonts into each element, so that a page cannot restyle them for its
//! dark scheme, and neither thins out labels nor writes a text alternative; `charming` needs a JavaScript engine; `poloto` has no
//! bars. What is needed of them here is a scale with round ticks.
//!
//! A chart has one of two [`Style`]s. On a *page* its elements have classes, whose colours are CSS variables ([`PAGE_STYLE`]), and
//! its text is in the page's font. As a *picture* it is opaque and names its colours and the embedded font of its language;
//! [`picture::png`] turns it into a PNG. What a chart writes of its own comes from [`Words`]; the text alternative of a chart on a page
//! is in English.
//!
//! # Guarantees
//! Input is bounded here, so a caller may pass whatever there is: at most [`MAX_BUCKETS`] moments (the latest), [`MAX_SERIES`]
//! series and [`MAX_ROWS`] rows (the first); longer text ends in `…`; a value that is negative or not finite counts as 0. Text is
//! escaped. Labels never overlap and never leave the chart.

mod bars;
mod canvas;
mod columns;
mod font;
mod frame;
mod lines;
mod palette;
pub mod picture;
mod scale;
mod text;
mod words;

pub use bars::{Bars, Row};
pub use columns::{Columns, Series};
pub use font::can_draw;
pub use frame::{Frame, MAX_HEIGHT, MAX_WIDTH};
pub use lines::{Line, Lines};
pub use palette::{Colour, PAGE_STYLE, Style};
pub use scale::{TimeAxis, Unit};
pub use words::{English, TimeUnit, Words, duration};

/// The most moments of a chart over time.
pub const MAX_BUCKETS: usize = 400;
/// The most series of a chart.
pub const MAX_SERIES: usize = 6;
/// The most rows of a bar chart.
pub const MAX_ROWS: usize = 64;

/// `value`, or 0 if it cannot be drawn.
fn sane(value: f64) -> f64 {
    // The bound keeps sums and pixels finite.
    if value.is_finite() { value.clamp(0.0, 1e15) } else { 0.0 }
}

#[cfg(test)]
mod tests;
