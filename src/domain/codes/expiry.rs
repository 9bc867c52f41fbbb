//! Reads when codes end, in the many ways in which feeds write it.
//!
//! A time without a zone is UTC. Midnight exactly means the whole day, because forms that ask for a date send midnight;
//! so does a date alone. A text that cannot be read gives no expiry: trying a code too long is better than losing it.
//!
//! The formats are listed here, and jiff reads them. Crates that read any date guess which number is the day.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, date};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

use crate::domain::text::trim;

/// The longest text that is read, in bytes.
const MAX_TEXT: usize = 64;
/// There was no such game before. An earlier date is some program's zero, and says nothing.
const EARLIEST: Date = date(2015, 1, 1);
/// Words for “not known” and “it does not end”.
const NOTHING: [&str; 12] =
    ["unknown", "none", "null", "never", "n/a", "na", "-", "?", "tba", "tbd", "no expiry", "permanent"];
const UTC_WORDS: [&str; 13] = [
    "(utc+00:00)",
    "(utc+0)",
    "(utc 0)",
    "(utc)",
    "(gmt)",
    "utc+00:00",
    "utc+0",
    "utc",
    "gmt",
    "+00:00",
    "+0000",
    "-00:00",
    "z",
];
/// Dates, after commas and the endings of ordinals are removed and names are cut to three letters.
const DATES: [&str; 6] = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%b %d %Y", "%d %b %Y", "%a %d %b %Y"];
/// What may follow a date.
const TIMES: [&str; 3] = ["", " %H:%M", " %H:%M:%S%.f"];
/// The accepted range of seconds since 1970: 2015 to 5138.
const SECONDS: std::ops::Range<i64> = 1_420_070_400..100_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    Unknown,
    At(Timestamp),
    Unreadable,
}

pub fn read(text: &str) -> Expiry {
    let text = trim(text);
    if text.is_empty() || NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Expiry::Unknown;
    }
    if text.len() > MAX_TEXT {
        return Expiry::Unreadable;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_or(Expiry::Unreadable, read_number);
    }
    match civil(text) {
        Some(time) => at(time),
        None => instant(text).map_or(Expiry::Unreadable, |at| accepted(at, TimeZone::UTC.to_datetime(at).date())),
    }
}

/// Reads seconds or milliseconds since 1970.
pub fn read_number(number: i64) -> Expiry {
    let seconds = if SECONDS.contains(&number) { number } else { number.div_euclid(1000) };
    match Timestamp::from_second(seconds) {
        _ if number == 0 => Expiry::Unknown,
        Ok(instant) if SECONDS.contains(&seconds) => at(TimeZone::UTC.to_datetime(instant)),
        _ => Expiry::Unreadable,
    }
}

pub fn is_date(text: &str) -> bool {
    civil(trim(text)).is_some()
}

pub fn has_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|at| at <= now)
}

/// A time on the UTC clock. Midnight becomes the end of the day.
fn at(time: DateTime) -> Expiry {
    let time = if time.time() == Time::midnight() { time.date().at(23, 59, 59, 0) } else { time };
    match TimeZone::UTC.to_timestamp(time) {
        Ok(instant) => accepted(instant, time.date()),
        Err(_) => Expiry::Unreadable,
    }
}

/// Cuts to whole seconds: the stores keep no fractions.
fn accepted(instant: Timestamp, day: Date) -> Expiry {
    match Timestamp::from_second(instant.as_second()) {
        Ok(instant) if day >= EARLIEST => Expiry::At(instant),
        _ => Expiry::Unreadable,
    }
}

/// Reads a text that names a zone other than UTC.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
}

/// Reads a text that names no zone, or UTC.
fn civil(text: &str) -> Option<DateTime> {
    let plain = without_utc(text).replace(',', " ");
    let words: Vec<&str> = plain.split_whitespace().map(|word| short_name(without_ordinal(word))).collect();
    let mut text = words.join(" ");
    // The T of RFC 3339, between a day and a time.
    if let Some((day, time)) = text.split_once(['T', 't'])
        && day.ends_with(|c: char| c.is_ascii_digit())
        && time.starts_with(|c: char| c.is_ascii_digit())
    {
        text = format!("{day} {time}");
    }
    let read = |format: &str| {
        let found = strtime::parse(format, &text).ok()?;
        Some(found.to_date().ok()?.to_datetime(found.to_time().unwrap_or_default()))
    };
    DATES.iter().flat_map(|date| TIMES.map(|time| format!("{date}{time}"))).find_map(|format| read(&format))
}

fn without_utc(text: &str) -> &str {
    let shorter = UTC_WORDS.iter().find_map(|word| {
        let at = text.len().checked_sub(word.len())?;
        text.get(at..).filter(|end| end.eq_ignore_ascii_case(word)).map(|_| text[..at].trim_end())
    });
    // A bare day that ends in "-00:00" or similar is none of these.
    shorter.filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(text)
}

