//! MongoDB: a real server.

use std::time::Duration;

use giftcode_bot::domain::check::FindingId;
use giftcode_bot::ports::replica::Replica;
use mongodb::bson::{DateTime, Document, doc};

use crate::proxy::{Proxy, Refusal};
use crate::server::{any, mongo};
use crate::support::{Report, bare, report, with_servers, world};
use crate::world::{CHANNEL, GUILD};

async fn check(uri: &str, database: &str, more: &[(&str, &str)]) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let variables = [&[("MONGODB_URI", uri), ("MONGODB_DATABASE", database)][..], more].concat();
    report(bare(folder.path(), &variables), &[]).await
}

pub async fn a_new_database_is_well_and_a_bot_in_it_holds_the_lease() {
    let (_server, _, uri, database) = any().await;
    let found = check(&uri, &database, &[]).await;
    use FindingId::{LeaseFree, MongodbSizeFine, MongodbWorks, MongodbWriteWorks};
    found.has(&[MongodbWorks, MongodbWriteWorks, MongodbSizeFine, LeaseFree]);
    assert!(found.text(MongodbWorks).ends_with("the database is empty, the bot fills it"), "{:#}", found.json);
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let left = client.database(&database).list_collection_names().await.unwrap();
    assert_eq!(left, Vec::<String>::new(), "the check leaves nothing behind");
    // A bot that has been here, and one on another database.
    let mut world = world().await;
    world.set("MONGODB_URI", uri.clone());
    world.set("MONGODB_DATABASE", database.clone());
    drop(with_servers(&world, &[(GUILD, CHANNEL)]).await);
    let bot = world.start().await;
    bot.said("This instance is the active one").await;
    let found = report(world.command(), &[]).await;
    assert!(found.text(FindingId::LeaseHeld).contains(", renewed "), "{:#}", found.json);
    found.has(&[MongodbWorks, MongodbWriteWorks]);
    bot.said("has caught up with MongoDB").await;
    bot.stop().await;
    let found = report(world.command(), &[]).await;
    assert!(found.text(LeaseFree).contains(" gave it back (term "), "{:#}", found.json);
    let leases = client.database(&database).collection::<Document>("leases");
    leases.update_one(doc! {}, doc! { "$set": { "database": "another" } }).await.unwrap();
    report(world.command(), &[]).await.has(&[FindingId::MongodbOther]);
    let mut command = world.command();
    command.env("MONGODB_DATABASE", format!("{database}-empty"));
    let found = report(command, &[]).await;
    assert!(found.text(FindingId::MongodbOther).contains("the database is empty"), "{:#}", found.json);
}

pub async fn a_full_a_slow_and_a_read_only_database_are_named() {
    let (_server, replica, uri, database) = any().await;
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let filler = client.database(&database).collection::<Document>("filler");
    let text = "x".repeat(10_000);
    filler.insert_many((0..300).map(|number| doc! { "_id": number, "text": &text })).await.unwrap();
    let holds = replica.size().await.unwrap();
    let max = |percent: u64| format!("{}KB", holds * 100 / percent / 1024);
    for (percent, id) in
        [(40, FindingId::MongodbSizeFine), (90, FindingId::MongodbNearlyFull), (150, FindingId::MongodbFull)]
    {
        let found = check(&uri, &database, &[("MONGODB_MAX_SIZE", &max(percent))]).await;
        assert!(found.text(id).contains(" MB (MONGODB_MAX_SIZE), "), "{:#}", found.json);
    }
    let line = Proxy::before(&uri);
    for refusal in [Refusal::ReadOnlyUser, Refusal::Quota] {
        line.refuse(Some(refusal));
        let found = check(&line.uri(), &database, &[]).await;
        found.has(&[FindingId::MongodbWorks]);
        assert!(found.text(FindingId::MongodbWriteFails).starts_with("MongoDB refuses: "), "{:#}", found.json);
    }
    line.refuse(Some(Refusal::NoStatistics));
    check(&line.uri(), &database, &[]).await.has(&[FindingId::MongodbSizeUnknown, FindingId::MongodbWriteWorks]);
    line.refuse(None);
    let far = Proxy::far(&uri, Duration::from_millis(700));
    let found = check(&far.uri(), &database, &[]).await;
    assert!(found.text(FindingId::MongodbSlow).contains(", answers in "), "{:#}", found.json);
}

pub async fn what_is_wrong_with_a_connection_or_a_lease_is_named() {
    let (_server, _, uri, database) = any().await;
    drop(mongo(&uri, &database).await);
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let leases = client.database(&database).collection::<Document>("leases");
    let guilds = client.database(&database).collection::<Document>("guilds");
    guilds.insert_one(doc! { "_id": 1_i64 }).await.unwrap();
    check(&uri, &database, &[]).await.has(&[FindingId::LeaseUnreadable]);
    let lease = doc! {
        "_id": "all", "database": "d", "holder": "0123456789abcdef", "term": 1_760_000_000_000_i64, "beat": 5_i64, "round": 1_i64,
        "released": true, "unsent": 7_i64, "standby_beat": 0_i64, "schema": 2_i64, "renewed_at": DateTime::from_millis(1_760_000_100_000),
    };
    leases.insert_one(lease).await.unwrap();
    let found = check(&uri, &database, &[]).await;
    let text = "the instance 01234567 gave it back with 7 changes that MongoDB lacks";
    assert_eq!(found.text(FindingId::LeaseUnsent), text);
    leases.update_one(doc! {}, doc! { "$set": { "released": false } }).await.unwrap();
    let found = check(&uri, &database, &[]).await;
    assert!(found.text(FindingId::LeaseFree).contains("stopped without giving it back"), "{:#}", found.json);
    leases.update_one(doc! {}, doc! { "$currentDate": { "renewed_at": true } }).await.unwrap();
    let found = check(&uri, &database, &[]).await;
    let text = "the instance 01234567 holds it since 2025-10-09 08:53:20 UTC (term 1760000000000), renewed ";
    assert!(found.text(FindingId::LeaseHeld).starts_with(text), "{:#}", found.json);
    leases.update_one(doc! {}, doc! { "$set": { "schema": 99_i64 } }).await.unwrap();
    let found = check(&uri, &database, &[]).await;
    assert!(found.text(FindingId::MongodbNewer).contains("(schema 99, this one knows 2)"), "{:#}", found.json);
    assert!(found.all(FindingId::MongodbWriteWorks).is_empty());
    let wrong_password = uri.replacen("mongodb://", "mongodb://u:s3cr3t-mongo-password@", 1);
    let found = check(&wrong_password, &database, &[]).await;
    assert!(found.text(FindingId::MongodbRefuses).contains("the user or the password is wrong"), "{:#}", found.json);
    check("mongodb://127.0.0.1:x/", "giftcode", &[]).await.has(&[FindingId::MongodbBadUri]);
    check("mongodb://127.0.0.1:9/", "giftcode", &[]).await.has(&[FindingId::MongodbUnreachable]);
}
