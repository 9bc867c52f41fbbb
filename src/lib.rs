//! Notices new *Whiteout Survival* gift codes, posts each once per Discord server and redeems it for every player.
//!
//! `docs/architecture.md` has the picture, the layers and the invariants; a test holds the layers against the imports.

pub mod cli;
pub mod commands;
pub mod discord;
pub mod domain;
pub mod feeds;
pub mod game;
pub mod leadership;
pub mod ports;
pub mod replica;
pub mod runtime;
pub mod sandbox;
pub mod services;
pub mod store;
