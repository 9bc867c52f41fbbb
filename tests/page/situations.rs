//! Fixed situations of a bot.

use std::collections::BTreeMap;
use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::channel::Blocked;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::health::{
    Connection, DiscordStatus, EnginePhase, EngineStatus, FailingFeed, FeedStatus, Feeds, Health, InstanceHealth, Part,
    PostStatus, ReplicaState, ReplicaStatus, Standing,
};
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::GuildId;
use giftcode_bot::domain::redeeming::breaker::{Cause, Trouble};
use giftcode_bot::ops::page::{Figures, HOURS, Snapshot};
use giftcode_bot::runtime::metrics::CallBucket;
use giftcode_bot::store::{
    Arrival, CodeOutcomes, CodePosts, GuildsReport, HourOutcomes, LatestCode, PausedGuild, PausedGuilds, Queue,
    RefusingGuild,
};
use jiff::Timestamp;

const FEEDS: [&str; 3] = ["wostools.net/api/gift-codes", "wosrewards.com/api/codes", "gift-codes.example.org/feed.xml"];

/// The moment of all situations.
pub fn now() -> Timestamp {
    "2026-11-26T10:52:30Z".parse().unwrap()
}

/// So many seconds before now.
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - seconds).unwrap()
}

pub fn all() -> Vec<(&'static str, Snapshot)> {
    vec![
        ("healthy", healthy()),
        ("degraded", degraded()),
        ("empty", empty()),
        ("large", large()),
        ("sandbox", sandbox()),
        ("standby", standby()),
        ("starting", starting()),
        ("blocked", blocked()),
        ("unread", unread()),
    ]
}

fn limit() -> Option<RateLimit> {
    Some(RateLimit { calls: 30, window: Duration::from_secs(60) })
}

fn feed(name: &str, read: i64) -> FeedStatus {
    FeedStatus { name: name.to_owned(), polls: 900, read_at: Some(ago(read)), failing: None }
}

fn health() -> Health {
    let discord = DiscordStatus {
        connection: Connection::Connected { since: ago(200_000) },
        latency: Some(Duration::from_millis(84)),
        servers: 3,
    };
    Health {
        feeds: Feeds(FEEDS.iter().zip([3, 6, 9]).map(|(name, read)| feed(name, read)).collect()),
        posts: Ok(PostStatus::default()),
        replica: Ok(ReplicaStatus { is_used: true, size: Some((45 << 20, 512 << 20)), ..ReplicaStatus::default() }),
        engine: EngineStatus { limit: limit(), ..EngineStatus::default() },
        discord: Some(discord),
        failing_backup: None,
    }
}

fn instance(standing: Standing, parts: Option<Health>) -> InstanceHealth {
    InstanceHealth { standing, started_at: ago(432_000), parts }
}

fn snapshot(instance: InstanceHealth, figures: Option<Figures>) -> Snapshot {
    let parts = [Part::Leadership, Part::Discord, Part::Feeds, Part::Posts, Part::Stores, Part::Engine];
    let problems = instance.problems(now());
    let well = parts.into_iter().filter(|part| problems.iter().all(|problem| problem.part != *part));
    let well_since: BTreeMap<Part, Timestamp> =
        well.zip([432_000, 200_000, 7_300, 432_000, 61_000, 4_000]).map(|(part, since)| (part, ago(since))).collect();
    Snapshot {
        now: now(),
        standing_since: ago(431_990),
        well_since,
        instance,
        figures: figures.map(Ok),
        calls: Vec::new(),
    }
}

fn arrivals(seen: i64, delays: &[(usize, i64)]) -> Vec<Arrival> {
    let arrival =
        |(feed, delay): &(usize, i64)| Arrival { feed: FEEDS[*feed].to_owned(), at: ago(seen - delay), is_news: true };
    delays.iter().map(arrival).collect()
}

