//! MongoDB: whether it answers and takes writes, how full it is, who leads, and whether it is this bot's database.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::domain::check::{Finding, FindingId, ServerDate, mongodb_size};
use crate::domain::sync::election::LEASE;
use crate::ports::replica::{Replica, ReplicaError, SCHEMA, within};
use crate::replica::{FoundLease, LeaseFacts, Mongo, ServerFacts};
use crate::runtime::clock::Clock;

/// A command that does nothing and takes longer is slow.
const SLOW: Duration = Duration::from_millis(500);
/// For connecting, and the first answers,
const INSPECT_WITHIN: Duration = Duration::from_secs(12);
/// and then for a write, and for the size at the same time.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);
/// How much of a holder's name is shown.
const NAME_CHARS: usize = 8;

/// `known` is the name of the database with which the state file was caught up.
pub async fn check_mongodb(
    mongo: &Mongo,
    max_size: Option<u64>,
    known: Option<&str>,
    clock: Clock,
) -> (Vec<Finding>, Option<ServerDate>) {
    let (began, sent) = (Instant::now(), clock.now());
    let facts = match within(INSPECT_WITHIN, mongo.inspect()).await {
        Ok(facts) => facts,
        Err(error) => return (vec![trouble(&error).took(began.elapsed())], None),
    };
    let server = server(&facts, known).took(began.elapsed());
    let lease = lease(&facts).map(|lease| lease.took(began.elapsed()));
    let resolution = Duration::from_millis(1);
    let date = ServerDate { server: "MongoDB".to_owned(), date: facts.now, resolution, sent, received: clock.now() };
    if server.id == FindingId::MongodbNewer {
        // This program does not know what it would write into.
        return (vec![server], Some(date));
    }
    let (write, size) = tokio::join!(write(mongo), size(mongo, max_size));
    ([server, write, size].into_iter().chain(lease).collect(), Some(date))
}

fn trouble(error: &ReplicaError) -> Finding {
    let id = match error {
        ReplicaError::Refused(_) => FindingId::MongodbRefuses,
        ReplicaError::Newer(_) => FindingId::MongodbNewer,
        ReplicaError::Unreachable(_) | ReplicaError::Fenced(_) | ReplicaError::WorkingCopy(_) => {
            FindingId::MongodbUnreachable
        }
    };
    Finding::new(id, error.to_string())
}

fn server(facts: &ServerFacts, known: Option<&str>) -> Finding {
    let answers = format!("version {}, answers in {} ms", facts.version, facts.latency.as_millis());
    match &facts.lease {
        LeaseFacts::Found(lease) if lease.schema > SCHEMA => {
            let text = format!(
                "a newer giftcode-bot has written to this database (schema {}, this one knows {SCHEMA})",
                lease.schema
            );
            Finding::new(FindingId::MongodbNewer, text)
        }
        LeaseFacts::Found(lease) if known.is_some_and(|known| known != lease.database) => Finding::new(
            FindingId::MongodbOther,
            format!("{answers}; it is another database than the state file was used with"),
        ),
        _ if facts.latency >= SLOW => Finding::new(FindingId::MongodbSlow, answers),
        LeaseFacts::Fresh if known.is_some() => Finding::new(
            FindingId::MongodbOther,
            format!("{answers}; the database is empty, and the state file was used with another one"),
        ),
        LeaseFacts::Fresh => {
            Finding::new(FindingId::MongodbWorks, format!("{answers}; the database is empty, the bot fills it"))
        }
        _ => Finding::new(FindingId::MongodbWorks, answers),
    }
}

async fn write(mongo: &Mongo) -> Finding {
    let began = Instant::now();
    let finding = match within(ANSWER_WITHIN, mongo.try_write()).await {
        Ok(took) => {
            let text = format!("a document of its own was written in {} ms, and removed", took.as_millis());
            Finding::new(FindingId::MongodbWriteWorks, text)
        }
        Err(error) => Finding::new(FindingId::MongodbWriteFails, error.to_string()),
    };
    finding.took(began.elapsed())
}

async fn size(mongo: &Mongo, max: Option<u64>) -> Finding {
    let began = Instant::now();
    let finding = match within(ANSWER_WITHIN, mongo.size()).await {
        Ok(size) => mongodb_size(size, max),
        Err(error) => Finding::new(FindingId::MongodbSizeUnknown, error.to_string()),
    };
    finding.took(began.elapsed())
}

/// `None` in a new database.
fn lease(facts: &ServerFacts) -> Option<Finding> {
    match &facts.lease {
        LeaseFacts::Fresh => Some(Finding::new(FindingId::LeaseFree, "nobody has held it yet")),
        LeaseFacts::Unreadable => {
            Some(Finding::new(FindingId::LeaseUnreadable, "there are records, and no lease that can be read"))
        }
        LeaseFacts::Found(lease) => Some(found(lease, facts.now)),
    }
}

fn found(lease: &FoundLease, now: Timestamp) -> Finding {
    let name: String = lease.holder.chars().take(NAME_CHARS).collect();
    // A term is at least the server's time at which it began.
    let since = Timestamp::from_millisecond(lease.term).map(|since| since.strftime("%F %H:%M:%S UTC").to_string());
    let since = since.unwrap_or_else(|_| "an unknown time".to_owned());
    let age = lease.renewed_at.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default());
    let last = age.map_or("at an unknown time".to_owned(), |age| format!("{} s ago", age.as_secs()));
    let term = lease.term;
    if lease.released && lease.unsent > 0 {
        let text = format!("the instance {name} gave it back with {} changes that MongoDB lacks", lease.unsent);
        return Finding::new(FindingId::LeaseUnsent, text);
    }
    if lease.released {
        return Finding::new(
            FindingId::LeaseFree,
            format!("nobody holds it; the instance {name} gave it back (term {term})"),
        );
    }
    if age.is_none_or(|age| age >= LEASE) {
        let text = format!(
            "nobody holds it; the instance {name} renewed it {last} and stopped without giving it back (term {term})"
        );
        return Finding::new(FindingId::LeaseFree, text);
    }
    Finding::new(
        FindingId::LeaseHeld,
        format!("the instance {name} holds it since {since} (term {term}), renewed {last}"),
    )
}
