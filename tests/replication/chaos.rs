//! Thirty rounds of everything at once: the bot killed, MongoDB killed, the file removed, damaged, write-protected or replaced by
//! an older copy, a second instance. Meanwhile codes appear and redemptions run.
//!
//! A printed seed determines everything that is random; `CHAOS_SEED` repeats it. The file is harmed only while MongoDB has every
//! acknowledged change, because invariant 2 requires that one store survives.

use std::path::PathBuf;
use std::time::Duration;

use giftcode_bot::domain::sync::record::Value;

use crate::bots::{Bot, Folder, HANGING};
use crate::server::Server;

const ROUNDS: u32 = 30;
const WORLD: &[&str] = &["--players", "28", "--codes", "48", "--keep-running"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    KillBot,
    KillMongo,
    KillBoth,
    RemoveFile,
    CutFile,
    OverwriteFile,
    OlderFile,
    RemoveFileInUse,
    OlderFileInUse,
    CutFileInUse,
    ProtectFile,
    HandOver,
    KillBesideWaiting,
}

const EVENTS: [Event; 13] = [
    Event::KillBot,
    Event::KillMongo,
    Event::KillBoth,
    Event::RemoveFile,
    Event::CutFile,
    Event::OverwriteFile,
    Event::OlderFile,
    Event::RemoveFileInUse,
    Event::OlderFileInUse,
    Event::CutFileInUse,
    Event::ProtectFile,
    Event::HandOver,
    Event::KillBesideWaiting,
];

struct Chaos {
    rng: fastrand::Rng,
    server: Server,
    folder: Folder,
    bot: Option<Bot>,
    older: Option<Vec<(PathBuf, Vec<u8>)>>,
}

impl Chaos {
    fn start(&mut self) {
        self.bot = Some(self.folder.start(&self.server.uri(), 1, WORLD));
    }

    /// Returns whether both stores had every acknowledged change.
    fn kill(&mut self) -> bool {
        self.bot.take().unwrap().kill()
    }

    async fn pause(&mut self, from: u64, to: u64) {
        tokio::time::sleep(Duration::from_millis(self.rng.u64(from..to))).await;
    }

    async fn until_caught_up(&mut self) {
        self.bot.as_mut().unwrap().until_caught_up(HANGING).await;
        self.pause(0, 800).await;
    }

    fn cut(&self) {
        let file = std::fs::File::options().write(true).open(self.folder.state(1)).unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(length / 2).unwrap();
    }

