//! `state export`: from a copy of the state file, or else from MongoDB. It locks and changes nothing.

use std::fs::File;
use std::io::{BufWriter, IntoInnerError, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::commands::Ended;
use crate::domain::sync::record::{Record, RecordKind};
use crate::ports::replica::{Replica, Scope};
use crate::replica::{Mongo, MongoSettings};
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, LogFormat, Source};
use crate::runtime::telemetry::{self, Target};
use crate::store::{StateKind, Store, StoreError, copy_state};

use super::format::{CHUNK, FORMAT, to_json};
use super::print;

/// How long MongoDB may take for a command.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most pages that wait to be written.
const AHEAD: usize = 2;

/// Writes the whole state to a new file, even while a bot is running. After an error the unfinished file is removed.
pub async fn export(path: &Path) -> anyhow::Result<Ended> {
    let config = Config::read(&Source::process_and_dotenv()?)?;
    let json = config.log_format == LogFormat::Json;
    telemetry::init(Target::Stderr, json, config.log_filter.as_deref(), "warn")?;
    let file =
        File::create_new(path).with_context(|| format!("cannot create {} (it must not exist)", path.display()))?;
    match Box::pin(write(&config, path, Export::new(file))).await {
        Ok((count, origin)) => {
            print(&format!("{count} records written to {}{origin}.", path.display()));
            Ok(Ended::Well)
        }
        Err(error) => {
            drop(std::fs::remove_file(path));
            Err(error.context(format!("cannot write {}", path.display())))
        }
    }
}

/// Writes the state. Returns the number of records, and their origin if that is not the state file.
async fn write(config: &Config, path: &Path, mut out: Export) -> anyhow::Result<(usize, &'static str)> {
    let folder = folder_beside(path)?;
    let opened = open_copy(config.state_file.clone(), folder.path().join("state.db")).await;
    let from_file = match (opened, &config.mongodb_uri) {
        (Ok(store), None) => Ok(store),
        (Ok(store), Some(_)) if store.sync_log().is_empty().await? => Err("the state file is empty".to_owned()),
        (Ok(store), Some(_)) if store.sync_log().replica_history().await?.is_stale => {
            Err("the state file is out of date".to_owned())
        }
        (Ok(store), Some(_)) => Ok(store),
        (Err(error), Some(_)) => Err(error.to_string()),
        (Err(error), None) => return Err(error.into()),
    };
    match (from_file, &config.mongodb_uri) {
        (Ok(store), _) => {
            write_file(&store, &mut out).await?;
            Ok((out.finish()?, ""))
        }
        (Err(why), Some(uri)) => {
            let settings =
                MongoSettings { uri: uri.clone(), database: config.mongodb_database.clone(), timeout: TIMEOUT };
            let mongo = Mongo::new(settings).await?;
            write_replica(&mongo, &mut out).await.with_context(|| format!("{why}, and MongoDB cannot be read"))?;
            Ok((out.finish()?, ", from MongoDB"))
        }
        (Err(why), None) => anyhow::bail!(why),
    }
}

/// A copy of the state file, migrated to this program's schema.
async fn open_copy(state: PathBuf, copy: PathBuf) -> Result<Store, StoreError> {
    let opening = move || {
        copy_state(&state, &copy)?;
        Store::open(&copy, StateKind::Bot, Clock::system())
    };
    tokio::task::spawn_blocking(opening).await.map_err(|_| StoreError::Closed)?
}

async fn write_file(store: &Store, out: &mut Export) -> anyhow::Result<()> {
    for kind in RecordKind::ALL {
        let mut after = None;
        loop {
            let page = store.sync_log().page(kind, after.take(), CHUNK).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key());
            out.write(&page)?;
        }
    }
    Ok(())
}

async fn write_replica(replica: &impl Replica, out: &mut Export) -> anyhow::Result<()> {
    for kind in RecordKind::ALL {
        let (pages, mut received) = mpsc::channel(AHEAD);
        let writing = async {
            while let Some(page) = received.recv().await {
                let page: Vec<Record> = page;
                out.write(&page)?;
            }
            anyhow::Ok(())
        };
        let (read, written) = tokio::join!(replica.read(kind, Scope::All, pages), writing);
        written?;
        read?;
    }
    Ok(())
}

struct Export {
    out: BufWriter<File>,
    count: usize,
}

impl Export {
    fn new(file: File) -> Self {
        Self { out: BufWriter::new(file), count: 0 }
    }

    fn write(&mut self, records: &[Record]) -> std::io::Result<()> {
        for record in records {
            match self.count {
                0 => write!(self.out, "{{\"giftcode_bot_state\":{FORMAT},\"records\":[\n{}", to_json(record))?,
                _ => write!(self.out, ",\n{}", to_json(record))?,
            }
            self.count += 1;
        }
        Ok(())
    }

    /// Completes the file on disk. Returns the number of records.
    fn finish(mut self) -> std::io::Result<usize> {
        if self.count == 0 {
            write!(self.out, "{{\"giftcode_bot_state\":{FORMAT},\"records\":[")?;
        }
        writeln!(self.out, "\n]}}")?;
        self.out.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        Ok(self.count)
    }
}

/// A temporary folder next to the export, where there is room for a copy.
fn folder_beside(path: &Path) -> anyhow::Result<TempDir> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".copying");
    let folder = path.with_file_name(&name);
    let made = tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir_in(path.parent().unwrap_or(path));
    made.with_context(|| format!("cannot create the folder {} (it must not exist)", folder.display()))
}
