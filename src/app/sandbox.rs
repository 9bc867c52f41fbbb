//! `giftcode-bot sandbox`: the services on a simulated world, until all is redeemed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, LogFormat, Source};
use crate::domain::player::ChannelId;
use crate::engine::Engine;
use crate::feed::{FeedClient, FeedSettings};
use crate::poster::Poster;
use crate::sandbox::cards;
use crate::sandbox::console::{Console, guild_name};
use crate::sandbox::feed::FeedSim;
use crate::sandbox::game::{GameSim, GameSimSettings};
use crate::sandbox::ledger::Ledger;
use crate::sandbox::narrator::Narrator;
use crate::sandbox::posts::TerminalAnnouncer;
use crate::sandbox::script::{FAULTS, GUILDS, LIMIT, PLAYER_INTERVAL, RETURN_AFTER, Script};
use crate::sandbox::verify::mismatches;
use crate::store::Store;
use crate::supervisor::Supervisor;
use crate::telemetry::{self, Target};
use crate::watcher::{Watcher, WatcherSettings};

use super::second_store::{self, SecondStore};
use super::services::{engine_settings, game_client, stop_on_signals};
use super::world::{self, Paths, World};
use super::{Ended, summary};

/// The configuration where the environment says nothing. `.env` is not read: it is the real bot's.
const DEFAULTS: &[(&str, &str)] = &[
    ("STATE_FILE", "data/sandbox/giftcode.db"),
    ("GIFTCODE_CHECK_INTERVAL", "1"),
    ("GAME_RATE_LIMIT", "30/3s"),
    ("GAME_PLAYER_INTERVAL", "110ms"),
    ("REDEEM_RETRY_BASE", "200ms"),
    ("REDEEM_RETRY_CAP", "2s"),
];
/// How long the simulated game takes to answer.
const LATENCY: Duration = Duration::from_millis(40);
/// The longest wait between two looks at how far everything is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

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
}

/// Runs the sandbox.
///
/// # Errors
/// When it cannot start.
pub async fn run(options: SandboxOptions) -> anyhow::Result<Ended> {
    let config = Config::read(&Source::process().with_defaults(DEFAULTS))?;
    let paths = Paths::new(&config.state_file);
    let clock = Clock::system();
    let wanted = World {
        players: options.players,
        codes: options.codes,
        seed: options.seed,
        login: options.login,
        started_at_ms: clock.now().as_millisecond(),
    };
    let (store, world, continues) = world::enter(&paths, wanted, options.mongodb.is_some(), clock)?;
    let console = Arc::new(Console::new());
    let target = if console.is_terminal() { Target::File(paths.log.clone()) } else { Target::Stdout };
    telemetry::init(target, config.log_format == LogFormat::Json, config.log_filter.as_deref(), "info")?;

    if let Some(aside) = store.replaced() {
        tracing::error!("The state file was damaged: it is kept as {} and made anew from MongoDB", aside.display());
    }

    let script = Script::new(world.players, world.codes, world.seed)?;
    let world_started =
        Timestamp::from_millisecond(world.started_at_ms).context("cannot read when the world started")?;
    let sim = GameSim::start(
        GameSimSettings {
            salt: config.game_salt.clone(),
            players: script.players.clone(),
            codes: script.codes.iter().map(|code| code.sim.clone()).collect(),
            limit: Some(LIMIT),
            player_interval: PLAYER_INTERVAL,
            has_player_endpoint: world.login,
            faults: FAULTS,
            latency: LATENCY,
            seed: world.seed ^ clock.now().as_millisecond().unsigned_abs(),
            world_started,
            journal: Some(paths.calls.clone()),
        },
        clock,
    )?;
    let feed = FeedSim::start(script.codes.iter().map(|code| code.entry.clone()).collect(), world_started, clock)?;
    let shown = console.clone();
    let announcer = TerminalAnnouncer::open(&paths.posts, move |message| {
        shown.say(&cards::post(message, &guild_name(message.guild)));
    })?;
    introduce(&console, &script, &sim, &feed, &paths, &options, continues);
    // Before anything is read or written: an empty disk fills itself from there.
    let database = format!("giftcode-sandbox-{}", world.started_at_ms);
    let second = second_store::connect(options.mongodb.as_ref(), &database, &store).await?;
    for (index, (guild, _)) in GUILDS.iter().enumerate() {
        store.set_channel(*guild, ChannelId(2001 + index as u64)).await?;
        store.set_auto_redeem(*guild, true).await?;
        store.add_to_roster(*guild, script.roster(*guild)).await?;
    }
    let sandbox = Sandbox { config, clock, store, second, script, sim, feed, announcer, console, world_started };
    sandbox.run(&options, &paths).await
}

