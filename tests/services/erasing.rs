//! The eraser's loop, in paused time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::players::player::{AllianceId, GuildId};
use giftcode_bot::domain::sync::record::{RecordKind, Value};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::eraser::Eraser;
use giftcode_bot::store::Store;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::support::{GUILD, HOUR, open_again, players, start};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Opens the file at this path, this many hours after the tests' start.
async fn open(path: &Path, hours: i64) -> (Store, Clock) {
    let clock = Clock::simulated(start() + SignedDuration::from_hours(hours));
    (open_again(path, clock).await, clock)
}

/// Runs the eraser for a while.
async fn erase(store: &Store, clock: Clock, time: Duration) {
    let done = CancellationToken::new();
    let eraser = Eraser::new(store.erasures(), clock);
    let running = tokio::spawn(Arc::new(eraser).run(done.clone()));
    tokio::time::sleep(time).await;
    done.cancel();
    running.await.unwrap().unwrap();
}

async fn guilds(store: &Store) -> Vec<AllianceId> {
    store.guilds().known_guilds().await.unwrap().into_iter().map(|(guild, _)| AllianceId::first_of(guild)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_removed_guild_is_erased_within_an_hour_after_30_days() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    let (store, clock) = open(&path, 0).await;
    store.rosters().add_to_roster(GUILD, players(1..=250)).await.unwrap();
    store.rosters().add_to_roster(AllianceId(2), players(250..=251)).await.unwrap();
    store.guilds().guild_removed(GuildId(GUILD.0)).await.unwrap();
    let later = async {
        tokio::time::sleep(30 * DAY - HOUR).await;
        assert_eq!(guilds(&store).await, [AllianceId(2), GUILD]);
    };
    tokio::join!(erase(&store, clock, 30 * DAY + HOUR), later);
    assert_eq!(guilds(&store).await, [AllianceId(2)]);
    let players = store.sync_log().page(RecordKind::Players, None, 300).await.unwrap();
    let left: Vec<&Value> = players.iter().map(|player| player.get("player_id")).collect();
    assert_eq!(left, [&Value::Int(250), &Value::Int(251)]);
    assert_eq!(store.erasures().erase_unneeded_players(9).await.unwrap(), 0, "all of them are gone");
}

#[tokio::test(start_paused = true)]
async fn what_could_be_undone_for_a_day_is_gone_within_an_hour_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    let (store, clock) = open(&path, 0).await;
    store.rosters().add_to_roster(GUILD, players(1..=2)).await.unwrap();
    store.rosters().remove_players(GUILD, players(1..=1).into_iter().map(|player| player.id).collect()).await.unwrap();
    let drafts = || {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.query_row("SELECT count(*) FROM drafts", [], |row| row.get::<_, u32>(0)).unwrap()
    };
    erase(&store, clock, DAY - HOUR).await;
    assert_eq!(drafts(), 1);
    erase(&store, clock, 3 * HOUR).await;
    assert_eq!(drafts(), 0);
}

/// The machine's clock is a month ahead when the bot starts, and Discord reports fewer guilds than before.
#[tokio::test(start_paused = true)]
async fn a_clock_that_jumped_ahead_erases_nothing_before_it_can_be_set_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    let (store, clock) = open(&path, 0).await;
    store.rosters().add_to_roster(GUILD, players(1..=3)).await.unwrap();
    store.guilds().guild_removed(GuildId(GUILD.0)).await.unwrap();
    erase(&store, clock, HOUR).await;
    drop(store);
    let (store, ahead) = open(&path, 31 * 24).await;
    store.guilds().guild_removed(GuildId(GUILD.0)).await.unwrap();
    erase(&store, ahead, 12 * HOUR).await;
    assert_eq!(guilds(&store).await, [GUILD]);
    drop(store);
    // A restart does not correct the clock.
    let (store, ahead) = open(&path, 31 * 24 + 12).await;
    store.guilds().guild_removed(GuildId(GUILD.0)).await.unwrap();
    erase(&store, ahead, 11 * HOUR).await;
    assert_eq!(guilds(&store).await, [GUILD]);
    drop(store);
    // Corrected.
    let (store, clock) = open(&path, 24).await;
    store.guilds().guild_removed(GuildId(GUILD.0)).await.unwrap();
    erase(&store, clock, 2 * DAY).await;
    assert_eq!(guilds(&store).await, [GUILD]);
    assert!(store.guilds().guild_returned(GuildId(GUILD.0)).await.unwrap());
    assert_eq!(store.rosters().roster(GUILD, 0, 9).await.unwrap().total, 3);
}
