//! Starts the binary and the simulated game.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::players::player::{PlayerId, State};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::rules::{Rule, SimCode, SimPlayer};
use tempfile::TempDir;
use tokio::process::Command;

pub const SALT: &str = "salt";

/// The binary in this folder, with only the path from this process's environment.
pub fn bot(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The binary's `redeem` against `sim`, as fast as that allows.
pub fn redeem(folder: &Path, sim: &GameSim) -> Command {
    let mut command = bot(folder);
    command.arg("redeem");
    for (name, value) in [
        ("GAME_API_URL", sim.base_url().as_str()),
        ("GAME_SIGN_SALT", SALT),
        ("GAME_RATE_LIMIT", "off"),
        ("GAME_PLAYER_INTERVAL", "0s"),
        ("GAME_TIMEOUT", "5s"),
        ("REDEEM_CONCURRENCY", "8"),
        ("REDEEM_RETRY_BASE", "10ms"),
        ("REDEEM_RETRY_CAP", "80ms"),
    ] {
        command.env(name, value);
    }
    command
}

/// Fails the test if the command does not end in time.
pub async fn output(mut command: Command) -> Output {
    let output = tokio::time::timeout(Duration::from_secs(120), command.output()).await;
    output.expect("the binary ends in time").unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A simulated game with this many players: every tenth has furnace level 5, the others 30.
pub fn game(players: u64, faults: Faults) -> GameSim {
    let sim_player = |id: u64| SimPlayer {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("Lord{id}"),
        state: State::new(245).unwrap(),
        furnace_level: if id.is_multiple_of(10) { 5 } else { 30 },
        vip: false,
    };
    start((1..=players).map(sim_player).collect(), SALT, faults)
}

pub fn game_of(players: Vec<SimPlayer>, salt: &str) -> GameSim {
    start(players, salt, Faults::default())
}

fn start(players: Vec<SimPlayer>, salt: &str, faults: Faults) -> GameSim {
    let clock = Clock::system();
    let code = |text: &str, rule| SimCode::always(Code::parse(text).unwrap(), rule);
    let codes = [("GOOD", Rule::Good), ("WOS1105", Rule::Good), ("HOT", Rule::Furnace(10)), ("OLD", Rule::Expired)];
    let settings = GameSimSettings {
        salt: salt.into(),
        players,
        codes: codes.map(|(text, rule)| code(text, rule)).into(),
        limit: None,
        player_interval: Duration::ZERO,
        has_player_endpoint: false,
        faults,
        latency: Duration::from_millis(2),
        seed: 11,
        world_started: clock.now(),
        journal: None,
    };
    GameSim::start(settings, clock).unwrap()
}

/// A folder with a players file of these ids, all in state 245.
pub fn folder_with_players(ids: impl Iterator<Item = u64>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = ids.map(|id| format!("{id},Player {id},245\n")).collect();
    let text = format!("player_id,nickname,state\n{}", lines.concat());
    std::fs::write(folder.path().join("players.csv"), text).unwrap();
    folder
}
