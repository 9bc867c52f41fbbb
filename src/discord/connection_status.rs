//! How the connection to Discord's gateway is doing, for the health of the bot.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serenity::all::ShardManager;
use serenity::gateway::ConnectionStage;
use tokio::sync::watch;

use crate::domain::health::{Connection, DiscordStatus};
use crate::domain::players::player::GuildId;
use crate::runtime::clock::Clock;

/// Between two reads of the shards' stages.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Publishes the status. Clones share it.
#[derive(Debug, Clone)]
pub struct ConnectionStatus {
    clock: Clock,
    status: Arc<watch::Sender<DiscordStatus>>,
    guilds: Arc<Mutex<BTreeSet<GuildId>>>,
}

impl ConnectionStatus {
    pub fn new(clock: Clock) -> Self {
        let status = watch::Sender::new(DiscordStatus::connecting(clock.now()));
        Self { clock, status: Arc::new(status), guilds: Arc::default() }
    }

    /// Changes with each change of the status.
    pub fn subscribe(&self) -> watch::Receiver<DiscordStatus> {
        self.status.subscribe()
    }

    fn publish(&self, connection: impl FnOnce(&Connection) -> Connection, latency: Option<Duration>) {
        let servers = u32::try_from(self.guilds().len()).unwrap_or(u32::MAX);
        self.status.send_if_modified(|status| {
            let now = DiscordStatus { connection: connection(&status.connection), latency, servers };
            let is_new = now != *status;
            *status = now;
            is_new
        });
    }

    /// An attempt failed; the next one is made after `wait`.
    pub(super) fn failed(&self, reason: String, wait: Duration) {
        let now = self.clock.now();
        let until = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        self.publish(|before| Connection::Down { since: missing_since(before, now), until, reason }, None);
    }

    /// Publishes the status of this many shards for as long as it is polled. While they connect, the reason why an earlier
    /// attempt failed stays.
    pub(super) async fn watch(&self, shards: &ShardManager, count: u32) {
        loop {
            {
                let runners = shards.runners.lock().await;
                let connected = runners.values().filter(|runner| runner.stage == ConnectionStage::Connected);
                let is_connected = connected.count() >= count as usize;
                let latency = runners.values().filter_map(|runner| runner.latency).max();
                drop(runners);
                let now = self.clock.now();
                let next = |before: &Connection| match (is_connected, before) {
                    (true, Connection::Connected { .. }) | (false, Connection::Down { .. }) => before.clone(),
                    (true, _) => Connection::Connected { since: now },
                    (false, _) => Connection::Connecting { since: missing_since(before, now) },
                };
                self.publish(next, latency.filter(|_| is_connected));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn guilds(&self) -> MutexGuard<'_, BTreeSet<GuildId>> {
        self.guilds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A shard begins a session, with these of the guilds that are its own.
    pub(super) fn begins_session(&self, guilds: impl Iterator<Item = GuildId>, is_of_shard: impl Fn(GuildId) -> bool) {
        let mut known = self.guilds();
        known.retain(|guild| !is_of_shard(*guild));
        known.extend(guilds);
    }

    pub(super) fn joined(&self, guild: GuildId) {
        self.guilds().insert(guild);
    }

    /// The guilds that the bot is in, as far as this connection knows.
    pub(super) fn servers(&self) -> BTreeSet<GuildId> {
        self.guilds().clone()
    }

    pub(super) fn left(&self, guild: GuildId) {
        self.guilds().remove(&guild);
    }
}

/// Since when there is no connection.
fn missing_since(before: &Connection, now: Timestamp) -> Timestamp {
    match before {
        Connection::Connecting { since } | Connection::Down { since, .. } => *since,
        Connection::Connected { .. } => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_outage_begins_when_the_connection_was_lost_however_often_it_is_tried_since() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let at = |second| Timestamp::from_second(second).unwrap();
        let status = ConnectionStatus::new(clock);
        let seen = status.subscribe();
        tokio::time::sleep(Duration::from_secs(10)).await;
        status.failed("HTTP 500".to_owned(), Duration::from_secs(5));
        tokio::time::sleep(Duration::from_secs(70)).await;
        status.failed("HTTP 502".to_owned(), Duration::from_secs(60));
        let down = Connection::Down { since: at(0), until: at(140), reason: "HTTP 502".to_owned() };
        assert_eq!(seen.borrow().connection, down);
        status.publish(|_| Connection::Connected { since: at(90) }, Some(Duration::from_millis(40)));
        tokio::time::sleep(Duration::from_secs(20)).await;
        status.failed("HTTP 503".to_owned(), Duration::from_secs(5));
        let down = Connection::Down { since: at(100), until: at(105), reason: "HTTP 503".to_owned() };
        assert_eq!((&seen.borrow().connection, seen.borrow().latency), (&down, None));
    }

    #[tokio::test(start_paused = true)]
    async fn servers_are_counted_shard_by_shard() {
        let status = ConnectionStatus::new(Clock::simulated(Timestamp::UNIX_EPOCH));
        let is_even = |guild: GuildId| guild.0.is_multiple_of(2);
        status.begins_session([2, 4].map(GuildId).into_iter(), is_even);
        status.begins_session([1, 3].map(GuildId).into_iter(), |guild| !is_even(guild));
        status.joined(GuildId(5));
        status.joined(GuildId(5));
        status.left(GuildId(1));
        assert_eq!(status.guilds().len(), 4);
        status.begins_session([2].map(GuildId).into_iter(), is_even);
        assert_eq!(status.guilds().len(), 3);
    }
}
