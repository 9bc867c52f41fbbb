//! MongoDB: the replica and the lease.

mod connection;
mod connection_string;
mod document;
mod error_text;
mod lease_store;
mod legacy_database;
mod order;
mod records;

pub use connection::MongoSettings;
pub use legacy_database::read_legacy_database;
pub use records::Mongo;
