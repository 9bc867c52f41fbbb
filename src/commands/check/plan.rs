//! The checks in the order of their lines. They run at the same time.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

use crate::commands::wiring::game_client;
use crate::discord::check::DiscordCheck;
use crate::discord::rest::Access;
use crate::domain::check::{Finding, FindingId, Need, ServerDate, clock};
use crate::feeds::FeedClient;
use crate::ops::check::{BotPlace, GameCheck, check_feeds, check_game, check_mongodb, check_running, check_state};
use crate::ops::server::address_file::PageAddress;
use crate::replica::{Mongo, MongoSettings};
use crate::runtime::clock::Clock;
use crate::runtime::config::Config;
use crate::store::{StateOverview, lock_holder, state_overview};

/// How long the pages of the state file may be compared.
const INTEGRITY_WITHIN: Duration = Duration::from_secs(8);
/// How long the state file may take before the other checks begin without it.
const OVERVIEW_WITHIN: Duration = Duration::from_secs(3);
/// For the channels of all servers together.
const SERVERS_WITHIN: Duration = Duration::from_secs(14);
/// As long as the bot waits for a feed.
const FEED_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that the game's answer is waited for, if `GAME_TIMEOUT` is not shorter.
const GAME_TIMEOUT: Duration = Duration::from_secs(12);
/// For finding a server of MongoDB, and for connecting. A command may take twice that.
const MONGODB_TIMEOUT: Duration = Duration::from_secs(3);
/// All checks but that of the clock, which works with what they have seen.
const ALL_WITHIN: Duration = Duration::from_secs(23);

/// A check under way. `None`: it has not ended in time.
type Check = JoinHandle<Option<Vec<Finding>>>;

#[derive(Default)]
struct Checks {
    spawned: Vec<Check>,
    running: TaskTracker,
}

impl Checks {
    fn spawn(&mut self, check: impl Future<Output = Vec<Finding>> + Send + 'static) {
        self.spawned.push(self.running.spawn(async move {
            let mut findings = timeout(ALL_WITHIN, Box::pin(check)).await.ok()?;
            findings.sort_by_key(Finding::need);
            Some(findings)
        }));
    }
}

pub(super) struct Plan {
    pub config: Config,
    /// The variables that cannot be read. What depends on one is not checked.
    pub bad: BTreeSet<&'static str>,
    pub clock: Clock,
}

/// The clocks that were seen.
#[derive(Clone, Default)]
struct Dates(Arc<Mutex<Vec<ServerDate>>>);

impl Dates {
    fn note(&self, dates: impl IntoIterator<Item = ServerDate>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(dates);
    }
}

/// What the state file holds, if it can be read soon.
async fn overview(path: &Path) -> Option<StateOverview> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || state_overview(&path).ok());
    timeout(OVERVIEW_WITHIN, read).await.ok()?.ok().flatten()
}

impl Plan {
    /// What needs no network but this computer's own.
    pub fn quick(self) -> Vec<Check> {
        let mut checks = Checks::default();
        let (path, place) = (self.config.state_file.clone(), self.place(true));
        if self.reads(&["STATE_FILE"]) {
            checks.spawn(async move { check_state(path, None).await });
        }
        if self.reads(&["STATE_FILE", "PORT"]) {
            checks.spawn(check_running(place));
        }
        checks.spawned
    }

    /// Everything.
    pub async fn full(self) -> Vec<Check> {
        let mut checks = Checks::default();
        let dates = Dates::default();
        let overview = if self.reads(&["STATE_FILE"]) {
            let path = self.config.state_file.clone();
            checks.spawn(async move { check_state(path, Some(INTEGRITY_WITHIN)).await });
            overview(&self.config.state_file).await
        } else {
            None
        };
        if self.reads(&["DISCORD_TOKEN", "DISCORD_PROXY_URL"]) {
            checks.spawn(self.discord(overview.as_ref(), dates.clone()));
        }
        if self.reads(&["GIFTCODE_API_URL", "GIFTCODE_API_KEY"]) {
            checks.spawn(self.feeds(overview.as_ref(), dates.clone()));
        }
        if self.reads(&["GAME_API_URL", "GAME_PAGE_URL", "GAME_SIGN_SALT"]) {
            checks.spawn(self.game(overview.as_ref(), dates.clone()));
        }
        if self.reads(&["MONGODB_URI", "MONGO_URI", "MONGODB_DATABASE"]) {
            checks.spawn(self.mongodb(overview.as_ref(), dates.clone()));
        }
        if self.reads(&["STATE_FILE", "PORT"]) {
            checks.spawn(check_running(self.place(false)));
        }
        let others = checks.running.clone();
        others.close();
        // Its line needs what the others have seen.
        checks.spawned.push(tokio::spawn(async move {
            others.wait().await;
            let dates = dates.0.lock().unwrap_or_else(PoisonError::into_inner);
            Some(clock(&dates).into_iter().collect())
        }));
        checks.spawned
    }

