//! The sandbox, run to its end and killed at many moments.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use giftcode_bot::sandbox::ledger::{Call, open_lines};
use giftcode_bot::sandbox::posts::PostedMessage;
use serde_json::Value;

use crate::support::{bot, output, text};

const STATE: &str = "data/sandbox/giftcode.db";

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_ends_by_itself_with_the_simulators_outcomes() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bot(folder.path());
    command.args(["sandbox", "--players", "12", "--no-login", "--seed", "5"]);
    let output = output(command).await;
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{}", text(&output.stderr));
    for part in [
        "The sandbox: a whole world on this computer.",
        "Starting giftcode poster with interval=1s",
        "Successfully fetched 7 gift codes (attempt 1)",
        // The codes that the game accepts; the others are tested and not announced.
        " new codes for guild 1001: [",
        " new codes to guild 1002",
        "✅ Redeemed for ",
        "OFFICIALSTORE ↺",
        "✔ All 108 outcomes match the simulated game",
    ] {
        assert!(stdout.contains(part), "{part} in\n{stdout}");
    }
    assert_eq!(text(&output.stderr), "");
    assert!(!folder.path().join(STATE).exists(), "a finished world is taken away");
}

/// With `LOG_FORMAT=json`, whoever reads standard output reads objects and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn in_json_each_line_of_a_whole_run_is_one_object() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bot(folder.path());
    command.args(["sandbox", "--players", "6", "--codes", "12", "--seed", "5"]).env("LOG_FORMAT", "json");
    let output = output(command).await;
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{}", text(&output.stderr));
    let lines: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for line in &lines {
        let timestamp = line["timestamp"].as_str().unwrap();
        assert!(timestamp.parse::<jiff::Timestamp>().is_ok(), "{line}");
        assert!(["ERROR", "WARN", "INFO"].contains(&line["level"].as_str().unwrap()), "{line}");
        assert!(line["target"].as_str().unwrap().starts_with("giftcode_bot"), "{line}");
        assert!(line["message"].is_string(), "{line}");
    }
    // (the begin of a message, what its span has)
    for (begin, fields) in [
        ("Successfully fetched", &["feed"][..]),
        ("Posted ", &["guild", "codes", "nonce"]),
        ("✅ Redeemed for ", &["code", "player"]),
        // A login on which nothing depends belongs to no code.
        ("✅ Login successful for ", &["player"]),
    ] {
        let found: Vec<&Value> =
            lines.iter().filter(|line| line["message"].as_str().unwrap().starts_with(begin)).collect();
        assert!(!found.is_empty(), "{begin} in\n{stdout}");
        let has_all = |line: &&Value| fields.iter().all(|at| !line["span"][*at].is_null() || !line[*at].is_null());
        assert!(found.iter().all(has_all), "{found:#?}");
    }
    assert!(text(&output.stderr).contains("outcomes match the simulated game"), "what people see is elsewhere");
}

