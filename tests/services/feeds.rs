//! Feeds in every shape, failing, hanging and contradicting each other, with the real watcher, client and poster.

use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::codes::listing::KnownCode;
use giftcode_bot::domain::players::player::ChannelId;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::feed::{FeedEntry, FeedFault, FeedSim};
use giftcode_bot::sandbox::posts::TerminalAnnouncer;
use giftcode_bot::services::health::{HealthLog, HealthMonitor};
use giftcode_bot::services::poster::Poster;
use giftcode_bot::services::watcher::Watcher;
use giftcode_bot::store::{StateKind, Store};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::support::{GUILD, HOUR, Lines, code};
use crate::watching::{always, client, entry, settings};
use crate::with_tables::with_tables;

const S: fn(u64) -> Duration = Duration::from_secs;

/// The posts: how long after the start, which code, and which generation.
type Posted = std::sync::Arc<std::sync::Mutex<Vec<(u64, String, u32)>>>;

/// A bot with one server that wants posts, in a world that starts at a given time.
struct Bot {
    folder: TempDir,
    clock: Clock,
    store: Store,
    posted: Posted,
    at_work: Vec<AbortOnDropHandle<anyhow::Result<()>>>,
}

impl Bot {
    async fn new(now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(now.parse().unwrap());
        let store = Store::open(with_tables(&folder.path().join("giftcode.db")), StateKind::Bot, clock).unwrap();
        store.guilds().set_channel(GUILD, ChannelId(2)).await.unwrap();
        Self { folder, clock, store, posted: Posted::default(), at_work: Vec::new() }
    }

    fn feed(&self, entries: Vec<FeedEntry>) -> FeedSim {
        FeedSim::start(entries, self.clock.now(), self.clock).unwrap()
    }

    /// Starts the watcher of these feeds, and a poster.
    fn start(&mut self, feeds: &[&FeedSim], interval: Duration) {
        self.at_work.clear();
        let watcher = Watcher::new(client(feeds), self.store.listings(), self.clock, settings(interval));
        let (posted, started) = (self.posted.clone(), Instant::now());
        let show = move |message: &giftcode_bot::ports::Announcement| {
            let shown = message.codes.iter().map(|c| (started.elapsed().as_secs(), c.code.to_string(), c.generation));
            posted.lock().unwrap().extend(shown);
        };
        let announcer = TerminalAnnouncer::open(&self.folder.path().join("posts"), show, |_| {}).unwrap();
        let poster = Poster::new(announcer, self.store.posts(), self.store.guilds(), self.clock);
        let token = CancellationToken::new;
        let health = HealthMonitor::new(
            self.store.reports(),
            self.store.sync_log(),
            watcher.status(),
            watch::Sender::default().subscribe(),
        );
        let health = HealthLog::new(health, self.clock);
        self.at_work = vec![
            AbortOnDropHandle::new(tokio::spawn(Arc::new(watcher).run(token()))),
            AbortOnDropHandle::new(tokio::spawn(Arc::new(poster).run(token()))),
            AbortOnDropHandle::new(tokio::spawn(Arc::new(health).run(token()))),
        ];
    }

    fn posted(&self) -> Vec<(String, u32)> {
        self.posted.lock().unwrap().iter().map(|(_, code, generation)| (code.clone(), *generation)).collect()
    }

    async fn known(&self, text: &str) -> KnownCode {
        self.store.reports().known_codes().await.unwrap()[&code(text).key()].clone()
    }

    /// The codes that are active according to their feeds, as spelled.
    async fn active(&self) -> Vec<String> {
        let known = self.store.reports().known_codes().await.unwrap().into_values();
        let is_active = |c: &KnownCode| c.listed && c.expires_at.is_none_or(|at| at > self.clock.now());
        known.filter(is_active).map(|c| c.code.to_string()).collect()
    }
}

const NOW: &str = "2026-11-25T12:00:00Z";

fn raw(body: impl Into<String>) -> Option<FeedFault> {
    Some(FeedFault::Raw(body.into()))
}

/// Every one of its codes says in words that it ended on 2026-11-20.
#[tokio::test(start_paused = true)]
async fn case_17_codes_that_ended_in_whatever_words_are_not_posted() {
    let lines = Lines::capture();
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![]);
    feed.set_fault(raw(include_str!("cases/17-feed.json")));
    bot.start(&[&feed], S(10));
    sleep(S(60)).await;
    assert_eq!((bot.posted(), bot.active().await), (vec![], vec![]));
    assert_eq!(lines.count("Successfully fetched"), 1, "{:?}", lines.all());
}

#[tokio::test(start_paused = true)]
async fn case_01_codes_with_invisible_characters_are_read() {
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![]);
    feed.set_fault(raw(include_str!("cases/01-feed.json")));
    bot.start(&[&feed], S(10));
    sleep(S(5)).await;
    assert_eq!(bot.active().await, ["RLMCODE1", "ZWSPCODE2"]);
}