fn without_ordinal(word: &str) -> &str {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end));
    number.filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).unwrap_or(word)
}

/// The first three letters identify a month or a day of the week.
fn short_name(word: &str) -> &str {
    if word.bytes().all(|b| b.is_ascii_alphabetic()) { word.get(..3).unwrap_or(word) } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_text(text: &str) -> String {
        match read(text) {
            Expiry::At(at) => at.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn dates_and_times_in_every_way_of_writing() {
        for (text, expected) in [
            ("2025-11-20 23:59", "2025-11-20T23:59:00Z"),
            ("2025-11-20 23:59:30", "2025-11-20T23:59:30Z"),
            ("2025-11-20 23:59 UTC", "2025-11-20T23:59:00Z"),
            ("2025-11-20 23:59utc", "2025-11-20T23:59:00Z"),
            ("2025-11-20 23:59 (UTC+0)", "2025-11-20T23:59:00Z"),
            ("2025-11-20T23:59:00Z", "2025-11-20T23:59:00Z"),
            ("2025-11-20T23:59:00+0000", "2025-11-20T23:59:00Z"),
            ("2025-11-20T23:59", "2025-11-20T23:59:00Z"),
            ("2025-11-20T23:59:59.999Z", "2025-11-20T23:59:59Z"),
            ("2025-11-20T23:59:00 GMT", "2025-11-20T23:59:00Z"),
            ("\u{200B}2025/11/20 12:30\u{A0}", "2025-11-20T12:30:00Z"),
            ("20.11.2025 23:59", "2025-11-20T23:59:00Z"),
            ("Nov 20, 2025 23:59", "2025-11-20T23:59:00Z"),
            ("20 November 2025, 23:59 UTC", "2025-11-20T23:59:00Z"),
            ("Thu, 20 Nov 2025 23:59:00 GMT", "2025-11-20T23:59:00Z"),
            ("Thu, 20 Nov 2025 23:59:00 +0200", "2025-11-20T21:59:00Z"),
            ("2026-04-30T02:00:00+02:00", "2026-04-30T00:00:00Z"),
            ("2026-04-30T00:00:00+02:00", "2026-04-29T22:00:00Z"),
            ("1763683140", "2025-11-20T23:59:00Z"),
            ("1763683140000", "2025-11-20T23:59:00Z"),
        ] {
            assert_eq!(read_text(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_and_its_midnight_end_with_the_day() {
        for text in [
            "2025-11-20",
            "2025-11-20 UTC",
            "2025/11/20",
            "20.11.2025",
            "Nov 20, 2025",
            "November 20, 2025",
            "november 20th 2025",
            "20 Nov 2025",
            "2025-11-20 00:00",
            "2025-11-20 00:00:00",
            "2025-11-20T00:00:00.000Z",
            "2025-11-20 00:00 GMT",
            "1763596800",
            "1763596800000",
        ] {
            assert_eq!(read_text(text), "2025-11-20T23:59:59Z", "{text}");
        }
    }

    #[test]
    fn no_expiry_is_distinguished_from_an_unreadable_one() {
        for text in ["", " \u{200B}", "Unknown", "NEVER", "n/a", "0"] {
            assert_eq!(read(text), Expiry::Unknown, "{text}");
        }
        for text in [
            "soon",
            "2025-13-40",
            "99999-01-01",
            "31.02.2026",
            "11/20/2025",
            "0001-01-01T00:00:00",
            "1970-01-01",
            "9999-12-31",
            "12",
            "20251120",
            "99999999999999999999",
            "Sep 20, 23:59",
            "2025-11-20 25:00",
            "-1",
        ] {
            assert_eq!(read(text), Expiry::Unreadable, "{text}");
        }
        assert!(is_date("05.11.2025") && is_date("2025-11-05") && !is_date("1763596800") && !is_date("Gems"));
    }

    proptest! {
        #[test]
        fn no_text_and_no_number_panics(text in any::<String>(), number in any::<i64>()) {
            let _ = (read(&text), read(&format!("{number}")), is_date(&text));
            if let Expiry::At(at) = read_number(number) {
                prop_assert!(at.as_second() % 86_400 == 86_399 || number.to_string().starts_with(&at.as_second().to_string()));
            }
        }

        /// A minute is the same in every way of writing it.
        #[test]
        fn one_minute_is_the_same_in_every_way_of_writing(day in 0i64..20_000, minute in 1i64..1440) {
            let at = Timestamp::from_second(1_500_000_000 / 86_400 * 86_400 + day * 86_400 + minute * 60).unwrap();
            let ways = [
                "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y/%m/%d %H:%M UTC", "%d.%m.%Y %H:%M", "%b %d, %Y %H:%M", "%B %d, %Y %H:%M:%S",
                "%a, %d %b %Y %H:%M:%S GMT", "%s", "%s000",
            ];
            for way in ways {
                let text = at.strftime(way).to_string();
                prop_assert_eq!(read(&text), Expiry::At(at), "{}", text);
            }
        }
    }
}
