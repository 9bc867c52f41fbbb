//! Bad input gives one clear line, and changes nothing.

use std::path::Path;

use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::ledger::Ledger;

use crate::support::{bot, game, output, redeem, text};

/// The only line on standard error of a command that ended with exit code 1 and printed nothing else.
async fn refusal(command: tokio::process::Command) -> String {
    let output = output(command).await;
    let stderr = text(&output.stderr);
    // The status page of the sandbox is there before anything else.
    let stdout = text(&output.stdout);
    let printed: Vec<&str> = stdout.lines().filter(|line| !line.contains("Status page at ")).collect();
    assert_eq!((output.status.code(), printed), (Some(1), vec![]), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("giftcode-bot: "), "{stderr}");
    stderr
}

fn write(folder: &Path, bytes: &[u8]) {
    std::fs::write(folder.join("players.csv"), bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_players_files() {
    let folder = tempfile::tempdir().unwrap();
    let sim = game(9, Faults::default());
    let command = || {
        let mut command = redeem(folder.path(), &sim);
        command.args(["GOOD", "--players", "players.csv"]);
        command
    };
    assert!(refusal(command()).await.contains("cannot read the players file players.csv"));
    let header = "player_id,nickname,state\n";
    let huge = format!("{header}{}", "1,A,245\n".repeat(50_000_000 / 8));
    for (bytes, part) in [
        (b"".to_vec(), "the file is empty"),
        (huge.into_bytes(), "larger than 5 MiB"),
        (
            b"player_id,nickname\n1,A\n".to_vec(),
            "no column with states was found; the columns are \"player_id\", \"nickname\"",
        ),
        (header.as_bytes().to_vec(), "no players"),
        (format!("{header}1,\u{1b}[31mA,245\n12a4,B,245\n").into_bytes(), "line 3: player_id \"12a4\" is not a number"),
        (format!("{header}1,A,245\n1,B,245\n").into_bytes(), "line 3: player_id 1 is already on line 2"),
        (format!("{header}1,A,-3\n").into_bytes(), "line 2: state \"-3\""),
        (
            b"player,nickname,state\n1,A,245\n".to_vec(),
            "the columns are \"player\", \"nickname\", \"state\"; needed is",
        ),
    ] {
        write(folder.path(), &bytes);
        let said = refusal(command()).await;
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(sim.ledger(|l| l.calls().len()), 0, "nothing was asked");
    assert!(!folder.path().join("data").exists(), "and nothing written");
    // A spreadsheet's file is fine. A bad line may be skipped on demand.
    write(folder.path(), "\u{FEFF}player_id,nickname,state\r\n1,\"Frost, Lord\",245\r\nx,B,245\r\n".as_bytes());
    let mut skipping = command();
    let output = output({
        skipping.arg("--skip-bad-lines");
        skipping
    })
    .await;
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("left out line 3: player_id \"x\""), "{}", text(&output.stderr));
    assert_eq!(sim.ledger(Ledger::grants), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_codes_and_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let sim = game(1, Faults::default());
    write(folder.path(), b"player_id,nickname,state\n1,A,245\n");
    for code in ["A B", "@everyone", "A\nB", "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let mut command = redeem(folder.path(), &sim);
        command.args([code, "--players", "players.csv"]);
        assert!(refusal(command).await.contains("nothing was redeemed"));
    }
    for args in [
        &["redeem", "GOOD"][..],
        &["redeem", "--players", "players.csv"],
        &["frobnicate"],
        &["sandbox", "--players", "0"],
    ] {
        let mut command = bot(folder.path());
        command.args(args);
        assert_eq!(output(command).await.status.code(), Some(2), "{args:?}");
    }
    // The bot, which is the default command, has no token here.
    for args in [&["run"][..], &[]] {
        let mut command = bot(folder.path());
        command.args(args);
        assert!(refusal(command).await.contains("DISCORD_TOKEN is not set"));
    }
    for args in [["--help"], ["--version"]] {
        let mut command = bot(folder.path());
        command.args(args);
        assert_eq!(output(command).await.status.code(), Some(0), "{args:?}");
    }
    assert_eq!(sim.ledger(|l| l.calls().len()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_variables_of_the_environment_and_of_dotenv() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), b"player_id,nickname,state\n1,A,245\n");
    let redeem = || {
        let mut command = bot(folder.path());
        command.args(["redeem", "GOOD", "--players", "players.csv"]);
        command
    };
    for (name, value, part) in [
        ("GIFTCODE_CHECK_INTERVAL", "soon", "GIFTCODE_CHECK_INTERVAL is \"soon\": give whole seconds from 1 to 3600"),
        ("GAME_RATE_LIMIT", "fast", "GAME_RATE_LIMIT is \"fast\""),
        ("GAME_API_URL", "wos", "GAME_API_URL is \"wos\""),
        ("REDEEM_CONCURRENCY", "-1", "REDEEM_CONCURRENCY is \"-1\""),
        ("RUST_LOG", "a=b=c", "RUST_LOG is \"a=b=c\""),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is \"xml\""),
        ("MONGODB_URI", "s3cr3t", "MONGODB_URI is set to something else (not shown)"),
        ("STATE_FILE", "players.csv/x.db", "cannot open the state file players.csv/"),
    ] {
        let mut command = redeem();
        command.env(name, value);
        let said = refusal(command).await;
        assert!(said.contains(part) && !said.contains("s3cr3t"), "{said}");
    }
    let mut sandbox = bot(folder.path());
    sandbox.arg("sandbox").env("GIFTCODE_CHECK_INTERVAL", "soon");
    assert!(refusal(sandbox).await.contains("GIFTCODE_CHECK_INTERVAL"));
    std::fs::write(folder.path().join(".env"), "GAME_TIMEOUT=never\n").unwrap();
    assert!(refusal(redeem()).await.contains("GAME_TIMEOUT is \"never\""));
    std::fs::write(folder.path().join(".env"), "GAME_RATE_LIMIT=30$Qm7\n").unwrap();
    assert!(refusal(redeem()).await.contains("GAME_RATE_LIMIT is \"30$Qm7\""), "nothing is put in place of a $");
    std::fs::write(folder.path().join(".env"), "A=1\nthis is no assignment\n").unwrap();
    assert!(refusal(redeem()).await.contains("cannot read .env: line 2 is neither NAME=value"));
    assert!(!folder.path().join("data").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_touches_no_state_that_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    let clock = giftcode_bot::runtime::clock::Clock::system();
    let kind = giftcode_bot::store::StateKind::Bot;
    drop(giftcode_bot::store::Store::open(&path, kind, clock).unwrap());
    let mut command = bot(folder.path());
    command.arg("sandbox").env("STATE_FILE", &path);
    assert!(refusal(command).await.contains("holds the state of the bot, not of the sandbox"));
    drop(giftcode_bot::store::Store::open(&path, kind, clock).unwrap());
    std::fs::write(&path, "something else entirely").unwrap();
    let mut command = bot(folder.path());
    command.arg("sandbox").env("STATE_FILE", &path);
    assert!(refusal(command).await.contains("is damaged (it is not a state file): move it away"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "something else entirely");
}
