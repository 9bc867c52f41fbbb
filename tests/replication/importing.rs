//! `state import` with a MongoDB that is far away.

use std::process::{Command, Stdio};
use std::time::Duration;

use mongodb::Client;
use mongodb::bson::{Document, doc};

use crate::proxy::Proxy;
use crate::server::Server;

const PLAYERS: u64 = 5_000;

/// An export of one guild with many players: for each of them a record, and one on the guild's roster.
fn export() -> String {
    let version = 117_000_000_000_000_000_i64;
    let guild = serde_json::json!({
        "kind": "guilds", "guild_id": 11, "channel_id": 21, "auto_redeem": true, "digest_due": false, "version": version, "deleted": false,
    });
    let of_player = |number: u64| {
        let id = 33_000_000 + number;
        [
            serde_json::json!({
                "kind": "players", "player_id": id, "nickname": format!("Frost {number}"), "state": 245,
                "version": version, "deleted": false,
            }),
            serde_json::json!({
                "kind": "rosters", "guild_id": 11, "player_id": id, "added_at": 1_760_000_000_000_i64, "version": version,
                "deleted": false,
            }),
        ]
    };
    let records: Vec<_> = std::iter::once(guild).chain((0..PLAYERS).flat_map(of_player)).collect();
    serde_json::json!({ "giftcode_bot_state": 1, "records": records }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_ends_when_both_stores_have_all_of_it() {
    let server = Server::start();
    let far = Proxy::far(&server.uri(), Duration::from_millis(100));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("export.json"), export()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder.path()).env("STATE_FILE", "a.db").env("MONGODB_URI", far.uri());
    command.args(["state", "import", "export.json"]).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}{errors}");
    assert!(told.contains(&format!("{} records read from export.json", 2 * PLAYERS + 1)), "{told}{errors}");
    let database = Client::with_uri_str(server.uri()).await.unwrap().database("giftcode");
    for (collection, count) in [("guilds", 1), ("players", PLAYERS), ("rosters", PLAYERS)] {
        let found = database.collection::<Document>(collection).count_documents(doc! {}).await.unwrap();
        assert_eq!(found, count, "{collection}: {told}{errors}");
    }
}
