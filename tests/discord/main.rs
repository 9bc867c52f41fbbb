//! Discord: the real client library, and the real program, against a double of Discord's servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod access;
mod after;
mod alliances;
mod answering;
mod backups;
mod catalogue;
mod crashes;
mod deploys;
mod direct;
mod erasing;
mod forum_reminders;
mod forums;
mod guilds;
mod id_channels;
mod joining;
mod languages;
mod main_job;
mod managing;
mod many;
mod message_page;
mod notifying;
mod panels;
mod people;
mod player_lists;
mod pressing;
mod progress;
mod refusals;
mod registering;
mod reminders;
mod rosters;
mod safety;
mod secrets;
#[path = "../replication/server.rs"]
#[allow(dead_code, reason = "the tests of the two stores use all of it")]
mod server;
mod servers;
mod several;
mod states;
mod stats;
mod targets;
mod world;
