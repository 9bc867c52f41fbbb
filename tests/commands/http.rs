//! `PORT`, `/healthz`, `/readyz` and the file with the address, of the real process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use giftcode_bot::ops::server::address_file::{self, PageAddress};
use tokio::process::{Child, Command};

use crate::support::{bot, output, text};

/// The bot without a Discord that answers. Everything else works meanwhile.
fn run(folder: &Path) -> Command {
    let mut command = bot(folder);
    command.args(["run"]).env("DISCORD_TOKEN", "none").env("DISCORD_PROXY_URL", "http://127.0.0.1:9");
    command.env("GIFTCODE_API_URL", "http://127.0.0.1:9/codes").env("GAME_API_URL", "http://127.0.0.1:9/api");
    command
}

fn state(folder: &Path) -> std::path::PathBuf {
    folder.join("data/giftcode.db")
}

/// Waits until the process has written its address.
async fn address_of(child: &Child, folder: &Path) -> SocketAddr {
    for _ in 0..600 {
        if let Some(page) = PageAddress::beside(&state(folder))
            && Some(page.pid) == child.id()
        {
            return page.address;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no address is written");
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let answer = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = answer.get(format!("http://{address}{path}")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn until_ready(address: SocketAddr) -> String {
    for _ in 0..600 {
        if let (200, text) = get(address, "/readyz").await {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not become ready");
}

async fn terminate(child: Child) {
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let stopped = child.wait_with_output().await.unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{}", text(&stopped.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut command = run(folder.path());
    command.env("PORT", port.to_string());
    let output = output(command).await;
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let begin = format!("giftcode-bot: PORT is {port}, and the bot cannot listen there: ");
    assert!(stderr.starts_with(&begin) && stderr.contains("set PORT to a free port"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

/// A failing feed makes no process unfit: a host would restart it for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn with_port_the_bot_is_alive_and_ready_though_nothing_outside_answers() {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap().local_addr().unwrap().port();
    let child = run(folder.path()).env("PORT", port.to_string()).spawn().unwrap();
    let address = address_of(&child, folder.path()).await;
    assert_eq!(address, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    until_ready(address).await;
    for _ in 0..200 {
        let (status, text) = get(address, "/readyz").await;
        if text.contains("feeds: 127.0.0.1") {
            assert_eq!((status, text.lines().next()), (200, Some("ready: active")), "{text}");
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(get(address, "/readyz").await.1.contains("the bot keeps asking"));
    assert_eq!(get(address, "/healthz").await, (200, "alive\n".to_owned()));
    terminate(child).await;
    assert!(!address_file::path(&state(folder.path())).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_port_it_is_on_loopback_and_a_second_process_does_not_take_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path()).spawn().unwrap();
    let address = address_of(&first, folder.path()).await;
    assert!(address.ip().is_loopback());
    assert_eq!(until_ready(address).await.lines().next(), Some("ready: active"));
    let second = output(run(folder.path())).await;
    assert_eq!(second.status.code(), Some(1), "{}", text(&second.stderr));
    assert_eq!(address_of(&first, folder.path()).await, address);
    terminate(first).await;
    assert!(!address_file::path(&state(folder.path())).exists());
}
