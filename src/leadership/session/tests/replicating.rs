use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::double::{Document, Double, Instance, Way, seconds};
use crate::domain::codes::code::Code;
use crate::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use crate::domain::sync::election::Position;
use crate::domain::sync::record::{RecordKind, Value};
use crate::leadership::Phase;
use crate::services::replicator::Replicator;

async fn add(instance: &Instance, code: &str) {
    instance.store.codes().add_code(Code::parse(code).unwrap()).await.unwrap();
}

async fn add_players(instance: &Instance, count: u64) {
    let player = |n: u64| Player {
        id: PlayerId::new(1_000_000 + n).unwrap(),
        nickname: format!("Lord {n}"),
        state: State::new(245),
        furnace_level: None,
    };
    instance.store.guilds().set_channel(AllianceId(1), ChannelId(8)).await.unwrap();
    instance.store.rosters().add_to_roster(AllianceId(1), (0..count).map(player).collect()).await.unwrap();
}

async fn until_sent(instance: &Instance) {
    while instance.store.sync_log().unsent().await.unwrap().records > 0 {
        sleep(Duration::from_millis(10)).await;
    }
}

async fn codes(instance: &Instance) -> usize {
    instance.store.sync_log().page(RecordKind::Codes, None, 100).await.unwrap().len()
}

fn replicator(instance: &Instance) -> Replicator<Double> {
    Replicator::new(instance.mongo.clone(), instance.sync_log.clone(), instance.leadership.clone())
}

/// Leads and replicates while `work` is done.
pub async fn leading(instance: &Instance, work: impl AsyncFnOnce()) {
    instance.election.campaign(&instance.sync_log).await.unwrap();
    let replicator = replicator(instance);
    let begun = async {
        instance.leadership.until_phase(Phase::is_active).await;
        work().await;
    };
    tokio::select! {
        ended = instance.election.hold(&instance.sync_log) => panic!("{ended:?}"),
        failure = replicator.run(instance.election.succession()) => panic!("{failure}"),
        () = begun => {}
    }
}

