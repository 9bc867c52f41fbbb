//! The sandbox's world on disk: which one it is, and whether it goes on.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::runtime::clock::Clock;
use crate::store::{FileLock, Opening, StateKind, Store, StoreError};

/// The simulated world's identity, kept beside the state file: while it stands, the same world goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct World {
    pub players: u32,
    pub codes: u32,
    pub seed: u64,
    pub login: bool,
    pub started_at_ms: i64,
}

/// The files of a world.
pub(super) struct Paths {
    pub state: PathBuf,
    pub world: PathBuf,
    pub calls: PathBuf,
    pub posts: PathBuf,
    pub log: PathBuf,
}

/// The path with something behind its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Paths {
    pub fn new(state: &Path) -> Self {
        Self {
            state: state.to_owned(),
            world: beside(state, ".world"),
            calls: beside(state, ".calls"),
            posts: beside(state, ".posts"),
            log: beside(state, ".log"),
        }
    }

    /// Takes the world away, the lock file excepted: somebody may wait for it.
    pub fn remove(&self) -> anyhow::Result<()> {
        let (wal, shm) = (beside(&self.state, "-wal"), beside(&self.state, "-shm"));
        for path in [&self.world, &self.calls, &self.posts, &self.state, &wal, &shm] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("cannot remove the finished sandbox's {}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The world of the last run if that was interrupted and the same is asked for; else a new one. A world whose state file
/// is gone, or cannot be used, goes on only if there is a replica to restore it from.
pub(super) fn enter(
    paths: &Paths,
    wanted: World,
    lock: Option<&Arc<FileLock>>,
    has_replica: bool,
    clock: Clock,
) -> anyhow::Result<(World, bool)> {
    let has_state = paths.state.exists() || has_replica;
    let found = join(paths)
        .ok()
        .filter(|found| has_state && *found == World { started_at_ms: found.started_at_ms, ..wanted.clone() });
    // Looked at before anything is taken away: a file that is another's, or in use, stops the start here.
    if let Some(lock) = lock {
        let opened = Store::open_locked(
            lock.clone(),
            Opening { replaces_damaged: has_replica, ..Opening::new(StateKind::Sandbox, clock) },
        );
        match opened {
            Err(StoreError::Open { .. }) if has_replica && found.is_some() => {}
            opened => drop(opened?),
        }
    }
    if let Some(found) = found {
        return Ok((found, true));
    }
    paths.remove()?;
    let text = serde_json::to_vec(&wanted).context("cannot write down the sandbox's world")?;
    std::fs::write(&paths.world, text).with_context(|| format!("cannot write {}", paths.world.display()))?;
    Ok((wanted, false))
}

/// The world that another instance has begun.
pub(super) fn join(paths: &Paths) -> anyhow::Result<World> {
    let cannot =
        || format!("there is no unfinished sandbox at {}: start its first instance first", paths.world.display());
    let text = std::fs::read(&paths.world).with_context(cannot)?;
    serde_json::from_slice(&text).with_context(cannot)
}
