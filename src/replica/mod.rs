//! The second store: MongoDB.

mod document;
mod mongo;

pub use mongo::{MongoReplica, MongoSettings};
