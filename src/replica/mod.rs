//! The second store: MongoDB.

mod document;
mod lease;
mod mongo;

pub use lease::MongoLease;
pub use mongo::{MongoReplica, MongoSettings};
