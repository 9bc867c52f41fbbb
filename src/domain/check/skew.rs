//! How far this computer's clock is from the clocks of servers, by the `Date` of their answers.
//!
//! The clock matters in three places: the game checks the time that each call is signed with, the versions of records and the
//! expiries of codes are worked out from it, and people read it in the log. Leases do not depend on it, but a clock that is
//! a minute off is off for a reason, and drifts on.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Finding, FindingId};

/// A clock that is this far off is worth correcting,
const WARNING_FROM: SignedDuration = SignedDuration::from_secs(5);
/// and one that is this far off is wrong.
const FAILED_FROM: SignedDuration = SignedDuration::from_secs(60);

/// What a server's clock showed while it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerDate {
    /// Whose it is.
    pub server: String,
    pub date: Timestamp,
    /// How exact it is: `Date` headers hold whole seconds.
    pub resolution: Duration,
    /// This computer's clock when the request was sent and when the answer came.
    pub sent: Timestamp,
    pub received: Timestamp,
}

impl ServerDate {
    /// How far ahead this computer's clock surely is; negative where it is behind. Zero while the difference can be explained by
    /// the time that the answer took and by the date's resolution.
    fn ahead(&self) -> SignedDuration {
        let resolution = SignedDuration::try_from(self.resolution).unwrap_or_default();
        // The server's clock was between these when it wrote the date, which was between `sent` and `received`.
        let (earliest, latest) = (self.date, self.date.checked_add(resolution).unwrap_or(self.date));
        let ahead = self.sent.duration_since(latest);
        let behind = self.received.duration_since(earliest);
        if ahead.is_positive() {
            ahead
        } else if behind.is_negative() {
            behind
        } else {
            SignedDuration::ZERO
        }
    }
}

/// One line for all servers; `None` if no answer had a date. The middle one decides, and the smaller one of two: one server
/// with a wrong clock makes no line.
pub fn clock(dates: &[ServerDate]) -> Option<Finding> {
    let mut by_distance: Vec<(SignedDuration, &ServerDate)> = dates.iter().map(|date| (date.ahead(), date)).collect();
    by_distance.sort_by_key(|(ahead, date)| (ahead.abs(), date.server.clone()));
    let (ahead, date) = by_distance.get(by_distance.len().checked_sub(1)? / 2)?;
    let id = match ahead.abs() {
        distance if distance >= FAILED_FROM => FindingId::ClockWrong,
        distance if distance >= WARNING_FROM => FindingId::ClockOff,
        _ => FindingId::ClockRight,
    };
    let servers = if dates.len() == 1 { "1 server".to_owned() } else { format!("{} servers", dates.len()) };
    let text = match id {
        FindingId::ClockRight => format!("within 5 s of the clocks of {servers}"),
        _ => {
            let direction = if ahead.is_positive() { "ahead of" } else { "behind" };
            format!("{} s {direction} the clock of {} ({servers} compared)", ahead.abs().as_secs(), date.server)
        }
    };
    Some(Finding::new(id, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server whose clock is so many milliseconds behind this computer's, and whose answer takes so long.
    fn date(server: &str, ahead_ms: i64, took_ms: i64) -> ServerDate {
        let sent = 1_760_000_000_400;
        let at = |ms: i64| Timestamp::from_millisecond(ms).unwrap();
        let written = sent + took_ms / 2 - ahead_ms;
        ServerDate {
            server: server.to_owned(),
            date: at(written - written.rem_euclid(1000)),
            resolution: Duration::from_secs(1),
            sent: at(sent),
            received: at(sent + took_ms),
        }
    }

    #[test]
    fn a_clock_that_is_right_is_right_however_slow_the_answer() {
        for took in [0, 100, 900, 20_000] {
            for ahead in [-400, 0, 400] {
                assert_eq!(clock(&[date("a", ahead, took)]).unwrap().id, FindingId::ClockRight, "{ahead} {took}");
            }
        }
        assert_eq!(clock(&[]), None);
    }

    #[test]
    fn five_seconds_are_a_warning_and_a_minute_is_wrong() {
        let id = |ahead| clock(&[date("a", ahead, 50)]).unwrap().id;
        assert_eq!((id(4_000), id(-4_000)), (FindingId::ClockRight, FindingId::ClockRight));
        assert_eq!((id(7_000), id(-7_000)), (FindingId::ClockOff, FindingId::ClockOff));
        assert_eq!((id(62_000), id(-62_000)), (FindingId::ClockWrong, FindingId::ClockWrong));
        let text = clock(&[date("discord.com", -90_000, 50)]).unwrap().text;
        assert!(text.starts_with("89 s behind the clock of discord.com") || text.starts_with("90 s"), "{text}");
    }

    #[test]
    fn one_server_with_a_wrong_clock_decides_nothing() {
        let wrong = date("a", 3_600_000, 50);
        assert_eq!(clock(&[wrong.clone(), date("b", 0, 50)]).unwrap().id, FindingId::ClockRight);
        assert_eq!(clock(&[wrong.clone(), date("b", 0, 50), date("c", 100, 50)]).unwrap().id, FindingId::ClockRight);
        let all_off = clock(&[wrong, date("b", 10_000, 50), date("c", 11_000, 50)]).unwrap();
        assert_eq!(all_off.id, FindingId::ClockOff);
    }
}
