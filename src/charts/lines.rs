//! Lines over time.

use super::frame::{Axes, Frame};
use super::palette::{Colour, Paint};
use super::scale::{TimeAxis, Unit};
use super::{MAX_BUCKETS, MAX_SERIES, sane};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    pub name: &'a str,
    pub colour: Colour,
    /// A limit, for instance: drawn with dashes.
    pub is_dashed: bool,
    /// One for each bucket of time. The line is interrupted where there is none.
    pub values: Vec<Option<f64>>,
}

/// Lines over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines<'a> {
    pub time: TimeAxis,
    pub unit: Unit<'a>,
    pub lines: Vec<Line<'a>>,
}

impl Frame<'_> {
    /// Draws lines through the middles of the buckets.
    pub fn lines(&self, chart: &Lines<'_>) -> String {
        let words = self.words;
        let lines = &chart.lines[..chart.lines.len().min(MAX_SERIES)];
        let given = lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
        let skipped = given.saturating_sub(MAX_BUCKETS);
        let buckets = given - skipped;
        let time = TimeAxis { start: chart.time.at(skipped), ..chart.time };
        let values = |line: &Line<'_>| -> Vec<Option<f64>> {
            line.values.iter().skip(skipped).map(|value| value.map(sane)).collect()
        };
        let values: Vec<Vec<Option<f64>>> = lines.iter().map(values).collect();
        let Some(largest) = values.iter().flatten().flatten().copied().max_by(f64::total_cmp) else {
            return self.empty();
        };
        let (mut canvas, area) = self.begin(lines.iter().map(|line| (line.name, line.colour)));
        let axes = Axes::draw(self, &mut canvas, area, chart.unit, largest, (time, buckets));
        let slot = axes.area.width() / buckets as f64;
        let mut parts = Vec::new();
        for (line, values) in lines.iter().zip(&values) {
            let mut points = Vec::new();
            for (at, value) in values.iter().enumerate() {
                if let Some(value) = value {
                    points.push((axes.area.left + (at as f64 + 0.5) * slot, axes.y(*value)));
                }
                let ends = value.is_none() || at + 1 == values.len();
                if ends && !points.is_empty() {
                    canvas.path(&points, line.is_dashed, Paint::Series(line.colour));
                    points.clear();
                }
            }
            let known = || values.iter().enumerate().filter_map(|(at, value)| value.map(|value| (at, value)));
            if let (Some((_, last)), Some((at, most))) =
                (known().next_back(), known().max_by(|a, b| a.1.total_cmp(&b.1)))
            {
                let (last, most) = (chart.unit.value(last, words), chart.unit.value(most, words));
                parts.push(format!("{}: last {last}, most {most} on {}", line.name, time.name(at, words)));
            }
        }
        let (from, to) = (time.name(0, words), time.name(buckets - 1, words));
        let description = format!("Per {}, from {from} to {to} (UTC). {}.", time.step_name(words), parts.join("; "));
        self.finish(canvas, self.height(), &description)
    }
}
