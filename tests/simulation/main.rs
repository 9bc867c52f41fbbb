//! Invariants 1, 2, 3 and 7 under all faults of two or three instances and their MongoDB: a simulation that replays exactly. See
//! `docs/simulation.md`.
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

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use checker::LetPass;
use planted::Planted;
use run::Ran;

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

/// The requested seeds: `SIM_SEED` alone, or `SIM_SEEDS` many.
fn seeds(as_a_rule: u64) -> Range<u64> {
    match number("SIM_SEED") {
        Some(seed) => seed..seed + number("SIM_SEEDS").unwrap_or(1),
        None => 0..number("SIM_SEEDS").unwrap_or(as_a_rule),
    }
}

/// Runs the seeds on all cores until `visit` has seen enough.
fn run_all(seeds: Range<u64>, visit: impl Fn(u64, Ran) -> ControlFlow<()> + Sync) {
    let (next, is_enough) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let work = || {
        while !is_enough.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let ran = catch_unwind(|| run::run(seed, Planted::Nothing, is_traced())).unwrap_or_else(|panic| {
                print(&format!("seed {seed} panics"));
                resume_unwind(panic)
            });
            if visit(seed, ran).is_break() {
                is_enough.store(true, Ordering::Relaxed);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
}

#[test]
fn nothing_is_lost_or_done_twice_whatever_breaks() {
    let (seeds, began) = (seeds(300), Instant::now());
    let keeps_going = std::env::var_os("SIM_ALL").is_some();
    let failed = Mutex::new(BTreeMap::new());
    let total = Mutex::new((0, LetPass::default()));
    run_all(seeds.clone(), |seed, ran| {
        let mut total = total.lock().unwrap();
        total.0 += ran.events;
        total.1 += ran.let_pass;
        if number("SIM_SEED").is_some() {
            print(&fingerprint(seed, &ran));
        }
        if let Some(violation) = ran.violation {
            print(&format!("seed {seed} (SIM_SEED={seed} repeats it): {violation}"));
            failed.lock().unwrap().insert(seed, ran.last_lines);
            if !keeps_going {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    let (events, let_pass) = total.into_inner().unwrap();
    let seconds = began.elapsed().as_secs_f64();
    print(&format!("seeds {seeds:?}: {events} events in {seconds:.1} s; let pass: {let_pass}"));
    let failed = failed.into_inner().unwrap();
    if let (false, Some(last_lines)) = (keeps_going, failed.values().next()) {
        print(last_lines);
    }
    assert!(failed.is_empty(), "{} seeds fail: {:?}", failed.len(), failed.keys());
}

/// Identifies a run: a hash of everything that happened, and how much did.
fn fingerprint(seed: u64, ran: &Ran) -> String {
    format!("seed {seed} is {:016x} after {} events", ran.hash, ran.events)
}

#[test]
fn a_seed_replays_exactly() {
    let run = |seed| fingerprint(seed, &run::run(seed, Planted::Nothing, false));
    let first: Vec<String> = (0..6).map(run).collect();
    // In another order, after other runs, and in another process.
    for (seed, first) in first.iter().enumerate().rev() {
        assert_eq!(run(seed as u64), *first);
    }
    let again = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "nothing_is_lost_or_done_twice_whatever_breaks"])
        .env("SIM_SEED", "3")
        .env_remove("SIM_SEEDS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains(&first[3]), "{} is not in {said}", first[3]);
}

/// Faults that the program once had are found when they are planted again.
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
