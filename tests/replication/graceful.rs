//! SIGTERM in every situation: the program ends with exit code 0 within 25 s, its file is whole, and the next instance continues
//! at once, without repeating anything.
//!
//! The real program runs between a double of Discord, a feed, the simulated game and a real MongoDB server. Each of them may
//! hang. The 25 s are promised to hosts that kill what does not end, so here they are measured in real time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use discord_double::{Fault, Point};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::sandbox::rules::Rule;
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{Document, doc};
use serde_json::json;

use crate::proxy::Proxy;
use crate::records;
use crate::server::Server;
use crate::sessions::{Records, in_file, in_mongo, meet};
use crate::world::{Bot, CHANNEL, GUILD, World};

const WITHIN: Duration = Duration::from_secs(25);
/// What takes no time must not wait for something, either. Other tests run beside these.
const AT_ONCE: Duration = Duration::from_secs(10);
const DATABASE: &str = "giftcode";
const FILE: &str = "giftcode.db";
const ELSEWHERE: &str = "elsewhere/giftcode.db";
const STANDBY: &str = "Another instance is active: this one waits";
const CAUGHT_UP: &str = "The state file has caught up with MongoDB";

/// Everything around the program. MongoDB is behind a proxy.
struct Stage {
    server: Server,
    line: Proxy,
    world: World,
}

impl Stage {
    async fn new(codes: &[(&str, Rule)]) -> Self {
        let server = Server::start();
        let line = Proxy::before(&server.uri());
        let mut world = World::new(codes).await;
        world.set("MONGODB_URI", line.uri());
        world.set("GAME_TIMEOUT", "30s");
        Self { server, line, world }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.world.folder.path().join(name)
    }

    /// An instance with a disk of its own.
    fn spawn_at(&mut self, file: &str) -> Bot {
        self.world.set("STATE_FILE", file);
        self.world.spawn()
    }

    /// The same, which waits until the present leader ends.
    async fn standby(&mut self) -> Bot {
        let standby = self.spawn_at(ELSEWHERE);
        standby.said(STANDBY).await;
        standby
    }

    async fn lease(&self) -> Document {
        let client = mongodb::Client::with_uri_str(self.server.uri()).await.unwrap();
        let leases = client.database(DATABASE).collection::<Document>("leases");
        leases.find_one(doc! { "_id": "all" }).await.unwrap().unwrap()
    }

    /// Invariant 7, while nothing runs.
    async fn assert_same(&self, file: &str) -> Records {
        let here = in_file(&self.file(file), StateKind::Bot).await;
        let there = in_mongo(&self.server.uri(), DATABASE).await;
        assert!(!here.is_empty());
        for key in here.keys().chain(there.keys()) {
            assert_eq!(here.get(key), there.get(key), "the stores differ in {key:?}");
        }
        here
    }
}

/// Sends SIGTERM. The program must end well in this time, and leave a file that is whole.
async fn stop(bot: Bot, file: &Path, within: Duration) -> String {
    let began = Instant::now();
    bot.terminate();
    let log = bot.ended(0).await;
    let took = began.elapsed();
    assert!(took <= within, "it took {took:?}: {log}");
    assert!(!log.contains("panicked"), "{log}");
    if file.exists() {
        let connection = rusqlite::Connection::open(file).unwrap();
        let whole: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok");
    }
    log
}

