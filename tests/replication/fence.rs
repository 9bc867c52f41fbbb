//! The lease document edited by hand: deleted, or of a newer program.

use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, doc};

use crate::bots::{Folder, HANGING};
use crate::server::Server;

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "60", "--codes", "24", "--keep-running"];

async fn leases(server: &Server, folder: &Folder) -> Collection<Document> {
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    client.database(&folder.database()).collection("leases")
}

/// Terms never start again: writes under the next lease count, however many leases there were before.
pub async fn after_a_deleted_lease_no_document_refuses_later_writes() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_logged("edeemed for ", HANGING).await;
    // Documents of ever later terms.
    for _ in 0..3 {
        assert_eq!(bot.stop().await.code(), Some(0));
        bot = folder.start(&server.uri(), 1, WORLD);
        bot.until_logged(ACTIVE, HANGING).await;
        bot.until_logged("edeemed for ", HANGING).await;
    }
    assert_eq!(bot.stop().await.code(), Some(0));
    let leases = leases(&server, &folder).await;
    assert_eq!(leases.delete_many(doc! {}).await.unwrap().deleted_count, 1);
    let before = folder.calls().len();
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    // Another instance may hold the deleted lease, so this one watches for the length of a lease.
    bot.until_logged("edeemed for ", HANGING).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Deleted again while an instance holds it: that one takes another lease, and continues.
    assert_eq!(leases.delete_many(doc! {}).await.unwrap().deleted_count, 1);
    tokio::time::sleep(Duration::from_secs(8)).await;
    let lease = leases.find_one(doc! { "_id": "all" }).await.unwrap();
    assert!(lease.is_some_and(|lease| !lease.get_bool("released").unwrap_or(false)), "{}", bot.log());
    let during = folder.calls().len();
    assert!(during > before);
    folder.until_more_calls(during).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 1, 0).await;
}

/// An older program does not touch a newer program's documents, and logs that.
pub async fn a_program_older_than_the_documents_waits_and_logs_why() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_logged("edeemed for ", HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    let leases = leases(&server, &folder).await;
    leases.update_one(doc! { "_id": "all" }, doc! { "$set": { "schema": 99_i64 } }).await.unwrap();
    let before = folder.calls().len();
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_logged("newer giftcode-bot", HANGING).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let log = bot.log();
    assert!(bot.is_running() && log.matches("newer giftcode-bot").count() == 1, "{log}");
    assert_eq!((folder.calls().len(), log.contains(ACTIVE)), (before, false), "{log}");
    leases.update_one(doc! { "_id": "all" }, doc! { "$set": { "schema": 1_i64 } }).await.unwrap();
    bot.until_logged(ACTIVE, HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
}
