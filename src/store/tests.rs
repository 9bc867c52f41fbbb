//! The store on a real file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::with_tables::with_tables;
use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::channel::Blocked;
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::codes::verdict::Checked;
use crate::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::election::Position;
use crate::domain::waits;
use crate::ports::{MessageId, Posted};
use crate::runtime::clock::{Clock, Skew};

const HOUR: Duration = Duration::from_secs(3600);
const GUILD: AllianceId = AllianceId(u64::MAX - 1);

/// What the replicator does, in short.
impl Store {
    /// The latest commit. What is read afterwards has it.
    pub(crate) fn latest_commit(&self) -> u64 {
        self.inner.commits.load(Ordering::SeqCst)
    }

    /// The replica has everything up to this commit.
    pub(crate) fn replica_has(&self, commit: u64) {
        let mut chunk = OutboxChunk::default();
        (chunk.commit, chunk.is_all, chunk.is_all_urgent) = (commit, true, true);
        self.sync_log().replica_took(&chunk);
    }

    /// The replica has this batch, and that is certain.
    pub(super) async fn outbox_forget(&self, chunk: &OutboxChunk) -> Result<(), StoreError> {
        self.sync_log().outbox_sent(chunk, 0).await?;
        self.sync_log().outbox_confirmed(Position::default()).await
    }
}

struct Fixture {
    folder: TempDir,
    clock: Clock,
    store: Store,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let store = Store::open(with_tables(&folder.path().join("a/giftcode.db")), StateKind::Bot, clock).unwrap();
        Self { folder, clock, store }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a/giftcode.db")
    }

    /// What a crash and a restart do: the old connections are gone, the file is opened again.
    fn reopened(self) -> Self {
        let path = self.path();
        let Self { folder, clock, store } = self;
        drop(store);
        let store = Store::open(&path, StateKind::Bot, clock).unwrap();
        Self { folder, clock, store }
    }

    async fn list(&self, codes: &[&str]) -> ListingChanges {
        self.answer(codes.iter().map(|text| listed(text)).collect()).await
    }

    async fn answer(&self, entries: Vec<Entry>) -> ListingChanges {
        self.store
            .listings()
            .apply_answer(Some(FeedAnswer::new("feed", entries)), &["feed".to_owned()], 6 * HOUR)
            .await
            .unwrap()
    }

    async fn guild_with(&self, guild: AllianceId, players: &[u64]) {
        self.store.guilds().set_channel(guild, ChannelId(5)).await.unwrap();
        self.store.guilds().set_auto_redeem(guild, true).await.unwrap();
        self.store.rosters().add_to_roster(guild, players.iter().map(|id| player(*id)).collect()).await.unwrap();
    }

    async fn claim(&self, limit: usize) -> Vec<Claim> {
        self.store.redemptions().claim_due(limit, 12, |_| Admission::Take).await.unwrap().taken
    }

    async fn finish(&self, claim: Claim, status: Status) -> Recorded {
        let outcome = Outcome::of(&status).unwrap();
        let verdict = AttemptResult { status, history: claim.history, next: Next::Final(outcome) };
        self.store.redemptions().record(claim, verdict).await.unwrap()
    }
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn listed(text: &str) -> Entry {
    Entry { rewards: Some("Gems".into()), ..Entry::active(code(text)) }
}

fn player(id: u64) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state: State::new(1), furnace_level: None }
}

fn sent(id: u64) -> Posted {
    Posted::new(MessageId(id), true)
}

