//! Finds new *Whiteout Survival* gift codes, posts each once per Discord server, and redeems it for every player.
//!
//! `docs/architecture.md` describes the structure, the layers and the invariants. A test checks the layers against the
//! imports.

pub mod charts;
pub mod cli;
pub mod commands;
pub mod discord;
pub mod domain;
pub mod feeds;
pub mod game;
pub mod leadership;
pub mod ops;
pub mod ports;
pub mod replica;
pub mod runtime;
pub mod sandbox;
pub mod services;
pub mod store;
