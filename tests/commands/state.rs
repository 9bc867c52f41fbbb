//! `state export` and `state import`.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State, UserId};
use giftcode_bot::feeds::FeedClient;
use giftcode_bot::ports::Announcement;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::config::Feed;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::feed::{FeedEntry, FeedSim};
use giftcode_bot::sandbox::posts::TerminalAnnouncer;
use giftcode_bot::services::poster::Poster;
use giftcode_bot::services::watcher::{Watcher, WatcherSettings};
use giftcode_bot::store::{StateKind, Store};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{bot, output, text};

pub fn open(folder: &Path, name: &str) -> Store {
    Store::open(&folder.join(name), StateKind::Bot, Clock::system()).unwrap()
}

/// Runs `state` with these arguments. Returns standard output on success, or the one line of a refusal.
pub async fn state(folder: &Path, file: &str, args: [&str; 2]) -> Result<String, String> {
    let mut command = bot(folder);
    command.arg("state").args(args).env("STATE_FILE", file);
    let output = output(command).await;
    if output.status.success() {
        assert_eq!(text(&output.stderr), "");
        return Ok(text(&output.stdout));
    }
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    Err(stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_imports_to_the_same_state_and_can_be_imported_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    let guild = AllianceId(u64::MAX - 5);
    store.guilds().set_channel(guild, ChannelId(8)).await.unwrap();
    store.guilds().set_auto_redeem(guild, true).await.unwrap();
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: "Frost, \"Lord\" ❄".into(),
        state: State::new(245),
        furnace_level: Some(30),
    };
    store.rosters().add_to_roster(guild, (1..=1200).map(player).collect()).await.unwrap();
    let entries = ["gogoWOS", "WOS1105"].map(|code| Entry::active(Code::parse(code).unwrap()));
    let answer = FeedAnswer::new("feed", entries.into());
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::ZERO).await.unwrap();
    store.posts().plan().await.unwrap();
    drop(store);
    let path = folder.path();
    let said = state(path, "a.db", ["export", "one.json"]).await.unwrap();
    // 1 guild, 1200 players on its roster, 2 codes, 2 posts, 2400 redemptions, 2 batches, 2 listings.
    assert_eq!(said, "4809 records written to one.json.\n");
    let said = state(path, "b.db", ["import", "one.json"]).await.unwrap();
    assert_eq!(said, "4809 records read from one.json; 4809 taken over, the others were here already.\n");
    state(path, "b.db", ["export", "two.json"]).await.unwrap();
    let read = |name: &str| std::fs::read(path.join(name)).unwrap();
    assert!(read("one.json") == read("two.json"), "the round trip changes nothing");
    assert!(serde_json::from_slice::<serde_json::Value>(&read("one.json")).is_ok());
    let said = state(path, "b.db", ["import", "one.json"]).await.unwrap();
    assert!(said.contains("; 0 taken over"), "{said}");
}

/// While a bot runs, an export works and has everything that was committed; an import is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_made_beside_a_bot_at_work_and_changes_nothing_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let store = open(path, "a.db");
    store.guilds().set_channel(AllianceId(1), ChannelId(2)).await.unwrap();
    let player =
        |id| Player { id: PlayerId::new(id).unwrap(), nickname: String::new(), state: None, furnace_level: None };
    let (stop, writing) = (CancellationToken::new(), store.clone());
    let stopped = stop.clone();
    let busy = tokio::spawn(async move {
        let mut written = 0;
        while !stopped.is_cancelled() {
            written += 1;
            writing.rosters().add_to_roster(AllianceId(1), vec![player(written)]).await.unwrap();
        }
        written
    });
    store.rosters().add_to_roster(AllianceId(1), (100_000..100_500).map(player).collect()).await.unwrap();
    let said = state(path, "a.db", ["export", "one.json"]).await.unwrap();
    assert!(said.ends_with("records written to one.json.\n"), "{said}");
    let refused = state(path, "a.db", ["import", "one.json"]).await.unwrap_err();
    assert!(refused.contains("is in use"), "{refused}");
    stop.cancel();
    let written = busy.await.unwrap();
    assert!(written > 1);
    drop(store);
    state(path, "b.db", ["import", "one.json"]).await.unwrap();
    let copied = open(path, "b.db").rosters().roster(AllianceId(1), 0, 1).await.unwrap().total;
    // The records when it began, and perhaps later ones.
    assert!((500..=500 + written).contains(&u64::from(copied)), "{copied} of {written}");
    let left =
        |name: &str| std::fs::read_dir(path).unwrap().filter(|f| f.as_ref().unwrap().file_name() == name).count();
    assert_eq!((left("one.json.copying"), left("one.json")), (0, 1));
    let missing = state(path, "none.db", ["export", "two.json"]).await.unwrap_err();
    assert!(missing.contains("none.db: there is no such file"), "{missing}");
    assert_eq!((left("two.json"), left("two.json.copying"), left("none.db")), (0, 0, 0));
}

