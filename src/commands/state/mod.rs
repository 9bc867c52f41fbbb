//! `giftcode-bot state export` and `state import`.
//!
//! The export is one JSON object, `{"giftcode_bot_state":1,"records":[…]}`. A record is `{"kind":…, field: value, …}`
//! with the fields of the file's tables. It is written and read as a stream, so its size does not matter. It is made
//! from a copy of the file, so it works while a bot is running. An import merges: of two versions of a record, the
//! winning one stays. So an import can be repeated, and can be made into a state that has changed since.

mod export;
mod progress;
mod waiting;

use std::convert::Infallible;
use std::fs::File;
use std::future::pending;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use secrecy::SecretString;
use serde_json::Value as Json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::legacy::state_file::LegacyState;
use crate::domain::sync::record::Record;
use crate::leadership::session;
use crate::replica::read_legacy_database;
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, LogFormat, Source};
use crate::runtime::telemetry::{self, Target};
use crate::store::{Merged, StateKind, Store, read_export};

use super::Ended;
use crate::commands::wiring::{location, mongodb};
use progress::Progress;

/// The largest `giftcode_state.json` that is read. Real ones have a few kilobytes.
const MAX_LEGACY_STATE: u64 = 16 * 1024 * 1024;

pub use export::export;

/// Imports `total` records into the state, waits until MongoDB has all of them, then releases the state.
async fn with_state<T>(
    total: u64,
    work: impl AsyncFnOnce(&Store, &mut Progress) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let config = Config::read(&Source::process_and_dotenv()?)?;
    let json = config.log_format == LogFormat::Json;
    telemetry::init(Target::Stderr, json, config.log_filter.as_deref(), "warn")?;
    let lock = session::lock(&config.state_file, config.mongodb_uri.is_some())?;
    let mongodb = mongodb(config.mongodb_uri.clone(), &config.mongodb_database).await?;
    let leases = mongodb.as_ref().map(|(_, leases)| leases.clone());
    let mut sessions = session::Sessions::new(location(&config, StateKind::Bot, Clock::system()), lock, mongodb);
    let (stop, leadership) = (CancellationToken::new(), sessions.leadership().clone());
    let mut work = Some(work);
    let services = async |session: session::ActiveSession| {
        let work =
            work.take().context("another giftcode-bot took over meanwhile: stop that one, and run this again")?;
        let mut progress = Progress::new(total);
        let done = work(&session.store, &mut progress).await?;
        progress.until_in_both(&session.store).await?;
        Ok(Some(done))
    };
    let mut hopeless = None;
    let stopping = async {
        if let Some(leases) = leases {
            let report = |text| drop(writeln!(std::io::stderr().lock(), "{text}"));
            hopeless = Some(waiting::until_hopeless(&leases, &leadership, report).await);
            stop.cancel();
        }
        pending::<Infallible>().await
    };
    let done = tokio::select! {
        biased;
        done = sessions.run(&stop, services) => done?,
        never = stopping => match never {},
    };
    match (done, hopeless) {
        (Some(done), _) => Ok(done),
        (None, Some(why)) => bail!("cannot use the state: {why}"),
        (None, None) => bail!("cannot use the state: the import was stopped before it started"),
    }
}