#[tokio::test(start_paused = true)]
async fn changes_leave_the_outbox_only_after_a_renewal_has_confirmed_them() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leading(&leader, async || {
        sleep(seconds(1)).await;
        add(&leader, "ONE").await;
        sleep(Duration::from_millis(100)).await;
        let at = leader.leadership.last_round(leader.term());
        assert_eq!((leader.store.sync_log().unsent().await.unwrap().records, at.round), (0, 1));
        assert!(!leader.store.sync_log().is_outbox_empty().await.unwrap(), "it was sent, but is not confirmed");
        sleep(seconds(4)).await;
        assert!(leader.store.sync_log().is_outbox_empty().await.unwrap());
        assert_eq!(leader.store.sync_log().replica_history().await.unwrap().position, at);
        assert_eq!(mongo.lease().unwrap().position(), at);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_standby_stays_caught_up_and_a_takeover_reads_only_new_records() {
    let mongo = Double::new();
    let (leader, standby) = (Instance::new("a", &mongo).await, Instance::new("b", &mongo).await);
    leading(&leader, async || {
        for code in ["ONE", "TWO", "THREE"] {
            add(&leader, code).await;
        }
        let standing_by = replicator(&standby);
        let waiting = async {
            tokio::join!(
                async { standby.election.campaign(&standby.sync_log).await.unwrap() },
                standing_by.run(standby.election.succession()),
            )
        };
        tokio::select! {
            _ = waiting => unreachable!(),
            () = sleep(seconds(35)) => {}
        }
        let known = standby.store.sync_log().replica_history().await.unwrap();
        assert!(known.had_standby, "the file is complete, but another instance leads");
        assert_eq!((codes(&standby).await, known.position), (3, mongo.lease().unwrap().position()));
        add(&leader, "FOUR").await;
        sleep(seconds(4)).await;
    })
    .await;
    leader.election.release(0).await;
    mongo.inspect(|shared| shared.read = 0);
    leading(&standby, async || assert_eq!(codes(&standby).await, 4)).await;
    assert_eq!(mongo.inspect(|shared| shared.read), 1);
    let position = Position { term: standby.term(), round: 0 };
    assert_eq!(standby.store.sync_log().replica_history().await.unwrap().position, position);
}

#[tokio::test(start_paused = true)]
async fn unsent_changes_of_a_former_leader_reach_the_leader_and_later_ones() {
    let mongo = Double::new();
    let (former, leader) = (Instance::new("a", &mongo).await, Instance::new("b", &mongo).await);
    leading(&former, async || {
        add(&former, "ONE").await;
        sleep(seconds(4)).await;
        former.mongo.set_way(Way { is_cut: true, ..Way::default() });
        add(&former, "DARK").await;
    })
    .await;
    former.leadership.set(Phase::Waiting);
    leading(&leader, async || {
        assert_eq!(codes(&leader).await, 1);
        former.mongo.set_way(Way::default());
        let sending = replicator(&former);
        let late = async {
            tokio::join!(
                async { former.election.campaign(&former.sync_log).await.unwrap() },
                sending.run(former.election.succession()),
            )
        };
        tokio::select! {
            _ = late => unreachable!(),
            () = sleep(seconds(15)) => {}
        }
        assert_eq!(codes(&leader).await, 2);
        assert!(former.store.sync_log().is_outbox_empty().await.unwrap());
        let term = leader.term();
        mongo.inspect(|shared| {
            assert!(shared.documents.values().all(|document| !document.is_late), "adopted");
            assert!(shared.documents.values().any(|document| document.at.is_some_and(|at| at.term == term)));
        });
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_file_of_unknown_history_and_mongodb_complete_each_other() {
    let mongo = Double::new();
    let first = Instance::new("a", &mongo).await;
    leading(&first, async || {
        add(&first, "ONE").await;
        until_sent(&first).await;
    })
    .await;
    sleep(seconds(40)).await;
    first.election.release(0).await;
    let second = Instance::new("b", &mongo).await.holds("TWO").await;
    leading(&second, async || {
        assert_eq!(codes(&second).await, 2);
        sleep(seconds(1)).await;
        assert_eq!(
            mongo.inspect(|shared| shared.documents.keys().filter(|(kind, _)| *kind == RecordKind::Codes).count()),
            2
        );
    })
    .await;
}

/// Restores an empty file from a MongoDB 100 ms away whose connection fails in the middle.
#[tokio::test(start_paused = true)]
async fn an_interrupted_restore_costs_one_more_reading() {
    let mongo = Double::new();
    let first = Instance::new("a", &mongo).await;
    leading(&first, async || {
        add_players(&first, 3_000).await;
        until_sent(&first).await;
        sleep(seconds(5)).await;
    })
    .await;
    first.election.release(0).await;
    mongo.inspect(|shared| shared.read = 0);
    let second = Instance::new("b", &mongo).await;
    let far = Way { to: Duration::from_millis(50), back: Duration::from_millis(50), ..Way::default() };
    second.mongo.set_way(Way { most_pages: 15, ..far });
    let began = Instant::now();
    let healed = async {
        while second.store.sync_log().page(RecordKind::Players, None, 10).await.unwrap().is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        second.mongo.set_way(far);
    };
    let restored = leading(&second, async || {
        assert_eq!(second.store.sync_log().page(RecordKind::Players, None, 9_999).await.unwrap().len(), 3_000);
        // The first try, a wait of one second, and one more read.
        assert!(began.elapsed() < seconds(3), "{:?}", began.elapsed());
        assert!(mongo.inspect(|shared| shared.read) <= 2 * 6_001);
        assert_eq!(second.store.sync_log().unsent().await.unwrap().records, 0, "no restored record is sent back");
    });
    tokio::join!(restored, healed);
}

#[tokio::test(start_paused = true)]
async fn retaking_the_lease_sends_unconfirmed_changes_again() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    let sent =
        || mongo.inspect(|shared| shared.documents.keys().filter(|(kind, _)| *kind == RecordKind::Codes).count());
    leading(&leader, async || {
        add(&leader, "ONE").await;
        sleep(seconds(5)).await;
        add(&leader, "TWO").await;
        sleep(Duration::from_millis(100)).await;
        let term = leader.term();
        assert_eq!((sent(), leader.store.sync_log().unsent().await.unwrap().records), (2, 0));
        // It was sent, but no renewal has confirmed it: a primary that died may have lost it.
        let two = Code::parse("TWO").unwrap().key().to_string();
        mongo.inspect(|shared| shared.documents.retain(|(_, key), _| key[0] != Value::Text(two.clone())));
        leader.mongo.set_way(Way { is_cut: true, ..Way::default() });
        sleep(seconds(40)).await;
        assert_eq!(leader.leadership.phase(), Phase::Isolated);
        leader.mongo.set_way(Way::default());
        sleep(seconds(10)).await;
        assert!(leader.term() > term);
        assert_eq!(sent(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn changes_after_retaking_the_lease_are_sent_while_reading_fails() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leading(&leader, async || {
        add_players(&leader, 300).await;
        until_sent(&leader).await;
        sleep(seconds(5)).await;
        let term = leader.term();
        // Sending takes longer than the failing read.
        leader.mongo.set_way(Way { most_pages: 1, per_record: seconds(1), ..Way::default() });
        mongo.inspect(|shared| shared.lease = None);
        sleep(seconds(5)).await;
        assert!(leader.term() > term);
        add(&leader, "ONE").await;
        sleep(seconds(30)).await;
        let has_it = || mongo.inspect(|shared| shared.documents.keys().any(|(kind, _)| *kind == RecordKind::Codes));
        assert!(has_it());
        leader.mongo.set_way(Way::default());
        sleep(seconds(30)).await;
        assert_eq!(leader.store.sync_log().unsent().await.unwrap().records, 0);
    })
    .await;
}

/// A few kinds succeed in each try to read them all.
#[tokio::test(start_paused = true)]
async fn over_a_bad_connection_a_file_catches_up_kind_by_kind() {
    let mongo = Double::new();
    let first = Instance::new("a", &mongo).await;
    leading(&first, async || {
        add_players(&first, 300).await;
        add(&first, "ONE").await;
        until_sent(&first).await;
    })
    .await;
    first.election.release(0).await;
    let next = Instance::new("b", &mongo).await;
    next.mongo.set_way(Way { reads_one_in: 5, ..Way::default() });
    let began = Instant::now();
    let caught_up = leading(&next, async || {
        assert_eq!(
            (codes(&next).await, next.store.sync_log().page(RecordKind::Rosters, None, 1000).await.unwrap().len()),
            (1, 300)
        );
    });
    tokio::time::timeout(seconds(600), caught_up).await.unwrap();
    assert!(began.elapsed() < seconds(180), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_mongodb_that_takes_only_small_rounds_gets_everything() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leading(&leader, async || {
        leader.mongo.set_way(Way { is_cut: true, ..Way::default() });
        for number in 0..100 {
            add(&leader, &format!("CODE{number}")).await;
        }
        for most_records in [30, 10] {
            leader.mongo.set_way(Way { most_records, ..Way::default() });
            sleep(seconds(90)).await;
            assert_eq!(leader.store.sync_log().unsent().await.unwrap().records, 0, "{most_records} at once");
            leader.mongo.set_way(Way { is_cut: true, ..Way::default() });
            add_players(&leader, 20).await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_write_that_arrives_after_a_takeover_is_adopted_without_its_sender() {
    let mongo = Double::new();
    let former = Instance::new("a", &mongo).await;
    leading(&former, async || {
        add(&former, "ONE").await;
        sleep(seconds(4)).await;
        add(&former, "LATE").await;
    })
    .await;
    let at = Position { term: mongo.lease().unwrap().term, round: mongo.lease().unwrap().round + 1 };
    let key = |code: &str| [Value::Text(Code::parse(code).unwrap().key().to_string())];
    // The network delays it until another instance leads. Its sender never comes back.
    let late = former.store.sync_log().page(RecordKind::Codes, None, 9).await.unwrap();
    let late = late.into_iter().find(|record| record.key()[..] == key("LATE")).unwrap();
    mongo.inspect(|shared| shared.documents.retain(|(_, found), _| found[..] != key("LATE")));
    let leader = Instance::new("b", &mongo).await;
    leading(&leader, async || {
        assert_eq!(codes(&leader).await, 1);
        sleep(seconds(5)).await;
        mongo.inspect(|shared| {
            let document = Document { record: late.clone(), at: Some(at), is_late: false };
            shared.documents.insert((RecordKind::Codes, late.key()), document);
        });
        sleep(seconds(15)).await;
        assert_eq!(codes(&leader).await, 2);
        let term = leader.term();
        mongo.inspect(|shared| {
            let there = &shared.documents[&(RecordKind::Codes, late.key())];
            assert_eq!(there.at.unwrap().term, term, "every later leader finds it");
        });
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn many_changes_reach_a_distant_mongodb_in_few_rounds() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leader.mongo.set_way(Way { to: Duration::from_millis(50), back: Duration::from_millis(50), ..Way::default() });
    leading(&leader, async || {
        until_sent(&leader).await;
        let before = leader.leadership.last_round(leader.term()).round;
        add_players(&leader, 5_000).await;
        until_sent(&leader).await;
        let rounds = leader.leadership.last_round(leader.term()).round - before;
        // The guild, then 1,000, 2,000, 4,000 and the rest.
        assert!(rounds <= 5, "{rounds}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_urgent_change_does_not_wait_long_for_a_slow_mongodb() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leader.mongo.set_way(Way { per_record: Duration::from_millis(8), ..Way::default() });
    leading(&leader, async || {
        add_players(&leader, 2_500).await;
        // The first round takes 8 s, and the next one half of that.
        sleep(seconds(15)).await;
        assert!(leader.store.sync_log().unsent().await.unwrap().records > 1_000);
        let began = Instant::now();
        add(&leader, "URGENT").await;
        while mongo.inspect(|shared| !shared.documents.keys().any(|(kind, _)| *kind == RecordKind::Codes)) {
            sleep(Duration::from_millis(10)).await;
        }
        // One round that is already on its way, and its own.
        assert!(began.elapsed() < 2 * seconds(3), "{:?}", began.elapsed());
    })
    .await;
}
