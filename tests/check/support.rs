//! Runs `check`, and reads what it printed.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use discord_double::Double;
use giftcode_bot::domain::check::{FindingId, Verdict};
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::sandbox::rules::Rule;
use giftcode_bot::store::{StateKind, Store};
use serde_json::Value;
use strum::VariantArray;
use tokio::process::Command;

use crate::world::World;

/// Only ends tests that hang: the command itself must end much sooner.
pub const HANGING: Duration = Duration::from_secs(120);
/// A check takes half of this at most, and a quick one a third. The rest is for a machine that is busy with other tests.
pub const IN_TIME: Duration = Duration::from_secs(60);
pub const QUICKLY: Duration = Duration::from_secs(9);
/// No output holds any of these.
pub const SECRETS: [&str; 5] =
    [Double::TOKEN, "s3cr3t-feed-key", "s3cr3t-mongo-password", "s3cr3t-webhook", "s3cr3t-heartbeat"];

/// All findings of all tests.
static FOUND: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The names of the findings that no test has produced.
pub fn never_found() -> Vec<&'static str> {
    let found = FOUND.lock().unwrap();
    FindingId::VARIANTS.iter().map(|id| id.into()).filter(|name: &&str| !found.contains(*name)).collect()
}

/// A finding that only a rule can produce on this machine.
pub fn found_by_rule(id: FindingId) {
    FOUND.lock().unwrap().insert(id.as_ref().to_owned());
}

/// What a run of `check --json` printed.
pub struct Report {
    pub code: Option<i32>,
    pub json: Value,
    pub took: Duration,
}

impl Report {
    pub fn names(&self) -> Vec<&str> {
        self.json["needs"].as_array().unwrap().iter().map(|line| line["finding"].as_str().unwrap()).collect()
    }

    pub fn all(&self, id: FindingId) -> Vec<&Value> {
        self.json["needs"].as_array().unwrap().iter().filter(|line| line["finding"] == id.as_ref()).collect()
    }

    /// The only line with this finding.
    pub fn line(&self, id: FindingId) -> &Value {
        let all = self.all(id);
        assert_eq!(all.len(), 1, "{id:?} in {:#}", self.json);
        all[0]
    }

    pub fn text(&self, id: FindingId) -> &str {
        self.line(id)["text"].as_str().unwrap()
    }

    /// Each of these was found.
    pub fn has(&self, ids: &[FindingId]) -> &Self {
        for id in ids {
            assert!(!self.all(*id).is_empty(), "no {id:?} in {:#}", self.json);
        }
        self
    }
}

/// Runs a command to its end.
pub async fn output(mut command: Command) -> (Option<i32>, String, String, Duration) {
    command.stdin(std::process::Stdio::null()).kill_on_drop(true);
    let began = Instant::now();
    let output = tokio::time::timeout(HANGING, command.output()).await.expect("it ends").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    for secret in SECRETS {
        assert!(!stdout.contains(secret) && !stderr.contains(secret), "{secret} is shown:\n{stdout}\n{stderr}");
    }
    (output.status.code(), stdout, stderr, began.elapsed())
}

/// Runs `check --json` with this command's environment, and `more` arguments.
pub async fn report(mut command: Command, more: &[&str]) -> Report {
    command.args(["check", "--json"]).args(more);
    // The log is not what is tested, but no secret may be in it either.
    command.env("RUST_LOG", "trace");
    let (code, stdout, _, took) = output(command).await;
    assert_eq!(stdout.matches('\n').count(), 1, "{stdout}");
    let json: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"));
    let mut worst = Verdict::Ok;
    for line in json["needs"].as_array().unwrap() {
        let id = FindingId::VARIANTS.iter().find(|id| line["finding"] == id.as_ref()).unwrap();
        assert_eq!(line["need"], id.need().as_ref(), "{line}");
        assert_eq!(line["verdict"], id.verdict().as_ref(), "{line}");
        assert_eq!(line["action"].is_string(), id.verdict() != Verdict::Ok, "{line}");
        assert!(!line["text"].as_str().unwrap().is_empty(), "{line}");
        worst = worst.max(id.verdict());
        FOUND.lock().unwrap().insert(id.as_ref().to_owned());
    }
    assert_eq!(json["verdict"], worst.as_ref(), "{json:#}");
    assert_eq!(code, Some(i32::from(worst == Verdict::Failed)), "{json:#}");
    Report { code, json, took }
}

/// A world whose feed lists a code, so that all is well as far as it can be.
pub async fn world() -> World {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    world
}

/// The world's state file with these servers and channels.
pub async fn with_servers(world: &World, servers: &[(u64, u64)]) -> Store {
    let store = Store::open(&world.folder.path().join("giftcode.db"), StateKind::Bot, Clock::system()).unwrap();
    for (guild, channel) in servers {
        store.guilds().set_channel(AllianceId(*guild), ChannelId(*channel)).await.unwrap();
    }
    store
}

/// The program with nothing but these variables, in this folder.
pub fn bare(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder).envs(variables.iter().copied());
    // Nothing may leave this machine.
    for (name, value) in [("DISCORD_PROXY_URL", CLOSED), ("GIFTCODE_API_URL", CLOSED), ("GAME_API_URL", CLOSED)] {
        if !variables.iter().any(|(given, _)| *given == name) {
            command.env(name, value);
        }
    }
    command
}

/// A port of this computer that nothing listens on.
pub const CLOSED: &str = "http://127.0.0.1:9/";

/// The names and sizes of a folder's files.
pub fn listing(folder: &Path) -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files: Vec<(String, u64)> = entries
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with("log-"))
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .collect();
    files.sort();
    files
}

/// How many calls the simulated game received.
pub fn calls(world: &World) -> usize {
    world.game.ledger(|ledger| ledger.calls().len())
}

pub fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}
