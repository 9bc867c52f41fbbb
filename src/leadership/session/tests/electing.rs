use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::double::{CUT, Double, Instance, OPEN, REFUSES, Way, seconds};
use crate::domain::sync::election::{CALLS_END_WITHIN, HOLD, LEASE, Lease, RENEW_EVERY};
use crate::domain::sync::record::RecordKind;
use crate::leadership::Phase;
use crate::leadership::election::Ended;
use crate::ports::replica::{Authority, Replica};
use crate::store::Leader;

/// Whether it may act within so long.
async fn waits(instance: &Instance, within: u64) -> bool {
    timeout(seconds(within), instance.election.wait(&instance.sync_log)).await.is_err()
}

/// Keeps the lease for so long; how that ended, if it did.
async fn keeps(instance: &Instance, within: u64) -> Option<Ended> {
    timeout(seconds(within), instance.election.keep(&instance.sync_log)).await.ok().and_then(Result::err)
}

#[tokio::test(start_paused = true)]
async fn leadership_is_counted_from_before_the_renewal_was_sent() {
    for way in [Way { back: seconds(3), ..OPEN }, Way { to: seconds(3), ..OPEN }] {
        let mongo = Double::new();
        let leader = Instance::new("a", &mongo).await.leads().await;
        leader.mongo.goes(way);
        let (clock, taken_until) = (mongo.clock(), leader.leadership.until().unwrap());
        let keep = leader.election.keep(&leader.sync_log);
        let watch = async {
            let (mut renewals, mut sent_by) = (0, clock.boot());
            for _ in 0..400 {
                sleep(Duration::from_millis(50)).await;
                let now = mongo.look(|shared| shared.renewals);
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
async fn who_takes_over_from_a_dead_leader_has_watched_for_the_whole_length_of_a_lease() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    let until = leader.leadership.until().unwrap();
    let next = Instance::new("b", &mongo).await;
    let began = Instant::now();
    assert!(waits(&next, 29).await);
    // An outage that both see gives the leader its whole time to come back.
    next.mongo.goes(CUT);
    assert!(waits(&next, 3).await);
    next.mongo.goes(OPEN);
    next.election.wait(&next.sync_log).await.unwrap();
    assert!(began.elapsed() >= seconds(32) + LEASE && began.elapsed() < seconds(35) + LEASE, "{:?}", began.elapsed());
    assert!(mongo.clock().boot() > until && !leader.leadership.is_leader());
    assert!(matches!(next.leadership.phase(), Phase::CatchingUp(_)));
    assert!(
        next.store.sync_log().replica_history().await.unwrap().is_stale,
        "what the other wrote is not in this file"
    );
}

#[tokio::test(start_paused = true)]
async fn a_released_lease_and_a_dead_predecessors_are_taken_at_once_and_a_copys_is_not() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    // A copy of the folder has another name for each start, and knows of no dead predecessor.
    let copy = Instance::new("a copy", &mongo).await;
    assert!(waits(&copy, 20).await);
    let again = Instance::with("b", &mongo, Some("a"), false, tempfile::tempdir().unwrap()).await;
    assert!(!waits(&again, 1).await, "the lock of the file tells that its predecessor is dead");
    assert!(again.term() > leader.term());
    again.election.release(0).await;
    assert!(!waits(&copy, 1).await);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_taking_does_no_harm() {
    let mongo = Double::new();
    let instance = Instance::new("a", &mongo).await;
    instance.mongo.goes(Way { loses_answers: true, ..OPEN });
    assert!(waits(&instance, 5).await);
    instance.mongo.goes(OPEN);
    assert!(!waits(&instance, 2).await, "the lease in its own name is its own");
}

#[tokio::test(start_paused = true)]
async fn a_removed_lease_is_taken_again_in_place_and_terms_never_restart() {
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
        mongo.look(|shared| shared.lease = None);
        for _ in 0..100 {
            sleep(Duration::from_millis(100)).await;
            assert!(leader.leadership.is_leader());
        }
        assert!(leader.term() > term && mongo.lease().unwrap().term == leader.term());
    };
    tokio::select! {
        ended = leader.election.keep(&leader.sync_log) => panic!("{ended:?}"),
        waited = waiting.election.wait(&waiting.sync_log) => panic!("{waited:?}"),
        () = watch => {}
    }
}

#[tokio::test(start_paused = true)]
async fn who_saw_a_leader_that_has_written_nothing_yet_does_not_take_a_removed_lease_from_it() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    mongo.look(|shared| assert!(shared.documents.is_empty()));
    let next = Instance::new("b", &mongo).await;
    assert!(waits(&next, 2).await);
    mongo.look(|shared| shared.lease = None);
    assert!(waits(&next, 25).await, "{:?}", leader.leadership.phase());
}

#[tokio::test(start_paused = true)]
async fn who_was_alone_when_the_lease_was_removed_catches_up_before_it_goes_on() {
    let mongo = Double::new();
    let alone = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    mongo
        .put(&alone.store.sync_log().page(RecordKind::Codes, None, 9).await.unwrap(), Authority::Former)
        .await
        .unwrap();
    alone.mongo.goes(CUT);
    assert_eq!(keeps(&alone, 40).await, None);
    assert_eq!(alone.leadership.phase(), Phase::Isolated);
    // Another one has led and is gone, and so is the lease.
    mongo.look(|shared| shared.lease = None);
    alone.mongo.goes(OPEN);
    let ended = keeps(&alone, 40).await.unwrap();
    assert!(ended.why.contains("catches up first") && ended.calls_end_within.is_zero(), "{ended:?}");
    // The lease is its own by now: it waits for nothing.
    assert!(!waits(&alone, 1).await);
    assert!(matches!(alone.leadership.phase(), Phase::CatchingUp(_)), "{:?}", alone.leadership.phase());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_another_took_ends_the_session_at_once_and_the_file_knows() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.leads().await;
    let term = leader.term() + 1;
    mongo.look(|shared| shared.lease = Some(Lease { holder: "b".into(), term, ..shared.lease.clone().unwrap() }));
    let ended = keeps(&leader, 5).await.unwrap();
    assert!(ended.why.contains("Another instance has led") && ended.calls_end_within.is_zero(), "{ended:?}");
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
        instance.mongo.goes(REFUSES);
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
        instance.mongo.goes(CUT);
        assert_eq!(waits(&instance, 20).await, !acts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_taking_of_an_earlier_session_is_none_of_the_next_one() {
    let mongo = Double::new();
    let instance = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    assert!(instance.election.succession().borrow().own.is_some());
    instance.mongo.goes(CUT);
    assert!(!waits(&instance, 20).await);
    assert!(matches!(instance.leadership.phase(), Phase::Isolated));
    assert!(instance.election.succession().borrow().own.is_none(), "nothing was taken that could be caught up with");
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_cut_off_ends_before_the_standby_begins() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    let standby = Instance::new("b", &mongo).await;
    let taking = async {
        standby.election.wait(&standby.sync_log).await.unwrap();
        mongo.clock().boot()
    };
    let leading = async {
        let cut = async {
            sleep(seconds(10)).await;
            assert!(
                leader.leadership.has_standby() && leader.store.sync_log().replica_history().await.unwrap().had_standby
            );
            leader.mongo.goes(CUT);
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            () = cut => unreachable!(),
            Err(ended) = leader.election.keep(&leader.sync_log) => ended,
        };
        assert!(ended.why.contains("another instance waits"), "{ended:?}");
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
        // So long that the standby's last beat counts no more, and its count begins anew with the lease.
        leader.mongo.goes(CUT);
        sleep(seconds(16)).await;
        mongo.look(|shared| shared.lease = None);
        leader.mongo.goes(OPEN);
        for _ in 0..200 {
            sleep(Duration::from_millis(100)).await;
            assert!(leader.leadership.has_standby());
        }
    };
    tokio::select! {
        ended = leader.election.keep(&leader.sync_log) => panic!("{ended:?}"),
        waited = standby.election.wait(&standby.sync_log) => panic!("{waited:?}"),
        () = watch => {}
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_nobody_else_saw_cuts_nothing_and_a_newcomer_waits_it_out() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    let term = leader.term();
    let newcomer = Instance::new("b", &mongo).await;
    let watch = async {
        leader.mongo.goes(CUT);
        newcomer.mongo.goes(CUT);
        sleep(seconds(60)).await;
        assert_eq!(leader.leadership.phase(), Phase::Isolated);
        // The newcomer gets there first, and watches for as long as a lease is.
        newcomer.mongo.goes(OPEN);
        sleep(seconds(20)).await;
        leader.mongo.goes(OPEN);
        sleep(seconds(4)).await;
        assert!(leader.term() > term, "it was taken again in place");
    };
    tokio::select! {
        ended = leader.election.keep(&leader.sync_log) => panic!("{ended:?}"),
        waited = newcomer.election.wait(&newcomer.sync_log) => panic!("{waited:?}"),
        () = watch => {}
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_acts_alone_ends_as_soon_as_it_sees_that_another_has_led() {
    let mongo = Double::new();
    let leader = Instance::new("a", &mongo).await.holds("ONE").await.leads().await;
    leader.mongo.goes(CUT);
    assert_eq!(keeps(&leader, 40).await, None);
    let other = Instance::new("b", &mongo).await;
    other.election.wait(&other.sync_log).await.unwrap();
    other.election.release(0).await;
    leader.mongo.goes(OPEN);
    let ended = keeps(&leader, 3).await.unwrap();
    assert!(ended.why.contains("Another instance has led") && ended.calls_end_within.is_zero(), "{ended:?}");
    assert!(leader.store.sync_log().replica_history().await.unwrap().is_stale);
}

#[tokio::test(start_paused = true)]
async fn with_mongodb_required_nothing_is_done_without_it() {
    let mongo = Double::new();
    let folder = tempfile::tempdir().unwrap();
    let leader = Instance::with("a", &mongo, None, true, folder).await.holds("ONE").await.leads().await;
    assert_eq!(keeps(&leader, 5).await, None);
    assert!(leader.leadership.has_standby(), "what is done needs its intent in MongoDB first, whoever waits");
    assert!(!leader.store.sync_log().replica_history().await.unwrap().had_standby);
    leader.mongo.goes(CUT);
    let ended = keeps(&leader, 30).await.unwrap();
    assert!(ended.why.contains("MONGODB_REQUIRED") && !ended.calls_end_within.is_zero(), "{ended:?}");
    assert!(mongo.clock().boot() + CALLS_END_WITHIN <= leader.leadership.until().unwrap() + RENEW_EVERY);
    assert!(waits(&leader, 100).await);
}
