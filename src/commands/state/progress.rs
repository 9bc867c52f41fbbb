//! Shows how far an import is, on standard error: a bar on a terminal, otherwise a line at intervals.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use crate::store::Store;

/// How often a line is printed without a terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How long the import waits while MongoDB accepts nothing.
const STALLED_AFTER: Duration = Duration::from_secs(60);

pub(super) struct Progress {
    shown: Shown,
    total: u64,
}

enum Shown {
    Bar(ProgressBar),
    /// Lines at intervals, with the time of the last one.
    Lines(Box<dyn Write + Send>, Instant),
}

impl Progress {
    pub fn new(total: u64) -> Self {
        let shown = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} records in all stores") {
                bar.set_style(style);
            }
            Shown::Bar(bar)
        } else {
            Shown::Lines(Box::new(std::io::stderr()), Instant::now())
        };
        Self { shown, total }
    }

    /// Shows that `in_file` records are in the file, and that MongoDB lacks `unsent` of these.
    fn show(&mut self, in_file: u64, unsent: u64) {
        match &mut self.shown {
            Shown::Bar(bar) => {
                bar.set_length(self.total);
                bar.set_position(in_file.saturating_sub(unsent));
            }
            Shown::Lines(out, reported_at) if reported_at.elapsed() >= LINE_EVERY => {
                *reported_at = Instant::now();
                let left = self.total.saturating_sub(in_file) + unsent;
                drop(writeln!(out, "{left} records remaining."));
            }
            Shown::Lines(..) => {}
        }
    }

    /// Records how many are in the file.
    pub async fn is_at(&mut self, in_file: u64, store: &Store) -> anyhow::Result<()> {
        let unsent = if store.is_replicated() { store.sync_log().unsent().await?.records } else { 0 };
        self.show(in_file, unsent.into());
        Ok(())
    }

    /// Waits until MongoDB has confirmed everything that the file has.
    ///
    /// # Errors
    ///
    /// If MongoDB accepts nothing for a minute.
    pub async fn until_in_both(&mut self, store: &Store) -> anyhow::Result<()> {
        let (mut least, mut moved_at) = (u32::MAX, Instant::now());
        while store.is_replicated() {
            // Counted first: what goes between the two queries then makes no line about 0 records.
            let unsent = store.sync_log().unsent().await?.records;
            if store.sync_log().is_outbox_empty().await? {
                break;
            }
            if unsent < least {
                (least, moved_at) = (unsent, Instant::now());
            }
            self.total = self.total.max(unsent.into());
            self.show(self.total, unsent.into());
            if moved_at.elapsed() >= STALLED_AFTER {
                let why = store
                    .sync_log()
                    .replica_status()
                    .await?
                    .trouble()
                    .map(|why| format!(" ({why})"))
                    .unwrap_or_default();
                bail!(
                    "MongoDB lacks {unsent} records: it has taken nothing for {} s{why}; the state file has all of them. Run the \
                     same command again: that is safe, and sends the rest",
                    STALLED_AFTER.as_secs()
                );
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use jiff::Timestamp;

    use super::*;
    use crate::domain::players::player::{AllianceId, ChannelId};
    use crate::domain::sync::election::Position;
    use crate::leadership::{Leadership, Phase};
    use crate::ports::replica::ReplicaError;
    use crate::runtime::clock::Clock;
    use crate::store::{FileLock, Opening, StateKind};

    /// What was written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        fn lines(&self) -> Vec<String> {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
        }
    }

    /// A file of which MongoDB lacks `count` records.
    async fn lacking(count: u64, folder: &tempfile::TempDir) -> Store {
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let leadership = Leadership::waiting(clock);
        leadership.set(Phase::Isolated);
        let lock = FileLock::take(&folder.path().join("state.db")).unwrap();
        let store =
            Store::open_locked(lock, Opening { leader: Arc::new(leadership), ..Opening::new(StateKind::Bot, clock) })
                .unwrap();
        store.sync_log().set_replicated(true).await.unwrap();
        for guild in 1..=count {
            store.guilds().set_channel(AllianceId(guild), ChannelId(1)).await.unwrap();
        }
        store
    }

    fn progress(total: u64) -> (Progress, Written) {
        let written = Written::default();
        (Progress { shown: Shown::Lines(Box::new(written.clone()), Instant::now()), total }, written)
    }

    #[tokio::test(start_paused = true)]
    async fn a_mongodb_that_accepts_nothing_for_a_minute_ends_the_import_and_progress_is_shown_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let store = lacking(3, &folder).await;
        store.sync_log().replica_failed(&ReplicaError::Refused("its space is used up".to_owned()));
        let (mut progress, written) = progress(3);
        let began = Instant::now();
        let error = progress.until_in_both(&store).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), 60);
        assert_eq!(
            error.to_string(),
            "MongoDB lacks 3 records: it has taken nothing for 60 s (MongoDB refuses: its space is used up; it lacks 3 changes, \
             the oldest for 60 s); the state file has all of them. Run the same command again: that is safe, and sends the rest"
        );
        assert_eq!(written.lines(), vec!["3 records remaining."; 6]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_mongodb_is_waited_for_as_long_as_it_accepts_something() {
        let folder = tempfile::tempdir().unwrap();
        let store = lacking(4, &folder).await;
        let (mut progress, written) = progress(4);
        let taking = async {
            for round in 1..=4 {
                tokio::time::sleep(Duration::from_secs(50)).await;
                let chunk = store.sync_log().outbox_chunk(1).await.unwrap();
                store.sync_log().outbox_sent(&chunk, round).await.unwrap();
                store.sync_log().outbox_confirmed(Position { term: 1, round }).await.unwrap();
            }
        };
        let (ended, ()) = tokio::join!(progress.until_in_both(&store), taking);
        ended.unwrap();
        let mut lines = written.lines();
        assert!((19..=20).contains(&lines.len()), "one every 10 s: {lines:?}");
        lines.dedup();
        assert_eq!(lines, [4, 3, 2, 1].map(|left| format!("{left} records remaining.")));
    }
}
