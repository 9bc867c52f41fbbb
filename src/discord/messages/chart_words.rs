//! What charts write of their own, in the language of who looks at them.

use jiff::civil::Date;

use crate::charts::{TimeUnit, Words};
use crate::domain::text::language::Language;

use super::texts::text;

/// The words of a language.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChartWords(pub Language);

impl Words for ChartWords {
    fn language(&self) -> Language {
        self.0
    }

    fn date(&self, day: Date) -> String {
        // The file knows the months as `jan` to `dec`.
        let month = day.strftime("%b").to_string().to_lowercase();
        text!(self.0, "chart-date", day = day.day().to_string(), month = month)
    }

    fn time(&self, number: &str, unit: TimeUnit) -> String {
        match unit {
            TimeUnit::Milliseconds => text!(self.0, "chart-milliseconds", number = number),
            TimeUnit::Seconds => text!(self.0, "chart-seconds", number = number),
            TimeUnit::Minutes => text!(self.0, "chart-minutes", number = number),
            TimeUnit::Hours => text!(self.0, "chart-hours", number = number),
            TimeUnit::Days => text!(self.0, "chart-days", number = number),
        }
    }

    fn both(&self, larger: &str, smaller: &str) -> String {
        text!(self.0, "chart-both", larger = larger, smaller = smaller)
    }

    fn counted(&self, number: &str, name: &str) -> String {
        text!(self.0, "chart-legend", number = number, name = name)
    }

    fn more(&self, rows: usize) -> String {
        text!(self.0, "chart-more", rows = rows)
    }

    fn nothing(&self) -> String {
        text!(self.0, "chart-nothing")
    }
}
