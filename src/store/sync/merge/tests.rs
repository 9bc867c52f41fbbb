//! Merging between writers whose clocks, words and moments differ.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::domain::codes::code::Code;
use crate::domain::codes::listing::{Entry, FeedAnswer};
use crate::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use crate::domain::sync::record::{Record, RecordKind, Value};
use crate::domain::sync::version::Version;
use crate::runtime::clock::Clock;
use crate::store::Admission;
use crate::store::kernel::{StateKind, Store};
use crate::store::with_tables::with_tables;

const GUILD: AllianceId = AllianceId(7);
const START: i64 = 1_760_000_000;

fn open(folder: &Path, name: &str, seconds_ahead: i64) -> Store {
    let clock = Clock::simulated(Timestamp::from_second(START + seconds_ahead).unwrap());
    Store::open(with_tables(&folder.join(name)), StateKind::Bot, clock).unwrap()
}

async fn fill(store: &Store) {
    store.sync_log().set_replicated(true).await.unwrap();
    store.guilds().set_channel(GUILD, ChannelId(8)).await.unwrap();
    store.guilds().set_auto_redeem(GUILD, true).await.unwrap();
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("P{id}"),
        state: State::new(245),
        furnace_level: None,
    };
    store.rosters().add_to_roster(GUILD, (1..=3).map(player).collect()).await.unwrap();
    let answer = FeedAnswer::new("feed", vec![Entry::active(Code::parse("GOGOWOS").unwrap())]);
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::ZERO).await.unwrap();
    store.posts().plan().await.unwrap();
}

async fn all(store: &Store) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in RecordKind::ALL {
        records.extend(store.sync_log().page(kind, None, 10_000).await.unwrap());
    }
    records
}

fn with(record: &Record, changes: &[(&str, Value)]) -> Record {
    let mut record = record.clone();
    for (name, value) in changes {
        let at = record.kind.fields().iter().position(|field| field.name == *name).unwrap();
        record.values[at] = value.clone();
    }
    record
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn newest(records: &[Record]) -> Version {
    records.iter().map(Record::version).max().unwrap_or_default()
}

/// Clocks apart: whatever was merged, all that is written later is newer, in every record.
#[tokio::test(start_paused = true)]
async fn after_a_merge_every_version_is_newer_than_all_that_was_merged() {
    let folder = tempfile::tempdir().unwrap();
    for ahead in [-3600, 60, 25 * 3600, 40 * 365 * 86_400] {
        let (ours, theirs) =
            (open(folder.path(), &format!("{ahead}.db"), 0), open(folder.path(), &format!("t{ahead}.db"), ahead));
        fill(&theirs).await;
        let came = all(&theirs).await;
        ours.sync_log().set_replicated(true).await.unwrap();
        ours.sync_log().merge(came.clone()).await.unwrap();
        // Another record, whose own version tells nothing.
        ours.guilds().set_channel(AllianceId(99), ChannelId(1)).await.unwrap();
        let guilds = ours.sync_log().page(RecordKind::Guilds, None, 9).await.unwrap();
        let new = guilds.iter().find(|guild| guild.get("guild_id") == &Value::Int(99)).unwrap();
        assert!(new.version() > newest(&came), "{ahead} s");
        // What is acknowledged here stays, whatever comes again.
        ours.guilds().set_channel(GUILD, ChannelId(5)).await.unwrap();
        ours.sync_log().merge(came).await.unwrap();
        assert_eq!(
            ours.sync_log().page(RecordKind::Guilds, None, 9).await.unwrap()[0].get("channel_id"),
            &Value::Int(5)
        );
        // Also after a restart.
        let last = newest(&all(&ours).await);
        drop(ours);
        let ours = open(folder.path(), &format!("{ahead}.db"), 0);
        ours.guilds().set_channel(AllianceId(98), ChannelId(1)).await.unwrap();
        assert!(newest(&all(&ours).await) > last);
    }
}

/// Two writers that gave one version: whatever came first where, both end with the same.
#[tokio::test(start_paused = true)]
async fn two_writes_with_one_version_end_the_same_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let source = open(folder.path(), "source.db", 0);
    fill(&source).await;
    let whole = all(&source).await;
    let guild = whole.iter().find(|record| record.kind == RecordKind::Guilds).unwrap();
    let writes: Vec<Record> = (1..=4).map(|channel| with(guild, &[("channel_id", Value::Int(channel))])).collect();
    let mut ends = Vec::new();
    for (number, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]].into_iter().enumerate() {
        let store = open(folder.path(), &format!("{number}.db"), 0);
        for at in order {
            store.sync_log().merge(vec![writes[at].clone()]).await.unwrap();
        }
        ends.push(all(&store).await);
    }
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

