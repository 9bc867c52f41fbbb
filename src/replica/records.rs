//! Records in MongoDB: one collection per kind, guarded upserts in bulk.
//!
//! If a guard does not match, the upsert tries to insert and fails with E11000; the stored document then shows why. Bulk
//! writes are `update` and `delete` commands, which every server since version 6 accepts.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use mongodb::bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, doc};
use mongodb::raw_batch_cursor::RawBatch;
use tokio::sync::mpsc;

use crate::domain::sync::election::Position;
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Key, Record, RecordKind};
use crate::ports::replica::{Authority, Replica, ReplicaError, ReplicaResult, SCHEMA, Scope};

use super::connection::{Connection, FULL_READ, MongoSettings, QUICK, SCAN, unfinished};
use super::document::{
    LATE, ROUND, SCHEMA_FIELD, StoredVersion, TERM, delete, id, number_in, read, stored_version, upsert,
};
use super::error_text::replica_error;
use super::order::order;

/// The server's code for a key that is there already.
pub(super) const DUPLICATE_KEY: i32 = 11000;
/// How many documents one command deletes at most.
const DELETES_PER_COMMAND: usize = 250;
/// How often a write is tried that neither succeeds nor finds the reason.
const TRIES: usize = 4;
/// The wait between these tries.
const RETRY_WAIT: Duration = Duration::from_millis(100);
/// Documents per answer of a full read: about 7 MB of the 16 MB limit. The next answer is requested when one has arrived, so few
/// large answers are faster over a distance.
const PAGE: u32 = 16_000;
/// How many answers are decoded or requested while another one is processed.
const READ_AHEAD: usize = 2;

/// The replica and the lease store. Clones share the connections.
#[derive(Clone)]
pub struct Mongo {
    pub(super) connection: Arc<Connection>,
    /// The kinds whose indexes are known to exist.
    indexed: Arc<Mutex<BTreeSet<RecordKind>>>,
}

/// Reads a document; `None` if another program wrote it.
type Decode<T> = fn(RecordKind, &RawDocument) -> Option<T>;

impl Mongo {
    /// Connects nothing yet. An unreadable connection string is an error, which does not show its text.
    pub async fn new(settings: MongoSettings) -> anyhow::Result<Self> {
        Ok(Self { connection: Arc::new(Connection::new(settings).await?), indexed: Arc::default() })
    }

    /// Drops the database of a finished sandbox.
    pub async fn drop_database(&self) -> anyhow::Result<()> {
        let dropped = self.connection.run(SCAN, doc! { "dropDatabase": 1 }).await;
        dropped.map(drop).context("cannot drop the finished sandbox's database")
    }

    /// Runs a bulk write that a majority of the servers confirms. Statements succeed or fail independently. A key that exists
    /// already is no error.
    async fn write(&self, verb: &str, kind: RecordKind, statements: Vec<Bson>) -> ReplicaResult<Document> {
        // A slow server takes as long for fifty documents as for one answer.
        let times = QUICK.saturating_add(u32::try_from(statements.len() / 50).unwrap_or(u32::MAX));
        let wtimeout = i64::try_from(self.connection.time(times).as_millis()).unwrap_or(i64::MAX);
        let concern = doc! { "w": "majority", "wtimeout": wtimeout };
        let mut command = doc! { verb: kind.name(), "ordered": false, "writeConcern": concern };
        command.insert(format!("{verb}s"), statements);
        let answer = self.connection.run(times, command).await?;
        let failed = errors(&answer).find(|error| !error.get_i32("code").is_ok_and(|code| code == DUPLICATE_KEY));
        match failed.or_else(|| answer.get_document("writeConcernError").ok()) {
            Some(error) => Err(replica_error(error.get_i32("code").ok(), error.get_str("errmsg").unwrap_or_default())),
            None => Ok(answer),
        }
    }

