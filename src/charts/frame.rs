//! What all charts share: size, title, legend, axes, text alternative.

use super::canvas::{Anchor, Area, Canvas};
use super::palette::{Colour, Paint, Style};
use super::scale::{Scale, TimeAxis, Unit};
use super::text::{escape, fit, width};
use super::words::Words;
use super::{MAX_BUCKETS, MAX_SERIES, font};
use crate::domain::text::clean;

/// The largest size of a chart, in its own pixels.
pub const MAX_WIDTH: f64 = 1600.0;
pub const MAX_HEIGHT: f64 = 1600.0;
/// The smallest, in which a chart is still one.
const MIN_WIDTH: f64 = 200.0;
const MIN_HEIGHT: f64 = 120.0;

/// Font sizes.
pub(super) const TITLE: f64 = 15.0;
pub(super) const TEXT: f64 = 12.0;
/// From the chart's edge to what is in it.
pub(super) const MARGIN: f64 = 10.0;
/// Between two labels.
const GAP: f64 = 8.0;
/// The longest text alternative, in characters.
const MAX_DESCRIPTION: usize = 2000;

/// Where and under which name a chart is drawn.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Unique on the page: ASCII letters, digits and `-`. The elements' ids begin with it.
    pub id: &'a str,
    pub title: &'a str,
    /// The chart's width and height in its pixels, in which text is 12 high. Bars need less height where there are few rows.
    pub width: f64,
    pub height: f64,
    pub style: Style,
    /// What the chart writes of its own.
    pub words: &'a dyn Words,
}

