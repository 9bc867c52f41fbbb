//! What charts write of their own, in the language of who looks at them.

use crate::charts::{TimeUnit, Words};
use crate::domain::text::language::Language;

use super::texts::text;

/// The words of a language.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChartWords(pub Language);

/// The names by which `chart-date` knows the months.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Words for ChartWords {
    fn language(&self) -> Language {
        self.0
    }

    fn date(&self, day: i8, month: i8) -> String {
        let month = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
        text!(self.0, "chart-date", day = day.to_string(), month = *month.unwrap_or(&"dec"))
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
