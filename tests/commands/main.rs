//! The real binary, as people and deployments run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_input;
mod before_alliances;
mod cases;
mod env_example;
mod http;
mod other_bots;
mod redeem;
mod sandbox;
mod state;
mod support;