impl Frame<'_> {
    fn id(&self) -> String {
        self.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect()
    }

    pub(super) fn width(&self) -> f64 {
        super::sane(self.width).clamp(MIN_WIDTH, MAX_WIDTH)
    }

    pub(super) fn height(&self) -> f64 {
        super::sane(self.height).clamp(MIN_HEIGHT, MAX_HEIGHT)
    }

    /// Draws title and legend, and returns what is left below them.
    pub(super) fn begin<'s>(&self, legend: impl IntoIterator<Item = (&'s str, Colour)>) -> (Canvas, Area) {
        let mut canvas = Canvas::new(self.style);
        let right = self.width() - MARGIN;
        let title = fit(self.title, TITLE, right - MARGIN);
        canvas.text((MARGIN, MARGIN + TITLE - 2.0), TITLE, Anchor::Start, Paint::Text, &title);
        let mut base = MARGIN + TITLE + 16.0;
        let mut x = MARGIN;
        let mut is_drawn = false;
        for (name, colour) in legend.into_iter().take(MAX_SERIES).filter(|(name, _)| !name.is_empty()) {
            let name = fit(name, TEXT, right - MARGIN - 14.0);
            let item = 14.0 + width(&name, TEXT);
            if x > MARGIN && x + item > right {
                (x, base) = (MARGIN, base + TEXT + 5.0);
            }
            let swatch = Area { left: x, top: base - 9.0, right: x + 10.0, bottom: base + 1.0 };
            canvas.rect(swatch, Paint::Series(colour));
            canvas.text((x + 14.0, base), TEXT, Anchor::Start, Paint::Text, &name);
            x += item + 14.0;
            is_drawn = true;
        }
        let top = if is_drawn { base + 9.0 } else { MARGIN + TITLE + 8.0 };
        (canvas, Area { left: MARGIN, top, right, bottom: self.height() - MARGIN })
    }

    /// The chart without values.
    pub(super) fn empty(&self) -> String {
        let (mut canvas, area) = self.begin([]);
        let height = MIN_HEIGHT.min(self.height());
        let middle = (f64::midpoint(area.left, area.right), f64::midpoint(area.top, height - MARGIN) + TEXT / 2.0);
        canvas.text(middle, TEXT, Anchor::Middle, Paint::Muted, &self.words.nothing());
        self.finish(canvas, height, "Nothing yet.")
    }

    /// The whole SVG. `description` is the text alternative of a chart on a page; a picture's stands beside it.
    pub(super) fn finish(&self, canvas: Canvas, height: f64, description: &str) -> String {
        let (w, h, id) = (self.width().round(), height.round(), self.id());
        let (size, body) = (format!(r#"viewBox="0 0 {w} {h}" width="{w}" height="{h}""#), canvas.finish());
        match self.style {
            Style::Page => {
                let description = escape(&clean(description, MAX_DESCRIPTION));
                let title = escape(&fit(self.title, TITLE, MAX_WIDTH));
                format!(
                    r#"<svg xmlns="http://www.w3.org/2000/svg" class="chart" {size} role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc>{body}</svg>"#
                )
            }
            Style::Picture => {
                let (font, background) = (font::family(self.words.language()), Paint::Background.in_picture());
                format!(
                    r#"<svg xmlns="http://www.w3.org/2000/svg" font-family="{font}" {size}><rect width="{w}" height="{h}" fill="{background}"/>{body}</svg>"#
                )
            }
        }
    }
}

/// The axes of a chart over time: what is drawn inside of them begins at `area`'s lower edge.
pub(super) struct Axes {
    pub area: Area,
    pub scale: Scale,
}

impl Axes {
    /// Draws both axes and their labels into `area`.
    pub fn draw(
        frame: &Frame<'_>,
        canvas: &mut Canvas,
        mut area: Area,
        unit: Unit<'_>,
        largest: f64,
        (time, buckets): (TimeAxis, usize),
    ) -> Self {
        let words = frame.words;
        let caption = unit.caption();
        if !caption.is_empty() {
            let caption = fit(caption, TEXT, area.width());
            canvas.text((area.left, area.top + TEXT - 2.0), TEXT, Anchor::Start, Paint::Muted, &caption);
            area.top += TEXT + 5.0;
        }
        // Room for half of the uppermost label, and for the labels of the time axis.
        area.top += TEXT / 2.0;
        area.bottom -= TEXT + 9.0;
        let intervals = if area.height() >= 150.0 { 5 } else { 3 };
        let scale = Scale::new(largest, unit, intervals);
        let widest = scale.ticks.iter().map(|tick| width(&scale.label(*tick, unit, words), TEXT)).fold(0.0, f64::max);
        area.left += widest + 6.0;
        for tick in &scale.ticks {
            let y = area.bottom - tick / scale.max * area.height();
            let paint = if *tick == 0.0 { Paint::Muted } else { Paint::Grid };
            canvas.line((area.left, y), (area.right, y), paint);
            let label = scale.label(*tick, unit, words);
            canvas.text((area.left - 6.0, y + TEXT * 0.35), TEXT, Anchor::End, Paint::Muted, &label);
        }
        time_labels(canvas, area, time, buckets, words);
        Self { area, scale }
    }

    pub fn y(&self, value: f64) -> f64 {
        self.area.bottom - value / self.scale.max * self.area.height()
    }
}

/// Labels round moments below `area`, as many as fit.
fn time_labels(canvas: &mut Canvas, area: Area, time: TimeAxis, buckets: usize, words: &dyn Words) {
    let step = time.seconds();
    let (start, end) = (time.at(0).as_second(), time.at(buckets).as_second());
    let bucket = area.width() / buckets.max(1) as f64;
    let base = area.bottom + TEXT + 7.0;
    let labels = |distance: i64| {
        let first = start.div_euclid(distance) + i64::from(start.rem_euclid(distance) != 0);
        let moments = (first..).map(move |at| at.saturating_mul(distance)).take_while(move |at| *at < end);
        moments.take(MAX_BUCKETS).filter_map(move |at| {
            // A day is labelled in its middle; a moment, where it is.
            let centre = if step >= 86_400 { 0.5 } else { 0.0 };
            let x = area.left + ((at - start) as f64 / step as f64 + centre) * bucket;
            Some((x, time.label(jiff::Timestamp::from_second(at).ok()?, distance, words)))
        })
    };
    let half = |label: &str| width(label, TEXT) / 2.0;
    for distance in time.distances() {
        let all: Vec<(f64, String)> = labels(distance).collect();
        let apart = all.windows(2).all(|pair| pair[0].0 + half(&pair[0].1) + GAP <= pair[1].0 - half(&pair[1].1));
        if all.is_empty() || !apart {
            continue;
        }
        for (x, label) in all {
            if x > area.left {
                canvas.line((x, area.bottom), (x, area.bottom + 3.0), Paint::Muted);
            }
            if x - half(&label) >= 2.0 && x + half(&label) <= area.right + MARGIN - 2.0 {
                canvas.text((x, base), TEXT, Anchor::Middle, Paint::Muted, &label);
            }
        }
        return;
    }
    let only = fit(&time.name(0, words), TEXT, area.width());
    canvas.text((area.left, base), TEXT, Anchor::Start, Paint::Muted, &only);
}
