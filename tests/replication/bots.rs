//! Real processes of the sandbox on one MongoDB.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use giftcode_bot::domain::sync::record::Value;
use giftcode_bot::sandbox::ledger::{Call, open_lines};
use giftcode_bot::sandbox::posts::PostedMessage;
use giftcode_bot::store::StateKind;

use crate::machine::Machine;
use crate::server::Server;
use crate::sessions::{Records, in_file, in_mongo};

/// The user as whom the bot runs if the tests run as root, because permissions do not stop root.
const NOBODY: u32 = 65534;

/// How the world's codes begin that end and come back.
const REACTIVATED: &str = "OFFICIALSTORE";

/// Only ends tests that hang. How long things take is measured by `cargo bench --bench stores` and by tests in paused time.
pub const HANGING: Duration = Duration::from_secs(300);
/// This many changes are sent at a stop, however busy the server is.
const MOST_AT_STOP: u32 = 100;

/// A folder with a world and the program.
pub struct Folder {
    pub folder: tempfile::TempDir,
    program: PathBuf,
    is_root: bool,
    processes: u32,
}

/// A process of the bot; killed when dropped.
pub struct Bot {
    child: Child,
    log: PathBuf,
    state: PathBuf,
}

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        // Used if another user may not enter this user's folders.
        let program = folder.path().join("giftcode-bot");
        std::fs::copy(env!("CARGO_BIN_EXE_giftcode-bot"), &program).unwrap();
        let new = Self { folder, program, is_root, processes: 0 };
        new.give_away();
        new
    }

    /// Makes the bot the owner of the folder and everything in it.
    fn give_away(&self) {
        let mut open = vec![self.folder.path().to_owned()];
        while let Some(path) = open.pop() {
            if self.is_root {
                chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }

    pub fn state(&self, instance: u32) -> PathBuf {
        let suffix = if instance == 1 { String::new() } else { format!(".{instance}") };
        self.folder.path().join(format!("data/sandbox/giftcode.db{suffix}"))
    }

    fn of_world(&self, suffix: &str) -> PathBuf {
        self.folder.path().join(format!("data/sandbox/giftcode.db{suffix}"))
    }

    pub fn start(&mut self, uri: &str, instance: u32, args: &[&str]) -> Bot {
        self.start_with(uri, instance, args, &[])
    }

    /// Starts an instance on a machine that can be suspended, and whose disk may fill up.
    pub fn start_on(&mut self, machine: &Machine, uri: &str, instance: u32, args: &[&str]) -> Bot {
        let environment = machine.environment().map(|(name, path)| (name, path.to_str().unwrap()));
        self.start_with(uri, instance, args, &environment)
    }

    pub fn machine(&self, instance: u32) -> Machine {
        let machine = Machine::new(self.folder.path(), &self.state(instance));
        self.give_away();
        machine
    }

    /// Starts an instance with these environment variables.
    pub fn start_with(&mut self, uri: &str, instance: u32, args: &[&str], environment: &[(&str, &str)]) -> Bot {
        self.processes += 1;
        let log = self.folder.path().join(format!("log-{}", self.processes));
        let file = File::create(&log).unwrap();
        let mut command = Command::new(&self.program);
        command.env_clear().current_dir(self.folder.path()).args(["sandbox", "--mongodb", uri]).args(args);
        command
            .args(["--instance", &instance.to_string()])
            .env("RUST_LOG", "info,giftcode_bot::leadership::election=debug,giftcode_bot::services::replicator=debug");
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        // The copied program counts as open for writing while another test's process is being forked.
        let child = loop {
            match command.spawn() {
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                spawned => break spawned.unwrap(),
            }
        };
        Bot { child, log, state: self.state(instance) }
    }

    pub fn calls(&self) -> Vec<Call> {
        open_lines(&self.of_world(".calls")).unwrap().1
    }

    /// Waits until there are more calls than this.
    pub async fn until_more_calls(&self, than: usize) {
        let began = Instant::now();
        while self.calls().len() <= than {
            assert!(began.elapsed() < HANGING, "no further calls: {}", self.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub fn posts(&self) -> Vec<PostedMessage> {
        open_lines(&self.of_world(".posts")).unwrap().1
    }

    /// Codes that were announced more than once in a guild in one generation.
    pub fn posted_twice(&self) -> Vec<String> {
        let mut once = HashSet::new();
        let posts = self.posts();
        let codes = posts.iter().flat_map(|message| message.codes.iter().map(move |code| (message.guild, code)));
        let again = codes.filter(|(guild, code)| !once.insert((*guild, &code.code, code.generation)));
        again.map(|(guild, code)| format!("{} ({}) in {guild}", code.code, code.generation)).collect()
    }

    /// The calls that repeated a redemption that the game had already confirmed, each with the call that it repeated. A call whose
    /// answer was cut off, or whose process died during it, is rightly repeated once.
    pub fn repetitions(&self) -> Vec<(Call, Call)> {
        let mut confirmed: HashMap<_, Vec<Call>> = HashMap::new();
        let mut repeated = Vec::new();
        for call in self.calls().into_iter().filter(|call| call.endpoint == "gift_code") {
            let known = confirmed.entry((call.fid.clone(), call.code.clone(), call.phase)).or_default();
            // A reactivated code is redeemed again, maybe in the phase in which it was still redeemed for the first time.
            let lives = if call.phase > 0 && call.code.starts_with(REACTIVATED) { 2 } else { 1 };
            if known.len() >= lives {
                repeated.push((known[0].clone(), call.clone()));
            }
            if ["SUCCESS", "RECEIVED"].contains(&call.answer.as_str()) {
                known.push(call);
            }
        }
        repeated
    }

    pub fn repeated_calls(&self) -> usize {
        self.repetitions().len()
    }

    /// Nothing was posted twice, and no confirmed redemption was called again.
    pub fn assert_once(&self) {
        let repeated = self.repetitions();
        assert!(repeated.is_empty(), "{} calls were repeated: {repeated:#?}; {}", repeated.len(), self.log());
        assert_eq!(self.posted_twice(), Vec::<String>::new(), "{}", self.log());
    }

    /// The processes in the order of their calls; consecutive calls of a process count once.
    pub fn stretches(&self) -> Vec<u32> {
        let mut stretches: Vec<u32> = self.calls().iter().map(|call| call.process).collect();
        stretches.dedup();
        stretches
    }

    /// How many calls each of these two processes made while the other one was active, too.
    pub fn calls_beside(&self, first: u32, second: u32) -> usize {
        let calls = self.calls();
        let span = |process: u32| {
            let mut own = calls.iter().filter(|call| call.process == process).map(|call| call.at_ms);
            own.next().map(|first| (first, own.next_back().unwrap_or(first)))
        };
        let (Some(a), Some(b)) = (span(first), span(second)) else { return 0 };
        let both = (a.0.max(b.0), a.1.min(b.1));
        calls.iter().filter(|call| (both.0..=both.1).contains(&call.at_ms)).count()
    }

    /// The logs of all processes, in the order of their starts.
    pub fn log(&self) -> String {
        let logs = (1..=self.processes).map(|n| self.folder.path().join(format!("log-{n}")));
        logs.map(|log| std::fs::read_to_string(log).unwrap_or_default()).collect()
    }

    /// The world's database in MongoDB.
    pub fn database(&self) -> String {
        let world = std::fs::read_to_string(self.of_world(".world")).unwrap();
        let world: serde_json::Value = serde_json::from_str(&world).unwrap();
        format!("giftcode-sandbox-{}", world["started_at_ms"])
    }

    /// Waits until the leader has adopted the late writes of former leaders.
    pub async fn until_nothing_is_late(&self, server: &Server) {
        let database = mongodb::Client::with_uri_str(server.uri()).await.unwrap().database(&self.database());
        let began = Instant::now();
        for name in database.list_collection_names().await.unwrap() {
            let late = mongodb::bson::doc! { "late": true };
            let collection = database.collection::<mongodb::bson::Document>(&name);
            while collection.find_one(late.clone()).await.unwrap().is_some() {
                assert!(began.elapsed() < HANGING, "{name} has late documents: {}", self.log());
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }

    /// How many changes in this instance's file MongoDB does not have; `None` if the file does not say. The log is not enough: a slow
    /// MongoDB does not delay acknowledgements.
    fn unsent(&self, instance: u32) -> Option<u32> {
        unsent(&self.state(instance))
    }

    pub fn is_all_sent(&self, instance: u32) -> bool {
        self.unsent(instance) == Some(0)
    }

    /// Waits until MongoDB has everything of this instance, which goes on. What it does not have, nobody else can know.
    pub async fn until_all_sent(&self, instance: u32) {
        self.until_sent_but(instance, 0).await;
    }

    /// Waits until MongoDB lacks no more than this many changes.
    pub async fn until_sent_but(&self, instance: u32, most: u32) {
        let began = Instant::now();
        while self.unsent(instance).is_none_or(|unsent| unsent > most) {
            assert!(began.elapsed() < HANGING, "MongoDB does not get everything: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Reads the state file and its log.
    pub fn copy(&self, instance: u32) -> Vec<(PathBuf, Vec<u8>)> {
        let parts = parts(&self.state(instance));
        parts.into_iter().filter_map(|path| Some((path.clone(), std::fs::read(path).ok()?))).collect()
    }

    /// Replaces the state file by a copy, as new files.
    pub fn put_back(&self, instance: u32, copy: &[(PathBuf, Vec<u8>)]) {
        self.remove(instance);
        for (path, bytes) in copy {
            std::fs::write(path, bytes).unwrap();
        }
        self.give_away();
    }

    pub fn remove(&self, instance: u32) {
        for path in parts(&self.state(instance)) {
            drop(std::fs::remove_file(path));
        }
    }

    /// Clones an instance's disk block by block, as for another machine. Where the lock file names its own location, the clone names
    /// the new one.
    pub fn clone_disk(&self, from: u32, to: u32) {
        let beside = |instance: u32, suffix: &str| {
            let mut name = self.state(instance).into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        for suffix in ["", "-wal", "-shm", ".lock"] {
            if beside(from, suffix).exists() {
                std::fs::copy(beside(from, suffix), beside(to, suffix)).unwrap();
            }
        }
        let place = |lock: &Path| {
            let file = std::fs::metadata(lock).unwrap();
            format!("{}-{}", file.dev(), file.ino())
        };
        let (lock, copy) = (beside(from, ".lock"), beside(to, ".lock"));
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        let other_boot = "00000000-0000-4000-8000-000000000000";
        let content = std::fs::read_to_string(&copy).unwrap();
        let content = content.replace(&place(&lock), &place(&copy)).replace(boot.trim(), other_boot);
        std::fs::write(&copy, content).unwrap();
        self.give_away();
    }

    /// Makes the state file read-only, or writable again.
    pub fn protect(&self, instance: u32, is_protected: bool) {
        for path in parts(&self.state(instance)).iter().filter(|path| path.exists()) {
            let mode = if is_protected { 0o444 } else { 0o644 };
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// The replicated records of this instance's file, while no process runs.
    pub async fn records(&self, instance: u32) -> Records {
        let here = in_file(&self.state(instance), StateKind::Sandbox).await;
        self.give_away();
        here
    }

    /// Invariant 7: both stores hold the same while no process runs. Untried redemptions are each file's own.
    pub async fn assert_same(&self, server: &Server, instance: u32, seed: u64) -> Records {
        let here = self.records(instance).await;
        let there = in_mongo(&server.uri(), &self.database()).await;
        assert!(here.len() > 100, "{}", here.len());
        for (key, record) in &here {
            assert_eq!(there.get(key), Some(record), "seed {seed}: different in MongoDB: {key:?}");
        }
        for (key, record) in &there {
            assert_eq!(here.get(key), Some(record), "seed {seed}: different in the file: {key:?}");
        }
        here
    }

    /// Invariants 1, 2, 3 and 7, while no process runs: both stores hold the same, every code was posted once per guild, and every
    /// logged outcome is in the file, was logged once, and was followed by no further call.
    pub async fn assert_sound(&self, server: &Server, instance: u32, seed: u64) -> Records {
        let (here, late) = self.assert_sound_but_for_late_answers(server, instance, seed).await;
        assert!(late.is_empty(), "seed {seed}: more than one outcome: {late:#?}");
        here
    }

    /// The same, but an outcome may have been logged twice: a process that was suspended during a call reads the answer when it wakes
    /// up, and another process has repeated the call meanwhile. Returns the outcomes of these redemptions, too.
    pub async fn assert_sound_but_for_late_answers(
        &self,
        server: &Server,
        instance: u32,
        seed: u64,
    ) -> (Records, Vec<Vec<String>>) {
        let here = Box::pin(self.assert_same(server, instance, seed)).await;
        assert_eq!(self.posted_twice(), Vec::<String>::new(), "seed {seed}");
        let success = |player: i64, code: &str| {
            here.values().any(|record| {
                let is_it = *record.get("player_id") == Value::Int(player)
                    && *record.get("code_key") == Value::Text(code.to_ascii_uppercase());
                let outcome = record.get("outcome");
                is_it && [Value::Text("granted".into()), Value::Text("already".into())].contains(outcome)
            })
        };
        let mut logged: HashMap<(String, String), Vec<String>> = HashMap::new();
        let log = self.log();
        for line in log.lines().filter(|line| line.contains("edeemed for ") || line.contains("Giving up on ")) {
            let field = |name: &str| line.split(' ').find_map(|word| word.strip_prefix(name)).unwrap().to_owned();
            let (player, code) = (field("player="), field("code="));
            if line.contains("✅ Redeemed for ") {
                assert!(success(player.parse().unwrap(), &code), "seed {seed}: logged and lost: {line}");
            }
            logged.entry((player, code)).or_default().push(line.to_owned());
        }
        assert!(!logged.is_empty());
        // A reactivated code is redeemed again.
        let most = |code: &str| if code.starts_with(REACTIVATED) { 2 } else { 1 };
        let late = logged.into_iter().filter(|((_, code), lines)| lines.len() > most(code));
        (here, late.map(|(_, lines)| lines).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.folder.disable_cleanup(true);
            eprintln!("the logs and files of the processes are kept in {}", self.folder.path().display());
        }
    }
}

/// See [`Folder::unsent`].
fn unsent(state: &Path) -> Option<u32> {
    // Makes no file, which the bot could not write.
    let file = rusqlite::Connection::open_with_flags(state, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    file.query_row("SELECT count(*) FROM outbox WHERE round IS NULL", [], |row| row.get(0)).ok()
}

fn parts(state: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut name = state.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

impl Bot {
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal such as `-STOP`, `-CONT` or `-TERM`.
    pub fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.id().to_string()]).status().unwrap().success());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends SIGKILL. Returns whether both stores had every acknowledged change.
    pub fn kill(mut self) -> bool {
        assert!(self.is_running(), "it ended by itself: {}", self.log());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        is_caught_up(&self.log())
    }

    /// Sends SIGTERM, and waits for the end. A stop sends for 21 s, and a busy server takes little in them. What it takes for longer
    /// is sent before, if the bot is the one that sends: how a stop ends with much unsent is tested by `stop` and `graceful`.
    pub async fn stop(mut self) -> ExitStatus {
        let began = Instant::now();
        while is_caught_up(&self.log()) && unsent(&self.state).is_none_or(|unsent| unsent > MOST_AT_STOP) {
            assert!(began.elapsed() < HANGING, "MongoDB does not get everything: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.signal("-TERM");
        self.end().await
    }

    pub async fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < HANGING, "it does not end: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn until_logged(&mut self, part: &str, within: Duration) {
        let began = Instant::now();
        while !self.log().contains(part) {
            assert!(self.is_running(), "it ended before it logged {part:?}: {}", self.log());
            assert!(began.elapsed() < within, "it does not log {part:?}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn until_logged_times(&mut self, part: &str, times: usize, within: Duration) {
        let began = Instant::now();
        while self.log().matches(part).count() < times {
            assert!(self.is_running(), "it ended before it logged {part:?} {times} times: {}", self.log());
            assert!(began.elapsed() < within, "it does not log {part:?} {times} times: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until both stores are caught up: later acknowledged changes are in both.
    pub async fn until_caught_up(&mut self, within: Duration) {
        let began = Instant::now();
        while !is_caught_up(&self.log()) {
            assert!(self.is_running(), "it ended: {}", self.log());
            assert!(began.elapsed() < within, "it is not caught up: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Whether both stores were caught up according to the last such log line.
fn is_caught_up(log: &str) -> bool {
    let up = ["The state file has caught up with MongoDB", "MongoDB answers again and has everything"];
    let down = [
        "MongoDB does not answer",
        "continuing with the state file alone",
        "Another instance is active",
        "The state file cannot be",
        "The state file can no longer be used",
        "The state file can be used again",
        "This instance was suspended",
    ];
    let last = log.lines().rev().find(|line| up.iter().chain(&down).any(|part| line.contains(part)));
    last.is_some_and(|line| up.iter().any(|part| line.contains(part)))
}

impl Drop for Bot {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