fn print(text: &str) {
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Imports an export of this program, or the legacy bot's `giftcode_state.json`.
pub async fn import(path: &Path) -> anyhow::Result<Ended> {
    let shown = path.display().to_string();
    // A connection string is not shown, because it may contain a password.
    let is_uri = shown.starts_with("mongodb://") || shown.starts_with("mongodb+srv://");
    ensure!(!is_uri, "to import from MongoDB, use --from-mongodb URI");
    let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
    let size = file.metadata().with_context(|| format!("cannot read {shown}"))?.len();
    let begin = read_begin(path).with_context(|| format!("cannot read {shown}"))?;
    if begin.contains("\"giftcode_bot_state\"") {
        let total = count(path.to_owned()).await.with_context(|| format!("cannot import {shown}"))?;
        let work = with_state(total, async |store, progress| import_export(store, path.to_owned(), progress).await);
        let (read, merged) = work.await.with_context(|| format!("cannot import {shown}"))?;
        let left_out = match merged.left_out {
            0 => String::new(),
            count => format!(", {count} left out because they do not fit"),
        };
        let erased = match merged.erased {
            0 => String::new(),
            count => format!(", {count} were erased since and stay away"),
        };
        let taken = merged.taken;
        print(&format!(
            "{read} records read from {shown}; {taken} taken over{left_out}{erased}, the others were here already."
        ));
        return Ok(Ended::Well);
    }
    ensure!(size <= MAX_LEGACY_STATE, "cannot import {shown}: it is neither an export nor a giftcode_state.json");
    let json: Json = serde_json::from_reader(BufReader::new(file)).map_err(|e| {
        anyhow::anyhow!("cannot import {shown}: it is not JSON (line {}, column {})", e.line(), e.column())
    })?;
    let state = LegacyState::read(&json).with_context(|| format!("cannot import {shown}"))?;
    let left = state.left.clone();
    let imported = with_state(0, async |store, _| Ok(store.imports().import_legacy_state(state).await?)).await?;
    for sentence in &left {
        print(&format!("left out: {sentence}"));
    }
    print(&format!(
        "Taken over from {shown}: {} channels ({} were set here already and stay), {} sent codes ({} were known).",
        imported.channels, imported.kept_channels, imported.posts, imported.known_posts
    ));
    Ok(Ended::Well)
}

/// Imports the legacy bot's database.
pub async fn import_database(uri: &SecretString, database: &str) -> anyhow::Result<Ended> {
    let cannot = || format!("cannot import from the database {database:?}");
    let read = read_legacy_database(uri, database).await.with_context(cannot)?;
    let left = read.left.clone();
    let imported = with_state(0, async |store, _| Ok(store.imports().import_legacy_database(read).await?))
        .await
        .with_context(cannot)?;
    for sentence in left.iter().chain(&imported.left) {
        print(&format!("left out: {sentence}"));
    }
    let state = &imported.state;
    print(&format!(
        "Taken over from the database {database}: {} channels ({} were set here already and stay), {} sent codes ({} were \
         known), auto-redemption turned on in {} servers, {} players put on rosters ({} without a state; {} were there), \
         {} redemptions ({} were known).",
        state.channels,
        state.kept_channels,
        state.posts,
        state.known_posts,
        imported.auto,
        imported.players,
        imported.without_state,
        imported.known_players,
        imported.redemptions,
        imported.known_redemptions,
    ));
    Ok(Ended::Well)
}

/// The first bytes, by which an export is recognized.
fn read_begin(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut begin = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut begin)?;
    Ok(String::from_utf8_lossy(&begin).into_owned())
}

/// Reads an export to its end before anything is imported, so that a file broken in the middle changes nothing. Returns
/// the number of records.
async fn count(path: PathBuf) -> anyhow::Result<u64> {
    let counting = move || {
        let mut count = 0;
        read_export(&path, |chunk| {
            count += chunk.len() as u64;
            Ok(())
        })?;
        Ok(count)
    };
    tokio::task::spawn_blocking(counting).await.context("reading the file ended")?
}

async fn import_export(store: &Store, path: PathBuf, progress: &mut Progress) -> anyhow::Result<(usize, Merged)> {
    // A few chunks at a time wait for the store, whatever the file's size.
    let (chunks, mut received) = mpsc::channel(2);
    let pass_on = move |chunk| chunks.blocking_send(chunk).map_err(|_| "the store is gone");
    let parsing = tokio::task::spawn_blocking(move || read_export(&path, pass_on));
    let (mut read, mut merged) = (0, Merged::default());
    while let Some(chunk) = received.recv().await {
        let chunk: Vec<Record> = chunk;
        read += chunk.len();
        merged += store.imports().import_records(chunk).await?;
        progress.is_at(read as u64, store).await?;
    }
    parsing.await.context("reading the file ended")??;
    Ok((read, merged))
}
