//! The loops on a real state file against the simulated world, in paused time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod alliances;
mod asking;
mod backups;
mod breaker;
mod engine;
mod erasing;
mod feeds;
mod limits;
mod login;
mod notifying;
mod pacing;
mod posting;
mod posting_again;
mod questions;
mod reporting;
mod retention;
mod state_checks;
mod state_searches;
mod support;
mod unrecorded;
mod verdict;
mod watching;
#[path = "../../src/store/with_tables.rs"]
mod with_tables;
