use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::double::{CUT, Double, Instance, OPEN, REFUSES, Way, seconds};
use crate::domain::sync::election::{CALLS_END_WITHIN, HOLD, LEASE, Lease, RENEW_INTERVAL};
use crate::domain::sync::record::RecordKind;
use crate::leadership::Phase;
use crate::leadership::election::SessionEnd;
use crate::ports::replica::{Authority, Replica};
use crate::store::Leader;

/// Whether it is still waiting after so many seconds.
async fn waits(instance: &Instance, within: u64) -> bool {
    timeout(seconds(within), instance.election.campaign(&instance.sync_log)).await.is_err()
}

/// Holds the lease for so many seconds. Returns the end of the session if it ended.
async fn keeps(instance: &Instance, within: u64) -> Option<SessionEnd> {
    timeout(seconds(within), instance.election.hold(&instance.sync_log)).await.ok().and_then(Result::err)
}

#[tokio::test(start_paused = true)]
async fn leadership_is_counted_from_before_the_renewal_was_sent() {
    for way in [Way { back: seconds(3), ..OPEN }, Way { to: seconds(3), ..OPEN }] {
        let mongo = Double::new();
        let leader = Instance::new("a", &mongo).await.leads().await;
        leader.mongo.set_way(way);
        let (clock, taken_until) = (mongo.clock(), leader.leadership.until().unwrap());
        let keep = leader.election.hold(&leader.sync_log);
        let watch = async {
            let (mut renewals, mut sent_by) = (0, clock.boot());
            for _ in 0..400 {
                sleep(Duration::from_millis(50)).await;
                let now = mongo.inspect(|shared| shared.renewals);
                if now > renewals {
                    (renewals, sent_by) = (now, clock.boot().saturating_sub(way.to));
                }
                let until = leader.leadership.until().unwrap();
                assert!(until <= taken_until.max(sent_by + HOLD), "{way:?}");
            }
            assert!(renewals >= 3 && leader.leadership.until().unwrap() > taken_until);
        };
        tokio::select! {
            _ = keep => panic!("it ended"),
            () = watch => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_takeover_from_a_dead_leader_takes_the_whole_length_of_a_lease() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    let until = leader.leadership.until().unwrap();
    let next = Instance::new("b", &mongo).await;
    let began = Instant::now();
    assert!(waits(&next, 29).await);
    // An outage that both see gives the leader the whole time again.
    next.mongo.set_way(CUT);
    assert!(waits(&next, 3).await);
    next.mongo.set_way(OPEN);
    next.election.campaign(&next.sync_log).await.unwrap();
    assert!(began.elapsed() >= seconds(32) + LEASE && began.elapsed() < seconds(35) + LEASE, "{:?}", began.elapsed());
    assert!(mongo.clock().boot() > until && !leader.leadership.is_leader());
    assert!(matches!(next.leadership.phase(), Phase::CatchingUp(_)));
    assert!(
        next.store.sync_log().replica_history().await.unwrap().is_stale,
        "what the other wrote is not in this file"
    );
}

#[tokio::test(start_paused = true)]
async fn a_released_lease_and_a_dead_predecessors_lease_are_taken_at_once_but_not_a_copys() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    // A copy of the folder has a new name at each start, and knows of no dead predecessor.
    let copy = Instance::new("a copy", &mongo).await;
    assert!(waits(&copy, 20).await);
    let again = Instance::with("b", &mongo, Some("a"), false, tempfile::tempdir().unwrap()).await;
    assert!(!waits(&again, 1).await, "the file's lock shows that its predecessor is dead");
    assert!(again.term() > leader.term());
    again.election.release(0).await;
    assert!(!waits(&copy, 1).await);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_taking_the_lease_does_no_harm() {
    let mongo = Double::new();
    let instance = Instance::new("a", &mongo).await;
    instance.mongo.set_way(Way { loses_answers: true, ..OPEN });
    assert!(waits(&instance, 5).await);
    instance.mongo.set_way(OPEN);
    assert!(!waits(&instance, 2).await, "the lease in its own name is its own");
}

#[tokio::test(start_paused = true)]
async fn a_removed_lease_is_retaken_without_a_new_session_and_terms_never_restart() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    let term = leader.term();
    mongo
        .put(&leader.store.sync_log().page(RecordKind::Codes, None, 9).await.unwrap(), Authority::Former)
        .await
        .unwrap();
    let waiting = Instance::new("b", &mongo).await;
    let watch = async {
        sleep(seconds(4)).await;
        mongo.inspect(|shared| shared.lease = None);
        for _ in 0..100 {
            sleep(Duration::from_millis(100)).await;
            assert!(leader.leadership.is_leader());
        }
        assert!(leader.term() > term && mongo.lease().unwrap().term == leader.term());
    };
    tokio::select! {
        ended = leader.election.hold(&leader.sync_log) => panic!("{ended:?}"),
        waited = waiting.election.campaign(&waiting.sync_log) => panic!("{waited:?}"),
        () = watch => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_removed_lease_is_not_taken_from_a_leader_that_has_written_nothing_yet() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    mongo.inspect(|shared| assert!(shared.documents.is_empty()));
    let next = Instance::new("b", &mongo).await;
    assert!(waits(&next, 2).await);
    mongo.inspect(|shared| shared.lease = None);
    assert!(waits(&next, 25).await, "{:?}", leader.leadership.phase());
}

#[tokio::test(start_paused = true)]
async fn an_isolated_instance_whose_lease_was_removed_catches_up_first() {
    let mongo = Double::new();
    let alone = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    mongo
        .put(&alone.store.sync_log().page(RecordKind::Codes, None, 9).await.unwrap(), Authority::Former)
        .await
        .unwrap();
    alone.mongo.set_way(CUT);
    assert_eq!(keeps(&alone, 40).await, None);
    assert_eq!(alone.leadership.phase(), Phase::Isolated);
    // Another instance has led and is gone, and so is the lease.
    mongo.inspect(|shared| shared.lease = None);
    alone.mongo.set_way(OPEN);
    let ended = keeps(&alone, 40).await.unwrap();
    assert!(ended.reason.contains("catching up first") && ended.calls_end_within.is_zero(), "{ended:?}");
    // It holds the lease by now, so it waits for nothing.
    assert!(!waits(&alone, 1).await);
    assert!(matches!(alone.leadership.phase(), Phase::CatchingUp(_)), "{:?}", alone.leadership.phase());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_another_took_ends_the_session_at_once_and_the_file_knows() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    let term = leader.term() + 1;
    mongo.inspect(|shared| shared.lease = Some(Lease { holder: "b".into(), term, ..shared.lease.clone().unwrap() }));
    let ended = keeps(&leader, 5).await.unwrap();
    assert!(ended.reason.contains("Another instance has led") && ended.calls_end_within.is_zero(), "{ended:?}");
    assert!(leader.store.sync_log().replica_history().await.unwrap().is_stale);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_not_complete_does_not_act_while_mongodb_refuses_writes() {
    let mongo = Double::new();
    let other = Instance::new("a", &mongo).await.leads().await;
    let term = other.term();
    other.election.release(0).await;
    for (is_stale, is_required) in [(true, false), (false, true), (false, false)] {
        let folder = tempfile::tempdir().unwrap();
        let instance = Instance::with("b", &mongo, None, is_required, folder).await;
        let instance = instance.holds("ONE").await.knows(if is_stale { term - 1 } else { term }, 0).await;
        instance.mongo.set_way(REFUSES);
        let permission = !is_stale && !is_required;
        assert_eq!(waits(&instance, 40).await, !permission, "{is_stale} {is_required}");
        assert_eq!(matches!(instance.leadership.phase(), Phase::Isolated), permission);
    }
}

#[tokio::test(start_paused = true)]
async fn without_mongodb_only_a_complete_file_without_a_standby_acts() {
    let mongo = Double::new();
    let empty = Instance::new("a", &mongo).await;
    let unknown = Instance::new("b", &mongo).await.holds("ONE").await;
    let stale = Instance::new("c", &mongo).await.holds("ONE").await.knows(5, 1).await;
    stale.store.sync_log().note_stale().await.unwrap();
    let led = Instance::new("d", &mongo).await.holds("ONE").await.knows(5, 1).await;
    led.store.sync_log().note_standby(true).await.unwrap();
    let known = Instance::new("e", &mongo).await.holds("ONE").await.knows(5, 1).await;
    for (instance, acts) in [(empty, false), (unknown, false), (stale, false), (led, false), (known, true)] {
        instance.mongo.set_way(CUT);
        assert_eq!(waits(&instance, 20).await, !acts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_taken_in_an_earlier_session_does_not_count_in_the_next() {
    let mongo = Double::new();
    let instance = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    assert!(instance.election.succession().borrow().own.is_some());
    instance.mongo.set_way(CUT);
    assert!(!waits(&instance, 20).await);
    assert!(matches!(instance.leadership.phase(), Phase::Isolated));
    assert!(instance.election.succession().borrow().own.is_none(), "no lease was taken");
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_ends_before_the_standby_begins() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    let standby = Instance::new("b", &mongo).await;
    let taking = async {
        standby.election.campaign(&standby.sync_log).await.unwrap();
        mongo.clock().boot()
    };
    let leading = async {
        let cut = async {
            sleep(seconds(10)).await;
            assert!(
                leader.leadership.has_standby() && leader.store.sync_log().replica_history().await.unwrap().had_standby
            );
            leader.mongo.set_way(CUT);
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            () = cut => unreachable!(),
            Err(ended) = leader.election.hold(&leader.sync_log) => ended,
        };
        assert!(ended.reason.contains("another instance waits"), "{ended:?}");
        let until = leader.leadership.until().unwrap();
        let left = until - mongo.clock().boot();
        assert!(left <= CALLS_END_WITHIN && left + seconds(1) > CALLS_END_WITHIN, "{left:?}");
        assert!(ended.calls_end_within > seconds(6) && ended.calls_end_within < left, "{ended:?}");
        until
    };
    let (until, taken) = tokio::join!(leading, taking);
    assert!(taken > until);
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_takes_its_lease_again_still_knows_of_the_standby() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    mongo
        .put(&leader.store.sync_log().page(RecordKind::Codes, None, 9).await.unwrap(), Authority::Former)
        .await
        .unwrap();
    let standby = Instance::new("b", &mongo).await;
    let watch = async {
        sleep(seconds(60)).await;
        // Long enough that the standby's last beat no longer counts. The count starts again with the lease.
        leader.mongo.set_way(CUT);
        sleep(seconds(16)).await;
        mongo.inspect(|shared| shared.lease = None);
        leader.mongo.set_way(OPEN);
        for _ in 0..200 {
            sleep(Duration::from_millis(100)).await;
            assert!(leader.leadership.has_standby());
        }
    };
    tokio::select! {
        ended = leader.election.hold(&leader.sync_log) => panic!("{ended:?}"),
        waited = standby.election.campaign(&standby.sync_log) => panic!("{waited:?}"),
        () = watch => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_lone_leader_survives_an_outage_and_a_new_instance_waits() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    let term = leader.term();
    let newcomer = Instance::new("b", &mongo).await;
    let watch = async {
        leader.mongo.set_way(CUT);
        newcomer.mongo.set_way(CUT);
        sleep(seconds(60)).await;
        assert_eq!(leader.leadership.phase(), Phase::Isolated);
        // The new instance connects first, and watches for the length of a lease.
        newcomer.mongo.set_way(OPEN);
        sleep(seconds(20)).await;
        leader.mongo.set_way(OPEN);
        sleep(seconds(4)).await;
        assert!(leader.term() > term, "it was taken again in place");
    };
    tokio::select! {
        ended = leader.election.hold(&leader.sync_log) => panic!("{ended:?}"),
        waited = newcomer.election.campaign(&newcomer.sync_log) => panic!("{waited:?}"),
        () = watch => {}
    }
}

#[tokio::test(start_paused = true)]
async fn an_isolated_instance_ends_as_soon_as_it_sees_that_another_has_led() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    leader.mongo.set_way(CUT);
    assert_eq!(keeps(&leader, 40).await, None);
    let other = Instance::new("b", &mongo).await;
    other.election.campaign(&other.sync_log).await.unwrap();
    other.election.release(0).await;
    leader.mongo.set_way(OPEN);
    let ended = keeps(&leader, 3).await.unwrap();
    assert!(ended.reason.contains("Another instance has led") && ended.calls_end_within.is_zero(), "{ended:?}");
    assert!(leader.store.sync_log().replica_history().await.unwrap().is_stale);
}

#[tokio::test(start_paused = true)]
async fn with_mongodb_required_nothing_is_done_without_it() {
    let mongo = Double::new();
    let folder = tempfile::tempdir().unwrap();
    let leader = Instance::with("a", &mongo, None, true, folder).await.holds("ONE").await.leads().await;
    assert_eq!(keeps(&leader, 5).await, None);
    assert!(leader.leadership.has_standby(), "actions need their intent in MongoDB first, even without a standby");
    assert!(!leader.store.sync_log().replica_history().await.unwrap().had_standby);
    leader.mongo.set_way(CUT);
    let ended = keeps(&leader, 30).await.unwrap();
    assert!(ended.reason.contains("MONGODB_REQUIRED") && !ended.calls_end_within.is_zero(), "{ended:?}");
    assert!(mongo.clock().boot() + CALLS_END_WITHIN <= leader.leadership.until().unwrap() + RENEW_INTERVAL);
    assert!(waits(&leader, 100).await);
}