    /// Creates the missing indexes of a kind, once per process.
    async fn index(&self, kind: RecordKind) -> ReplicaResult<()> {
        let indexed = || self.indexed.lock().unwrap_or_else(PoisonError::into_inner);
        if indexed().contains(&kind) {
            return Ok(());
        }
        let by_position = doc! { "key": { TERM: 1, ROUND: 1 }, "name": "term_1_term_round_1" };
        let late = doc! { "key": { LATE: 1 }, "name": "late_1", "sparse": true };
        let make = doc! { "createIndexes": kind.name(), "indexes": [by_position, late] };
        let made = self.connection.run(SCAN, make).await?;
        if made.get_i32("numIndexesBefore").ok() != made.get_i32("numIndexesAfter").ok() {
            // The index of schema 1 is no longer used.
            let old = doc! { "dropIndexes": kind.name(), "index": "version_1" };
            drop(self.connection.run(QUICK, old).await);
        }
        indexed().insert(kind);
        Ok(())
    }

    /// The stored versions of these keys. Fails if a leader finds one of a later term than its own.
    async fn stored_versions(
        &self,
        kind: RecordKind,
        keys: impl Iterator<Item = Key>,
        authority: Authority,
    ) -> ReplicaResult<Vec<StoredVersion>> {
        let there = self.find(kind, keys, stored_version).await?;
        if let Authority::Leader(Position { term, .. }) = authority
            && let Some(later) = there.iter().map(|found| found.term).filter(|other| *other > term).max()
        {
            return Err(ReplicaError::Fenced(later));
        }
        Ok(there)
    }

