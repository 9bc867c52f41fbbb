//! The services: one loop each, a `runtime::supervisor::Service`. They meet at the store and never call each other.

pub mod backup;
pub mod engine;
pub mod eraser;
pub mod health;
pub mod notifier;
pub mod poster;
pub mod replicator;
pub mod reporter;
pub mod retention;
pub mod upkeep;
pub mod watcher;
