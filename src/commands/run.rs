//! `giftcode-bot run`: the bot.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::discord::announcer::DiscordAnnouncer;
use crate::discord::bot::{Bot, MAX_CHECKS, MAX_REQUESTS};
use crate::discord::connection_status::ConnectionStatus;
use crate::discord::direct_results::DirectResults;
use crate::discord::id_inbox::IdInbox;
use crate::discord::message_content::MessageContent;
use crate::discord::pictures::Pictures;
use crate::discord::rest::{Access, Rest};
use crate::discord::session_budget::SessionBudget;
use crate::discord::user_limit::UserLimit;
use crate::feeds::FeedClient;
use crate::leadership::session::{self, ActiveSession};
use crate::ops::instance::{ActiveParts, InstanceMonitor};
use crate::replica::Mongo;
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, LogFormat, Source};
use crate::runtime::metrics::Metrics;
use crate::runtime::supervisor::Supervisor;
use crate::runtime::telemetry::{self, Target};
use crate::services::backup::Backup;
use crate::services::engine::{Engine, Unrecorded};
use crate::services::eraser::Eraser;
use crate::services::health::{HealthLog, HealthMonitor};
use crate::services::notifier::Notifier;
use crate::services::poster::Poster;
use crate::services::reporter::Reporter;
use crate::services::retention::{Retention, SizeWatch};
use crate::services::upkeep::Upkeep;
use crate::services::watcher::{Watcher, WatcherSettings};
use crate::store::{StateKind, Store};

use super::Ended;
use crate::commands::watching::watch_over;
use crate::commands::wiring::{budgets, engine_settings, game_client, location, mongodb, stop_on_signals};

/// What is logged without `RUST_LOG`. The bot logs in its own words what the Discord library warns of.
const LOG: &str = "info,serenity=error";
/// How long a code must have been over before its reactivation is believed.
const MIN_ABSENCE: Duration = Duration::from_secs(6 * 3600);
/// The timeout of a request to a feed.
const FEED_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the start waits for Discord to say whether the token is good.
const DISCORD_WITHIN: Duration = Duration::from_secs(5);

/// # Errors
///
/// If it cannot start, or one of its services keeps dying.
pub async fn run() -> anyhow::Result<Ended> {
    let config = Config::read(&Source::process_and_dotenv()?)?;
    let token = config.discord_token.clone().context(
        "DISCORD_TOKEN is not set: give the bot's token, from https://discord.com/developers/applications under “Bot”; \
         `giftcode-bot sandbox` shows the bot without one",
    )?;
    telemetry::init(Target::Stdout, config.log_format == LogFormat::Json, config.log_filter.as_deref(), LOG)?;
    let shutdown = stop_on_signals()?;
    let access = Access { token, proxy: config.discord_proxy_url.clone() };
    let clock = Clock::system();
    let instance = InstanceMonitor::new(clock);
    let metrics = Metrics::default();
    let mut watching = watch_over(&config, &config.state_file, &instance, &metrics, &shutdown).await?;
    watching.notify(&config, &instance)?;
    let rest = Arc::new(access.rest(clock)?);
    tokio::select! {
        biased;
        () = shutdown.cancelled() => return Ok(Ended::Well),
        checked = check_token(&rest) => checked?,
    }
    let has_replica = config.mongodb_uri.is_some();
    let log = |text: &str| {
        instance.waits_for_file();
        tracing::info!("{text}");
    };
    let Some(lock) = session::wait_for_lock(&config.state_file, has_replica, log, &shutdown).await? else {
        return Ok(Ended::Well);
    };
    let mongodb = mongodb(config.mongodb_uri.clone(), &config.mongodb_database).await?;
    let replica = mongodb.as_ref().map(|(replica, _)| replica.clone());
    let mut sessions = session::Sessions::new(location(&config, StateKind::Bot, clock), lock, mongodb);
    instance.follows(sessions.leadership().clone());
    let unrecorded = Unrecorded::default();
    let message_content = MessageContent::new(config.message_content);
    let process = Process { config, access, rest, clock, replica, unrecorded, instance, metrics, message_content };
    sessions.run(&shutdown, async |session| process.session(session).await).await?;
    watching.end().await;
    Ok(Ended::Well)
}

/// A refused token ends the start. A Discord that does not answer delays it no longer than [`DISCORD_WITHIN`].
async fn check_token(rest: &Rest) -> anyhow::Result<()> {
    let reason = match timeout(DISCORD_WITHIN, rest.my_id()).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) if error.is_unauthorized() => anyhow::bail!(
            "Discord refuses DISCORD_TOKEN: set it to the bot's present token, from \
             https://discord.com/developers/applications under “Bot”"
        ),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("Discord does not answer within {} s", DISCORD_WITHIN.as_secs()),
    };
    tracing::warn!("{reason}; everything else begins meanwhile, and Discord is tried again");
    Ok(())
}