#[tokio::test(start_paused = true)]
async fn everything_written_is_there_after_reopening() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    assert_eq!(fixture.list(&["gogoWOS"]).await.added, [code("gogoWOS")]);
    fixture.store.posts().plan().await.unwrap();
    let first = fixture.store.instance();
    let fixture = fixture.reopened();
    assert!(fixture.store.instance() > first);
    assert_eq!(fixture.store.reports().known_codes().await.unwrap()[&code("GOGOWOS").key()].code, code("gogoWOS"));
    assert_eq!(fixture.store.posts().due_messages().await.unwrap()[0].announcement.guild, GUILD);
    assert_eq!(fixture.store.reports().pending_redemptions().await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_one_process_and_only_the_right_kind_opens_a_file() {
    let fixture = Fixture::new();
    let again = Store::open(&fixture.path(), StateKind::Bot, fixture.clock);
    assert!(matches!(again, Err(StoreError::InUse(_))));
    let (path, clock) = (fixture.path(), fixture.clock);
    drop(fixture.store);
    let wrong = Store::open(&path, StateKind::Sandbox, clock).err().unwrap();
    assert!(wrong.to_string().contains("holds the state of the bot, not of the sandbox"), "{wrong}");
    std::fs::write(path.with_file_name("text.db"), "no database at all, but longer than a header is".repeat(9))
        .unwrap();
    let text = Store::open(&path.with_file_name("text.db"), StateKind::Bot, clock).err().unwrap();
    assert!(text.to_string().contains("is damaged (it is not a state file)"), "{text}");
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    assert!(matches!(Store::open(&path, StateKind::Bot, clock), Err(StoreError::Newer(_))));
}

#[tokio::test(start_paused = true)]
async fn a_damaged_file_is_refused_or_set_aside_whole() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &(1..2000).collect::<Vec<_>>()).await;
    let (path, clock) = (fixture.path(), fixture.clock);
    drop(fixture.store);
    let good = std::fs::read(&path).unwrap();
    let zeros = |mut bytes: Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle..middle + 9000].fill(0);
        bytes
    };
    for damaged in [zeros(good.clone()), good[..good.len() / 3].to_vec(), b"nothing of ours".repeat(99)] {
        std::fs::write(&path, &damaged).unwrap();
        let refused = Store::open(&path, StateKind::Bot, clock).err().unwrap();
        assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
        assert!(!refused.to_string().contains('\n'), "{refused}");
        let lock = FileLock::take(&path).unwrap();
        let store = Store::open_locked(lock, Opening { replaces_damaged: true, ..Opening::new(StateKind::Bot, clock) })
            .unwrap();
        assert_eq!(store.reports().known_codes().await.unwrap(), BTreeMap::new());
        drop(store);
        let folder = std::fs::read_dir(path.parent().unwrap()).unwrap();
        let aside =
            folder.map(|entry| entry.unwrap().path()).find(|p| p.to_string_lossy().contains("giftcode.db.corrupt-"));
        let aside = aside.unwrap();
        assert_eq!(std::fs::read(&aside).unwrap().len(), damaged.len());
        std::fs::remove_file(aside).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn writes_of_one_moment_share_a_commit_and_one_that_fails_takes_no_other_with_it() {
    let fixture = Fixture::new();
    let good = (0..50).map(async |i| fixture.store.guilds().set_channel(AllianceId(i), ChannelId(i)).await);
    let bad = fixture.store.write(|tx| {
        tx.execute("UPDATE meta SET value = 7 WHERE key = 'polled'", [])?;
        tx.execute("INSERT INTO posts (nonce) VALUES ('no')", [])?;
        Ok(())
    });
    let panics = fixture.store.write(|tx| -> Result<(), StoreError> {
        tx.execute("UPDATE meta SET value = 8 WHERE key = 'polled'", [])?;
        panic!("a bug");
    });
    let (good, bad, panics) = tokio::join!(futures_util::future::join_all(good), bad, panics);
    assert!(good.iter().all(Result::is_ok));
    assert!(matches!((bad, panics), (Err(StoreError::Persist(_)), Err(StoreError::Persist(_)))));
    let polled: i64 = fixture
        .store
        .read(|c| Ok(c.query_row("SELECT value FROM meta WHERE key = 'polled'", [], |row| row.get(0))?))
        .await
        .unwrap();
    assert_eq!(polled, 0);
}

#[tokio::test(start_paused = true)]
async fn versions_grow_over_a_restart_though_the_clock_went_back() {
    let newest = |fixture: &Fixture| {
        let store = fixture.store.clone();
        async move { store.read(|c| Ok(c.query_row("SELECT max(version) FROM guilds", [], |r| r.get::<_, i64>(0))?)).await }
    };
    let fixture = Fixture::new();
    fixture.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    let before = newest(&fixture).await.unwrap();
    let path = fixture.path();
    drop(fixture.store);
    let past = Clock::simulated(Timestamp::from_second(1_000_000_000).unwrap());
    let store = Store::open(&path, StateKind::Bot, past).unwrap();
    let fixture = Fixture { folder: fixture.folder, clock: past, store };
    fixture.store.guilds().set_channel(GUILD, ChannelId(2)).await.unwrap();
    assert!(newest(&fixture).await.unwrap() > before);
}

#[tokio::test(start_paused = true)]
async fn invariant_1_planning_twice_makes_nothing_due_twice() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.guild_with(AllianceId(2), &[2, 3]).await;
    fixture.list(&["A1", "B2"]).await;
    let plan = fixture.store.posts().plan().await.unwrap();
    assert_eq!(plan.guilds.len(), 2);
    assert_eq!(plan.guilds[0].codes, [code("A1"), code("B2")]);
    assert_eq!(plan.redemptions, 6, "a player of two guilds is redeemed once");
    assert_eq!(fixture.store.posts().plan().await.unwrap(), Plan::default());
    let due = fixture.store.posts().due_messages().await.unwrap();
    assert_eq!(due.iter().map(|d| d.announcement.kind).collect::<Vec<_>>(), [MessageKind::Digest; 2]);
    assert_ne!(due[0].announcement.nonce, due[1].announcement.nonce);
    let fixture = fixture.reopened();
    assert_eq!(fixture.store.posts().plan().await.unwrap(), Plan::default());
    assert_eq!(fixture.store.posts().due_messages().await.unwrap(), due, "the same nonces after a restart");
}

