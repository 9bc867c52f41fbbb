//! The lease: a document for each partition of guilds. The time in it is the server's, and only informs people.

use futures_util::future::try_join_all;
use mongodb::bson::{DateTime, Document, RawDocument, RawDocumentBuf, Uuid, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ReturnDocument;
use tokio::try_join;

use crate::domain::sync::election::{Lease, Position};
use crate::domain::sync::record::RecordKind;
use crate::ports::replica::{LeaseSnapshot, LeaseStore, ReplicaError, ReplicaResult, SCHEMA};

use super::connection::QUICK;
use super::document::number_in;
use super::records::{DUPLICATE_KEY, Mongo};

/// The only partition so far: all guilds.
const PARTITION: &str = "all";
const LEASES: &str = "leases";

/// Reads the lease; `None` if the document is unreadable. A program of schema 1 renews only the date.
fn lease(document: &RawDocument) -> Option<Lease> {
    let counted = |name| number_in(document, name).unwrap_or_default();
    let beat = match document.get("beat").ok()? {
        Some(_) => number_in(document, "beat")?,
        None => document.get_datetime("renewed_at").ok()?.timestamp_millis(),
    };
    Some(Lease {
        database: document.get_str("database").unwrap_or_default().to_owned(),
        holder: document.get_str("holder").ok()?.to_owned(),
        term: number_in(document, "term")?,
        beat,
        round: counted("round"),
        released: document.get_bool("released").unwrap_or_default(),
        unsent: counted("unsent"),
        standby_beat: counted("standby_beat"),
        schema: counted("schema"),
    })
}

/// The filter for a lease that is still as `seen`: this lease, or none that can be read.
fn still_as(seen: Option<&Lease>) -> Document {
    let Some(Lease { holder, term, beat, .. }) = seen else {
        let readable = doc! {
            "holder": { "$type": "string" },
            "term": { "$type": "number" },
            "$or": [{ "beat": { "$type": "number" } }, { "beat": { "$exists": false }, "renewed_at": { "$type": "date" } }],
        };
        return doc! { "_id": PARTITION, "$nor": [readable] };
    };
    let renewed_at = DateTime::from_millis(*beat);
    let beat = [doc! { "beat": beat }, doc! { "beat": { "$exists": false }, "renewed_at": renewed_at }];
    doc! { "_id": PARTITION, "holder": holder, "term": term, "$or": beat }
}

impl Mongo {
    /// Changes the lease that matches. Returns it as changed. `upserts`: creates the lease if none matches.
    async fn change_lease(&self, filter: Document, change: Document, upserts: bool) -> ReplicaResult<Option<Lease>> {
        let leases = self.connection.collection(LEASES).await?;
        let changed = async {
            let change = leases.find_one_and_update(filter, change).return_document(ReturnDocument::After);
            match change.upsert(upserts).await {
                // Another instance was first.
                Err(error) if matches!(&*error.kind, ErrorKind::Command(why) if why.code == DUPLICATE_KEY) => Ok(None),
                answer => answer,
            }
        };
        Ok(self.connection.within(QUICK, changed).await?.and_then(|changed| lease(&changed)))
    }

    /// The lease as it is stored.
    pub(super) async fn lease_document(&self) -> ReplicaResult<Option<RawDocumentBuf>> {
        self.first_of(LEASES, doc! { "_id": PARTITION }).await
    }

    async fn first_of(&self, collection: &str, filter: Document) -> ReplicaResult<Option<RawDocumentBuf>> {
        let collection = self.connection.collection(collection).await?;
        self.connection.within(QUICK, async { collection.find_one(filter).await }).await
    }
}

impl LeaseStore for Mongo {
    async fn poll(&self) -> ReplicaResult<LeaseSnapshot> {
        let found = self.first_of(LEASES, doc! { "_id": PARTITION });
        let (found, hello) = try_join!(found, self.connection.run(QUICK, doc! { "hello": 1 }))?;
        let time = hello.get_datetime("localTime");
        let time = time.map_err(|_| ReplicaError::Unreachable("it does not report its time".to_owned()))?;
        let is_fresh = found.is_none() && {
            let records = RecordKind::ALL.map(|kind| self.first_of(kind.name(), doc! {}));
            try_join_all(records).await?.iter().all(Option::is_none)
        };
        Ok(LeaseSnapshot { lease: found.and_then(|found| lease(&found)), is_fresh, server_ms: time.timestamp_millis() })
    }

    async fn take(&self, seen: Option<&Lease>, holder: &str, term: i64) -> ReplicaResult<Option<Lease>> {
        if let Some(newer) = seen.map(|seen| seen.schema).filter(|schema| *schema > SCHEMA) {
            return Err(ReplicaError::Newer(newer));
        }
        let mut set = doc! {
            "holder": holder, "term": term, "beat": 0_i64, "round": 0_i64, "released": false, "unsent": 0_i64,
            "standby_beat": 0_i64,
        };
        if seen.is_none_or(|seen| seen.database.is_empty()) {
            set.insert("database", Uuid::new().to_string());
        }
        let change = doc! {
            "$set": set, "$unset": { "standby": "" }, "$max": { "schema": SCHEMA }, "$currentDate": { "renewed_at": true },
        };
        self.change_lease(still_as(seen), change, seen.is_none()).await
    }

    async fn renew(&self, holder: &str, done: Position) -> ReplicaResult<Option<Lease>> {
        // If somebody replaced the beat by a text, nobody holds the lease.
        let filter = doc! {
            "_id": PARTITION, "holder": holder, "term": done.term, "released": false, "beat": { "$type": "number" },
        };
        let change = doc! {
            "$inc": { "beat": 1_i64 }, "$set": { "round": done.round }, "$currentDate": { "renewed_at": true },
        };
        self.change_lease(filter, change, false).await
    }

    async fn register_standby(&self, name: &str) -> ReplicaResult<()> {
        let change = doc! { "$inc": { "standby_beat": 1_i64 }, "$set": { "standby": name } };
        self.change_lease(doc! { "_id": PARTITION }, change, false).await.map(drop)
    }

    async fn release(&self, holder: &str, done: Position, unsent: i64) -> ReplicaResult<bool> {
        let filter = doc! { "_id": PARTITION, "holder": holder, "term": done.term };
        let change = doc! { "$set": { "released": true, "round": done.round, "unsent": unsent } };
        Ok(self.change_lease(filter, change, false).await?.is_some())
    }
}
