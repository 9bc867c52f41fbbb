//! The MongoDB adapter: one collection per kind of record, guarded upserts in bulk.
//!
//! A write that lost against what is there fails its guard, tries to insert, and gets E11000: that is how losing is told.
//! Bulk writes go as `update` and `delete` commands, which every server from 6 on takes.
//!
//! Writes carry the term of the lease that they are made under. They are made only while it holds, and none replaces a
//! document that was written under a later term: what a process sends that froze and lost its lease changes nothing.

use std::time::Duration;

use anyhow::Context;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use mongodb::action::Find;
use mongodb::bson::{Bson, Document, RawBsonRef, RawDocument, doc};
use mongodb::error::Error;
use mongodb::raw_batch_cursor::RawBatch;
use mongodb::{Collection, Database, IndexModel};
use tokio::sync::mpsc;

use crate::domain::erasure::Erased;
use crate::domain::record::{Key, Kind, Record, Stamp};
use crate::domain::text::clean;
use crate::ports::{Replica, ReplicaError};
use crate::tenure::Tenure;

use super::connection::{MongoSettings, client_of};
use super::document::{ORDER, document, erased_guard, guard, id, record, stamp};
use super::words::plain;

/// The server's code for a key that is there already.
pub(super) const DUPLICATE_KEY: i32 = 11000;
/// The most documents of one command; the server allows 100,000, and 48 MB. Few enough that a slow server takes them in
/// time: what does not end in time is sent again.
const BATCH: usize = 100;
/// Documents per answer where a whole collection is read.
const PAGE: u32 = 4000;
/// Answers that are being decoded or asked for while another is taken over.
const AHEAD: usize = 2;
/// How many times as long as others the answers may take for which a server has to look through a whole collection.
const PATIENCE: u32 = 8;

/// The second store in MongoDB. Clones share its connections.
#[derive(Clone)]
pub struct MongoReplica {
    database: Database,
    timeout: Duration,
    tenure: Tenure,
}

impl MongoReplica {
    /// A client of this database, that writes while `tenure` has the lease. Nothing is connected yet.
    ///
    /// # Errors
    /// When the connection string cannot be read; its text is not told.
    pub async fn new(settings: MongoSettings, tenure: Tenure) -> anyhow::Result<Self> {
        let client = client_of(&settings.uri, settings.timeout).await;
        let database = client.context("cannot use MongoDB")?.database(&settings.database);
        Ok(Self { database, timeout: settings.timeout, tenure })
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Takes the whole database away: that of a sandbox's world which is over.
    ///
    /// # Errors
    /// When MongoDB cannot be reached or does not allow it.
    pub async fn drop_database(&self) -> anyhow::Result<()> {
        self.in_time(async { self.database.drop().await }).await.context("cannot drop the finished sandbox's database")
    }

    /// Bounds a command: the driver has no socket time-out of its own.
    pub(super) async fn in_time<T>(&self, command: impl Future<Output = Result<T, Error>>) -> Result<T, ReplicaError> {
        within(2 * self.timeout, command).await
    }

    fn collection(&self, kind: Kind) -> Collection<Document> {
        self.database.collection(kind.name())
    }

    /// Where a comparison begins: the first time makes the index, later ones find it.
    async fn index(&self, collection: &Collection<Document>) -> Result<(), ReplicaError> {
        let index = IndexModel::builder().keys(doc! { "version": 1 }).build();
        within(PATIENCE * self.timeout, async { collection.create_index(index).await }).await.map(drop)
    }

    /// Reads a whole collection, page by page, in the order in which the server has it.
    async fn read<T: Send + 'static>(
        &self,
        kind: Kind,
        find: Find<'_, Document>,
        decode: fn(Kind, &RawDocument) -> Option<T>,
        pages: mpsc::Sender<Vec<T>>,
    ) -> Result<(), ReplicaError> {
        let time = PATIENCE * self.timeout;
        let batches = within(time, find.batch_size(PAGE).batch()).await?;
        // While one answer is decoded on another thread, the next is asked for.
        let decoded = batches.map(|batch| async move {
            let batch = batch?;
            Ok(tokio::task::spawn_blocking(move || decoded(kind, &batch, decode)).await)
        });
        let mut decoded = std::pin::pin!(decoded.buffered(AHEAD));
        let mut foreign = 0;
        while let Some(page) = within(time, decoded.next().map(Option::transpose)).await? {
            let (page, of_page) = page.map_err(|_| ReplicaError("the process is ending".to_owned()))??;
            foreign += of_page;
            if !page.is_empty() && pages.send(page).await.is_err() {
                break;
            }
        }
        warn_of_foreign(kind, foreign);
        Ok(())
    }

    /// One `update` command; returns the places of those that lost.
    async fn update(&self, kind: Kind, records: &[&Record]) -> Result<Vec<usize>, ReplicaError> {
        let term = self.term()?;
        let update = |record: &&Record| doc! { "q": guard(record, term), "u": document(record, term), "upsert": true };
        let updates: Vec<Bson> = records.iter().map(|record| update(record).into()).collect();
        let answer = self.write(doc! { "update": kind.name(), "updates": updates }).await?;
        let mut lost = Vec::new();
        for error in answer.get_array("writeErrors").into_iter().flatten().filter_map(Bson::as_document) {
            match (error.get_i32("code"), error.get_i32("index").map(usize::try_from)) {
                (Ok(DUPLICATE_KEY), Ok(Ok(index))) => lost.push(index),
                _ => return Err(ReplicaError(said(error))),
            }
        }
        Ok(lost)
    }

