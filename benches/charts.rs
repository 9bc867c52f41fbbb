//! What the answer to `/manage giftcode stats` costs: `cargo bench --bench charts`. `docs/benchmarks.md` explains the figures.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement fails by panicking and prints what it measured"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use giftcode_bot::discord::messages::stats::charts;
use giftcode_bot::discord::pictures::Pictures;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, Player, PlayerId, State};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};

const RUNS: usize = 21;
const GUILD: AllianceId = AllianceId(1);
const PLAYERS: u64 = 1000;
const CODES: usize = 100;
/// All pictures of one answer are drawn in this time,
const DRAW_LIMIT: Duration = Duration::from_millis(300);
/// and 100,000 redemptions of one server are counted in this one.
const READ_LIMIT: Duration = Duration::from_millis(500);

fn median(mut measured: Vec<Duration>) -> Duration {
    measured.sort_unstable();
    measured[measured.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

/// A server whose players all have all codes, one of each day until today.
async fn fill(path: &std::path::Path) -> Store {
    {
        let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
        let player = |id| Player {
            id: PlayerId::new(id).unwrap(),
            nickname: format!("P{id}"),
            state: State::new(245),
            furnace_level: None,
        };
        store.rosters().add_to_roster(GUILD, (1..=PLAYERS).map(player).collect()).await.unwrap();
        let entries = (0..CODES).map(|number| Entry::active(Code::parse(&format!("WOSGIFT{number:03}")).unwrap()));
        let answer = FeedAnswer::new("feed", entries.collect());
        store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
        for number in 0..CODES {
            let key = Code::parse(&format!("WOSGIFT{number:03}")).unwrap().key();
            store.requests().start_batch(GUILD, key, 1).await.unwrap();
        }
    }
    let file = rusqlite::Connection::open(path).unwrap();
    file.execute_batch(
        "UPDATE redemptions SET outcome = iif(player_id % 50 = 0, 'failed', 'granted'), status = 'SUCCESS', calls = 1,
             created_at = created_at - 86400000 * substr(code_key, -3), finished_at = created_at - 86400000 * substr(code_key, -3) + 9000;
         UPDATE runs SET started_at = started_at - 86400000 * substr(code_key, -3), finished_at = started_at + 9000",
    )
    .unwrap();
    drop(file);
    Store::open(path, StateKind::Bot, Clock::system()).unwrap()
}

#[tokio::main]
async fn main() -> ExitCode {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = fill(&folder.path().join("giftcode.db")).await;
    let pictures = Pictures::default();
    let (mut reading, mut drawing, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        let began = Instant::now();
        let stats = store.reports().guild_stats(GUILD).await.unwrap();
        reading.push(began.elapsed());
        assert_eq!((stats.players, stats.codes.len()), (1000, 10));
        assert_eq!(stats.days.iter().map(|day| day.granted + day.failed).sum::<u32>(), 14_000);
        let began = Instant::now();
        let charts = charts(giftcode_bot::domain::text::language::Language::En, &stats)
            .into_iter()
            .map(|chart| chart.svg)
            .collect();
        let drawn = pictures.draw(charts).await.unwrap();
        drawing.push(began.elapsed());
        assert_eq!(drawn.len(), 3);
        bytes = drawn.iter().map(Vec::len).sum::<usize>();
    }
    let (first, read, draw) = (drawing[0], median(reading), median(drawing));
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(["figure", "measured", "limit", ""]);
    let verdict = |kept: bool| if kept { "kept" } else { "MISSED" };
    let kept = [read <= READ_LIMIT, draw <= DRAW_LIMIT];
    table.add_row([
        "100,000 redemptions of one server, counted".to_owned(),
        milliseconds(read),
        format!("≤ {}", milliseconds(READ_LIMIT)),
        verdict(kept[0]).to_owned(),
    ]);
    table.add_row([
        "three charts, drawn as pictures".to_owned(),
        milliseconds(draw),
        format!("≤ {}", milliseconds(DRAW_LIMIT)),
        verdict(kept[1]).to_owned(),
    ]);
    table.add_row(["the same for the first time, with the font".to_owned(), milliseconds(first)]);
    table.add_row(["the three pictures, kB".to_owned(), format!("{:.0}", bytes as f64 / 1000.0)]);
    table.column_iter_mut().skip(1).take(2).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    println!("{table}");
    if kept.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