/// An export contains erasures, and importing an older one brings nothing back.
#[tokio::test(flavor = "multi_thread")]
async fn erased_records_are_not_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    let (user, id) = (UserId(312_456_789_012_345_678), PlayerId::new(412_987_654_321).unwrap());
    let account = Player { id, nickname: String::new(), state: State::new(245), furnace_level: None };
    store.rosters().link(user, account).await.unwrap();
    store.guilds().set_channel(AllianceId(1), ChannelId(8)).await.unwrap();
    drop(store);
    let path = folder.path();
    state(path, "a.db", ["export", "before.json"]).await.unwrap();
    let store = open(folder.path(), "a.db");
    assert_eq!(store.erasures().forget_user(user).await.unwrap().erased, [id]);
    drop(store);
    let said = state(path, "a.db", ["import", "before.json"]).await.unwrap();
    assert!(said.contains("; 0 taken over, 2 were erased since and stay away"), "{said}");
    let said = state(path, "a.db", ["export", "after.json"]).await.unwrap();
    assert_eq!(said, "3 records written to after.json.\n", "a guild and two erasures");
    let after = std::fs::read_to_string(path.join("after.json")).unwrap();
    assert!(!after.contains(&user.to_string()) && !after.contains(&id.to_string()), "{after}");
    // Into a file that still has all of it.
    state(path, "b.db", ["import", "before.json"]).await.unwrap();
    state(path, "b.db", ["import", "after.json"]).await.unwrap();
    let store = open(folder.path(), "b.db");
    assert!(store.rosters().links(user).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_import_or_export_is_one_line_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let store = open(path, "a.db");
    store.guilds().set_channel(AllianceId(1), ChannelId(2)).await.unwrap();
    drop(store);
    state(path, "a.db", ["export", "good.json"]).await.unwrap();
    assert!(state(path, "a.db", ["export", "good.json"]).await.unwrap_err().contains("it must not exist"));
    let good = std::fs::read_to_string(path.join("good.json")).unwrap();
    for (name, content, part) in [
        ("cut.json", good[..good.len() - 4].to_owned(), "EOF"),
        ("newer.json", good.replace("\"giftcode_bot_state\":1", "\"giftcode_bot_state\":2"), "this program reads 1"),
        ("odd.json", good.replace("\"channel_id\":2", "\"channel_id\":\"x\""), "record 1: its channel_id"),
        (
            "kind.json",
            good.replace("\"guilds\"", "\"guild\""),
            "record 1: its kind “guild” is unknown; if a newer giftcode-bot wrote it, update this one",
        ),
        ("no-kind.json", good.replace("\"kind\":\"guilds\"", "\"a\":1"), "record 1: it has no kind"),
        ("other.json", "{\"players\":[]}".to_owned(), "not a giftcode_state.json"),
        ("none.json", "not JSON".to_owned(), "it is not JSON (line 1"),
    ] {
        std::fs::write(path.join(name), content).unwrap();
        let said = state(path, "new.db", ["import", name]).await.unwrap_err();
        assert!(said.contains(part) && said.contains(name), "{part} in {said}");
    }
    assert!(state(path, "new.db", ["import", "missing.json"]).await.unwrap_err().contains("cannot read missing.json"));
    let new = open(path, "new.db");
    assert_eq!(new.sync_log().page(giftcode_bot::domain::sync::record::RecordKind::Guilds, None, 9).await.unwrap(), []);
}

/// The legacy bot's state has 3 guilds and 40 sent codes, and a feed lists those and a new one. Only the new one is posted.
#[tokio::test(flavor = "multi_thread")]
async fn codes_sent_by_the_legacy_bot_are_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let names: Vec<String> = (1..=40).map(|number| format!("SENT{number:02}")).collect();
    let first = json!({
        "channels": {"11": 21, "12": "22", "13": 23},
        "sent": {"11": names, "12": names[..20], "global": names, "14": ["a b"]},
        "initialized": true,
    });
    std::fs::write(path.join("giftcode_state.json"), first.to_string()).unwrap();
    for taken in
        ["3 channels (0 were set here already and stay), 120 sent codes (0 were known)", "0 channels (3 were set"]
    {
        let said = state(path, "a.db", ["import", "giftcode_state.json"]).await.unwrap();
        assert!(said.contains("left out: \"a b\" sent to \"14\": not a gift code"), "{said}");
        assert!(said.contains(taken), "{said}");
    }
    let clock = Clock::system();
    let store = open(path, "a.db");
    let entry = |name: &String| FeedEntry {
        code: Code::parse(name).unwrap(),
        rewards: "Gems".into(),
        expiry: None,
        windows: vec![(Duration::ZERO, None)],
    };
    let brand_new = "BRANDNEW1".to_owned();
    let feed = FeedSim::start(names.iter().chain([&brand_new]).map(entry).collect(), clock.now(), clock).unwrap();
    let source = Feed { url: feed.url().parse().unwrap(), key: None };
    let client = FeedClient::new(&[source], Duration::from_secs(5)).unwrap();
    let settings =
        WatcherSettings { interval: Duration::from_secs(1), max_consecutive_errors: 5, min_absence: Duration::ZERO };
    let posted = Arc::new(Mutex::new(Vec::new()));
    let shown = posted.clone();
    let show = move |message: &Announcement| {
        let codes: Vec<String> = message.codes.iter().map(|code| code.code.to_string()).collect();
        shown.lock().unwrap().push((message.guild.0, codes));
    };
    let announcer = TerminalAnnouncer::open(&path.join("posts"), show, |_| {}).unwrap();
    let stop = CancellationToken::new();
    let (watcher, poster) = (
        Watcher::new(client, store.listings(), clock, settings),
        Poster::new(announcer, store.posts(), store.guilds(), clock),
    );
    let services = (Arc::new(watcher).run(stop.clone()), Arc::new(poster).run(stop.clone()));
    let running = tokio::spawn(async { tokio::join!(services.0, services.1) });
    while feed.requests().0 < 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    let (watched, sent) = running.await.unwrap();
    watched.and(sent).unwrap();
    let mut posted = posted.lock().unwrap().clone();
    posted.sort();
    assert_eq!(posted, [11, 12, 13].map(|guild| (guild, vec!["BRANDNEW1".to_owned()])));
}
