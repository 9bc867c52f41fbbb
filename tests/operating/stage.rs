//! A world with the real program in it, and what its operator can see: the log, `check`, and the page.

use std::net::TcpListener;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::guide::{Entry, Words};
use crate::world::{Bot, PATIENCE, World};

/// The world in which one entry's symptom is produced.
pub struct Stage {
    pub world: World,
    /// Where the page is that is looked at.
    port: u16,
    entry: Entry,
}

impl Stage {
    pub async fn new(entry: &Entry, codes: &[(&str, Rule)]) -> Self {
        let mut world = World::new(codes).await;
        let port = free_port();
        world.set("PORT", port.to_string());
        Self { world, port, entry: entry.clone() }
    }

    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.world.set(name, value);
    }

    /// Gives the next bot a port of its own. The page that is looked at stays the first one's.
    pub fn move_port(&mut self) {
        self.world.set("PORT", free_port().to_string());
    }

    /// Gives the next bot a port of its own, whose page is looked at.
    pub fn follow_port(&mut self) {
        self.port = free_port();
        self.world.set("PORT", self.port.to_string());
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

    /// Waits until the log, the page and `check` show what the entry says.
    pub async fn is_seen(&self, bot: &Bot) {
        self.is_seen_in(&|| bot.log()).await;
    }

    /// The same for a bot that ends by itself with exit code 1, so that there is no page.
    pub async fn is_seen_at_the_end(&self, bot: Bot) {
        assert!(self.entry.page.is_none(), "{}: the bot has ended, so the page cannot open", self.entry.name);
        let log = bot.ended(1).await;
        self.is_seen_in(&|| log.clone()).await;
    }

    /// The same where one of two bots notices it, and nobody knows which.
    pub async fn is_seen_in_either(&self, first: &Bot, second: &Bot) {
        self.is_seen_in(&|| [first.log(), second.log()].concat()).await;
    }

    /// The same with this log.
    pub async fn is_seen_in(&self, log: &dyn Fn() -> String) {
        for words in &self.entry.log {
            self.until(words, "log", async || log()).await;
        }
        match &self.entry.page {
            Some(page) => {
                for words in page {
                    self.until(words, "page", async || self.page().await.unwrap_or_else(|error| error)).await;
                }
            }
            None => {
                let page = self.page().await;
                assert!(page.is_err(), "{}: the page opens: {page:?}", self.entry.name);
            }
        }
        for words in &self.entry.check {
            self.until(words, "check", async || self.check().await).await;
        }
        self.entry.note_seen();
    }

    /// Waits until the page shows this.
    pub async fn page_says(&self, words: &str) {
        let words = Words(words.to_owned());
        self.until(&words, "page", async || self.page().await.unwrap_or_else(|error| error)).await;
    }

    async fn until(&self, words: &Words, place: &str, text: impl AsyncFn() -> String) {
        let until = Instant::now() + PATIENCE;
        loop {
            let said = text().await;
            if words.are_in_a_line_of(&said) {
                return;
            }
            let name = &self.entry.name;
            assert!(Instant::now() < until, "{name}: the {place} never says “{}”:\n{said}", words.0);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What `giftcode-bot check` prints beside the bot.
    async fn check(&self) -> String {
        let mut command = self.world.command();
        // It asks the bot whose page is looked at.
        command
            .arg("check")
            .env("PORT", self.port.to_string())
            .env("RUST_LOG", "error")
            .stderr(Stdio::piped())
            .stdout(Stdio::piped());
        let output = command.output().await.unwrap();
        [output.stdout, output.stderr].into_iter().map(|part| String::from_utf8(part).unwrap()).collect()
    }

    /// The page's text, a paragraph or a table's row a line.
    async fn page(&self) -> Result<String, String> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        let answer = http.get(format!("http://127.0.0.1:{}/", self.port)).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status).map_err(|error| format!("{error:?}"))?;
        answer.text().await.map(|html| text_of(&html)).map_err(|error| error.to_string())
    }
}

/// The text of a page as a person reads it: a line for each row and paragraph.
pub fn text_of(html: &str) -> String {
    const INLINE: [&str; 14] =
        ["a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "td", "th", "time", "tspan", "wbr"];
    let mut text = String::new();
    let mut hidden = None;
    for piece in html.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        match hidden {
            Some(until) if tag.strip_prefix('/') == Some(until) => hidden = None,
            Some(_) => continue,
            None if matches!(name, "style" | "script") => {
                hidden = Some(if name == "style" { "style" } else { "script" });
                continue;
            }
            None => {}
        }
        text.push(if INLINE.contains(&name) { ' ' } else { '\n' });
        text.push_str(&after.replace('\n', " "));
    }
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

/// A port that was free a moment ago.
/// A port that no other test gets. It lies below those that the system gives to connections, which would otherwise take it before
/// the bot does.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port;
        }
    }
}

pub fn a_page_is_read_by_rows_and_paragraphs() {
    let html = "<!doctype html><html><style>td { x }</style><h1>A &lt;b&gt;</h1><table><tr><td>c</td>\n<td>d <b>e</b></td></tr>\
                <tr><td>f</td></tr></table><p>g\nh</p>";
    assert_eq!(text_of(html), "A <b>\nc d e\nf\ng h\n");
}
