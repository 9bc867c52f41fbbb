//! Builds the services from the configuration.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::domain::redeeming::retry::Policy;
use crate::game::{GameClient, GameSettings};
use crate::leadership::session::StateLocation;
use crate::ops::instance::ReadBudgets;
use crate::ports::GameApi;
use crate::replica::{Mongo, MongoSettings};
use crate::runtime::clock::Clock;
use crate::runtime::config::Config;
use crate::services::engine::{Engine, EngineSettings};
use crate::store::{Blocking, StateKind};

/// The limit for finding a server, for connecting, and for the majority of a write.
const MONGODB_TIMEOUT: Duration = Duration::from_secs(2);

/// Where the state is, and how it is used.
pub(super) fn location(config: &Config, kind: StateKind, clock: Clock) -> StateLocation {
    StateLocation {
        path: config.state_file.clone(),
        kind,
        is_mongodb_required: config.mongodb_required,
        clock,
        blocking: Blocking::default(),
    }
}

/// MongoDB as the replica and as the store of the lease, if it is configured.
pub(super) async fn mongodb(uri: Option<SecretString>, database: &str) -> anyhow::Result<Option<(Mongo, Mongo)>> {
    let Some(uri) = uri else { return Ok(None) };
    let settings = MongoSettings { uri, database: database.to_owned(), timeout: MONGODB_TIMEOUT };
    let mongo = Mongo::new(settings).await?;
    Ok(Some((mongo.clone(), mongo)))
}

pub(super) fn game_client(config: &Config, clock: Clock) -> anyhow::Result<GameClient> {
    let settings = GameSettings {
        base_url: config.game_url.clone(),
        page: config.game_page_url.clone(),
        salt: config.game_salt.clone(),
        timeout: config.game_timeout,
    };
    GameClient::with_sessions(settings, clock, config.concurrency, config.retry_base)
}

/// Reads this engine's budgets.
pub(super) fn budgets<G: GameApi>(engine: &Arc<Engine<G>>) -> ReadBudgets {
    let engine = engine.clone();
    Box::new(move || engine.budgets())
}

pub(super) fn engine_settings(config: &Config) -> EngineSettings {
    EngineSettings {
        concurrency: config.concurrency,
        policy: Policy {
            max_unknown: config.max_unknown,
            max_temporary: config.max_temporary,
            base: config.retry_base,
            cap: config.retry_cap,
        },
        limit: config.game_rate,
        player_interval: config.player_interval,
    }
}

/// A token that SIGTERM or SIGINT cancels. A second signal ends the process at once.
pub(super) fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        for first in [true, false] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if first {
                tracing::info!("Asked to stop: calls in flight may end, then it is over");
                token.cancel();
            } else {
                std::process::exit(130);
            }
        }
    });
    Ok(stop)
}
