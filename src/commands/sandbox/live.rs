//! The simulated world while this process hosts it: game, feed and channels, and the services in it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::commands::wiring::{budgets, engine_settings, game_client};
use crate::commands::world::{Paths, World};
use crate::commands::{Ended, summary};
use crate::domain::players::player::ChannelId;
use crate::feeds::FeedClient;
use crate::ops::instance::ActiveParts;
use crate::runtime::clock::Clock;
use crate::runtime::config::{Config, Feed};
use crate::runtime::metrics::Metrics;
use crate::runtime::supervisor::Supervisor;
use crate::sandbox::cards;
use crate::sandbox::console::{Console, guild_name};
use crate::sandbox::feed::FeedSim;
use crate::sandbox::game::{GameSim, GameSimSettings, PAGE};
use crate::sandbox::ledger::Ledger;
use crate::sandbox::narrator::Narrator;
use crate::sandbox::posts::TerminalAnnouncer;
use crate::sandbox::script::{FAULTS, GUILDS, LIMIT, MIN_ABSENCE, PLAYER_INTERVAL, Script, ScriptedCode};
use crate::sandbox::verify::mismatches;
use crate::services::engine::{Engine, Unrecorded};
use crate::services::health::{HealthLog, HealthMonitor};
use crate::services::poster::Poster;
use crate::services::watcher::{Watcher, WatcherSettings};
use crate::store::{Store, StoreError};

/// A fixed name, because its port differs at each start.
const FEED_NAME: &str = "the simulated feed";
/// How long the simulated game takes to answer.
const LATENCY: Duration = Duration::from_millis(200);
/// The longest wait between two polls of the progress.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// How often writing the servers and players is tried while no store can be written.
const PREPARE_EVERY: Duration = Duration::from_secs(1);
/// The timeout of a request to the simulated feed.
const FEED_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Live {
    script: Script,
    sim: GameSim,
    feed: FeedSim,
    announcer: TerminalAnnouncer,
    console: Arc<Console>,
    clock: Clock,
    world_started: Timestamp,
    has_login: bool,
}

