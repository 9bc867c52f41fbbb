//! What `giftcode-bot check` asks MongoDB: its version, whether it takes a write, and who leads. No record and no lease is changed.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use mongodb::bson::{DateTime, RawDocument, doc};

use crate::domain::text::clean;
use crate::ports::replica::{LeaseStore, ReplicaResult};

use super::connection::QUICK;
use super::document::number_in;
use super::records::Mongo;

/// Holds the documents of checks that are under way, and exists only then.
const CHECKS: &str = "checks";
/// The longest name of a holder or version that is shown.
const SHOWN: usize = 40;

/// A server that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFacts {
    /// Such as `8.2.1`.
    pub version: String,
    /// For one command that does nothing.
    pub latency: Duration,
    pub now: Timestamp,
    pub lease: LeaseFacts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseFacts {
    /// There is neither a lease nor a record: the database is new.
    Fresh,
    /// There are records, and no lease that can be read.
    Unreadable,
    Found(FoundLease),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLease {
    /// The database's own name, which a state file that was caught up with it knows.
    pub database: String,
    /// The process.
    pub holder: String,
    pub term: i64,
    /// By the server's clock; `None` if it is not in the lease.
    pub renewed_at: Option<Timestamp>,
    pub released: bool,
    /// Changes that the holder could not send before it gave the lease back.
    pub unsent: i64,
    pub schema: i64,
}

/// When a lease was last renewed.
fn renewed_at(lease: &RawDocument) -> Option<Timestamp> {
    let at = lease.get_datetime("renewed_at").ok()?;
    Timestamp::from_millisecond(at.timestamp_millis()).ok()
}

impl Mongo {
    /// # Errors
    /// If the server does not answer, or refuses.
    pub async fn inspect(&self) -> ReplicaResult<ServerFacts> {
        let build = self.connection.run(QUICK, doc! { "buildInfo": 1 }).await?;
        // The connection is open now.
        let began = Instant::now();
        self.connection.run(QUICK, doc! { "ping": 1 }).await?;
        let latency = began.elapsed();
        let found = self.poll().await?;
        let now = Timestamp::from_millisecond(found.server_ms).unwrap_or_default();
        let lease = match found.lease {
            Some(lease) => {
                let document = self.lease_document().await?;
                LeaseFacts::Found(FoundLease {
                    database: lease.database,
                    holder: clean(&lease.holder, SHOWN),
                    term: lease.term,
                    renewed_at: document.as_deref().and_then(renewed_at),
                    released: lease.released,
                    unsent: lease.unsent,
                    // Not that of the moment before.
                    schema: document.as_deref().and_then(|lease| number_in(lease, "schema")).unwrap_or(lease.schema),
                })
            }
            None if found.is_fresh => LeaseFacts::Fresh,
            None => LeaseFacts::Unreadable,
        };
        let version = clean(build.get_str("version").unwrap_or("of an unknown version"), SHOWN);
        Ok(ServerFacts { version, latency, now, lease })
    }

    /// Writes a document of its own, waits until a majority has it, and removes it again. Returns how long the write took.
    ///
    /// # Errors
    /// If the server does not answer, or refuses.
    pub async fn try_write(&self) -> ReplicaResult<Duration> {
        let checks = self.connection.database().await?.collection(CHECKS);
        let id = format!("{:032x}", fastrand::u128(..));
        let began = Instant::now();
        let document = doc! { "_id": &id, "at": DateTime::now() };
        self.connection.within(QUICK, async { checks.insert_one(document).await }).await?;
        let took = began.elapsed();
        self.connection.within(QUICK, async { checks.delete_one(doc! { "_id": &id }).await }).await?;
        // The collection goes with its last document. A user without this right leaves an empty collection.
        if self
            .connection
            .within(QUICK, async { checks.estimated_document_count().await })
            .await
            .is_ok_and(|left| left == 0)
        {
            drop(self.connection.within(QUICK, async { checks.drop().await }).await);
        }
        Ok(took)
    }
}
