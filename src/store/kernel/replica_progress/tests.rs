//! Waiting for the replica, and not waiting for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::OUTBOX_BOUND;
use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, Player, PlayerId, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::record::{Record, RecordKind, Value};
use crate::leadership::{HeldLease, Leadership, Phase};
use crate::ports::replica::ReplicaError;
use crate::runtime::clock::Clock;
use crate::store::{Admission, AttemptResult, FileLock, Next, Opening, OutboxChunk, StateKind, Store, StoreError};

const GUILD: AllianceId = AllianceId(7);
const LEASE: Duration = Duration::from_secs(29);

fn clock() -> Clock {
    Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap())
}

struct Fixture {
    _folder: tempfile::TempDir,
    clock: Clock,
    leadership: Leadership,
    store: Store,
}

impl Fixture {
    /// A replicated file of an instance that leads.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("giftcode.db");
        let clock = clock();
        let leadership = Leadership::waiting(clock);
        let opening = Opening { leader: Arc::new(leadership.clone()), ..Opening::new(StateKind::Bot, clock) };
        let store = Store::open_locked(FileLock::take(&path).unwrap(), opening).unwrap();
        store.sync_log().set_replicated(true).await.unwrap();
        let fixture = Self { _folder: folder, clock, leadership, store };
        fixture.lead(false);
        fixture
    }

    fn lead(&self, has_standby: bool) {
        let until = self.clock.boot() + LEASE;
        self.leadership.set(Phase::Leading(HeldLease { term: 1, round: 0, until, has_standby }));
    }

    /// A guild with a code that is to be posted, and a player for whom it is to be redeemed; all of it is in the replica.
    async fn with_work(&self) -> String {
        let state = State::new(245);
        let player = Player { id: PlayerId::new(1).unwrap(), nickname: "P".into(), state, furnace_level: None };
        self.store.guilds().set_channel(GUILD, ChannelId(8)).await.unwrap();
        self.store.guilds().set_auto_redeem(GUILD, true).await.unwrap();
        self.store.rosters().add_to_roster(GUILD, vec![player]).await.unwrap();
        let answer = FeedAnswer::new("feed", vec![Entry::active(Code::parse("GOGOWOS").unwrap())]);
        self.store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::ZERO).await.unwrap();
        self.store.posts().plan().await.unwrap();
        self.is_caught_up().await;
        self.store.posts().due_messages().await.unwrap()[0].announcement.nonce.clone()
    }

    /// Everything is sent, and known to be there.
    async fn is_caught_up(&self) {
        let chunk = self.store.sync_log().outbox_chunk(u32::MAX).await.unwrap();
        self.store.outbox_forget(&chunk).await.unwrap();
        self.store.replica_has(chunk.commit);
    }

    async fn all(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for kind in RecordKind::ALL {
            records.extend(self.store.sync_log().page(kind, None, 1000).await.unwrap());
        }
        records
    }

    async fn calls(&self) -> Value {
        self.store.sync_log().page(RecordKind::Redemptions, None, 9).await.unwrap()[0].get("calls").clone()
    }
}

fn unreachable() -> ReplicaError {
    ReplicaError::Unreachable("no answer".into())
}

