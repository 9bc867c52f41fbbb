//! `state import` with a MongoDB that is far away, accepts nothing, or belongs to another instance.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use giftcode_bot::ports::replica::LeaseStore;
use mongodb::Client;
use mongodb::bson::{Document, doc};

use crate::proxy::{Proxy, Refusal};
use crate::server::{Server, hard_work, mongo};

const DATABASE: &str = "giftcode";
const PLAYERS: u64 = 1_200;
const FILE: &str = "export.json";

/// An export of one guild with many players: a record for each, and one on the guild's roster.
fn export(players: u64) -> String {
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
    let records: Vec<_> = std::iter::once(guild).chain((0..players).flat_map(of_player)).collect();
    serde_json::json!({ "giftcode_bot_state": 1, "records": records }).to_string()
}

fn folder(players: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), export(players)).unwrap();
    folder
}

fn import(folder: &Path, uri: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder).env("STATE_FILE", "a.db").env("MONGODB_URI", uri);
    command.args(["state", "import", FILE]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Its exit code and output.
async fn end(import: Child) -> (Option<i32>, String) {
    let output: Output = tokio::task::spawn_blocking(move || import.wait_with_output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), text)
}

pub async fn an_import_ends_when_both_stores_have_everything() {
    let _one = hard_work().await;
    let (server, folder) = (Server::start(), folder(PLAYERS));
    let far = Proxy::far(&server.uri(), Duration::from_millis(300));
    let (code, output) = end(import(folder.path(), &far.uri())).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains(&format!("{} records read from {FILE}", 2 * PLAYERS + 1)), "{output}");
    let database = Client::with_uri_str(server.uri()).await.unwrap().database(DATABASE);
    for (collection, count) in [("guilds", 1), ("players", PLAYERS), ("rosters", PLAYERS)] {
        let found = database.collection::<Document>(collection).count_documents(doc! {}).await.unwrap();
        assert_eq!(found, count, "{collection}: {output}");
    }
}

/// MongoDB runs out of space during the import. The file has everything, and the same command sends the rest.
pub async fn an_import_that_mongodb_does_not_take_ends_and_reports_the_rest() {
    let (server, folder) = (Server::start(), folder(PLAYERS));
    let line = Proxy::far(&server.uri(), Duration::from_millis(100));
    let working = hard_work().await;
    let mut importing = import(folder.path(), &line.uri());
    let database = Client::with_uri_str(server.uri()).await.unwrap().database(DATABASE);
    let players = database.collection::<Document>("players");
    while players.count_documents(doc! {}).await.unwrap() == 0 {
        if importing.try_wait().unwrap().is_some() {
            panic!("it ended before it sent anything: {:?}", end(importing).await);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    line.refuse(Some(Refusal::Quota));
    drop(working);
    let (code, output) = end(importing).await;
    assert_eq!(code, Some(1), "{output}");
    let lacks = output.lines().find(|line| line.contains("MongoDB lacks "));
    let lacks = lacks.unwrap_or_else(|| panic!("it does not report the rest: {output}"));
    for part in ["it has taken nothing for 60 s", "its space is used up", "Run the same command again"] {
        assert!(lacks.contains(part), "{part}: {output}");
    }
    assert!(output.lines().filter(|line| line.ends_with(" records remaining.")).count() >= 3, "{output}");
    line.refuse(None);
    let (code, output) = end(import(folder.path(), &line.uri())).await;
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(players.count_documents(doc! {}).await.unwrap(), PLAYERS, "{output}");
}

/// The import waits for a dead process's lease, and says so meanwhile.
pub async fn an_import_beside_a_dead_instance_waits_for_its_lease_and_says_so() {
    let (server, folder) = (Server::start(), folder(3));
    let mut importing = {
        let leases = mongo(&server.uri(), DATABASE).await;
        leases.take(None, "dead", 7).await.unwrap().unwrap();
        import(folder.path(), &server.uri())
    };
    let errors = importing.stderr.take().unwrap();
    let first_line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(errors).read_line(&mut line).unwrap();
        line
    });
    let line = first_line.await.unwrap();
    assert!(line.contains("has not released its lease") && line.contains("45 s"), "{line}");
    assert!(importing.try_wait().unwrap().is_none(), "it is reported during the wait");
    let (code, output) = end(importing).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("7 records read"), "{output}");
}

/// Nothing is imported beside an active instance.
pub async fn an_import_beside_an_active_instance_is_refused_with_advice() {
    let (server, folder) = (Server::start(), folder(3));
    let leases = Client::with_uri_str(server.uri()).await.unwrap().database(DATABASE).collection::<Document>("leases");
    mongo(&server.uri(), DATABASE).await.take(None, "bot", 7).await.unwrap().unwrap();
    let renewing = async {
        loop {
            leases.update_one(doc! { "_id": "all" }, doc! { "$inc": { "beat": 1_i64 } }).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let (code, output) = tokio::select! {
        () = renewing => unreachable!(),
        ended = end(import(folder.path(), &server.uri())) => ended,
    };
    assert_eq!(code, Some(1), "{output}");
    let last = output.lines().last().unwrap_or_default();
    assert!(last.contains("another giftcode-bot is using this state") && last.contains("stop it"), "{output}");
    assert!(!last.contains("does not answer"), "only the one problem is reported: {output}");
    let players =
        Client::with_uri_str(server.uri()).await.unwrap().database(DATABASE).collection::<Document>("players");
    assert_eq!(players.count_documents(doc! {}).await.unwrap(), 0);
}
