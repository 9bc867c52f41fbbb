//! How far an import is, on standard error: a bar on a terminal, else a line now and then.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use crate::store::Store;

/// Without a terminal a line comes so often.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Between two looks at what is left.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// MongoDB that takes nothing for so long is not waited for.
const STALLED_AFTER: Duration = Duration::from_secs(60);

/// How far an import is.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    total: u64,
    told_at: Instant,
}

impl Progress {
    /// An import of so many records.
    pub fn new(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} records in all stores") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, total, told_at: Instant::now() }
    }

    /// Of so many that are in the file, MongoDB lacks so many.
    fn show(&mut self, in_file: u64, unsent: u64) {
        let done = in_file.saturating_sub(unsent);
        if let Some(bar) = &self.bar {
            bar.set_length(self.total);
            bar.set_position(done);
        } else if self.told_at.elapsed() >= LINE_EVERY {
            self.told_at = Instant::now();
            let left = self.total.saturating_sub(in_file) + unsent;
            drop(writeln!(std::io::stderr().lock(), "{left} records are left."));
        }
    }

    /// So many are in the file.
    pub async fn is_at(&mut self, in_file: u64, store: &Store) -> anyhow::Result<()> {
        let unsent = if store.is_replicated() { store.unsent().await?.records } else { 0 };
        self.show(in_file, unsent.into());
        Ok(())
    }

    /// Returns when MongoDB has everything that the file has, and that is certain.
    ///
    /// # Errors
    /// When it takes nothing for a minute.
    pub async fn until_in_both(&mut self, store: &Store) -> anyhow::Result<()> {
        let (mut least, mut moved_at) = (u32::MAX, Instant::now());
        while store.is_replicated() && !store.is_outbox_empty().await? {
            let unsent = store.unsent().await?.records;
            if unsent < least {
                (least, moved_at) = (unsent, Instant::now());
            }
            self.total = self.total.max(unsent.into());
            self.show(self.total, unsent.into());
            if moved_at.elapsed() >= STALLED_AFTER {
                let why = store.second_store_trouble().await?.map(|why| format!(" ({why})")).unwrap_or_default();
                bail!(
                    "MongoDB lacks {unsent} records: it has taken nothing for {} s{why}; the state file has all of them. Run the \
                     same command again: that is safe, and sends the rest",
                    STALLED_AFTER.as_secs()
                );
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        Ok(())
    }
}
