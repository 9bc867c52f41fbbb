//! `giftcode-bot redeem`: the engine alone, for the players of a file.
//!
//! The progress is kept in a file next to the state file until every redemption is final, so that the same command
//! continues after a kill. Then the file is removed. It belongs to one set of codes and players and one game.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::health::{EnginePhase, EngineStatus};
use crate::domain::players::player::{Player, State};
use crate::domain::players::roster_file::{self, RosterFile};
use crate::domain::redeeming::explanation::{remedy, trouble_in_words};
use crate::game::GameClient;
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, LogFormat, Source};
use crate::runtime::supervisor::Supervisor;
use crate::runtime::telemetry::{self, Target};
use crate::services::engine::Engine;
use crate::store::{CodeReport, StateKind, Store};

use super::{Ended, summary};
use crate::commands::wiring::{engine_settings, game_client, stop_on_signals};
use crate::commands::world::beside;

/// A game that has not answered so long after the start counts as unreachable.
const UNREACHED_AFTER: Duration = Duration::from_secs(5);
/// The work ends if for so long nothing has happened but tries of a held code.
const STALLED_AFTER: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How many bad lines are named individually.
const MAX_BAD_LINES: usize = 10;

#[derive(Debug, Clone)]
pub struct RedeemOptions {
    /// As typed.
    pub codes: Vec<String>,
    pub players: PathBuf,
    /// The state of players for whom the file gives none.
    pub state: Option<State>,
    /// Print one JSON object instead of a summary.
    pub json: bool,
    /// Leave bad lines out instead of refusing the file.
    pub skip_bad_lines: bool,
}

/// docs/contract.md, "Output of redeem --json".
#[derive(Debug, Serialize)]
struct Report {
    codes: Vec<CodeOutcome>,
    requests: u64,
    elapsed_seconds: f64,
}

#[derive(Debug, Serialize)]
struct CodeOutcome {
    code: String,
    players: u32,
    granted: u32,
    already: u32,
    failed: BTreeMap<String, u32>,
    gave_up: u32,
}

enum Work {
    Done,
    Interrupted,
}

/// # Errors
///
/// If the input, the configuration or the game prevents it from running. Then nothing more is redeemed.
pub async fn run(options: RedeemOptions) -> anyhow::Result<Ended> {
    let config = Config::read(&Source::process_and_dotenv()?)?;
    let shows_bar = io::stderr().is_terminal();
    // Log lines would break the bar, and the summary contains everything that matters.
    let default_filter = if shows_bar {
        "error"
    } else if options.json {
        "warn"
    } else {
        "info"
    };
    let json_lines = config.log_format == LogFormat::Json;
    telemetry::init(Target::Stderr, json_lines, config.log_filter.as_deref(), default_filter)?;
    let codes = read_codes(&options.codes)?;
    let players = read_players(&options.players, options.state, options.skip_bad_lines)?;
    let clock = Clock::system();
    let path = progress_path(&config, &codes, &players);
    let store = Store::open(&path, StateKind::Redeem, clock)?;
    let all = players.len() * codes.len();
    prepare(&store, &codes, &players).await?;
    let done = all.saturating_sub(store.reports().pending_redemptions().await? as usize);
    if done > 0 {
        print_note(&format!("Continuing an interrupted redeem: {done} of {all} are done."));
    }
    let engine = Engine::new(game_client(&config, clock)?, store.redemptions(), clock, engine_settings(&config));
    let bar = progress_bar(shows_bar, all as u64);
    let work = work(&engine, &store, &config, &bar, all).await;
    bar.finish_and_clear();
    let done = all.saturating_sub(store.reports().pending_redemptions().await? as usize);
    if work.is_err() && (done == 0 || engine.status().borrow().never_reached.is_some()) {
        // There is nothing worth continuing.
        drop((engine, store));
        remove_progress(&path);
        return work.map(|_| Ended::Badly);
    }
    if let Work::Interrupted = work? {
        print_note(&format!("Interrupted: {done} of {all} are done. The same command continues from here."));
        return Ok(Ended::Well);
    }
    let ended = report(&store, &codes, &options, &engine, clock).await?;
    drop((engine, store));
    remove_progress(&path);
    Ok(ended)
}

fn read_codes(texts: &[String]) -> anyhow::Result<Vec<Code>> {
    let mut codes: Vec<Code> = Vec::new();
    for text in texts {
        let code = Code::parse(text).context("nothing was redeemed")?;
        if codes.iter().all(|known| known.key() != code.key()) {
            codes.push(code);
        }
    }
    Ok(codes)
}

