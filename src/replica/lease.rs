//! The lease as a document of its own, by partition of guilds. Its times are the server's.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use mongodb::Collection;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::error::{Error, ErrorKind, WriteFailure};
use mongodb::options::ReturnDocument;

use crate::domain::lease::Lease;
use crate::ports::{LeaseBoard, ReplicaError};

use super::mongo::{DUPLICATE_KEY, MongoReplica};

/// The one partition there is today: all guilds.
const PARTITION: &str = "all";

/// The lease of one partition. Clones share the connections.
#[derive(Clone)]
pub struct MongoLease {
    replica: MongoReplica,
    leases: Collection<Document>,
}

impl MongoLease {
    /// The lease beside these records.
    #[must_use]
    pub fn new(replica: MongoReplica) -> Self {
        let leases = replica.database().collection("leases");
        Self { replica, leases }
    }
}

fn time(document: &Document, name: &str) -> Option<Timestamp> {
    let millis = document.get_datetime(name).ok()?.timestamp_millis();
    Timestamp::from_millisecond(millis).ok()
}

/// The lease in a document; a document that is none counts as one that ran out long ago.
fn lease(document: &Document) -> Lease {
    Lease {
        holder: document.get_str("holder").unwrap_or_default().to_owned(),
        term: document.get_i64("term").unwrap_or_default(),
        renewed_at: time(document, "renewed_at").unwrap_or(Timestamp::UNIX_EPOCH),
        released: document.get_bool("released").unwrap_or_default(),
        knocked_at: time(document, "knocked_at"),
    }
}

fn is_duplicate(error: &Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(error)) => error.code == DUPLICATE_KEY,
        ErrorKind::Command(error) => error.code == DUPLICATE_KEY,
        _ => false,
    }
}

impl LeaseBoard for MongoLease {
    async fn look(&self) -> Result<Option<(Lease, Timestamp)>, ReplicaError> {
        let pipeline = [doc! { "$match": { "_id": PARTITION } }, doc! { "$addFields": { "now": "$$NOW" } }];
        let mut found =
            self.replica.in_time(async { self.leases.aggregate(pipeline).await?.try_collect().await }).await?;
        let Some(document): Option<Document> = Vec::pop(&mut found) else { return Ok(None) };
        let now = time(&document, "now").ok_or_else(|| ReplicaError("MongoDB does not tell its time".to_owned()))?;
        Ok(Some((lease(&document), now)))
    }

    async fn take(&self, seen: Option<&Lease>, who: &str, term: i64) -> Result<bool, ReplicaError> {
        let set = doc! {
            "$set": { "holder": who, "term": term, "released": false },
            "$currentDate": { "renewed_at": true },
        };
        let filter = match seen {
            None => doc! { "_id": PARTITION, "holder": { "$exists": false } },
            Some(seen) if seen.renewed_at == Timestamp::UNIX_EPOCH => {
                doc! { "_id": PARTITION, "renewed_at": { "$not": { "$type": "date" } } }
            }
            Some(seen) => {
                let renewed_at = DateTime::from_millis(seen.renewed_at.as_millisecond());
                doc! { "_id": PARTITION, "holder": &seen.holder, "term": seen.term, "renewed_at": renewed_at }
            }
        };
        let taken = async {
            match self.leases.update_one(filter, set).upsert(seen.is_none()).await {
                Ok(done) => Ok(done.matched_count > 0 || done.upserted_id.is_some()),
                // Somebody else was first.
                Err(error) if is_duplicate(&error) => Ok(false),
                Err(error) => Err(error),
            }
        };
        self.replica.in_time(taken).await
    }

    async fn renew(&self, who: &str, term: i64) -> Result<Option<Lease>, ReplicaError> {
        let filter = doc! { "_id": PARTITION, "holder": who, "term": term, "released": false };
        let renewed = async {
            let set = doc! { "$currentDate": { "renewed_at": true } };
            self.leases.find_one_and_update(filter, set).return_document(ReturnDocument::After).await
        };
        Ok(self.replica.in_time(renewed).await?.as_ref().map(lease))
    }

    async fn knock(&self) -> Result<(), ReplicaError> {
        let set = doc! { "$currentDate": { "knocked_at": true } };
        let knocked = async { self.leases.update_one(doc! { "_id": PARTITION }, set).await };
        self.replica.in_time(knocked).await.map(drop)
    }

    async fn release(&self, who: &str, term: i64) -> Result<(), ReplicaError> {
        let filter = doc! { "_id": PARTITION, "holder": who, "term": term };
        let released = async { self.leases.update_one(filter, doc! { "$set": { "released": true } }).await };
        self.replica.in_time(released).await.map(drop)
    }
}
