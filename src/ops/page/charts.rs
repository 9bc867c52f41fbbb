//! The charts of the page.

use jiff::{SignedDuration, Timestamp};

use crate::charts::{Bars, Colour, Columns, English, Frame, Line, Lines, Row, Series, Style, TimeAxis, Unit};
use crate::runtime::metrics::{BUCKET, CallBucket};
use crate::store::{HourOutcomes, LatestCode};

use super::snapshot::{Figures, HOURS, Snapshot};
use super::view::time::{between, short};

/// As wide as a phone's screen lets it be, so that its text stays readable there.
const WIDTH: f64 = 350.0;
const HEIGHT: f64 = 260.0;
/// The fewest buckets of calls on a chart.
const LEAST_BUCKETS: i64 = 6;

/// The charts in their order, each an SVG with its own escaped texts; none while this instance does not act.
pub(super) fn charts(snapshot: &Snapshot) -> Vec<String> {
    let Some(Ok(figures)) = &snapshot.figures else { return Vec::new() };
    let calls = Calls::new(&snapshot.calls, snapshot.now);
    vec![outcomes(figures), calls.latency(), calls.budget(), durations(&figures.codes)]
}

fn frame<'a>(id: &'a str, title: &'a str) -> Frame<'a> {
    Frame { id, title, width: WIDTH, height: HEIGHT, style: Style::Page, words: &English }
}

/// Redemptions per hour, by outcome.
fn outcomes(figures: &Figures) -> String {
    let hours = &figures.hours;
    let start = hours.first().map_or(Timestamp::UNIX_EPOCH, |hour| hour.from);
    let series = |name, colour, count: fn(&HourOutcomes) -> u32| Series {
        name,
        colour,
        values: hours.iter().map(|hour| f64::from(count(hour))).collect(),
    };
    let series = vec![
        series("granted", Colour::Green, |hour| hour.granted),
        series("had it already", Colour::Blue, |hour| hour.already),
        series("failed", Colour::Red, |hour| hour.failed),
        series("given up", Colour::Orange, |hour| hour.gave_up),
    ];
    let time = TimeAxis { start, step: SignedDuration::from_hours(1) };
    let columns = Columns { time, unit: Unit::Count("redemptions"), series };
    frame("chart-outcomes", "Redemptions per hour").columns(&columns)
}

/// The calls to the game in buckets without a gap.
struct Calls<'a> {
    time: TimeAxis,
    buckets: Vec<Option<&'a CallBucket>>,
}

impl<'a> Calls<'a> {
    /// From the first call on, or of the last hour, so that a bot that was just started has a chart, too.
    fn new(calls: &'a [CallBucket], now: Timestamp) -> Self {
        let step = i64::try_from(BUCKET.as_secs()).unwrap_or(i64::MAX);
        let number = |at: Timestamp| at.as_second().div_euclid(step);
        let last = number(now);
        let earliest = calls.first().map_or(last, |call| number(call.begins_at)).min(last - LEAST_BUCKETS + 1);
        let first = earliest.max(last - i64::from(HOURS) * 3600 / step + 1);
        let of = |bucket: i64| calls.iter().find(|call| number(call.begins_at) == bucket);
        let start = Timestamp::from_second(first.saturating_mul(step)).unwrap_or(Timestamp::UNIX_EPOCH);
        let time = TimeAxis { start, step: SignedDuration::from_secs(step) };
        Self { time, buckets: (first..=last).map(of).collect() }
    }

    fn line(&self, name: &'a str, colour: Colour, value: impl Fn(&CallBucket) -> Option<f64>) -> Line<'a> {
        let values = self.buckets.iter().map(|bucket| bucket.and_then(&value)).collect();
        Line { name, colour, is_dashed: false, values }
    }

    fn latency(&self) -> String {
        let lines = vec![
            self.line("half within", Colour::Green, |calls| Some(calls.median.as_secs_f64())),
            self.line("95% within", Colour::Blue, |calls| Some(calls.p95.as_secs_f64())),
        ];
        frame("chart-latency", "How fast the game answers").lines(&Lines {
            time: self.time,
            unit: Unit::Seconds,
            lines,
        })
    }

    /// Calls that were made, and the most that the limit allows.
    fn budget(&self) -> String {
        let mut made = self.line("made", Colour::Green, |calls| Some(f64::from(calls.calls)));
        // No bucket is no call.
        if self.buckets.iter().any(Option::is_some) {
            made.values.iter_mut().for_each(|value| *value = value.or(Some(0.0)));
        }
        let mut allowed = self.line("allowed", Colour::Orange, |calls| calls.allowed.map(f64::from));
        allowed.is_dashed = true;
        // The limit holds in between, too.
        let mut limit = None;
        for value in &mut allowed.values {
            limit = value.or(limit);
            *value = limit;
        }
        let lines = Lines { time: self.time, unit: Unit::Count("calls in 10 minutes"), lines: vec![made, allowed] };
        frame("chart-budget", "Calls to the game").lines(&lines)
    }
}

/// How long each code took from being seen to its last post, and from there until its redemptions were decided.
fn durations(codes: &[LatestCode]) -> String {
    let known: Vec<(String, [f64; 2], String)> = codes.iter().filter_map(duration).collect();
    let rows = known.iter().map(|(label, values, note)| Row { label, values: values.to_vec(), full: None, note });
    let parts = vec![("until posted", Colour::Blue), ("until 95% are redeemed", Colour::Green)];
    let bars = Bars { unit: Unit::Seconds, parts, rows: rows.collect() };
    frame("chart-durations", "From seen to posted to redeemed").bars(&bars)
}

fn duration(code: &LatestCode) -> Option<(String, [f64; 2], String)> {
    let seen = code.seen_at.filter(|_| code.posts.posted > 0)?;
    let since = |at: Option<Timestamp>| at.filter(|at| *at >= seen).map(|at| between(seen, at));
    let posted = since(code.posts.last_at).filter(|_| code.posts.waiting == 0);
    let done = since(code.outcomes.done_at);
    let note = match (posted, done) {
        (None, None) => return None,
        (Some(posted), None) => format!("{} / …", short(posted)),
        (None, Some(done)) => format!("… / {}", short(done)),
        (Some(posted), Some(done)) => format!("{} / {}", short(posted), short(done)),
    };
    let posted = posted.unwrap_or_default();
    let rest = done.unwrap_or_default().saturating_sub(posted);
    Some((code.code.to_string(), [posted.as_secs_f64(), rest.as_secs_f64()], note))
}
