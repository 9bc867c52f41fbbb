//! The files of the sandbox's world, and whether an earlier world continues.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::runtime::clock::Clock;
use crate::store::{FileLock, Opening, StateKind, Store, StoreError};

/// The simulated world's identity, kept next to the state file. While that file exists, the same world continues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct World {
    pub players: u32,
    pub codes: u32,
    pub seed: u64,
    pub login: bool,
    pub started_at_ms: i64,
}

pub(super) struct Paths {
    pub state: PathBuf,
    pub world: PathBuf,
    pub calls: PathBuf,
    pub posts: PathBuf,
    pub log: PathBuf,
}

/// The path with `suffix` appended to its name.
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

    /// Removes the world, except for the lock file: another process may be waiting for it.
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

/// Continues the world of the last run if it was interrupted and the options are the same; otherwise starts a new one.
/// Without a usable state file, a world continues only if there is a replica to restore it from.
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
    // Checked before anything is removed: a file of another program, or one in use, ends the start here.
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
    let text = serde_json::to_vec(&wanted).context("cannot save the sandbox's world")?;
    std::fs::write(&paths.world, text).with_context(|| format!("cannot write {}", paths.world.display()))?;
    Ok((wanted, false))
}

/// The world that another instance has started.
pub(super) fn join(paths: &Paths) -> anyhow::Result<World> {
    let cannot =
        || format!("there is no unfinished sandbox at {}: start its first instance first", paths.world.display());
    let text = std::fs::read(&paths.world).with_context(cannot)?;
    serde_json::from_slice(&text).with_context(cannot)
}