    async fn round(&mut self, event: Event) {
        self.pause(50, 1500).await;
        match event {
            Event::KillBot => {
                self.kill();
                self.start();
            }
            Event::KillMongo => {
                self.server.kill();
                self.pause(0, 2500).await;
                self.server.restart();
            }
            Event::KillBoth => {
                self.server.kill();
                self.pause(0, 400).await;
                self.kill();
                self.start();
                self.pause(0, 3000).await;
                self.server.restart();
            }
            Event::RemoveFile | Event::CutFile | Event::OverwriteFile | Event::OlderFile => {
                self.until_caught_up().await;
                let had_all = self.kill() && self.folder.is_all_sent(1);
                let older = self.older.replace(self.folder.copy(1));
                match (event, older) {
                    // MongoDB was slow at the end, so only the file has some changes.
                    _ if !had_all => {}
                    (Event::CutFile, _) => self.cut(),
                    (Event::OverwriteFile, _) => {
                        let mut bytes = std::fs::read(self.folder.state(1)).unwrap();
                        let middle = bytes.len() / 2;
                        bytes[..middle].fill(0x55);
                        std::fs::write(self.folder.state(1), bytes).unwrap();
                    }
                    (Event::OlderFile, Some(older)) => self.folder.put_back(1, &older),
                    _ => self.folder.remove(1),
                }
                self.start();
                self.until_caught_up().await;
            }
            Event::RemoveFileInUse | Event::OlderFileInUse | Event::CutFileInUse => {
                self.until_caught_up().await;
                while !self.folder.is_all_sent(1) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                match (event, self.older.clone()) {
                    (Event::CutFileInUse, _) => self.cut(),
                    (Event::OlderFileInUse, Some(older)) => self.folder.put_back(1, &older),
                    _ => self.folder.remove(1),
                }
                // The bot must notice by itself, unless it is killed first.
                self.pause(0, 4000).await;
                if self.rng.bool() {
                    self.kill();
                    self.start();
                }
                self.until_caught_up().await;
            }
            Event::ProtectFile => {
                self.until_caught_up().await;
                self.kill();
                self.folder.protect(1, true);
                self.start();
                self.until_caught_up().await;
                let log = self.bot.as_ref().unwrap().log();
                assert!(log.contains("MongoDB alone keeps the state"), "{log}");
                self.pause(0, 3000).await;
                let dies = self.rng.bool();
                if dies {
                    self.kill();
                }
                self.folder.protect(1, false);
                if dies {
                    self.start();
                } else {
                    self.bot.as_mut().unwrap().until_logged("The state file can be used again", HANGING).await;
                }
                self.until_caught_up().await;
            }
            Event::HandOver => {
                self.until_caught_up().await;
                let mut second = self.folder.start(&self.server.uri(), 2, WORLD);
                second.until_logged("Another instance is active", HANGING).await;
                self.pause(0, 500).await;
                assert_eq!(self.bot.take().unwrap().stop().await.code(), Some(0));
                second.until_logged("This instance is the active one", HANGING).await;
                self.pause(0, 3000).await;
                self.start();
                self.bot.as_mut().unwrap().until_logged("Another instance is active", HANGING).await;
                assert_eq!(second.stop().await.code(), Some(0));
                self.bot.as_mut().unwrap().until_logged("This instance is the active one", HANGING).await;
            }
            Event::KillBesideWaiting => {
                self.until_caught_up().await;
                let mut second = self.folder.start(&self.server.uri(), 2, WORLD);
                second.until_logged("Another instance is active", HANGING).await;
                self.kill();
                self.pause(0, 500).await;
                // Its lease did not expire, and its file shows that the holder is dead, so it continues at once.
                self.start();
                self.bot.as_mut().unwrap().until_logged("This instance is the active one", HANGING).await;
                second.kill();
            }
        }
    }
}

/// Invariants 1, 2, 3 and 7.
pub async fn invariants_hold_through_thirty_rounds_of_everything() {
    let given = std::env::var("CHAOS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| fastrand::u64(..));
    println!("CHAOS_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    // Every event at least twice, in random order.
    let mut events: Vec<Event> = EVENTS.into_iter().chain(EVENTS).collect();
    while events.len() < ROUNDS as usize {
        events.push(rng.choice(EVENTS).unwrap());
    }
    rng.shuffle(&mut events);
    let mut chaos = Chaos { rng, server: Server::start(), folder: Folder::new(), bot: None, older: None };
    chaos.start();
    chaos.bot.as_mut().unwrap().until_logged("new codes to guild 1002", HANGING).await;
    for (round, event) in events.into_iter().enumerate() {
        println!("CHAOS_SEED={seed}: round {round}: {event:?}");
        chaos.round(event).await;
    }
    // Undisturbed, everything is redeemed. Then both stores hold the same, and logged outcomes are true.
    let mut bot = chaos.bot.take().unwrap();
    bot.until_logged("Still running, as asked", HANGING).await;
    assert!(bot.log().contains("✔ All "), "seed {seed}: {}", bot.log());
    assert_eq!(bot.stop().await.code(), Some(0));
    let records = chaos.folder.assert_sound(&chaos.server, 1, seed).await;
    let pending = records.values().filter(|record| *record.get("outcome") == Value::Text("pending".into()));
    assert_eq!(pending.count(), 0, "seed {seed}");
}