#[tokio::test(start_paused = true)]
async fn a_write_waits_for_a_replica_that_keeps_up_and_for_no_other() {
    let fixture = Fixture::new().await;
    let store = fixture.store.clone();
    // Not known to be there: at once.
    let began = Instant::now();
    store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    // Up: when it has it.
    store.replica_has(store.latest_commit());
    let writing = tokio::spawn({
        let store = store.clone();
        async move { store.guilds().set_channel(AllianceId(1), ChannelId(2)).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!writing.is_finished());
    store.replica_has(store.latest_commit());
    writing.await.unwrap().unwrap();
    assert_eq!(began.elapsed(), Duration::from_millis(300));
    // A slow replica is waited for once, then not until it has caught up. Nothing reports it as not answering.
    let began = Instant::now();
    for channel in 3..9 {
        store.guilds().set_channel(AllianceId(1), ChannelId(channel)).await.unwrap();
        assert_eq!(began.elapsed(), Duration::from_millis(1500));
    }
    assert_eq!(store.sync_log().replica_status().await.unwrap().trouble(), None);
    tokio::time::sleep(Duration::from_secs(61)).await;
    fixture.lead(false);
    let trouble = store.sync_log().replica_status().await.unwrap().trouble().unwrap();
    assert_eq!(trouble, "MongoDB is catching up: it lacks 1 changes, the oldest for 61 s");
    // It fails while somebody waits.
    store.replica_has(store.latest_commit());
    let began = Instant::now();
    let (written, ()) = tokio::join!(async { store.guilds().set_channel(AllianceId(1), ChannelId(9)).await }, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        store.sync_log().replica_failed(&ReplicaError::Refused("over its space quota".into()));
    });
    written.unwrap();
    assert_eq!(began.elapsed(), Duration::from_millis(200));
    let trouble = store.sync_log().replica_status().await.unwrap().trouble().unwrap();
    assert_eq!(trouble, "MongoDB refuses: over its space quota; it lacks 1 changes, the oldest for 0 s");
}

/// What it is sent takes too long, and the lease is renewed: that is slow. When that cannot be renewed either, it is away.
#[tokio::test(start_paused = true)]
async fn a_replica_that_is_slow_is_not_called_down_while_the_lease_is_renewed() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let trouble = async || store.sync_log().replica_status().await.unwrap().trouble();
    store.guilds().set_channel(AllianceId(1), ChannelId(1)).await.unwrap();
    assert_eq!(trouble().await, None, "nobody has sent it anything yet");
    for age in [20, 40, 60] {
        store.sync_log().replica_failed(&ReplicaError::Unreachable("no answer within 8.0 s".into()));
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(trouble().await, None, "{age} s");
        fixture.lead(false);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(trouble().await.unwrap(), "MongoDB is catching up: it lacks 1 changes, the oldest for 61 s");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(trouble().await.unwrap(), "MongoDB does not answer and lacks 1 changes, the oldest for 81 s");
    fixture.leadership.set(Phase::Isolated);
    assert!(trouble().await.unwrap().starts_with("MongoDB does not answer and lacks 1 changes"));
}

#[tokio::test(start_paused = true)]
async fn writes_wait_while_far_too_much_is_unsent_and_somebody_takes_it() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let guilds = (1..=u64::from(OUTBOX_BOUND) + 1).map(AllianceId);
    futures_util::future::join_all(guilds.map(async |guild| store.guilds().set_channel(guild, ChannelId(1)).await))
        .await;
    // Nobody takes it: there is nothing to wait for.
    let began = Instant::now();
    store.guilds().set_channel(AllianceId(1), ChannelId(2)).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    store.sync_log().replica_took(&OutboxChunk::default());
    let (written, ()) =
        tokio::join!(async { store.guilds().set_channel(AllianceId(9000), ChannelId(3)).await }, async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            let chunk = store.sync_log().outbox_chunk(1).await.unwrap();
            store.sync_log().outbox_sent(&chunk, 1).await.unwrap();
        });
    written.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(4));
    // Too much is unsent again: the next one waits until the lease is over.
    store.guilds().set_channel(AllianceId(1), ChannelId(4)).await.unwrap();
    assert_eq!(began.elapsed(), LEASE);
}