/// A newer program's words: such a record is kept as it is, and nothing is done for it.
#[tokio::test(start_paused = true)]
async fn words_that_only_a_newer_program_knows_are_kept_and_nothing_is_done_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db", 0);
    fill(&store).await;
    let whole = all(&store).await;
    let of = |kind| whole.iter().filter(move |record| record.kind == kind);
    let newer = ("version", Value::Int(newest(&whole).0 + 5));
    let mut odd: Vec<Record> =
        of(RecordKind::Posts).map(|post| with(post, &[("kind", text("poll")), newer.clone()])).collect();
    odd.extend(of(RecordKind::Listings).map(|listing| with(listing, &[("standing", text("resting")), newer.clone()])));
    // Older than the undecided one here: a decision that this program does not know is one all the same.
    odd.extend(
        of(RecordKind::Redemptions).map(|it| with(it, &[("outcome", text("banned")), ("version", Value::Int(1))])),
    );
    assert_eq!(store.sync_log().merge(odd.clone()).await.unwrap().taken, odd.len());
    let kept = async |store: &Store| {
        let here = all(store).await;
        assert!(odd.iter().all(|record| here.contains(record)), "{here:?}");
    };
    store.posts().plan().await.unwrap();
    kept(&store).await;
    assert_eq!(store.posts().due_messages().await.unwrap(), []);
    assert_eq!(store.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap().taken, []);
    // Everybody can read it.
    store.posts().due_corrections(9).await.unwrap();
    store.reports().redemption_rows().await.unwrap();
    let key = Code::parse("GOGOWOS").unwrap().key();
    store.reports().code_report(key, 1).await.unwrap();
    store.listings().apply_answer(None, &["feed".to_owned()], Duration::ZERO).await.unwrap();
    kept(&store).await;
    // An undecided one, however new, does not replace it.
    let pending = of(RecordKind::Redemptions).map(|it| with(it, std::slice::from_ref(&newer))).collect();
    assert_eq!(store.sync_log().merge(pending).await.unwrap().taken, 0);
    // A head of the queue that is not sent holds nobody up.
    let answer = FeedAnswer::new("feed", vec![Entry::active(Code::parse("SECOND").unwrap())]);
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::ZERO).await.unwrap();
    store.posts().plan().await.unwrap();
    let due = store.posts().due_messages().await.unwrap();
    assert_eq!(due.iter().map(|due| due.announcement.codes.len()).collect::<Vec<_>>(), [1]);
}

/// A post without its message is newer than the one with it: a frozen instance had noted an attempt before it looked whether
/// it still led.
#[tokio::test(start_paused = true)]
async fn facts_never_lose_to_what_lacks_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db", 0);
    fill(&store).await;
    let post = store.sync_log().page(RecordKind::Posts, None, 1).await.unwrap().remove(0);
    let version = |more| ("version", Value::Int(post.version().0 + more));
    let posted = with(&post, &[("message_id", Value::Int(5)), version(1)]);
    let tried = with(&post, &[("attempts", Value::Int(2)), version(9)]);
    for order in [[&posted, &tried], [&tried, &posted]] {
        for record in order {
            store.sync_log().merge(vec![record.clone()]).await.unwrap();
        }
        assert_eq!(store.sync_log().page(RecordKind::Posts, None, 1).await.unwrap(), std::slice::from_ref(&posted));
    }
    // The replica, which has the other one, is to have it.
    store.outbox_forget(&store.sync_log().outbox_chunk(999).await.unwrap()).await.unwrap();
    store.sync_log().merge(vec![tried]).await.unwrap();
    assert_eq!(store.sync_log().outbox_chunk(9).await.unwrap().records, [posted]);
    let pending = store.sync_log().page(RecordKind::Redemptions, None, 1).await.unwrap().remove(0);
    let counted = with(&pending, &[("unknown", Value::Int(2)), ("version", Value::Int(1))]);
    assert_eq!(store.sync_log().merge(vec![counted.clone()]).await.unwrap().taken, 1, "a count of tries");
    assert_eq!(store.sync_log().merge(vec![pending]).await.unwrap().taken, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Two files that write and merge by turns, whose clocks are apart and are set: no version is given twice or falls back.
    #[test]
    fn two_files_with_clocks_apart_end_the_same(
        ahead in -200_000i64..200_000,
        steps in proptest::collection::vec((any::<bool>(), 0u64..4, 1u64..9), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let files = [open(folder.path(), "a.db", 0), open(folder.path(), "b.db", ahead)];
            for (step, (is_second, what, number)) in (1u64..).zip(steps) {
                let (one, other) = if is_second { (&files[1], &files[0]) } else { (&files[0], &files[1]) };
                if what == 0 {
                    one.sync_log().merge(all(other).await).await.unwrap();
                    let before = newest(&all(one).await).max(newest(&all(other).await));
                    one.guilds().set_channel(AllianceId(100 + number), ChannelId(step)).await.unwrap();
                    assert!(newest(&all(one).await) > before);
                } else {
                    one.guilds().set_channel(AllianceId(what), ChannelId(number)).await.unwrap();
                }
            }
            files[0].sync_log().merge(all(&files[1]).await).await.unwrap();
            files[1].sync_log().merge(all(&files[0]).await).await.unwrap();
            assert_eq!(all(&files[0]).await, all(&files[1]).await);
        });
    }
}
