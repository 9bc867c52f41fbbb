//! Inputs from public bug reports of other bots, through the real binary.

use std::path::PathBuf;

use giftcode_bot::domain::players::player::{PlayerId, State};
use giftcode_bot::sandbox::game::GameSim;
use giftcode_bot::sandbox::rules::SimPlayer;
use serde_json::Value;

use crate::support::{SALT, game_of, output, redeem, text};

fn case(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "commands", "cases", name].iter().collect()
}

/// A game with these players (ids and states) that grants them WOS1105.
fn game(players: &[(u64, u32)], salt: &str) -> GameSim {
    let player = |(id, state): &(u64, u32)| SimPlayer {
        id: PlayerId::new(*id).unwrap(),
        nickname: format!("Lord{id}"),
        state: State::new(*state).unwrap(),
        furnace_level: 30,
        vip: false,
    };
    game_of(players.iter().map(player).collect(), salt)
}

/// The expected result of a players file.
enum Right {
    /// Exactly these players, in these states, are redeemed for.
    Redeemed(&'static [(u64, u32)]),
    /// One line with these parts, and no calls.
    Refused(&'static [&'static str]),
}
use Right::{Redeemed, Refused};

async fn is_right(name: &str, options: &[&str], right: &Right) {
    let folder = tempfile::tempdir().unwrap();
    let everybody: &[(u64, u32)] = match right {
        Redeemed(players) => players,
        Refused(_) => &[],
    };
    let sim = game(everybody, SALT);
    let mut command = redeem(folder.path(), &sim);
    command.args(["WOS1105", "--json", "--players"]).arg(case(name)).args(options);
    let output = output(command).await;
    let stderr = text(&output.stderr);
    match right {
        Redeemed(players) => {
            assert_eq!(output.status.code(), Some(0), "{name}: {stderr}");
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let code = &report["codes"][0];
            // A call for a player with a wrong state would have failed.
            assert_eq!(
                (&code["granted"], &code["players"]),
                (&players.len().into(), &players.len().into()),
                "{name}: {report}"
            );
        }
        Refused(parts) => {
            assert_eq!((output.status.code(), stderr.lines().count()), (Some(1), 1), "{name}: {stderr}");
            for part in *parts {
                assert!(stderr.contains(part), "{name}: {part} in {stderr}");
            }
            assert_eq!(sim.ledger(|ledger| ledger.calls().len()), 0, "{name}");
        }
    }
}

