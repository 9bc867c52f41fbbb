//! What the services stand on: the working copy, the second store, and the right to act.
//!
//! A *turn* is a time in which this instance is the active one on one working copy. It ends when the process is to stop,
//! when another instance takes the lease, when the file breaks, or when a file that was broken can be used again; then the
//! services end, and the next turn begins as the start of a process does. Nothing is handed over in memory but a working
//! copy that is only there.

mod confirm;
mod lock;
mod turn;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::keeper::{Keeper, Turn as Taken, Unreachable};
use crate::replica::{MongoLease, MongoReplica, MongoSettings};
use crate::replicator::Replicator;
use crate::store::{FileLock, Opening, StateKind, Store, StoreError};
use crate::tenure::Tenure;

use confirm::confirm_with;
pub(super) use lock::{lock, wait_for_lock};
use turn::Probe;
pub(super) use turn::Turn;

/// Finding a server, connecting, a write's majority: none may take longer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// A file that could not be used is tried again this often.
const TRY_FILE_EVERY: Duration = Duration::from_secs(10);
/// A wait for the lease that is longer than this is used.
const WARM_UP_AFTER: Duration = Duration::from_secs(1);
/// Between two tries to compare where nothing can be done before.
const COMPARE_EVERY: Duration = Duration::from_secs(1);

/// Where the state is.
pub(in crate::app) struct Place {
    /// The state file.
    pub path: PathBuf,
    /// What it is for.
    pub kind: StateKind,
    /// The second store and its database.
    pub mongodb: Option<(SecretString, String)>,
}

/// This instance, turn after turn.
pub(in crate::app) struct Deployment {
    place: Place,
    clock: Clock,
    tenure: Tenure,
    lock: Option<Arc<FileLock>>,
    second: Option<Second>,
    keeping: Option<Keeping>,
    /// The last turn's working copy, where it was in memory alone.
    memory: Option<Store>,
    /// The file broke while it was used, and what stands there now need not be what we wrote.
    distrusts_file: bool,
    /// The lease could not be renewed while another instance waited: that one may act now.
    has_rival: bool,
}

struct Second {
    replica: MongoReplica,
    keeper: Arc<Keeper<MongoLease>>,
}

/// The lease is being renewed.
struct Keeping {
    stop: CancellationToken,
    lost: CancellationToken,
    task: JoinHandle<()>,
}

/// How an attempt to begin a turn ended.
enum Begun {
    Turn(Box<Turn>),
    Stopped,
    LeaseLost,
}

/// A working copy, and whether it may lack something that only MongoDB has.
struct WorkingCopy {
    store: Store,
    must_compare: bool,
}

impl Deployment {
    /// This instance at this place, under a lock that was taken before.
    ///
    /// # Errors
    /// When the connection string cannot be read.
    pub async fn new(place: Place, lock: Option<Arc<FileLock>>, clock: Clock) -> anyhow::Result<Self> {
        let tenure = if place.mongodb.is_some() { Tenure::none() } else { Tenure::unlimited() };
        let second = match &place.mongodb {
            None => None,
            Some((uri, database)) => {
                let settings = MongoSettings { uri: uri.clone(), database: database.clone(), timeout: TIMEOUT };
                let replica = MongoReplica::new(settings, tenure.clone()).await?;
                // Without the file's lock nobody can tell that an earlier process of this name is dead: a new name.
                let name =
                    lock.as_ref().map_or_else(|| format!("{:032x}", fastrand::u128(..)), |l| l.name().to_owned());
                let keeper = Arc::new(Keeper::new(MongoLease::new(replica.clone()), name, tenure.clone()));
                Some(Second { replica, keeper })
            }
        };
        Ok(Self {
            place,
            clock,
            tenure,
            lock,
            second,
            keeping: None,
            memory: None,
            distrusts_file: false,
            has_rival: false,
        })
    }

    /// The second store, to take it away when it is of no use any more.
    pub fn replica(&self) -> Option<&MongoReplica> {
        self.second.as_ref().map(|second| &second.replica)
    }

    /// Whether this instance is the active one.
    pub fn is_active(&self) -> bool {
        self.tenure.may_act()
    }

    /// Waits until this instance is the active one, on a working copy that is complete; `None` when asked to stop before.
    ///
    /// # Errors
    /// When the file cannot be used and there is no second store, or it is another's.
    pub async fn begin(&mut self, stop: &CancellationToken) -> anyhow::Result<Option<Turn>> {
        loop {
            match self.try_begin(stop).await? {
                Begun::Turn(turn) => return Ok(Some(*turn)),
                Begun::Stopped => return Ok(None),
                Begun::LeaseLost => {}
            }
        }
    }

