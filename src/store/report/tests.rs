//! Reports on a real file.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::domain::codes::channel::Blocked;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::runtime::clock::Clock;
use crate::store::{StateKind, Store};

const HOUR: Duration = Duration::from_secs(3600);
const START: i64 = 1_760_000_400;

struct World {
    folder: TempDir,
    clock: Clock,
    store: Store,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(START).unwrap());
        let store = Store::open(&folder.path().join("state.db"), StateKind::Bot, clock).unwrap();
        Self { folder, clock, store }
    }

    async fn poll(&self, feed: &str, codes: &[&str]) {
        let entries = codes.iter().map(|text| Entry::active(Code::parse(text).unwrap())).collect();
        let live = ["one".to_owned(), "two".to_owned(), "three".to_owned()];
        self.store.listings().apply_answer(Some(FeedAnswer::new(feed, entries)), &live, 6 * HOUR).await.unwrap();
    }

    /// What no handle writes so: the past.
    fn change(&self, sql: &str) {
        self.connection().execute_batch(sql).unwrap();
    }

    fn connection(&self) -> Connection {
        Connection::open(self.folder.path().join("state.db")).unwrap()
    }

    fn millis(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Redemptions `players` of a code, decided or not.
    fn redemptions(&self, players: std::ops::Range<u32>, code: &str, generation: u32, outcome: &str, finished_at: i64) {
        let finished = if outcome == "pending" { "NULL".to_owned() } else { finished_at.to_string() };
        self.change(&format!(
            "WITH RECURSIVE n(p) AS (SELECT {} UNION ALL SELECT p + 1 FROM n WHERE p + 1 < {})
             INSERT INTO players (player_id, nickname, version) SELECT p, 'P', 1 FROM n WHERE true ON CONFLICT DO NOTHING;
             WITH RECURSIVE n(p) AS (SELECT {} UNION ALL SELECT p + 1 FROM n WHERE p + 1 < {})
             INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, finished_at, version)
             SELECT p, '{code}', {generation}, '{outcome}', 0, 0, {finished}, 1 FROM n",
            players.start, players.end, players.start, players.end
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn the_feed_that_was_first_and_the_others_are_known_unless_they_were_not_read_before() {
    let world = World::new();
    world.poll("one", &["OLD"]).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    world.poll("one", &["OLD", "NEW"]).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    // The third feed is read for the first time: what it lists may be years old.
    world.poll("three", &["OLD", "NEW"]).await;
    world.poll("two", &["OLD"]).await;
    tokio::time::sleep(Duration::from_secs(15)).await;
    world.poll("two", &["OLD", "NEW"]).await;
    let codes = world.store.reports().latest_codes(10).await.unwrap();
    let arrivals = |place: usize| -> Vec<(&str, i64, bool)> {
        let code: &LatestCode = &codes[place];
        code.arrivals.iter().map(|a| (a.feed.as_str(), a.at.as_second() - START, a.is_news)).collect()
    };
    assert_eq!(codes.iter().map(|code| code.code.as_str()).collect::<Vec<_>>(), ["NEW", "OLD"]);
    assert_eq!(arrivals(0), [("one", 60, true), ("three", 90, false), ("two", 105, true)]);
    assert_eq!(arrivals(1), [("one", 0, false), ("three", 90, false), ("two", 90, false)]);
    assert_eq!(codes[0].seen_at.unwrap().as_second(), START + 60);
    assert!(codes[0].is_listed && codes[0].invalidated.is_none());
    assert_eq!(world.store.reports().latest_codes(1).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_a_person_typed_is_left_out_until_the_game_knows_it() {
    let world = World::new();
    let typed = Code::parse("TYPED").unwrap();
    world.store.codes().add_code(typed.clone()).await.unwrap();
    assert_eq!(world.store.reports().latest_codes(10).await.unwrap(), []);
    world.change("UPDATE codes SET good_at = first_seen_at");
    let codes = world.store.reports().latest_codes(10).await.unwrap();
    assert_eq!((&codes[0].code, codes[0].arrivals.len()), (&typed, 0));
}

#[tokio::test(start_paused = true)]
async fn a_code_has_its_posts_and_outcomes_and_the_time_when_nearly_all_were_decided() {
    let world = World::new();
    world.poll("one", &["A"]).await;
    let at = world.millis();
    world.redemptions(1..91, "A", 1, "granted", at + 1000);
    world.redemptions(91..95, "A", 1, "already", at + 2000);
    world.redemptions(95..96, "A", 1, "failed", at + 3000);
    world.redemptions(96..97, "A", 1, "gave_up", at + 9000);
    world.redemptions(97..100, "A", 1, "pending", 0);
    // Somebody asked for this one, much later.
    world.redemptions(100..101, "A", 1, "granted", at + 90_000_000);
    world.change("UPDATE redemptions SET priority = 1 WHERE player_id = 100");
    // Another generation and what is deleted do not count.
    world.redemptions(101..103, "A", 2, "granted", at);
    world.redemptions(103..104, "A", 1, "granted", at);
    world.change("UPDATE redemptions SET deleted = 1 WHERE player_id = 103");
    for (guild, posted) in [(1, Some(at + 500)), (2, Some(at + 700)), (3, None)] {
        world.store.guilds().set_channel(AllianceId(guild), ChannelId(9)).await.unwrap();
        let posted = posted.map_or("NULL".to_owned(), |at: i64| at.to_string());
        world.change(&format!(
            "INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, next_attempt_at, message_id,
                                posted_at, version)
             VALUES ({guild}, 'A', 1, 'n{guild}', 'new', 0, 1, {at}, 0, iif({posted} IS NULL, NULL, 7), {posted}, 1)"
        ));
    }
    let code = world.store.reports().latest_codes(10).await.unwrap().remove(0);
    let time = |millis: i64| Some(Timestamp::from_millisecond(at + millis).unwrap());
    assert_eq!(
        code.outcomes,
        CodeOutcomes { granted: 91, already: 4, failed: 1, gave_up: 1, waiting: 3, done_at: time(3000) }
    );
    assert_eq!(
        code.posts,
        CodePosts { posted: 2, waiting: 1, planned_at: time(0), first_at: time(500), last_at: time(700) }
    );
    assert_eq!(code.outcomes.decided(), 97);
    world.redemptions(200..300, "A", 1, "pending", 0);
    let code = world.store.reports().latest_codes(10).await.unwrap().remove(0);
    assert_eq!(code.outcomes.done_at, None, "half of them wait");
    // Only numbers are left, in the end.
    world.change(
        "INSERT INTO tallies (code_key, generation, guild_id, granted, already, failed, gave_up, counted_at, version)
                  VALUES ('A', 1, 0, 5, 4, 3, 2, 0, 1)",
    );
    let code = world.store.reports().latest_codes(10).await.unwrap().remove(0);
    assert_eq!(
        code.outcomes,
        CodeOutcomes { granted: 5, already: 4, failed: 3, gave_up: 2, waiting: 0, done_at: None }
    );
}

#[tokio::test(start_paused = true)]
async fn the_queue_and_the_hours_count_every_outcome_once() {
    let world = World::new();
    world.poll("one", &["A", "B"]).await;
    world.change("UPDATE codes SET generation = 2 WHERE code_key = 'B'");
    let at = world.millis();
    world.redemptions(1..11, "A", 1, "granted", at - 170_000);
    world.redemptions(11..16, "B", 2, "already", at - 10_000);
    world.redemptions(16..18, "B", 1, "failed", at - 2 * 3_600_000);
    world.redemptions(18..19, "B", 2, "gave_up", at - 47 * 3_600_000);
    world.redemptions(19..20, "A", 1, "granted", at - 49 * 3_600_000);
    // All at once, because it is over: this says nothing of the speed.
    world.poll("one", &["A", "B", "OVER"]).await;
    world.redemptions(30..60, "OVER", 1, "failed", at - 1000);
    world.change("UPDATE codes SET condemned = 'TIME_ERROR' WHERE code_key = 'OVER'");
    world.redemptions(20..24, "A", 1, "pending", 0);
    world.change("UPDATE redemptions SET calls = 1 WHERE player_id = 20; UPDATE redemptions SET priority = 1 WHERE player_id = 1");
    let queue = world.store.reports().queue(Duration::from_secs(180)).await.unwrap();
    let since = Some(Timestamp::from_millisecond(at - 170_000).unwrap());
    assert_eq!(queue, Queue { waiting: 4, tried: 1, codes: 1, decided: 15, decided_since: since });
    let hours = world.store.reports().hourly_outcomes(48).await.unwrap();
    assert_eq!(hours.len(), 48);
    assert_eq!(hours[47].from.as_second(), START / 3600 * 3600);
    let counts = |hour: &HourOutcomes| (hour.granted, hour.already, hour.failed, hour.gave_up);
    // The first outcomes are of this hour or of the one before, by the minute at which the test's world begins.
    let sum = hours.iter().map(counts).fold((0, 0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3));
    assert_eq!(sum, (10, 5, 32, 1));
    assert_eq!((counts(&hours[45]), counts(&hours[0])), ((0, 0, 2, 0), (0, 0, 0, 1)));
}

#[tokio::test(start_paused = true)]
async fn guilds_that_are_paused_are_counted_and_the_first_are_listed() {
    let world = World::new();
    for guild in 1..=30 {
        world.store.guilds().set_channel(AllianceId(guild), ChannelId(9)).await.unwrap();
        if guild > 5 {
            world.store.guilds().pause_guild(AllianceId(guild), None, Blocked::MissingAccess, None).await.unwrap();
        }
    }
    world.poll("one", &["A"]).await;
    world.redemptions(1..4, "A", 1, "pending", 0);
    world.change(
        "INSERT INTO rosters (guild_id, player_id, added_at, version) VALUES (1, 1, 0, 1), (2, 1, 0, 1), (1, 2, 0, 1);
         INSERT INTO rosters (guild_id, player_id, added_at, version, deleted) VALUES (1, 3, 0, 1, 1);
         UPDATE guilds SET removed_at = 1 WHERE guild_id = 30;
         UPDATE guilds SET channel_id = NULL WHERE guild_id = 4;
         UPDATE guilds SET refusals = 3, refused_at = 5000, refusal = 'HTTP 500' WHERE guild_id = 5;
         UPDATE guilds SET paused = 'of_a_newer_program' WHERE guild_id = 28;
         UPDATE guilds SET paused = 'timed_out', resume_at = 1 WHERE guild_id = 29;",
    );
    let report = world.store.reports().guilds_report(10).await.unwrap();
    assert_eq!((report.guilds, report.with_channel, report.players), (29, 28, 2));
    let [missing, newer] = report.paused.as_slice() else { panic!("{:?}", report.paused) };
    // A timeout that is over is no pause.
    assert_eq!((missing.why, missing.count, missing.guilds.len()), (Some(Blocked::MissingAccess), 22, 10));
    assert_eq!(missing.guilds[0], PausedGuild { server: GuildId(6), alliance: None, since: None, resume_at: None });
    assert_eq!((newer.why, newer.count, newer.guilds[0].server), (None, 1, GuildId(28)));
    let since = Timestamp::from_second(5).unwrap();
    let refusing = RefusingGuild { server: GuildId(5), alliance: None, since, reason: "HTTP 500".to_owned() };
    assert_eq!((report.refusing, report.refusing_guilds), (1, vec![refusing]));
    assert_eq!(report.without_posts, 24);
}

/// Server 1 has the alliances 1, 901 and 902, server 2 has one, and server 3 had two.
#[tokio::test(start_paused = true)]
async fn servers_are_counted_and_their_alliances_are_named() {
    let world = World::new();
    let guilds = world.store.guilds();
    for (id, name) in [(901, "ICE"), (902, "SNOW")] {
        guilds.add_alliance(GuildId(1), AllianceId(id), name.into(), "FIRE".into()).await.unwrap();
    }
    guilds.add_alliance(GuildId(3), AllianceId(903), "SOON".into(), "ONCE".into()).await.unwrap();
    for alliance in [1, 901, 902, 2, 3, 903] {
        guilds.set_channel(AllianceId(alliance), ChannelId(alliance + 50)).await.unwrap();
    }
    world.poll("one", &["A"]).await;
    world.store.posts().plan().await.unwrap();
    let failed = "UPDATE posts SET attempts = 1, next_attempt_at = planned_at + 1";
    world.change(failed);
    let reports = world.store.reports();
    assert_eq!(reports.failing_guilds().await.unwrap(), 3);
    let posts = reports.latest_codes(1).await.unwrap()[0].posts;
    assert_eq!((posts.posted, posts.waiting), (0, 3));
    world.change("UPDATE posts SET message_id = guild_id, channel_id = guild_id + 50, posted_at = planned_at WHERE guild_id <> 2");
    let posts = reports.latest_codes(1).await.unwrap()[0].posts;
    assert_eq!((posts.posted, posts.waiting), (2, 1));
    guilds.remove_alliance(GuildId(3), AllianceId(3)).await.unwrap();
    for alliance in [1, 902, 903] {
        guilds.pause_guild(AllianceId(alliance), None, Blocked::MissingAccess, None).await.unwrap();
    }
    world.change("UPDATE guilds SET refusals = 3, refused_at = 5000, refusal = 'HTTP 500' WHERE guild_id IN (901, 3)");
    let counts = reports.counts().await.unwrap();
    assert_eq!((counts.servers, counts.paused_servers), (3, 2));
    let report = reports.guilds_report(10).await.unwrap();
    assert_eq!((report.guilds, report.with_channel, report.without_posts, report.refusing), (3, 3, 2, 1));
    let [paused] = &report.paused[..] else { panic!("{:?}", report.paused) };
    assert_eq!(paused.count, 2);
    let named: Vec<_> = paused.guilds.iter().map(|it| (it.server.0, it.alliance.as_deref())).collect();
    // One that has been left alone in its server needs no name.
    assert_eq!(named, [(1, Some("FIRE")), (1, Some("SNOW")), (3, None)]);
    let named: Vec<_> = report.refusing_guilds.iter().map(|it| (it.server.0, it.alliance.as_deref())).collect();
    assert_eq!(named, [(1, Some("ICE"))], "a removed alliance gets no posts on purpose");
    // A list is cut between servers.
    assert_eq!(reports.guilds_report(1).await.unwrap().paused[0].guilds.len(), 2);
}

/// What could touch every redemption reads an index alone, and no more of it than it counts.
#[tokio::test(start_paused = true)]
async fn redemptions_are_counted_from_indexes() {
    let world = World::new();
    let connection = world.connection();
    let plan = |sql: String| -> String {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = statement.parameter_count();
        let values = vec![1; parameters];
        let rows = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for decided in codes::DECIDED {
        for what in ["count(*), count(*) FILTER (WHERE outcome = 'granted')", "finished_at"] {
            let plan = plan(format!("SELECT {what} FROM {decided}"));
            assert!(plan.starts_with("SEARCH redemptions USING COVERING INDEX"), "{plan}");
            assert!(plan.ends_with("(code_key=? AND generation=?)"), "{plan}");
        }
    }
    for decided in activity::DECIDED_SINCE {
        let plan = plan(format!("SELECT d.finished_at / 7, d.outcome, count(*) FROM {decided} GROUP BY 1, 2"));
        assert!(plan.contains("SEARCH d USING COVERING INDEX redemptions_"), "{plan}");
        assert!(plan.contains("(code_key=? AND generation=? AND finished_at>?)"), "{plan}");
    }
}
