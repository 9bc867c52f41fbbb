//! Notices new *Whiteout Survival* gift codes, posts each once per Discord server and redeems it for every player.
//!
//! `docs/architecture.md` has the picture, the layers and the invariants; a test holds the layers against the imports.

pub mod clock;
pub mod domain;
pub mod engine;
pub mod ports;
pub mod poster;
pub mod store;
pub mod supervisor;
pub mod watcher;