struct Process {
    config: Config,
    access: Access,
    rest: Arc<Rest>,
    clock: Clock,
    replica: Option<Mongo>,
    unrecorded: Unrecorded,
    instance: InstanceMonitor,
    metrics: Metrics,
    message_content: MessageContent,
}

impl Process {
    /// Runs the services until this session is over.
    async fn session(&self, session: ActiveSession) -> anyhow::Result<Option<()>> {
        if self.replica.is_none() && session.store.sync_log().is_empty().await? {
            tracing::warn!(
                "The state file {} is empty: no server, player or code is known. If some were known before, its disk is emptied \
                 at each start: keep the file on a disk that stays, or set MONGODB_URI",
                self.config.state_file.display()
            );
        }
        let (services, parts) = self.services(&session.store, &session.done).await?;
        let _acting = self.instance.acts(parts);
        // Dropping this ends them.
        AbortOnDropHandle::new(tokio::spawn(services.run())).await.context("the services ended")??;
        Ok(None)
    }

    async fn services(&self, store: &Store, done: &CancellationToken) -> anyhow::Result<(Supervisor, ActiveParts)> {
        let (config, clock) = (&self.config, self.clock);
        let feed = FeedClient::new(&config.feeds, FEED_TIMEOUT)?;
        let settings = WatcherSettings {
            interval: config.check_interval,
            max_consecutive_errors: config.max_consecutive_errors,
            min_absence: MIN_ABSENCE,
        };
        let game = game_client(config, clock)?;
        store.measured(self.metrics.clone());
        let engine = Engine::after(self.unrecorded.clone(), game, store.redemptions(), clock, engine_settings(config));
        engine.measured(self.metrics.clone());
        let watcher = Watcher::new(feed, store.listings(), clock, settings).measured(self.metrics.clone());
        let connection = ConnectionStatus::new(clock);
        let health = HealthMonitor::new(store.reports(), store.sync_log(), watcher.status(), engine.status())
            .with_discord(connection.subscribe());
        let backup = config.backup_dir.clone().map(|folder| Backup::new(store.exports(), folder, clock));
        let health = match &backup {
            Some(backup) => health.with_backup(backup.status()),
            None => health,
        };
        let announcer = DiscordAnnouncer::new(self.rest.clone(), clock);
        let poster =
            Poster::new(announcer.clone(), store.posts(), store.guilds(), clock).measured(self.metrics.clone());
        let notifier = Notifier::new(announcer.clone(), store.notices(), clock);
        let upkeep = Upkeep::new(announcer.clone(), store.posts(), store.guilds(), clock);
        let reporter = Reporter::new(announcer, store.batches(), store.guilds(), store.posts(), clock, engine.status());
        let bot = Bot {
            guilds: store.guilds(),
            codes: store.codes(),
            rosters: store.rosters(),
            requests: store.requests(),
            redemptions: store.redemptions(),
            batches: store.batches(),
            erasures: store.erasures(),
            people: store.people(),
            reports: store.reports(),
            access: self.access.clone(),
            rest: self.rest.clone(),
            clock,
            state_checker: engine.clone(),
            health: health.clone(),
            session_budget: SessionBudget::default(),
            connection,
            dev_guild: config.dev_guild_id,
            shutdown: done.clone(),
            in_progress: TaskTracker::new(),
            request_limit: UserLimit::new(MAX_REQUESTS),
            check_limit: UserLimit::new(MAX_CHECKS),
            pictures: Pictures::default(),
            registrations: Arc::default(),
            message_content: self.message_content.clone(),
            id_inbox: IdInbox::default(),
        };
        let parts = ActiveParts {
            health: health.clone(),
            budgets: budgets(&engine),
            reports: store.reports(),
            sync_log: store.sync_log(),
        };
        let mut supervisor = Supervisor::new(done.clone());
        supervisor.add(Arc::new(watcher));
        supervisor.add(Arc::new(poster));
        supervisor.add(engine);
        supervisor.add(Arc::new(HealthLog::new(health, clock)));
        supervisor.add(Arc::new(reporter));
        let direct = DirectResults::new(store.people(), store.requests(), self.rest.clone(), clock);
        supervisor.add(Arc::new(direct));
        supervisor.add(Arc::new(notifier));
        supervisor.add(Arc::new(upkeep));
        supervisor.add(Arc::new(Eraser::new(store.erasures(), clock)));
        supervisor.add(Arc::new(Retention::new(store.tallies(), store.erasures(), clock)));
        if let Some((replica, max)) = self.replica.clone().zip(config.mongodb_max_size) {
            supervisor.add(Arc::new(SizeWatch::new(replica, store.sync_log(), max)));
        }
        if let Some(backup) = backup {
            supervisor.add(Arc::new(backup));
        }
        supervisor.add(Arc::new(bot));
        Ok((supervisor, parts))
    }
}
