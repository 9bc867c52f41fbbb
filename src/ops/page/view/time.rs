//! Times and spans in words.

use std::time::Duration;

use jiff::Timestamp;

/// A moment as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// For machines.
    pub iso: String,
    /// "10:52 UTC"; with the date if it is another day.
    pub at: String,
    /// "12 minutes ago", or "in 12 minutes".
    pub ago: String,
}

pub fn moment(at: Timestamp, now: Timestamp) -> Moment {
    let is_today = at.strftime("%F").to_string() == now.strftime("%F").to_string();
    let is_this_year = at.strftime("%Y").to_string() == now.strftime("%Y").to_string();
    let format = match (is_today, is_this_year) {
        (true, _) => "%H:%M UTC",
        (false, true) => "%-d %b %H:%M UTC",
        (false, false) => "%-d %b %Y %H:%M UTC",
    };
    Moment { iso: at.strftime("%FT%TZ").to_string(), at: at.strftime(format).to_string(), ago: ago(at, now) }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    let between = between(at, now);
    let is_future = at > now;
    if between.as_secs() < 2 {
        return if is_future { "now" } else { "just now" }.to_owned();
    }
    let span = in_words(between);
    if is_future { format!("in {span}") } else { format!("{span} ago") }
}

/// The time between two moments, whichever is first.
pub fn between(one: Timestamp, other: Timestamp) -> Duration {
    other.duration_since(one).unsigned_abs()
}

/// A span in its largest unit, in words: "1 minute", "5 hours".
pub fn in_words(span: Duration) -> String {
    let (count, unit) = match span.as_secs() {
        seconds @ 0..60 => (seconds, "second"),
        seconds @ 60..3600 => (seconds / 60, "minute"),
        seconds @ 3600..172_800 => (seconds / 3600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    super::count(count, unit)
}

/// A span in short: "0.4 s", "12 s", "3 min 5 s", "5 h 20 min", "3 days".
pub fn short(span: Duration) -> String {
    let seconds = span.as_secs();
    let pair = |large: u64, unit: &str, small: u64, smaller: &str| match small {
        0 => format!("{large} {unit}"),
        small => format!("{large} {unit} {small} {smaller}"),
    };
    match seconds {
        0 if span.is_zero() => "0 s".to_owned(),
        0 => format!("{:.1} s", (span.as_secs_f64()).max(0.1)),
        1..60 => format!("{seconds} s"),
        60..600 => pair(seconds / 60, "min", seconds % 60, "s"),
        600..3600 => format!("{} min", seconds / 60),
        3600..36_000 => pair(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        36_000..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_has_its_time_and_its_distance() {
        let now: Timestamp = "2026-11-26T10:52:30Z".parse().unwrap();
        let shown = |at: &str| {
            let shown = moment(at.parse().unwrap(), now);
            format!("{}, {}", shown.at, shown.ago)
        };
        assert_eq!(shown("2026-11-26T10:52:29Z"), "10:52 UTC, just now");
        assert_eq!(shown("2026-11-26T10:52:00Z"), "10:52 UTC, 30 seconds ago");
        assert_eq!(shown("2026-11-26T10:51:15Z"), "10:51 UTC, 1 minute ago");
        assert_eq!(shown("2026-11-25T12:00:00Z"), "25 Nov 12:00 UTC, 22 hours ago");
        assert_eq!(shown("2025-11-25T12:00:00Z"), "25 Nov 2025 12:00 UTC, 365 days ago");
        assert_eq!(shown("2026-11-26T11:52:31Z"), "11:52 UTC, in 1 hour");
        assert_eq!(moment(now, now).iso, "2026-11-26T10:52:30Z");
    }

    #[test]
    fn a_span_in_short_has_two_units_at_most() {
        let spans = [0, 5, 59, 60, 185, 3599, 3600, 19_230, 100_000, 300_000];
        let shown = spans.map(|seconds| short(Duration::from_secs(seconds)));
        assert_eq!(
            shown,
            ["0 s", "5 s", "59 s", "1 min", "3 min 5 s", "59 min", "1 h", "5 h 20 min", "27 h", "3 days"]
        );
        assert_eq!(short(Duration::from_millis(420)), "0.4 s");
        assert_eq!(short(Duration::from_millis(4)), "0.1 s");
    }

    proptest! {
        #[test]
        fn any_two_moments_can_be_shown(at in any::<i32>(), now in any::<i32>()) {
            let second = |second: i32| Timestamp::from_second(second.into()).unwrap();
            let shown = moment(second(at), second(now));
            prop_assert!(!shown.ago.is_empty() && shown.ago.len() < 40 && shown.at.ends_with(" UTC"));
            prop_assert!(short(between(second(at), second(now))).len() < 20);
        }
    }
}