#[tokio::test(start_paused = true)]
async fn a_channel_set_before_any_poll_gets_a_digest_and_after_it_news() {
    let fixture = Fixture::new();
    fixture.store.guilds().set_channel(GUILD, ChannelId(5)).await.unwrap();
    fixture.store.posts().plan().await.unwrap();
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let kinds = |due: Vec<DueMessage>| due.iter().map(|d| d.announcement.kind).collect::<Vec<_>>();
    let due = fixture.store.posts().due_messages().await.unwrap();
    assert_eq!(kinds(due.clone()), [MessageKind::Digest]);
    fixture.store.posts().begin_post(due[0].announcement.nonce.clone(), due[0].announcement.channel, 1).await.unwrap();
    fixture.store.posts().record_posted(due[0].announcement.clone(), sent(9)).await.unwrap();
    fixture.list(&["A1", "B2"]).await;
    assert_eq!(fixture.store.posts().plan().await.unwrap().guilds[0].codes, [code("B2")]);
    assert_eq!(kinds(fixture.store.posts().due_messages().await.unwrap()), [MessageKind::New]);
}

#[tokio::test(start_paused = true)]
async fn many_codes_go_out_in_order_and_a_message_that_fails_holds_back_the_rest_of_its_guild() {
    let fixture = Fixture::new();
    fixture.store.guilds().set_channel(GUILD, ChannelId(5)).await.unwrap();
    let names: Vec<String> = (0..60).map(|i| format!("CODE{i:02}")).collect();
    fixture.list(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    fixture.store.posts().plan().await.unwrap();
    let mut posted = Vec::new();
    loop {
        let due = fixture.store.posts().due_messages().await.unwrap();
        let Some(head) = due.first() else { break };
        assert_eq!((due.len(), head.announcement.total), (1, 60));
        let nonce = head.announcement.nonce.clone();
        fixture.store.posts().begin_post(nonce.clone(), ChannelId(2), 1).await.unwrap();
        if head.attempts == 0 {
            let next = fixture.clock.now().checked_add(HOUR).unwrap();
            let failed = NotPosted { maybe_sent: true, next, refusal: None };
            fixture.store.posts().record_not_posted(nonce, failed).await.unwrap();
            assert_eq!(fixture.store.posts().due_messages().await.unwrap(), []);
            assert_eq!(
                fixture.store.posts().next_post_at(Timestamp::MIN).await.unwrap().unwrap().as_second(),
                next.as_second()
            );
            tokio::time::sleep(HOUR).await;
            let again = &fixture.store.posts().due_messages().await.unwrap()[0];
            assert!(again.announcement.attempted_at.is_some(), "an attempt whose end nobody knows is told");
        } else {
            posted.extend(head.announcement.codes.iter().map(|c| c.code.to_string()));
            fixture.store.posts().record_posted(head.announcement.clone(), sent(1)).await.unwrap();
        }
    }
    assert_eq!(posted, names);
}

#[tokio::test(start_paused = true)]
async fn listings_that_are_gone_for_long_are_dropped_and_a_return_is_known_all_the_same() {
    let fixture = Fixture::new();
    fixture.store.sync_log().set_replicated(true).await.unwrap();
    fixture.list(&["A1", "B2"]).await;
    fixture.list(&["A1"]).await;
    let listings = async |store: &Store| {
        let count = "SELECT count(*) FROM listings";
        store.read(move |c| Ok(c.query_row(count, [], |row| row.get::<_, u32>(0))?)).await.unwrap()
    };
    tokio::time::sleep(90 * 24 * HOUR).await;
    assert_eq!(
        (fixture.store.erasures().forget_old_listings(9).await.unwrap(), listings(&fixture.store).await),
        (0, 2)
    );
    tokio::time::sleep(3 * 24 * HOUR).await;
    assert_eq!(
        (fixture.store.erasures().forget_old_listings(9).await.unwrap(), listings(&fixture.store).await),
        (1, 1)
    );
    fixture.list(&["A1", "B2"]).await;
    let known = fixture.store.reports().known_codes().await.unwrap();
    assert_eq!((known[&code("A1").key()].generation, known[&code("B2").key()].generation), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn expired_codes_are_neither_posted_nor_redeemed() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    let over = Entry { expires_at: Some(fixture.clock.now()), ..listed("OLD") };
    let soon = Entry { expires_at: fixture.clock.now().checked_add(HOUR).ok(), ..listed("SOON") };
    fixture.answer(vec![over, soon]).await;
    let plan = fixture.store.posts().plan().await.unwrap();
    assert_eq!((plan.guilds[0].codes.clone(), plan.redemptions), (vec![code("SOON")], 1));
    // The channel is away until the code is over: then the post is not sent any more.
    tokio::time::sleep(2 * HOUR).await;
    fixture.store.posts().plan().await.unwrap();
    assert_eq!(fixture.store.posts().due_messages().await.unwrap(), []);
    // But not lost, if the feed corrects itself.
    let later = Entry { expires_at: fixture.clock.now().checked_add(HOUR).ok(), ..listed("SOON") };
    fixture.answer(vec![later]).await;
    assert_eq!(fixture.store.posts().plan().await.unwrap().guilds[0].codes, [code("SOON")]);
    assert_eq!(fixture.store.posts().due_messages().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_3_a_decided_redemption_is_never_claimed_again_and_a_success_stays() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let mut claims = fixture.claim(10).await;
    assert_eq!(claims.len(), 2);
    assert_eq!(fixture.claim(10).await, [], "what is claimed is not claimed twice");
    let (second, first) = (claims.pop().unwrap(), claims.pop().unwrap());
    assert!(fixture.finish(first.clone(), Status::Success).await.taken);
    assert!(!fixture.finish(first.clone(), Status::RoleNotExist).await.taken);
    let batch = fixture.finish(second, Status::Received).await.finished_batches;
    assert_eq!((batch[0].granted, batch[0].already), (1, 1));
    let fixture = fixture.reopened();
    assert_eq!(fixture.claim(10).await, []);
    assert!(!fixture.finish(first, Status::RoleNotExist).await.taken);
    let report = fixture.store.reports().code_report(code("A1").key(), 1).await.unwrap();
    assert_eq!((report.players, report.granted, report.already), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_claim_of_a_dead_process_is_void_but_its_success_counts() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let dead = fixture.claim(1).await.remove(0);
    let fixture = fixture.reopened();
    let alive = fixture.claim(1).await.remove(0);
    assert_eq!((dead.history.calls, alive.history.calls), (1, 2));
    let late =
        AttemptResult { status: Status::TimedOut, history: dead.history, next: Next::RetryAt(fixture.clock.now()) };
    assert!(!fixture.store.redemptions().record(dead.clone(), late).await.unwrap().taken);
    assert!(fixture.finish(dead, Status::Success).await.taken);
    assert!(!fixture.finish(alive, Status::TimeError).await.taken);
}

#[tokio::test(start_paused = true)]
async fn a_late_outcome_counts_in_a_working_copy_that_never_saw_its_claim() {
    let asked = Fixture::new();
    asked.guild_with(GUILD, &[1, 2, 3]).await;
    asked.list(&["A1"]).await;
    asked.store.posts().plan().await.unwrap();
    let claims = asked.claim(3).await;
    let next = Fixture::new();
    // The third player is not known there.
    next.guild_with(GUILD, &[1, 2]).await;
    next.list(&["A1"]).await;
    let verdict = |claim: &Claim, status: Status| {
        let next = Next::Final(Outcome::of(&status).unwrap());
        AttemptResult { status, history: claim.history, next }
    };
    let late = async |claim: &Claim, status| {
        next.store.redemptions().record_late(claim.clone(), verdict(claim, status)).await.unwrap().taken
    };
    assert!(late(&claims[0], Status::Success).await);
    assert!(late(&claims[1], Status::RoleNotExist).await);
    assert!(!late(&claims[2], Status::Success).await);
    // What is decided stays so.
    assert!(!late(&claims[0], Status::RoleNotExist).await);
    assert!(!late(&claims[0], Status::Success).await);
    next.store.posts().plan().await.unwrap();
    assert_eq!(next.claim(10).await, []);
    let report = next.store.reports().code_report(code("A1").key(), 1).await.unwrap();
    assert_eq!((report.players, report.granted, report.failed.values().sum::<u32>()), (2, 1, 1));
    // What is to be tried again is no outcome: only who holds the claim says when.
    next.guild_with(GUILD, &[3]).await;
    next.store.posts().plan().await.unwrap();
    next.claim(1).await;
    let again =
        AttemptResult { status: Status::TimedOut, history: claims[2].history, next: Next::RetryAt(next.clock.now()) };
    let other = Claim { number: 9, ..claims[2].clone() };
    assert!(!next.store.redemptions().record_late(other, again).await.unwrap().taken);
}

#[tokio::test(start_paused = true)]
async fn invariant_4_crashes_count_against_the_calls() {
    let mut fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    for call in 1..=12 {
        assert_eq!(fixture.claim(1).await[0].history.calls, call);
        fixture = fixture.reopened();
    }
    let claims = fixture.store.redemptions().claim_due(1, 12, |_| Admission::Take).await.unwrap();
    assert_eq!((claims.taken.len(), claims.given_up.len(), claims.finished_batches.len()), (0, 1, 1));
    let report = fixture.store.reports().code_report(code("A1").key(), 1).await.unwrap();
    assert_eq!(report.gave_up, BTreeMap::from([("INTERRUPTED".to_owned(), 1)]));
}

#[tokio::test(start_paused = true)]
async fn a_released_claim_costs_no_call_and_keeps_its_place() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let first = fixture.claim(1).await.remove(0);
    let id = first.player;
    fixture.store.redemptions().release(first).await.unwrap();
    let again = fixture.claim(1).await.remove(0);
    assert_eq!((again.player, again.history.calls), (id, 1));
}

#[tokio::test(start_paused = true)]
async fn invariant_6_two_players_condemn_a_code_and_it_returns_as_a_new_generation() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1, 2, 3, 4, 5]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let mut claims = fixture.claim(3).await;
    let in_flight = claims.pop().unwrap();
    assert_eq!(fixture.finish(claims.pop().unwrap(), Status::TimeError).await.judged.invalidated, None);
    let invalidated = fixture.finish(claims.pop().unwrap(), Status::TimeError).await.judged.invalidated;
    assert_eq!(invalidated, Some(Invalidated { status: Status::TimeError, stopped: 2 }));
    assert_eq!(fixture.claim(10).await, []);
    let ended = fixture.finish(in_flight, Status::TimeError).await;
    assert_eq!((ended.judged, ended.finished_batches[0].failed), (Judged::default(), 5));
    // A player who joins is not tried on a invalidated code; nor is the code posted to a new guild.
    fixture.guild_with(AllianceId(2), &[6]).await;
    assert_eq!(fixture.store.posts().plan().await.unwrap(), Plan::default());
    // Away for long and back: the game is asked at once, with one player, in the next generation.
    fixture.list(&[]).await;
    tokio::time::sleep(7 * HOUR).await;
    assert_eq!(fixture.claim(10).await, [], "nobody wants it");
    assert_eq!(fixture.list(&["A1"]).await.returned, [], "the game is asked first");
    assert_eq!(fixture.store.posts().plan().await.unwrap(), Plan::default());
    let mut claims = fixture.claim(9).await;
    assert_eq!((claims.len(), claims[0].generation), (1, 2));
    let canary = claims[0].player;
    let checked = fixture.finish(claims.remove(0), Status::TimeError).await.judged.checked.unwrap();
    assert_eq!(checked, (Checked::StillOver, Some(fixture.clock.now() + Duration::from_secs(1200))));
    assert_eq!((fixture.claim(9).await, fixture.store.posts().plan().await.unwrap()), (vec![], Plan::default()));
    // Asked about again in time, with another player.
    tokio::time::sleep(Duration::from_secs(1201)).await;
    let claim = fixture.claim(9).await.remove(0);
    assert_ne!(claim.player, canary);
    assert_eq!(fixture.finish(claim, Status::Success).await.judged.checked.unwrap().0, Checked::GoodAgain);
    let plan = fixture.store.posts().plan().await.unwrap();
    assert_eq!((plan.guilds.len(), plan.redemptions), (2, 4), "one has it, and one is due again");
    assert_eq!(fixture.store.reports().pending_redemptions().await.unwrap(), 5);
    let due = fixture.store.posts().due_messages().await.unwrap();
    let of_guild = |guild| due.iter().map(|d| &d.announcement).find(|a| a.guild == guild).unwrap().codes[0].generation;
    assert_eq!((of_guild(GUILD), of_guild(AllianceId(2))), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_player_who_joins_later_gets_the_active_codes_and_opens_the_run_again() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let claim = fixture.claim(1).await.remove(0);
    fixture.finish(claim, Status::Success).await;
    assert_eq!(fixture.store.batches().open_batches().await.unwrap(), []);
    fixture.store.rosters().add_to_roster(GUILD, vec![player(1), player(2)]).await.unwrap();
    assert_eq!(fixture.store.posts().plan().await.unwrap().redemptions, 1);
    let open = fixture.store.batches().open_batches().await.unwrap();
    assert_eq!((open[0].players, open[0].done), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_guild_without_a_channel_gets_nothing_and_later_one_digest_of_what_it_missed() {
    let fixture = Fixture::new();
    fixture.store.guilds().set_channel(GUILD, ChannelId(5)).await.unwrap();
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    fixture.store.guilds().unset_channel(GUILD).await.unwrap();
    assert_eq!(fixture.store.posts().due_messages().await.unwrap(), []);
    fixture.list(&["A1", "B2", "C3"]).await;
    assert_eq!(fixture.store.posts().plan().await.unwrap(), Plan::default());
    fixture.store.guilds().set_channel(GUILD, ChannelId(6)).await.unwrap();
    assert_eq!(fixture.store.posts().plan().await.unwrap().guilds[0].codes, [code("B2"), code("C3")]);
    let due = fixture.store.posts().due_messages().await.unwrap();
    assert_eq!((due.len(), due[0].announcement.channel), (1, ChannelId(6)));
    // Setting the same channel again is no news.
    fixture.store.guilds().set_channel(GUILD, ChannelId(6)).await.unwrap();
    assert_eq!(fixture.store.posts().plan().await.unwrap(), Plan::default());
}

#[tokio::test(start_paused = true)]
async fn a_player_who_left_the_roster_gets_no_new_codes_and_may_come_back() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.store.rosters().remove_players(GUILD, vec![player(2).id, player(9).id]).await.unwrap();
    fixture.list(&["A1"]).await;
    assert_eq!(fixture.store.posts().plan().await.unwrap().redemptions, 1);
    fixture.store.rosters().add_to_roster(GUILD, vec![player(2)]).await.unwrap();
    assert_eq!(fixture.store.posts().plan().await.unwrap().redemptions, 1);
    fixture.store.guilds().set_auto_redeem(GUILD, false).await.unwrap();
    fixture.store.rosters().add_to_roster(GUILD, vec![player(3)]).await.unwrap();
    assert_eq!(fixture.store.posts().plan().await.unwrap().redemptions, 0);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_fails_changes_nothing_and_says_so() {
    let fixture = Fixture::new();
    let limit =
        |connection: &rusqlite::Connection| connection.pragma_query_value(None, "page_count", |r| r.get::<_, i64>(0));
    let pages = fixture.store.read(move |c| Ok(limit(c)?)).await.unwrap();
    // The disk is full: SQLite may not grow the file by one page.
    fixture.store.write(move |tx| Ok(tx.connection().pragma_update(None, "max_page_count", pages)?)).await.unwrap();
    let many: Vec<Player> = (1..5_000).map(player).collect();
    let error = fixture.store.rosters().add_to_roster(GUILD, many).await.unwrap_err();
    assert!(matches!(&error, StoreError::Persist(reason) if reason.contains("full")), "{error}");
    let players = fixture.store.read(|c| Ok(c.query_row("SELECT count(*) FROM players", [], |r| r.get::<_, u32>(0))?));
    assert_eq!(players.await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_was_left_out_of_its_message_is_posted_when_it_is_back() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[]).await;
    fixture.list(&["A1", "B2"]).await;
    fixture.store.posts().plan().await.unwrap();
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let message = fixture.store.posts().due_messages().await.unwrap().remove(0).announcement;
    assert_eq!(message.codes.len(), 1);
    fixture.store.posts().record_posted(message, sent(9)).await.unwrap();
    fixture.list(&["A1", "B2"]).await;
    assert_eq!(fixture.store.posts().plan().await.unwrap().guilds[0].codes, [code("B2")]);
    assert_eq!(fixture.store.posts().due_messages().await.unwrap().len(), 1);
}

/// The eighth turn is for what is due for longest: of what may begin.
#[tokio::test(start_paused = true)]
async fn a_code_under_test_takes_nobody_s_turn() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &(1..=1_200).collect::<Vec<_>>()).await;
    fixture.list(&["TESTED"]).await;
    fixture.store.posts().plan().await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    let other = AllianceId(7);
    fixture.guild_with(other, &(2_001..=2_040).collect::<Vec<_>>()).await;
    fixture.store.posts().plan().await.unwrap();
    fixture.list(&["TESTED", "LONG"]).await;
    fixture.store.posts().plan().await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    let soon = Entry { expires_at: Some(fixture.clock.now() + HOUR), ..listed("SOON") };
    fixture.answer(vec![listed("TESTED"), listed("LONG"), soon]).await;
    fixture.store.posts().plan().await.unwrap();
    let mut wanted = ClaimRequest { limit: 1, max_calls: 12, window: Duration::ZERO, fair_queue: Default::default() };
    let mut taken = Vec::new();
    for _ in 0..16 {
        let admit =
            |one: &Candidate| if one.key == code("TESTED").key() { Admission::SkipCode } else { Admission::Take };
        let claims = fixture.store.redemptions().claim(wanted, admit).await.unwrap();
        wanted.fair_queue = claims.fair_queue;
        taken.extend(claims.taken.into_iter().map(|claim| claim.code.as_str().to_owned()));
    }
    let expected: Vec<&str> = (1..=16).map(|place| if place % 8 == 0 { "LONG" } else { "SOON" }).collect();
    assert_eq!(taken, expected);
}

#[tokio::test(start_paused = true)]
async fn a_release_by_a_claim_that_is_void_changes_nothing() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let void = fixture.claim(1).await.remove(0);
    let fixture = fixture.reopened();
    let claim = fixture.claim(1).await.remove(0);
    assert_eq!(claim.history.calls, 2);
    fixture.store.redemptions().release(void).await.unwrap();
    assert_eq!(fixture.claim(1).await, [], "it is still claimed");
    assert_eq!(fixture.store.reports().redemption_rows().await.unwrap()[0].calls, 2);
    assert!(fixture.finish(claim, Status::Success).await.taken);
}

/// A clock that was ahead wrote these times.
#[tokio::test(start_paused = true)]
async fn what_would_wait_longer_than_any_rule_allows_is_due() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let wait = |table: &'static str, column: &'static str, wait: Duration| {
        let at = (fixture.clock.now() + wait).as_millisecond();
        let sql = format!("UPDATE {table} SET {column} = {at}");
        let store = fixture.store.clone();
        async move {
            store.write_local(move |tx| Ok(tx.execute(&sql, [])?)).await.unwrap();
            store.posts().plan().await.unwrap();
        }
    };
    for (ahead, is_due) in [(waits::REDEMPTION, false), (waits::REDEMPTION + Duration::from_secs(1), true)] {
        wait("redemptions", "next_attempt_at", ahead).await;
        assert_eq!(!fixture.claim(1).await.is_empty(), is_due, "redemptions in {ahead:?}");
    }
    for (ahead, is_due) in [(waits::POST, false), (waits::POST + Duration::from_secs(1), true)] {
        wait("posts", "next_attempt_at", ahead).await;
        assert_eq!(!fixture.store.posts().due_messages().await.unwrap().is_empty(), is_due, "posts in {ahead:?}");
    }
    let over = "UPDATE codes SET condemned = 'USED', condemned_at = 1";
    fixture.store.write_local(move |tx| Ok(tx.execute(over, [])?)).await.unwrap();
    for (ahead, is_due) in [(waits::CODE_CHECK, false), (waits::CODE_CHECK + Duration::from_secs(1), true)] {
        wait("codes", "check_at", ahead).await;
        let now = fixture.clock.now().as_millisecond();
        let due = move |connection: &rusqlite::Connection| {
            Ok(connection.query_row("SELECT check_at <= ?1 FROM codes", [now], |row| row.get::<_, bool>(0))?)
        };
        assert_eq!(fixture.store.read(due).await.unwrap(), is_due, "a code's check in {ahead:?}");
    }
    let good = "UPDATE codes SET condemned = NULL, condemned_at = NULL, check_at = NULL";
    fixture.store.write_local(move |tx| Ok(tx.execute(good, [])?)).await.unwrap();
    wait("posts", "next_attempt_at", Duration::ZERO).await;
    fixture.store.guilds().pause_guild(GUILD, None, Blocked::MissingAccess, Some(fixture.clock.now())).await.unwrap();
    for (ahead, is_due) in [(waits::POST, false), (waits::POST + Duration::from_secs(1), true)] {
        wait("guilds", "resume_at", ahead).await;
        assert_eq!(
            !fixture.store.posts().due_messages().await.unwrap().is_empty(),
            is_due,
            "a paused guild in {ahead:?}"
        );
    }
}

