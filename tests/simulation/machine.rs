//! One machine: a disk, clocks, and at most one process on its own runtime.
//!
//! The runtime's clock stands still until the driver lets it run. So a process that is stopped, suspended or paused is simply not
//! run for a while; what its clocks show afterwards makes the difference. Killing a process drops its runtime between two steps
//! of its scheduler.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use giftcode_bot::leadership::{Leadership, Phase};
use giftcode_bot::runtime::clock::{Clock, Skew};
use giftcode_bot::services::engine::Unrecorded;
use giftcode_bot::store::{StateKind, Store};
use jiff::Timestamp;
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, LocalSet};
use tokio_util::sync::CancellationToken;

use crate::faults::{Disk, Freeze};
use crate::planted::Planted;
use crate::services;
use crate::world::{At, Host, HostTime, Outside, World};

/// What the driver can see of a process.
#[derive(Clone, Default)]
pub struct Window(Arc<Mutex<(Option<Leadership>, Option<Store>)>>);

impl Window {
    pub fn show_leadership(&self, leadership: Leadership) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(leadership);
    }

    pub fn show_store(&self, store: Option<Store>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = store;
    }

    fn leadership(&self) -> Option<Leadership> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    pub fn store(&self) -> Option<Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

struct Process {
    runtime: Runtime,
    local: LocalSet,
    time: Arc<HostTime>,
    /// The simulation's time at which it stands.
    at: At,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
    window: Window,
    stillness: Stillness,
}

/// The holds that stop a process: it runs only while there are none. They end with the process.
#[derive(Default)]
struct Stillness {
    holds: Vec<(u64, Freeze)>,
    /// When these holds began.
    since: At,
    stood: Stood,
}

/// How long a process stood still in each way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stood {
    stopped: u64,
    suspended: u64,
    pub paused: u64,
}

impl Stillness {
    fn is_still(&self) -> bool {
        !self.holds.is_empty()
    }

    fn count(&mut self, now: At) {
        let millis = now - std::mem::replace(&mut self.since, now);
        match self.holds.iter().map(|(_, how)| *how).max() {
            None => {}
            Some(Freeze::Stopped) => self.stood.stopped += millis,
            Some(Freeze::Suspended) => self.stood.suspended += millis,
            Some(Freeze::Paused) => self.stood.paused += millis,
        }
    }
}

/// Lets others run for this many steps of the scheduler.
async fn yield_for(turns: u32) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

pub struct Machine {
    host: Host,
    folder: PathBuf,
    snapshot: Option<(PathBuf, At)>,
    skew: &'static Skew,
    process: Option<Process>,
    starts: u64,
    holds: u64,
    is_unusable: bool,
    chunk: usize,
    is_required: bool,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let Ok(entries) = std::fs::read_dir(from) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// An empty state file. Creating one for each disk would take most of a run's time.
pub fn empty_file() -> &'static [u8] {
    static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();
    EMPTY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("giftcode.db");
        let _runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        drop(Store::open(&path, StateKind::Bot, Clock::system()).unwrap());
        assert!(!folder.path().join("giftcode.db-wal").exists(), "all of it is in the one file");
        std::fs::read(path).unwrap()
    })
}

