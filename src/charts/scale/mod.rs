//! Axes: round ticks, and how values and times are written.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::words::{TimeUnit, Words, count, decimal, duration};

/// What the values of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit<'a> {
    /// A whole number of these: `redemptions`.
    Count(&'a str),
    /// Durations, in seconds.
    Seconds,
}

impl<'a> Unit<'a> {
    /// The caption of the axis.
    pub(super) fn caption(self) -> &'a str {
        match self {
            Self::Count(of) => of,
            // The ticks carry their units.
            Self::Seconds => "",
        }
    }

    /// A value beside a bar or in the text alternative.
    pub(super) fn value(self, value: f64, words: &dyn Words) -> String {
        match self {
            Self::Count(_) => count(value, words),
            Self::Seconds => duration(value, words),
        }
    }
}

/// The steps between ticks of an axis of durations, in seconds.
const DURATION_STEPS: [f64; 31] = [
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
];

/// An axis of values, from 0 to its last tick.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub max: f64,
    pub ticks: Vec<f64>,
}

impl Scale {
    /// At most `intervals` between ticks, of which the last is at or above `largest`.
    pub fn new(largest: f64, unit: Unit<'_>, intervals: u32) -> Self {
        let at_least = largest.max(f64::MIN_POSITIVE) / f64::from(intervals.max(1));
        let step = match unit {
            Unit::Count(_) => round_step(at_least).max(1.0),
            Unit::Seconds => {
                let fits = DURATION_STEPS.into_iter().find(|step| *step >= at_least);
                fits.unwrap_or_else(|| round_step(at_least / 86_400.0) * 86_400.0)
            }
        };
        // A hair less, so that a sum of fractions does not add a tick.
        let last = (largest / step - 1e-9).ceil().max(1.0);
        let mut ticks = vec![0.0];
        while f64::from(u32::try_from(ticks.len()).unwrap_or(u32::MAX)) <= last {
            ticks.push(ticks.len() as f64 * step);
        }
        Self { max: last * step, ticks }
    }

    /// How a tick is written. All ticks of an axis have one unit.
    pub fn label(&self, tick: f64, unit: Unit<'_>, words: &dyn Words) -> String {
        let Unit::Seconds = unit else { return count(tick, words) };
        if tick == 0.0 {
            return "0".to_owned();
        }
        let (size, unit) = match self.max {
            max if max < 1.0 => (0.001, TimeUnit::Milliseconds),
            max if max < 120.0 => (1.0, TimeUnit::Seconds),
            max if max < 7200.0 => (60.0, TimeUnit::Minutes),
            max if max < 172_800.0 => (3600.0, TimeUnit::Hours),
            _ => (86_400.0, TimeUnit::Days),
        };
        words.time(&decimal(tick / size, 2, words), unit)
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below `at_least`.
fn round_step(at_least: f64) -> f64 {
    let power = 10_f64.powf(at_least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= at_least)
        .unwrap_or(10.0 * power)
}

/// Moments at equal distances, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeAxis {
    /// The beginning of the first bucket.
    pub start: Timestamp,
    /// The length of a bucket, from 1 second on.
    pub step: SignedDuration,
}

impl TimeAxis {
    pub(super) fn seconds(self) -> i64 {
        self.step.as_secs().max(1)
    }

    /// The beginning of a bucket.
    pub(super) fn at(self, bucket: usize) -> Timestamp {
        let after = self.seconds().saturating_mul(i64::try_from(bucket).unwrap_or(i64::MAX));
        let second = self.start.as_second().saturating_add(after);
        Timestamp::from_second(second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second()))
            .unwrap_or(self.start)
    }

    /// Names a bucket.
    pub(super) fn name(self, bucket: usize, words: &dyn Words) -> String {
        let time = match self.seconds() {
            86_400.. => "",
            60.. => " %H:%M",
            _ => " %H:%M:%S",
        };
        let at = self.at(bucket);
        date(at, words) + &at.strftime(time).to_string()
    }

    /// `day`, `hour`, or how long a bucket is.
    pub(super) fn step_name(self, words: &dyn Words) -> String {
        match self.seconds() {
            86_400 => "day".to_owned(),
            3600 => "hour".to_owned(),
            60 => "minute".to_owned(),
            other => duration(other as f64, words),
        }
    }

    /// The moments that may be labelled, for each distance between labels, the closest first: a distance in seconds divides the
    /// day, or is a number of days.
    pub(super) fn distances(self) -> impl Iterator<Item = i64> {
        const DISTANCES: [i64; 20] = [
            1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800,
            1_209_600, 2_592_000, 7_776_000,
        ];
        DISTANCES.into_iter().filter(move |distance| *distance >= self.seconds())
    }

    /// The label of a moment where labels are this far apart.
    pub(super) fn label(self, at: Timestamp, distance: i64, words: &dyn Words) -> String {
        let is_midnight = at.as_second().rem_euclid(86_400) == 0;
        match distance {
            86_400.. => date(at, words),
            _ if is_midnight => date(at, words),
            60.. => at.strftime("%H:%M").to_string(),
            _ => at.strftime("%H:%M:%S").to_string(),
        }
    }
}

fn date(at: Timestamp, words: &dyn Words) -> String {
    words.date(TimeZone::UTC.to_datetime(at).date())
}

#[cfg(test)]
mod tests;