    async fn try_begin(&mut self, stop: &CancellationToken) -> anyhow::Result<Begun> {
        let WorkingCopy { store, mut must_compare } = self.working_copy().await?;
        let Some(second) = &self.second else {
            store.set_replicated(false).await?;
            return Ok(Begun::Turn(Box::new(self.turn(store, None))));
        };
        store.set_replicated(true).await?;
        let (keeper, replica) = (second.keeper.clone(), second.replica.clone());
        let replicator = Arc::new(Replicator::new(replica, store.clone()));
        if !self.tenure.may_act() {
            self.stop_keeping().await;
            let unreachable = match (self.has_rival, must_compare) {
                (true, _) => Unreachable::WaitForRival,
                (false, true) => Unreachable::WaitForState,
                (false, false) => Unreachable::GoAlone,
            };
            let another_acts = async || {
                if let Err(error) = store.set_behind(true).await {
                    tracing::warn!("It cannot be noted that another instance acts: {error}");
                }
            };
            // Whoever waits for long fills an empty file meanwhile, and takes over the faster.
            let warm_up = async {
                tokio::time::sleep(WARM_UP_AFTER).await;
                if must_compare {
                    drop(replicator.compare().await);
                }
                std::future::pending().await
            };
            let turn = tokio::select! {
                turn = keeper.wait(unreachable, another_acts, stop) => turn,
                turn = warm_up => turn,
            };
            match turn {
                Taken::Stopped => {
                    self.keep_memory(&store);
                    return Ok(Begun::Stopped);
                }
                Taken::Taken { after_other } => {
                    self.has_rival = false;
                    // What the other one did is in MongoDB only.
                    must_compare |= after_other;
                }
                Taken::Alone => {
                    tracing::warn!("MongoDB does not answer: the file goes on alone, and both are merged when it does");
                }
            }
            let (halt, lost) = (CancellationToken::new(), CancellationToken::new());
            let tokens = (halt.clone(), lost.clone());
            let task = tokio::spawn(async move { keeper.keep(&tokens.0, &tokens.1).await });
            self.keeping = Some(Keeping { stop: halt, lost, task });
        }
        let is_compared = self.compare(&replicator, &store, must_compare, stop).await;
        if must_compare && !is_compared {
            self.keep_memory(&store);
            self.give_up_lost_lease().await;
            return Ok(if stop.is_cancelled() { Begun::Stopped } else { Begun::LeaseLost });
        }
        self.distrusts_file = false;
        Ok(Begun::Turn(Box::new(self.turn(store, Some(replicator)))))
    }