#[tokio::test(start_paused = true)]
async fn every_shape_is_read() {
    for (shape, body) in [
        (
            "wostools",
            r#"{"success":true,"codes":[{"code":"ONE1","status":"Active"},{"code":"OFF1","status":"expired"}]}"#,
        ),
        ("giftcode", r#"{"codes":[{"giftcode":"ONE1","is_active":true},{"giftcode":"OFF1","is_active":false}]}"#),
        (
            "isActive",
            r#"{"codes":[{"code":"ONE1","isActive":true,"date_added":"2026-11-01"},{"code":"OFF1","isActive":0}]}"#,
        ),
        ("a list", r#"[{"code":"ONE1"},{"code":"OFF1","expired":true},{"code":"OFF2","isExpired":"true"}]"#),
        ("texts with dates", r#"{"codes":["ONE1 05.11.2026"]}"#),
        ("texts with other dates", r#"["ONE1 2026-11-05"]"#),
        ("kingshot", r#"{"status":"success","data":{"giftCodes":[{"code":"ONE1","expiresAt":null}]}}"#),
        ("giftCodes", r#"{"giftCodes":[{"code":"ONE1"}]}"#),
        (
            "community",
            r#"{"maintainedBy":"x","updatedAt":"2026-11-01","codes":[{"code":"ONE1","status":"active","firstSeenAt":"x"}]}"#,
        ),
        (
            "RSS",
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Codes</title>\
             <link>https://x.example</link><description>All &amp; more</description><item><title><![CDATA[ ONE1 ]]></title>\
             <link>https://x.example/1</link><guid>1</guid><pubDate>Thu, 20 Nov 2025 10:00:00 +0000</pubDate></item>\
             </channel></rss>",
        ),
    ] {
        let mut bot = Bot::new(NOW).await;
        let feed = bot.feed(vec![]);
        feed.set_fault(raw(body));
        bot.start(&[&feed], S(10));
        sleep(S(5)).await;
        assert_eq!(bot.active().await, ["ONE1"], "{shape}");
    }
}

/// Whatever one feed does, the other's code is posted within the interval and a second.
#[tokio::test(start_paused = true)]
async fn a_feed_that_hangs_or_fails_delays_no_other() {
    for fault in [FeedFault::Hang, FeedFault::Status(502), FeedFault::TooMany(3600), FeedFault::Huge, FeedFault::Html] {
        let mut bot = Bot::new(NOW).await;
        let broken = bot.feed(vec![]);
        broken.set_fault(Some(fault.clone()));
        let good = bot.feed(vec![always("OLD1"), entry("NEW1", vec![(S(103), None)])]);
        bot.start(&[&broken, &good], S(10));
        sleep(S(200)).await;
        let posted = bot.posted.lock().unwrap().clone();
        let at = posted.iter().find(|(_, code, _)| code == "NEW1").unwrap_or_else(|| panic!("{fault:?}")).0;
        assert!((103..=114).contains(&at), "{fault:?}: {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_asks_for_a_wait_is_polled_no_more_often() {
    let mut bot = Bot::new(NOW).await;
    let (busy, silent) = (bot.feed(vec![always("A1")]), bot.feed(vec![always("B1")]));
    let good = bot.feed(vec![always("C1")]);
    busy.set_fault(Some(FeedFault::TooMany(7200)));
    silent.set_fault(Some(FeedFault::Status(429)));
    bot.start(&[&busy, &silent, &good], S(10));
    sleep(S(10_000)).await;
    assert_eq!(busy.requests().0, 2, "every two hours");
    // Five with the interval between them, then 20, 40, 80, 160 and 300 s apart.
    assert!(silent.requests().0 <= 5 + 4 + 33, "{}", silent.requests().0);
    assert!(good.requests().0 >= 999, "{}", good.requests().0);
    busy.set_fault(None);
    silent.set_fault(None);
    sleep(S(7200)).await;
    assert_eq!(bot.active().await, ["A1", "B1", "C1"]);
}

/// OFFICIALSTORE expired and was valid again a month later, and no feed ever gave an expiry.
#[tokio::test(start_paused = true)]
async fn a_code_that_went_away_for_six_hours_is_posted_again_and_a_flicker_is_not() {
    let mut bot = Bot::new(NOW).await;
    let (gone, back) = (2 * HOUR, 9 * HOUR);
    let flicker = vec![(S(0), Some(HOUR)), (6 * HOUR, None)];
    let feed = bot.feed(vec![
        entry("OFFICIALSTORE", vec![(S(0), Some(gone)), (back, None)]),
        entry("FLICKER1", flicker),
        always("STAYS1"),
    ]);
    bot.start(&[&feed], S(60));
    sleep(12 * HOUR).await;
    let once = |text: &str, generation| (text.to_owned(), generation);
    let mut posted = bot.posted();
    posted.sort();
    assert_eq!(posted, [once("FLICKER1", 1), once("OFFICIALSTORE", 1), once("OFFICIALSTORE", 2), once("STAYS1", 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_code_called_inactive_ends_like_an_expired_one_and_is_reactivated_after_six_hours() {
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![]);
    let says = |status: &str| {
        raw(format!(r#"{{"codes":[{{"code":"STORE1","status":"{status}"}},{{"code":"OTHER1","status":"active"}}]}}"#))
    };
    feed.set_fault(says("active"));
    bot.start(&[&feed], S(60));
    sleep(HOUR).await;
    feed.set_fault(says("expired"));
    sleep(HOUR).await;
    let ended = bot.known("STORE1").await;
    assert!(!ended.listed && ended.expires_at.is_some_and(|at| at <= bot.clock.now()), "{ended:?}");
    // A feed that corrects itself within hours was wrong: the same code continues.
    feed.set_fault(says("active"));
    sleep(HOUR).await;
    let again = bot.known("STORE1").await;
    assert_eq!((again.generation, again.listed, again.expires_at), (1, true, None));
    feed.set_fault(says("expired"));
    sleep(7 * HOUR).await;
    feed.set_fault(says("active"));
    sleep(HOUR).await;
    assert_eq!(bot.known("STORE1").await.generation, 2);
    assert_eq!(bot.posted().iter().filter(|(code, _)| code == "STORE1").count(), 2);
    // A missing code has not expired.
    feed.set_fault(raw(r#"{"codes":["OTHER1"]}"#));
    sleep(HOUR).await;
    let absent = bot.known("STORE1").await;
    assert_eq!((absent.listed, absent.expires_at), (false, None));
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_believed_after_an_hour_unless_another_feed_contradicts_it() {
    let lines = Lines::capture();
    let mut bot = Bot::new(NOW).await;
    let (alone, other) = (bot.feed(vec![always("A1"), always("BOTH1")]), bot.feed(vec![always("BOTH1")]));
    bot.start(&[&alone, &other], S(60));
    sleep(HOUR / 2).await;
    alone.set_fault(Some(FeedFault::Empty));
    sleep(5 * HOUR).await;
    assert_eq!(bot.active().await, ["A1", "BOTH1"], "the other feed lists one of its codes");
    let said =
        lines.all().iter().filter(|line| line.starts_with("The feed ") && line.contains("an empty list")).count();
    assert_eq!(said, 1);
    other.set_fault(raw(r#"{"codes":["OTHER1"]}"#));
    sleep(S(120)).await;
    assert_eq!(bot.active().await, ["OTHER1"], "nobody contradicts it any more, and the hour is over");
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![always("A1")]);
    bot.start(&[&feed], S(60));
    sleep(S(90)).await;
    feed.set_fault(Some(FeedFault::Empty));
    sleep(HOUR - S(120)).await;
    assert_eq!(bot.active().await, ["A1"]);
    sleep(S(300)).await;
    assert_eq!(bot.active().await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_list_without_a_usable_entry_is_that_feeds_error() {
    let lines = Lines::capture();
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![]);
    feed.set_fault(raw(r#"{"codes":[{"coupon":"NEW1"},{"coupon":"NEW2"}]}"#));
    bot.start(&[&feed], S(10));
    sleep(S(1010)).await;
    let said = lines.all();
    assert!(said.iter().any(|line| line.contains("lists 2 entries, but none is a code")), "{said:?}");
    assert_eq!((lines.count("Successfully fetched"), lines.count("📊 Health check: Gift code poster healthy")), (0, 0));
    assert_eq!(lines.count("📊 Health check: Gift code poster degraded"), 1, "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_entry_is_logged_once() {
    let lines = Lines::capture();
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![]);
    feed.set_fault(raw(
        r#"{"codes":[{"code":"GOOD1","expiry":"when the\nsnow melts"},{"code":"GOOD2","expiry":"Unknown"},"two words here"]}"#,
    ));
    bot.start(&[&feed], S(10));
    sleep(S(600)).await;
    assert_eq!(bot.active().await, ["GOOD1", "GOOD2"], "a code is rather tried than lost");
    let named = lines.all().into_iter().filter(|line| line.contains("cannot be read")).collect::<Vec<_>>();
    assert_eq!(named.len(), 2, "{named:?}");
    assert!(named[0].contains("“when the snow melts”") && named[1].contains("two words here"), "{named:?}");
}

/// Rewards, spelling and the latest expiry are combined from all feeds. A failing feed changes nothing.
#[tokio::test(start_paused = true)]
async fn several_feeds_agree() {
    let mut bot = Bot::new(NOW).await;
    let (first, second) = (bot.feed(vec![]), bot.feed(vec![]));
    first.set_fault(raw(r#"{"codes":[{"code":"gogoWOS","expiry":"2026-12-01"}]}"#));
    second.set_fault(raw(r#"{"codes":[{"code":"GOGOWOS","expiry":"2026-12-24 12:00","rewards":"Gems"}]}"#));
    bot.start(&[&first, &second], S(10));
    sleep(S(30)).await;
    let expected = |known: &KnownCode| {
        let at = known.expires_at.map(|at| at.to_string());
        (known.code.to_string(), known.rewards.clone().unwrap_or_default(), at.unwrap_or_default())
    };
    let both = ("gogoWOS".to_owned(), "Gems".to_owned(), "2026-12-24T12:00:00Z".to_owned());
    assert_eq!(expected(&bot.known("gogoWOS").await), both);
    second.set_fault(Some(FeedFault::HalfJson));
    sleep(S(600)).await;
    assert_eq!(expected(&bot.known("gogoWOS").await), both, "a failed poll changes nothing");
    // Both move the date; the later one counts.
    first.set_fault(raw(r#"{"codes":[{"code":"gogoWOS","expiry":"2027-01-06 00:00"}]}"#));
    sleep(S(30)).await;
    assert_eq!(expected(&bot.known("gogoWOS").await).2, "2027-01-06T23:59:59Z");
}

/// The end moves while the code is listed. Within hours the post continues; later it is a new generation.
#[tokio::test(start_paused = true)]
async fn an_expiry_that_is_extended() {
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![]);
    let until = |expiry: &str| raw(format!(r#"{{"codes":[{{"code":"SOON1","expiry":"{expiry}"}}]}}"#));
    feed.set_fault(until("2026-11-25 14:00"));
    bot.start(&[&feed], S(60));
    sleep(3 * HOUR).await;
    assert_eq!(bot.active().await, Vec::<String>::new());
    feed.set_fault(until("2026-11-25 20:00"));
    sleep(HOUR).await;
    assert_eq!((bot.active().await, bot.known("SOON1").await.generation), (vec!["SOON1".to_owned()], 1));
    sleep(11 * HOUR).await;
    feed.set_fault(until("2026-12-25 20:00"));
    sleep(HOUR).await;
    assert_eq!((bot.active().await, bot.known("SOON1").await.generation), (vec!["SOON1".to_owned()], 2));
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_is_dead_or_not_asked_any_more_keeps_nothing_alive_and_its_return_is_no_news() {
    let lines = Lines::capture();
    let mut bot = Bot::new(NOW).await;
    let (dies, lives) = (bot.feed(vec![always("ALONE1"), always("BOTH1")]), bot.feed(vec![always("BOTH1")]));
    bot.start(&[&dies, &lives], S(600));
    sleep(HOUR).await;
    dies.set_fault(Some(FeedFault::Status(503)));
    sleep(6 * 24 * HOUR).await;
    assert_eq!(bot.active().await, ["ALONE1", "BOTH1"]);
    sleep(30 * HOUR).await;
    assert_eq!(bot.active().await, ["BOTH1"]);
    assert_eq!(lines.all().iter().filter(|line| line.contains("has not answered for 7 days")).count(), 1);
    dies.set_fault(None);
    sleep(2 * HOUR).await;
    assert_eq!(bot.active().await, ["ALONE1", "BOTH1"]);
    // Removed from the configuration, and added again a week later.
    bot.start(&[&lives], S(600));
    sleep(HOUR).await;
    assert_eq!(bot.active().await, ["BOTH1"]);
    sleep(7 * 24 * HOUR).await;
    bot.start(&[&dies, &lives], S(600));
    sleep(HOUR).await;
    assert_eq!(bot.active().await, ["ALONE1", "BOTH1"]);
    assert_eq!(bot.known("ALONE1").await.generation, 1, "it never said that the code had ended");
    assert_eq!(bot.posted().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_typed_code_takes_the_feeds_spelling_and_time() {
    let mut bot = Bot::new(NOW).await;
    let feed = bot.feed(vec![entry("WOS1105", vec![(HOUR, None)])]);
    bot.store.codes().add_code(code("wos1105")).await.unwrap();
    bot.start(&[&feed], S(10));
    sleep(HOUR + S(20)).await;
    assert_eq!(bot.posted(), [("WOS1105".to_owned(), 1)]);
    let first_seen: Timestamp = bot.store.reports().first_seen(code("WOS1105").key()).await.unwrap().unwrap();
    assert!(first_seen.duration_since(NOW.parse().unwrap()).as_secs() >= 3600, "{first_seen}");
}