    /// One `delete` command.
    async fn delete(&self, kind: Kind, erased: &[&Erased]) -> Result<(), ReplicaError> {
        let term = self.term()?;
        let deletes: Vec<Bson> =
            erased.iter().map(|erased| doc! { "q": erased_guard(erased, term), "limit": 1 }.into()).collect();
        let answer = self.write(doc! { "delete": kind.name(), "deletes": deletes }).await?;
        match answer.get_array("writeErrors").into_iter().flatten().find_map(Bson::as_document) {
            Some(error) => Err(ReplicaError(said(error))),
            None => Ok(()),
        }
    }

    /// The term that writes are made under.
    fn term(&self) -> Result<i64, ReplicaError> {
        self.tenure.term().ok_or_else(|| ReplicaError("the lease of this instance does not hold".to_owned()))
    }

    /// A command that writes in bulk: whatever fails takes no other with it, and all of it is on a majority of the servers.
    async fn write(&self, mut command: Document) -> Result<Document, ReplicaError> {
        let timeout = i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX);
        command.insert("ordered", false);
        command.insert("writeConcern", doc! { "w": "majority", "wtimeout": timeout });
        let answer = self.in_time(async { self.database.run_command(command).await }).await?;
        match answer.get_document("writeConcernError") {
            Ok(error) => Err(ReplicaError(said(error))),
            Err(_) => Ok(answer),
        }
    }
}

async fn within<T>(time: Duration, command: impl Future<Output = Result<T, Error>>) -> Result<T, ReplicaError> {
    match tokio::time::timeout(time, command).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(ReplicaError(plain(&error))),
        Err(_) => Err(ReplicaError(format!("MongoDB did not answer within {:.1} s", time.as_secs_f32()))),
    }
}

fn said(error: &Document) -> String {
    format!("MongoDB refused a write: {}", clean(error.get_str("errmsg").unwrap_or("without a reason"), 160))
}

/// What one answer holds, and how many of its documents are none of ours.
fn decoded<T>(
    kind: Kind,
    batch: &RawBatch,
    decode: fn(Kind, &RawDocument) -> Option<T>,
) -> Result<(Vec<T>, usize), ReplicaError> {
    let broken = || ReplicaError("MongoDB sent an answer that cannot be read".to_owned());
    let mut found = Vec::with_capacity(PAGE as usize);
    let mut foreign = 0;
    for element in batch.doc_slices().map_err(|_| broken())? {
        let Ok(RawBsonRef::Document(document)) = element else { return Err(broken()) };
        match decode(kind, document) {
            Some(decoded) => found.push(decoded),
            None => foreign += 1,
        }
    }
    Ok((found, foreign))
}

fn warn_of_foreign(kind: Kind, count: usize) {
    if count > 0 {
        tracing::warn!("MongoDB's {} hold {count} documents that are no records; they are left alone", kind.name());
    }
}

impl Replica for MongoReplica {
    async fn put(&self, records: &[Record]) -> Result<Vec<usize>, ReplicaError> {
        let mut lost = Vec::new();
        for kind in Kind::ALL {
            let of_kind: Vec<(usize, &Record)> = records.iter().enumerate().filter(|(_, r)| r.kind == kind).collect();
            for batch in of_kind.chunks(BATCH) {
                let only: Vec<&Record> = batch.iter().map(|(_, record)| *record).collect();
                let places = self.update(kind, &only).await?;
                lost.extend(places.into_iter().filter_map(|place| batch.get(place)).map(|(at, _)| *at));
            }
        }
        Ok(lost)
    }

    async fn erase(&self, erased: &[Erased]) -> Result<(), ReplicaError> {
        // Children before their parents, as in the file.
        for kind in Kind::ALL.into_iter().rev() {
            let of_kind: Vec<&Erased> = erased.iter().filter(|erased| erased.kind == kind).collect();
            for batch in of_kind.chunks(BATCH) {
                self.delete(kind, batch).await?;
            }
        }
        Ok(())
    }

    async fn get(&self, kind: Kind, keys: Vec<Key>) -> Result<Vec<Record>, ReplicaError> {
        let collection = self.collection(kind);
        let mut records = Vec::with_capacity(keys.len());
        let mut foreign = 0;
        for some in keys.chunks(BATCH) {
            let ids: Vec<Bson> = some.iter().map(|key| id(kind, key)).collect();
            let find = collection.find(doc! { "_id": { "$in": ids } });
            let batches: Vec<RawBatch> = self.in_time(async { find.batch().await?.try_collect().await }).await?;
            for batch in &batches {
                let (found, of_batch) = decoded(kind, batch, record)?;
                records.extend(found);
                foreign += of_batch;
            }
        }
        warn_of_foreign(kind, foreign);
        Ok(records)
    }

    async fn records(&self, kind: Kind, pages: mpsc::Sender<Vec<Record>>) -> Result<(), ReplicaError> {
        let collection = self.collection(kind);
        self.index(&collection).await?;
        self.read(kind, collection.find(doc! {}), record, pages).await
    }

    async fn stamps(&self, kind: Kind, pages: mpsc::Sender<Vec<(Key, Stamp)>>) -> Result<(), ReplicaError> {
        let collection = self.collection(kind);
        self.index(&collection).await?;
        let find = collection.find(doc! {}).projection(doc! { "version": 1, ORDER: 1 });
        self.read(kind, find, stamp, pages).await
    }
}