    /// Brings both in step, where MongoDB answers; whether it did. Where something may be missing it is asked until it does,
    /// until `stop`, or until the lease is lost.
    async fn compare(
        &self,
        replicator: &Replicator<MongoReplica>,
        store: &Store,
        must_compare: bool,
        stop: &CancellationToken,
    ) -> bool {
        let mut has_said = false;
        loop {
            if store.has_lease() {
                let commit = store.latest_commit();
                match replicator.compare().await {
                    Ok(moved) => {
                        // The replicator is about to run: what is written from now on is in both.
                        store.second_store_has(commit);
                        if let Err(error) = store.set_behind(false).await {
                            tracing::warn!("It cannot be noted that the file is in step: {error}");
                        }
                        let (fetched, sent) = (moved.fetched, moved.sent);
                        tracing::info!("MongoDB and the file are in step: {fetched} records fetched, {sent} sent");
                        return true;
                    }
                    Err(error) if !must_compare => {
                        tracing::warn!("{error:#}; the file goes on alone, and both are merged when it answers");
                        return false;
                    }
                    Err(error) if !has_said => {
                        has_said = true;
                        tracing::error!(
                            "CRITICAL: Failed to persist state: the state file lacks what MongoDB has, and it does not answer \
                             ({error:#}); waiting for it"
                        );
                    }
                    Err(_) => {}
                }
            } else if !must_compare {
                return false;
            }
            if self.has_lost_lease() {
                return false;
            }
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(COMPARE_EVERY) => {}
            }
        }
    }

    fn turn(&self, store: Store, replicator: Option<Arc<Replicator<MongoReplica>>>) -> Turn {
        let lost = self.keeping.as_ref().map(|keeping| keeping.lost.clone());
        let probe = store.is_in_memory().then(|| Probe {
            path: self.place.path.clone(),
            kind: self.place.kind,
            lock: self.lock.clone(),
            clock: self.clock,
        });
        Turn::begin(store, self.tenure.clone(), replicator, lost, probe)
    }

    /// The file, or memory where that cannot be used and MongoDB keeps the state.
    async fn working_copy(&mut self) -> anyhow::Result<WorkingCopy> {
        let has_second = self.second.is_some();
        anyhow::ensure!(
            has_second || !self.distrusts_file,
            "the state file {} was taken away or damaged while it was used, and there is no MongoDB to restore it from: put \
             a copy back, then start again",
            self.place.path.display()
        );
        if self.lock.is_none() {
            self.lock = lock(&self.place.path, has_second)?;
        }
        let opened = match &self.lock {
            Some(lock) => self.open_file(lock.clone()),
            None => {
                Err(StoreError::Open { path: self.place.path.clone(), reason: "its folder cannot be written".into() })
            }
        };
        match (opened, &self.second) {
            (Ok(store), _) => {
                if let Some(aside) = store.replaced() {
                    let aside = aside.display();
                    tracing::error!("The state file was damaged: it is kept as {aside} and made anew from MongoDB");
                }
                if let Some(memory) = self.memory.take()
                    && let Err(error) = store.take_over(&memory).await
                {
                    tracing::error!(
                        "The state file cannot be brought up to date ({error}): MongoDB alone keeps the state"
                    );
                    return Ok(WorkingCopy { store: memory, must_compare: false });
                }
                let is_new = store.replaced().is_some() || store.is_empty().await?;
                let must_compare = self.distrusts_file || is_new || store.is_behind().await?;
                Ok(WorkingCopy { store, must_compare })
            }
            (Err(error @ (StoreError::Open { .. } | StoreError::Sqlite(_))), Some(second)) => {
                tracing::error!(
                    "{error}: MongoDB alone keeps the state, and the file is tried again every {} s",
                    TRY_FILE_EVERY.as_secs()
                );
                if let Some(store) = self.memory.take() {
                    let must_compare = store.is_behind().await?;
                    return Ok(WorkingCopy { store, must_compare });
                }
                let confirm = confirm_with(second.replica.clone());
                let (store, is_seeded) = Store::open_in_memory(&self.place.path, self.opening(), confirm)?;
                let is_new = !is_seeded || store.is_empty().await?;
                let must_compare = self.distrusts_file || is_new || store.is_behind().await?;
                Ok(WorkingCopy { store, must_compare })
            }
            (Err(error), _) => Err(error.into()),
        }
    }

    fn open_file(&self, lock: Arc<FileLock>) -> Result<Store, StoreError> {
        Store::open_locked(lock, Opening { replaces_damaged: self.second.is_some(), ..self.opening() })
    }

    fn opening(&self) -> Opening {
        Opening { leadership: self.tenure.leadership(), ..Opening::new(self.place.kind, self.clock) }
    }

    fn keep_memory(&mut self, store: &Store) {
        if store.is_in_memory() {
            self.memory = Some(store.clone());
        }
    }

    /// Ends a turn whose services have ended: sends what MongoDB lacks, as far as it answers.
    pub async fn end(&mut self, turn: Turn) {
        let store = turn.end().await;
        self.distrusts_file |= store.is_doubtful();
        self.keep_memory(&store);
        if self.has_lost_lease()
            && self.tenure.last_term() > 0
            && let Err(error) = store.set_behind(true).await
        {
            tracing::warn!("It cannot be noted that another instance acts: {error}");
        }
        self.give_up_lost_lease().await;
    }

    fn has_lost_lease(&self) -> bool {
        self.keeping.as_ref().is_some_and(|keeping| keeping.lost.is_cancelled())
    }

    async fn give_up_lost_lease(&mut self) {
        if self.has_lost_lease() {
            // Lost, but by the clock not over yet: that it could not be renewed is how a waiting one comes to act.
            self.has_rival = self.tenure.may_act();
            self.tenure.end();
            self.stop_keeping().await;
        }
    }

    /// Gives the lease back, for another instance to take over at once.
    pub async fn close(&mut self) {
        self.stop_keeping().await;
        if let Some(second) = &self.second {
            second.keeper.release().await;
        }
    }

    async fn stop_keeping(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            keeping.stop.cancel();
            drop(keeping.task.await);
        }
    }
}
