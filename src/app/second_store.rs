//! The second store, where one is configured.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::replica::{MongoReplica, MongoSettings};
use crate::replicator::Replicator;
use crate::store::Store;
use crate::supervisor::Supervisor;

/// Finding a server, connecting, a write's majority: none may take longer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A running replicator. It ends after all who write.
pub(super) struct SecondStore {
    replica: MongoReplica,
    running: JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
}

/// Brings the file and MongoDB in step, and keeps them so; `None` where no MongoDB is configured. One that does not answer
/// is said, and the file goes on alone until it does.
pub(super) async fn connect(
    uri: Option<&SecretString>,
    database: &str,
    store: &Store,
) -> anyhow::Result<Option<SecondStore>> {
    let Some(uri) = uri else {
        store.set_replicated(false).await?;
        return Ok(None);
    };
    store.set_replicated(true).await?;
    let settings = MongoSettings { uri: uri.clone(), database: database.to_owned(), timeout: TIMEOUT };
    let replica = MongoReplica::new(settings, crate::tenure::Tenure::unlimited()).await?;
    let replicator = Arc::new(Replicator::new(replica.clone(), store.clone()));
    match replicator.compare().await {
        Ok(moved) => {
            tracing::info!("MongoDB and the file are in step: {} records fetched, {} sent", moved.fetched, moved.sent);
        }
        Err(error) => tracing::warn!("{error:#}; the file goes on alone, and both are merged when it answers"),
    }
    let stop = CancellationToken::new();
    let mut supervisor = Supervisor::new(stop.clone());
    let token = stop.clone();
    supervisor.add("replicator", move || {
        let (replicator, token) = (replicator.clone(), token.clone());
        async move { replicator.run(token).await }
    });
    Ok(Some(SecondStore { replica, running: tokio::spawn(supervisor.run()), stop }))
}

impl SecondStore {
    /// Sends what MongoDB lacks, as far as it answers, and ends.
    pub async fn end(self) -> anyhow::Result<MongoReplica> {
        self.stop.cancel();
        self.running.await.context("the replicator ended")??;
        Ok(self.replica)
    }
}
