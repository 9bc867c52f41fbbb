//! The lease as a document of its own, by partition of guilds. Its time is the server's, and for people alone.

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use mongodb::Collection;
use mongodb::bson::{DateTime, Document, RawDocumentBuf, Uuid, doc};
use mongodb::error::{Error, ErrorKind, WriteFailure};
use mongodb::options::ReturnDocument;

use crate::domain::election::{Lease, Position};
use crate::domain::record::Kind;
use crate::ports::replica::{LeaseStore, ReplicaError, SCHEMA, Seen};

use super::document::number;
use super::records::{DUPLICATE_KEY, Mongo};

/// The one partition there is today: all guilds.
const PARTITION: &str = "all";

/// The lease in a document; `None` for one that cannot be read as one. A program of schema 1 renews the date alone.
fn lease(document: &Document) -> Option<Lease> {
    let raw = RawDocumentBuf::try_from(document).ok()?;
    let counter = |name| number(raw.get(name).ok().flatten());
    let counted = |name| counter(name).unwrap_or_default();
    let beat = match document.get("beat") {
        Some(_) => counter("beat")?,
        None => document.get_datetime("renewed_at").ok()?.timestamp_millis(),
    };
    Some(Lease {
        database: document.get_str("database").unwrap_or_default().to_owned(),
        holder: document.get_str("holder").ok()?.to_owned(),
        term: counter("term")?,
        beat,
        round: counted("round"),
        released: document.get_bool("released").unwrap_or_default(),
        unsent: counted("unsent"),
        standby_beat: counted("standby_beat"),
        late: counted("late"),
        schema: counted("schema"),
    })
}

/// What the document must be like to be what was seen: this lease, or none that can be read.
fn as_seen(seen: Option<&Lease>) -> Document {
    let Some(Lease { holder, term, beat, .. }) = seen else {
        let readable = doc! {
            "holder": { "$type": "string" },
            "term": { "$type": "number" },
            "$or": [{ "beat": { "$type": "number" } }, { "beat": { "$exists": false }, "renewed_at": { "$type": "date" } }],
        };
        return doc! { "_id": PARTITION, "$nor": [readable] };
    };
    let renewed_at = DateTime::from_millis(*beat);
    let beat = doc! { "$or": [{ "beat": beat }, { "beat": { "$exists": false }, "renewed_at": renewed_at }] };
    let mut filter = doc! { "_id": PARTITION, "holder": holder, "term": term };
    filter.extend(beat);
    filter
}

fn is_duplicate(error: &Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(error)) => error.code == DUPLICATE_KEY,
        ErrorKind::Command(error) => error.code == DUPLICATE_KEY,
        _ => false,
    }
}

impl Mongo {
    async fn leases(&self) -> Result<Collection<Document>, ReplicaError> {
        Ok(self.database().await?.collection("leases"))
    }

    /// Changes the lease, where it is like this; returns it as it stands then.
    async fn change_lease(&self, filter: Document, change: Document) -> Result<Option<Document>, ReplicaError> {
        let leases = self.leases().await?;
        let changed = async { leases.find_one_and_update(filter, change).return_document(ReturnDocument::After).await };
        self.connection().in_time(changed).await
    }

    /// Whether there is not a single record.
    async fn is_empty(&self) -> Result<bool, ReplicaError> {
        let database = self.database().await?;
        let looked = Kind::ALL.map(|kind| {
            let records = database.collection::<Document>(kind.name());
            async move {
                self.connection().in_time(async { records.find_one(doc! {}).projection(doc! { "_id": 1 }).await }).await
            }
        });
        let found: Vec<Option<Document>> = try_join_all(looked).await?;
        Ok(found.iter().all(Option::is_none))
    }

    /// The server's time where there is no document to ask it with.
    async fn server_ms(&self) -> Result<i64, ReplicaError> {
        let database = self.database().await?;
        let hello = self.connection().in_time(async { database.run_command(doc! { "hello": 1 }).await }).await?;
        let time = hello.get_datetime("localTime").map(|time| time.timestamp_millis());
        time.map_err(|_| ReplicaError::Unreachable("it does not tell its time".to_owned()))
    }
}

impl LeaseStore for Mongo {
    async fn poll(&self) -> Result<Seen, ReplicaError> {
        let pipeline = [doc! { "$match": { "_id": PARTITION } }, doc! { "$addFields": { "now": "$$NOW" } }];
        let leases = self.leases().await?;
        let found = async { leases.aggregate(pipeline).await?.try_collect().await };
        let mut found: Vec<Document> = self.connection().in_time(found).await?;
        let Some(document) = found.pop() else {
            return Ok(Seen { lease: None, is_fresh: self.is_empty().await?, server_ms: self.server_ms().await? });
        };
        let server_ms = match document.get_datetime("now") {
            Ok(now) => now.timestamp_millis(),
            Err(_) => self.server_ms().await?,
        };
        Ok(Seen { lease: lease(&document), is_fresh: false, server_ms })
    }

    async fn take(&self, seen: Option<&Lease>, holder: &str, term: i64) -> Result<Option<Lease>, ReplicaError> {
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
        let leases = self.leases().await?;
        let taken = async {
            let take = leases.find_one_and_update(as_seen(seen), change).return_document(ReturnDocument::After);
            match take.upsert(seen.is_none()).await {
                // Somebody else was first.
                Err(error) if is_duplicate(&error) => Ok(None),
                answer => answer,
            }
        };
        Ok(self.connection().in_time(taken).await?.as_ref().and_then(lease))
    }

    async fn renew(&self, holder: &str, done: Position) -> Result<Option<Lease>, ReplicaError> {
        // One whose beat somebody has made a text is nobody's.
        let filter = doc! {
            "_id": PARTITION, "holder": holder, "term": done.term, "released": false, "beat": { "$type": "number" },
        };
        let change = doc! {
            "$inc": { "beat": 1_i64 }, "$set": { "round": done.round }, "$currentDate": { "renewed_at": true },
        };
        Ok(self.change_lease(filter, change).await?.as_ref().and_then(lease))
    }

    async fn register_standby(&self, name: &str) -> Result<(), ReplicaError> {
        let change = doc! { "$inc": { "standby_beat": 1_i64 }, "$set": { "standby": name } };
        self.change_lease(doc! { "_id": PARTITION }, change).await.map(drop)
    }

    async fn announce_late(&self) -> Result<(), ReplicaError> {
        self.change_lease(doc! { "_id": PARTITION }, doc! { "$inc": { "late": 1_i64 } }).await.map(drop)
    }

    async fn release(&self, holder: &str, done: Position, unsent: i64) -> Result<bool, ReplicaError> {
        let filter = doc! { "_id": PARTITION, "holder": holder, "term": done.term };
        let change = doc! { "$set": { "released": true, "round": done.round, "unsent": unsent } };
        Ok(self.change_lease(filter, change).await?.is_some())
    }
}