fn remove(folder: &Path) {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

impl Machine {
    pub fn new(host: Host, root: &Path, wall_ahead: i64, chunk: usize, is_required: bool) -> Self {
        let skew: &'static Skew = Box::leak(Box::default());
        skew.wall_ahead.store(wall_ahead, Ordering::Relaxed);
        Self {
            host,
            folder: root.join(format!("machine{host}")),
            snapshot: None,
            skew,
            process: None,
            starts: 0,
            holds: 0,
            is_unusable: false,
            chunk,
            is_required,
        }
    }

    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    pub fn start(&mut self, world: &Arc<Mutex<World>>, now: At) -> u64 {
        self.starts += 1;
        let number = self.starts * 10 + self.host as u64;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (stop, window) = (CancellationToken::new(), Window::default());
        for lost in [&self.skew.monotonic_lost, &self.skew.boot_lost] {
            lost.store(0, Ordering::Relaxed);
        }
        let local = LocalSet::new();
        let (time, task) = {
            let _entered = runtime.enter();
            let time = Arc::new(HostTime::new(now));
            let start = Timestamp::from_millisecond(crate::START_MS + i64::try_from(now).unwrap()).unwrap();
            let clock = Clock::skewed(start, self.skew);
            let outside = Outside::new(world.clone(), self.host, number, time.clone());
            let path = self.folder.join("giftcode.db");
            if !path.exists() {
                std::fs::create_dir_all(&self.folder).unwrap();
                std::fs::write(&path, empty_file()).unwrap();
            }
            let process = services::Process {
                path,
                clock,
                outside,
                chunk: self.chunk,
                is_required: self.is_required,
                window: window.clone(),
                stop: stop.clone(),
                unrecorded: Unrecorded::default(),
            };
            (time, local.spawn_local(process.run()))
        };
        let stillness = Stillness::default();
        self.process = Some(Process { runtime, local, time, at: now, stop, task, window, stillness });
        number
    }

    /// Lets the process run until this time, or until it sends a request or ends. Returns the time if it stopped earlier.
    pub fn run(&mut self, until: At) -> Option<At> {
        let process = self.process.as_mut().filter(|process| !process.stillness.is_still() && process.at < until)?;
        let (time, task) = (process.time.clone(), &mut process.task);
        process.local.block_on(&process.runtime, async {
            tokio::select! {
                biased;
                () = time.asked.notified() => {}
                () = tokio::time::sleep_until(time.instant(until)), if !task.is_finished() => {}
            }
            process.at = time.now();
        });
        (process.at < until).then_some(process.at)
    }

    /// The process's result if it has ended.
    pub fn take_ended(&mut self) -> Option<anyhow::Result<()>> {
        if !self.process.as_ref()?.task.is_finished() {
            return None;
        }
        let process = self.process.take()?;
        let ended = process.runtime.block_on(process.task);
        Some(ended.unwrap_or_else(|error| Err(anyhow::anyhow!("it panicked: {error}"))))
    }

    pub fn stop(&self) {
        if let Some(process) = &self.process {
            process.stop.cancel();
        }
    }

    /// Kills the process after this many steps of its scheduler.
    pub fn crash(&mut self, turns: u32) {
        let Some(process) = self.process.take() else { return };
        if !process.stillness.is_still() {
            process.local.block_on(&process.runtime, yield_for(turns));
        }
        drop(process.local);
        drop(process.runtime);
    }

    /// Stops the process if there is one. Returns the number of the hold.
    pub fn freeze(&mut self, how: Freeze, now: At) -> Option<u64> {
        let stillness = &mut self.process.as_mut()?.stillness;
        stillness.count(now);
        self.holds += 1;
        stillness.holds.push((self.holds, how));
        Some(self.holds)
    }

    /// Ends a hold. Returns how long the process stood still if it was the last hold. Holds of an earlier process do not count.
    pub fn let_go(&mut self, hold: u64, now: At) -> Option<Stood> {
        let stillness = &mut self.process.as_mut()?.stillness;
        let at = stillness.holds.iter().position(|(number, _)| *number == hold)?;
        stillness.count(now);
        stillness.holds.remove(at);
        (!stillness.is_still()).then(|| std::mem::take(&mut stillness.stood))
    }

    /// The process runs again after it stood still.
    pub fn thaw(&mut self, stood: Stood, turns: u32, planted: Planted) {
        let Stood { stopped, suspended, paused } = stood;
        let Some(process) = &mut self.process else { return };
        if stopped > 0 {
            process.runtime.block_on(tokio::time::advance(Duration::from_millis(stopped)));
        }
        process.time.lose(suspended + paused);
        if planted != Planted::ClocksStandStill {
            let signed = |millis| i64::try_from(millis).unwrap();
            self.skew.wall_ahead.fetch_add(signed(suspended + paused), Ordering::Relaxed);
            self.skew.boot_lost.fetch_sub(signed(suspended), Ordering::Relaxed);
        }
        process.at += stopped + suspended + paused;
        process.runtime.block_on(yield_for(turns));
    }

    pub fn set_clock(&self, millis: i64) {
        self.skew.wall_ahead.fetch_add(millis, Ordering::Relaxed);
    }

    /// The phase by its own clocks; `None` if it does not run.
    pub fn phase(&self) -> Option<Phase> {
        let process = self.process.as_ref().filter(|process| !process.stillness.is_still())?;
        let _entered = process.runtime.enter();
        Some(process.window.leadership().map_or(Phase::Waiting, |leadership| leadership.phase()))
    }

    pub fn snapshot(&mut self, now: At) {
        let to = self.folder.with_extension("snapshot");
        remove(&to);
        copy(&self.folder, &to);
        self.snapshot = Some((to, now));
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Changes the disk while no process runs. Returns until when it has everything; `None` if all is lost.
    pub fn replace_disk(&mut self, disk: Disk, other: Option<&Path>) -> Option<Option<At>> {
        if self.is_unusable {
            return None;
        }
        match disk {
            Disk::Kept => None,
            Disk::Lost => {
                remove(&self.folder);
                Some(None)
            }
            Disk::Older => {
                let (snapshot, at) = self.snapshot.clone()?;
                remove(&self.folder);
                copy(&snapshot, &self.folder);
                Some(Some(at))
            }
            Disk::CloneOf(_) => {
                let other = other?;
                remove(&self.folder);
                copy(other, &self.folder);
                Some(None)
            }
            Disk::Unusable(_) => {
                let aside = self.folder.with_extension("aside");
                if !self.folder.exists() {
                    return None;
                }
                remove(&aside);
                std::fs::rename(&self.folder, &aside).unwrap();
                // A folder in place of the file: nobody can open it, not even root.
                std::fs::create_dir_all(self.folder.join("giftcode.db")).unwrap();
                self.is_unusable = true;
                None
            }
        }
    }

    /// The disk can be used again, with its old content.
    pub fn make_usable(&mut self) {
        let aside = self.folder.with_extension("aside");
        if std::mem::take(&mut self.is_unusable) && aside.exists() {
            remove(&self.folder.join("giftcode.db"));
            copy(&aside, &self.folder);
        }
    }

    /// Runs something inside the process's runtime at once.
    pub fn ask<T>(&self, question: impl AsyncFnOnce(Store) -> T) -> Option<T> {
        let process = self.process.as_ref()?;
        let store = process.window.store()?;
        Some(process.runtime.block_on(question(store)))
    }
}
