//! A world with the real program in it, and what its operator can see: the log, `check`, and the page.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::guide::{Entry, Words};
use crate::world::{Bot, PATIENCE, World};

/// The world in which one entry's symptom is produced.
pub struct Stage {
    pub world: World,
    entry: Entry,
}

impl Stage {
    pub async fn new(entry: &Entry, codes: &[(&str, Rule)]) -> Self {
        let mut world = World::new(codes).await;
        world.set("PORT", free_port().to_string());
        Self { world, entry: entry.clone() }
    }

    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.world.set(name, value);
    }

    /// Starts the bot, with a channel, five players and automatic redemption, and waits until it is at work.
    pub async fn start_with_players(&self) -> Bot {
        let bot = self.world.start().await;
        self.set_up().await;
        bot
    }

    /// Sets a channel, adds five players and turns automatic redemption on.
    pub async fn set_up(&self) {
        let admin = self.world.admin();
        self.world.set_channel(&admin).await;
        let lines: String = (1001..=1005).map(|id| format!("{id},Lord{id},245\n")).collect();
        self.world.import(&admin, &lines).await;
        self.world.says(&admin, "manage giftcode auto", &[("switch", json!(0))], &["✅"]).await;
    }

    /// Waits until the log, `check` and the page show what the entry says.
    pub async fn is_seen(&self, bot: &Bot) {
        self.seen_in_log(&|| bot.log()).await;
        self.seen_beside(&|| bot.log()).await;
    }

    /// The same for a bot that ends by itself with exit code 1, so that there is no page.
    pub async fn is_seen_at_the_end(&self, bot: Bot) {
        assert!(self.entry.page.is_none(), "{}: the bot has ended, so the page cannot open", self.entry.name);
        let log = bot.ended(1).await;
        self.seen_in_log(&|| log.clone()).await;
        self.seen_beside(&|| log.clone()).await;
    }

    /// The same where another process has ended with this log, beside a bot that runs.
    pub async fn is_seen_in(&self, log: &str, running: &Bot) {
        self.seen_in_log(&|| log.to_owned()).await;
        self.seen_beside(&|| running.log()).await;
    }

    /// The same where one of two bots notices it, and nobody knows which.
    pub async fn is_seen_in_either(&self, first: &Bot, second: &Bot) {
        let both = || [first.log(), second.log()].concat();
        self.seen_in_log(&both).await;
        self.seen_beside(&both).await;
    }

    /// Gives the next bot a port of its own.
    pub fn move_port(&mut self) {
        self.world.set("PORT", free_port().to_string());
    }

    async fn seen_in_log(&self, log: &(dyn Fn() -> String + Sync)) {
        for words in &self.entry.log {
            self.until(words, "log", log).await;
        }
    }

    async fn seen_beside(&self, _log: &(dyn Fn() -> String + Sync)) {
        self.entry.note_seen();
    }

    async fn until(&self, words: &Words, place: &str, text: &(dyn Fn() -> String + Sync)) {
        let until = Instant::now() + PATIENCE;
        while !words.are_in_a_line_of(&text()) {
            let name = &self.entry.name;
            assert!(Instant::now() < until, "{name}: the {place} never says “{}”:\n{}", words.0, text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
