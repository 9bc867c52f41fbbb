//! `giftcode-bot sandbox`: the services in a simulated world, until everything is redeemed.

mod live;

use std::sync::Arc;

use anyhow::Context;
use secrecy::SecretString;
use tokio_util::task::AbortOnDropHandle;

use crate::leadership::session::{self, ActiveSession, StateLocation};
use crate::ops::instance::InstanceMonitor;
use crate::replica::Mongo;
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, LogFormat, Source};
use crate::runtime::metrics::Metrics;
use crate::runtime::telemetry::{self, Target};
use crate::sandbox::console::Console;
use crate::services::engine::Unrecorded;
use crate::store::StateKind;

use super::Ended;
use crate::commands::watching::watch_over;
use crate::commands::wiring::{location, mongodb, stop_on_signals};
use crate::commands::world::{self, Paths, World, beside};

use live::Live;

/// The defaults. `.env` is not read, because it belongs to the real bot.
const DEFAULTS: &[(&str, &str)] = &[
    ("STATE_FILE", "data/sandbox/giftcode.db"),
    ("GIFTCODE_CHECK_INTERVAL", "1"),
    ("GAME_RATE_LIMIT", "30/3s"),
    ("GAME_PLAYER_INTERVAL", "110ms"),
    ("REDEEM_RETRY_BASE", "200ms"),
    ("REDEEM_RETRY_CAP", "2s"),
];
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// 1 to 2000.
    pub players: u32,
    /// 1 to 64.
    pub codes: u32,
    pub seed: u64,
    /// Keep running after everything is redeemed.
    pub keep_running: bool,
    /// Whether the game has a player endpoint.
    pub login: bool,
    /// A MongoDB that also keeps the state, in the sandbox's own database. The one in the environment is the real
    /// bot's.
    pub mongodb: Option<SecretString>,
    /// The number of this instance on that MongoDB, 1 to 9. Each has its own state file, and all share the world.
    pub instance: u32,
}

pub async fn run(options: SandboxOptions) -> anyhow::Result<Ended> {
    let config = Config::read(&Source::process().with_defaults(DEFAULTS))?;
    let has_replica = options.mongodb.is_some();
    anyhow::ensure!(options.instance == 1 || has_replica, "--instance needs --mongodb, which the instances share");
    let mut paths = Paths::new(&config.state_file);
    if options.instance > 1 {
        let suffix = format!(".{}", options.instance);
        (paths.state, paths.log) = (beside(&paths.state, &suffix), beside(&paths.log, &suffix));
    }
    let clock = Clock::system();
    let wanted = World {
        players: options.players,
        codes: options.codes,
        seed: options.seed,
        login: options.login,
        started_at_ms: clock.now().as_millisecond(),
    };
    let console = Arc::new(Console::new(config.log_format == LogFormat::Json));
    let shutdown = stop_on_signals()?;
    // Before the log starts: the file may be in use by another instance.
    let waited = session::wait_for_lock(&paths.state, has_replica, |text| console.print(text), &shutdown);
    let Some(lock) = waited.await? else { return Ok(Ended::Well) };
    let target = if console.is_terminal() { Target::File(paths.log.clone()) } else { Target::Stdout };
    telemetry::init(target, config.log_format == LogFormat::Json, config.log_filter.as_deref(), "info")?;
    let instance = InstanceMonitor::new(clock);
    let metrics = Metrics::default();
    let watching = watch_over(&config, &paths.state, &instance, &metrics, &shutdown).await?;
    let page = watching.url();
    let (world, continues) = match options.instance {
        1 => world::enter(&paths, wanted, lock.as_ref(), has_replica, clock)?,
        _ => (world::join(&paths)?, true),
    };
    let database = format!("giftcode-sandbox-{}", world.started_at_ms);
    let mongodb = mongodb(options.mongodb.clone(), &database).await?;
    let database = mongodb.as_ref().map(|(mongodb, _)| mongodb.clone());
    let location = StateLocation { path: paths.state.clone(), ..location(&config, StateKind::Sandbox, clock) };
    let mut sessions = session::Sessions::new(location, lock, mongodb);
    instance.follows(sessions.leadership().clone());
    let unrecorded = Unrecorded::default();
    let sandbox =
        Sandbox { config, options, paths, world, continues, console, clock, unrecorded, instance, metrics, page };
    if sandbox.options.instance > 1 {
        sandbox
            .console
            .print("Another instance of the sandbox: it waits while the first one is active, and connects to nothing.");
    }
    let ended = sessions.run(&shutdown, async |session| sandbox.session(session).await).await?;
    watching.end().await;
    // This releases the lock, so that the files can be removed.
    drop(sessions);
    sandbox.leave(ended.is_some(), database).await?;
    Ok(ended.unwrap_or(Ended::Well))
}

struct Sandbox {
    config: Config,
    options: SandboxOptions,
    paths: Paths,
    world: World,
    continues: bool,
    console: Arc<Console>,
    clock: Clock,
    unrecorded: Unrecorded,
    instance: InstanceMonitor,
    metrics: Metrics,
    /// The address of the status page.
    page: Option<String>,
}

impl Sandbox {
    /// One session: the world and the services in it, until everything is redeemed or the session is over. The world
    /// ends with the session, and the next host reads its files.
    async fn session(&self, session: ActiveSession) -> anyhow::Result<Option<Ended>> {
        if self.options.instance > 1 && world::join(&self.paths).is_err() {
            self.console.print("The sandbox's world is finished.");
            return Ok(Some(Ended::Well));
        }
        let ActiveSession { store, done, .. } = session;
        let live = Live::start(&self.config, &self.world, &self.paths, self.console.clone(), self.clock)?;
        live.introduce(&self.paths, self.page.as_deref(), self.continues);
        let prepared = tokio::select! {
            biased;
            () = done.cancelled() => return Ok(None),
            prepared = live.prepare(&store) => prepared,
        };
        prepared?;
        let stop = done.child_token();
        let (services, parts) = live.services(&self.config, &store, &self.unrecorded, &self.metrics, &stop).await?;
        let _acting = self.instance.acts(parts);
        let mut services = AbortOnDropHandle::new(tokio::spawn(services.run()));
        let finished = async {
            live.until_all_is_redeemed(&store, self.config.check_interval).await?;
            let ended = live.close(&store).await?;
            if self.options.keep_running {
                self.console.print("\nStill running, as asked: Ctrl-C ends it.");
                done.cancelled().await;
                return Ok(None);
            }
            Ok::<_, anyhow::Error>(Some(ended))
        };
        let ended = tokio::select! {
            biased;
            () = done.cancelled() => Ok(None),
            // They end by themselves only if one of them keeps dying.
            ended = &mut services => return ended.context("the services ended")?.map(|()| None),
            ended = finished => ended,
        };
        self.console.clear();
        stop.cancel();
        services.await.context("the services ended")??;
        ended
    }

    /// Removes a finished world.
    async fn leave(self, is_finished: bool, database: Option<Mongo>) -> anyhow::Result<()> {
        if !is_finished || self.options.keep_running {
            self.console.print("Stopped. The same command continues from here.");
            return Ok(());
        }
        if let Some(database) = database {
            database.drop_database().await?;
        }
        self.paths.remove()
    }
}
