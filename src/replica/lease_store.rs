//! The lease as a document of its own, by partition of guilds. Its time is the server's, and for people alone.

use futures_util::future::try_join_all;
use mongodb::bson::{DateTime, Document, RawDocument, RawDocumentBuf, Uuid, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ReturnDocument;
use tokio::try_join;

use crate::domain::sync::election::{Lease, Position};
use crate::domain::sync::record::RecordKind;
use crate::ports::replica::{Answer, LeaseStore, ReplicaError, SCHEMA, Seen};

use super::connection::AT_ONCE;
use super::document::number_in;
use super::records::{DUPLICATE_KEY, Mongo};

/// The one partition there is today: all guilds.
const PARTITION: &str = "all";
const LEASES: &str = "leases";

/// The lease in a document; `None` for one that cannot be read as one. A program of schema 1 renews the date alone.
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
    let beat = [doc! { "beat": beat }, doc! { "beat": { "$exists": false }, "renewed_at": renewed_at }];
    doc! { "_id": PARTITION, "holder": holder, "term": term, "$or": beat }
}

impl Mongo {
    /// Changes the lease, where it is like this; returns it as it stands then. `makes`: makes one where none is like this.
    async fn change_lease(&self, filter: Document, change: Document, makes: bool) -> Answer<Option<Lease>> {
        let leases = self.connection.collection(LEASES).await?;
        let changed = async {
            let change = leases.find_one_and_update(filter, change).return_document(ReturnDocument::After);
            match change.upsert(makes).await {
                // Somebody else was first.
                Err(error) if matches!(&*error.kind, ErrorKind::Command(why) if why.code == DUPLICATE_KEY) => Ok(None),
                answer => answer,
            }
        };
        Ok(self.connection.within(AT_ONCE, changed).await?.and_then(|changed| lease(&changed)))
    }

    async fn first_of(&self, collection: &str, filter: Document) -> Answer<Option<RawDocumentBuf>> {
        let collection = self.connection.collection(collection).await?;
        self.connection.within(AT_ONCE, async { collection.find_one(filter).await }).await
    }
}

impl LeaseStore for Mongo {
    async fn poll(&self) -> Answer<Seen> {
        let found = self.first_of(LEASES, doc! { "_id": PARTITION });
        let (found, hello) = try_join!(found, self.connection.run(AT_ONCE, doc! { "hello": 1 }))?;
        let time = hello.get_datetime("localTime");
        let time = time.map_err(|_| ReplicaError::Unreachable("it does not tell its time".to_owned()))?;
        let is_fresh = found.is_none() && {
            let records = RecordKind::ALL.map(|kind| self.first_of(kind.name(), doc! {}));
            try_join_all(records).await?.iter().all(Option::is_none)
        };
        Ok(Seen { lease: found.and_then(|found| lease(&found)), is_fresh, server_ms: time.timestamp_millis() })
    }

    async fn take(&self, seen: Option<&Lease>, holder: &str, term: i64) -> Answer<Option<Lease>> {
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
        self.change_lease(as_seen(seen), change, seen.is_none()).await
    }

    async fn renew(&self, holder: &str, done: Position) -> Answer<Option<Lease>> {
        // One whose beat somebody has made a text is nobody's.
        let filter = doc! {
            "_id": PARTITION, "holder": holder, "term": done.term, "released": false, "beat": { "$type": "number" },
        };
        let change = doc! {
            "$inc": { "beat": 1_i64 }, "$set": { "round": done.round }, "$currentDate": { "renewed_at": true },
        };
        self.change_lease(filter, change, false).await
    }

    async fn register_standby(&self, name: &str) -> Answer<()> {
        let change = doc! { "$inc": { "standby_beat": 1_i64 }, "$set": { "standby": name } };
        self.change_lease(doc! { "_id": PARTITION }, change, false).await.map(drop)
    }

    async fn release(&self, holder: &str, done: Position, unsent: i64) -> Answer<bool> {
        let filter = doc! { "_id": PARTITION, "holder": holder, "term": done.term };
        let change = doc! { "$set": { "released": true, "round": done.round, "unsent": unsent } };
        Ok(self.change_lease(filter, change, false).await?.is_some())
    }
}
