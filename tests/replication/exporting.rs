//! `state export` if the state file is unusable: MongoDB has the state, and is only read.

use std::process::{Command, Output, Stdio};

use giftcode_bot::domain::sync::record::RecordKind;
use giftcode_bot::ports::replica::LeaseStore;
use giftcode_bot::store::{StateKind, Store};

use crate::converging::{DATABASE, Files, fill};
use crate::server::mongo;
use crate::sessions::{in_file, in_mongo};

async fn export(files: &Files, state: &str, to: &str, uri: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    let folder = files.path("");
    command.env_clear().current_dir(folder).env("STATE_FILE", state).env("MONGODB_URI", uri);
    command.args(["state", "export", to]).stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

pub async fn an_export_reads_mongodb_if_the_file_is_empty_damaged_or_stale() {
    let files = Files::new();
    let uri = files.server.uri();
    files.session("a.db", async |store: &Store| fill(store, 1, 40).await).await;
    let (there, lease) = (in_mongo(&uri, DATABASE).await, mongo(&uri, DATABASE).await.poll().await.unwrap().lease);
    std::fs::write(files.path("damaged.db"), "no database").unwrap();
    let stale =
        Store::open(&files.path("stale.db"), StateKind::Bot, giftcode_bot::runtime::clock::Clock::system()).unwrap();
    fill(&stale, 9, 1).await;
    stale.sync_log().note_stale().await.unwrap();
    drop(stale);
    for state in ["none.db", "damaged.db", "stale.db"] {
        let to = format!("{state}.json");
        let output = export(&files, state, &to, &uri).await;
        assert_eq!(output.status.code(), Some(0), "{state}: {}", said(&output));
        let expected = format!("{} records written to {to}, from MongoDB.\n", there.len());
        assert_eq!(said(&output), expected, "{state}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
        command.env_clear().current_dir(files.path("")).env("STATE_FILE", format!("{state}.into"));
        command.args(["state", "import", &to]).stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(in_file(&files.path(&format!("{state}.into")), StateKind::Bot).await, there, "{state}");
    }
    assert!(!files.path("none.db").exists());
    // A usable file is read alone: MongoDB is not mentioned, and need not answer.
    let output = export(&files, "a.db", "a.json", "mongodb://127.0.0.1:1/").await;
    assert!(said(&output).ends_with("records written to a.json.\n"), "{}", said(&output));
    let output = export(&files, "none.db", "b.json", "mongodb://127.0.0.1:1/").await;
    assert_eq!((output.status.code(), said(&output).lines().count()), (Some(1), 1), "{}", said(&output));
    assert!(said(&output).contains("there is no such file, and MongoDB cannot be read"), "{}", said(&output));
    // Nothing was written, and no lease taken.
    assert_eq!(
        (in_mongo(&uri, DATABASE).await, mongo(&uri, DATABASE).await.poll().await.unwrap().lease),
        (there.clone(), lease)
    );
    assert!(there.keys().any(|(kind, _)| *kind == RecordKind::Players));
}
