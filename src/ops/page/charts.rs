//! The charts of the page.

use jiff::{SignedDuration, Timestamp};

use crate::charts::{Bars, Colour, Columns, Frame, Row, Series, Style, TimeAxis, Unit};
use crate::store::{HourOutcomes, LatestCode};

use super::snapshot::{Figures, Snapshot};
use super::view::time::{between, short};

/// As wide as a phone's screen lets it be, so that its text stays readable there.
const WIDTH: f64 = 350.0;
const HEIGHT: f64 = 260.0;

/// The charts in their order, each an SVG with its own escaped texts; none while this instance does not act.
pub(super) fn charts(snapshot: &Snapshot) -> Vec<String> {
    let Some(Ok(figures)) = &snapshot.figures else { return Vec::new() };
    vec![outcomes(figures), durations(&figures.codes)]
}

fn frame<'a>(id: &'a str, title: &'a str) -> Frame<'a> {
    Frame { id, title, width: WIDTH, height: HEIGHT, style: Style::Page }
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

/// How long each code took from being seen to its last post, and from there until its redemptions were decided.
fn durations(codes: &[LatestCode]) -> String {
    let known: Vec<(String, [f64; 2], String)> = codes.iter().filter_map(duration).collect();
    let rows = known.iter().map(|(label, values, note)| Row { label, values: values.to_vec(), full: None, note });
    let parts = vec![("until posted", Colour::Blue), ("until 95% are redeemed", Colour::Green)];
    let bars = Bars { unit: Unit::Seconds, parts, rows: rows.collect() };
    frame("chart-durations", "From seen to posted to redeemed").bars(&bars)
}

fn duration(code: &LatestCode) -> Option<(String, [f64; 2], String)> {
    let seen = code.seen_at?;
    let since = |at: Option<Timestamp>| at.filter(|at| *at >= seen).map(|at| between(seen, at));
    let posted = since(code.posts.last_at).filter(|_| code.posts.waiting == 0);
    let done = since(code.outcomes.done_at);
    let note = match (posted, done) {
        (None, None) => return None,
        (Some(posted), None) => format!("{} / …", short(posted)),
        (None, Some(done)) => format!("– / {}", short(done)),
        (Some(posted), Some(done)) => format!("{} / {}", short(posted), short(done)),
    };
    let posted = posted.unwrap_or_default();
    let rest = done.unwrap_or_default().saturating_sub(posted);
    Some((code.code.to_string(), [posted.as_secs_f64(), rest.as_secs_f64()], note))
}
