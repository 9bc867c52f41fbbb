//! The process as the operating system sees it.

use std::time::Duration;

/// Linux alone tells: elsewhere there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ProcessStatus {
    pub cpu: Duration,
    pub resident_bytes: u64,
    pub open_files: u32,
    pub threads: u32,
}

impl ProcessStatus {
    #[cfg(target_os = "linux")]
    pub fn read() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let files = std::fs::read_dir("/proc/self/fd").ok()?.count();
        let page = u64::try_from(rustix::param::page_size()).ok()?;
        Self::parse(&stat, u32::try_from(files).ok()?, rustix::param::clock_ticks_per_second(), page)
    }

    #[cfg(not(target_os = "linux"))]
    pub fn read() -> Option<Self> {
        None
    }

    /// `stat` as proc(5) describes it. The name in brackets may hold anything, so what follows the last bracket counts.
    #[cfg(any(target_os = "linux", test))]
    fn parse(stat: &str, open_files: u32, ticks_per_second: u64, page: u64) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        // The first of them is the third of the whole line, the state.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let ticks = field(14)? + field(15)?;
        Some(Self {
            cpu: Duration::from_millis(ticks.saturating_mul(1000) / ticks_per_second.max(1)),
            resident_bytes: field(24)?.saturating_mul(page),
            open_files,
            threads: u32::try_from(field(20)?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_moves_no_field() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 15 16 9 18 19 20 1000 22";
        let status = ProcessStatus::parse(stat, 12, 100, 4096).unwrap();
        assert_eq!(
            status,
            ProcessStatus { cpu: Duration::from_secs(3), resident_bytes: 4_096_000, open_files: 12, threads: 9 }
        );
        assert_eq!(ProcessStatus::parse("7 (a) S 1", 0, 100, 4096), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_threads() {
        let status = ProcessStatus::read().unwrap();
        assert!(status.resident_bytes > 1 << 20 && status.threads >= 1 && status.open_files >= 3, "{status:?}");
    }
}
