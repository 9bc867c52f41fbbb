//! The figures of a benchmark and their limits, as they are printed.

use std::process::ExitCode;
use std::time::Instant;

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

pub struct Figures {
    table: Table,
    missed: Vec<String>,
    began: Instant,
}

/// The median of several measurements counts.
pub fn median(measured: &[f64]) -> f64 {
    let mut sorted = measured.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The median, the least and the greatest.
fn spread(measured: &[f64], show: impl Fn(f64) -> String) -> String {
    let least = measured.iter().copied().fold(f64::INFINITY, f64::min);
    let most = measured.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = show(median(measured));
    if measured.len() == 1 { middle } else { format!("{middle} ({} to {})", show(least), show(most)) }
}

impl Figures {
    pub fn new() -> Self {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(["figure", "measured", "limit", ""]);
        for column in table.column_iter_mut().skip(1).take(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self { table, missed: Vec::new(), began: Instant::now() }
    }

    pub fn add(&mut self, what: &str, measured: String) {
        println!("{what}: {measured}");
        self.table.add_row([what.to_owned(), measured, String::new(), String::new()]);
    }

    /// A figure that was measured several times.
    pub fn add_all(&mut self, what: &str, measured: &[f64], show: impl Fn(f64) -> String) {
        self.add(what, spread(measured, show));
    }

    /// A figure that must not exceed its limit.
    pub fn at_most(&mut self, what: &str, measured: f64, limit: f64, show: impl Fn(f64) -> String) {
        self.median_at_most(what, &[measured], limit, show);
    }

    /// A figure that was measured several times. The median must not exceed the limit.
    pub fn median_at_most(&mut self, what: &str, measured: &[f64], limit: f64, show: impl Fn(f64) -> String) {
        let is_kept = median(measured) <= limit;
        let kept = if is_kept { "kept" } else { "MISSED" };
        let (said, limit) = (spread(measured, &show), show(limit));
        println!("{what}: {said} (limit {limit}: {kept})");
        self.table.add_row([what.to_owned(), said, format!("≤ {limit}"), kept.to_owned()]);
        if !is_kept {
            self.missed.push(what.to_owned());
        }
    }

    /// A count that must be exactly this.
    pub fn exactly(&mut self, what: &str, count: usize, expected: usize) {
        self.add(what, count.to_string());
        if count != expected {
            self.missed.push(what.to_owned());
        }
    }

    /// Prints all figures and the limits that were missed. Returns the exit code.
    pub fn finish(self) -> ExitCode {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("\n{}\n\non {cores} cores, in {:.0} s", self.table, self.began.elapsed().as_secs_f64());
        if self.missed.is_empty() {
            println!("all limits kept");
            return ExitCode::SUCCESS;
        }
        println!("limits missed: {}", self.missed.join("; "));
        ExitCode::FAILURE
    }
}

pub fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

pub fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

pub fn ratio(ratio: f64) -> String {
    format!("{ratio:.3}")
}

pub fn mib(mib: f64) -> String {
    format!("{mib:.0} MiB")
}