#[tokio::test(start_paused = true)]
async fn what_a_call_came_to_is_noted_however_much_is_unsent() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    fixture.with_work().await;
    let claim = store.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap().taken.remove(0);
    store.sync_log().replica_failed(&unreachable());
    let guilds = (1..=u64::from(OUTBOX_BOUND) + 1).map(AllianceId);
    futures_util::future::join_all(guilds.map(async |guild| store.guilds().set_channel(guild, ChannelId(1)).await))
        .await;
    store.sync_log().replica_took(&OutboxChunk::default());
    let began = Instant::now();
    let next = Next::Final(Outcome::of(&Status::Success).unwrap());
    let verdict = AttemptResult { status: Status::Success, history: claim.history, next };
    assert!(store.redemptions().record(claim, verdict).await.unwrap().taken);
    // A stop need not come between: the call would be made again.
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_not_undone_by_who_may_have_slept() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    fixture.with_work().await;
    let claim = store.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap().taken.remove(0);
    let before = store.sync_log().page(RecordKind::Redemptions, None, 9).await.unwrap();
    tokio::time::sleep(LEASE).await;
    store.redemptions().release(claim).await.unwrap();
    // A newer version would win over the claim of whoever leads now.
    assert_eq!(store.sync_log().page(RecordKind::Redemptions, None, 9).await.unwrap(), before);
    fixture.lead(false);
    store.redemptions().void_own_claims().await.unwrap();
    assert_eq!(store.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap().taken.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_lead_writes_nothing_on_an_acts_account() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let nonce = fixture.with_work().await;
    let message = crate::ports::BatchMessage {
        nonce: String::new(),
        server: GuildId(1),
        guild: GUILD,
        alliance: None,
        channel: ChannelId(8),
        channel_kind: None,
        message: None,
        language: crate::domain::text::language::Language::En,
        attempted_at: None,
        code: Code::parse("GOGOWOS").unwrap(),
        tally: crate::domain::redeeming::batch_progress::Tally::default(),
        is_finished: false,
        is_over: false,
        remaining: None,
        wait_reason: None,
    };
    let batch = crate::store::BatchKey { guild: GUILD, code: message.code.key(), generation: 1 };
    // Something that would be planned, too.
    store.guilds().set_channel(AllianceId(8), ChannelId(9)).await.unwrap();
    let before = fixture.all().await;
    let refused = async || {
        let refused = [
            store.posts().begin_post(nonce.clone(), ChannelId(8), 1).await.err(),
            store.redemptions().claim_due(1, 12, |_| Admission::Take).await.err(),
            store.batches().begin_batch_message(batch.clone(), message.clone()).await.err(),
            store.posts().begin_correction().await.err(),
        ];
        assert!(refused.iter().all(|error| matches!(error, Some(StoreError::NotActive))), "{refused:?}");
        assert_eq!(fixture.all().await, before);
    };
    tokio::time::advance(LEASE).await;
    refused().await;
    assert!(matches!(store.posts().plan().await, Err(StoreError::NotActive)));
    assert_eq!(fixture.all().await, before);
    // Beside a standby, while MongoDB cannot be reached.
    fixture.lead(true);
    store.sync_log().replica_failed(&unreachable());
    refused().await;
    fixture.lead(false);
    store.posts().begin_post(nonce.clone(), ChannelId(8), 1).await.unwrap();
    assert_eq!(store.posts().plan().await.unwrap().guilds.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn beside_a_standby_an_act_waits_without_a_word_while_mongodb_cannot_be_reached() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let nonce = fixture.with_work().await;
    fixture.lead(true);
    store.sync_log().replica_failed(&unreachable());
    let began = Instant::now();
    let (corrected, claimed, ()) = tokio::join!(
        async { store.posts().begin_correction().await },
        async { store.redemptions().claim_due(1, 12, |_| Admission::Take).await },
        async {
            tokio::time::sleep(Duration::from_secs(9)).await;
            store.replica_has(store.latest_commit());
            tokio::time::sleep(Duration::from_secs(1)).await;
            store.replica_has(store.latest_commit());
        }
    );
    corrected.unwrap();
    assert_eq!((claimed.unwrap().taken.len(), began.elapsed()), (1, Duration::from_secs(10)));
    // It may be that there is no standby any more: then the file is enough.
    store.sync_log().replica_failed(&unreachable());
    let (begun, ()) = tokio::join!(async { store.posts().begin_post(nonce, ChannelId(8), 1).await }, async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        fixture.lead(false);
    });
    begun.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(12));
}

