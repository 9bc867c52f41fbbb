use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::double::{Document, Double, Instance, Way, seconds};
use crate::domain::codes::code::Code;
use crate::domain::players::player::{ChannelId, GuildId, Player, PlayerId, State};
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
    instance.store.guilds().set_channel(GuildId(1), ChannelId(8)).await.unwrap();
    instance.store.rosters().add_to_roster(GuildId(1), (0..count).map(player).collect()).await.unwrap();
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
    instance.election.wait(&instance.sync_log).await.unwrap();
    let replicator = replicator(instance);
    let begun = async {
        instance.leadership.until_phase(Phase::acts).await;
        work().await;
    };
    tokio::select! {
        ended = instance.election.keep(&instance.sync_log) => panic!("{ended:?}"),
        failure = replicator.run(instance.election.succession()) => panic!("{failure}"),
        () = begun => {}
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_leaves_the_outbox_only_after_a_renewal_has_shown_that_it_is_there() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leading(&leader, async || {
        sleep(seconds(1)).await;
        add(&leader, "ONE").await;
        sleep(Duration::from_millis(100)).await;
        let at = leader.leadership.done(leader.term());
        assert_eq!((leader.store.sync_log().unsent().await.unwrap().records, at.round), (0, 1));
        assert!(!leader.store.sync_log().is_outbox_empty().await.unwrap(), "it was sent, and not yet confirmed");
        sleep(seconds(4)).await;
        assert!(leader.store.sync_log().is_outbox_empty().await.unwrap());
        assert_eq!(leader.store.sync_log().replica_history().await.unwrap().position, at);
        assert_eq!(mongo.lease().unwrap().position(), at);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_standby_keeps_up_and_a_takeover_reads_what_is_new_alone() {
    let mongo = Double::new();
    let (leader, standby) = (Instance::new("a", &mongo).await, Instance::new("b", &mongo).await);
    leading(&leader, async || {
        for code in ["ONE", "TWO", "THREE"] {
            add(&leader, code).await;
        }
        let standing_by = replicator(&standby);
        let waiting = async {
            tokio::join!(
                async { standby.election.wait(&standby.sync_log).await.unwrap() },
                standing_by.run(standby.election.succession()),
            )
        };
        tokio::select! {
            _ = waiting => unreachable!(),
            () = sleep(seconds(35)) => {}
        }
        let known = standby.store.sync_log().replica_history().await.unwrap();
        assert!(known.had_standby, "it is complete, and yet another one leads");
        assert_eq!((codes(&standby).await, known.position), (3, mongo.lease().unwrap().position()));
        add(&leader, "FOUR").await;
        sleep(seconds(4)).await;
    })
    .await;
    leader.election.release(0).await;
    mongo.look(|shared| shared.read = 0);
    leading(&standby, async || assert_eq!(codes(&standby).await, 4)).await;
    assert_eq!(mongo.look(|shared| shared.read), 1);
    let position = Position { term: standby.term(), round: 0 };
    assert_eq!(standby.store.sync_log().replica_history().await.unwrap().position, position);
}

#[tokio::test(start_paused = true)]
async fn what_a_former_leader_could_not_send_reaches_the_present_one_and_everybody() {
    let mongo = Double::new();
    let (former, leader) = (Instance::new("a", &mongo).await, Instance::new("b", &mongo).await);
    leading(&former, async || {
        add(&former, "ONE").await;
        sleep(seconds(4)).await;
        former.mongo.goes(Way { is_cut: true, ..Way::default() });
        add(&former, "DARK").await;
    })
    .await;
    former.leadership.set(Phase::Waiting);
    leading(&leader, async || {
        assert_eq!(codes(&leader).await, 1);
        former.mongo.goes(Way::default());
        let sending = replicator(&former);
        let late = async {
            tokio::join!(
                async { former.election.wait(&former.sync_log).await.unwrap() },
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
        mongo.look(|shared| {
            assert!(shared.documents.values().all(|document| !document.is_late), "adopted");
            assert!(shared.documents.values().any(|document| document.at.is_some_and(|at| at.term == term)));
        });
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_file_of_unknown_history_is_compared_and_both_get_what_they_lack() {
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
            mongo.look(|shared| shared.documents.keys().filter(|(kind, _)| *kind == RecordKind::Codes).count()),
            2
        );
    })
    .await;
}

/// Into an empty file, from a MongoDB 100 ms away that is cut off in the middle.
#[tokio::test(start_paused = true)]
async fn a_restore_that_was_interrupted_costs_one_more_reading() {
    let mongo = Double::new();
    let first = Instance::new("a", &mongo).await;
    leading(&first, async || {
        add_players(&first, 3_000).await;
        until_sent(&first).await;
        sleep(seconds(5)).await;
    })
    .await;
    first.election.release(0).await;
    mongo.look(|shared| shared.read = 0);
    let second = Instance::new("b", &mongo).await;
    let far = Way { to: Duration::from_millis(50), back: Duration::from_millis(50), ..Way::default() };
    second.mongo.goes(Way { most_pages: 15, ..far });
    let began = Instant::now();
    let healed = async {
        while second.store.sync_log().page(RecordKind::Players, None, 10).await.unwrap().is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        second.mongo.goes(far);
    };
    let restored = leading(&second, async || {
        assert_eq!(second.store.sync_log().page(RecordKind::Players, None, 9_999).await.unwrap().len(), 3_000);
        // The first try, a second's wait, and one more reading.
        assert!(began.elapsed() < seconds(3), "{:?}", began.elapsed());
        assert!(mongo.look(|shared| shared.read) <= 2 * 6_001);
        assert_eq!(second.store.sync_log().unsent().await.unwrap().records, 0, "nothing of it is sent back");
    });
    tokio::join!(restored, healed);
}

#[tokio::test(start_paused = true)]
async fn a_taking_in_place_sends_again_what_an_earlier_lease_may_not_have_written() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    let sent = || mongo.look(|shared| shared.documents.keys().filter(|(kind, _)| *kind == RecordKind::Codes).count());
    leading(&leader, async || {
        add(&leader, "ONE").await;
        sleep(seconds(5)).await;
        add(&leader, "TWO").await;
        sleep(Duration::from_millis(100)).await;
        let term = leader.term();
        assert_eq!((sent(), leader.store.sync_log().unsent().await.unwrap().records), (2, 0));
        // It was sent, but no renewal has shown it: what was lost with a primary is lost.
        let two = Code::parse("TWO").unwrap().key().to_string();
        mongo.look(|shared| shared.documents.retain(|(_, key), _| key[0] != Value::Text(two.clone())));
        leader.mongo.goes(Way { is_cut: true, ..Way::default() });
        sleep(seconds(40)).await;
        assert_eq!(leader.leadership.phase(), Phase::Isolated);
        leader.mongo.goes(Way::default());
        sleep(seconds(10)).await;
        assert!(leader.term() > term);
        assert_eq!(sent(), 2);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_done_after_a_taking_in_place_is_sent_though_not_all_can_be_read() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leading(&leader, async || {
        add_players(&leader, 300).await;
        until_sent(&leader).await;
        sleep(seconds(5)).await;
        let term = leader.term();
        // What is sent takes longer than it takes until reading fails.
        leader.mongo.goes(Way { most_pages: 1, per_record: seconds(1), ..Way::default() });
        mongo.look(|shared| shared.lease = None);
        sleep(seconds(5)).await;
        assert!(leader.term() > term);
        add(&leader, "ONE").await;
        sleep(seconds(30)).await;
        let has_it = || mongo.look(|shared| shared.documents.keys().any(|(kind, _)| *kind == RecordKind::Codes));
        assert!(has_it());
        leader.mongo.goes(Way::default());
        sleep(seconds(30)).await;
        assert_eq!(leader.store.sync_log().unsent().await.unwrap().records, 0);
    })
    .await;
}

/// Of each try to read all kinds, a few come through.
#[tokio::test(start_paused = true)]
async fn over_a_bad_line_a_file_catches_up_kind_by_kind() {
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
    next.mongo.goes(Way { reads_one_in: 5, ..Way::default() });
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
async fn a_mongodb_that_takes_little_at_once_gets_everything_all_the_same() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leading(&leader, async || {
        leader.mongo.goes(Way { is_cut: true, ..Way::default() });
        for number in 0..100 {
            add(&leader, &format!("CODE{number}")).await;
        }
        for most_records in [30, 10] {
            leader.mongo.goes(Way { most_records, ..Way::default() });
            sleep(seconds(90)).await;
            assert_eq!(leader.store.sync_log().unsent().await.unwrap().records, 0, "{most_records} at once");
            leader.mongo.goes(Way { is_cut: true, ..Way::default() });
            add_players(&leader, 20).await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_write_that_arrives_after_the_takeover_is_adopted_though_its_sender_is_gone() {
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
    // The network holds it back until another one leads; its sender never comes back.
    let late = former.store.sync_log().page(RecordKind::Codes, None, 9).await.unwrap();
    let late = late.into_iter().find(|record| record.key()[..] == key("LATE")).unwrap();
    mongo.look(|shared| shared.documents.retain(|(_, found), _| found[..] != key("LATE")));
    let leader = Instance::new("b", &mongo).await;
    leading(&leader, async || {
        assert_eq!(codes(&leader).await, 1);
        sleep(seconds(5)).await;
        mongo.look(|shared| {
            let document = Document { record: late.clone(), at: Some(at), is_late: false };
            shared.documents.insert((RecordKind::Codes, late.key()), document);
        });
        sleep(seconds(15)).await;
        assert_eq!(codes(&leader).await, 2);
        let term = leader.term();
        mongo.look(|shared| {
            let there = &shared.documents[&(RecordKind::Codes, late.key())];
            assert_eq!(there.at.unwrap().term, term, "everybody who comes later finds it");
        });
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn much_goes_to_a_mongodb_far_away_in_few_rounds() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leader.mongo.goes(Way { to: Duration::from_millis(50), back: Duration::from_millis(50), ..Way::default() });
    leading(&leader, async || {
        until_sent(&leader).await;
        let before = leader.leadership.done(leader.term()).round;
        add_players(&leader, 5_000).await;
        until_sent(&leader).await;
        let rounds = leader.leadership.done(leader.term()).round - before;
        // The guild, then 1,000, 2,000, 4,000 and the rest.
        assert!(rounds <= 5, "{rounds}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_urgent_does_not_wait_long_for_a_round_to_a_slow_mongodb() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await;
    leader.mongo.goes(Way { per_record: Duration::from_millis(8), ..Way::default() });
    leading(&leader, async || {
        add_players(&leader, 2_500).await;
        // The first round takes 8 s, and the next half of that.
        sleep(seconds(15)).await;
        assert!(leader.store.sync_log().unsent().await.unwrap().records > 1_000);
        let began = Instant::now();
        add(&leader, "URGENT").await;
        while mongo.look(|shared| !shared.documents.keys().any(|(kind, _)| *kind == RecordKind::Codes)) {
            sleep(Duration::from_millis(10)).await;
        }
        // One round that is on its way, and its own.
        assert!(began.elapsed() < 2 * seconds(3), "{:?}", began.elapsed());
    })
    .await;
}
