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

/// What a session before this one has begun on another thread may have the file for a moment yet.
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

/// Services that do nothing until they are to end.
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
    mongo.look(|shared| shared.documents.keys().filter(|(of, _)| *of == kind).count())
}

/// For a while the program is run without MongoDB: what it does then is noted for nobody.
#[tokio::test(start_paused = true)]
async fn what_was_done_without_mongodb_is_in_it_once_it_is_used_again() {
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
        mongo.goes(Way { to: Duration::from_millis(300), back: seconds(1), ..OPEN });
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
    // The next one has nothing to compare and little to read.
    let read = mongo.look(|shared| std::mem::take(&mut shared.read));
    mongo.goes(OPEN);
    sessions(folder.path(), &mongo).run(&after(5), idle).await.unwrap();
    assert_eq!((read, mongo.look(|shared| shared.read)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_stop_takes_no_longer_though_services_do_not_end_and_mongodb_does_not_answer() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let stop = CancellationToken::new();
    let asked = Mutex::new(None);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        sleep(seconds(5)).await;
        mongo.goes(CUT);
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
    mongo.goes(OPEN);
    sessions(folder.path(), &mongo).run(&after(60), idle).await.unwrap();
    assert_eq!(documents(&mongo, RecordKind::Codes), 3);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_mongodb_cuts_nothing_and_all_is_there_afterwards() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let starts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| {
        starts.fetch_add(1, Ordering::Relaxed);
        add_codes(&session, 5).await;
        sleep(seconds(10)).await;
        mongo.look(|shared| shared.read = 0);
        mongo.goes(CUT);
        sleep(seconds(100)).await;
        assert!(session.leadership.is_leader());
        add_codes(&session, 8).await;
        mongo.goes(OPEN);
        sleep(seconds(30)).await;
        assert!(session.leadership.term().is_some() && documents(&mongo, RecordKind::Codes) == 8);
        // The outbox knew what was missing: nothing was compared, and nothing is read but what was written since.
        assert!(mongo.look(|shared| shared.read) <= 3);
        Ok(Some(()))
    };
    sessions(folder.path(), &mongo).run(&after(1_000), services).await.unwrap().unwrap();
    assert_eq!(starts.load(Ordering::Relaxed), 1, "the same services went on");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_breaks_is_made_anew_from_mongodb_with_longer_and_longer_waits() {
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
async fn a_session_that_is_fenced_off_ends_at_once_and_begins_anew_with_what_the_other_wrote() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let starts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        if starts.fetch_add(1, Ordering::Relaxed) == 1 {
            return Ok(Some(()));
        }
        add_codes(&session, 1).await;
        sleep(seconds(1)).await;
        // Another one leads under a term of its own, and wrote the same record.
        let term = session.leadership.term().unwrap() + 1;
        mongo.look(|shared| shared.documents.values_mut().for_each(|d| d.at.as_mut().unwrap().term = term));
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
async fn a_file_that_cannot_be_used_is_done_without_and_used_again_when_it_can_be() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let place = folder.path().join("disk");
    std::fs::write(&place, "not a folder").unwrap();
    let starts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        if starts.fetch_add(1, Ordering::Relaxed) == 0 {
            assert!(session.store.is_temporary());
            add_codes(&session, 3).await;
            assert_eq!(documents(&mongo, RecordKind::Codes), 3, "acknowledged is in MongoDB");
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
async fn a_stop_without_mongodb_sends_what_is_left_should_it_come_back_in_time() {
    for back_after in [5, 15] {
        let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
        let stop = CancellationToken::new();
        let asked = Mutex::new(None);
        let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
            mongo.goes(CUT);
            sleep(seconds(60)).await;
            assert_eq!(session.leadership.phase(), Phase::Isolated);
            add_codes(&session, 3).await;
            *asked.lock().unwrap() = Some(Instant::now());
            stop.cancel();
            let mongo = mongo.clone();
            tokio::spawn(async move {
                sleep(seconds(back_after)).await;
                mongo.goes(OPEN);
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

/// Of forty commands ten are not answered, time after time.
#[tokio::test(start_paused = true)]
async fn a_stop_sends_only_what_was_not_answered_again() {
    for leads in [true, false] {
        let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
        let stop = CancellationToken::new();
        let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
            mongo.goes(CUT);
            add_codes(&session, 40).await;
            if !leads {
                let another_has_led = |lease: &mut Lease| (lease.holder, lease.term) = ("b".to_owned(), lease.term + 1);
                mongo.look(|shared| shared.lease.as_mut().map(another_has_led));
            }
            mongo.goes(Way { back: Duration::from_millis(500), loses_one_in: 4, per_command: 1, ..OPEN });
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
async fn a_restore_that_a_stop_interrupts_leaves_no_file_that_acts_alone() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        add_codes(&session, 250).await;
        Ok(Some(()))
    };
    sessions(folder.path(), &mongo).run(&after(100), services).await.unwrap().unwrap();
    // Another disk, and no lease any more that told of a leader. Some of it comes, and then no more.
    let folder = tempfile::tempdir().unwrap();
    mongo.look(|shared| shared.lease = None);
    mongo.goes(Way { most_pages: 1, ..OPEN });
    let acts = AtomicUsize::new(0);
    let services = async |session: ActiveSession| {
        acts.fetch_add(1, Ordering::Relaxed);
        idle(session).await
    };
    sessions(folder.path(), &mongo).run(&after(50), services).await.unwrap();
    assert!(mongo.lease().unwrap().released);
    mongo.goes(CUT);
    sessions(folder.path(), &mongo).run(&after(60), services).await.unwrap();
    assert_eq!(acts.load(Ordering::Relaxed), 0, "half the state is acted on");
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_it_waits_is_no_trouble() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let other = Instance::new("other", &mongo).await.leads().await;
    let (log, _logs) = Log::begin();
    let mut sessions = sessions(folder.path(), &mongo);
    let stop = after(10);
    tokio::select! {
        ended = other.election.keep(&other.sync_log) => panic!("{ended:?}"),
        ended = sessions.run(&stop, idle) => assert!(ended.unwrap().is_none()),
    }
    let text = log.text();
    assert!(text.contains("Another instance is active") && !text.contains("ERROR"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_between_two_sessions_sends_what_is_left_too() {
    let (folder, mongo) = (tempfile::tempdir().unwrap(), Double::new());
    let stop = CancellationToken::new();
    let ended = AtomicUsize::new(0);
    let services = async |session: ActiveSession| -> anyhow::Result<Option<()>> {
        mongo.goes(CUT);
        add_codes(&session, 3).await;
        session.done.cancelled().await;
        ended.fetch_add(1, Ordering::Relaxed);
        let (mongo, stop) = (mongo.clone(), stop.clone());
        tokio::spawn(async move {
            sleep(Duration::from_millis(500)).await;
            mongo.goes(OPEN);
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
