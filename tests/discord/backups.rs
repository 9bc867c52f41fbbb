//! `BACKUP_DIR` with the real program: killed while it writes, and restored on an empty machine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};

use crate::world::{GUILD, PATIENCE, World};

/// Enough that an export takes a moment.
const PLAYERS: u64 = 60_000;

async fn with_many_players(path: &Path) {
    let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
    store.guilds().set_channel(AllianceId(GUILD), ChannelId(7)).await.unwrap();
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("Frost, \"Lord\" ❄ {id}"),
        state: State::new(245),
        furnace_level: Some(30),
    };
    for from in (1..=PLAYERS).step_by(5000) {
        store.rosters().add_to_roster(AllianceId(GUILD), (from..from + 5000).map(player).collect()).await.unwrap();
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn backups(folder: &Path) -> Vec<PathBuf> {
    names(folder).iter().filter(|name| name.starts_with("giftcode-")).map(|name| folder.join(name)).collect()
}

/// Runs `state` with these arguments in a folder of its own world, and returns what it printed.
async fn state(folder: &Path, args: [&str; 2]) -> String {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder).arg("state").args(args).env("STATE_FILE", "giftcode.db");
    let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_leaves_only_whole_backups_and_one_restores_everything() {
    let mut world = World::new(&[]).await;
    with_many_players(&world.folder.path().join("giftcode.db")).await;
    let folder = world.folder.path().join("backups");
    world.set("BACKUP_DIR", "backups");
    let mut unfinished = 0;
    for delay in [0, 300, 900, 1800] {
        let bot = world.spawn();
        let began = Instant::now();
        // The export itself, or what it leaves, if it was too quick to be seen.
        let is_writing = || {
            let begun = names(&folder).into_iter().filter(|name| name.starts_with(".giftcode-backup-")).count();
            begun > unfinished || !backups(&folder).is_empty()
        };
        while !is_writing() {
            assert!(began.elapsed() < PATIENCE, "no backup begins: {}", bot.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(delay)).await;
        bot.kill().await;
        for backup in backups(&folder) {
            let whole: serde_json::Value = serde_json::from_slice(&std::fs::read(backup).unwrap()).unwrap();
            assert!(whole["records"].as_array().unwrap().len() as u64 > PLAYERS);
        }
        unfinished = names(&folder).into_iter().filter(|name| name.starts_with(".giftcode-backup-")).count();
    }
    assert!(unfinished > 0, "no kill met a backup at work");
    let bot = world.spawn();
    let began = Instant::now();
    while backups(&folder).is_empty() {
        assert!(began.elapsed() < PATIENCE, "{}", bot.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // An earlier round may have made one. SIGTERM is heard from about here on.
    bot.said("Status page at ").await;
    bot.stop().await;
    let machine = tempfile::tempdir().unwrap();
    std::fs::copy(&backups(&folder)[0], machine.path().join("backup.json")).unwrap();
    let said = state(machine.path(), ["import", "backup.json"]).await;
    assert!(said.contains("taken over, the others were here already"), "{said}");
    state(machine.path(), ["export", "restored.json"]).await;
    let read = |name: &str| std::fs::read(machine.path().join(name)).unwrap();
    assert!(read("backup.json") == read("restored.json"), "both states are equal");
}
