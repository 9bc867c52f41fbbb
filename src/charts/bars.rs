//! Horizontal bars.

use super::canvas::{Anchor, Area, Canvas};
use super::frame::{Frame, MARGIN, TEXT};
use super::palette::{Colour, Paint};
use super::scale::{Scale, Unit};
use super::text::{fit, width};
use super::{MAX_ROWS, MAX_SERIES, sane};

/// The height of a row: the most, and the least in which its text is readable.
const ROW: f64 = 24.0;
const LEAST_ROW: f64 = 15.0;

/// One bar.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row<'a> {
    pub label: &'a str,
    /// One for each part of the bar, from the left; missing ones are 0.
    pub values: Vec<f64>,
    /// What a full bar would be, if there is such a thing; it is drawn as a track behind the bar.
    pub full: Option<f64>,
    /// Stands behind the bar: its value in words.
    pub note: &'a str,
}

/// Horizontal bars, each of one or more parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars<'a> {
    pub unit: Unit<'a>,
    /// The parts of a bar. An empty name is not in the legend.
    pub parts: Vec<(&'a str, Colour)>,
    pub rows: Vec<Row<'a>>,
}

impl Frame<'_> {
    /// Draws bars from the top down. The chart is as high as they need, and no higher than the frame: where they do not fit, the
    /// last line says how many are left out.
    pub fn bars(&self, bars: &Bars<'_>) -> String {
        let parts = &bars.parts[..bars.parts.len().min(MAX_SERIES)];
        let value = |row: &Row<'_>, part: usize| row.values.get(part).copied().map_or(0.0, sane);
        let total = |row: &Row<'_>| (0..parts.len()).map(|part| value(row, part)).sum::<f64>();
        let length = |row: &Row<'_>| total(row).max(row.full.map_or(0.0, sane));
        if bars.rows.is_empty() || parts.is_empty() {
            return self.empty();
        }
        let (mut canvas, area) = self.begin(parts.iter().copied());
        let mut area = Area { bottom: self.height() - MARGIN - TEXT - 6.0, ..area };
        // The unit's own line.
        if !bars.unit.caption().is_empty() {
            area.bottom -= TEXT + 3.0;
        }
        let fits = (1..=bars.rows.len().min(MAX_ROWS)).rev().find(|rows| *rows as f64 * LEAST_ROW <= area.height());
        let mut shown = fits.unwrap_or(1);
        if shown < bars.rows.len() {
            shown = shown.saturating_sub(1).max(1);
        }
        let left_out = bars.rows.len() - shown;
        let lines = shown + usize::from(left_out > 0);
        let height = (area.height() / lines as f64).min(ROW);
        let rows = &bars.rows[..shown];
        let bottom = area.top + height * shown as f64;
        let plot = columns(area, rows, bottom);
        let largest = rows.iter().map(length).fold(0.0, f64::max);
        let mut scale = Scale::new(largest, bars.unit, if plot.width() >= 150.0 { 4 } else { 2 });
        if largest > 0.0 {
            // The longest bar takes all the room, also where it does not end at a tick.
            scale.max = largest;
            scale.ticks.retain(|tick| *tick <= largest);
        }
        for tick in &scale.ticks {
            let x = plot.left + tick / scale.max * plot.width();
            canvas.line((x, plot.top), (x, plot.bottom), if *tick == 0.0 { Paint::Muted } else { Paint::Grid });
        }
        for (at, row) in rows.iter().enumerate() {
            let (top, middle) = (plot.top + at as f64 * height, plot.top + (at as f64 + 0.5) * height);
            let base = middle + TEXT * 0.35;
            let label = fit(row.label, TEXT, plot.left - area.left - 6.0);
            canvas.text((plot.left - 6.0, base), TEXT, Anchor::End, Paint::Text, &label);
            canvas.text(
                (area.right, base),
                TEXT,
                Anchor::End,
                Paint::Text,
                &fit(row.note, TEXT, area.right - plot.right),
            );
            let x = |value: f64| plot.left + value / scale.max * plot.width();
            let piece =
                |from: f64, to: f64| Area { left: x(from), top: top + 3.0, right: x(to), bottom: top + height - 3.0 };
            canvas.group(&format!("{}: {}", row.label, row.note), |canvas| {
                if let Some(full) = row.full.map(sane) {
                    canvas.rect(piece(0.0, full), Paint::Grid);
                }
                let mut before = 0.0;
                for (part, (_, colour)) in parts.iter().enumerate() {
                    let value = value(row, part);
                    if value > 0.0 {
                        canvas.rect(piece(before, before + value), Paint::Series(*colour));
                        before += value;
                    }
                }
            });
        }
        let end = self.ends(&mut canvas, area, plot, bars.unit, &scale, (left_out, height));
        let rows: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.note)).collect();
        let more = if left_out > 0 { format!("; {}", self.words.more(left_out)) } else { String::new() };
        self.finish(canvas, end + MARGIN, &format!("{}{more}.", rows.join("; ")))
    }

    /// Draws what is below the bars: the axis, its unit, and how many bars are left out. Returns where it ends.
    fn ends(
        &self,
        canvas: &mut Canvas,
        area: Area,
        plot: Area,
        unit: Unit<'_>,
        scale: &Scale,
        (left_out, row): (usize, f64),
    ) -> f64 {
        let mut base = plot.bottom + TEXT + 2.0;
        let mut free_from = f64::MIN;
        for tick in &scale.ticks {
            let (x, label) = (plot.left + tick / scale.max * plot.width(), scale.label(*tick, unit, self.words));
            let half = width(&label, TEXT) / 2.0;
            if x - half >= free_from && x + half <= self.width() - 2.0 {
                canvas.text((x, base), TEXT, Anchor::Middle, Paint::Muted, &label);
                free_from = x + half + 8.0;
            }
        }
        if !unit.caption().is_empty() {
            base += TEXT + 3.0;
            let caption = fit(unit.caption(), TEXT, area.right - plot.left);
            canvas.text((plot.left, base), TEXT, Anchor::Start, Paint::Muted, &caption);
        }
        if left_out > 0 {
            base += row;
            let more = fit(&self.words.more(left_out), TEXT, area.width());
            canvas.text((area.left, base), TEXT, Anchor::Start, Paint::Muted, &more);
        }
        base + 2.0
    }
}

/// What is left for the bars between their labels and their notes.
fn columns(area: Area, rows: &[Row<'_>], bottom: f64) -> Area {
    let widest = |texts: &mut dyn Iterator<Item = &str>, share: f64| {
        let widest = texts.map(|text| width(&fit(text, TEXT, area.width()), TEXT)).fold(0.0, f64::max);
        // A hair more, so that what fits exactly is not cut.
        if widest > 0.0 { (widest + 0.01).min(area.width() * share) + 6.0 } else { 0.0 }
    };
    let left = area.left + widest(&mut rows.iter().map(|row| row.label), 0.36);
    let right = area.right - widest(&mut rows.iter().map(|row| row.note), 0.34);
    Area { left, top: area.top, right: right.max(left + 20.0), bottom }
}
