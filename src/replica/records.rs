//! Records in MongoDB: one collection per kind, guarded upserts in bulk.
//!
//! A write that does not pass its guard tries to insert, and gets E11000; what stands there then tells why. Bulk writes go as
//! `update` and `delete` commands, which every server from 6 on takes.

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
use crate::ports::replica::{Answer, Authority, Replica, ReplicaError, SCHEMA, Scope};

use super::connection::{AT_ONCE, Connection, MongoSettings, SLOWLY, WHOLE, unfinished};
use super::document::{LATE, ROUND, SCHEMA_FIELD, Standing, TERM, delete, id, number_in, read, standing, upsert};
use super::order::order;
use super::words::meaning;

/// The server's code for a key that is there already.
pub(super) const DUPLICATE_KEY: i32 = 11000;
/// The most documents of one command that deletes them.
const CHUNK: usize = 250;
/// How often a write is tried that finds neither a place nor a reason why.
const TRIES: usize = 4;
/// How long it waits in between.
const PAUSE: Duration = Duration::from_millis(100);
/// Documents per answer where many are read, about 7 MB of the 16 that one may hold: the next is asked for when one has come, so
/// what is far away takes its time for each.
const PAGE: u32 = 16_000;
/// Answers that are being decoded or asked for while another is taken over.
const AHEAD: usize = 2;

/// MongoDB: the replica, and the place of the lease. Clones share the connections.
#[derive(Clone)]
pub struct Mongo {
    pub(super) connection: Arc<Connection>,
    /// The kinds whose indexes are known to be there.
    indexed: Arc<Mutex<BTreeSet<RecordKind>>>,
}

/// What is read of a document; `None` for one that somebody else wrote.
type Decode<T> = fn(RecordKind, &RawDocument) -> Option<T>;

impl Mongo {
    /// A client of this database. Nothing is connected yet, and a name need not be known to DNS.
    ///
    /// # Errors
    /// When the connection string cannot be read; its text is not told.
    pub async fn new(settings: MongoSettings) -> anyhow::Result<Self> {
        Ok(Self { connection: Arc::new(Connection::new(settings).await?), indexed: Arc::default() })
    }

    /// Takes the whole database away: that of a sandbox's world which is over.
    ///
    /// # Errors
    /// When MongoDB cannot be reached or does not allow it.
    pub async fn drop_database(&self) -> anyhow::Result<()> {
        let dropped = self.connection.run(SLOWLY, doc! { "dropDatabase": 1 }).await;
        dropped.map(drop).context("cannot drop the finished sandbox's database")
    }

    /// A command that writes in bulk: whatever fails takes no other with it, and all of it is on a majority of the servers.
    /// That some statements found their key taken is no error.
    async fn write(&self, verb: &str, kind: RecordKind, statements: Vec<Bson>) -> Answer<Document> {
        // A slow server takes fifty documents in the time of one answer.
        let times = AT_ONCE.saturating_add(u32::try_from(statements.len() / 50).unwrap_or(u32::MAX));
        let wtimeout = i64::try_from(self.connection.time(times).as_millis()).unwrap_or(i64::MAX);
        let concern = doc! { "w": "majority", "wtimeout": wtimeout };
        let mut command = doc! { verb: kind.name(), "ordered": false, "writeConcern": concern };
        command.insert(format!("{verb}s"), statements);
        let answer = self.connection.run(times, command).await?;
        let failed = errors(&answer).find(|error| !error.get_i32("code").is_ok_and(|code| code == DUPLICATE_KEY));
        match failed.or_else(|| answer.get_document("writeConcernError").ok()) {
            Some(error) => Err(meaning(error.get_i32("code").ok(), error.get_str("errmsg").unwrap_or_default())),
            None => Ok(answer),
        }
    }

    /// Makes the indexes of one kind that are not there, once a process.
    async fn index(&self, kind: RecordKind) -> Answer<()> {
        let indexed = || self.indexed.lock().unwrap_or_else(PoisonError::into_inner);
        if indexed().contains(&kind) {
            return Ok(());
        }
        let by_position = doc! { "key": { TERM: 1, ROUND: 1 }, "name": "term_1_term_round_1" };
        let late = doc! { "key": { LATE: 1 }, "name": "late_1", "sparse": true };
        let make = doc! { "createIndexes": kind.name(), "indexes": [by_position, late] };
        let made = self.connection.run(SLOWLY, make).await?;
        if made.get_i32("numIndexesBefore").ok() != made.get_i32("numIndexesAfter").ok() {
            // The index of schema 1 serves nothing any more, where there is one.
            let old = doc! { "dropIndexes": kind.name(), "index": "version_1" };
            drop(self.connection.run(AT_ONCE, old).await);
        }
        indexed().insert(kind);
        Ok(())
    }

    /// What stands there with these keys. Fails if any of it is of a later term than a leader writes under.
    async fn standing(
        &self,
        kind: RecordKind,
        keys: impl Iterator<Item = Key>,
        authority: Authority,
    ) -> Answer<Vec<Standing>> {
        let there = self.find(kind, keys, standing).await?;
        if let Authority::Leader(Position { term, .. }) = authority
            && let Some(later) = there.iter().map(|found| found.term).filter(|other| *other > term).max()
        {
            return Err(ReplicaError::Fenced(later));
        }
        Ok(there)
    }