fn read_players(path: &Path, state: Option<State>, skip_bad_lines: bool) -> anyhow::Result<Vec<Player>> {
    let shown = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read the players file {shown}"))?;
    let mut bytes = Vec::new();
    // One byte more than allowed shows that a file is too large, without reading all of it.
    let most = roster_file::MAX_BYTES as u64 + 1;
    file.take(most).read_to_end(&mut bytes).with_context(|| format!("cannot read the players file {shown}"))?;
    let RosterFile { players, bad_lines, stateless } =
        roster_file::parse(&bytes, state).map_err(|error| anyhow!("{shown}: {error}; nothing was redeemed"))?;
    // A bot searches for the state; who redeems at once gives it.
    if let (Some(columns), None) = (stateless, state) {
        bail!(
            "{shown}: no column with states was found; the columns are {columns}; add a column state (or kid, server), or set \
             one state for all with --state N; nothing was redeemed"
        );
    }
    if !bad_lines.is_empty() {
        let mut named: Vec<String> = bad_lines.iter().take(MAX_BAD_LINES).map(ToString::to_string).collect();
        if bad_lines.len() > MAX_BAD_LINES {
            named.push(format!("and {} more bad lines", bad_lines.len() - MAX_BAD_LINES));
        }
        let named = named.join("; ");
        if !skip_bad_lines {
            bail!(
                "{shown}: {named}. Nothing was redeemed: correct the file, or leave bad lines out with --skip-bad-lines"
            );
        }
        print_note(&format!("{shown}: left out {named}"));
    }
    ensure!(!players.is_empty(), "{shown}: no line contains a player; nothing was redeemed");
    Ok(players)
}

/// The file for this work's progress. Its name is a digest of the game, the codes and the players.
fn progress_path(config: &Config, codes: &[Code], players: &[Player]) -> PathBuf {
    use md5::{Digest, Md5};
    let mut keys: Vec<String> = codes.iter().map(|code| code.key().to_string()).collect();
    keys.sort_unstable();
    let mut ids: Vec<u64> = players.iter().map(|player| player.id.get()).collect();
    ids.sort_unstable();
    let digest = Md5::digest(format!("{} {keys:?} {ids:?}", config.game_url));
    let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    config.state_file.with_file_name(format!("redeem-{name}.db"))
}

async fn prepare(store: &Store, codes: &[Code], players: &[Player]) -> anyhow::Result<()> {
    store.rosters().put_players(players.to_vec()).await?;
    let mut keys = Vec::new();
    for code in codes {
        keys.push((code.key(), store.codes().add_code(code.clone()).await?));
    }
    store.redemptions().request(players.iter().map(|player| player.id).collect(), keys).await?;
    Ok(())
}

fn progress_bar(shows: bool, all: u64) -> ProgressBar {
    let target = if shows { ProgressDrawTarget::stderr_with_hz(5) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(all), target);
    let template = "Redeeming {bar:30.cyan/dim} {pos} of {len}   {elapsed} so far, {eta} to go";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.progress_chars("━━─")),
        Err(_) => bar,
    }
}

async fn work(
    engine: &Arc<Engine<GameClient>>,
    store: &Store,
    config: &Config,
    bar: &ProgressBar,
    all: usize,
) -> anyhow::Result<Work> {
    let asked_to_stop = stop_on_signals()?;
    let stop = CancellationToken::new();
    let mut supervisor = Supervisor::new(stop.clone());
    supervisor.add(engine.clone());
    let mut services = tokio::spawn(supervisor.run());
    let work = tokio::select! {
        () = asked_to_stop.cancelled() => Ok(Work::Interrupted),
        ended = &mut services => {
            ended.context("the engine ended")??;
            return Ok(Work::Interrupted);
        }
        work = until_done(engine, store, config, bar, all) => work,
    };
    stop.cancel();
    services.await.context("the engine ended")??;
    work
}

