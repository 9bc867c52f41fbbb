//! Results as tables and sentences.

use std::collections::BTreeMap;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement, Table};

use crate::domain::answers::status::Status;
use crate::domain::players::player::display_name;
use crate::domain::redeeming::explanation::{USE_THE_PAGE, advice, meaning};
use crate::domain::redeeming::outcome::Outcome;
use crate::store::{CodeReport, RedemptionRow};

/// The most names of failed players that are shown per reason.
const MAX_NAMES: usize = 12;

/// A table with these columns. All but the first and the last are numbers.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED.with_rounded_corners());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    for column in 1..header.len().saturating_sub(1) {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Why players did not get a code, for example `12 × the code has expired`.
pub(super) fn reasons(report: &CodeReport) -> String {
    let failed = report.failed.iter().map(|(status, count)| format!("{count} × {}", words(status)));
    let gave_up = report.gave_up.iter().map(|(status, count)| format!("{count} × given up: {}", words(status)));
    failed.chain(gave_up).collect::<Vec<_>>().join("\n")
}

fn words(status: &str) -> String {
    let status = Status::parse(status);
    // Other advice is about Discord commands.
    let advice = advice(&status).filter(|advice| *advice == USE_THE_PAGE);
    format!("{}{} ({status})", meaning(&status), advice.map(|advice| format!(": {advice}")).unwrap_or_default())
}

/// Which players did not get which code and why, grouped by code and reason.
pub(super) fn failures(rows: &[RedemptionRow]) -> Vec<String> {
    let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed | Outcome::GaveUp)) {
        let status = row.status.as_ref().map(|status| words(status.name())).unwrap_or_default();
        let given_up = if row.outcome == Outcome::GaveUp { "given up: " } else { "" };
        let reason = format!("{given_up}{status}");
        groups.entry((row.code.to_string(), reason)).or_default().push(display_name(&row.nickname, row.player));
    }
    let line = |((code, reason), names): ((String, String), Vec<String>)| {
        let more = names.len().saturating_sub(MAX_NAMES);
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{code}: {reason}: {}{tail}", names[..names.len() - more].join(", "))
    };
    groups.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::code::Code;
    use crate::domain::players::player::PlayerId;

    #[test]
    fn failures_are_grouped_by_code_and_reason_and_long_lists_end() {
        let row = |id: u64, outcome, status| RedemptionRow {
            player: PlayerId::new(id).unwrap(),
            nickname: String::new(),
            code: Code::parse("A1").unwrap(),
            generation: 1,
            outcome,
            status: Some(status),
            calls: 1,
        };
        let mut rows: Vec<_> = (1..=14).map(|id| row(id, Outcome::Failed, Status::TimeError)).collect();
        rows.push(row(20, Outcome::GaveUp, Status::TimedOut));
        rows.push(row(21, Outcome::Granted, Status::Success));
        assert_eq!(
            failures(&rows),
            [
                "A1: given up: the game did not respond properly (TIMED_OUT): 20",
                "A1: the code has expired (TIME_ERROR): 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more",
            ]
        );
    }
}
