//! Sessions of the test's own process, on a real file and a real server; and what both stores hold.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures_util::FutureExt;
use giftcode_bot::domain::sync::record::{Key, Record, RecordKind, Value};
use giftcode_bot::leadership::session::{Sessions, StateLocation, lock};
use giftcode_bot::ports::replica::{Replica, Scope};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{Blocking, StateKind, Store};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::server::mongo;

pub type Records = BTreeMap<(RecordKind, Key), Record>;

/// Does this in a session on this file and this database, which then ends as a process does: with everything sent, and the
/// lease given back.
pub async fn session<T>(path: &Path, uri: &str, database: &str, work: impl AsyncFnMut(&Store) -> T) -> T {
    session_at(Clock::system(), path, uri, database, work).await
}

/// The same at another time.
pub async fn session_at<T>(
    clock: Clock,
    path: &Path,
    uri: &str,
    database: &str,
    mut work: impl AsyncFnMut(&Store) -> T,
) -> T {
    let location = StateLocation {
        path: path.to_owned(),
        kind: StateKind::Bot,
        is_mongodb_required: false,
        clock,
        blocking: Blocking::Pool,
    };
    let mongo = mongo(uri, database).await;
    let mut sessions = Sessions::new(location, lock(path, true).unwrap(), Some((mongo.clone(), mongo)));
    // A session that panics begins anew: what failed in here is to end the test.
    let services = async |session: giftcode_bot::leadership::session::ActiveSession| {
        Ok(Some(AssertUnwindSafe(work(&session.store)).catch_unwind().await))
    };
    // On the heap: a test's thread has little stack.
    let done = Box::pin(sessions.run(&CancellationToken::new(), services)).await.unwrap();
    done.unwrap().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A session in which nothing is done: the file gets what it lacks, and so does MongoDB.
pub async fn meet(path: &Path, uri: &str, database: &str) {
    session(path, uri, database, async |_| ()).await;
}

/// A redemption that nobody was ever asked about: every file derives it by itself.
pub fn is_untried(record: &Record) -> bool {
    record.kind == RecordKind::Redemptions
        && *record.get("outcome") == Value::Text("pending".into())
        && ["calls", "round"].iter().all(|field| *record.get(field) == Value::Int(0))
}

/// What this working copy holds for both stores.
pub async fn in_store(store: &Store) -> Records {
    let mut records = Records::new();
    for kind in RecordKind::ALL {
        let page = store.sync_log().page(kind, None, 1_000_000).await.unwrap();
        let page = page.into_iter().filter(|record| !is_untried(record));
        records.extend(page.map(|record| ((kind, record.key()), record)));
    }
    records
}

/// What this file holds for both stores, while nobody uses it.
pub async fn in_file(path: &Path, kind: StateKind) -> Records {
    in_store(&Store::open(path, kind, Clock::system()).unwrap()).await
}

/// What this database holds.
pub async fn in_mongo(uri: &str, database: &str) -> Records {
    let mongo = mongo(uri, database).await;
    let mut records = Records::new();
    for kind in RecordKind::ALL {
        let (pages, mut received) = mpsc::channel::<Vec<Record>>(1);
        let collecting = async {
            while let Some(page) = received.recv().await {
                records.extend(page.into_iter().map(|record| ((kind, record.key()), record)));
            }
        };
        let (read, ()) = tokio::join!(Box::pin(mongo.read(kind, Scope::All, pages)), collecting);
        read.unwrap();
    }
    // An instance that was asked before may have sent what nobody has to keep.
    records.retain(|_, record| !is_untried(record));
    records
}
