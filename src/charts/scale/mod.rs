//! Axes: round ticks, and how values and times are written.

use jiff::{SignedDuration, Timestamp};

/// What the values of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A whole number of these: `redemptions`.
    Count(&'static str),
    /// Durations, in seconds.
    Seconds,
}

impl Unit {
    /// The caption of the axis.
    pub(super) fn caption(self) -> &'static str {
        match self {
            Self::Count(of) => of,
            // The ticks carry their units.
            Self::Seconds => "",
        }
    }

    /// A value beside a bar or in the text alternative.
    pub(super) fn value(self, value: f64) -> String {
        match self {
            Self::Count(_) => count(value),
            Self::Seconds => duration(value),
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
    pub fn new(largest: f64, unit: Unit, intervals: u32) -> Self {
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
    pub fn label(&self, tick: f64, unit: Unit) -> String {
        let Unit::Seconds = unit else { return count(tick) };
        if tick == 0.0 {
            return "0".to_owned();
        }
        let (size, name) = match self.max {
            max if max < 1.0 => (0.001, "ms"),
            max if max < 120.0 => (1.0, "s"),
            max if max < 7200.0 => (60.0, "min"),
            max if max < 172_800.0 => (3600.0, "h"),
            _ => (86_400.0, "d"),
        };
        let number = format!("{:.2}", tick / size);
        format!("{} {name}", number.trim_end_matches('0').trim_end_matches('.'))
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

/// `12,345`; `2.5M` from a million on.
fn count(value: f64) -> String {
    let (number, suffix) = match value {
        value if value >= 1e9 => (format!("{:.1}", value / 1e9), "G"),
        value if value >= 1e6 => (format!("{:.1}", value / 1e6), "M"),
        _ => (format!("{value:.0}"), ""),
    };
    let number = number.strip_suffix(".0").unwrap_or(&number);
    let whole = number.split('.').next().unwrap_or(number).len();
    let mut shown = String::new();
    for (at, c) in number.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(c);
    }
    shown + suffix
}

/// A duration in seconds, in words: `350 ms`, `4.2 s`, `1 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub fn duration(seconds: f64) -> String {
    let seconds = super::sane(seconds);
    let millis = (seconds * 1000.0).round();
    if millis < 1000.0 {
        return format!("{millis:.0} ms");
    }
    if seconds < 9.95 {
        let number = format!("{seconds:.1}");
        return format!("{} s", number.strip_suffix(".0").unwrap_or(&number));
    }
    let of = |large: f64, large_name: &str, small: f64, small_name: &str| {
        let smalls = (seconds / small).round();
        let per = large / small;
        let (whole, rest) = ((smalls / per).floor(), smalls % per);
        if rest == 0.0 {
            format!("{whole:.0} {large_name}")
        } else {
            format!("{whole:.0} {large_name} {rest:.0} {small_name}")
        }
    };
    match seconds.round() {
        rounded if rounded < 60.0 => format!("{rounded:.0} s"),
        rounded if rounded < 3600.0 => of(60.0, "min", 1.0, "s"),
        rounded if rounded < 86_400.0 - 30.0 => of(3600.0, "h", 60.0, "min"),
        _ => of(86_400.0, "d", 3600.0, "h"),
    }
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
    pub(super) fn name(self, bucket: usize) -> String {
        let format = match self.seconds() {
            86_400.. => "%-d %b",
            60.. => "%-d %b %H:%M",
            _ => "%-d %b %H:%M:%S",
        };
        self.at(bucket).strftime(format).to_string()
    }

    /// `day`, `hour`, or how long a bucket is.
    pub(super) fn step_name(self) -> String {
        match self.seconds() {
            86_400 => "day".to_owned(),
            3600 => "hour".to_owned(),
            60 => "minute".to_owned(),
            other => duration(other as f64),
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
    pub(super) fn label(self, at: Timestamp, distance: i64) -> String {
        let is_midnight = at.as_second().rem_euclid(86_400) == 0;
        let format = match distance {
            86_400.. => "%-d %b",
            _ if is_midnight => "%-d %b",
            60.. => "%H:%M",
            _ => "%H:%M:%S",
        };
        at.strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests;
