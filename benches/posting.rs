//! How fast a new code reaches a thousand guilds: `cargo bench --bench posting`. `docs/benchmarks.md` explains the figures.
//! The real program posts to a double of Discord, in real time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "a measurement fails by panicking and prints what it measured; the world has more than it needs"
)]

#[path = "figures/mod.rs"]
mod figures;
#[path = "../tests/discord/guilds.rs"]
mod guilds;
#[path = "../tests/discord/world.rs"]
mod world;

use std::process::ExitCode;

use figures::{Figures, ratio, seconds};
use giftcode_bot::sandbox::rules::Rule;
use guilds::{PER_SECOND, POSTS};
use world::World;

const TIMES: usize = 3;
/// The time that posting takes, divided by the least time in which Discord allows as many calls.
const LIMIT: f64 = 1.3;

#[tokio::main]
async fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("run by cargo bench --bench posting");
        return ExitCode::SUCCESS;
    }
    let mut figures = Figures::new();
    let (mut took, mut ratios, mut calls, mut too_fast) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..TIMES {
        let world = World::new(&[("CODE1", Rule::Good)]).await;
        let bot = guilds::start(&world).await;
        let posting = guilds::post(&world, &bot).await;
        bot.stop().await;
        too_fast += world.double.rate_limited();
        took.push(posting.took.as_secs_f64());
        calls.push(posting.calls as f64);
        ratios.push(posting.took.as_secs_f64() * PER_SECOND as f64 / posting.calls as f64);
    }
    figures.add_all(&format!("{POSTS} posts; calls, with those that fail"), &calls, |calls| format!("{calls:.0}"));
    figures.add_all("from the first call to the last", &took, seconds);
    figures.median_at_most(&format!("the same / {PER_SECOND} calls a second"), &ratios, LIMIT, ratio);
    figures.exactly("calls that Discord refused as too fast", too_fast, 0);
    figures.finish()
}
