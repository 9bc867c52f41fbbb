//! The second store: MongoDB.

mod connection_string;
mod document;
mod first_database;
mod lease;
mod mongo;

pub use first_database::read_first_database;
pub use lease::MongoLease;
pub use mongo::{MongoReplica, MongoSettings};
