//! Two stores: the file and a real MongoDB server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod adapter;
mod converging;
mod process;
mod server;