/// The decided redemptions and the generation of each code in the state file. The game is asked again about the reactivated code
/// for a player who could not get it.
fn decided(folder: &Path) -> (HashSet<(String, String)>, BTreeMap<String, u32>) {
    let connection = rusqlite::Connection::open(folder.join(STATE)).unwrap();
    let generations: BTreeMap<String, u32> = connection
        .prepare("SELECT code_key, generation FROM codes")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let decided = connection
        .prepare(
            "SELECT player_id, code_key FROM redemptions JOIN codes USING (code_key, generation)
             WHERE outcome <> 'pending' AND NOT (code_key = 'OFFICIALSTORE' AND outcome = 'failed')",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get::<_, i64>(0)?.to_string(), row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    (decided, generations)
}

/// Whether the bot has seen that the reactivated code is not listed.
fn has_seen_it_away(folder: &Path) -> bool {
    let listed = "SELECT listed FROM codes WHERE code_key = 'OFFICIALSTORE'";
    let look = || rusqlite::Connection::open(folder.join(STATE))?.query_row(listed, [], |row| row.get::<_, bool>(0));
    look().is_ok_and(|is_listed| !is_listed)
}

/// Invariant 5, by the timestamps of the simulated game, which outlives the processes: 30 calls in 3 s, and one in 110 ms for each
/// player.
fn assert_paced(calls: &[Call], seed: u64) {
    let too_fast = |call: &&Call| ["RATE_LIMITED", "TOO_FREQUENT"].contains(&call.answer.as_str());
    assert_eq!(calls.iter().find(too_fast), None, "seed {seed}");
    for endpoint in ["gift_code", "player"] {
        let at: Vec<u64> = calls.iter().filter(|call| call.endpoint == endpoint).map(|call| call.at_ms).collect();
        assert!(at.windows(31).all(|calls| calls[30] - calls[0] >= 3_000), "seed {seed}: too many at {endpoint}");
    }
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for call in calls {
        let before = last.insert(&call.fid, call.at_ms);
        assert!(before.is_none_or(|before| call.at_ms - before >= 110), "seed {seed}: too soon: {call:?}");
    }
}

/// Invariants 1, 3 and 5, with the real process and SIGKILL.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_twenty_moments_it_posts_once_loses_nothing_and_repeats_no_decided_call() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let beside = |suffix: &str| folder.path().join(format!("{STATE}{suffix}"));
    let mut before = (HashSet::new(), BTreeMap::new());
    let mut calls_before = 0;
    let journal = || std::fs::metadata(beside(".calls")).map_or(0, |journal| journal.len());
    let mut in_flight = 0;
    let begun = std::time::Instant::now();
    for round in 0..20 {
        let before_it = journal();
        let mut child = bot(folder.path()).args(["sandbox", "--keep-running"]).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(rng.u64(20..1500))).await;
        // Every other time with a call in flight: the game has recorded it, and its answer is on its way.
        let noted = journal().max(before_it);
        for _ in 0..4_000 {
            if round % 2 == 1 || journal() > noted {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // A code that is away for five seconds must be polled within them: no process sees what happens while all are dead.
        for _ in 0..300 {
            if !(10_500..14_000).contains(&begun.elapsed().as_millis()) || has_seen_it_away(folder.path()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(child.try_wait().unwrap().is_none(), "round {round}: it ended by itself");
        child.kill().await.unwrap();
        if !beside(".calls").exists() {
            continue;
        }
        let (_, calls) = open_lines::<Call>(&beside(".calls")).unwrap();
        let now = decided(folder.path());
        for call in calls[calls_before..].iter().filter(|call| call.endpoint == "gift_code") {
            let redemption = (call.fid.clone(), call.code.clone());
            // A code reactivated in this round is a new redemption.
            let is_same = before.1.get(&call.code) == now.1.get(&call.code);
            assert!(!(is_same && before.0.contains(&redemption)), "round {round}, seed {seed}: {call:?}");
        }
        let last = calls[calls_before..].iter().rfind(|call| call.granted);
        in_flight += u32::from(last.is_some_and(|call| !now.0.contains(&(call.fid.clone(), call.code.clone()))));
        (before, calls_before) = (now, calls.len());
    }
    assert!(!before.0.is_empty(), "something was decided before the last kill");
    assert!(in_flight >= 3, "seed {seed}: only {in_flight} kills met a call in flight");
    // Undisturbed, the same world continues to its end, and compares itself with the simulator's ledger.
    let mut last = bot(folder.path());
    last.args(["sandbox", "--keep-running"]);
    let mut child = last.spawn().unwrap();
    let posts = loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(child.try_wait().unwrap().is_none(), "seed {seed}: it ended by itself");
        let pending = {
            let connection = rusqlite::Connection::open(folder.path().join(STATE)).unwrap();
            let sql = "SELECT count(*) FROM redemptions WHERE outcome = 'pending'";
            connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap()
        };
        let (_, posts) = open_lines::<PostedMessage>(&beside(".posts")).unwrap();
        let codes: HashSet<_> = posts.iter().flat_map(|m| m.codes.iter().map(|c| c.code.clone())).collect();
        let good = ["WOS1124", "FBMILESTONE", "TRICKORTREAT25", "OFFICIALSTORE", "BREAKING24"];
        if pending == 0 && good.iter().all(|code| codes.contains(*code)) {
            break posts;
        }
    };
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let stopped = child.wait_with_output().await.unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{}", text(&stopped.stderr));
    let mut once: HashSet<(u64, String, u32)> = HashSet::new();
    for message in posts {
        for code in message.codes {
            let post = (message.guild, code.code, code.generation);
            assert!(once.insert(post.clone()), "seed {seed}: posted twice: {post:?}");
        }
    }
    let (_, calls) = open_lines::<Call>(&beside(".calls")).unwrap();
    assert_paced(&calls, seed);
    // Its own check agrees.
    let mut last = bot(folder.path());
    last.args(["sandbox"]);
    let output = output(last).await;
    let stdout = text(&output.stdout);
    assert!(stdout.contains("This world was interrupted before its end; it continues."), "{stdout}");
    assert!(output.status.success() && stdout.contains("✔ All "), "seed {seed}: {stdout}");
}