/// Every input but the code on the command line and `.env`: the options, and the expected result.
#[tokio::test(flavor = "multi_thread")]
async fn every_players_file_is_read_or_named_in_a_refusal() {
    const A: (u64, u32) = (41_000_101, 245);
    const B: (u64, u32) = (41_000_102, 245);
    const C: (u64, u32) = (41_000_103, 245);
    const FAR: (u64, u32) = (41_000_103, 310);
    let skip: &[&str] = &["--skip-bad-lines"];
    let state: &[&str] = &["--state", "245"];
    for (name, options, right) in [
        ("02-csv-invisible/players.csv", &[][..], Redeemed(&[A, B])),
        ("02-csv-invisible/header.csv", &[], Redeemed(&[A])),
        ("03-excel-empty-rows/players.csv", &[], Redeemed(&[A])),
        ("04-stray-quote/silent.csv", &[], Refused(&["line 3: a quote opens and does not close before the line ends"])),
        ("04-stray-quote/silent.csv", skip, Redeemed(&[A, C, (41_000_104, 245)])),
        ("04-stray-quote/skip.csv", &[], Refused(&["line 3: a quote opens"])),
        ("04-stray-quote/skip.csv", skip, Redeemed(&[A, C, (41_000_104, 245), (41_000_105, 245)])),
        (
            "05-too-many-columns/players.csv",
            &[],
            Refused(&["line 2: has 4 columns, the header 3; put a name that contains commas in quotes"]),
        ),
        ("05-too-many-columns/players.csv", skip, Redeemed(&[B])),
        ("06-furnace-words/players.csv", &[], Redeemed(&[A, B, FAR])),
        ("07-foreign-lists/idlist.csv", &[], Refused(&["the columns are \"player_id\"", "--state N"])),
        ("07-foreign-lists/idlist.csv", state, Redeemed(&[A, B, C])),
        ("07-foreign-lists/ids.json", state, Redeemed(&[A, B])),
        ("07-foreign-lists/otherbot.csv", &[], Redeemed(&[A, B, FAR])),
        // A state given by the file is never replaced.
        ("07-foreign-lists/otherbot.csv", &["--state", "999"], Redeemed(&[A, B, FAR])),
        ("07-foreign-lists/renamed.csv", &[], Refused(&["a spreadsheet (.xlsx, .ods)", "save it as CSV"])),
        ("07-foreign-lists/semicolon.csv", &[], Redeemed(&[A, B])),
        ("07-foreign-lists/sepline.csv", &[], Redeemed(&[A])),
        ("07-foreign-lists/tabs.tsv", &[], Redeemed(&[A, B])),
        ("07-foreign-lists/users.sqlite", &[], Refused(&["a SQLite database"])),
        ("08-duplicate-and-hash/dot0.csv", &[], Redeemed(&[A, B])),
        ("08-duplicate-and-hash/duplicate.csv", &[], Redeemed(&[A, B])),
        ("08-duplicate-and-hash/hash.csv", &[], Redeemed(&[A, B, FAR])),
        (
            "08-duplicate-and-hash/sci.csv",
            &[],
            Refused(&["line 2: player_id \"4.10E+07\" is not whole: the spreadsheet shortened it"]),
        ),
    ] {
        is_right(name, options, &right).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_invisible_characters_around_it_is_redeemed() {
    let folder = tempfile::tempdir().unwrap();
    let sim = game(&[(41_000_101, 245)], SALT);
    let code = std::fs::read_to_string(case("01-code-invisible/code.txt")).unwrap();
    let mut command = redeem(folder.path(), &sim);
    command.args([code.as_str(), "--json", "--players"]).arg(case("01-code-invisible/ok.csv"));
    let output = output(command).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["codes"][0]["code"], &report["codes"][0]["granted"]),
        (&"WOS1105".into(), &1.into()),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dotenv_is_read_with_its_byte_order_mark_and_utf_16_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let sim = game(&[(41_000_101, 245)], SALT);
    let dotenv = folder.path().join(".env");
    let run = async || {
        let mut command = redeem(folder.path(), &sim);
        // The first line of the file counts only if the environment lacks the variable.
        command.env_remove("GAME_API_URL");
        output({
            command.args(["WOS1105", "--json", "--players"]).arg(case("01-code-invisible/ok.csv"));
            command
        })
        .await
    };
    std::fs::copy(case("10-dotenv-bom/dotenv.utf16"), &dotenv).unwrap();
    let refused = run().await;
    let stderr = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr.contains("cannot read .env: it is UTF-16; save it as UTF-8"), "{stderr}");
    let bytes = std::fs::read(case("10-dotenv-bom/dotenv.bom")).unwrap();
    let first = format!("\u{FEFF}GAME_API_URL={}\n", sim.base_url());
    std::fs::write(&dotenv, [first.as_bytes(), &bytes[3..]].concat()).unwrap();
    let read = run().await;
    assert_eq!(read.status.code(), Some(0), "{}", text(&read.stderr));
    assert!(sim.ledger(|ledger| ledger.grants()) == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_dotenv_with_a_dollar_is_taken_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let sim = game(&[(41_000_101, 245)], "xK2$pQ9vLm");
    std::fs::copy(case("11-dotenv-dollar/dotenv.txt"), folder.path().join(".env")).unwrap();
    let mut command = redeem(folder.path(), &sim);
    command.env_remove("GAME_SIGN_SALT").args(["WOS1105", "--json", "--players"]).arg(case("01-code-invisible/ok.csv"));
    let output = output(command).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(sim.ledger(|ledger| ledger.grants()), 1);
}
