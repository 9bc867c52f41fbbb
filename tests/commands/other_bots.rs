//! Other bots' exports and lists (`tests/data/players`, whose README names the bots), through the real binary.

use std::collections::BTreeSet;
use std::path::PathBuf;

use giftcode_bot::domain::players::player::{Player, State};
use giftcode_bot::domain::players::roster_file;
use giftcode_bot::sandbox::rules::SimPlayer;
use serde_json::Value;

use crate::support::{SALT, game_of, output, redeem, text};

const STATE: &[&str] = &["--state", "245"];

/// Each file and the option that it needs; at most one.
const READ: &[(&str, &[&str])] = &[
    ("01-js-bot-export/players_export.csv", &[]),
    ("02-python-bot-users-table/users.csv", &[]),
    ("03-python-bot-alliance-export/ICE_members.tsv", &[]),
    ("04-players-json-by-id/players.json", STATE),
    ("05-users-list-text/users.txt", STATE),
    ("06-ids-in-rows/alliance.csv", STATE),
    ("07-json-by-name/accounts.json", STATE),
    ("08-ids-with-remarks/accounts.txt", STATE),
    ("09-ids-json/ids.json", STATE),
    ("10-database-lines/players.json", &[]),
    ("11-google-sheet/ICE - Members.csv", &[]),
    ("12-german-excel/Mitglieder.csv", &[]),
    ("13-excel-unicode-text/members.txt", &[]),
    ("14-chat-list/message.txt", STATE),
    ("15-chat-ids/message.txt", STATE),
    ("16-markdown-table/members.md", &[]),
    ("17-json-backup/backup.json", &[]),
    ("18-states-in-words/list.txt", &[]),
];

/// Each file that is refused, and parts of what is said.
const REFUSED: &[(&str, &[&str])] = &[
    ("19-spreadsheet/members.xlsx", &["a spreadsheet (.xlsx, .ods)", "open it and save it as CSV"]),
    (
        "20-python-bot-database/users.sqlite",
        &["a SQLite database", "export its table of players as CSV", "users or players"],
    ),
];

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "data", "players"].iter().collect()
}

/// The file's players as the reader gives them, and as `right.csv` lists them.
fn players(name: &str, options: &[&str]) -> (Vec<Player>, Vec<Player>) {
    let file = folder().join(name);
    let state = options.get(1).and_then(|state| state.parse::<State>().ok());
    let read =
        roster_file::parse(&std::fs::read(&file).unwrap(), state).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(read.bad_lines, [], "{name}");
    let right = roster_file::parse(&std::fs::read(file.with_file_name("right.csv")).unwrap(), None).unwrap();
    assert_eq!(right.bad_lines, [], "{name}");
    (read.players, right.players)
}

#[test]
fn every_list_becomes_the_right_players_with_at_most_one_option() {
    for (name, options) in READ {
        let (read, right) = players(name, options);
        assert_eq!(read, right, "{name}");
    }
}

#[test]
fn every_folder_is_tested() {
    let folders = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let folders: BTreeSet<String> =
        folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    let tested = READ.iter().chain(REFUSED).map(|(name, _)| name.split('/').next().unwrap().to_owned());
    assert_eq!(folders, tested.collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_players_of_every_list_are_redeemed_for_in_their_states() {
    for (name, options) in READ {
        let (_, right) = players(name, options);
        let player = |player: &Player| SimPlayer {
            id: player.id,
            nickname: player.nickname.clone(),
            state: player.state.unwrap(),
            furnace_level: 30,
            vip: false,
        };
        let sim = game_of(right.iter().map(player).collect(), SALT);
        let at = tempfile::tempdir().unwrap();
        let mut command = redeem(at.path(), &sim);
        command.args(["WOS1105", "--json", "--players"]).arg(folder().join(name)).args(*options);
        let output = output(command).await;
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        // A call for a player with a wrong state would have failed.
        assert_eq!(report["codes"][0]["granted"], right.len(), "{name}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_list_are_refused_with_what_to_do() {
    for (name, parts) in REFUSED {
        let sim = game_of(Vec::new(), SALT);
        let at = tempfile::tempdir().unwrap();
        let mut command = redeem(at.path(), &sim);
        command.args(["WOS1105", "--json", "--players"]).arg(folder().join(name));
        let output = output(command).await;
        let stderr = text(&output.stderr);
        assert_eq!((output.status.code(), stderr.lines().count()), (Some(1), 1), "{name}: {stderr}");
        for part in *parts {
            assert!(stderr.contains(part), "{name}: {part} in {stderr}");
        }
        assert_eq!(sim.ledger(|ledger| ledger.calls().len()), 0, "{name}");
    }
}
