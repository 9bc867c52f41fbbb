//! The connection to MongoDB: a client made as soon as DNS resolves the servers, and a time limit for each command.

use std::time::Duration;

use anyhow::Context;
use mongodb::bson::{Document, RawDocumentBuf};
use mongodb::error::Error;
use mongodb::options::{Acknowledgment, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern};
use mongodb::{Client, Collection, Database};
use secrecy::SecretString;
use tokio::sync::watch;

use crate::domain::back_off::BackOff;
use crate::ports::replica::{ReplicaError, ReplicaResult, within};

use super::connection_string;
use super::error_text::{driver_error, summary};

#[derive(Debug, Clone)]
pub struct MongoSettings {
    pub uri: SecretString,
    pub database: String,
    /// How long selecting a server, connecting, and a quick command may take.
    pub timeout: Duration,
}

/// Before DNS is asked again for an unknown name.
const DNS_BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(30));
/// The most connections to a server, and how many are opened at once: enough for reading all kinds of records side by side, for
/// all commands in flight, and for the lease, which must not queue behind them.
const CONNECTIONS: u32 = 24;
/// How many timeouts a command may take that a server answers at once,
pub(super) const QUICK: u32 = 2;
/// one for which it scans a collection,
pub(super) const SCAN: u32 = 8;
/// and the next part of a full read: some servers read the whole collection before they answer. Meanwhile renewing the lease
/// shows that the server is alive.
pub(super) const FULL_READ: u32 = 60;

pub(super) struct Connection {
    client: Pending<Client>,
    database: String,
    timeout: Duration,
}

/// The result of making something; `None` until the first attempt has ended.
type Pending<T> = watch::Receiver<Option<ReplicaResult<T>>>;

impl Connection {
    /// An unreadable connection string is refused at once. Servers that DNS does not know yet are waited for.
    pub(super) async fn new(settings: MongoSettings) -> anyhow::Result<Self> {
        let MongoSettings { uri, database, timeout } = settings;
        let client = if connection_string::needs_dns(&uri).context("cannot use MongoDB")? {
            retry_in_background(move || {
                let uri = uri.clone();
                async move { new_client(&uri, timeout).await.map_err(|error| refusal(&error)) }
            })
        } else {
            let client = Box::pin(new_client(&uri, timeout)).await.context("cannot use MongoDB")?;
            watch::channel(Some(Ok(client))).1
        };
        Ok(Self { client, database, timeout })
    }

    pub(super) async fn database(&self) -> ReplicaResult<Database> {
        let mut client = self.client.clone();
        let client = client.wait_for(Option::is_some).await.map(|made| made.clone());
        let client = client.ok().flatten().unwrap_or_else(|| Err(unfinished()))?;
        Ok(client.database(&self.database))
    }

    pub(super) async fn collection(&self, name: &str) -> ReplicaResult<Collection<RawDocumentBuf>> {
        Ok(self.database().await?.collection(name))
    }

    /// The time limit of a command. The driver has no socket timeout of its own.
    pub(super) fn time(&self, times: u32) -> Duration {
        self.timeout.saturating_mul(times)
    }

    pub(super) async fn within<T>(
        &self,
        times: u32,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> ReplicaResult<T> {
        within(self.time(times), async { answer.await.map_err(|error| driver_error(&error)) }).await
    }

    pub(super) async fn run(&self, times: u32, command: Document) -> ReplicaResult<Document> {
        let database = self.database().await?;
        self.within(times, async { database.run_command(command).await }).await
    }
}

/// A background task ended early.
pub(super) fn unfinished() -> ReplicaError {
    ReplicaError::Unreachable("what was begun did not come to its end".to_owned())
}

/// Why a client could not be made.
pub(super) fn refusal(error: &anyhow::Error) -> ReplicaError {
    match error.downcast_ref() {
        Some(error) => driver_error(error),
        None => ReplicaError::Refused(format!("{error:#}")),
    }
}

/// Makes a client without connecting it. Whatever the connection string says, reads go to the primary and return what a
/// majority has, and writes wait for a majority. No error shows the connection string.
pub(super) async fn new_client(uri: &SecretString, time: Duration) -> anyhow::Result<Client> {
    let mut options = connection_string::read(uri).await?;
    options.app_name = Some(env!("CARGO_PKG_NAME").to_owned());
    options.server_selection_timeout = Some(time);
    options.connect_timeout = Some(time);
    options.max_pool_size = Some(CONNECTIONS);
    options.max_connecting = Some(CONNECTIONS);
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).w_timeout(time).build());
    Client::with_options(options).map_err(|e| anyhow::anyhow!("{}", summary(&e)))
}

