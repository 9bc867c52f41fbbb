//! What these tests share: a state file, players, and the log lines of a test.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store, StoreError};
use jiff::Timestamp;
use tempfile::TempDir;
use tracing_subscriber::Registry;
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{DefaultFields, FormatFields, Writer};

use crate::with_tables::with_tables;

pub const GUILD: AllianceId = AllianceId(1001);
pub const HOUR: Duration = Duration::from_secs(3600);

pub fn start() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

pub fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

pub fn player(id: u64) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state: State::new(245), furnace_level: None }
}

pub fn players(ids: std::ops::RangeInclusive<u64>) -> Vec<Player> {
    ids.map(player).collect()
}

/// Opens a file that an earlier opening is about to release.
pub async fn open_again(path: &Path, clock: Clock) -> Store {
    for _ in 0..5000 {
        match Store::open(path, StateKind::Bot, clock) {
            Ok(store) => return store,
            Err(StoreError::InUse(_)) => {
                // Blocking threads finish in real time, which is not paused.
                tokio::task::yield_now().await;
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("somebody still holds the state file");
}

/// A state file in a folder of its own.
pub struct StateFile {
    folder: TempDir,
    pub clock: Clock,
    pub store: Store,
}

impl StateFile {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(start());
        let store = Store::open(with_tables(&folder.path().join("giftcode.db")), StateKind::Bot, clock).unwrap();
        Self { folder, clock, store }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("giftcode.db")
    }

    /// Opens the same file again, like a new process. The holder of the old opening was aborted, and is about to release it.
    pub async fn reopened(self) -> Self {
        let Self { folder, clock, store } = self;
        drop(store);
        let store = open_again(&folder.path().join("giftcode.db"), clock).await;
        Self { folder, clock, store }
    }

    /// Lists exactly these codes.
    pub async fn list(&self, codes: &[&str]) {
        let codes: Vec<_> = codes.iter().map(|code| (*code, None)).collect();
        self.list_until(&codes).await;
    }

    /// Lists exactly these codes with their ends.
    pub async fn list_until(&self, codes: &[(&str, Option<Timestamp>)]) {
        let entry = |(text, expires_at): &(&str, Option<Timestamp>)| Entry {
            expires_at: *expires_at,
            ..Entry::active(code(text))
        };
        let answer = FeedAnswer::new("feed", codes.iter().map(entry).collect());
        self.store.listings().apply_answer(Some(answer), &["feed".to_owned()], 6 * HOUR).await.unwrap();
    }

    /// A guild with a channel and these players, with auto-redemption. Their states are known to be right.
    pub async fn guild(&self, guild: AllianceId, players: Vec<Player>) {
        self.store.guilds().set_channel(guild, ChannelId(guild.0 + 1)).await.unwrap();
        self.store.guilds().set_auto_redeem(guild, true).await.unwrap();
        let ids = players.iter().map(|player| player.id).collect();
        self.store.rosters().add_to_roster(guild, players).await.unwrap();
        self.store.redemptions().confirm_states(ids).await.unwrap();
    }

    /// Queries a number from the file.
    pub fn count(&self, sql: &str) -> u32 {
        let connection = rusqlite::Connection::open(self.folder.path().join("giftcode.db")).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Waits, in paused time, until every redemption is decided.
    pub async fn until_decided(&self) {
        let began = tokio::time::Instant::now();
        while self.store.reports().pending_redemptions().await.unwrap() > 0 {
            // Days of paused time would be a million queries.
            let pause = (began.elapsed() / 1000).clamp(Duration::from_millis(100), Duration::from_secs(10));
            tokio::time::sleep(pause).await;
        }
    }
}

/// The messages and fields of the current thread's log lines, while this lives.
///
/// One subscriber serves all tests: with one per test, tests would race for tracing's cache of which lines are enabled. A thread
/// that captures nothing writes nowhere.
pub struct Lines(Arc<Mutex<Vec<u8>>>);

thread_local! {
    static CAPTURED: RefCell<Option<Arc<Mutex<Vec<u8>>>>> = const { RefCell::new(None) };
}

struct Capture;

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        CAPTURED.with_borrow(|captured| captured.iter().for_each(|text| text.lock().unwrap().extend(bytes)));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub fn capture() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let line: fn(
                &FmtContext<'_, Registry, DefaultFields>,
                Writer<'_>,
                &tracing::Event<'_>,
            ) -> std::fmt::Result = |context, mut writer, event| {
                context.format_fields(writer.by_ref(), event)?;
                writeln!(writer)
            };
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::INFO)
                .with_ansi(false)
                .event_format(line)
                .with_writer(|| Capture)
                .init();
        });
        let text = Arc::new(Mutex::new(Vec::new()));
        CAPTURED.set(Some(text.clone()));
        Self(text)
    }

    pub fn all(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// Lines that begin with this.
    pub fn count(&self, begin: &str) -> usize {
        self.all().iter().filter(|line| line.starts_with(begin)).count()
    }
}
