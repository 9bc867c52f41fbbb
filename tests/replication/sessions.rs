//! Sessions in the test's own process, on a real file and a real server, and the records of both stores.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use giftcode_bot::domain::sync::record::{Key, Record, RecordKind, Value};
use giftcode_bot::leadership::session::{Sessions, StateLocation, lock};
use giftcode_bot::ports::replica::{Replica, Scope};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{Blocking, StateKind, Store, StoreError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::server::mongo;

pub type Records = BTreeMap<(RecordKind, Key), Record>;

/// Does the work in a session on this file and this database. The session then ends like a process: it sends everything, and
/// releases the lease.
pub async fn session<T>(path: &Path, uri: &str, database: &str, work: impl AsyncFnMut(&Store) -> T) -> T {
    session_at(Clock::system(), path, uri, database, work).await
}

/// A session at another time.
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
    // A session that panics starts again, but a failed assertion must end the test.
    let services = async |session: giftcode_bot::leadership::session::ActiveSession| {
        Ok(Some(AssertUnwindSafe(work(&session.store)).catch_unwind().await))
    };
    // Boxed, because a test's thread has a small stack.
    let done = Box::pin(sessions.run(&CancellationToken::new(), services)).await.unwrap();
    done.unwrap().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A session without work: the file and MongoDB complete each other.
pub async fn meet(path: &Path, uri: &str, database: &str) {
    session(path, uri, database, async |_| ()).await;
}

/// Whether a redemption was never tried: every file derives these by itself.
pub fn is_untried(record: &Record) -> bool {
    record.kind == RecordKind::Redemptions
        && *record.get("outcome") == Value::Text("pending".into())
        && ["calls", "round"].iter().all(|field| *record.get(field) == Value::Int(0))
}

/// The replicated records of this working copy.
pub async fn in_store(store: &Store) -> Records {
    let mut records = Records::new();
    for kind in RecordKind::ALL {
        let page = store.sync_log().page(kind, None, 1_000_000).await.unwrap();
        let page = page.into_iter().filter(|record| !is_untried(record));
        records.extend(page.map(|record| ((kind, record.key()), record)));
    }
    records
}

/// The replicated records of this file, which nobody uses any more, or is about to release.
pub async fn in_file(path: &Path, kind: StateKind) -> Records {
    for _ in 0..1000 {
        match Store::open(path, kind, Clock::system()) {
            Err(StoreError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            store => return in_store(&store.unwrap()).await,
        }
    }
    panic!("somebody still holds {}", path.display());
}

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
    // An instance may have sent redemptions that it alone derived.
    records.retain(|_, record| !is_untried(record));
    records
}
