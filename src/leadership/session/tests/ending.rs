use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::double::{CUT, Double, Instance, Log, OPEN, Way, after, seconds};
use crate::domain::codes::code::Code;
use crate::domain::sync::election::Lease;
use crate::domain::sync::record::RecordKind;
use crate::leadership::Phase;
use crate::leadership::session::{ActiveSession, Sessions, StateLocation};
use crate::store::{Blocking, FileLock, Leader, StateKind, StoreError};

fn location(folder: &Path, mongo: &Double) -> StateLocation {
    StateLocation {
        path: folder.join("state.db"),
        kind: StateKind::Bot,
        is_mongodb_required: false,
        clock: mongo.clock(),
        blocking: Blocking::default(),
    }
}

/// Another thread of an earlier session may hold the file for a moment longer.
fn take_lock(path: &Path) -> Arc<FileLock> {
    for _ in 0..1000 {
        match FileLock::take(path) {
            Err(StoreError::InUse(_)) => std::thread::sleep(Duration::from_millis(10)),
            taken => return taken.unwrap(),
        }
    }
    panic!("somebody keeps the lock");
}

fn sessions(folder: &Path, mongo: &Double) -> Sessions<Double, Double> {
    let location = location(folder, mongo);
    let lock = take_lock(&location.path);
    Sessions::new(location, Some(lock), Some((mongo.clone(), mongo.clone())))
}

/// Services that do nothing until they must end.
async fn idle(session: ActiveSession) -> anyhow::Result<Option<()>> {
    session.done.cancelled().await;
    Ok(None)
}

async fn add_codes(session: &ActiveSession, count: usize) {
    for at in 0..count {
        session.store.codes().add_code(Code::parse(&format!("CODE{at}")).unwrap()).await.unwrap();
    }
}

fn documents(mongo: &Double, kind: RecordKind) -> usize {
    mongo.inspect(|shared| shared.documents.keys().filter(|(of, _)| *of == kind).count())
}

/// The program runs without MongoDB for a while, so its changes are not in the outbox.
#[tokio::test(start_paused = true)]
async fn changes_made_without_mongodb_reach_it_once_it_is_configured_again() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let adding = async |count| {
        async move |session: ActiveSession| -> anyhow::Result<Option<()>> {
            add_codes(&session, count).await;
            Ok(Some(()))
        }
    };
    sessions(folder.path(), &mongo).run(&after(60), adding(1).await).await.unwrap().unwrap();
    {
        let location = location(folder.path(), &mongo);
        let lock = take_lock(&location.path);
        let mut alone: Sessions<Double, Double> = Sessions::new(location, Some(lock), None);
        alone.run(&after(60), adding(3).await).await.unwrap().unwrap();
    }
    assert_eq!(documents(&mongo, RecordKind::Codes), 1);
    sessions(folder.path(), &mongo).run(&after(60), idle).await.unwrap();
    assert_eq!(documents(&mongo, RecordKind::Codes), 3);
}

#[tokio::test(start_paused = true)]
async fn a_stop_sends_everything_and_gives_the_lease_back_within_its_time() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let stop = CancellationToken::new();
    let asked = Mutex::new(None);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        // From here on each command takes more than a second.
        mongo.set_way(Way { to: Duration::from_millis(300), back: seconds(1), ..OPEN });
        add_codes(&session, 20).await;
        *asked.lock().unwrap() = Some(Instant::now());
        stop.cancel();
        session.done.cancelled().await;
        Ok(None)
    };
    sessions(folder.path(), &mongo).run(&stop, services).await.unwrap();
    assert!(asked.lock().unwrap().unwrap().elapsed() <= seconds(25));
    assert_eq!(documents(&mongo, RecordKind::Codes), 20);
    let lease = mongo.lease().unwrap();
    assert!(lease.released && lease.unsent == 0, "{lease:?}");
    // The next process has nothing to compare and little to read.
    let read = mongo.inspect(|shared| std::mem::take(&mut shared.read));
    mongo.set_way(OPEN);
    sessions(folder.path(), &mongo).run(&after(5), idle).await.unwrap();
    assert_eq!((read, mongo.inspect(|shared| shared.read)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_stop_takes_25_s_though_services_hang_and_mongodb_does_not_answer() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let stop = CancellationToken::new();
    let asked = Mutex::new(None);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        sleep(seconds(5)).await;
        mongo.set_way(CUT);
        add_codes(&session, 3).await;
        *asked.lock().unwrap() = Some(Instant::now());
        stop.cancel();
        std::future::pending().await
    };
    sessions(folder.path(), &mongo).run(&stop, services).await.unwrap();
    let took = asked.lock().unwrap().unwrap().elapsed();
    assert!(took >= seconds(12) && took <= seconds(25), "{took:?}");
    assert_eq!(documents(&mongo, RecordKind::Codes), 0);
    // Nothing is lost: the file has it, and the next start sends it.
    mongo.set_way(OPEN);
    sessions(folder.path(), &mongo).run(&after(60), idle).await.unwrap();
    assert_eq!(documents(&mongo, RecordKind::Codes), 3);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_mongodb_does_not_end_the_session_and_everything_is_sent_after_it() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let starts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| {
        starts.fetch_add(1, Ordering::Relaxed);
        add_codes(&session, 5).await;
        sleep(seconds(10)).await;
        mongo.inspect(|shared| shared.read = 0);
        mongo.set_way(CUT);
        sleep(seconds(100)).await;
        assert!(session.leadership.is_leader());
        add_codes(&session, 8).await;
        mongo.set_way(OPEN);
        sleep(seconds(30)).await;
        assert!(session.leadership.term().is_some() && documents(&mongo, RecordKind::Codes) == 8);
        // The outbox knew the missing changes: nothing is compared, and only later writes are read.
        assert!(mongo.inspect(|shared| shared.read) <= 3);
        Ok(Some(()))
    };
    sessions(folder.path(), &mongo).run(&after(1_000), services).await.unwrap().unwrap();
    assert_eq!(starts.load(Ordering::Relaxed), 1, "the same services continued");
}

