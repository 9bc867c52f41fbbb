//! The numbers of a server on real files.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::domain::answers::status::Status;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{ChannelId, Player, PlayerId, State};
use crate::ports::{MessageId, Posted};
use crate::runtime::clock::Clock;
use crate::store::kernel::StateKind;
use crate::store::with_tables::with_tables;
use crate::store::{Admission, AttemptResult, Next, Store};

const HERE: AllianceId = AllianceId(7);
const OTHER: AllianceId = AllianceId(8);

struct Fixture {
    _folder: tempfile::TempDir,
    path: PathBuf,
    store: Store,
}

impl Fixture {
    /// At 2025-10-09 08:53:20 UTC.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("giftcode.db");
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        Self { store: Store::open(with_tables(&path), StateKind::Bot, clock).unwrap(), path, _folder: folder }
    }

    async fn players(&self, guild: AllianceId, players: impl IntoIterator<Item = u64>) {
        let player = |id: u64| Player {
            id: PlayerId::new(id).unwrap(),
            nickname: format!("P{id}"),
            state: State::new(245),
            furnace_level: None,
        };
        self.store.rosters().add_to_roster(guild, players.into_iter().map(player).collect()).await.unwrap();
    }

    async fn guild(&self, guild: AllianceId, players: impl IntoIterator<Item = u64>) {
        self.store.guilds().set_channel(guild, ChannelId(guild.0)).await.unwrap();
        self.store.guilds().set_auto_redeem(guild, true).await.unwrap();
        self.players(guild, players).await;
    }

    async fn list(&self, codes: &[&str]) {
        let entries = codes.iter().map(|code| Entry::active(Code::parse(code).unwrap())).collect();
        let answer = FeedAnswer::new("feed", entries);
        let after = Duration::from_secs(6 * 3600);
        self.store.listings().apply_answer(Some(answer), &["feed".to_owned()], after).await.unwrap();
    }

    /// Sends whatever is due.
    async fn post(&self) {
        self.store.posts().plan().await.unwrap();
        loop {
            let due = self.store.posts().due_messages().await.unwrap();
            if due.is_empty() {
                return;
            }
            for (id, due) in due.into_iter().enumerate() {
                let announcement = due.announcement;
                self.store.posts().begin_post(announcement.nonce.clone(), announcement.channel, 1).await.unwrap();
                let sent = Posted::new(MessageId(100 + id as u64), true);
                self.store.posts().record_posted(announcement, sent).await.unwrap();
            }
        }
    }

    /// Decides every redemption that is due with the player's status.
    async fn decide(&self, status: impl Fn(u64) -> Status) {
        while self.store.posts().plan().await.unwrap().redemptions > 0 {}
        for claim in self.store.redemptions().claim_due(1000, 99, |_| Admission::Take).await.unwrap().taken {
            let status = status(claim.player.get());
            let next = Next::Final(Outcome::of(&status).unwrap_or(Outcome::GaveUp));
            let result = AttemptResult { status, history: claim.history, next };
            self.store.redemptions().record(claim, result).await.unwrap();
        }
    }

    async fn stats(&self, guild: AllianceId) -> GuildStats {
        self.store.reports().guild_stats(guild).await.unwrap()
    }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

