//! Reads the legacy bot's database, and never writes to it.

use std::time::Duration;

use anyhow::{Context, ensure};
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Collection, Database};
use secrecy::SecretString;
use serde_json::Value as Json;

use crate::domain::legacy::database::{LegacyCollection, LegacyDatabase, LegacyDatabaseReader};

use super::connection::{new_client, refusal};
use super::error_text::driver_error;

/// How long finding a server and connecting may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long each answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const BATCH_SIZE: u32 = 1000;
/// The most documents of a collection. The largest real one has about ten thousand.
const MAX_DOCUMENTS: usize = 1_000_000;

/// Fails if MongoDB cannot be reached, or the database has none of the collections. No error shows the connection string.
pub async fn read_legacy_database(uri: &SecretString, database: &str) -> anyhow::Result<LegacyDatabase> {
    let client = Box::pin(new_client(uri, TIMEOUT)).await.map_err(|error| refusal(&error))?;
    let database = client.database(database);
    let names = in_time(database.list_collection_names().into_future()).await?;
    let (known, absent): (Vec<_>, Vec<_>) =
        LegacyCollection::ALL.into_iter().partition(|known| names.iter().any(|name| name == known.name()));
    ensure!(
        !known.is_empty(),
        "the database {:?} has none of the legacy bot's collections: check --database",
        database.name()
    );
    let mut reader = LegacyDatabaseReader::default();
    for collection in absent {
        reader.absent(collection);
    }
    for collection in known {
        read(&database, collection, &mut reader).await.with_context(|| format!("cannot read {}", collection.name()))?;
    }
    Ok(reader.finish())
}

async fn read(database: &Database, of: LegacyCollection, reader: &mut LegacyDatabaseReader) -> anyhow::Result<()> {
    let collection: Collection<Document> = database.collection(of.name());
    // In a fixed order, because the first of two contradicting documents counts.
    let find = collection.find(doc! {}).sort(doc! { "_id": 1 }).batch_size(BATCH_SIZE);
    let mut cursor = in_time(find.into_future()).await?;
    let mut count = 0;
    while in_time(cursor.advance()).await? {
        count += 1;
        ensure!(count <= MAX_DOCUMENTS, "it has more than {MAX_DOCUMENTS} documents");
        match cursor.deserialize_current() {
            Ok(document) => reader.read(of, &json(Bson::Document(document))),
            Err(_) => reader.unreadable(of),
        }
    }
    Ok(())
}

/// A value as JSON. Types that JSON lacks become text.
fn json(value: Bson) -> Json {
    match value {
        Bson::Null | Bson::Undefined => Json::Null,
        Bson::Boolean(flag) => flag.into(),
        Bson::Int32(number) => number.into(),
        Bson::Int64(number) => number.into(),
        Bson::Double(number) => number.into(),
        Bson::String(text) => text.into(),
        Bson::Array(values) => values.into_iter().map(json).collect(),
        Bson::Document(document) => document.into_iter().map(|(name, value)| (name, json(value))).collect(),
        Bson::ObjectId(id) => id.to_hex().into(),
        other => other.to_string().into(),
    }
}

async fn in_time<T>(answer: impl Future<Output = mongodb::error::Result<T>>) -> anyhow::Result<T> {
    match tokio::time::timeout(ANSWER_WITHIN, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(driver_error(&error).into()),
        Err(_) => Err(anyhow::anyhow!("MongoDB did not answer within {} s", ANSWER_WITHIN.as_secs())),
    }
}
