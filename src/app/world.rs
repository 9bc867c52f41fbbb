//! The sandbox's world on disk: which one it is, and whether it goes on.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::store::{StateKind, Store};

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
/// is gone goes on only if there is a second store to restore it from.
pub(super) fn enter(
    paths: &Paths,
    wanted: World,
    has_second_store: bool,
    clock: Clock,
) -> anyhow::Result<(Store, World, bool)> {
    let has_state = paths.state.exists() || has_second_store;
    // Opened before anything is taken away: a file that is another's, or in use, stops the start here.
    let store = match has_second_store {
        true => Store::open_locked(
            crate::store::FileLock::take(&paths.state)?,
            StateKind::Sandbox,
            clock,
            crate::tenure::Tenure::unlimited(),
            true,
        )?,
        false => Store::open(&paths.state, StateKind::Sandbox, clock)?,
    };
    let found = std::fs::read(&paths.world).ok().and_then(|text| serde_json::from_slice::<World>(&text).ok());
    if let Some(found) = found
        && has_state
        && found == (World { started_at_ms: found.started_at_ms, ..wanted.clone() })
    {
        return Ok((store, found, true));
    }
    drop(store);
    paths.remove()?;
    let store = Store::open(&paths.state, StateKind::Sandbox, clock)?;
    let text = serde_json::to_vec(&wanted).context("cannot write down the sandbox's world")?;
    std::fs::write(&paths.world, text).with_context(|| format!("cannot write {}", paths.world.display()))?;
    Ok((store, wanted, false))
}
