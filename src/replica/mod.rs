//! MongoDB: the replica and the lease.

mod connection;
mod connection_string;
mod document;
mod error_text;
mod inspection;
mod lease_store;
mod legacy_database;
mod order;
mod records;

pub use connection::MongoSettings;
pub use inspection::{FoundLease, LeaseFacts, ServerFacts};
pub use legacy_database::read_legacy_database;
pub use records::Mongo;