/// What becomes due between the two steps of a claim is reported as due, not passed over until the next poll.
#[tokio::test(start_paused = true)]
async fn a_redemption_that_becomes_due_during_a_claim_is_not_missed() {
    static SKEW: Skew =
        Skew { wall_ahead: AtomicI64::new(0), monotonic_lost: AtomicI64::new(0), boot_lost: AtomicI64::new(0) };
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::skewed(Timestamp::from_second(1_760_000_000).unwrap(), &SKEW);
    let store = Store::open(&folder.path().join("giftcode.db"), StateKind::Bot, clock).unwrap();
    let fixture = Fixture { folder, clock, store };
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let later = fixture.claim(1).await.remove(0);
    let due_at = clock.now() + Duration::from_secs(1);
    let retry = AttemptResult { status: Status::TimedOut, history: later.history, next: Next::RetryAt(due_at) };
    fixture.store.redemptions().record(later, retry).await.unwrap();
    for admission in [Admission::Skip, Admission::Take] {
        SKEW.wall_ahead.store(0, Ordering::Relaxed);
        let admit = |_: &Candidate| {
            SKEW.wall_ahead.store(2_000, Ordering::Relaxed);
            admission
        };
        let claims = fixture.store.redemptions().claim_due(9, 12, admit).await.unwrap();
        assert_eq!((claims.taken.len(), claims.next_due), (usize::from(admission == Admission::Take), Some(due_at)));
    }
}

