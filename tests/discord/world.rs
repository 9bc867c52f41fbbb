//! The world around the real program: a double of Discord, a code feed and the simulated game.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{PlayerId, State};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::rules::{Rule, SimCode, SimPlayer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use discord_double::{Double, Guild, Interaction, Message, User, permission};

pub const GUILD: u64 = 1_165_706_299_393_183_754;
pub const CHANNEL: u64 = 1_165_706_299_393_183_755;
pub const OTHER_CHANNEL: u64 = 1_165_706_299_393_183_756;
/// A second guild, for tests that use it.
pub const SECOND: u64 = 1_165_706_299_393_183_800;
pub const SECOND_CHANNEL: u64 = 1_165_706_299_393_183_801;
/// The time limit of every wait. A passing test never reaches it, not even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(180);

const SALT: &str = "salt";

/// A code feed whose contents a test sets.
#[derive(Clone, Default)]
pub struct Feed(Arc<Mutex<Listing>>);

#[derive(Clone, Default)]
struct Listing {
    codes: Vec<Value>,
    is_down: bool,
    hangs: bool,
}

impl Feed {
    pub fn add(&self, code: &str, rewards: &str, expiry: &str) {
        let entry = json!({ "code": code, "status": "active", "rewards": rewards, "expiry": expiry });
        self.0.lock().unwrap().codes.push(entry);
    }

    /// While it is down, the feed answers HTTP 500.
    pub fn set_down(&self, is_down: bool) {
        self.0.lock().unwrap().is_down = is_down;
    }

    /// While it hangs, the feed accepts requests and never answers them.
    #[allow(dead_code, reason = "used by the tests of the two stores, in the same world")]
    pub fn set_hangs(&self, hangs: bool) {
        self.0.lock().unwrap().hangs = hangs;
    }

