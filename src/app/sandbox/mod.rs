//! `giftcode-bot sandbox`: the services on a simulated world, until all is redeemed.

mod live;

use std::sync::Arc;

use anyhow::Context;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, LogFormat, Source};
use crate::sandbox::console::Console;
use crate::store::StateKind;
use crate::telemetry::{self, Target};

use super::Ended;
use super::deployment::{self, Deployment, Place, Turn};
use super::services::stop_on_signals;
use super::world::{self, Paths, World, beside};

use live::Live;

/// The configuration where the environment says nothing. `.env` is not read: it is the real bot's.
const DEFAULTS: &[(&str, &str)] = &[
    ("STATE_FILE", "data/sandbox/giftcode.db"),
    ("GIFTCODE_CHECK_INTERVAL", "1"),
    ("GAME_RATE_LIMIT", "30/3s"),
    ("GAME_PLAYER_INTERVAL", "110ms"),
    ("REDEEM_RETRY_BASE", "200ms"),
    ("REDEEM_RETRY_CAP", "2s"),
];
/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Players of the simulated game, 1 to 2000.
    pub players: u32,
    /// Codes, 1 to 64.
    pub codes: u32,
    /// What chance follows.
    pub seed: u64,
    /// Go on after all is redeemed.
    pub keep_running: bool,
    /// The game has a player endpoint.
    pub login: bool,
    /// A MongoDB to keep the state in too, in a database of the sandbox's own. The environment's is the real bot's.
    pub mongodb: Option<SecretString>,
    /// Which instance this is on that MongoDB, 1 to 9: each has a state file of its own, and all share the world.
    pub instance: u32,
}

/// How a turn ended.
enum Session {
    /// All is redeemed, and checked.
    Finished(Ended),
    /// Asked to stop.
    Stopped,
    /// To be begun anew: another instance has the lease, or the file broke or is back.
    Over,
}

/// Runs the sandbox.
///
/// # Errors
/// When it cannot start.
pub async fn run(options: SandboxOptions) -> anyhow::Result<Ended> {
    let config = Config::read(&Source::process().with_defaults(DEFAULTS))?;
    let has_second = options.mongodb.is_some();
    anyhow::ensure!(options.instance == 1 || has_second, "--instance needs --mongodb: instances meet there");
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
    let console = Arc::new(Console::new());
    let shutdown = stop_on_signals()?;
    // Before the log is begun: it may be that of the instance at work.
    let waited = deployment::wait_for_lock(&paths.state, has_second, |text| console.say(text), &shutdown);
    let Some(lock) = waited.await? else { return Ok(Ended::Well) };
    let target = if console.is_terminal() { Target::File(paths.log.clone()) } else { Target::Stdout };
    telemetry::init(target, config.log_format == LogFormat::Json, config.log_filter.as_deref(), "info")?;
    let (world, continues) = match options.instance {
        1 => world::enter(&paths, wanted, lock.as_ref(), has_second, clock)?,
        _ => (world::join(&paths)?, true),
    };
    let database = format!("giftcode-sandbox-{}", world.started_at_ms);
    let place = Place {
        path: paths.state.clone(),
        kind: StateKind::Sandbox,
        mongodb: options.mongodb.clone().map(|uri| (uri, database)),
    };
    let deployment = Deployment::new(place, lock, clock).await?;
    let mut sandbox = Sandbox { config, options, paths, world, continues, console, clock, deployment };
    let ended = sandbox.turns(&shutdown).await;
    sandbox.deployment.close().await;
    let (is_finished, ended) = ended?;
    sandbox.leave(is_finished).await?;
    Ok(ended)
}

struct Sandbox {
    config: Config,
    options: SandboxOptions,
    paths: Paths,
    world: World,
    continues: bool,
    console: Arc<Console>,
    clock: Clock,
    deployment: Deployment,
}

impl Sandbox {
    /// Turn after turn until all is redeemed or it is asked to stop; whether all is, and how it ended.
    async fn turns(&mut self, shutdown: &CancellationToken) -> anyhow::Result<(bool, Ended)> {
        let mut live: Option<Live> = None;
        if self.options.instance > 1 {
            self.console.say(
                "Another instance of the sandbox: while the first one is active it waits, and connects to nothing.",
            );
        }
        while let Some(turn) = self.deployment.begin(shutdown).await? {
            if live.is_none() && self.options.instance > 1 && world::join(&self.paths).is_err() {
                self.console.say("The sandbox's world is finished.");
                self.deployment.end(turn).await;
                return Ok((true, Ended::Well));
            }
            let world = match live.take() {
                Some(world) => world,
                None => {
                    let world = Live::start(&self.config, &self.world, &self.paths, self.console.clone(), self.clock)?;
                    world.introduce(&self.paths, self.continues);
                    world
                }
            };
            let session = self.session(&world, &turn, shutdown).await;
            self.console.clear();
            // That is why the turn is over, or is about to be.
            let is_over = turn.over.is_cancelled() || turn.store.is_broken();
            self.deployment.end(turn).await;
            let session = match session {
                Err(error) if is_over => {
                    tracing::debug!("The turn ended with {error:#}");
                    Session::Over
                }
                session => session?,
            };
            match session {
                Session::Finished(ended) => return Ok((true, ended)),
                Session::Stopped => break,
                // The world goes with the lease: its next host opens its books.
                Session::Over => live = self.deployment.is_active().then_some(world),
            }
        }
        Ok((false, Ended::Well))
    }

    /// One turn: the services, until all is redeemed, it is asked to stop, or the turn is over.
    async fn session(&self, live: &Live, turn: &Turn, shutdown: &CancellationToken) -> anyhow::Result<Session> {
        let prepared = tokio::select! {
            () = shutdown.cancelled() => return Ok(Session::Stopped),
            () = turn.over.cancelled() => return Ok(Session::Over),
            prepared = live.prepare(&turn.store) => prepared,
        };
        prepared?;
        let done = CancellationToken::new();
        let mut services = tokio::spawn(live.services(&self.config, &turn.store, &done).await?.run());
        let mut session = tokio::select! {
            () = shutdown.cancelled() => Session::Stopped,
            () = turn.over.cancelled() => Session::Over,
            ended = &mut services => {
                // The services end by themselves only when one of them keeps dying.
                ended.context("the services ended")??;
                return Ok(Session::Stopped);
            }
            finished = live.until_all_is_redeemed(&turn.store, self.config.check_interval) => {
                finished?;
                Session::Finished(live.close(&turn.store).await?)
            }
        };
        if matches!(session, Session::Finished(_)) && self.options.keep_running {
            self.console.say("\nStill running, as asked: Ctrl-C ends it.");
            session = tokio::select! {
                () = shutdown.cancelled() => Session::Stopped,
                () = turn.over.cancelled() => Session::Over,
                ended = &mut services => {
                    ended.context("the services ended")??;
                    Session::Stopped
                }
            };
        }
        self.console.clear();
        if !services.is_finished() {
            turn.stop(&done, services).await?;
        }
        Ok(session)
    }

    /// Takes a finished world away.
    async fn leave(self, is_finished: bool) -> anyhow::Result<()> {
        if !is_finished || self.options.keep_running {
            self.console.say("Stopped. The same command goes on from here.");
            return Ok(());
        }
        if let Some(replica) = self.deployment.replica() {
            replica.drop_database().await?;
        }
        drop(self.deployment);
        self.paths.remove()
    }
}