fn seconds(duration: Option<SignedDuration>) -> Option<i64> {
    duration.map(|duration| duration.as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_server_without_anything_has_empty_days_and_no_codes() {
    let fixture = Fixture::new();
    fixture.guild(OTHER, [1]).await;
    fixture.list(&["A1"]).await;
    fixture.post().await;
    fixture.decide(|_| Status::Success).await;
    for guild in [HERE, AllianceId(u64::MAX)] {
        let stats = fixture.stats(guild).await;
        assert_eq!((stats.players, stats.codes.len(), stats.days), (0, 0, vec![DayCounts::default(); STATS_DAYS]));
    }
    // A roster alone.
    fixture.players(HERE, [2, 3]).await;
    let stats = fixture.stats(HERE).await;
    assert_eq!((stats.players, stats.codes.len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn redemptions_of_the_roster_are_counted_on_their_utc_day() {
    let fixture = Fixture::new();
    fixture.guild(HERE, 1..=4).await;
    fixture.guild(OTHER, 4..=9).await;
    fixture.list(&["A1"]).await;
    fixture.post().await;
    fixture
        .decide(|player| match player {
            1 => Status::Received,
            2 => Status::StoveLevel,
            3 => Status::TimedOut,
            _ => Status::Success,
        })
        .await;
    let stats = fixture.stats(HERE).await;
    assert_eq!(stats.first_day.to_string(), "2025-09-26T00:00:00Z");
    assert_eq!(stats.days.len(), STATS_DAYS);
    assert_eq!(stats.days[13], DayCounts { granted: 1, already: 1, failed: 1, gave_up: 1 });
    assert_eq!(stats.days[..13], [DayCounts::default(); 13]);
    // Five seconds before and one after midnight.
    pass(15 * 3600 + 6 * 60 + 35).await;
    fixture.players(HERE, [10]).await;
    fixture.decide(|_| Status::Success).await;
    pass(6).await;
    fixture.players(HERE, [11]).await;
    fixture.decide(|_| Status::Success).await;
    let stats = fixture.stats(HERE).await;
    assert_eq!(stats.first_day.to_string(), "2025-09-27T00:00:00Z");
    assert_eq!((stats.days[12].granted, stats.days[13].granted), (2, 1));
    // Whoever leaves the roster takes his redemptions along.
    fixture.store.rosters().remove_players(HERE, vec![PlayerId::new(10).unwrap()]).await.unwrap();
    let stats = fixture.stats(HERE).await;
    assert_eq!((stats.days[12].granted, stats.days[13].granted), (1, 1));
    // After two weeks they are gone from the chart.
    pass(14 * 86_400).await;
    assert_eq!(fixture.stats(HERE).await.days, [DayCounts::default(); 14]);
}

#[tokio::test(start_paused = true)]
async fn each_code_says_who_has_it_and_how_fast_it_was() {
    let fixture = Fixture::new();
    fixture.guild(HERE, 1..=3).await;
    // What was there before the channel is a digest, which was not slow.
    fixture.list(&["OLD"]).await;
    pass(500).await;
    fixture.post().await;
    pass(60).await;
    fixture.decide(|player| if player == 3 { Status::StoveLevel } else { Status::Success }).await;
    pass(3600).await;
    fixture.list(&["OLD", "FRESH"]).await;
    pass(7).await;
    fixture.post().await;
    let fresh = |stats: &GuildStats| stats.codes[0].clone();
    let stats = fixture.stats(HERE).await;
    assert_eq!(stats.codes.iter().map(|code| code.code.as_str()).collect::<Vec<_>>(), ["FRESH", "OLD"]);
    assert_eq!((stats.codes[1].have, stats.codes[1].failed, stats.codes[1].players), (2, 1, 3));
    assert_eq!((seconds(stats.codes[1].to_post), seconds(stats.codes[1].to_done)), (None, Some(60)));
    assert_eq!((fresh(&stats).have, seconds(fresh(&stats).to_post), fresh(&stats).to_done), (0, Some(7), None));
    pass(30).await;
    fixture.decide(|_| Status::Success).await;
    let done = fresh(&fixture.stats(HERE).await);
    assert_eq!((done.have, done.players, seconds(done.to_done)), (3, 3, Some(30)));
    // Whoever comes later makes it no slower, not even while he waits.
    pass(2 * 86_400).await;
    fixture.players(HERE, [4]).await;
    while fixture.store.posts().plan().await.unwrap().redemptions > 0 {}
    let waiting = fresh(&fixture.stats(HERE).await);
    assert_eq!((waiting.have, waiting.players, seconds(waiting.to_done)), (3, 4, Some(30)));
    fixture.decide(|_| Status::Success).await;
    let later = fresh(&fixture.stats(HERE).await);
    assert_eq!((later.have, seconds(later.to_done)), (4, Some(30)));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_channel_counts_from_its_request() {
    let fixture = Fixture::new();
    fixture.players(HERE, 1..=2).await;
    fixture.list(&["A1"]).await;
    pass(5000).await;
    fixture.store.requests().start_batch(HERE, Code::parse("A1").unwrap().key(), 1).await.unwrap();
    pass(20).await;
    fixture.decide(|_| Status::Success).await;
    let stats = fixture.stats(HERE).await;
    assert_eq!((stats.codes[0].have, stats.codes[0].to_post), (2, None));
    assert_eq!(seconds(stats.codes[0].to_done), Some(20));
}

#[tokio::test(start_paused = true)]
async fn only_the_latest_codes_are_shown() {
    let fixture = Fixture::new();
    fixture.guild(HERE, 1..=2).await;
    let codes: Vec<String> = (10..74).map(|at| format!("CODE{at}")).collect();
    for end in 1..=codes.len() {
        fixture.list(&codes[..end].iter().map(String::as_str).collect::<Vec<_>>()).await;
        pass(1).await;
        fixture.post().await;
    }
    let stats = fixture.stats(HERE).await;
    let shown: Vec<&str> = stats.codes.iter().map(|code| code.code.as_str()).collect();
    assert_eq!(shown.len(), STATS_CODES as usize);
    assert_eq!((shown[0], shown[9]), ("CODE73", "CODE64"));
}

#[tokio::test(start_paused = true)]
async fn old_generations_come_from_their_tallies() {
    let fixture = Fixture::new();
    fixture.guild(HERE, 1..=3).await;
    fixture.list(&["A1"]).await;
    fixture.post().await;
    pass(25).await;
    fixture.decide(|player| if player == 2 { Status::StoveLevel } else { Status::Success }).await;
    let before = fixture.stats(HERE).await.codes[0].clone();
    fixture.list(&[]).await;
    pass(70 * 86_400).await;
    fixture.list(&[]).await;
    let old = fixture.store.tallies().old_generations().await.unwrap();
    assert!(!old.is_empty());
    for generation in old {
        fixture.store.tallies().count_generation(generation.clone()).await.unwrap();
    }
    // Who left and came since is not in the numbers of that time.
    fixture.players(HERE, 10..=30).await;
    let after = fixture.stats(HERE).await.codes[0].clone();
    assert_eq!((after.have, after.failed, after.players), (2, 1, 3));
    assert_eq!((after.to_done, seconds(after.to_done)), (before.to_done, Some(25)));
}

#[tokio::test]
async fn a_hundred_thousand_redemptions_are_read_quickly_by_their_index() {
    let fixture = Fixture::new();
    fixture.guild(HERE, 1..=1000).await;
    fill(&fixture, 100);
    let began = Instant::now();
    let stats = fixture.stats(HERE).await;
    let took = began.elapsed();
    assert_eq!(stats.days.iter().map(|day| day.granted).sum::<u32>(), 14_000);
    assert_eq!((stats.codes.len(), stats.codes[0].have, stats.codes[9].have), (10, 1000, 1000));
    // Tens of milliseconds where it is optimised; this only excludes a scan for each player.
    assert!(took < Duration::from_secs(5), "{took:?}");
    let connection = Connection::open(&fixture.path).unwrap();
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {COUNT_DAYS}")).unwrap();
    let steps: Vec<String> = plan.query_map([7, 5, DAY], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    assert!(
        steps.iter().filter(|step| !step.starts_with("USE TEMP B-TREE")).all(|step| step.starts_with("SEARCH")),
        "{steps:?}"
    );
}

/// As many codes, one a day until today, each redeemed for the roster.
fn fill(fixture: &Fixture, codes: u32) {
    let connection = Connection::open(&fixture.path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA foreign_keys = 0;
             WITH RECURSIVE n(at) AS (SELECT 0 UNION ALL SELECT at + 1 FROM n WHERE at + 1 < {codes})
             INSERT INTO codes (code_key, code, source, first_seen_at, listed, version)
             SELECT 'CODE' || at, 'CODE' || at, 'feed', 1760000000000 - at * {DAY}, 1, 1 FROM n;
             INSERT INTO runs (guild_id, code_key, generation, started_at, finished_at, version)
             SELECT 7, code_key, 1, first_seen_at, first_seen_at + 60000, 1 FROM codes;
             INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, finished_at, version)
             SELECT r.player_id, c.code_key, 1, 'granted', 0, c.first_seen_at, c.first_seen_at + 60000, 1
             FROM rosters r CROSS JOIN codes c;"
        ))
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the rows are, each is counted once, on its day and under its outcome.
    #[test]
    fn days_add_up(rows in proptest::collection::btree_map((1u64..20, 0u32..6), (0u8..5, -20i64..3, any::<bool>()), 0..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new();
            fixture.guild(HERE, 1..12).await;
            fixture.guild(OTHER, 10..20).await;
            let connection = Connection::open(&fixture.path).unwrap();
            connection.execute_batch("PRAGMA foreign_keys = 0").unwrap();
            let mut expected = vec![DayCounts::default(); STATS_DAYS];
            // The clock is real, and may pass midnight.
            let today = fixture.stats(HERE).await.first_day.as_millisecond() / DAY + 13;
            for ((player, code), (outcome, day, deleted)) in &rows {
                let outcome = ["granted", "already", "failed", "gave_up", "pending"][usize::from(*outcome)];
                connection.execute(
                    "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, finished_at, deleted, version)
                     VALUES (?1, ?2, 1, ?3, 0, 0, iif(?3 = 'pending', NULL, ?4), ?5, 1)",
                    params![player.cast_signed(), format!("C{code}"), outcome, (today + day) * DAY + 5, deleted],
                ).unwrap();
                if let (true, false, -13..=0) = (*player < 12, *deleted, *day) {
                    let counts = &mut expected[usize::try_from(day + 13).unwrap()];
                    match outcome {
                        "granted" => counts.granted += 1,
                        "already" => counts.already += 1,
                        "failed" => counts.failed += 1,
                        "gave_up" => counts.gave_up += 1,
                        _ => {}
                    }
                }
            }
            prop_assert_eq!(fixture.stats(HERE).await.days, expected);
            Ok(())
        })?;
    }
}