    /// The documents with these keys, as far as there are any.
    async fn find<T>(&self, kind: RecordKind, keys: impl Iterator<Item = Key>, decode: Decode<T>) -> Answer<Vec<T>> {
        let collection = self.connection.collection(kind.name()).await?;
        let ids: Vec<Bson> = keys.map(|key| id(kind, &key)).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let find = collection.find(doc! { "_id": { "$in": ids } });
        let chunks = self.connection.within(AT_ONCE, async { find.batch().await?.try_collect().await });
        let chunks: Vec<RawBatch> = Box::pin(chunks).await?;
        let found: Vec<Vec<T>> = chunks.iter().map(|chunk| decoded(kind, chunk, decode)).collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Reads what is like this, page by page, in the order in which the server has it.
    async fn pages(&self, kind: RecordKind, filter: Document, pages: &mpsc::Sender<Vec<Record>>) -> Answer<()> {
        let collection = self.connection.collection(kind.name()).await?;
        let chunks = self.connection.within(WHOLE, collection.find(filter).batch_size(PAGE).batch()).await?;
        // While one answer is decoded on another thread, the next is asked for.
        let decoded = chunks.map(|chunk| async move {
            let chunk = chunk?;
            Ok(tokio::task::spawn_blocking(move || decoded(kind, &chunk, read)).await)
        });
        let mut decoded = std::pin::pin!(decoded.buffered(AHEAD));
        while let Some(page) = self.connection.within(WHOLE, decoded.next().map(Option::transpose)).await? {
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

/// The statements of a command that failed.
fn errors(answer: &Document) -> impl Iterator<Item = &Document> {
    answer.get_array("writeErrors").into_iter().flatten().filter_map(Bson::as_document)
}

/// What one answer holds. A document of a newer program fails it, whatever else stands in there.
fn decoded<T>(kind: RecordKind, chunk: &RawBatch, decode: Decode<T>) -> Answer<Vec<T>> {
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
        tracing::warn!("MongoDB's {} hold {foreign} documents that are no records; they are left alone", kind.name());
    }
    Ok(found)
}

impl Replica for Mongo {
    async fn put(&self, records: &[Record], authority: Authority) -> Answer<Vec<usize>> {
        let Some(kind) = records.first().map(|record| record.kind) else { return Ok(Vec::new()) };
        let mut left: Vec<(usize, &Record)> = records.iter().enumerate().collect();
        self.index(kind).await?;
        let mut lost = Vec::new();
        for _ in 0..TRIES {
            let updates = left.iter().map(|(_, record)| upsert(record, authority).into()).collect();
            let answer = self.write("update", kind, updates).await?;
            let taken = errors(&answer).filter_map(|error| usize::try_from(error.get_i32("index").ok()?).ok());
            left = taken.filter_map(|index| left.get(index).copied()).collect();
            let there = self.standing(kind, left.iter().map(|(_, record)| record.key()), authority).await?;
            // Else another writer was in between: the guard lets it pass now.
            let has_lost = left.extract_if(.., |(_, record)| {
                let (id, ours) = (id(kind, &record.key()), order(&record.merge_key()));
                there.iter().any(|found| found.id == id && found.order > ours)
            });
            lost.extend(has_lost.map(|(at, _)| at));
            if left.is_empty() {
                return Ok(lost);
            }
            // A majority does not have yet what is in the way: it may vanish.
            tokio::time::sleep(PAUSE).await;
        }
        Err(ReplicaError::Unreachable("its documents change faster than they can be written".to_owned()))
    }

    async fn erase(&self, erased: &[Erased], authority: Authority) -> Answer<()> {
        // Children before their parents, as in the file.
        for kind in RecordKind::ALL.into_iter().rev() {
            let of_kind: Vec<&Erased> = erased.iter().filter(|erased| erased.kind == kind).collect();
            for some in of_kind.chunks(CHUNK) {
                let deletes = some.iter().map(|erased| delete(erased, authority).into()).collect();
                let answer = self.write("delete", kind, deletes).await?;
                if !answer.get_i32("n").is_ok_and(|gone| usize::try_from(gone) == Ok(some.len())) {
                    self.standing(kind, some.iter().map(|erased| erased.key.clone()), authority).await?;
                }
            }
        }
        Ok(())
    }

    async fn get(&self, kind: RecordKind, keys: Vec<Key>) -> Answer<Vec<Record>> {
        self.find(kind, keys.into_iter(), read).await
    }

    async fn read(&self, kind: RecordKind, scope: Scope, pages: mpsc::Sender<Vec<Record>>) -> Answer<()> {
        let filters = match scope {
            Scope::All => vec![doc! {}],
            // Two queries, each on the index; one with `$or` some servers answer by looking through the whole collection.
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

    /// What servers with a fixed size count: documents before compression, and indexes. On other servers it is what is stored,
    /// where that is more.
    async fn size(&self) -> Answer<u64> {
        let stats = self.connection.run(SLOWLY, doc! { "dbStats": 1 }).await?;
        let stats = RawDocumentBuf::try_from(&stats).map_err(|_| unreadable())?;
        let bytes = |name| number_in(&stats, name).map_or(0, |bytes| u64::try_from(bytes).unwrap_or_default());
        Ok(bytes("dataSize").max(bytes("storageSize")).saturating_add(bytes("indexSize")))
    }
}