fn code(name: &str, seen: i64, delays: &[(usize, i64)], outcomes: CodeOutcomes) -> LatestCode {
    LatestCode {
        code: Code::parse(name).unwrap(),
        generation: 1,
        seen_at: Some(ago(seen)),
        is_listed: true,
        expires_at: None,
        invalidated: None,
        arrivals: arrivals(seen, delays),
        posts: CodePosts {
            posted: 3,
            waiting: 0,
            planned_at: Some(ago(seen)),
            first_at: Some(ago(seen - 2)),
            last_at: Some(ago(seen - 3)),
        },
        outcomes,
    }
}

fn done(seen: i64, [granted, already, failed, gave_up]: [u32; 4], took: i64) -> CodeOutcomes {
    CodeOutcomes { granted, already, failed, gave_up, waiting: 0, done_at: Some(ago(seen - took)) }
}

fn codes() -> Vec<LatestCode> {
    let running = CodeOutcomes { granted: 361, already: 4, waiting: 55, ..CodeOutcomes::default() };
    let expired = Some(Status::TimeError);
    let mut codes = vec![
        code("WINTER2026", 540, &[(1, 0), (0, 18), (2, 300)], running),
        code("gogoWOS", 9_000, &[(0, 0), (1, 7)], done(9_000, [398, 20, 2, 0], 860)),
        code("THANKS4ALL", 40_000, &[(0, 0), (1, 42), (2, 4_000)], done(40_000, [210, 205, 3, 2], 855)),
        code("FROSTDAY", 90_000, &[(1, 0), (0, 12)], done(90_000, [400, 12, 6, 2], 1_700)),
        code("SNOWFALL7", 130_000, &[(0, 0), (1, 3), (2, 9_000)], done(130_000, [411, 5, 4, 0], 840)),
        code("OFFICIALSTORE26", 300_000, &[(0, 0)], done(300_000, [380, 31, 9, 0], 900)),
        code("WOS1124", 400_000, &[(1, 0), (0, 55)], done(400_000, [405, 10, 5, 0], 850)),
        code("SPECIALPACK", 500_000, &[(0, 0), (1, 30)], done(500_000, [0, 0, 2, 0], 20)),
        code("Furnace30", 700_000, &[(1, 0), (0, 20)], done(700_000, [399, 15, 6, 0], 870)),
        code("WOSANNIVERSARY3", 800_000, &[(0, 0), (1, 8)], done(800_000, [404, 16, 0, 0], 845)),
        code("HELLO2026", 900_000, &[(1, 0), (0, 19), (2, 800)], done(900_000, [401, 19, 0, 0], 852)),
    ];
    for (place, invalidated) in
        [(5, expired.clone()), (7, Some(Status::CdkNotFound)), (8, expired), (9, Some(Status::Used))]
    {
        codes[place].invalidated = invalidated;
    }
    codes[6].generation = 2;
    codes[10].is_listed = false;
    codes[7].posts = CodePosts::default();
    codes
}

/// Two days with their tides.
fn hours(scale: u32) -> Vec<HourOutcomes> {
    let first = now().as_second().div_euclid(3600) - i64::from(HOURS) + 1;
    let hour = |place: u32| {
        let busy = [30, 0, 0, 4, 12, 0, 0, 0, 240, 180, 2, 0, 0, 0, 0, 8, 0, 300, 120, 0, 0, 1, 0, 0]
            [(place % 24) as usize]
            * scale;
        HourOutcomes {
            from: Timestamp::from_second((first + i64::from(place)) * 3600).unwrap(),
            granted: busy,
            already: busy / 6,
            failed: busy / 30,
            gave_up: busy / 100,
        }
    };
    (0..HOURS).map(hour).collect()
}

/// The calls of the last two days, with a night without any.
fn calls() -> Vec<CallBucket> {
    let first = now().as_second().div_euclid(600) - 287;
    let bucket = |place: i64| {
        let tide = u32::try_from(place % 144).unwrap();
        let calls = if tide < 50 { tide * 5 } else { 300 - tide * 2 };
        let median = Duration::from_millis(180 + u64::from(calls) + u64::from(tide % 7) * 30);
        CallBucket {
            begins_at: Timestamp::from_second((first + place) * 600).unwrap(),
            calls,
            allowed: Some(300),
            median,
            p95: median * 3,
            longest: median * 9,
        }
    };
    (0..288).filter(|place| !(100..130).contains(place)).map(bucket).collect()
}

