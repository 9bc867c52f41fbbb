//! Invariants 1, 2, 3 and 7 under everything that can happen to two or three instances and their MongoDB: a simulation that
//! replays exactly. See `docs/simulation.md`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod checker;
mod faults;
mod machine;
mod model;
mod outside;
mod planted;
mod replica;
mod run;
mod services;
mod world;

use std::time::Instant;

use planted::Planted;

/// The simulation's first moment.
pub const START_MS: i64 = 1_760_000_000_000;

#[allow(clippy::print_stderr, reason = "what a test says of itself")]
fn print(line: &str) {
    eprintln!("{line}");
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

fn is_traced() -> bool {
    let is_traced = std::env::var_os("SIM_TRACE").is_some();
    if is_traced {
        let log = tracing_subscriber::fmt().without_time().with_writer(std::io::stderr);
        drop(log.with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).try_init());
    }
    is_traced
}

/// The seeds that are asked for: `SIM_SEED` alone, or as many as `SIM_SEEDS` says.
fn seeds(as_a_rule: u64) -> std::ops::Range<u64> {
    match number("SIM_SEED") {
        Some(seed) => seed..seed + number("SIM_SEEDS").unwrap_or(1),
        None => 0..number("SIM_SEEDS").unwrap_or(as_a_rule),
    }
}

#[test]
fn nothing_is_lost_or_done_twice_whatever_breaks() {
    let (seeds, began) = (seeds(300), Instant::now());
    let (mut failed, mut events, mut let_pass) = (Vec::new(), 0, 0);
    let keeps_going = std::env::var_os("SIM_ALL").is_some();
    for seed in seeds.clone() {
        let ran = run::run(seed, Planted::Nothing, is_traced());
        events += ran.events;
        let_pass += ran.let_pass;
        if let Some(violation) = ran.violation {
            if !keeps_going {
                panic!("seed {seed} (SIM_SEED={seed} repeats it): {violation}\n{}", ran.last_lines);
            }
            print(&format!("seed {seed}: {violation}"));
            failed.push(seed);
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    print(&format!(
        "seeds {seeds:?}: {events} events in {seconds:.1} s; the documented hole was seen {let_pass} times"
    ));
    assert!(failed.is_empty(), "{} of {} seeds fail: {failed:?}", failed.len(), seeds.count());
}

#[test]
fn a_seed_replays_exactly() {
    for seed in 0..6 {
        let (first, second) = (run::run(seed, Planted::Nothing, false), run::run(seed, Planted::Nothing, false));
        assert_eq!((first.hash, first.events), (second.hash, second.events), "seed {seed}");
    }
}

/// Each fault that the program once had is found when it is planted again.
#[test]
fn planted_faults_are_found() {
    let only = std::env::var("SIM_PLANT").ok();
    for (name, planted) in Planted::ALL {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let found = (0..500).find_map(|seed| run::run(seed, planted, false).violation.map(|found| (seed, found)));
        let (seed, found) = found.unwrap_or_else(|| panic!("{name} is not found by 500 seeds"));
        print(&format!("{name}: found by seed {seed}: {found}"));
    }
}
