//! Notices new *Whiteout Survival* gift codes, posts each once per Discord server and redeems it for every player.
//!
//! `docs/architecture.md` has the picture, the layers and the invariants; a test holds the layers against the imports.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod discord;
pub mod domain;
pub mod election;
pub mod engine;
pub mod eraser;
pub mod feed;
pub mod game;
pub mod http;
pub mod leadership;
pub mod ports;
pub mod poster;
pub mod replica;
pub mod replicator;
pub mod reporter;
pub mod retention;
pub mod sandbox;
pub mod session;
pub mod store;
pub mod supervisor;
pub mod telemetry;
pub mod watcher;