#[tokio::test(start_paused = true)]
async fn a_broken_file_is_restored_from_mongodb_with_growing_waits() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let starts = Mutex::new(Vec::new());
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        let count = {
            let mut starts = starts.lock().unwrap();
            starts.push(Instant::now());
            starts.len()
        };
        if count == 1 {
            add_codes(&session, 3).await;
        }
        assert_eq!(session.store.sync_log().page(RecordKind::Codes, None, 10).await?.len(), 3);
        if count == 5 {
            return Ok(Some(()));
        }
        std::fs::remove_file(folder.path().join("state.db"))?;
        let written = session.store.codes().add_code(Code::parse("LATER").unwrap()).await;
        assert!(written.is_err());
        session.done.cancelled().await;
        Ok(None)
    };
    sessions(folder.path(), &mongo).run(&after(1_000), services).await.unwrap().unwrap();
    let starts = starts.into_inner().unwrap();
    let waits: Vec<u64> = starts.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8]);
}

#[tokio::test(start_paused = true)]
async fn a_fenced_off_session_ends_at_once_and_the_next_has_the_other_leaders_writes() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let starts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        if starts.fetch_add(1, Ordering::Relaxed) == 1 {
            return Ok(Some(()));
        }
        add_codes(&session, 1).await;
        sleep(seconds(1)).await;
        // Another instance leads under a term of its own, and wrote the same record.
        let term = session.leadership.term().unwrap() + 1;
        mongo.inspect(|shared| shared.documents.values_mut().for_each(|d| d.at.as_mut().unwrap().term = term));
        let ended = Instant::now();
        session.store.codes().add_code(Code::parse("CODE0").unwrap()).await?;
        let renamed = session.store.sync_log().page(RecordKind::Codes, None, 1).await?;
        session
            .store
            .sync_log()
            .put_into_outbox(RecordKind::Codes, renamed.iter().map(|record| record.key()).collect())
            .await?;
        session.store.codes().add_code(Code::parse("MORE").unwrap()).await?;
        session.done.cancelled().await;
        assert!(ended.elapsed() < seconds(1) && !session.leadership.is_leader());
        Ok(None)
    };
    sessions(folder.path(), &mongo).run(&after(1_000), services).await.unwrap().unwrap();
    assert_eq!(starts.load(Ordering::Relaxed), 2);
    assert_eq!(documents(&mongo, RecordKind::Codes), 2);
}
#[tokio::test(start_paused = true)]
async fn an_unusable_file_is_replaced_by_a_temporary_copy_until_it_works_again() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let place = folder.path().join("disk");
    std::fs::write(&place, "not a folder").unwrap();
    let starts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        if starts.fetch_add(1, Ordering::Relaxed) == 0 {
            assert!(session.store.is_temporary());
            add_codes(&session, 3).await;
            assert_eq!(documents(&mongo, RecordKind::Codes), 3, "acknowledged means that MongoDB has it");
            std::fs::remove_file(&place)?;
            session.done.cancelled().await;
            return Ok(None);
        }
        assert!(!session.store.is_temporary());
        assert_eq!(session.store.sync_log().page(RecordKind::Codes, None, 10).await?.len(), 3);
        Ok(Some(()))
    };
    let mut sessions = Sessions::new(location(&place, &mongo), None, Some((mongo.clone(), mongo.clone())));
    sessions.run(&after(1_000), services).await.unwrap().unwrap();
    assert_eq!(starts.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_an_outage_sends_the_outbox_if_mongodb_returns_in_time() {
    for back_after in [5, 15] {
        let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
        let stop = CancellationToken::new();
        let asked = Mutex::new(None);
        let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
            mongo.set_way(CUT);
            sleep(seconds(60)).await;
            assert_eq!(session.leadership.phase(), Phase::Isolated);
            add_codes(&session, 3).await;
            *asked.lock().unwrap() = Some(Instant::now());
            stop.cancel();
            let mongo = mongo.clone();
            tokio::spawn(async move {
                sleep(seconds(back_after)).await;
                mongo.set_way(OPEN);
            });
            session.done.cancelled().await;
            Ok(None)
        };
        sessions(folder.path(), &mongo).run(&stop, services).await.unwrap();
        assert!(asked.lock().unwrap().unwrap().elapsed() <= seconds(25));
        assert_eq!(documents(&mongo, RecordKind::Codes), 3, "{back_after} s");
        let lease = mongo.lease().unwrap();
        assert!(lease.released && lease.unsent == 0, "{lease:?}");
    }
}

