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
mod disks;
mod erasing;
mod exporting;
mod fence;
mod frozen;
mod handover;
mod importing;
mod lease;
mod machine;
mod moving_in;
mod partition;
mod process;
mod proxy;
mod refusals;
mod refusing;
mod retention;
mod server;
mod sessions;
mod stop;
