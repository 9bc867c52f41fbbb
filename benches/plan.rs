//! What planning costs: `cargo bench --bench plan`. `docs/benchmarks.md` explains the figures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement fails by panicking and prints what it measured"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{Admission, StateKind, Store};

/// How often a plan with nothing to do is measured. The median counts.
const RUNS: usize = 101;
const CODES: usize = 40;
const PLAYERS: [u64; 3] = [1_000, 5_000, 20_000];
/// A plan with nothing pending takes no longer than this,
const PLAN_LIMIT: Duration = Duration::from_millis(5);
/// and with twenty times the players no longer than so many times as long.
const GROWTH_LIMIT: f64 = 3.0;
/// The longest time for which planning a new code for everybody may hold up claims and posts.
const PART_LIMIT: Duration = Duration::from_millis(250);

fn code(number: usize) -> Code {
    Code::parse(&format!("CODE{number}")).unwrap()
}

fn player(id: u64) -> Player {
    let state = State::new(u32::try_from(id % 1000 + 1).unwrap());
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state, furnace_level: None }
}

async fn list(store: &Store, codes: usize) {
    let entries = (0..codes).map(|number| Entry::active(code(number))).collect();
    let answer = FeedAnswer::new("feed", entries);
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
}

fn median(mut measured: Vec<Duration>) -> Duration {
    measured.sort_unstable();
    measured[measured.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}

struct Measured {
    plan: Duration,
    look: Duration,
    everything: Duration,
    longest_part: Duration,
    new_code: Duration,
}

async fn measure(players: u64) -> Measured {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("giftcode.db");
    let guild = |number: u64| AllianceId(number + 1);
    {
        let store = Store::open(&path, StateKind::Bot, Clock::system()).unwrap();
        for number in 0..20 {
            store.guilds().set_channel(guild(number), ChannelId(number + 1)).await.unwrap();
            store.guilds().set_auto_redeem(guild(number), true).await.unwrap();
            let of_guild = (1..=players).filter(|id| id % 20 == number).map(player).collect();
            store.rosters().add_to_roster(guild(number), of_guild).await.unwrap();
        }
        list(&store, CODES).await;
        store.posts().plan().await.unwrap();
    }
    // The state that a bot leaves after redeeming them all.
    let file = rusqlite::Connection::open(&path).unwrap();
    let decided = "UPDATE redemptions SET outcome = 'granted', status = 'SUCCESS', calls = 1, finished_at = created_at";
    assert_eq!(file.execute(decided, []).unwrap(), CODES * usize::try_from(players).unwrap());
    file.execute_batch(
        "UPDATE posts SET message_id = 1, posted_at = planned_at; UPDATE runs SET finished_at = started_at;",
    )
    .unwrap();
    drop(file);
    let store = Store::open(&path, StateKind::Bot, Clock::system()).unwrap();
    let began = Instant::now();
    let planned = store.posts().plan().await.unwrap();
    let everything = began.elapsed();
    assert_eq!((planned.guilds.len(), planned.redemptions), (0, 0));
    let (mut plans, mut looks) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = Instant::now();
        store.posts().plan_some().await.unwrap();
        plans.push(began.elapsed());
        let began = Instant::now();
        store.redemptions().claim_due(2, 12, |_| Admission::Take).await.unwrap();
        looks.push(began.elapsed());
    }
    list(&store, CODES + 1).await;
    let (began, mut longest_part, mut redemptions) = (Instant::now(), Duration::ZERO, 0);
    while redemptions < players {
        let part = Instant::now();
        redemptions += store.posts().plan_some().await.unwrap().plan.redemptions as u64;
        longest_part = longest_part.max(part.elapsed());
    }
    let new_code = began.elapsed();
    Measured { plan: median(plans), look: median(looks), everything, longest_part, new_code }
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(["figure", "measured", "limit", ""]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut all_kept = true;
    let mut kept = |is_kept: bool| {
        all_kept &= is_kept;
        if is_kept { "kept" } else { "NOT KEPT" }
    };
    let mut plans = Vec::new();
    for players in PLAYERS {
        let measured = measure(players).await;
        let what = format!("{players} players, {CODES} codes, all decided");
        let limit = format!("≤ {}", milliseconds(PLAN_LIMIT));
        for (name, time) in [("a plan", measured.plan), ("a look for work", measured.look)] {
            let is_kept = kept(time <= PLAN_LIMIT);
            table.add_row([format!("{what}: {name}"), milliseconds(time), limit.clone(), is_kept.to_owned()]);
        }
        table.add_row([
            format!("{what}: everything planned anew, as after a start"),
            milliseconds(measured.everything),
            String::new(),
            String::new(),
        ]);
        table.add_row([
            format!("{players} players, a new code: all parts"),
            milliseconds(measured.new_code),
            String::new(),
            String::new(),
        ]);
        let is_kept = kept(measured.longest_part <= PART_LIMIT);
        let row = [
            format!("{players} players, a new code: the longest part"),
            milliseconds(measured.longest_part),
            format!("≤ {}", milliseconds(PART_LIMIT)),
            is_kept.to_owned(),
        ];
        table.add_row(row);
        plans.push(measured.plan.as_secs_f64());
    }
    let growth = plans[plans.len() - 1] / plans[0];
    let is_kept = kept(growth <= GROWTH_LIMIT);
    table.add_row([
        "a plan: most / fewest players".to_owned(),
        format!("{growth:.2}"),
        format!("≤ {GROWTH_LIMIT:.2}"),
        is_kept.to_owned(),
    ]);
    println!("{table}\n\n{}", if all_kept { "all limits kept" } else { "NOT ALL LIMITS KEPT" });
    if all_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