fn introduce(
    console: &Console,
    script: &Script,
    sim: &GameSim,
    feed: &FeedSim,
    paths: &Paths,
    options: &SandboxOptions,
    continues: bool,
) {
    let (players, codes) = (script.players.len(), script.codes.len());
    let rosters: Vec<String> =
        GUILDS.iter().map(|(id, name)| format!("{name} ({} players)", script.roster(*id).len())).collect();
    let login = if options.login { "with" } else { "without" };
    console.say("The sandbox: a whole world on this computer. No account is needed, and nothing leaves it.");
    console.say(&format!(
        "  game    {}  {players} players, {login} login, {} calls per {} s allowed,",
        sim.base_url(),
        LIMIT.calls,
        LIMIT.window.as_secs()
    ));
    console.say("          and it stumbles now and then: busy, HTTP 502, odd pages, broken connections");
    console.say(&format!("  feed    {}  {codes} codes of different fates", feed.url()));
    console.say(&format!("  servers {}: this terminal stands in for their channels", rosters.join(" and ")));
    console.say(&format!("  state   {}  (kill me and start me again: I go on where I was)", paths.state.display()));
    if console.is_terminal() {
        console.say(&format!("  log     {}", paths.log.display()));
    }
    if continues {
        console.say("This world was interrupted before its end; it goes on. What was posted and redeemed stays so.");
    }
    console.say("");
}

struct Sandbox {
    config: Config,
    clock: Clock,
    store: Store,
    second: Option<SecondStore>,
    script: Script,
    sim: GameSim,
    feed: FeedSim,
    announcer: TerminalAnnouncer,
    console: Arc<Console>,
    world_started: Timestamp,
}