fn count(file: &Path, table: &str) -> u32 {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn is_released(lease: &Document) -> bool {
    lease.get_bool("released").unwrap()
}

pub async fn during_a_poll_that_hangs() {
    let mut stage = Stage::new(&[("CODE1", Rule::Good)]).await;
    let old = stage.world.start().await;
    old.said("Successfully fetched 0 gift codes").await;
    stage.world.set_channel(&stage.world.admin()).await;
    let new = stage.standby().await;
    stage.world.feed.set_hangs(true);
    // Longer than the interval, so that a poll is under way.
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop(old, &stage.file(FILE), AT_ONCE).await;
    stage.world.feed.set_hangs(false);
    stage.world.feed.add("CODE1", "", "");
    new.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    stop(new, &stage.file(ELSEWHERE), AT_ONCE).await;
    stage.assert_same(ELSEWHERE).await;
}

/// Discord carries the old instance's request out after the next one has posted.
pub async fn during_a_post_that_hangs() {
    let mut stage = Stage::new(&[("CODE1", Rule::Good)]).await;
    let old = stage.world.start().await;
    old.said("Successfully fetched 0 gift codes").await;
    stage.world.set_channel(&stage.world.admin()).await;
    let new = stage.standby().await;
    let mut gate = stage.world.double.gate(Point::BeforeCreate);
    stage.world.feed.add("CODE1", "", "");
    gate.reached().await;
    stop(old, &stage.file(FILE), WITHIN).await;
    new.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    gate.open();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let messages = stage.world.double.messages(CHANNEL);
    assert_eq!(messages.iter().filter(|message| message.text().contains("CODE1")).count(), 1, "{messages:#?}");
    stop(new, &stage.file(ELSEWHERE), AT_ONCE).await;
    stage.assert_same(ELSEWHERE).await;
}

/// Calls that are in flight are answered too late. The next instance repeats those and no other.
pub async fn during_a_batch_of_300_with_calls_in_flight() {
    const PLAYERS: u32 = 300;
    const CALLS: usize = 8;
    let mut stage = Stage::new(&[("CODE1", Rule::Good)]).await;
    stage.world.set("REDEEM_CONCURRENCY", CALLS.to_string());
    let old = stage.world.start().await;
    let (admin, world) = (stage.world.admin(), &stage.world);
    world.set_channel(&admin).await;
    let state = |id: u32| match id {
        1101..=1103 => 300,
        _ if id.is_multiple_of(10) => 246,
        _ => 245,
    };
    let roster: String = (1001..1001 + PLAYERS).map(|id| format!("{id},Lord{id},{}\n", state(id))).collect();
    world.import(&admin, &roster).await;
    world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
    let new = stage.standby().await;
    let world = &stage.world;
    world.feed.add("CODE1", "", "");
    world.until("a part of the batch", || world.calls("CODE1") > 60).await;
    world.game.vary_latency(Duration::from_secs(60));
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop(old, &stage.file(FILE), WITHIN).await;
    world.game.vary_latency(Duration::from_millis(10));
    world.message(&format!("CODE1: done for {PLAYERS} players")).await;
    let granted = || world.game.ledger(|ledger| ledger.calls().iter().filter(|call| call.granted).count());
    assert_eq!(granted(), PLAYERS as usize);
    let calls = world.calls("CODE1");
    assert!(calls <= PLAYERS as usize + CALLS, "{calls} calls");
    assert_eq!(world.double.messages(CHANNEL).iter().filter(|m| m.text().contains("New gift code")).count(), 1);
    stop(new, &stage.file(ELSEWHERE), AT_ONCE).await;
    let records = stage.assert_same(ELSEWHERE).await;
    assert!(records.len() > 2 * PLAYERS as usize);
}

/// Many records in MongoDB, which an earlier instance left there.
async fn fill(server: &Server, first: &Path) {
    meet(first, &server.uri(), DATABASE).await;
    let database = mongodb::Client::with_uri_str(server.uri()).await.unwrap().database(DATABASE);
    let leases = database.collection::<Document>("leases");
    let lease = leases.find_one(doc! { "_id": "all" }).await.unwrap().unwrap();
    let position = Position { term: lease.get_i64("term").unwrap(), round: 1 };
    records::fill(&server.uri(), DATABASE, records::state(20_000), position).await;
    leases.update_one(doc! { "_id": "all" }, doc! { "$set": { "round": 1_i64 } }).await.unwrap();
}

/// A start on an empty disk restores the file; the start after an interrupted restore compares the file with MongoDB.
pub async fn during_a_restore_and_during_a_comparison() {
    let mut stage = Stage::new(&[]).await;
    fill(&stage.server, &stage.file("first.db")).await;
    let far = Proxy::far(&stage.server.uri(), Duration::from_millis(800));
    stage.world.set("MONGODB_URI", far.uri());
    for is_comparison in [false, true] {
        let bot = stage.world.spawn();
        if is_comparison {
            bot.said("Reading all of MongoDB and comparing it with the state file").await;
            tokio::time::sleep(Duration::from_secs(2)).await;
        } else {
            bot.said("This instance is the active one").await;
            stage.world.until("a part of the restore", || count(&stage.file(FILE), "codes") > 0).await;
        }
        let log = stop(bot, &stage.file(FILE), WITHIN).await;
        assert!(!log.contains(CAUGHT_UP), "{log}");
        assert!(is_released(&stage.lease().await), "{log}");
        let redemptions = count(&stage.file(FILE), "redemptions");
        assert!(redemptions < 10_000, "{log}");
    }
    stage.world.set("MONGODB_URI", stage.line.uri());
    let bot = stage.world.spawn();
    // The double knows none of these servers, so they are being noted as left when the stop comes.
    bot.said("Removed from guild").await;
    let log = stop(bot, &stage.file(FILE), WITHIN).await;
    assert!(!log.contains("CRITICAL"), "{log}");
    assert!(stage.assert_same(FILE).await.len() >= 20_000);
}

/// One standby on the leader's disk, one on its own.
pub async fn while_waiting_as_a_standby() {
    let mut stage = Stage::new(&[("CODE1", Rule::Good)]).await;
    let leader = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    let beside = stage.world.spawn();
    beside.said("Another instance is active: it works on").await;
    let standby = stage.standby().await;
    stop(beside, &stage.file(FILE), AT_ONCE).await;
    stop(standby, &stage.file(ELSEWHERE), AT_ONCE).await;
    assert!(!is_released(&stage.lease().await));
    stage.world.feed.add("CODE1", "", "");
    leader.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    stop(leader, &stage.file(FILE), AT_ONCE).await;
    stage.assert_same(FILE).await;
}

/// Discord accepts requests and never answers: the first one, the one for the gateway's address, the gateway itself.
pub async fn at_a_start_while_discord_hangs() {
    let stage = Stage::new(&[]).await;
    let double = &stage.world.double;
    for hangs in ["/", "/gateway/bot", "the gateway"] {
        double.fail_requests(move |attempt| attempt.path.starts_with(hangs).then_some(Fault::Hang));
        double.set_gateway_hangs(hangs == "the gateway");
        let asked = double.requests().len();
        let bot = stage.world.spawn();
        stage.world.until("a request", || double.requests().len() > asked).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(double.sessions(), 0);
        stop(bot, &stage.file(FILE), AT_ONCE).await;
    }
}

/// An empty file waits for MongoDB.
pub async fn at_a_start_while_mongodb_hangs() {
    let stage = Stage::new(&[]).await;
    stage.line.cut();
    let bot = stage.world.spawn();
    bot.said("the state file is empty or out of date: waiting for MongoDB").await;
    stop(bot, &stage.file(FILE), AT_ONCE).await;
}

/// What was posted meanwhile is in the file alone. The same file continues at once, and brings it to MongoDB.
pub async fn at_work_while_mongodb_hangs() {
    let stage = Stage::new(&[("CODE1", Rule::Good)]).await;
    let old = stage.world.start().await;
    old.said(CAUGHT_UP).await;
    stage.world.set_channel(&stage.world.admin()).await;
    stage.line.cut();
    stage.world.feed.add("CODE1", "", "");
    old.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    let log = stop(old, &stage.file(FILE), WITHIN).await;
    assert!(log.contains("CRITICAL: Failed to persist state: ") && log.contains("cannot be released"), "{log}");
    stage.line.heal();
    let new = stage.world.start().await;
    new.said(CAUGHT_UP).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let log = stop(new, &stage.file(FILE), AT_ONCE).await;
    assert!(!log.contains("Posted"), "{log}");
    assert_eq!(stage.world.double.messages(CHANNEL).len(), 1);
    stage.assert_same(FILE).await;
}

/// A tool holds the file's lock for longer than the bot waits for it.
pub async fn while_another_program_holds_the_file() {
    let stage = Stage::new(&[("CODE1", Rule::Good)]).await;
    let old = stage.world.start().await;
    old.said(CAUGHT_UP).await;
    stage.world.set_channel(&stage.world.admin()).await;
    let other = rusqlite::Connection::open(stage.file(FILE)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    stage.world.feed.add("CODE1", "", "");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let log = stop(old, &stage.file(FILE), WITHIN).await;
    assert!(log.contains("CRITICAL: Failed to persist state: database is locked"), "{log}");
    other.execute_batch("COMMIT").unwrap();
    drop(other);
    let new = stage.world.start().await;
    new.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    stop(new, &stage.file(FILE), AT_ONCE).await;
    assert_eq!(stage.world.double.messages(CHANNEL).len(), 1);
    stage.assert_same(FILE).await;
}

/// The connection is so thin that most of a large roster is unsent. The lease is released all the same, another disk takes over at
/// once, and the rest arrives when the old disk is back.
pub async fn with_thousands_of_unsent_changes() {
    let mut stage = Stage::new(&[]).await;
    {
        let store = Store::open(&stage.file(FILE), StateKind::Bot, Clock::system()).unwrap();
        store.guilds().set_channel(AllianceId(GUILD), ChannelId(CHANNEL)).await.unwrap();
        let player = |id: u64| Player {
            id: PlayerId::new(id).unwrap(),
            nickname: format!("Lord Frost {id}"),
            state: State::new(245),
            furnace_level: None,
        };
        store
            .rosters()
            .add_to_roster(AllianceId(GUILD), (1..=2000).map(|id| player(2_000_000 + id)).collect())
            .await
            .unwrap();
    }
    stage.line.thin(3_000);
    let old = stage.world.spawn();
    old.said(CAUGHT_UP).await;
    let new = stage.standby().await;
    let log = stop(old, &stage.file(FILE), WITHIN).await;
    let unsent = log.lines().find_map(|line| line.split_once("CRITICAL: Failed to persist state: "));
    let unsent = unsent.unwrap_or_else(|| panic!("everything was sent: {log}")).1.split(' ').next().unwrap();
    assert!(unsent.parse::<u32>().unwrap() > 2_000 && !log.contains("cannot be released"), "{log}");
    stage.line.thin(0);
    new.said(CAUGHT_UP).await;
    // As a standby, the old disk sends the rest, and the leader takes it over.
    let old = stage.spawn_at(FILE);
    old.said(STANDBY).await;
    let elsewhere = stage.file(ELSEWHERE);
    stage.world.until("the whole roster", || count(&elsewhere, "rosters") == 2000).await;
    stop(old, &stage.file(FILE), WITHIN).await;
    // The leader checks the players meanwhile.
    stage.world.until("MongoDB has everything", || count(&elsewhere, "outbox WHERE round IS NULL") == 0).await;
    stop(new, &stage.file(ELSEWHERE), WITHIN).await;
    stage.assert_same(ELSEWHERE).await;
}
