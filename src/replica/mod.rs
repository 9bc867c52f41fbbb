//! The replica: MongoDB.

mod connection;
mod connection_string;
mod document;
mod lease_store;
mod legacy_database;
mod order;
mod records;
mod words;

pub use connection::MongoSettings;
pub use legacy_database::read_legacy_database;
pub use records::Mongo;
