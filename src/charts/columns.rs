//! Stacked columns over time.

use super::canvas::Area;
use super::frame::{Axes, Frame};
use super::palette::{Colour, Paint};
use super::scale::{TimeAxis, Unit};
use super::{MAX_BUCKETS, MAX_SERIES, sane};

/// One part of each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<'a> {
    pub name: &'a str,
    pub colour: Colour,
    /// One for each bucket of time; missing ones are 0.
    pub values: Vec<f64>,
}

/// Columns over time, each a stack of one value from each series, the first at the bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns<'a> {
    pub time: TimeAxis,
    pub unit: Unit<'a>,
    pub series: Vec<Series<'a>>,
}

impl Frame<'_> {
    /// Draws stacked columns. The legend shows each series' sum.
    pub fn columns(&self, columns: &Columns<'_>) -> String {
        let words = self.words;
        let series = &columns.series[..columns.series.len().min(MAX_SERIES)];
        let given = series.iter().map(|series| series.values.len()).max().unwrap_or(0);
        let skipped = given.saturating_sub(MAX_BUCKETS);
        let buckets = given - skipped;
        let time = TimeAxis { start: columns.time.at(skipped), ..columns.time };
        let value = |series: &Series<'_>, at: usize| series.values.get(skipped + at).copied().map_or(0.0, sane);
        let total = |at: usize| series.iter().map(|series| value(series, at)).sum::<f64>();
        let highest = (0..buckets).map(|at| (at, total(at))).max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((highest_at, highest)) = highest.filter(|(_, total)| *total > 0.0) else { return self.empty() };
        let sums: Vec<String> = series
            .iter()
            .map(|series| {
                let sum = (0..buckets).map(|at| value(series, at)).sum();
                words.counted(&columns.unit.value(sum, words), series.name)
            })
            .collect();
        let legend = sums.iter().zip(series).map(|(sum, series)| (sum.as_str(), series.colour));
        let (mut canvas, area) = self.begin(legend);
        let axes = Axes::draw(self, &mut canvas, area, columns.unit, highest, (time, buckets));
        let slot = axes.area.width() / buckets as f64;
        // Between columns, while they stay wide enough to be seen.
        let gap = if slot >= 4.0 { (slot * 0.2).clamp(1.0, 6.0) } else { 0.0 };
        for at in (0..buckets).filter(|at| total(*at) > 0.0) {
            let parts: Vec<String> = series
                .iter()
                .filter(|series| value(series, at) > 0.0)
                .map(|series| words.counted(&columns.unit.value(value(series, at), words), series.name))
                .collect();
            canvas.group(&format!("{}: {}", time.name(at, words), parts.join(", ")), |canvas| {
                let left = axes.area.left + at as f64 * slot + gap / 2.0;
                let mut below = 0.0;
                for series in series {
                    let value = value(series, at);
                    if value > 0.0 {
                        let (top, bottom) = (axes.y(below + value), axes.y(below));
                        canvas.rect(Area { left, top, right: left + slot - gap, bottom }, Paint::Series(series.colour));
                        below += value;
                    }
                }
            });
        }
        let description = format!(
            "Per {}, from {} to {} (UTC): {}. Most: {} on {}.",
            time.step_name(words),
            time.name(0, words),
            time.name(buckets - 1, words),
            sums.join(", "),
            columns.unit.value(highest, words),
            time.name(highest_at, words),
        );
        self.finish(canvas, self.height(), &description)
    }
}