/// Makes something in the background, with a back-off, until it succeeds or nobody waits for it any more.
fn retry_in_background<T, F>(mut attempt: impl FnMut() -> F + Send + 'static) -> Pending<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = ReplicaResult<T>> + Send,
{
    let (made, result) = watch::channel(None);
    tokio::spawn(async move {
        let mut back_off = DNS_BACK_OFF;
        loop {
            let result = attempt().await;
            let is_done = result.is_ok();
            if made.send(Some(result)).is_err() || is_done {
                break;
            }
            tokio::time::sleep(back_off.next_wait()).await;
        }
    });
    result
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::time::{Instant, timeout};

    use super::*;

    fn unknown() -> ReplicaError {
        ReplicaError::Unreachable("DNS does not know it".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn making_a_client_is_retried_with_growing_waits_whether_or_not_anybody_waits() {
        let began = Instant::now();
        let tried_at = Arc::new(Mutex::new(Vec::new()));
        let tries = Arc::clone(&tried_at);
        let mut made = retry_in_background(move || {
            let mut tries = tries.lock().unwrap();
            tries.push(began.elapsed().as_secs());
            let is_there = tries.len() > 7;
            async move {
                tokio::time::sleep(Duration::from_secs(10)).await;
                if is_there { Ok(7) } else { Err(unknown()) }
            }
        });
        // An early caller waits for the first attempt, but may give up.
        assert!(timeout(Duration::from_secs(4), made.wait_for(Option::is_some)).await.is_err());
        assert_eq!(*made.wait_for(Option::is_some).await.unwrap(), Some(Err(unknown())));
        assert_eq!(began.elapsed().as_secs(), 10);
        let is_done = |made: &Option<ReplicaResult<i32>>| matches!(made, Some(Ok(7)));
        assert!(made.wait_for(is_done).await.is_ok());
        assert_eq!(*tried_at.lock().unwrap(), [0, 11, 23, 37, 55, 81, 121, 161]);
    }

    #[tokio::test]
    async fn with_a_name_unknown_to_dns_the_program_starts_and_reports_it() {
        let settings = |uri: &str| MongoSettings {
            uri: SecretString::from(uri),
            database: "giftcode".to_owned(),
            timeout: Duration::from_secs(2),
        };
        // No name server is asked for a name in .invalid.
        let connection = Connection::new(settings("mongodb+srv://bot:s3cr3t@cluster0.example.invalid/")).await.unwrap();
        let Err(ReplicaError::Unreachable(why)) = connection.database().await else { panic!("it is known") };
        assert!(why.contains("DNS does not know") && !why.contains("s3cr3t"), "{why}");
        let broken = Connection::new(settings("mongodb+srv://bot:s3cr3t@cluster0.example.net:27017/")).await;
        assert!(format!("{:#}", broken.err().unwrap()).contains("has no port"));
        let contradicting = Connection::new(settings("mongodb://127.0.0.1,127.0.0.2/?directConnection=true")).await;
        assert!(contradicting.is_err(), "what is malformed ends the start");
    }

    #[tokio::test]
    async fn the_connection_strings_read_and_write_settings_do_not_count() {
        let uri = "mongodb://127.0.0.1/?readPreference=secondary&readConcernLevel=local&w=0&maxPoolSize=1";
        let client = new_client(&SecretString::from(uri), Duration::from_secs(2)).await.unwrap();
        let database = client.database("giftcode");
        assert_eq!(database.selection_criteria(), Some(&SelectionCriteria::ReadPreference(ReadPreference::Primary)));
        assert_eq!(database.read_concern(), Some(&ReadConcern::majority()));
        assert_eq!(database.write_concern().and_then(|concern| concern.w.clone()), Some(Acknowledgment::Majority));
    }
}
