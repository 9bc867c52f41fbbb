//! A small file beside the state file that says where this process can be asked.
//!
//! Processes that share a state file share this file too: it names one of them that listens. Each checks at its start and from
//! time to time whether that one still does, and puts itself there if not.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::runtime::supervisor::Service;

/// Between two checks of the file.
const POLL_INTERVAL: Duration = Duration::from_secs(15);
/// A process that listens on this computer accepts a connection within this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// No file of ours is longer.
const MAX_BYTES: u64 = 4096;

/// Where a running process can be asked, in one JSON object. `/healthz` gives the same `pid` and `started_at`, so whoever
/// asks there sees whether the file is out of date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageAddress {
    /// On this computer.
    pub address: SocketAddr,
    pub pid: u32,
    pub started_at: Timestamp,
}

impl PageAddress {
    pub fn new(listens_on: SocketAddr, started_at: Timestamp) -> Self {
        let address = match listens_on.ip().is_unspecified() {
            true => SocketAddr::from((Ipv4Addr::LOCALHOST, listens_on.port())),
            false => listens_on,
        };
        Self { address, pid: std::process::id(), started_at }
    }

    /// The one that is written beside this state file; `None` if there is none, or none that can be read.
    pub fn beside(state_file: &Path) -> Option<Self> {
        let path = path(state_file);
        let is_small = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= MAX_BYTES);
        is_small.then(|| std::fs::read(path).ok()).flatten().and_then(|text| serde_json::from_slice(&text).ok())
    }
}

/// `STATE_FILE.page`.
pub fn path(state_file: &Path) -> PathBuf {
    let mut name = state_file.as_os_str().to_owned();
    name.push(".page");
    name.into()
}

/// Keeps the file as long as it lives.
pub struct AddressFile {
    state_file: PathBuf,
    own: PageAddress,
}

impl AddressFile {
    /// Checks for the first time.
    pub async fn new(state_file: &Path, own: PageAddress) -> Self {
        let file = Self { state_file: state_file.to_owned(), own };
        file.renew().await;
        file
    }

    /// A file that cannot be written is tried again later, and is missed by `check --quick` only.
    fn write(&self) {
        let path = path(&self.state_file);
        // With a name of its own, so that two processes do not write into one file.
        let draft = path.with_extension(format!("page.{}", self.own.pid));
        let written = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| Ok(serde_json::to_vec(&self.own)?))
            .and_then(|text| std::fs::write(&draft, text))
            .and_then(|()| std::fs::rename(&draft, &path));
        if let Err(error) = written {
            drop(std::fs::remove_file(draft));
            tracing::debug!("Cannot write {}: {error}", path.display());
        }
    }

    async fn renew(&self) {
        let found = PageAddress::beside(&self.state_file);
        let is_served = match &found {
            Some(found) if *found == self.own => true,
            Some(found) => {
                let connected = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(found.address)).await;
                connected.is_ok_and(|connected| connected.is_ok())
            }
            None => false,
        };
        if !is_served {
            self.write();
        }
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        if PageAddress::beside(&self.state_file).is_some_and(|found| found == self.own) {
            drop(std::fs::remove_file(path(&self.state_file)));
        }
    }
}

impl Service for AddressFile {
    fn name(&self) -> &'static str {
        "address file"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(POLL_INTERVAL) => self.renew().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn listening(second: i64) -> (TcpListener, PageAddress) {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let own = PageAddress::new(listener.local_addr().unwrap(), Timestamp::from_second(second).unwrap());
        assert!(own.address.ip().is_loopback());
        (listener, own)
    }

    #[tokio::test]
    async fn it_names_a_process_that_listens() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("data/giftcode.db");
        let ((first_socket, first), (_second_socket, second)) = (listening(1).await, listening(2).await);
        let found = || PageAddress::beside(&state);
        assert_eq!(found(), None);
        let first_file = AddressFile::new(&state, first.clone()).await;
        let second_file = AddressFile::new(&state, second.clone()).await;
        assert_eq!(found(), Some(first.clone()));
        // The first process is killed.
        std::mem::forget(first_file);
        drop(first_socket);
        second_file.renew().await;
        assert_eq!(found(), Some(second));
        std::fs::write(path(&state), "x".repeat(5000)).unwrap();
        assert_eq!(found(), None);
        second_file.renew().await;
        assert!(found().is_some());
        drop(second_file);
        assert!(!path(&state).exists());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("data"), "a file").unwrap();
        let state = folder.path().join("data/giftcode.db");
        drop(AddressFile::new(&state, listening(1).await.1).await);
        assert_eq!(PageAddress::beside(&state), None);
    }
}
