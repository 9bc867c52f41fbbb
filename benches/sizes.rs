//! How many bytes the stored data takes: `cargo bench --bench sizes`. `docs/operating.md` has the figures and what
//! follows from them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement fails by panicking and prints what it measured"
)]

#[allow(dead_code, reason = "what the tests need of their server is not all needed here")]
#[path = "../tests/replication/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use futures_util::TryStreamExt;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State, UserId};
use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::domain::sync::record::RecordKind;
use giftcode_bot::ports::replica::{Authority, Replica};
use giftcode_bot::replica::{Mongo, MongoSettings};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{RawDocumentBuf, doc};
use secrecy::SecretString;

const GUILDS: u64 = 200;
const PLAYERS_OF_EACH: u64 = 10;
const CODES: usize = 20;
/// Codes that no guild has, to find out what a code takes by itself.
const OTHER_CODES: usize = 1000;
const SOURCE: &str = "https://wostools.net/api/gift-codes";
/// The most documents that are measured.
const SAMPLE: usize = 2000;
/// The size of MongoDB's free tier.
const FREE: f64 = 512.0 * 1024.0 * 1024.0;
/// Gift codes per year, and how many of them are younger than their validity plus eight weeks.
const CODES_A_YEAR: f64 = 60.0;
const CODES_KEPT: f64 = 14.0;

fn guild(number: u64) -> AllianceId {
    AllianceId(1_165_706_299_393_183_000 + number)
}

fn player(number: u64) -> Player {
    let id = PlayerId::new(41_000_000 + number * 7).unwrap();
    Player { id, nickname: format!("Frostlord{number}"), state: State::new(245), furnace_level: Some(30) }
}