    async fn start(&self) -> String {
        let listing = self.0.clone();
        let answer = move || async move {
            let Listing { codes, is_down, hangs } = listing.lock().unwrap().clone();
            if hangs {
                std::future::pending::<()>().await;
            }
            let status = if is_down { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
            (status, axum::Json(json!({ "success": true, "codes": codes })))
        };
        let router = axum::Router::new().route("/api/gift-codes", axum::routing::get(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        format!("http://{address}/api/gift-codes")
    }
}

/// It starts with one guild and its channels.
pub struct World {
    pub double: Double,
    pub feed: Feed,
    pub game: GameSim,
    pub folder: TempDir,
    feed_url: String,
    variables: Vec<(&'static str, String)>,
}

/// The running program. It is killed when dropped.
pub struct Bot {
    child: Child,
    log: PathBuf,
}

impl World {
    /// A game with these codes and 300 players, 1001 to 1300. They are in state 245, except for each tenth in state 246, and
    /// 1101 to 1103 in state 300. Each seventh is a VIP.
    pub async fn new(codes: &[(&str, Rule)]) -> Self {
        Self::with_faults(codes, Faults::default(), None).await
    }

    pub async fn with_faults(codes: &[(&str, Rule)], faults: Faults, limit: Option<RateLimit>) -> Self {
        Self::of_players(codes, faults, limit, 1300).await
    }

    /// The same with the players 1001 to `last`.
    pub async fn of_players(codes: &[(&str, Rule)], faults: Faults, limit: Option<RateLimit>, last: u64) -> Self {
        let clock = Clock::system();
        let player = |id: u64| SimPlayer {
            id: PlayerId::new(id).unwrap(),
            nickname: format!("Lord{id}"),
            state: State::new(match id {
                1101..=1103 => 300,
                _ if id.is_multiple_of(10) => 246,
                _ => 245,
            })
            .unwrap(),
            furnace_level: 30,
            vip: id.is_multiple_of(7),
        };
        let game = GameSim::start(
            GameSimSettings {
                salt: SALT.to_owned(),
                players: (1001..=last).map(player).collect(),
                codes: codes.iter().map(|(code, rule)| SimCode::always(Code::parse(code).unwrap(), *rule)).collect(),
                limit,
                player_interval: Duration::ZERO,
                has_player_endpoint: false,
                faults,
                latency: Duration::from_millis(5),
                seed: 7,
                world_started: clock.now(),
                journal: None,
            },
            clock,
        )
        .unwrap();
        let feed = Feed::default();
        let feed_url = feed.start().await;
        let double = Double::start().await;
        double.add_guild(Guild::new(GUILD).text(CHANNEL, "gift-codes").text(OTHER_CHANNEL, "elsewhere"));
        Self { double, feed, game, folder: tempfile::tempdir().unwrap(), feed_url, variables: Vec::new() }
    }

    /// The address of the feed.
    pub fn feed_url(&self) -> &str {
        &self.feed_url
    }

    /// Sets an environment variable of the program.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    /// Starts the program, and waits until it is connected and its commands are registered.
    pub async fn start(&self) -> Bot {
        // The session of a process that was killed just now may still seem to be open.
        let before = self.double.identifies();
        let bot = self.spawn();
        self.until("a session of this process", || self.double.identifies() > before).await;
        self.double.connected(PATIENCE).await;
        self.double.registered("manage", PATIENCE).await;
        bot
    }

    pub fn spawn(&self) -> Bot {
        let count = std::fs::read_dir(self.folder.path()).unwrap().count();
        let log = self.folder.path().join(format!("log-{count}"));
        let file = std::fs::File::create(&log).unwrap();
        let mut command = self.command();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        Bot { child: command.spawn().unwrap(), log }
    }

    /// The program with this world's environment, in this world's folder.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
        command.env_clear().current_dir(self.folder.path()).kill_on_drop(true).stdin(Stdio::null());
        let (game, discord) = (self.game.base_url(), self.double.url());
        for (name, value) in [
            ("DISCORD_TOKEN", Double::TOKEN),
            ("DISCORD_PROXY_URL", discord.as_str()),
            ("GIFTCODE_API_URL", self.feed_url.as_str()),
            ("GIFTCODE_CHECK_INTERVAL", "1"),
            ("STATE_FILE", "giftcode.db"),
            ("GAME_API_URL", game.as_str()),
            ("GAME_SIGN_SALT", SALT),
            ("GAME_RATE_LIMIT", "off"),
            ("GAME_PLAYER_INTERVAL", "0s"),
            ("GAME_TIMEOUT", "5s"),
            ("REDEEM_RETRY_BASE", "50ms"),
            ("REDEEM_RETRY_CAP", "200ms"),
            ("RUST_LOG", "info,giftcode_bot=debug"),
        ] {
            command.env(name, value);
        }
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    /// A user who may manage the guild.
    pub fn admin(&self) -> User {
        self.double.user(GUILD, permission::MANAGE_GUILD)
    }

    /// Adds the bot to the second guild, and returns a user who may manage it.
    pub fn second_admin(&self) -> User {
        self.double.add_guild(Guild::new(SECOND).text(SECOND_CHANNEL, "their-codes"));
        self.double.user(SECOND, permission::MANAGE_GUILD)
    }

    /// A user without special permissions.
    pub fn member(&self) -> User {
        self.double.user(GUILD, 0)
    }

    /// Uses a command in the guild's channel and waits for the answer.
    pub async fn ask(&self, user: &User, command: &str, options: &[(&str, Value)]) -> Interaction {
        let channel = if user.guild == GUILD { CHANNEL } else { SECOND_CHANNEL };
        let answered = self.double.slash(user, channel, command, options).await;
        answered.settled(PATIENCE).await;
        assert!(answered.is_ephemeral(), "{command} answers publicly: {}", answered.text());
        answered
    }

    /// Imports a players file with these lines.
    pub async fn import(&self, user: &User, lines: &str) -> String {
        let csv = format!("player_id,nickname,state\n{lines}");
        let file = self.double.attach("players.csv", "text/csv", csv.as_bytes());
        self.told(user, "manage players import", &[("file", file)]).await
    }

    /// Waits until this many codes are active for this user.
    pub async fn active(&self, user: &User, codes: usize) {
        let until = Instant::now() + PATIENCE;
        let shown = format!("🎁 {codes} active gift code{}", if codes == 1 { "" } else { "s" });
        while !self.told(user, "giftcode", &[]).await.contains(&shown) {
            assert!(Instant::now() < until, "never: {shown}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn set_channel(&self, user: &User) {
        let told = self.told(user, "manage giftcode setchannel", &[]).await;
        assert!(told.starts_with("✅"), "{told}");
    }

    /// Polls until the condition holds.
    pub async fn until(&self, condition: &str, holds: impl Fn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < until, "never: {condition}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the game has granted this code to this many players.
    pub async fn granted(&self, code: &str, players: u32) {
        let key = Code::parse(code).unwrap().key();
        self.until(&format!("{code} for {players}"), || self.game.ledger(|l| l.claims(&key, 0)) == players).await;
    }

    /// How many calls for this code the game received.
    pub fn calls(&self, code: &str) -> usize {
        self.game.ledger(|ledger| ledger.calls().iter().filter(|call| call.code == code).count())
    }

    /// Uses a command, whose answer must contain every part.
    pub async fn says(&self, user: &User, command: &str, options: &[(&str, Value)], parts: &[&str]) {
        let told = self.told(user, command, options).await;
        for part in parts {
            assert!(told.contains(part), "{command} does not say {part:?}: {told}");
        }
    }

    /// Repeats a command until its answer contains the part.
    pub async fn says_soon(&self, user: &User, command: &str, options: &[(&str, Value)], part: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let told = self.told(user, command, options).await;
            if told.contains(part) {
                return;
            }
            assert!(Instant::now() < until, "{command} never says {part:?}: {told}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Like `ask`, but returns the answer's text.
    pub async fn told(&self, user: &User, command: &str, options: &[(&str, Value)]) -> String {
        self.ask(user, command, options).await.text()
    }

    /// Waits for a message in the channel that contains this.
    pub async fn message(&self, part: &str) -> Message {
        self.double.wait_for_message(CHANNEL, PATIENCE, |message| message.text().contains(part)).await
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            assert!(!log.contains(Double::TOKEN), "the log contains the token:\n{log}");
        }
    }
}

impl Bot {
    /// The process's id.
    #[allow(dead_code, reason = "other suites use it")]
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until the log contains this.
    pub async fn said(&self, part: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.log().contains(part) {
            assert!(Instant::now() < until, "it never logged {part:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends SIGKILL.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let pid = self.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Sends SIGTERM and expects exit code 0.
    pub async fn stop(mut self) {
        self.terminate();
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = ended.expect("it does not end").unwrap();
        assert!(status.success(), "it ended with {status}:\n{}", self.log());
    }

    /// Waits until it ends by itself with this exit code, and returns the log.
    pub async fn ended(mut self, code: i32) -> String {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let ended = ended.unwrap_or_else(|_| panic!("it does not end:\n{}", self.log()));
        assert_eq!(ended.unwrap().code(), Some(code), "{}", self.log());
        self.log()
    }
}
