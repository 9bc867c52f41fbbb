//! Sessions between a real file and a real server: both end with the same records, through kills and odd documents.

use std::path::PathBuf;
use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::domain::sync::record::{Record, RecordKind, Value};
use giftcode_bot::ports::replica::{Authority, Replica};
use giftcode_bot::store::{Admission, AttemptResult, Next, StateKind, Store};
use mongodb::bson::{Document, doc};

use crate::proxy::Proxy;
use crate::server::{Server, mongo};
use crate::sessions::{in_file, in_mongo, in_store, meet, session};

pub const DATABASE: &str = "giftcode";

pub async fn fill(store: &Store, guild: u64, players: u64) {
    let guild = AllianceId(guild);
    store.guilds().set_channel(guild, ChannelId(8)).await.unwrap();
    store.guilds().set_auto_redeem(guild, true).await.unwrap();
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("P{id}"),
        state: State::new(245),
        furnace_level: None,
    };
    store.rosters().add_to_roster(guild, (1..=players).map(player).collect()).await.unwrap();
    let code = Code::parse("gogoWOS").unwrap();
    let answer = FeedAnswer::new("f", vec![Entry::active(code)]);
    store.listings().apply_answer(Some(answer), &["f".to_owned()], Duration::ZERO).await.unwrap();
    plan(store).await;
}

/// Derives everything that follows from the known records.
pub async fn plan(store: &Store) {
    while store.posts().plan().await.unwrap() != giftcode_bot::store::Plan::default() {}
}

pub async fn decide(store: &Store, count: usize) -> usize {
    let mut decided = 0;
    // A code not known to be good is tried with one player first.
    while decided < count {
        let claims = store.redemptions().claim_due(count - decided, 12, |_| Admission::Take).await.unwrap().taken;
        if claims.is_empty() {
            break;
        }
        decided += claims.len();
        for claim in claims {
            let verdict =
                AttemptResult { status: Status::Success, history: claim.history, next: Next::Final(Outcome::Granted) };
            store.redemptions().record(claim, verdict).await.unwrap();
        }
    }
    decided
}

