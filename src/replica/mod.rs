//! The second store: MongoDB.

mod connection;
mod connection_string;
mod document;
mod first_database;
mod lease_store;
mod order;
mod records;
mod words;

pub use connection::MongoSettings;
pub use first_database::read_first_database;
pub use records::Mongo;
