//! `state export`: from a copy of the state file, or else from MongoDB. It locks and changes nothing.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::commands::Ended;
use crate::domain::sync::record::{Record, RecordKind};
use crate::ports::replica::{Replica, Scope};
use crate::replica::{Mongo, MongoSettings};
use crate::runtime::config::{Config, LogFormat, Source};
use crate::runtime::telemetry::{self, Target};
use crate::store::{ExportWriter, export_records, open_copy};

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
    match Box::pin(write(&config, path, ExportWriter::new(file))).await {
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
async fn write(config: &Config, path: &Path, out: ExportWriter) -> anyhow::Result<(u64, &'static str)> {
    let folder = folder_beside(path)?;
    let (state, copy) = (config.state_file.clone(), folder.path().join("state.db"));
    let opened =
        tokio::task::spawn_blocking(move || open_copy(&state, &copy)).await.context("copying the file ended")?;
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
        (Ok(store), _) => Ok((export_records(&store.sync_log(), out).await?, "")),
        (Err(why), Some(uri)) => {
            let settings =
                MongoSettings { uri: uri.clone(), database: config.mongodb_database.clone(), timeout: TIMEOUT };
            let mongo = Mongo::new(settings).await?;
            let written = write_replica(&mongo, out).await;
            let count = written.with_context(|| format!("{why}, and MongoDB cannot be read"))?;
            Ok((count, ", from MongoDB"))
        }
        (Err(why), None) => anyhow::bail!(why),
    }
}

async fn write_replica(replica: &impl Replica, mut out: ExportWriter) -> anyhow::Result<u64> {
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
    Ok(out.finish()?)
}

/// A temporary folder next to the export, where there is room for a copy.
fn folder_beside(path: &Path) -> anyhow::Result<TempDir> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".copying");
    let folder = path.with_file_name(&name);
    let made = tempfile::Builder::new().prefix(&name).rand_bytes(0).tempdir_in(path.parent().unwrap_or(path));
    made.with_context(|| format!("cannot create the folder {} (it must not exist)", folder.display()))
}