impl Live {
    /// Hosts the world, with everything that its files remember.
    pub fn start(
        config: &Config,
        world: &World,
        paths: &Paths,
        console: Arc<Console>,
        clock: Clock,
    ) -> anyhow::Result<Self> {
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
                latency: Duration::ZERO,
                seed: world.seed ^ clock.now().as_millisecond().unsigned_abs(),
                world_started,
                journal: Some(paths.calls.clone()),
            },
            clock,
        )?;
        sim.vary_latency(LATENCY);
        let feed = FeedSim::start(script.codes.iter().map(|code| code.entry.clone()).collect(), world_started, clock)?;
        let (shown, corrected) = (console.clone(), console.clone());
        let announcer = TerminalAnnouncer::open(
            &paths.posts,
            move |message| shown.print(&cards::post(message, &guild_name(message.guild))),
            move |correction| corrected.print(&cards::correction(correction, &guild_name(correction.guild))),
        )?;
        let has_login = world.login;
        Ok(Self { script, sim, feed, announcer, console, clock, world_started, has_login })
    }

    /// Explains what there is to see.
    pub fn introduce(&self, paths: &Paths, page: Option<&str>, continues: bool) {
        let Self { script, sim, feed, console, .. } = self;
        let (players, codes) = (script.players.len(), script.codes.len());
        let rosters: Vec<String> =
            GUILDS.iter().map(|(id, name)| format!("{name} ({} players)", script.roster(*id).len())).collect();
        let login = if self.has_login { "with" } else { "without" };
        console.print("The sandbox: a whole world on this computer. No account is needed, and nothing leaves it.");
        console.print(&format!(
            "  game    {}  {players} players, {login} login, {} calls per {} s allowed,",
            sim.base_url(),
            LIMIT.calls,
            LIMIT.window.as_secs()
        ));
        console.print("          and it sometimes fails: busy, HTTP 502, strange pages, broken connections");
        console.print(&format!("  feed    {}  {codes} codes of different fates", feed.url()));
        console.print(&format!("  servers {}: this terminal stands in for their channels", rosters.join(" and ")));
        console.print(&format!(
            "  state   {}  (kill me and start me again: I continue where I stopped)",
            paths.state.display()
        ));
        if let Some(page) = page {
            console.print(&format!("  page    {page}  (what the bot is doing, for a browser)"));
        }
        if console.is_terminal() {
            console.print(&format!("  log     {}", paths.log.display()));
        }
        if continues {
            console.print(
                "This world was interrupted before its end; it continues. What was posted and redeemed stays that way.",
            );
        }
        console.print("");
    }

    /// Stores the servers, their channels and players, if they are not stored yet.
    pub async fn prepare(&self, store: &Store) -> anyhow::Result<()> {
        loop {
            match self.try_prepare(store).await {
                // This was logged as critical. Writing works again as soon as a store is back.
                Err(StoreError::Persist(_)) => tokio::time::sleep(PREPARE_EVERY).await,
                prepared => return Ok(prepared?),
            }
        }
    }

    async fn try_prepare(&self, store: &Store) -> Result<(), StoreError> {
        for (index, (guild, _)) in GUILDS.iter().enumerate() {
            store.guilds().set_channel(*guild, ChannelId(2001 + index as u64)).await?;
            store.guilds().set_auto_redeem(*guild, true).await?;
            store.rosters().add_to_roster(*guild, self.script.roster(*guild)).await?;
        }
        Ok(())
    }

    /// The services in this world, on this working copy.
    pub async fn services(
        &self,
        config: &Config,
        store: &Store,
        unrecorded: &Unrecorded,
        metrics: &Metrics,
        done: &CancellationToken,
    ) -> anyhow::Result<(Supervisor, ActiveParts)> {
        let mut config = config.clone();
        let url = self.feed.url().parse().context("cannot read the simulated feed's address")?;
        let feed = FeedClient::new(&[Feed { url, key: None }], FEED_TIMEOUT)?.called(FEED_NAME);
        let settings = WatcherSettings {
            interval: config.check_interval,
            max_consecutive_errors: config.max_consecutive_errors,
            min_absence: MIN_ABSENCE,
        };
        config.game_url = self.sim.base_url().parse().context("cannot read the simulated game's address")?;
        config.game_page_url = PAGE.parse().context("cannot read the simulated game's page")?;
        let game = game_client(&config, self.clock)?;
        let poster = Poster::new(self.announcer.clone(), store.posts(), store.guilds(), self.clock);
        let poster = poster.measured(metrics.clone());
        store.measured(metrics.clone());
        let how = engine_settings(&config);
        let engine = Engine::after(unrecorded.clone(), game, store.redemptions(), self.clock, how);
        engine.measured(metrics.clone());
        let watcher = Watcher::new(feed, store.listings(), self.clock, settings).measured(metrics.clone());
        let health = HealthMonitor::new(store.reports(), store.sync_log(), watcher.status(), engine.status());
        let mut supervisor = Supervisor::new(done.clone());
        supervisor.add(Arc::new(watcher));
        supervisor.add(Arc::new(poster));
        let budgets = budgets(&engine);
        supervisor.add(engine);
        supervisor.add(Arc::new(HealthLog::new(health.clone(), self.clock)));
        Ok((supervisor, ActiveParts { health, budgets, reports: store.reports(), sync_log: store.sync_log() }))
    }

    /// Waits until the script is over and nothing is left to post or redeem.
    pub async fn until_all_is_redeemed(&self, store: &Store, check_interval: Duration) -> anyhow::Result<()> {
        let mut narrator = Narrator::default();
        loop {
            let (known, batches) = (store.reports().known_codes().await?, store.batches().open_batches().await?);
            for sentence in narrator.narrate(&known, &batches) {
                self.console.print(&sentence);
            }
            self.console.show(&batches, self.clock.elapsed());
            let age = self.clock.now().duration_since(self.world_started);
            // Polled twice after the last event, so that the first of these polls has been processed.
            let is_over = age > jiff::SignedDuration::try_from(self.script.last_event() + 3 * check_interval)?
                && self.feed.requests().0 >= 3;
            // What the feed listed last must be on file, even if it could not be written for a while.
            let is_listed = |code: &ScriptedCode| known.get(&code.sim.code.key()).is_some_and(|known| known.listed);
            let is_over = is_over && self.script.codes.iter().all(is_listed);
            let waiting = store.reports().pending_redemptions().await? + store.reports().open_checks().await?;
            if is_over && waiting == 0 && store.reports().waiting_messages().await? == 0 {
                return Ok(());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Shows the closing table, and whether everything agrees with the simulated world.
    pub async fn close(&self, store: &Store) -> anyhow::Result<Ended> {
        let known = store.reports().known_codes().await?;
        let mut table = summary::table(&["Code", "Granted", "Had it", "Failed", "Given up", "Its fate, and reasons"]);
        for code in &self.script.codes {
            let key = code.sim.code.key();
            let generations = known.get(&key).map_or(1, |known| known.generation);
            for generation in 1..=generations {
                let report = store.reports().code_report(key.clone(), generation).await?;
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
        self.console.print(&format!("\n{table}"));
        let rows = store.reports().redemption_rows().await?;
        let posts = self.announcer.messages();
        let (found, calls, refusals) = self.sim.ledger(|ledger: &Ledger| {
            let found = mismatches(&self.script, &rows, &known, &posts, ledger);
            (found, ledger.calls().len(), ledger.refusals())
        });
        let seconds = self.clock.elapsed().as_secs_f64();
        self.console.print(&format!(
            "{calls} calls to the game in {seconds:.0} s; refused as too fast: {}.",
            refusals.rate_limited + refusals.too_frequent
        ));
        if found.is_empty() {
            self.console.print(&format!(
                "✔ All {} outcomes match the simulated game, and every good code was posted once in each server.",
                rows.len()
            ));
            return Ok(Ended::Well);
        }
        self.console.print(&format!("✘ {} things differ from the simulated world:", found.len()));
        for sentence in found.iter().take(10) {
            self.console.print(&format!("  {sentence}"));
        }
        Ok(Ended::Badly)
    }
}
