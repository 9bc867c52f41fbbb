//! Two stores: the file and a real MongoDB server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod adapter;
mod bots;
mod chaos;
mod converging;
mod erasing;
mod handover;
mod lease;
mod moving_in;
mod process;
mod refusals;
mod server;
