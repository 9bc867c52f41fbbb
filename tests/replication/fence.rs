//! The lease's document in a person's hands: deleted, or from a newer program.

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

/// The fence never begins anew: what is written under the next lease counts, however often there was one before.
pub async fn a_deleted_lease_lets_no_document_refuse_what_comes_after_it() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_said("edeemed for ", HANGING).await;
    // Documents of later and later terms.
    for _ in 0..3 {
        assert_eq!(bot.stop().await.code(), Some(0));
        bot = folder.start(&server.uri(), 1, WORLD);
        bot.until_said(ACTIVE, HANGING).await;
        bot.until_said("edeemed for ", HANGING).await;
    }
    assert_eq!(bot.stop().await.code(), Some(0));
    let leases = leases(&server, &folder).await;
    assert_eq!(leases.delete_many(doc! {}).await.unwrap().deleted_count, 1);
    let before = folder.calls().len();
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    // Nobody says that no other instance had it: it is watched for as long as a lease lasts.
    bot.until_said("edeemed for ", HANGING).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // It is deleted once more, under an instance that holds it: it takes another one, and goes on.
    assert_eq!(leases.delete_many(doc! {}).await.unwrap().deleted_count, 1);
    tokio::time::sleep(Duration::from_secs(8)).await;
    let lease = leases.find_one(doc! { "_id": "all" }).await.unwrap();
    assert!(lease.is_some_and(|lease| !lease.get_bool("released").unwrap_or(false)), "{}", bot.said());
    let during = folder.calls().len();
    assert!(during > before);
    folder.until_more_calls(during).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    assert_eq!((folder.posted_twice(), folder.repeated_calls()), (Vec::<String>::new(), 0));
    folder.assert_sound(&server, 1, 0).await;
}

/// What a newer program has written is not touched by this one, which says so.
pub async fn a_program_that_is_older_than_the_documents_waits_and_says_why() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_said("edeemed for ", HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    let leases = leases(&server, &folder).await;
    leases.update_one(doc! { "_id": "all" }, doc! { "$set": { "schema": 99_i64 } }).await.unwrap();
    let before = folder.calls().len();
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_said("newer giftcode-bot", HANGING).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let said = bot.said();
    assert!(bot.is_running() && said.matches("newer giftcode-bot").count() == 1, "{said}");
    assert_eq!((folder.calls().len(), said.contains(ACTIVE)), (before, false), "{said}");
    leases.update_one(doc! { "_id": "all" }, doc! { "$set": { "schema": 1_i64 } }).await.unwrap();
    bot.until_said(ACTIVE, HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
}
