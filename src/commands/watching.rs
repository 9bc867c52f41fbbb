//! What watches a process from its start to its end, through all sessions: the status page, the health endpoints and the
//! metrics on HTTP, the heartbeat, and the alerts.
//!
//! To watch in one more way, add a service or routes in [`watch_over`].

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::ops::alerts::Alerts;
use crate::ops::heartbeat::Heartbeat;
use crate::ops::instance::InstanceMonitor;
use crate::ops::metrics;
use crate::ops::page::StatusPage;
use crate::ops::server::address_file::{AddressFile, PageAddress};
use crate::ops::server::{self, HttpServer};
use crate::runtime::config::Config;
use crate::runtime::metrics::Metrics;
use crate::runtime::supervisor::{Service, Supervisor};

/// How long the watchers may take to end. They come last: a session takes 23 s at most, and a process 25 s.
const END_WITHIN: Duration = Duration::from_millis(1500);

/// The watchers, until this is dropped. None of them can end the bot: one that keeps dying is logged, and is missed.
pub(super) struct Watching {
    /// Where this computer finds the page.
    address: Option<SocketAddr>,
    services: Vec<AbortOnDropHandle<()>>,
    stop: CancellationToken,
}

/// Begins to watch. Before anything else of the process starts, so that a host sees at once that it lives.
///
/// # Errors
/// `PORT` is set and cannot be listened on.
pub(super) async fn watch_over(
    config: &Config,
    state_file: &Path,
    instance: &InstanceMonitor,
    metrics: &Metrics,
    shutdown: &CancellationToken,
) -> anyhow::Result<Watching> {
    instance.stops_on(shutdown.clone());
    let mut watching = Watching { address: None, services: Vec::new(), stop: CancellationToken::new() };
    let page = StatusPage::new(instance.clone(), metrics.clone());
    watching.add(Arc::new(page.clone()));
    let routes = server::health_routes(instance.clone());
    let routes = routes.merge(metrics::routes(instance.clone(), metrics.clone())).merge(page.routes());
    watching.serve(config.port, state_file, instance, routes).await?;
    Ok(watching)
}

impl Watching {
    /// Tells others how this instance is doing, if they are configured: `HEARTBEAT_URL` and `ALERT_WEBHOOK_URL`.
    ///
    /// # Errors
    /// The system's certificates cannot be used.
    pub fn notify(&mut self, config: &Config, instance: &InstanceMonitor) -> anyhow::Result<()> {
        if let Some(url) = &config.heartbeat_url {
            self.add(Arc::new(Heartbeat::new(instance.clone(), url, instance.clock())?));
        }
        if let Some(url) = &config.alert_webhook_url {
            self.add(Arc::new(Alerts::new(instance.clone(), url, instance.clock())?));
        }
        Ok(())
    }

    /// The address of the page, as people open it.
    pub fn url(&self) -> Option<String> {
        self.address.map(|address| format!("http://{address}/"))
    }

    fn add(&mut self, service: Arc<impl Service>) {
        // A supervisor of its own: where several share one, the first that keeps dying ends the others.
        let (name, mut supervisor) = (service.name(), Supervisor::new(self.stop.child_token()));
        supervisor.add(service);
        let watched = async move {
            if let Err(error) = supervisor.run().await {
                tracing::error!("The {name} is given up, and the bot goes on without it: {error:#}");
            }
        };
        self.services.push(AbortOnDropHandle::new(tokio::spawn(watched)));
    }

    async fn serve(
        &mut self,
        port: Option<u16>,
        state_file: &Path,
        instance: &InstanceMonitor,
        routes: Router,
    ) -> anyhow::Result<()> {
        let listener = match (server::bind(port).await, port) {
            (Ok(listener), _) => listener,
            (Err(error), Some(port)) => bail!(
                "PORT is {port}, and the bot cannot listen there: {error}; set PORT to a free port above 1023, or remove it"
            ),
            (Err(error), None) => {
                tracing::warn!("There is no status page, because this computer has no free port for it: {error}");
                return Ok(());
            }
        };
        let address = listener.local_addr()?;
        tracing::info!("Status page at http://{address}/");
        let address = PageAddress::new(address, instance.started_at());
        self.address = Some(address.address);
        self.add(Arc::new(AddressFile::new(state_file, address).await));
        self.add(Arc::new(HttpServer::new(listener, routes)));
        Ok(())
    }

    /// Ends the watchers in order.
    pub async fn end(self) {
        self.stop.cancel();
        let ended = async {
            for service in self.services {
                drop(service.await);
            }
        };
        if tokio::time::timeout(END_WITHIN, ended).await.is_err() {
            tracing::debug!("A watcher did not end within {} s", END_WITHIN.as_secs_f32());
        }
    }
}