    fn reads(&self, variables: &[&'static str]) -> bool {
        !variables.iter().any(|variable| self.bad.contains(variable))
    }

    fn place(&self, must_live: bool) -> BotPlace {
        let state_file = self.config.state_file.clone();
        BotPlace { port: self.config.port, holder: lock_holder(&state_file), state_file, must_live }
    }

    fn discord(
        &self,
        overview: Option<&StateOverview>,
        dates: Dates,
    ) -> impl Future<Output = Vec<Finding>> + Send + use<> {
        let (config, clock) = (&self.config, self.clock);
        let proxy = config.discord_proxy_url.clone();
        let is_current = |overview: &&StateOverview| overview.schema.0 == overview.schema.1;
        let servers = match overview {
            Some(overview) if is_current(&overview) => Ok(overview.servers.clone()),
            Some(_) => Err("the state file is of an older version: start the bot once, which updates it".to_owned()),
            None if config.state_file.exists() => Err("the state file cannot be read".to_owned()),
            None => Ok(Vec::new()),
        };
        let check = DiscordCheck {
            access: config.discord_token.clone().map(|token| Access { token, proxy }),
            dev_guild: config.dev_guild_id,
            servers,
            several: overview.map(|overview| overview.several.clone()).unwrap_or_default(),
            reads_messages: config.message_content,
            is_beside_a_bot: lock_holder(&config.state_file).is_some()
                || PageAddress::beside(&config.state_file).is_some(),
            servers_within: SERVERS_WITHIN,
        };
        let knows_place = self.reads(&["DEV_GUILD_ID"]);
        async move {
            let (mut findings, date) = check.run(clock).await;
            dates.note(date);
            findings.retain(|finding| knows_place || finding.need() != Need::DiscordCommands);
            findings
        }
    }

    fn feeds(
        &self,
        overview: Option<&StateOverview>,
        dates: Dates,
    ) -> impl Future<Output = Vec<Finding>> + Send + use<> {
        let client = FeedClient::new(&self.config.feeds, FEED_TIMEOUT);
        let known = overview.map(|overview| overview.feeds.clone()).unwrap_or_default();
        let clock = self.clock;
        async move {
            let client = match client {
                Ok(client) => client,
                Err(error) => return vec![Finding::new(FindingId::FeedFails, format!("{error:#}"))],
            };
            let (findings, seen) = check_feeds(&client, &known, clock).await;
            dates.note(seen);
            findings
        }
    }

    fn game(
        &self,
        overview: Option<&StateOverview>,
        dates: Dates,
    ) -> impl Future<Output = Vec<Finding>> + Send + use<> {
        let (limit, clock) = (self.config.game_rate, self.clock);
        let host = self.config.game_url.host_str().unwrap_or_default().to_owned();
        let calls = overview.map(|overview| overview.calls.clone()).unwrap_or_default();
        let mut config = self.config.clone();
        config.game_timeout = config.game_timeout.min(GAME_TIMEOUT);
        async move {
            let client = match game_client(&config, clock) {
                Ok(client) => client,
                Err(error) => return vec![Finding::new(FindingId::GameUnreachable, format!("{error:#}"))],
            };
            let (findings, date) = check_game(GameCheck { client: &client, host, limit, calls: &calls, clock }).await;
            dates.note(date);
            findings
        }
    }

    fn mongodb(
        &self,
        overview: Option<&StateOverview>,
        dates: Dates,
    ) -> impl Future<Output = Vec<Finding>> + Send + use<> {
        let (clock, max_size) = (self.clock, self.config.mongodb_max_size);
        let known = overview.and_then(|overview| overview.database.clone());
        let database = self.config.mongodb_database.clone();
        let uri = self.config.mongodb_uri.clone();
        async move {
            let Some(uri) = uri else {
                return vec![Finding::new(FindingId::MongodbUnused, "not used: the state file alone keeps the state")];
            };
            let settings = MongoSettings { uri, database, timeout: MONGODB_TIMEOUT };
            let mongo = match Box::pin(Mongo::new(settings)).await {
                Ok(mongo) => mongo,
                Err(error) => return vec![Finding::new(FindingId::MongodbBadUri, format!("{error:#}"))],
            };
            let (findings, date) = check_mongodb(&mongo, max_size, known.as_deref(), clock).await;
            dates.note(date);
            findings
        }
    }
}