/// A former leader's attempt at another message of the same code arrives while MongoDB is told of ours, and wins there.
#[tokio::test(start_paused = true)]
async fn a_message_whose_intent_was_beaten_is_not_sent() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let nonce = fixture.with_work().await;
    fixture.lead(true);
    for (is_beaten, codes) in [(false, 1), (false, 2), (true, 1)] {
        let (begun, ()) =
            tokio::join!(async { store.posts().begin_post(nonce.clone(), ChannelId(8), codes).await }, async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if is_beaten {
                    let mut theirs = store.sync_log().page(RecordKind::Posts, None, 9).await.unwrap().remove(0);
                    let mut set = |name: &str, value| {
                        let at = RecordKind::Posts.fields().iter().position(|field| field.name == name).unwrap();
                        theirs.values[at] = value;
                    };
                    set("nonce", Value::Text("another".into()));
                    set("version", Value::Int(i64::MAX >> 1));
                    assert_eq!(store.sync_log().merge(vec![theirs]).await.unwrap().taken, 1);
                }
                store.replica_has(store.latest_commit());
            });
        assert_eq!(begun.unwrap(), !is_beaten && codes == 1, "{is_beaten} {codes}");
    }
}

/// A part of a message whose code has not come from MongoDB yet keeps nothing of the rest from being sent.
#[tokio::test(start_paused = true)]
async fn a_message_is_begun_though_one_of_its_codes_is_not_known_here() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let nonce = fixture.with_work().await;
    let mut more = store.sync_log().page(RecordKind::Posts, None, 9).await.unwrap().remove(0);
    let at = RecordKind::Posts.fields().iter().position(|field| field.name == "code_key").unwrap();
    more.values[at] = Value::Text("NOTHERE".into());
    assert_eq!(store.sync_log().merge(vec![more]).await.unwrap().taken, 1);
    let due = store.posts().due_messages().await.unwrap().remove(0).announcement;
    assert_eq!((due.nonce.as_str(), due.codes.len()), (nonce.as_str(), 1));
    fixture.lead(false);
    assert!(store.posts().begin_post(nonce, ChannelId(8), due.codes.len()).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn beside_a_standby_an_act_waits_for_its_intent_and_is_not_done_without_it() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let nonce = fixture.with_work().await;
    fixture.lead(true);
    // It waits for longer than any write does, and for what is acted on only.
    let began = Instant::now();
    let (begun, ()) = tokio::join!(async { store.posts().begin_post(nonce.clone(), ChannelId(8), 1).await }, async {
        tokio::time::sleep(Duration::from_secs(9)).await;
        let mut chunk = store.sync_log().outbox_chunk(9).await.unwrap();
        chunk.is_all = false;
        store.sync_log().replica_took(&chunk);
    });
    begun.unwrap();
    assert_eq!(began.elapsed(), Duration::from_secs(9));
    // It fails meanwhile: the call is not made, and does not count.
    let (claimed, ()) =
        tokio::join!(async { store.redemptions().claim_due(1, 12, |_| Admission::Take).await }, async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(fixture.calls().await, Value::Int(1));
            store.sync_log().replica_failed(&unreachable());
        });
    assert!(matches!(claimed, Err(StoreError::NotActive)));
    assert_eq!(fixture.calls().await, Value::Int(0));
    // The lease is over meanwhile.
    fixture.is_caught_up().await;
    fixture.lead(true);
    let began = Instant::now();
    let claimed = store.redemptions().claim_due(1, 12, |_| Admission::Take).await;
    assert!(matches!(claimed, Err(StoreError::NotActive)));
    // The claim counts, though nothing was called: undone now, it would be newer than the claim of whoever leads.
    assert_eq!((began.elapsed(), fixture.calls().await), (LEASE, Value::Int(1)));
    // The standby is gone meanwhile: the file is enough again.
    fixture.is_caught_up().await;
    fixture.lead(true);
    store.redemptions().void_own_claims().await.unwrap();
    let (claimed, ()) =
        tokio::join!(async { store.redemptions().claim_due(1, 12, |_| Admission::Take).await }, async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            fixture.lead(false);
        });
    assert_eq!(claimed.unwrap().taken.len(), 1);
}