async fn until_done(
    engine: &Engine<GameClient>,
    store: &Store,
    config: &Config,
    bar: &ProgressBar,
    all: usize,
) -> anyhow::Result<Work> {
    let started = Instant::now();
    let status = engine.status();
    let (mut is_reported, mut moved) = (false, (all, started));
    loop {
        let pending = store.reports().pending_redemptions().await? as usize;
        if pending != moved.0 {
            moved = (pending, Instant::now());
        }
        bar.set_position(all.saturating_sub(pending) as u64);
        let EngineStatus { phase, never_reached, .. } = status.borrow().clone();
        if let Some(status) = &never_reached
            && (pending == 0 || started.elapsed() >= UNREACHED_AFTER)
        {
            let why = match status {
                Status::TimedOut => "it does not answer in time",
                _ => "no connection can be made",
            };
            bail!(
                "cannot reach the game at {}: {why}; nothing was redeemed: check GAME_API_URL and the network",
                address(config)
            );
        }
        if pending == 0 {
            return Ok(Work::Done);
        }
        match phase {
            EnginePhase::Open { trouble, .. } if !trouble.cause.passes() => bail!(
                "nothing can be redeemed at {}: {}: {}; progress is kept, and the same command continues from there",
                address(config),
                trouble_in_words(trouble.cause, &trouble.evidence),
                remedy(&trouble)
            ),
            // A game that was never reached is handled above.
            EnginePhase::Open { trouble, .. } if !is_reported && never_reached.is_none() => {
                is_reported = true;
                let why = trouble_in_words(trouble.cause, &trouble.evidence);
                let what = format!("Waiting: {why}. You can stop me; the same command continues from here.");
                bar.suspend(|| print_note(&what));
            }
            EnginePhase::Open { .. } => {}
            EnginePhase::Held { code, evidence, .. } if moved.1.elapsed() >= STALLED_AFTER => bail!(
                "the game answers {evidence} for {code}, which is unknown, to every player, and all else is done: run the same \
                 command again later, it continues from there"
            ),
            _ if is_reported => {
                is_reported = false;
                bar.suspend(|| print_note("The game answers again."));
            }
            _ => {}
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// The game's address without a possible password.
fn address(config: &Config) -> String {
    let url = &config.game_url;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

async fn report(
    store: &Store,
    codes: &[Code],
    options: &RedeemOptions,
    engine: &Engine<GameClient>,
    clock: Clock,
) -> anyhow::Result<Ended> {
    let mut reports: Vec<(Code, CodeReport)> = Vec::new();
    for code in codes {
        reports.push((code.clone(), store.reports().code_report(code.key(), 1).await?));
    }
    let gave_up = |report: &CodeReport| report.gave_up.values().sum::<u32>();
    let ended = if reports.iter().any(|(_, report)| gave_up(report) > 0) { Ended::GaveUp } else { Ended::Well };
    let (requests, seconds) = (engine.game().requests(), clock.elapsed().as_secs_f64());
    if options.json {
        let outcome = |(code, report): (Code, CodeReport)| CodeOutcome {
            code: code.to_string(),
            players: report.players,
            granted: report.granted,
            already: report.already,
            gave_up: gave_up(&report),
            failed: report.failed,
        };
        let report = Report {
            codes: reports.into_iter().map(outcome).collect(),
            requests,
            elapsed_seconds: (seconds * 1000.0).round() / 1000.0,
        };
        print(&serde_json::to_string(&report).context("cannot write the report")?);
        return Ok(ended);
    }
    let mut table = summary::table(&["Code", "Players", "Granted", "Had it", "Failed", "Given up", "Why not"]);
    for (code, report) in &reports {
        let failed: u32 = report.failed.values().sum();
        let counts = [report.players, report.granted, report.already, failed, gave_up(report)];
        let cells = [code.to_string()].into_iter().chain(counts.map(|count| count.to_string()));
        table.add_row(cells.chain([summary::reasons(report)]));
    }
    print(&table.to_string());
    for line in summary::failures(&store.reports().redemption_rows().await?) {
        print(&line);
    }
    print(&format!("{requests} requests in {seconds:.1} s."));
    Ok(ended)
}

/// Removes the progress, which is of no more use. Files that cannot be removed do no harm.
fn remove_progress(path: &Path) {
    for suffix in ["", "-wal", "-shm", ".lock"] {
        drop(std::fs::remove_file(beside(path, suffix)));
    }
}

/// Prints to standard output. A reader that went away is not an error.
fn print(text: &str) {
    drop(writeln!(io::stdout().lock(), "{text}"));
}

/// Prints to standard error, apart from the output proper.
fn print_note(text: &str) {
    drop(writeln!(io::stderr().lock(), "giftcode-bot: {text}"));
}
