use std::time::Duration;

use super::*;
use crate::domain::codes::notice::MAX_MENTIONS;
use crate::domain::players::player::Player;
use crate::runtime::clock::Clock;
use crate::store::{StateKind, Store};

const GUILD: AllianceId = AllianceId(7);

fn player(id: u64) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state: None, furnace_level: None }
}

async fn store(folder: &std::path::Path) -> Store {
    let clock = Clock::simulated("2026-11-20T12:00:00Z".parse().unwrap());
    let store = Store::open(&folder.join("state.db"), StateKind::Bot, clock).unwrap();
    store.guilds().set_channel(GUILD, ChannelId(9)).await.unwrap();
    store.rosters().add_to_roster(GUILD, (1..=60).map(player).collect()).await.unwrap();
    store.codes().add_guild_code(GUILD, Code::parse("gogoWOS").unwrap()).await.unwrap();
    store
}

fn key(kind: NoticeKind) -> NoticeKey {
    NoticeKey { guild: GUILD, code: Code::parse("gogoWOS").unwrap().key(), generation: 1, kind }
}

async fn execute(store: &Store, sql: &'static str) {
    store.write(move |tx| Ok(tx.execute(sql, []).map(drop)?)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reminder_is_due_in_its_time_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let notices = store.notices();
    let due = async || notices.due_reminders().await.unwrap().into_iter().map(|due| due.key).collect::<Vec<_>>();
    assert_eq!(due().await, [], "a code without an end");
    // It ends in 30 hours.
    execute(&store, "UPDATE codes SET expires_at = first_seen_at + 30 * 3600000").await;
    assert_eq!(due().await, []);
    tokio::time::advance(Duration::from_secs(6 * 3600 + 1)).await;
    assert_eq!(due().await, [key(NoticeKind::Reminder)]);
    for (sql, undo) in [
        ("UPDATE guilds SET remind = 0", "UPDATE guilds SET remind = NULL"),
        ("UPDATE guilds SET paused = 'missing_permissions'", "UPDATE guilds SET paused = NULL"),
        ("UPDATE guilds SET channel_id = NULL", "UPDATE guilds SET channel_id = 9"),
        ("UPDATE codes SET condemned = 'USED'", "UPDATE codes SET condemned = NULL"),
    ] {
        execute(&store, sql).await;
        assert_eq!(due().await, [], "{sql}");
        execute(&store, undo).await;
        assert_eq!(due().await.len(), 1, "{undo}");
    }
    let lacking = notices.lacking(key(NoticeKind::Reminder)).await.unwrap();
    assert_eq!((lacking.untried.len(), lacking.tally.failures()), (60, 0));

    // An attempt whose result is unknown keeps its nonce, and its channel for the search.
    let nonce = notices.begin_notice(key(NoticeKind::Reminder), ChannelId(9)).await.unwrap().unwrap();
    notices.record_notice(key(NoticeKind::Reminder), None, false, true).await.unwrap();
    store.guilds().set_channel(GUILD, ChannelId(10)).await.unwrap();
    let [open] = notices.due_reminders().await.unwrap().try_into().unwrap();
    assert!(open.is_moved && open.channel == ChannelId(9) && open.attempted_at.is_some(), "{open:?}");
    assert_eq!(notices.begin_notice(key(NoticeKind::Reminder), ChannelId(9)).await.unwrap(), Some(nonce.clone()));
    // It was not sent.
    notices.record_notice(key(NoticeKind::Reminder), None, false, false).await.unwrap();
    let [open] = notices.due_reminders().await.unwrap().try_into().unwrap();
    assert!(!open.is_moved && open.channel == ChannelId(10) && open.attempted_at.is_none(), "{open:?}");
    assert_eq!(notices.begin_notice(key(NoticeKind::Reminder), ChannelId(10)).await.unwrap(), Some(nonce));
    notices.record_notice(key(NoticeKind::Reminder), Some(MessageId(5)), false, false).await.unwrap();
    assert_eq!(due().await, []);
    assert_eq!(notices.begin_notice(key(NoticeKind::Reminder), ChannelId(10)).await.unwrap(), None);
    // Too late.
    execute(&store, "DELETE FROM notices").await;
    tokio::time::advance(Duration::from_secs(23 * 3600)).await;
    assert_eq!(due().await, []);
}

#[tokio::test(start_paused = true)]
async fn a_mention_is_of_people_whose_players_failed_and_of_50_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let notices = store.notices();
    let code = key(NoticeKind::Failed).code;
    store.requests().start_batch(GUILD, code, 1).await.unwrap();
    for id in 1..=60 {
        store.rosters().link(UserId(1000 + id), player(id)).await.unwrap();
    }
    store.rosters().link(UserId(1001), player(2)).await.unwrap();
    execute(
        &store,
        "UPDATE redemptions SET outcome = 'failed', status = 'RECHARGE_MONEY_VIP', finished_at = 1 WHERE player_id > 1",
    )
    .await;
    execute(
        &store,
        "UPDATE redemptions SET outcome = 'granted', status = 'SUCCESS', finished_at = 1 WHERE player_id = 1",
    )
    .await;
    let people = notices.failed_people(key(NoticeKind::Failed), MAX_MENTIONS).await.unwrap();
    assert_eq!((people.len(), people[0], people[1]), (50, UserId(1001), UserId(1002)));
    let due = async || notices.due_mentions().await.unwrap().len();
    let shown = "UPDATE runs SET finished_at = started_at + 1000, summarised = 1, message_id = 3, channel_id = 9";
    execute(&store, shown).await;
    assert_eq!(due().await, 0, "the server did not ask for it");
    let wanted = store.guilds().set_notifications(GUILD, Some(true), None).await.unwrap();
    assert_eq!(wanted, Notifications { mentions_failed: true, reminds: true });
    assert_eq!(due().await, 1);
    execute(&store, "UPDATE runs SET summarised = 0").await;
    assert_eq!(due().await, 0, "the result is not shown yet");
    execute(&store, shown).await;
    notices.begin_notice(key(NoticeKind::Failed), ChannelId(9)).await.unwrap();
    notices.record_notice(key(NoticeKind::Failed), None, true, false).await.unwrap();
    assert_eq!(due().await, 0, "nobody was a member");
    let wanted = store.guilds().set_notifications(GUILD, None, Some(false)).await.unwrap();
    assert_eq!(wanted, Notifications { mentions_failed: true, reminds: false });
    assert_eq!(store.guilds().notifications(AllianceId(1)).await.unwrap(), Notifications::default());
}
