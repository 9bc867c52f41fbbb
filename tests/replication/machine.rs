//! A suspended machine, or one with a full disk: a shim that is loaded before libc makes a process believe it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The machine that one process believes in.
pub struct Machine {
    shim: PathBuf,
    control: PathBuf,
    state: PathBuf,
}

/// The shim. The first test that needs it compiles it.
fn shim() -> PathBuf {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replication/machine.c");
    let shim = tools.join("machine.so");
    let lock = File::create(tools.join("machine.lock")).unwrap();
    lock.lock().unwrap();
    let changed = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    if changed(&shim) < changed(&source) {
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(&shim).arg(&source);
        let output = cc.output().expect("a C compiler is needed for this test, as for SQLite");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    shim
}

impl Machine {
    /// A machine for a process with this state file. Its own files are in `folder`, where the process may read them.
    pub fn new(folder: &Path, state: &Path) -> Self {
        let new = Self {
            shim: folder.join("machine.so"),
            control: folder.join("machine"),
            state: folder.canonicalize().unwrap().join(state.strip_prefix(folder).unwrap()),
        };
        // Used if another user may not enter this user's folders.
        std::fs::copy(shim(), &new.shim).unwrap();
        std::fs::write(&new.control, [0; 16]).unwrap();
        new
    }

    /// The environment variables of a process on this machine.
    pub fn environment(&self) -> [(&'static str, &Path); 3] {
        [("LD_PRELOAD", &self.shim), ("MACHINE", &self.control), ("FULL_DISK", &self.state)]
    }

    fn set(&self, at: u64, number: i64) {
        let control = File::options().write(true).open(&self.control).unwrap();
        control.write_all_at(&number.to_le_bytes(), 8 * at).unwrap();
    }

    /// How long the monotonic clock has been stopped in all.
    pub fn hold_clock_back(&self, by: Duration) {
        self.set(0, i64::try_from(by.as_nanos()).unwrap());
    }

    /// Leaves this many bytes of space on the state file's disk.
    pub fn fill_disk(&self, left: u64) {
        let size = |suffix: &str| {
            let mut name = self.state.clone().into_os_string();
            name.push(suffix);
            std::fs::metadata(name).map_or(0, |file| file.len())
        };
        let taken: u64 = ["", "-wal", "-shm"].into_iter().map(size).sum();
        self.set(1, i64::try_from(taken + left).unwrap());
    }

    pub fn clear_disk(&self) {
        self.set(1, 0);
    }
}
