//! The page that the real program serves.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tokio::process::{Child, Command};

use super::document::Document;

const WITHIN: Duration = Duration::from_secs(120);

struct Sandbox {
    folder: tempfile::TempDir,
    _process: Child,
}

impl Sandbox {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
        command.env_clear().current_dir(folder.path()).env("STATE_FILE", "state.db");
        command.args(["sandbox", "--keep-running"]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        Self { folder, _process: process }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The page, once it contains all of these.
    async fn page_with(&self, parts: &[&str]) -> String {
        let mut last = String::new();
        let found = tokio::time::timeout(WITHIN, async {
            loop {
                if let Some(html) = page(&self.path("state.db.page")).await {
                    if parts.iter().all(|part| html.contains(part)) {
                        return html;
                    }
                    last = html;
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        match found.await {
            Ok(html) => html,
            Err(_) => panic!("{parts:?} not in\n{last}"),
        }
    }
}

async fn page(address_file: &Path) -> Option<String> {
    let address: Value = serde_json::from_slice(&std::fs::read(address_file).ok()?).ok()?;
    let response = reqwest::get(format!("http://{}/", address["address"].as_str()?)).await.ok()?;
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    response.text().await.ok()
}

#[tokio::test]
async fn a_newcomer_sees_the_sandbox_at_work_and_no_names() {
    let sandbox = Sandbox::start();
    let html =
        sandbox.page_with(&["All is well", "the simulated feed", "granted", "<strong>40</strong> players"]).await;
    let document = Document::parse(&html);
    document.assert_sound("served");
    let text = document.text();
    for part in ["The sandbox shows its posts on the terminal.", "MongoDB is not used.", "30 calls in 3 s"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let state = Connection::open_with_flags(sandbox.path("state.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut names =
        state.prepare("SELECT nickname FROM players UNION SELECT CAST(player_id AS TEXT) FROM players").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(names.len(), 80);
    for name in names.iter().map(String::as_str).chain(["Frostfire"]) {
        assert!(!html.contains(name), "the page names {name}");
    }
}