/// A quarter of the commands is not answered.
#[tokio::test(start_paused = true)]
async fn a_stop_sends_only_unanswered_commands_again() {
    for leads in [true, false] {
        let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
        let stop = CancellationToken::new();
        let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
            mongo.set_way(CUT);
            add_codes(&session, 40).await;
            if !leads {
                let another_has_led = |lease: &mut Lease| (lease.holder, lease.term) = ("b".to_owned(), lease.term + 1);
                mongo.inspect(|shared| shared.lease.as_mut().map(another_has_led));
            }
            mongo.set_way(Way { back: Duration::from_millis(500), loses_one_in: 4, per_command: 1, ..OPEN });
            stop.cancel();
            session.done.cancelled().await;
            Ok(None)
        };
        let (log, _logs) = Log::begin();
        sessions(folder.path(), &mongo).run(&stop, services).await.unwrap();
        assert_eq!(documents(&mongo, RecordKind::Codes), 40);
        assert!(!log.text().contains("CRITICAL"), "{}", log.text());
        assert_eq!(mongo.lease().unwrap().released, leads);
    }
}

#[tokio::test(start_paused = true)]
async fn a_restore_interrupted_by_a_stop_leaves_no_file_that_acts_alone() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        add_codes(&session, 250).await;
        Ok(Some(()))
    };
    sessions(folder.path(), &mongo).run(&after(100), services).await.unwrap().unwrap();
    // Another disk, and no lease that would show a leader. A part is restored, and then no more.
    let folder = tempfile::tempdir().unwrap();
    mongo.inspect(|shared| shared.lease = None);
    mongo.set_way(Way { most_pages: 1, ..OPEN });
    let acts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| {
        acts.fetch_add(1, Ordering::Relaxed);
        idle(session).await
    };
    sessions(folder.path(), &mongo).run(&after(50), services).await.unwrap();
    assert!(mongo.lease().unwrap().released);
    mongo.set_way(CUT);
    sessions(folder.path(), &mongo).run(&after(60), services).await.unwrap();
    assert_eq!(acts.load(Ordering::Relaxed), 0, "half the state must not be acted on");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_instance_stops_without_an_error() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let other = Instance::new("other", &mongo).await.leads().await;
    let (log, _logs) = Log::begin();
    let mut sessions = sessions(folder.path(), &mongo);
    let stop = after(10);
    tokio::select! {
        ended = other.election.hold(&other.sync_log) => panic!("{ended:?}"),
        ended = sessions.run(&stop, idle) => assert!(ended.unwrap().is_none()),
    }
    let text = log.text();
    assert!(text.contains("Another instance is active") && !text.contains("ERROR"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_two_sessions_sends_the_outbox() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let stop = CancellationToken::new();
    let ended = AtomicUsize::new(0);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        mongo.set_way(CUT);
        add_codes(&session, 3).await;
        session.done.cancelled().await;
        ended.fetch_add(1, Ordering::Relaxed);
        let (mongo, stop) = (mongo.clone(), stop.clone());
        tokio::spawn(async move {
            sleep(Duration::from_millis(500)).await;
            mongo.set_way(OPEN);
            stop.cancel();
        });
        Ok(None)
    };
    let location = StateLocation { is_mongodb_required: true, ..location(folder.path(), &mongo) };
    let lock = take_lock(&location.path);
    let mut sessions = Sessions::new(location, Some(lock), Some((mongo.clone(), mongo.clone())));
    sessions.run(&stop, services).await.unwrap();
    assert_eq!(ended.load(Ordering::Relaxed), 1, "the second one runs nothing");
    assert_eq!(documents(&mongo, RecordKind::Codes), 3);
    let lease = mongo.lease().unwrap();
    assert!(lease.released && lease.unsent == 0, "{lease:?}");
}
