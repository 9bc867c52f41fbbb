//! The connection: a client that is made at its first use, and a bound for every command.

use std::time::Duration;

use anyhow::Context;
use mongodb::error::Error;
use mongodb::options::{Acknowledgment, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern};
use mongodb::{Client, Database};
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::ports::replica::ReplicaError;

use super::connection_string;
use super::words::{failure, plain};

/// Where MongoDB is.
#[derive(Debug, Clone)]
pub struct MongoSettings {
    /// The connection string.
    pub uri: SecretString,
    /// The database.
    pub database: String,
    /// How long finding a server, connecting, and each command may take.
    pub timeout: Duration,
}

/// After a name was not found, DNS is left alone for so long; each time twice as long, up to the last.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// Connections to a server at most: for all commands that are in flight at once, and the lease beside them.
const CONNECTIONS: u32 = 16;

pub(super) struct Connection {
    settings: MongoSettings,
    client: Lazy<Client>,
}

impl Connection {
    /// A connection to be: a connection string that cannot be read is refused at once, one whose servers DNS does not tell is not.
    pub(super) async fn new(settings: MongoSettings) -> anyhow::Result<Self> {
        let waits_for_dns = connection_string::is_asked_of_dns(&settings.uri).context("cannot use MongoDB")?;
        let client = Lazy::default();
        if !waits_for_dns {
            let made = client_of(&settings.uri, settings.timeout).await.context("cannot use MongoDB")?;
            drop(client.get(async { Ok(made) }).await);
        }
        Ok(Self { settings, client })
    }

    pub(super) async fn database(&self) -> Result<Database, ReplicaError> {
        let made = async {
            // The driver asks every name server in turn, which takes longer than a command.
            let made = timeout(8 * self.settings.timeout, client_of(&self.settings.uri, self.settings.timeout)).await;
            let made =
                made.map_err(|_| ReplicaError::Unreachable("DNS does not answer; it is asked again".to_owned()))?;
            made.map_err(|error| match error.downcast_ref::<Error>() {
                Some(error) => failure(error),
                None => ReplicaError::Refused(format!("{error:#}")),
            })
        };
        Ok(self.client.get(made).await?.database(&self.settings.database))
    }

    /// Bounds what is answered at once: the driver has no socket time-out of its own.
    pub(super) async fn in_time<T>(&self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, ReplicaError> {
        within(2 * self.settings.timeout, answer).await
    }

    /// Bounds what a server may need longer for: to look through a whole collection.
    pub(super) async fn in_long_time<T>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, ReplicaError> {
        within(8 * self.settings.timeout, answer).await
    }

    /// How long a command may take that writes so many documents: a slow server takes fifty in the time of one answer.
    pub(super) fn time_for(&self, documents: usize) -> Duration {
        self.settings.timeout.saturating_mul(u32::try_from(2 + documents / 50).unwrap_or(u32::MAX))
    }
}

pub(super) async fn within<T>(
    time: Duration,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, ReplicaError> {
    match timeout(time, answer).await {
        Ok(answer) => answer.map_err(|error| failure(&error)),
        Err(_) => Err(ReplicaError::Unreachable(format!("no answer within {:.1} s", time.as_secs_f32()))),
    }
}

/// A client; nothing is connected yet. No error tells the connection string. Whatever that says: the primary alone is
/// asked, for what a majority has, and whatever is written is on a majority.
pub(super) async fn client_of(uri: &SecretString, time: Duration) -> anyhow::Result<Client> {
    let mut options = connection_string::read(uri).await?;
    options.app_name = Some(env!("CARGO_PKG_NAME").to_owned());
    options.server_selection_timeout = Some(time);
    options.connect_timeout = Some(time);
    options.max_pool_size = Some(CONNECTIONS);
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).w_timeout(time).build());
    Client::with_options(options).map_err(|e| anyhow::anyhow!("{}", plain(&e)))
}

/// What is made at its first use. After a try that failed no other is made for a while, and whoever asks gets the same error.
struct Lazy<T>(Mutex<Made<T>>);

enum Made<T> {
    Not,
    Failed { error: ReplicaError, again: Instant, wait: Duration },
    Done(T),
}

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self(Mutex::new(Made::Not))
    }
}

impl<T: Clone> Lazy<T> {
    async fn get(&self, make: impl Future<Output = Result<T, ReplicaError>>) -> Result<T, ReplicaError> {
        let mut made = self.0.lock().await;
        let wait = match &*made {
            Made::Done(made) => return Ok(made.clone()),
            Made::Failed { error, again, .. } if Instant::now() < *again => return Err(error.clone()),
            Made::Failed { wait, .. } => ASK_AGAIN.1.min(2 * *wait),
            Made::Not => ASK_AGAIN.0,
        };
        let result = make.await;
        *made = match &result {
            Ok(done) => Made::Done(done.clone()),
            Err(error) => Made::Failed { error: error.clone(), again: Instant::now() + wait, wait },
        };
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown() -> ReplicaError {
        ReplicaError::Unreachable("DNS does not know it".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_made_is_tried_again_ever_more_seldom_and_made_once() {
        let lazy = Lazy::default();
        let tries = std::cell::Cell::new(0);
        let began = Instant::now();
        let mut tried_at = Vec::new();
        while began.elapsed() < Duration::from_secs(100) {
            let before = tries.get();
            let failing = async {
                tries.set(tries.get() + 1);
                Err::<u8, _>(unknown())
            };
            assert_eq!(lazy.get(failing).await, Err(unknown()));
            if tries.get() > before {
                tried_at.push(began.elapsed().as_secs());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(tried_at, [0, 1, 3, 7, 15, 31, 61, 91]);
        tokio::time::sleep(ASK_AGAIN.1).await;
        assert_eq!(lazy.get(async { Ok(7) }).await, Ok(7));
        assert_eq!(lazy.get(async { Err(unknown()) }).await, Ok(7));
    }

    #[tokio::test]
    async fn of_a_name_that_dns_does_not_know_the_program_starts_and_says_so() {
        let settings = |uri: &str| MongoSettings {
            uri: SecretString::from(uri),
            database: "giftcode".to_owned(),
            timeout: Duration::from_secs(2),
        };
        // A name that no name server is asked for.
        let connection = Connection::new(settings("mongodb+srv://bot:s3cr3t@cluster0.example.invalid/")).await.unwrap();
        let Err(ReplicaError::Unreachable(why)) = connection.database().await else { panic!("it is known") };
        assert!(why.contains("DNS does not know") && !why.contains("s3cr3t"), "{why}");
        let broken = Connection::new(settings("mongodb+srv://bot:s3cr3t@cluster0.example.net:27017/")).await;
        assert!(format!("{:#}", broken.err().unwrap()).contains("has no port"));
        let contradicting = Connection::new(settings("mongodb://127.0.0.1,127.0.0.2/?directConnection=true")).await;
        assert!(contradicting.is_err(), "what is malformed ends the start");
    }

    #[tokio::test]
    async fn what_the_connection_string_says_of_reading_and_writing_does_not_count() {
        let uri = "mongodb://127.0.0.1/?readPreference=secondary&readConcernLevel=local&w=0&maxPoolSize=1";
        let client = client_of(&SecretString::from(uri), Duration::from_secs(2)).await.unwrap();
        let database = client.database("giftcode");
        assert_eq!(database.selection_criteria(), Some(&SelectionCriteria::ReadPreference(ReadPreference::Primary)));
        assert_eq!(database.read_concern(), Some(&ReadConcern::majority()));
        assert_eq!(database.write_concern().and_then(|concern| concern.w.clone()), Some(Acknowledgment::Majority));
    }
}