fn figures() -> Figures {
    Figures {
        codes: codes(),
        queue: Queue { waiting: 55, tried: 3, codes: 1, decided: 82, decided_since: Some(ago(178)) },
        hours: hours(1),
        guilds: GuildsReport { guilds: 3, with_channel: 3, players: 420, ..GuildsReport::default() },
    }
}

pub fn healthy() -> Snapshot {
    let snapshot = snapshot(instance(Standing::Active, Some(health())), Some(figures()));
    Snapshot { calls: calls(), ..snapshot }
}

pub fn degraded() -> Snapshot {
    let mut parts = health();
    let down = Connection::Down { since: ago(2_850), until: ago(-40), reason: "HTTP 403".into() };
    parts.discord = Some(DiscordStatus { connection: down, latency: None, servers: 38 });
    parts.feeds.0[1].failing = Some(FailingFeed { since: ago(2_840), error: "answers HTTP 502".into() });
    parts.feeds.0[2].failing = Some(FailingFeed {
        since: ago(260_000),
        error: "cannot be reached: the name gift-codes.example.org is not known".into(),
    });
    parts.posts = Ok(PostStatus { failing_guilds: 2 });
    parts.replica = Ok(ReplicaStatus {
        is_used: true,
        state: ReplicaState::Silent,
        unsent: 214,
        oldest_unsent: Some(Duration::from_secs(2_700)),
        ..ReplicaStatus::default()
    });
    let trouble = Trouble { cause: Cause::Deployment, evidence: Status::Forbidden, since: Duration::from_secs(60) };
    parts.engine.phase = EnginePhase::Open { trouble, since: ago(2_820) };
    let mut figures = figures();
    figures.queue = Queue { waiting: 388, tried: 12, codes: 2, decided: 0, decided_since: None };
    figures.codes[0].posts = CodePosts { posted: 1, waiting: 2, ..figures.codes[0].posts };
    let paused = |place: u64, why, since: Option<i64>, resume: Option<i64>| PausedGuilds {
        why: Some(why),
        count: 1,
        guilds: vec![PausedGuild {
            server: GuildId(1_165_706_299_393_183_040 + place),
            alliance: None,
            since: since.map(ago),
            resume_at: resume.map(|seconds| ago(-seconds)),
        }],
    };
    figures.guilds = GuildsReport {
        guilds: 41,
        with_channel: 38,
        without_posts: 5,
        players: 5_210,
        paused: vec![
            paused(1, Blocked::MissingAccess, Some(90_000), None),
            paused(2, Blocked::UnknownChannel, None, None),
            paused(3, Blocked::TimedOut, Some(3_000), Some(600)),
        ],
        refusing: 2,
        refusing_guilds: vec![
            RefusingGuild {
                server: GuildId(981_234_567_890_123_456),
                alliance: Some("ICE & Fire".into()),
                since: ago(2_700),
                reason: "HTTP 500 Internal Server Error".into(),
            },
            RefusingGuild {
                server: GuildId(981_234_567_890_123_457),
                alliance: None,
                since: ago(90),
                reason: "Discord did not answer within 10 s".into(),
            },
        ],
    };
    snapshot(instance(Standing::Active, Some(parts)), Some(figures))
}

pub fn empty() -> Snapshot {
    let mut parts = health();
    parts.feeds = Feeds(vec![FeedStatus { name: FEEDS[0].to_owned(), ..FeedStatus::default() }]);
    parts.replica = Ok(ReplicaStatus::default());
    parts.discord = Some(DiscordStatus::connecting(ago(2)));
    let hours = hours(0);
    let mut snapshot = snapshot(instance(Standing::Active, Some(parts)), Some(Figures { hours, ..Figures::default() }));
    snapshot.instance.started_at = ago(4);
    snapshot.standing_since = ago(2);
    snapshot.well_since.values_mut().for_each(|since| *since = ago(4));
    snapshot
}

