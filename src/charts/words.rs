//! What a chart writes of its own: numbers, days, lengths of time and a few words, as its readers write them.

use jiff::civil::Date;

use crate::domain::text::language::Language;

/// What a length of time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
}

/// The words of a language. What they return is text, not markup.
pub trait Words {
    /// Says how digits are written, and which font a picture is drawn with.
    fn language(&self) -> Language;
    /// A day, without its year: `12 Nov`.
    fn date(&self, day: Date) -> String;
    /// A length of time: `3 min`.
    fn time(&self, number: &str, unit: TimeUnit) -> String;
    /// A length of time of two units: `3 min 20 s`.
    fn both(&self, larger: &str, smaller: &str) -> String;
    /// How many of something there are: `55 redeemed`.
    fn counted(&self, number: &str, name: &str) -> String;
    /// There was no room for so many others.
    fn more(&self, rows: usize) -> String;
    /// There is nothing to draw.
    fn nothing(&self) -> String;
}

/// English, for what is in English only.
#[derive(Debug, Clone, Copy)]
pub struct English;

impl Words for English {
    fn language(&self) -> Language {
        Language::En
    }

    fn date(&self, day: Date) -> String {
        day.strftime("%-d %b").to_string()
    }

    fn time(&self, number: &str, unit: TimeUnit) -> String {
        let unit = match unit {
            TimeUnit::Milliseconds => "ms",
            TimeUnit::Seconds => "s",
            TimeUnit::Minutes => "min",
            TimeUnit::Hours => "h",
            TimeUnit::Days => "d",
        };
        format!("{number} {unit}")
    }

    fn both(&self, larger: &str, smaller: &str) -> String {
        format!("{larger} {smaller}")
    }

    fn counted(&self, number: &str, name: &str) -> String {
        format!("{number} {name}")
    }

    fn more(&self, rows: usize) -> String {
        format!("and {rows} more")
    }

    fn nothing(&self) -> String {
        "nothing yet".to_owned()
    }
}

/// A whole number: `12,345`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`sane` returns 0 to 10^15, and a whole number is meant"
)]
pub(super) fn count(value: f64, words: &dyn Words) -> String {
    words.language().grouped(super::sane(value).round() as u64)
}

/// At most so many decimals, none of them a 0 at the end: `4.2`.
pub(super) fn decimal(value: f64, decimals: usize, words: &dyn Words) -> String {
    let number = format!("{value:.decimals$}");
    let number = if decimals > 0 { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    match words.language() {
        Language::En | Language::Ko | Language::Ja | Language::ZhTw => number.to_owned(),
        Language::De | Language::Fr | Language::Es | Language::PtBr | Language::Tr | Language::Ru => {
            number.replace('.', ",")
        }
    }
}

/// A duration in seconds, in words: `350 ms`, `4.2 s`, `1 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub fn duration(seconds: f64, words: &dyn Words) -> String {
    let seconds = super::sane(seconds);
    let millis = (seconds * 1000.0).round();
    if millis < 1000.0 {
        return words.time(&format!("{millis:.0}"), TimeUnit::Milliseconds);
    }
    if seconds < 9.95 {
        return words.time(&decimal(seconds, 1, words), TimeUnit::Seconds);
    }
    let of = |large: f64, large_unit, small: f64, small_unit| {
        let smalls = (seconds / small).round();
        let per = large / small;
        let larger = words.time(&format!("{:.0}", (smalls / per).floor()), large_unit);
        match smalls % per {
            0.0 => larger,
            rest => words.both(&larger, &words.time(&format!("{rest:.0}"), small_unit)),
        }
    };
    match seconds.round() {
        rounded if rounded < 60.0 => words.time(&format!("{rounded:.0}"), TimeUnit::Seconds),
        rounded if rounded < 3600.0 => of(60.0, TimeUnit::Minutes, 1.0, TimeUnit::Seconds),
        rounded if rounded < 86_400.0 - 30.0 => of(3600.0, TimeUnit::Hours, 60.0, TimeUnit::Minutes),
        _ => of(86_400.0, TimeUnit::Days, 3600.0, TimeUnit::Hours),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_in_words() {
        let words = [0.0, 0.35, 1.0, 4.24, 9.99, 59.4, 59.6, 80.0, 3600.0, 7_510.0, 86_400.0, 273_700.0]
            .map(|seconds| duration(seconds, &English));
        let expected = [
            "0 ms",
            "350 ms",
            "1 s",
            "4.2 s",
            "10 s",
            "59 s",
            "1 min",
            "1 min 20 s",
            "1 h",
            "2 h 5 min",
            "1 d",
            "3 d 4 h",
        ];
        assert_eq!(words, expected);
        assert_eq!(duration(f64::NAN, &English), "0 ms");
        assert_eq!(duration(-5.0, &English), "0 ms");
    }

    /// English words with the digits of another language.
    struct Digits(Language);

    impl Words for Digits {
        fn language(&self) -> Language {
            self.0
        }
        fn date(&self, day: Date) -> String {
            English.date(day)
        }
        fn time(&self, number: &str, unit: TimeUnit) -> String {
            English.time(number, unit)
        }
        fn both(&self, larger: &str, smaller: &str) -> String {
            English.both(larger, smaller)
        }
        fn counted(&self, number: &str, name: &str) -> String {
            English.counted(number, name)
        }
        fn more(&self, rows: usize) -> String {
            English.more(rows)
        }
        fn nothing(&self) -> String {
            English.nothing()
        }
    }

    #[test]
    fn digits_are_those_of_the_language() {
        let german = Digits(Language::De);
        assert_eq!((duration(4.24, &german), count(12_345.4, &german)), ("4,2 s".to_owned(), "12.345".to_owned()));
        assert_eq!((decimal(1.5, 2, &german), decimal(20.0, 0, &german)), ("1,5".to_owned(), "20".to_owned()));
        assert_eq!(decimal(1.5, 2, &Digits(Language::Ja)), "1.5");
        assert_eq!(count(f64::INFINITY, &English), "0");
    }

    proptest! {
        #[test]
        fn a_duration_is_near_its_words(seconds in 0.0..1e8f64) {
            let words = duration(seconds, &English);
            let parts: Vec<&str> = words.split(' ').collect();
            let sum: f64 = parts.chunks(2).map(|part| part[0].parse::<f64>().unwrap() * match part[1] {
                "ms" => 0.001, "s" => 1.0, "min" => 60.0, "h" => 3600.0, "d" => 86_400.0, other => panic!("{other}"),
            }).sum();
            prop_assert!((sum - seconds).abs() <= (seconds * 0.05).clamp(0.000_51, 1800.1), "{} is {}", words, seconds);
        }
    }
}
