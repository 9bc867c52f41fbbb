//! An instance's work: the real watcher, poster and engine, and an admin who changes settings.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, RoleId, State};
use giftcode_bot::domain::redeeming::retry::Policy;
use giftcode_bot::domain::sync::record::{Key, RecordKind, Value};
use giftcode_bot::leadership::Leadership;
use giftcode_bot::leadership::session::{self, ActiveSession, Sessions, StateLocation};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::engine::{Engine, EngineSettings, Unrecorded};
use giftcode_bot::services::health::{HealthLog, HealthMonitor};
use giftcode_bot::services::poster::Poster;
use giftcode_bot::services::watcher::{Watcher, WatcherSettings};
use giftcode_bot::store::{Blocking, StateKind, Store, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::machine::Window;
use crate::outside::Services;
use crate::replica::Remote;
use crate::world::Outside;

pub const GUILDS: [AllianceId; 2] = [AllianceId(1001), AllianceId(1002)];
/// Players on each guild's roster at first.
const PLAYERS: u64 = 4;

const ENGINE: EngineSettings = EngineSettings {
    concurrency: 3,
    policy: Policy { max_unknown: 3, max_temporary: 10, base: Duration::from_secs(2), cap: Duration::from_secs(30) },
    limit: None,
    player_interval: Duration::ZERO,
};
const WATCHER: WatcherSettings = WatcherSettings {
    interval: Duration::from_secs(10),
    max_consecutive_errors: 5,
    min_absence: Duration::from_secs(6 * 3600),
};

pub struct Process {
    pub path: PathBuf,
    pub clock: Clock,
    pub outside: Outside,
    pub chunk: usize,
    pub is_required: bool,
    pub window: Window,
    pub stop: CancellationToken,
    pub unrecorded: Unrecorded,
}

/// Releases the working copy, however its session ends.
struct Shown<'a>(&'a Window);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.show_store(None);
    }
}

/// An instance's work in one session, until `done`.
pub async fn serve(
    process: &Process,
    store: Store,
    leadership: Leadership,
    done: CancellationToken,
) -> anyhow::Result<()> {
    let (outside, clock) = (process.outside.clone(), process.clock);
    process.window.show_store(Some(store.clone()));
    let _shown = Shown(&process.window);
    {
        let (mut world, phase) = (outside.world(), leadership.phase());
        let line = format!("instance {} serves: {phase:?}", outside.host);
        let (now, host) = (outside.now(), outside.host);
        world.trace.add(now, &line);
        let crate::world::World { checker, mongo, .. } = &mut *world;
        checker.serves(host, phase, store.is_temporary(), now, mongo);
    }
    let services = Services::new(outside.clone(), clock);
    let engine = Engine::after(process.unrecorded.clone(), services.clone(), store.redemptions(), clock, ENGINE);
    let poster = Poster::new(services.clone(), store.posts(), store.guilds(), clock);
    let watcher = Watcher::new(services, store.listings(), clock, WATCHER);
    let health = HealthMonitor::new(store.reports(), store.sync_log(), watcher.status(), engine.status());
    let health = HealthLog::new(health, clock);
    let mut loops: JoinSet<anyhow::Result<()>> = JoinSet::new();
    loops.spawn(Arc::new(watcher).run(done.clone()));
    loops.spawn(Arc::new(poster).run(done.clone()));
    loops.spawn(engine.run(done.clone()));
    loops.spawn(Arc::new(health).run(done.clone()));
    let admin = Admin { outside, store };
    let token = done.clone();
    loops.spawn(async move {
        tokio::select! {
            biased;
            () = token.cancelled() => {}
            () = admin.run() => {}
        }
        Ok(())
    });
    while let Some(ended) = loops.join_next().await {
        ended.map_err(|error| anyhow::anyhow!("a loop panicked: {error}"))??;
    }
    Ok(())
}

struct Admin {
    outside: Outside,
    store: Store,
}

fn player(number: u64) -> Player {
    Player {
        id: PlayerId::new(number).unwrap(),
        nickname: format!("P{number}"),
        state: State::new(245),
        furnace_level: None,
    }
}

impl Admin {
    async fn run(self) {
        loop {
            let (wait, is_over) = {
                let mut world = self.outside.world();
                (world.random.u64(500..8_000), world.is_quiet)
            };
            if is_over {
                return std::future::pending().await;
            }
            tokio::time::sleep(Duration::from_millis(wait)).await;
            for guild in GUILDS {
                // A refused change was not acknowledged.
                drop(self.change(guild).await);
            }
        }
    }

    async fn change(&self, guild: AllianceId) -> Result<(), StoreError> {
        let number = guild.0.cast_signed();
        let guild_key = (RecordKind::Guilds, vec![Value::Int(number)]);
        let channel = ChannelId(guild.0 + 1);
        if self.store.guilds().guild(guild).await?.channel.is_none() {
            self.store.guilds().set_channel(guild, channel).await?;
            self.store.guilds().set_auto_redeem(guild, true).await?;
            // No player belongs to two guilds, so a redemption shows its guild.
            let first = guild.0 * 100;
            self.store.rosters().add_to_roster(guild, (first..first + PLAYERS).map(player).collect()).await?;
            return self.acknowledged(guild_key).await;
        }
        let (what, chance, role) = {
            let mut world = self.outside.world();
            (world.random.u8(0..6), world.random.u64(1..100_000), world.new_role())
        };
        let one = guild.0 * 100 + chance % (PLAYERS + 3);
        let roster_key = (RecordKind::Rosters, vec![Value::Int(number), Value::Int(i64::try_from(one).unwrap())]);
        match what {
            0 => {
                self.store.rosters().add_to_roster(guild, vec![player(one)]).await?;
                // A player who was there before stays unchanged.
                Ok(())
            }
            1 => match self.store.rosters().remove_players(guild, vec![player(one).id]).await?.removed.len() {
                0 => Ok(()),
                _ => self.acknowledged(roster_key).await,
            },
            _ => {
                self.store.guilds().set_target(guild, channel, None, Some(vec![RoleId(role)])).await?;
                self.acknowledged(guild_key).await
            }
        }
    }

    /// Records a change that was acknowledged to somebody.
    async fn acknowledged(&self, (kind, key): (RecordKind, Key)) -> Result<(), StoreError> {
        let mut records = self.store.sync_log().page(kind, None, u32::MAX).await?;
        records.retain(|record| record.key() == key);
        let now = self.outside.now();
        let mut world = self.outside.world();
        let crate::world::World { checker, mongo, trace, .. } = &mut *world;
        for record in &records {
            trace.add(now, &format!("admin: {} saved {kind:?} {:?}", self.outside.host, record.key()));
            checker.acknowledged(self.outside.host, now, record, self.store.is_temporary(), mongo);
        }
        Ok(())
    }
}

impl Process {
    pub async fn run(self) -> anyhow::Result<()> {
        let location = StateLocation {
            path: self.path.clone(),
            kind: StateKind::Bot,
            is_mongodb_required: self.is_required,
            clock: self.clock,
            blocking: Blocking::Inline,
        };
        let lock = session::lock(&self.path, true)?;
        let remote = Remote::new(self.outside.clone(), self.chunk);
        let mut sessions = Sessions::new(location, lock, Some((remote.clone(), remote)));
        self.window.show_leadership(sessions.leadership().clone());
        let services = async |session: ActiveSession| {
            serve(&self, session.store, session.leadership, session.done).await.map(|()| None::<()>)
        };
        sessions.run(&self.stop, services).await?;
        Ok(())
    }
}