/// 10,000 players, 1,000 paused servers, 64 feeds with the longest names, and errors without a place to break.
pub fn large() -> Snapshot {
    let mut parts = health();
    let name =
        |place: usize| format!("{}{place}.example.org/{}", "very-long-subdomain-of-a-feed".repeat(2), "x".repeat(300));
    let failing =
        |place: usize| FailingFeed { since: ago(5_000), error: format!("answers {}{place}", "W".repeat(500)) };
    let status = |place: usize| FeedStatus {
        name: name(place),
        polls: 5,
        read_at: Some(ago(5)),
        failing: place.is_multiple_of(9).then(|| failing(place)),
    };
    parts.feeds = Feeds((0..64).map(status).collect());
    parts.engine.phase = EnginePhase::Limited { until: ago(-20) };
    let mut figures = figures();
    for (place, code) in figures.codes.iter_mut().enumerate() {
        let seen = 4_000 + place as i64 * 50_000;
        code.code = Code::parse(&format!("{}{place:02}", "W".repeat(30))).unwrap();
        let arrival =
            |feed: usize| Arrival { feed: name(feed), at: ago(seen - feed as i64 * 61), is_news: feed % 5 != 4 };
        code.arrivals = (0..64).map(arrival).collect();
        code.seen_at = Some(ago(seen));
        code.posts = CodePosts {
            posted: 998,
            waiting: 202,
            planned_at: code.seen_at,
            first_at: code.seen_at,
            last_at: code.seen_at,
        };
        code.outcomes =
            CodeOutcomes { granted: 7_211, already: 1_409, failed: 88, gave_up: 12, waiting: 1_280, done_at: None };
    }
    figures.queue = Queue { waiting: 15_360, tried: 4_410, codes: 12, decided: 90, decided_since: Some(ago(179)) };
    figures.hours = hours(900);
    let paused = (1..=10).map(|place| PausedGuild {
        server: GuildId(u64::MAX - place),
        alliance: None,
        since: Some(ago(90_000)),
        resume_at: None,
    });
    let paused = PausedGuilds { why: Some(Blocked::MissingPermissions), count: 1_000, guilds: paused.collect() };
    figures.guilds = GuildsReport {
        guilds: 1_200,
        with_channel: 1_200,
        without_posts: 1_000,
        players: 10_000,
        paused: vec![paused],
        ..GuildsReport::default()
    };
    snapshot(instance(Standing::Active, Some(parts)), Some(figures))
}

/// What a newcomer sees first.
pub fn sandbox() -> Snapshot {
    let mut parts = health();
    parts.discord = None;
    parts.replica = Ok(ReplicaStatus::default());
    parts.feeds = Feeds(vec![feed("the simulated feed", 1)]);
    parts.engine.limit = Some(RateLimit { calls: 30, window: Duration::from_secs(3) });
    let mut figures = figures();
    figures.codes.truncate(4);
    for code in &mut figures.codes {
        code.arrivals.truncate(1);
        code.arrivals[0].feed = "the simulated feed".to_owned();
    }
    let mut snapshot = snapshot(instance(Standing::Active, Some(parts)), Some(figures));
    snapshot.instance.started_at = ago(45);
    snapshot.standing_since = ago(45);
    snapshot.well_since.values_mut().for_each(|since| *since = ago(45));
    snapshot
}

pub fn standby() -> Snapshot {
    snapshot(instance(Standing::Standby, None), None)
}

pub fn starting() -> Snapshot {
    snapshot(instance(Standing::Starting, None), None)
}

pub fn blocked() -> Snapshot {
    snapshot(instance(Standing::Blocked("MongoDB does not answer, and MONGODB_REQUIRED is true".into()), None), None)
}

pub fn unread() -> Snapshot {
    let mut snapshot = snapshot(instance(Standing::Active, None), None);
    snapshot.figures = Some(Err("it has not answered for 3 s".into()));
    snapshot
}
