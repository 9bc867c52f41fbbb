//! The bot does not start.

use crate::guide::Entry;
use crate::stage::Stage;
use crate::world::GUILD;

pub async fn no_token(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("DISCORD_TOKEN", "");
    stage.is_seen_at_the_end(stage.world.spawn()).await;
}

pub async fn refused_token(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    stage.world.double.revoke_token();
    stage.is_seen_at_the_end(stage.world.spawn()).await;
    // The double counts each request with a revoked token as a mistake.
    stage.world.double.take_problems();
}

pub async fn unreadable_value(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("GIFTCODE_CHECK_INTERVAL", "10s");
    stage.is_seen_at_the_end(stage.world.spawn()).await;
}

pub async fn port_taken(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    let other = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    stage.set("PORT", other.local_addr().unwrap().port().to_string());
    stage.is_seen_at_the_end(stage.world.spawn()).await;
}

pub async fn connection_string(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("MONGODB_URI", "mongodb+srv://bot:<db_password>@cluster0.example.mongodb.net/");
    stage.is_seen_at_the_end(stage.world.spawn()).await;
}

pub async fn file_in_use(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    let first = stage.world.start().await;
    first.said("Successfully fetched 0 gift codes").await;
    stage.move_port();
    let log = stage.world.spawn().ended(1).await;
    stage.is_seen_in(&|| log.clone()).await;
    first.stop().await;
}

pub async fn damaged_file(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    std::fs::write(stage.world.folder.path().join("giftcode.db"), "no database\n".repeat(1000)).unwrap();
    stage.is_seen_at_the_end(stage.world.spawn()).await;
}

pub async fn newer_file(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    bot.stop().await;
    let file = rusqlite::Connection::open(stage.world.folder.path().join("giftcode.db")).unwrap();
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    file.pragma_update(None, "user_version", version + 1).unwrap();
    drop(file);
    stage.is_seen_at_the_end(stage.world.spawn()).await;
}

pub async fn commands_in_one_server(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("DEV_GUILD_ID", GUILD.to_string());
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn commands_refused(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    stage.world.double.fail_requests(|attempt| {
        (attempt.method == "PUT" && attempt.path.ends_with("/commands"))
            .then_some(discord_double::Fault::Error { status: 400, code: 30032 })
    });
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    bot.stop().await;
}