/// Invariant 7, while nothing else changes: waits until both stores hold the same.
pub async fn until_caught_up(store: &Store, uri: &str, database: &str) {
    for _ in 0..900 {
        if store.sync_log().unsent().await.unwrap().records == 0 {
            assert_eq!(in_store(store).await, in_mongo(uri, database).await);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("MongoDB still lacks {:?}", store.sync_log().unsent().await.unwrap());
}

fn with(record: &Record, name: &str, value: Value) -> Record {
    let at = record.kind.fields().iter().position(|field| field.name == name).unwrap();
    let mut changed = record.clone();
    changed.values[at] = value;
    changed
}

pub struct Files {
    pub server: Server,
    folder: tempfile::TempDir,
}

impl Files {
    pub fn new() -> Self {
        Self { server: Server::start(), folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub async fn session<T>(&self, name: &str, work: impl AsyncFnMut(&Store) -> T) -> T {
        session(&self.path(name), &self.server.uri(), DATABASE, work).await
    }

    pub async fn meet(&self, name: &str) {
        meet(&self.path(name), &self.server.uri(), DATABASE).await;
    }

    /// Both files and MongoDB hold the same.
    pub async fn assert_same(&self, names: &[&str]) {
        let there = in_mongo(&self.server.uri(), DATABASE).await;
        for name in names {
            assert_eq!(in_file(&self.path(name), StateKind::Bot).await, there, "{name}");
        }
    }
}

pub async fn an_empty_disk_fills_itself_and_either_side_gets_what_it_lacks() {
    let files = Files::new();
    let in_first = async |store: &Store| {
        fill(store, 1, 300).await;
        assert_eq!(decide(store, 100).await, 100);
    };
    files.session("a.db", in_first).await;
    files.assert_same(&["a.db"]).await;
    // A new disk derives untried redemptions, and repeats none of the others.
    let planned = async |store: &Store| {
        let plan_of_all = store.posts().plan().await.unwrap();
        plan(store).await;
        (plan_of_all.guilds.len(), store.reports().pending_redemptions().await.unwrap())
    };
    assert_eq!(files.session("b.db", planned).await, (0, 200));
    files.assert_same(&["a.db", "b.db"]).await;
    // Each works alone for a while.
    files.session("a.db", async |store: &Store| assert_eq!(decide(store, 50).await, 50)).await;
    files.session("b.db", async |store: &Store| fill(store, 2, 10).await).await;
    files.meet("a.db").await;
    files.assert_same(&["a.db", "b.db"]).await;
    assert_eq!(
        files.session("b.db", async |store: &Store| store.reports().pending_redemptions().await.unwrap()).await,
        150
    );
    // Once caught up, there is next to nothing to read.
    let proxy = Proxy::before(&files.server.uri());
    meet(&files.path("b.db"), &proxy.uri(), DATABASE).await;
    let read = proxy.bytes_to_clients();
    assert!(read < 40_000, "{read} bytes");
}

pub async fn invariant_7_both_stores_converge_though_the_server_is_killed_again_and_again() {
    let mut server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let uri = server.uri();
    let work = async |store: &Store| {
        fill(store, 1, 200).await;
        until_caught_up(store, &uri, DATABASE).await;
        for round in 0..3u64 {
            // Killed while changes are being sent. More are acknowledged while it is down.
            decide(store, 20).await;
            server.kill();
            assert_eq!(decide(store, 20).await, 20);
            store.guilds().set_channel(AllianceId(1), ChannelId(100 + round)).await.unwrap();
            assert!(store.sync_log().unsent().await.unwrap().records > 0);
            server.restart();
            until_caught_up(store, &uri, DATABASE).await;
        }
    };
    session(&folder.path().join("a.db"), &uri, DATABASE, work).await;
}

/// Somebody edits the database by hand.
pub async fn children_without_parents_and_unknown_words_are_kept_without_effect() {
    let files = Files::new();
    files.session("a.db", async |store: &Store| fill(store, 1, 30).await).await;
    let redemption = files
        .session("a.db", async |store: &Store| {
            decide(store, 10).await;
            store.sync_log().page(RecordKind::Redemptions, None, 1).await.unwrap().remove(0)
        })
        .await;
    let orphan = with(&redemption, "player_id", Value::Int(999));
    let odd = with(&with(&redemption, "outcome", Value::Text("lost".into())), "generation", Value::Int(7));
    let replica = mongo(&files.server.uri(), DATABASE).await;
    let lost = replica.put(&[orphan.clone(), odd.clone()], Authority::Former).await.unwrap();
    assert_eq!(lost, Vec::<usize>::new());
    let client = mongodb::Client::with_uri_str(files.server.uri()).await.unwrap();
    let guilds = client.database(DATABASE).collection::<Document>("guilds");
    guilds.insert_one(doc! { "_id": 77_i64, "guild_id": 77_i64 }).await.unwrap();
    // Into an empty file, into one with records, and again into the same one.
    files.session("c.db", async |store: &Store| fill(store, 1, 30).await).await;
    for name in ["b.db", "b.db", "a.db", "c.db"] {
        let work = async |store: &Store| {
            plan(store).await;
            let claims = store.redemptions().claim_due(100, 100, |_| Admission::Take).await.unwrap().taken;
            assert!(
                claims.iter().all(|claim| claim.player != PlayerId::new(999).unwrap() && claim.generation == 1),
                "{claims:?}"
            );
        };
        files.session(name, work).await;
        let here = in_file(&files.path(name), StateKind::Bot).await;
        for record in [&orphan, &odd] {
            assert_eq!(here.get(&(record.kind, record.key())), Some(record), "{name}");
        }
    }
    assert_eq!(guilds.count_documents(doc! {}).await.unwrap(), 2);
}

/// A wrong clock gave a record a version of the day after tomorrow. A later change wins over it everywhere.
pub async fn a_later_change_wins_over_a_version_from_the_future() {
    let files = Files::new();
    files.session("a.db", async |store: &Store| fill(store, 1, 30).await).await;
    let guild = files
        .session("a.db", async |store: &Store| {
            store.sync_log().page(RecordKind::Guilds, None, 1).await.unwrap().remove(0)
        })
        .await;
    let Value::Int(version) = *guild.get("version") else { panic!("{guild:?}") };
    let ahead = with(&guild, "version", Value::Int(version + ((2 * 86_400_000) << 16)));
    let ahead = with(&ahead, "channel_id", Value::Int(5));
    let replica = mongo(&files.server.uri(), DATABASE).await;
    let position = Position { term: 1, round: 1 };
    drop(replica.put(std::slice::from_ref(&ahead), Authority::Leader(position)).await);
    assert_eq!(replica.put(&[ahead], Authority::Former).await.unwrap(), Vec::<usize>::new());
    files.meet("a.db").await;
    files
        .session("a.db", async |store: &Store| store.guilds().set_channel(AllianceId(1), ChannelId(6)).await.unwrap())
        .await;
    files.meet("b.db").await;
    files.assert_same(&["a.db", "b.db"]).await;
    let there = in_mongo(&files.server.uri(), DATABASE).await;
    assert_eq!(*there[&(RecordKind::Guilds, vec![Value::Int(1)])].get("channel_id"), Value::Int(6));
}

/// Two instances wrote at the same moment. All end with the same record, whichever comes first.
pub async fn two_writes_of_one_version_end_as_one() {
    for order in [[5, 6], [6, 5]] {
        let files = Files::new();
        files.session("a.db", async |store: &Store| fill(store, 1, 3).await).await;
        files.meet("b.db").await;
        let read = async |store: &Store| store.sync_log().page(RecordKind::Guilds, None, 1).await.unwrap().remove(0);
        let guild = files.session("a.db", read).await;
        let Value::Int(version) = *guild.get("version") else { panic!("{guild:?}") };
        for (name, channel) in ["a.db", "b.db"].into_iter().zip(order) {
            let later = with(&with(&guild, "version", Value::Int(version + 1000)), "channel_id", Value::Int(channel));
            files
                .session(name, async |store: &Store| store.imports().import_records(vec![later.clone()]).await.unwrap())
                .await;
        }
        files.meet("a.db").await;
        files.meet("b.db").await;
        files.assert_same(&["a.db", "b.db"]).await;
    }
}