impl Sandbox {
    async fn run(mut self, options: &SandboxOptions, paths: &Paths) -> anyhow::Result<Ended> {
        let shutdown = stop_on_signals()?;
        let done = CancellationToken::new();
        let supervisor = self.services(&done).await?;
        let mut services = tokio::spawn(supervisor.run());
        let is_finished = tokio::select! {
            () = shutdown.cancelled() => false,
            ended = &mut services => {
                // The services end by themselves only when one of them keeps dying.
                ended.context("the services ended")??;
                false
            }
            finished = self.until_all_is_redeemed() => finished.map(|()| true)?,
        };
        self.console.clear();
        let mut ended = Ended::Well;
        if is_finished {
            ended = self.close().await?;
            if options.keep_running {
                self.console.say("\nStill running, as asked: Ctrl-C ends it.");
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    stopped = &mut services => return stopped.context("the services ended")?.map(|()| ended),
                }
            }
        }
        done.cancel();
        services.await.context("the services ended")??;
        // Last, so that it has everything the others wrote at their end.
        let second = match self.second.take() {
            Some(second) => Some(second.end().await?),
            None => None,
        };
        if is_finished && !options.keep_running {
            if let Some(replica) = second {
                replica.drop_database().await?;
            }
            drop(self);
            paths.remove()?;
        } else {
            self.console.say("Stopped. The same command goes on from here.");
        }
        Ok(ended)
    }

    async fn services(&mut self, done: &CancellationToken) -> anyhow::Result<Supervisor> {
        let feed = FeedClient::new(FeedSettings {
            urls: vec![self.feed.url().parse().context("cannot read the simulated feed's address")?],
            api_key: None,
            timeout: Duration::from_secs(10),
            retry_base: Duration::from_secs(1),
            had_codes: self.store.sources_with_codes().await?,
        })?;
        let settings = WatcherSettings {
            interval: self.config.check_interval,
            max_consecutive_errors: self.config.max_consecutive_errors,
            return_after: RETURN_AFTER,
        };
        self.config.game_url = self.sim.base_url().parse().context("cannot read the simulated game's address")?;
        let game = game_client(&self.config, self.clock)?;
        let watcher = Arc::new(Watcher::new(feed, self.store.clone(), self.clock, settings));
        let poster = Arc::new(Poster::new(self.announcer.clone(), self.store.clone(), self.clock));
        let engine = Engine::new(game, self.store.clone(), self.clock, engine_settings(&self.config));
        let mut supervisor = Supervisor::new(done.clone());
        let token = done.clone();
        supervisor.add("watcher", move || {
            let (watcher, token) = (watcher.clone(), token.clone());
            async move { watcher.run(token).await }
        });
        let token = done.clone();
        supervisor.add("poster", move || {
            let (poster, token) = (poster.clone(), token.clone());
            async move { poster.run(token).await }
        });
        let token = done.clone();
        supervisor.add("engine", move || engine.clone().run(token.clone()));
        Ok(supervisor)
    }

    /// Until the script has played out and nothing is left to post or to redeem.
    async fn until_all_is_redeemed(&self) -> anyhow::Result<()> {
        let mut narrator = Narrator::default();
        loop {
            let (known, runs) = (self.store.known_codes().await?, self.store.open_runs().await?);
            for sentence in narrator.tell(&known, &runs) {
                self.console.say(&sentence);
            }
            self.console.show(&runs, self.clock.elapsed());
            let age = self.clock.now().duration_since(self.world_started);
            // Polled after the last event, and once more, so that the first of these polls was worked off.
            let told = age > jiff::SignedDuration::try_from(self.script.last_event() + 3 * self.config.check_interval)?
                && self.feed.requests().0 >= 3;
            if told && self.store.pending_redemptions().await? == 0 && self.store.waiting_messages().await? == 0 {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The closing table, and whether everything is as the simulated world holds it.
    async fn close(&self) -> anyhow::Result<Ended> {
        let known = self.store.known_codes().await?;
        let mut table = summary::table(&["Code", "Granted", "Had it", "Failed", "Given up", "Its fate, and why not"]);
        for code in &self.script.codes {
            let key = code.sim.code.key();
            let generations = known.get(&key).map_or(1, |known| known.generation);
            for generation in 1..=generations {
                let report = self.store.code_report(key.clone(), generation).await?;
                let again = if generation > 1 { " ↺" } else { "" };
                let reasons = summary::reasons(&report);
                let fate = if reasons.is_empty() { code.fate.to_owned() } else { format!("{}\n{reasons}", code.fate) };
                let sum = |counts: &std::collections::BTreeMap<String, u32>| counts.values().sum::<u32>().to_string();
                table.add_row([
                    format!("{}{again}", code.sim.code),
                    report.granted.to_string(),
                    report.already.to_string(),
                    sum(&report.failed),
                    sum(&report.gave_up),
                    fate,
                ]);
            }
        }
        self.console.say(&format!("\n{table}"));
        let rows = self.store.redemption_rows().await?;
        let posts = self.announcer.messages();
        let (found, calls, refusals) = self.sim.ledger(|ledger: &Ledger| {
            let found = mismatches(&self.script, &rows, &known, &posts, ledger);
            (found, ledger.calls().len(), ledger.refusals())
        });
        let seconds = self.clock.elapsed().as_secs_f64();
        self.console.say(&format!(
            "{calls} calls to the game in {seconds:.0} s; refused as too fast: {}.",
            refusals.rate_limited + refusals.too_frequent
        ));
        if found.is_empty() {
            self.console.say(&format!(
                "✔ All {} outcomes are the ones the simulated game holds, and every code was posted once in each server.",
                rows.len()
            ));
            return Ok(Ended::Well);
        }
        self.console.say(&format!("✘ {} things are not as the simulated world holds them:", found.len()));
        for sentence in found.iter().take(10) {
            self.console.say(&format!("  {sentence}"));
        }
        Ok(Ended::Badly)
    }
}