    async fn find<T>(
        &self,
        kind: RecordKind,
        keys: impl Iterator<Item = Key>,
        decode: Decode<T>,
    ) -> ReplicaResult<Vec<T>> {
        let collection = self.connection.collection(kind.name()).await?;
        let ids: Vec<Bson> = keys.map(|key| id(kind, &key)).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let find = collection.find(doc! { "_id": { "$in": ids } });
        let chunks = self.connection.within(QUICK, async { find.batch().await?.try_collect().await });
        let chunks: Vec<RawBatch> = Box::pin(chunks).await?;
        let found: Vec<Vec<T>> = chunks.iter().map(|chunk| decoded(kind, chunk, decode)).collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Reads the matching documents page by page, in the server's order.
    async fn pages(&self, kind: RecordKind, filter: Document, pages: &mpsc::Sender<Vec<Record>>) -> ReplicaResult<()> {
        let collection = self.connection.collection(kind.name()).await?;
        let chunks = self.connection.within(FULL_READ, collection.find(filter).batch_size(PAGE).batch()).await?;
        // While one answer is decoded on another thread, the next one is requested.
        let decoded = chunks.map(|chunk| async move {
            let chunk = chunk?;
            Ok(tokio::task::spawn_blocking(move || decoded(kind, &chunk, read)).await)
        });
        let mut decoded = std::pin::pin!(decoded.buffered(READ_AHEAD));
        while let Some(page) = self.connection.within(FULL_READ, decoded.next().map(Option::transpose)).await? {
            let page = page.map_err(|_| unfinished())??;
            if !page.is_empty() && pages.send(page).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}

fn unreadable() -> ReplicaError {
    ReplicaError::Unreachable("its answer cannot be read".to_owned())
}

/// The errors of the statements that failed.
fn errors(answer: &Document) -> impl Iterator<Item = &Document> {
    answer.get_array("writeErrors").into_iter().flatten().filter_map(Bson::as_document)
}

/// Decodes an answer. One document of a newer program fails all of it.
fn decoded<T>(kind: RecordKind, chunk: &RawBatch, decode: Decode<T>) -> ReplicaResult<Vec<T>> {
    let mut found = Vec::new();
    let mut foreign = 0;
    for element in chunk.doc_slices().map_err(|_| unreadable())? {
        let Ok(RawBsonRef::Document(document)) = element else { return Err(unreadable()) };
        if let Some(newer) = number_in(document, SCHEMA_FIELD).filter(|schema| *schema > SCHEMA) {
            return Err(ReplicaError::Newer(newer));
        }
        match decode(kind, document) {
            Some(decoded) => found.push(decoded),
            None => foreign += 1,
        }
    }
    if foreign > 0 {
        tracing::warn!("Ignoring {foreign} documents in MongoDB's {} that are not records", kind.name());
    }
    Ok(found)
}

impl Replica for Mongo {
    async fn put(&self, records: &[Record], authority: Authority) -> ReplicaResult<Vec<usize>> {
        let Some(kind) = records.first().map(|record| record.kind) else { return Ok(Vec::new()) };
        let mut left: Vec<(usize, &Record)> = records.iter().enumerate().collect();
        self.index(kind).await?;
        let mut lost = Vec::new();
        for _ in 0..TRIES {
            let updates = left.iter().map(|(_, record)| upsert(record, authority).into()).collect();
            let answer = self.write("update", kind, updates).await?;
            let taken = errors(&answer).filter_map(|error| usize::try_from(error.get_i32("index").ok()?).ok());
            left = taken.filter_map(|index| left.get(index).copied()).collect();
            let there = self.stored_versions(kind, left.iter().map(|(_, record)| record.key()), authority).await?;
            // Otherwise another writer came in between, and the next try's guard matches.
            let has_lost = left.extract_if(.., |(_, record)| {
                let (id, ours) = (id(kind, &record.key()), order(&record.merge_key()));
                there.iter().any(|found| found.id == id && found.order > ours)
            });
            lost.extend(has_lost.map(|(at, _)| at));
            if left.is_empty() {
                return Ok(lost);
            }
            // The conflicting document is not on a majority yet, so it may still vanish.
            tokio::time::sleep(RETRY_WAIT).await;
        }
        Err(ReplicaError::Unreachable("its documents change faster than they can be written".to_owned()))
    }

    async fn erase(&self, erased: &[Erased], authority: Authority) -> ReplicaResult<()> {
        // Children before parents, as in the file.
        for kind in RecordKind::ALL.into_iter().rev() {
            let of_kind: Vec<&Erased> = erased.iter().filter(|erased| erased.kind == kind).collect();
            for some in of_kind.chunks(DELETES_PER_COMMAND) {
                let deletes = some.iter().map(|erased| delete(erased, authority).into()).collect();
                let answer = self.write("delete", kind, deletes).await?;
                if !answer.get_i32("n").is_ok_and(|gone| usize::try_from(gone) == Ok(some.len())) {
                    self.stored_versions(kind, some.iter().map(|erased| erased.key.clone()), authority).await?;
                }
            }
        }
        Ok(())
    }

    async fn get(&self, kind: RecordKind, keys: Vec<Key>) -> ReplicaResult<Vec<Record>> {
        self.find(kind, keys.into_iter(), read).await
    }

    async fn read(&self, kind: RecordKind, scope: Scope, pages: mpsc::Sender<Vec<Record>>) -> ReplicaResult<()> {
        let filters = match scope {
            Scope::All => vec![doc! {}],
            // Two queries, each on an index: for one with `$or` some servers scan the whole collection.
            Scope::After(Position { term, round }) => {
                vec![doc! { TERM: { "$gt": term } }, doc! { TERM: term, ROUND: { "$gt": round } }]
            }
            Scope::Late(Position { term, round }) => {
                vec![doc! { LATE: true }, doc! { TERM: term, ROUND: { "$gt": round } }]
            }
        };
        for filter in filters {
            self.pages(kind, filter, &pages).await?;
        }
        Ok(())
    }

    /// Counts what servers with a fixed size count: uncompressed documents and indexes. On other servers the stored size counts if
    /// it is larger.
    async fn size(&self) -> ReplicaResult<u64> {
        let stats = self.connection.run(SCAN, doc! { "dbStats": 1 }).await?;
        let stats = RawDocumentBuf::try_from(&stats).map_err(|_| unreadable())?;
        let bytes = |name| number_in(&stats, name).map_or(0, |bytes| u64::try_from(bytes).unwrap_or_default());
        Ok(bytes("dataSize").max(bytes("storageSize")).saturating_add(bytes("indexSize")))
    }
}
