//! `redeem` against the simulated game.

use std::collections::{HashMap, HashSet};
use std::process::Output;
use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::sandbox::faults::{Faults, Trouble, Wrong};
use giftcode_bot::sandbox::game::GameSim;
use giftcode_bot::sandbox::ledger::{Call, Ledger};
use serde_json::Value;

use crate::support::{folder_with_players, game, output, redeem, text};

fn faults() -> Faults {
    Faults { timeout_retry: 0.10, server_error: 0.05, html: 0.02, unknown: 0.01, reset: 0.01, ..Faults::default() }
}

fn json(output: &Output) -> Value {
    let stdout = text(&output.stdout);
    assert_eq!(stdout.lines().count(), 1, "nothing but one object: {stdout}");
    serde_json::from_str(&stdout).unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// granted + already + sum(failed) + gave_up = players, for every code.
fn adds_up(report: &Value) {
    for code in report["codes"].as_array().unwrap() {
        let failed: u64 = code["failed"].as_object().unwrap().values().map(number).sum();
        let sum = number(&code["granted"]) + number(&code["already"]) + failed + number(&code["gave_up"]);
        assert_eq!(sum, number(&code["players"]), "{code}");
    }
}

fn calls_by_player(sim: &GameSim, code: &str) -> HashMap<String, Vec<Call>> {
    sim.ledger(|ledger| {
        let mut by_player: HashMap<String, Vec<Call>> = HashMap::new();
        for call in ledger.calls().iter().filter(|call| call.code == code) {
            by_player.entry(call.fid.clone()).or_default().push(call.clone());
        }
        by_player
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_players_through_faults_get_all_they_could() {
    let sim = game(295, faults());
    // Five players in the file do not exist in the game.
    let folder = folder_with_players(1..=300);
    let mut command = redeem(folder.path(), &sim);
    command.args(["GOOD", "hot", "--players", "players.csv", "--json"]);
    let output = output(command).await;
    let report = json(&output);
    adds_up(&report);
    let (good, hot) = (&report["codes"][0], &report["codes"][1]);
    assert_eq!((good["code"].as_str(), hot["code"].as_str()), (Some("GOOD"), Some("hot")));
    assert_eq!((number(&good["players"]), number(&hot["players"])), (300, 300));
    // By chance one redemption may get three unknown answers, which ends it. The ledger shows which.
    let no_good: HashSet<(String, String)> = sim.ledger(|ledger| {
        let mut unknown: HashMap<_, u32> = HashMap::new();
        for call in ledger.calls().iter().filter(|call| call.answer == "Unknown") {
            *unknown.entry((call.code.clone(), call.fid.clone())).or_default() += 1;
        }
        unknown.into_iter().filter(|(_, times)| *times == 3).map(|(redemption, _)| redemption).collect()
    });
    let code = if no_good.is_empty() { 0 } else { 3 };
    assert_eq!(output.status.code(), Some(code), "{report}\n{}", text(&output.stderr));
    for (report, is_hot) in [(good, false), (hot, true)] {
        let mut expected: HashMap<&str, u64> = HashMap::new();
        for player in 1..=300_u64 {
            let redemption = (report["code"].as_str().unwrap().to_ascii_uppercase(), player.to_string());
            let outcome = match player {
                _ if no_good.contains(&redemption) => "gave_up",
                296.. => "ROLE_NOT_EXIST",
                // Every tenth player's furnace is too low.
                _ if is_hot && player.is_multiple_of(10) => "STOVE_LV_ERROR",
                _ => "got it",
            };
            *expected.entry(outcome).or_default() += 1;
        }
        let mut got = HashMap::from([("got it", number(&report["granted"]) + number(&report["already"]))]);
        got.extend(report["failed"].as_object().unwrap().iter().map(|(why, count)| (why.as_str(), number(count))));
        got.extend(Some(("gave_up", number(&report["gave_up"]))).filter(|(_, count)| *count > 0));
        assert_eq!(got, expected, "{report}");
    }
    let got = number(&good["granted"]) + number(&good["already"]) + number(&hot["granted"]) + number(&hot["already"]);
    let grants = sim.ledger(Ledger::grants) as u64;
    assert!((got..=got + no_good.len() as u64).contains(&grants), "{grants} granted by the game, {got} known");
    // Requests to a login that is gone are answered without an entry in the ledger.
    let noted = sim.ledger(|ledger| ledger.calls().len() as u64);
    assert!((noted + 1..=noted + 3).contains(&number(&report["requests"])), "{report} {noted}");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("data")).unwrap().collect();
    assert_eq!(left.len(), 0, "the progress is removed when all is done: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redemptions_given_up_are_exit_code_3() {
    let sim = game(3, Faults { unknown: 1.0, ..Faults::default() });
    let folder = folder_with_players(1..=3);
    let mut command = redeem(folder.path(), &sim);
    command.args(["GOOD", "--players", "players.csv", "--json"]);
    let output = output(command).await;
    let report = json(&output);
    adds_up(&report);
    assert_eq!((output.status.code(), number(&report["codes"][0]["gave_up"])), (Some(3), 3));
    assert!(calls_by_player(&sim, "GOOD").values().all(|calls| calls.len() == 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_lists_failed_players_and_reasons() {
    let sim = game(20, Faults::default());
    let folder = folder_with_players(1..=20);
    let mut command = redeem(folder.path(), &sim);
    command.args(["HOT", "OLD", "--players", "players.csv"]);
    let output = output(command).await;
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for part in [
        "HOT: the furnace level is too low (STOVE_LV_ERROR): Player 10, Player 20",
        "20 × the code has expired (TIME_ERROR)",
        "requests in",
    ] {
        assert!(stdout.contains(part), "{part} in\n{stdout}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_signature_and_a_game_that_is_not_there_are_one_line_and_exit_code_1() {
    let sim = game(20, Faults::default());
    let folder = folder_with_players(1..=20);
    let args = ["GOOD", "--players", "players.csv", "--json"];
    let mut wrong_salt = redeem(folder.path(), &sim);
    wrong_salt.args(args).env("GAME_SIGN_SALT", "old").env("RUST_LOG", "off");
    let mut not_there = redeem(folder.path(), &sim);
    not_there.args(args).env("GAME_API_URL", "http://127.0.0.1:1/api").env("RUST_LOG", "off");
    for (command, part) in [(wrong_salt, "set GAME_SIGN_SALT"), (not_there, "check GAME_API_URL")] {
        let output = output(command).await;
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.contains(part) && stderr.lines().count() == 1, "{stderr}");
    }
    assert_eq!(sim.ledger(Ledger::grants), 0);
    // Nothing was lost: with the right salt the same command redeems for all.
    let mut right = redeem(folder.path(), &sim);
    right.args(args);
    let report = json(&output(right).await);
    assert_eq!(number(&report["codes"][0]["granted"]), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_odd_answer_for_everybody_is_exit_code_1_and_what_to_change() {
    let params = r#"{"code":1,"data":[],"msg":"params error","err_code":""}"#;
    for (wrong, part) in [
        (Wrong::text(403, "Unauthorized request"), "set GAME_PAGE_URL"),
        (Wrong::json(200, params), "(PARAMS_ERROR): the game's API may have changed"),
        (Wrong::text(404, "not here"), "the game gives every player the unknown answer HTTP_404"),
        (Wrong::json(400, r#"{"message":"Bad Request"}"#), "the game gives every player the unknown answer HTTP_400"),
    ] {
        let sim = game(30, Faults::default());
        let folder = folder_with_players(1..=30);
        let args = ["GOOD", "--players", "players.csv", "--json"];
        let mut command = redeem(folder.path(), &sim);
        command.args(args).env("RUST_LOG", "off").env("GAME_RATE_LIMIT", "10/1s");
        let child = command.spawn().unwrap();
        // In the middle of the run.
        while sim.ledger(Ledger::grants) < 5 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        sim.set_troubles(vec![Trouble::of_all(wrong.clone())]);
        let output = child.wait_with_output().await.unwrap();
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.contains(part) && stderr.lines().count() == 1, "{stderr}");
        // Case 14: no player was given up, and the same command continues.
        sim.set_troubles(Vec::new());
        let mut again = redeem(folder.path(), &sim);
        again.args(args);
        let output = crate::support::output(again).await;
        assert!(text(&output.stderr).contains("Continuing an interrupted redeem: "), "{}", text(&output.stderr));
        let report = json(&output);
        assert_eq!((number(&report["codes"][0]["granted"]), output.status.code()), (30, Some(0)), "{report}");
        assert_eq!(sim.ledger(Ledger::grants), 30);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_game_that_is_away_for_a_while_is_waited_for() {
    let sim = game(30, Faults::default());
    let folder = folder_with_players(1..=30);
    let mut command = redeem(folder.path(), &sim);
    command.args(["GOOD", "--players", "players.csv", "--json"]).env("GAME_RATE_LIMIT", "10/1s");
    let child = command.spawn().unwrap();
    while sim.ledger(Ledger::grants) < 5 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sim.set_troubles(vec![Trouble::of_all(Wrong::text(502, ""))]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    sim.set_troubles(Vec::new());
    let output = child.wait_with_output().await.unwrap();
    let stderr = text(&output.stderr);
    assert!(stderr.contains("Waiting: the game is not responding properly (SERVER_ERROR)"), "{stderr}");
    assert!(stderr.contains("The game answers again."), "{stderr}");
    let report = json(&output);
    assert_eq!((number(&report["codes"][0]["granted"]), output.status.code()), (30, Some(0)), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_odd_answers_for_everybody_ends_the_command_last() {
    let sim = game(10, Faults::default());
    let new = r#"{"code":1,"data":[],"msg":"CODE PAUSED","err_code":40077}"#;
    let code = Code::parse("HOT").unwrap();
    sim.set_troubles(vec![Trouble::of_all(Wrong::json(200, new)).of_code(&code)]);
    let folder = folder_with_players(1..=10);
    let args = ["GOOD", "HOT", "--players", "players.csv", "--json"];
    let mut command = redeem(folder.path(), &sim);
    command.args(args).env("RUST_LOG", "off");
    let output = output(command).await;
    let stderr = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{stderr}");
    let said = "the game answers CODE PAUSED for HOT, which is unknown, to every player, and all else is done";
    assert!(stderr.contains(said) && stderr.lines().count() == 1, "{stderr}");
    assert_eq!(sim.ledger(Ledger::grants), 10);
    sim.set_troubles(Vec::new());
    let mut again = redeem(folder.path(), &sim);
    again.args(args);
    let report = json(&crate::support::output(again).await);
    // The tenth player's furnace is too low.
    assert_eq!((number(&report["codes"][0]["granted"]), number(&report["codes"][1]["granted"])), (10, 9), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_login_decides_nothing() {
    let sim = game(30, Faults::default());
    let busy = r#"{"code":1,"data":[],"msg":"TIMEOUT RETRY","err_code":40004}"#;
    sim.set_troubles(vec![Trouble::of_all(Wrong::json(200, busy)).at("player")]);
    let folder = folder_with_players(1..=30);
    let mut command = redeem(folder.path(), &sim);
    command.args(["GOOD", "--players", "players.csv", "--json"]);
    let output = output(command).await;
    assert_eq!(number(&json(&output)["codes"][0]["granted"]), 30, "{}", text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redeem_that_was_killed_or_stopped_goes_on_and_repeats_nothing() {
    let sim = game(400, Faults::default());
    let folder = folder_with_players(1..=400);
    let args = ["GOOD", "--players", "players.csv", "--json"];
    for is_killed in [true, false] {
        let mut command = redeem(folder.path(), &sim);
        let mut child = command.args(args).spawn().unwrap();
        let before = sim.ledger(Ledger::grants);
        while sim.ledger(Ledger::grants) < before + 100 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if is_killed {
            child.kill().await.unwrap();
        } else {
            let id = child.id().unwrap().to_string();
            assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
            let output = child.wait_with_output().await.unwrap();
            let stderr = text(&output.stderr);
            assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), ""), "{stderr}");
            assert!(stderr.contains("Interrupted: ") && stderr.contains("continues from here"), "{stderr}");
        }
    }
    let mut last = redeem(folder.path(), &sim);
    last.args(args);
    let output = output(last).await;
    assert!(text(&output.stderr).contains("Continuing an interrupted redeem: "), "{}", text(&output.stderr));
    let report = json(&output);
    adds_up(&report);
    let code = &report["codes"][0];
    assert_eq!(number(&code["granted"]) + number(&code["already"]), 400);
    // A kill loses the answers of at most the eight calls in flight; a stop loses none.
    let repeated = calls_by_player(&sim, "GOOD").values().filter(|calls| calls.len() > 1).count();
    assert!(repeated <= 8, "{repeated}");
    assert!(number(&report["requests"]) < 220, "{report}");
}

/// At the most talkative level, in both formats: not the bot's secrets, nor a signature.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_output_of_redeem() {
    let sim = game(9, faults());
    let secrets = [
        ("DISCORD_TOKEN", "MTIz.G-known.discord-t0ken", "G-known"),
        ("GIFTCODE_API_KEY", "kn0wn-feed-key", "kn0wn-feed-key"),
        ("MONGODB_URI", "mongodb://u:kn0wn-passw0rd@127.0.0.1:9/", "kn0wn-passw0rd"),
        ("HEARTBEAT_URL", "https://watch.example/kn0wn-ping", "kn0wn-ping"),
        ("ALERT_WEBHOOK_URL", "https://discord.com/api/webhooks/1/kn0wn-hook", "kn0wn-hook"),
    ];
    for format in ["text", "json"] {
        let folder = folder_with_players(1..=9);
        let mut command = redeem(folder.path(), &sim);
        command.args(["GOOD", "--players", "players.csv"]).env("RUST_LOG", "trace").env("LOG_FORMAT", format);
        command.envs(secrets.map(|(name, value, _)| (name, value)));
        let output = output(command).await;
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("Redeemed for"), "{said}");
        for (name, _, secret) in secrets {
            assert!(!said.contains(secret), "{name} in {said}");
        }
        let is_hash = |word: &str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let signature = said.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| is_hash(word));
        assert_eq!(signature, None, "{said}");
    }
}