async fn list(store: &Store, codes: usize) {
    let expires_at = Clock::system().now() + Duration::from_secs(14 * 24 * 3600);
    let entry = |number| Entry {
        rewards: Some("1,000 Gems, 5 Mythic Shards, 10 Speedups 1h".into()),
        expires_at: Some(expires_at),
        ..Entry::active(Code::parse(&format!("WOSGIFT{number:04}")).unwrap())
    };
    let answer = FeedAnswer::new(SOURCE, (0..codes).map(entry).collect());
    store.listings().apply_answer(Some(answer), &[SOURCE.to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
}

fn change(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// A file after a bot has posted and redeemed everything.
async fn fill(path: &Path) {
    let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
    for number in 0..GUILDS {
        store.guilds().set_channel(guild(number), ChannelId(guild(number).0 + 7)).await.unwrap();
        store.guilds().set_auto_redeem(guild(number), true).await.unwrap();
        let of_guild = (0..PLAYERS_OF_EACH).map(|place| player(number * PLAYERS_OF_EACH + place)).collect();
        store.rosters().add_to_roster(guild(number), of_guild).await.unwrap();
        store.rosters().link(UserId(312_456_789_012_345_678 + number), player(number)).await.unwrap();
    }
    list(&store, CODES).await;
    store.posts().plan().await.unwrap();
    drop(store);
    change(
        path,
        "UPDATE redemptions SET outcome = 'granted', status = 'SUCCESS', claim = 1, calls = 1, finished_at = created_at + 60000;
         UPDATE posts SET message_id = guild_id + planned_at, posted_at = planned_at, attempts = 1, shown = 'good until 1766000000000',
             channel_id = guild_id + 7;
         UPDATE runs SET finished_at = started_at + 90000, message_id = guild_id + started_at, channel_id = guild_id + 7,
             nonce = 'r2wq9x7c1k0', attempted_at = started_at, summarised = 1;
         INSERT INTO tallies (code_key, generation, guild_id, granted, already, failed, gave_up, counted_at, version)
         SELECT code_key, generation, guild_id, 90, 5, 4, 1, started_at, version FROM runs;",
    );
}

/// Bytes of each table with its indexes.
fn in_file(path: &Path) -> BTreeMap<String, f64> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name GROUP BY 1";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)? as f64))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    records: usize,
    file: f64,
    document: f64,
    index: f64,
}

impl Size {
    fn mongodb(self) -> f64 {
        self.document + self.index
    }
}

/// The sizes of the kinds that this file contains.
async fn measure(path: &Path, uri: &str, database: &str) -> BTreeMap<&'static str, Size> {
    // The server of a busy machine may be slow.
    let timeout = Duration::from_secs(60);
    let settings = MongoSettings { uri: SecretString::from(uri), database: database.to_owned(), timeout };
    let mongo = Mongo::new(settings).await.unwrap();
    let client = mongodb::Client::with_uri_str(uri).await.unwrap();
    let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
    let authority = Authority::Leader(Position { term: 1_764_000_000_000, round: 10_000 });
    let mut sizes = BTreeMap::new();
    for kind in RecordKind::ALL {
        let records = store.sync_log().page(kind, None, 1_000_000).await.unwrap();
        if records.is_empty() {
            continue;
        }
        let in_file = in_file(path)[kind.name()] / records.len() as f64;
        let records = records.get(..SAMPLE).unwrap_or(&records);
        assert_eq!(mongo.put(records, authority).await.unwrap(), [0usize; 0]);
        let collection = client.database(database).collection::<RawDocumentBuf>(kind.name());
        let found: Vec<RawDocumentBuf> = collection.find(doc! {}).await.unwrap().try_collect().await.unwrap();
        assert_eq!(found.len(), records.len());
        let count = records.len() as f64;
        let document = found.iter().map(|document| document.as_bytes().len() as f64).sum::<f64>() / count;
        // An entry of the key index contains the key, one of the position index two numbers. Both contain the
        // document's location.
        let key = |document: &RawDocumentBuf| document.get_str("_id").map_or(9, str::len) as f64 + 8.0;
        let index = found.iter().map(key).sum::<f64>() / count + 2.0 * 9.0 + 8.0;
        sizes.insert(kind.name(), Size { records: records.len(), file: in_file, document, index });
    }
    sizes
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header.to_vec());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn lasts(free: f64, a_year: f64) -> String {
    match free / a_year {
        _ if free <= 0.0 => "too small".to_owned(),
        years if years > 20.0 => "more than 20 years".to_owned(),
        years if years >= 2.0 => format!("{years:.0} years"),
        years => format!("{:.0} months", years * 12.0),
    }
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let server = server::Server::on_disk();
    let (whole, codes) = (folder.path().join("whole.db"), folder.path().join("codes.db"));
    fill(&whole).await;
    list(&Store::open(&codes, StateKind::Bot, Clock::system()).unwrap(), OTHER_CODES).await;
    let mut sizes = measure(&whole, &server.uri(), "whole").await;
    sizes.extend(measure(&codes, &server.uri(), "codes").await);
    let mut shown = table(&["one of", "measured", "file", "document", "indexes", "MongoDB"]);
    for (name, size) in &sizes {
        let bytes = |bytes: f64| format!("{bytes:.0} B");
        let (records, all) = (size.records.to_string(), bytes(size.mongodb()));
        shown.add_row([(*name).to_owned(), records, bytes(size.file), bytes(size.document), bytes(size.index), all]);
    }
    println!("{shown}\n");
    let of = |name: &str| sizes[name];
    let sum = |names: &[&str], size: fn(Size) -> f64| names.iter().map(|name| size(of(name))).sum::<f64>();
    let mut shown =
        table(&["servers", "players", "now", "a year adds", "512 MB last", "without retention", "file in a year"]);
    for (guilds, players) in [(1.0, 100.0), (10.0, 1_000.0), (50.0, 5_000.0), (200.0, 20_000.0), (1_000.0, 50_000.0)] {
        let kept = |size: fn(Size) -> f64| {
            guilds * sum(&["guilds"], size)
                + players * sum(&["players", "rosters"], size)
                + players * CODES_KEPT * sum(&["redemptions"], size)
        };
        let added = |size: fn(Size) -> f64| {
            CODES_A_YEAR * (sum(&["codes", "listings"], size) + guilds * sum(&["posts", "runs", "tallies"], size))
        };
        let (now, year) = (kept(Size::mongodb), added(Size::mongodb));
        let without = year - CODES_A_YEAR * guilds * of("tallies").mongodb()
            + CODES_A_YEAR * players * of("redemptions").mongodb();
        let mb = |bytes: f64| format!("{:.1} MB", bytes / 1024.0 / 1024.0);
        let file = kept(|size| size.file) + added(|size| size.file);
        let row = [
            guilds.to_string(),
            players.to_string(),
            mb(now),
            mb(year),
            lasts(FREE - now, year),
            lasts(FREE, without),
            mb(file),
        ];
        shown.add_row(row);
    }
    println!("{shown}");
}
