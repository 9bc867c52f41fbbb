//! The state is not kept, or not in both stores.

use std::path::Path;

use giftcode_bot::sandbox::rules::Rule;
use mongodb::bson::{Document, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::guide::Entry;
use crate::machine::Machine;
use crate::proxy::{Proxy, Refusal};
use crate::server::Server;
use crate::stage::Stage;

pub async fn file_alone(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn mongodb_away(entry: Entry) {
    let mut server = Server::start();
    let mut stage = Stage::new(&entry, &[("GOOD", Rule::Good)]).await;
    stage.set("MONGODB_URI", server.uri());
    let bot = stage.world.start().await;
    bot.said("Connected to Discord").await;
    server.kill();
    stage.set_up().await;
    stage.is_seen(&bot).await;
    server.restart();
    bot.said("MongoDB answers again and has everything").await;
    stage.page_says("MongoDB has everything that the state file has.").await;
    bot.stop().await;
}

pub async fn empty_file_waits(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", "mongodb://127.0.0.1:9/");
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    bot.stop().await;
}

async fn refusing(entry: &Entry, refusal: Refusal) {
    let server = Server::start();
    let line = Proxy::before(&server.uri());
    let mut stage = Stage::new(entry, &[("GOOD", Rule::Good)]).await;
    stage.set("MONGODB_URI", line.uri());
    let bot = stage.world.start().await;
    bot.said("Connected to Discord").await;
    line.refuse(Some(refusal));
    stage.set_up().await;
    stage.is_seen(&bot).await;
    line.refuse(None);
    bot.said("MongoDB answers again and has everything").await;
    bot.stop().await;
}

pub async fn wrong_password(entry: Entry) {
    let server = Server::start();
    let line = Proxy::before(&server.uri());
    line.refuse(Some(Refusal::WrongPassword));
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", line.uri().replace("mongodb://", "mongodb://bot:s3cr3t@"));
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    assert!(!bot.log().contains("s3cr3t"), "{}", bot.log());
    bot.stop().await;
}

pub async fn permission_missing(entry: Entry) {
    refusing(&entry, Refusal::ReadOnlyUser).await;
}

pub async fn space_used_up(entry: Entry) {
    refusing(&entry, Refusal::Quota).await;
}

pub async fn address_not_listed(entry: Entry) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut begin = [0; 5];
                stream.read_exact(&mut begin).await?;
                // A fatal TLS alert: internal error. So Atlas ends a connection from an address that is not on its list.
                stream.write_all(&[21, 3, 3, 0, 2, 2, 80]).await?;
                stream.read_to_end(&mut Vec::new()).await
            });
        }
    });
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", format!("mongodb://bot:s3cr3t@127.0.0.1:{port}/?tls=true"));
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    assert!(!bot.log().contains("s3cr3t"), "{}", bot.log());
    bot.stop().await;
    serving.abort();
}

pub async fn another_leads(entry: Entry) {
    let server = Server::start();
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", server.uri());
    let first = stage.world.start().await;
    stage.follow_port();
    stage.set("STATE_FILE", "elsewhere/giftcode.db");
    let second = stage.world.spawn();
    stage.is_seen(&second).await;
    second.stop().await;
    first.stop().await;
}

pub async fn older_program(entry: Entry) {
    let server = Server::start();
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", server.uri());
    let bot = stage.world.start().await;
    bot.said("Connected to Discord").await;
    bot.stop().await;
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    let leases = client.database("giftcode").collection::<Document>("leases");
    leases.update_one(doc! {}, doc! { "$set": { "schema": 99_i64 } }).await.unwrap();
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn mongodb_alone(entry: Entry) {
    let server = Server::start();
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", server.uri());
    // A folder has the file's name, which no user can write to, root included.
    std::fs::create_dir(stage.world.folder.path().join("giftcode.db")).unwrap();
    let bot = stage.world.start().await;
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn neither_store(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    let folder = stage.world.folder.path().to_owned();
    let machine = Machine::new(&folder, &folder.join("giftcode.db"));
    for (name, path) in machine.environment() {
        stage.set(name, path.to_str().unwrap());
    }
    let bot = stage.world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    machine.fill_disk(0);
    let told = stage.world.told(&stage.world.admin(), "manage giftcode setchannel", &[]).await;
    assert!(!told.starts_with('✅'), "{told}");
    stage.is_seen(&bot).await;
    machine.clear_disk();
    // The bot tries now and then whether changes can be saved, though nobody makes any.
    stage.page_says("Storage well").await;
    stage.world.set_channel(&stage.world.admin()).await;
    bot.stop().await;
}

pub async fn backup_fails(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    // A file is where the folder should be.
    std::fs::write(stage.world.folder.path().join("backups"), "").unwrap();
    stage.set("BACKUP_DIR", "backups");
    let bot = stage.world.start().await;
    stage.is_seen(&bot).await;
    bot.stop().await;
}

/// Makes everything in the state file due far later, as a machine whose clock is a year ahead would.
pub async fn clock_was_ahead(entry: Entry) {
    let stage = Stage::new(&entry, &[("GOOD", Rule::Good)]).await;
    let bot = stage.start_with_players().await;
    stage.world.game.set_down(true);
    stage.world.feed.add("GOOD", "", "");
    bot.said("not responding properly").await;
    let file = stage.world.folder.path().join("giftcode.db");
    stage.world.until("redemptions that wait", || waiting(&file) > 0).await;
    bot.stop().await;
    postpone(&file);
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    stage.world.game.set_down(false);
    stage.world.granted("GOOD", 5).await;
    bot.stop().await;
}

fn waiting(file: &Path) -> u32 {
    let file = rusqlite::Connection::open(file).unwrap();
    let sql = "SELECT count(*) FROM redemptions WHERE outcome = 'pending'";
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn postpone(file: &Path) {
    let file = rusqlite::Connection::open(file).unwrap();
    let year = 365 * 86_400_000_i64;
    let moved = "UPDATE redemptions SET next_attempt_at = next_attempt_at + ?1 WHERE outcome = 'pending'";
    assert!(file.execute(moved, [year]).unwrap() > 0);
}