/// A candidate that changed after it was read is not claimed as it was, and is soon read again.
#[tokio::test(start_paused = true)]
async fn a_redemption_that_changes_during_a_claim_is_checked_again() {
    let fixture = Fixture::new();
    fixture.guild_with(GUILD, &[1]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let due_at = fixture.clock.now();
    for change in ["claim = claim + 1", "unknown = unknown + 1", "calls = calls + 1"] {
        let admit = |_: &Candidate| {
            let other = Connection::open(fixture.path()).unwrap();
            assert_eq!(other.execute(&format!("UPDATE redemptions SET {change}"), []).unwrap(), 1);
            Admission::Take
        };
        let claims = fixture.store.redemptions().claim_due(1, 12, admit).await.unwrap();
        assert_eq!((claims.taken.len(), claims.next_due), (0, Some(due_at)), "{change}");
    }
    assert_eq!(fixture.claim(1).await[0].history.calls, 2);
}

/// What the histograms of docs/metrics.md observe.
#[tokio::test(start_paused = true)]
async fn how_fast_a_code_was_counts_once_and_only_for_those_who_waited_for_it() {
    let fixture = Fixture::new();
    let minute = Duration::from_secs(60);
    let near = |lasted: Duration, expected: Duration| lasted.abs_diff(expected) < Duration::from_secs(1);
    fixture.guild_with(GUILD, &[1, 2]).await;
    fixture.list(&["A1"]).await;
    fixture.store.posts().plan().await.unwrap();
    let post = async || {
        let due = fixture.store.posts().due_messages().await.unwrap().remove(0).announcement;
        fixture.store.posts().begin_post(due.nonce.clone(), due.channel, due.codes.len()).await.unwrap();
        fixture.store.posts().record_posted(due, sent(1)).await.unwrap()
    };
    tokio::time::sleep(minute).await;
    let ages = post().await;
    assert!(ages.len() == 1 && near(ages[0], minute), "{ages:?}");
    let finish = async |status: Status| {
        let claim = fixture.claim(1).await.remove(0);
        fixture.finish(claim, status).await.finished_batches
    };
    assert!(finish(Status::Success).await.is_empty());
    tokio::time::sleep(minute).await;
    let lasted = finish(Status::StoveLevel).await[0].lasted.unwrap();
    assert!(near(lasted.since_seen, 2 * minute) && near(lasted.since_posted.unwrap(), minute), "{lasted:?}");
    // Somebody asks again, and somebody joins: the batch ends again, and is no slower for that.
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(fixture.store.requests().retry_batch(GUILD, code("A1").key(), 1).await.unwrap(), 1);
    assert_eq!(finish(Status::Success).await[0].lasted, None);
    fixture.guild_with(GUILD, &[3]).await;
    fixture.store.posts().plan().await.unwrap();
    assert_eq!(finish(Status::Success).await[0].lasted, None);
    // A channel that is set later gets the code at once, though the code is old.
    fixture.guild_with(AllianceId(2), &[4]).await;
    fixture.store.posts().plan().await.unwrap();
    assert!(post().await.is_empty());
    assert_eq!(finish(Status::Success).await[0].lasted, None);
}

/// Services wait for several things at once and go on with one of them: what they leave unpolled must hold up nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_nobody_polls_holds_up_no_other() {
    let store = Fixture::new().store;
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let reader = store.clone();
    let first = tokio::spawn(async move { reader.read(move |_| Ok(gate.recv().is_ok())).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut left_alone = std::pin::pin!(store.read(|_| Ok(())));
    tokio::select! {
        biased;
        _ = &mut left_alone => panic!("the reading connection was free"),
        () = tokio::time::sleep(Duration::from_millis(100)) => {}
    }
    go.send(()).unwrap();
    assert!(first.await.unwrap().unwrap());
    let next = tokio::time::timeout(Duration::from_secs(5), store.read(|_| Ok(()))).await;
    next.expect("it waits behind the one that nobody polls").unwrap();
    left_alone.await.unwrap();
}
