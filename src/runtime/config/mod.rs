//! The configuration: every environment variable, read and checked at the start.
//!
//! A value that cannot be read prevents the start, with one line: the variable, the value (never a secret's), and what
//! is allowed. A value is looked up in the process's environment, then in `.env`, then in the command's own defaults,
//! then in [`VARIABLES`]. An empty value counts as not set.
//!
//! Written by hand, so that no error can show a secret.

mod dotenv;
mod read;
mod source;

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::Url;

use crate::domain::limits::budget::RateLimit;

pub use source::Source;

/// Why the configuration cannot be used, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("{name} is {shown}: {allowed}")]
    Value {
        name: &'static str,
        /// Quoted and shortened, or a description for a secret.
        shown: String,
        allowed: String,
    },
    #[error("{text}")]
    Conflict {
        /// The variables that contradict each other.
        names: [&'static str; 2],
        text: &'static str,
    },
    #[error("cannot read .env: {0}")]
    DotEnv(String),
}

impl ConfigError {
    /// The variables that are at fault.
    pub fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Value { name, .. } => vec![name],
            Self::Conflict { names, .. } => names.to_vec(),
            Self::DotEnv(_) => Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Variable {
    pub name: &'static str,
    /// The value if it is not set; empty for none.
    pub default: &'static str,
    /// Its purpose, in one line.
    pub what: &'static str,
    /// Whether its value is never shown.
    pub is_secret: bool,
}

const fn variable(name: &'static str, default: &'static str, what: &'static str) -> Variable {
    Variable { name, default, what, is_secret: false }
}

const fn secret(name: &'static str, what: &'static str) -> Variable {
    Variable { name, default: "", what, is_secret: true }
}

/// Whiteout Survival's page, which its API requires.
const WOS_PAGE: &str = "https://wos-giftcode.centurygame.com";
/// The host of the sister game Kingshot's API, and its page.
const KINGSHOT: (&str, &str) = ("kingshot-giftcode.centurygame.com", "https://ks-giftcode.centurygame.com");

/// In the order of `.env.example`.
pub const VARIABLES: &[Variable] = &[
    secret("DISCORD_TOKEN", "The Discord bot's token"),
    variable("DISCORD_PROXY_URL", "", "Base URL for Discord's REST API; turns the library's own rate limiter off"),
    variable("DEV_GUILD_ID", "", "Registers the commands in this Discord server and nowhere else, at once"),
    variable(
        "DISCORD_MESSAGE_CONTENT",
        "false",
        "true: read what people type in an ID channel; turn on Message Content Intent in the developer portal first",
    ),
    variable(
        "GIFTCODE_API_URL",
        "https://wostools.net/api/gift-codes",
        "The code feeds, separated by commas; KEY@https://… for a feed with a key of its own",
    ),
    secret("GIFTCODE_API_KEY", "Sent as X-API-Key to the first code feed, and to no other"),
    variable("GIFTCODE_CHECK_INTERVAL", "10", "Seconds between two polls of a feed, 1 to 3600"),
    variable(
        "GIFTCODE_MAX_CONSECUTIVE_ERRORS",
        "5",
        "Failed polls of a feed in a row after which its interval grows, 1 to 1000",
    ),
    variable("STATE_FILE", "data/giftcode.db", "The local file that holds the state"),
    secret(
        "MONGODB_URI",
        "MongoDB as the replica, mongodb://… (also read as MONGO_URI); without it the file is the only store",
    ),
    variable("MONGODB_DATABASE", "giftcode", "The database in MongoDB"),
    variable(
        "MONGODB_REQUIRED",
        "false",
        "true: do nothing while MongoDB cannot be used; false: continue with the file if no other instance is known",
    ),
    variable("MONGODB_MAX_SIZE", "", "How much the database may hold, such as 512MB or 2GB; the log warns from 80% on"),
    variable("GAME_API_URL", "https://wos-giftcode-api.centurygame.com/api", "The game's gift-code API"),
    variable("GAME_PAGE_URL", WOS_PAGE, "The game's own page; the API answers only requests that name it"),
    variable("GAME_SIGN_SALT", "tB87#kPtkxqOS2", "The salt that the game's own web page signs with"),
    variable("GAME_RATE_LIMIT", "30/60s", "Calls per time that the game allows for each endpoint; off for no limit"),
    variable("GAME_PLAYER_INTERVAL", "2.2s", "Time between two calls for one player; 0s for none"),
    variable("GAME_TIMEOUT", "30s", "The longest that one call may take, 100ms to 10m"),
    variable("REDEEM_CONCURRENCY", "2", "Calls to the game at once, 1 to 256"),
    variable("REDEEM_MAX_UNKNOWN_ATTEMPTS", "3", "Tries with an unknown answer before giving up, 1 to 100"),
    variable("REDEEM_MAX_TEMPORARY_ATTEMPTS", "10", "Tries with a temporary failure before giving up, 1 to 100"),
    variable("REDEEM_RETRY_BASE", "2s", "The first back-off; it doubles each time"),
    variable("REDEEM_RETRY_CAP", "30s", "The longest back-off"),
    variable(
        "PORT",
        "",
        "The port of the status page and the metrics, on all addresses; without it they are on this computer only",
    ),
    secret("HEARTBEAT_URL", "Fetched every minute while all is well, and not otherwise"),
    secret(
        "ALERT_WEBHOOK_URL",
        "A Discord webhook that gets a message when something goes wrong, and when it is well again",
    ),
    variable("BACKUP_DIR", "", "A directory that gets an export of the state every day; seven are kept"),
    variable("RUST_LOG", "info", "What is logged: error, warn, info, debug or trace"),
    variable("LOG_FORMAT", "text", "How it is logged: text, or json for machines"),
];

#[derive(Debug, Clone)]
pub struct Feed {
    pub url: Url,
    /// Sent as `X-API-Key` to this feed only.
    pub key: Option<SecretString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// The checked configuration. Its `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// `DISCORD_TOKEN`.
    pub discord_token: Option<SecretString>,
    /// `DISCORD_PROXY_URL`.
    pub discord_proxy_url: Option<Url>,
    /// `DEV_GUILD_ID`.
    pub dev_guild_id: Option<u64>,
    /// `DISCORD_MESSAGE_CONTENT`.
    pub message_content: bool,
    /// `GIFTCODE_API_URL` and `GIFTCODE_API_KEY`: 1 to 20 different ones.
    pub feeds: Vec<Feed>,
    /// `GIFTCODE_CHECK_INTERVAL`.
    pub check_interval: Duration,
    /// `GIFTCODE_MAX_CONSECUTIVE_ERRORS`.
    pub max_consecutive_errors: u32,
    /// `STATE_FILE`.
    pub state_file: PathBuf,
    /// `MONGODB_URI` or `MONGO_URI`.
    pub mongodb_uri: Option<SecretString>,
    /// `MONGODB_DATABASE`.
    pub mongodb_database: String,
    /// `MONGODB_REQUIRED`.
    pub mongodb_required: bool,
    /// `MONGODB_MAX_SIZE`, in bytes.
    pub mongodb_max_size: Option<u64>,
    /// `GAME_API_URL`.
    pub game_url: Url,
    /// `GAME_PAGE_URL`; the sister game's page where `GAME_API_URL` is hers and no page is set.
    pub game_page_url: Url,
    /// `GAME_SIGN_SALT`.
    pub game_salt: String,
    /// `GAME_RATE_LIMIT`; `None` for `off`.
    pub game_rate: Option<RateLimit>,
    /// `GAME_PLAYER_INTERVAL`.
    pub player_interval: Duration,
    /// `GAME_TIMEOUT`.
    pub game_timeout: Duration,
    /// `REDEEM_CONCURRENCY`.
    pub concurrency: usize,
    /// `REDEEM_MAX_UNKNOWN_ATTEMPTS`.
    pub max_unknown: u32,
    /// `REDEEM_MAX_TEMPORARY_ATTEMPTS`.
    pub max_temporary: u32,
    /// `REDEEM_RETRY_BASE`.
    pub retry_base: Duration,
    /// `REDEEM_RETRY_CAP`.
    pub retry_cap: Duration,
    /// `PORT`.
    pub port: Option<u16>,
    /// `HEARTBEAT_URL`: http or https.
    pub heartbeat_url: Option<SecretString>,
    /// `ALERT_WEBHOOK_URL`: http or https.
    pub alert_webhook_url: Option<SecretString>,
    /// `BACKUP_DIR`.
    pub backup_dir: Option<PathBuf>,
    /// `RUST_LOG`, where it is set.
    pub log_filter: Option<String>,
    /// `LOG_FORMAT`.
    pub log_format: LogFormat,
}

impl Config {
    /// Reads and checks every variable.
    ///
    /// # Errors
    /// At the first value that is not allowed.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let game_url = source.required("GAME_API_URL", read::url, read::URL)?;
        let is_kingshot = game_url.host_str() == Some(KINGSHOT.0) && !source.is_set("GAME_PAGE_URL");
        let page = source.required("GAME_PAGE_URL", read::page, read::PAGE)?;
        let config = Self {
            discord_token: source.secret("DISCORD_TOKEN")?,
            discord_proxy_url: source.optional("DISCORD_PROXY_URL", read::url, read::URL)?,
            dev_guild_id: source.optional("DEV_GUILD_ID", read::whole::<u64>, "give the server's id, a number")?,
            message_content: source.required("DISCORD_MESSAGE_CONTENT", read::flag, "give true or false")?,
            feeds: feeds(source)?,
            check_interval: source.required(
                "GIFTCODE_CHECK_INTERVAL",
                |text| read::whole(text).filter(|s| (1..=3600).contains(s)).map(Duration::from_secs),
                "give whole seconds from 1 to 3600, for example 10",
            )?,
            max_consecutive_errors: source.count("GIFTCODE_MAX_CONSECUTIVE_ERRORS", 1000)?,
            state_file: source.required("STATE_FILE", |text| Some(text.into()), "give the path of a file")?,
            mongodb_uri: source.mongodb_uri()?,
            mongodb_database: source.required(
                "MONGODB_DATABASE",
                read::database,
                "give letters, digits, - and _, at most 63",
            )?,
            mongodb_required: source.required("MONGODB_REQUIRED", read::flag, "give true or false")?,
            mongodb_max_size: source.optional("MONGODB_MAX_SIZE", read::size, read::SIZE)?,
            game_page_url: read::page(KINGSHOT.1).filter(|_| is_kingshot).unwrap_or(page),
            game_url,
            game_salt: source.required("GAME_SIGN_SALT", |text| Some(text.to_owned()), "give the game's salt")?,
            game_rate: source.required("GAME_RATE_LIMIT", read::rate, "give calls and time such as 30/60s, or off")?,
            player_interval: source.required("GAME_PLAYER_INTERVAL", read::duration, read::DURATION)?,
            game_timeout: source.required(
                "GAME_TIMEOUT",
                |text| read::duration(text).filter(|d| (100..=600_000).contains(&d.as_millis())),
                "give a time from 100ms to 10m, for example 30s",
            )?,
            concurrency: source.count("REDEEM_CONCURRENCY", 256)? as usize,
            max_unknown: source.count("REDEEM_MAX_UNKNOWN_ATTEMPTS", 100)?,
            max_temporary: source.count("REDEEM_MAX_TEMPORARY_ATTEMPTS", 100)?,
            retry_base: source.required("REDEEM_RETRY_BASE", read::duration, read::DURATION)?,
            retry_cap: source.required("REDEEM_RETRY_CAP", read::duration, read::DURATION)?,
            port: source.optional(
                "PORT",
                |text| read::whole(text).filter(|port| *port > 0),
                "give a port from 1 to 65535",
            )?,
            heartbeat_url: source.secret_url("HEARTBEAT_URL")?,
            alert_webhook_url: source.secret_url("ALERT_WEBHOOK_URL")?,
            backup_dir: source.optional("BACKUP_DIR", |text| Some(text.into()), "give the path of a directory")?,
            log_filter: source.value("RUST_LOG")?.filter(|_| source.is_set("RUST_LOG")),
            log_format: source.required("LOG_FORMAT", read::log_format, "give text or json")?,
        };
        if config.retry_base > config.retry_cap {
            return Err(ConfigError::Conflict {
                names: ["REDEEM_RETRY_BASE", "REDEEM_RETRY_CAP"],
                text: "REDEEM_RETRY_BASE is longer than REDEEM_RETRY_CAP: give a base up to the cap",
            });
        }
        Ok(config)
    }

    /// Reads what can be read. A variable with a value that is not allowed counts as not set, and its error is returned too.
    ///
    /// # Errors
    /// The errors, if nothing is left that could be read.
    pub fn read_leniently(mut source: Source) -> Result<(Self, Vec<ConfigError>), Vec<ConfigError>> {
        let mut errors = Vec::new();
        loop {
            match Self::read(&source) {
                Ok(config) => return Ok((config, errors)),
                Err(error) => {
                    let names = error.names();
                    let repeats = errors.contains(&error);
                    errors.push(error);
                    // Without the variable the error cannot occur again.
                    if names.is_empty() || repeats {
                        return Err(errors);
                    }
                    source = source.without(&names);
                }
            }
        }
    }
}

/// The feeds, each with its key. The bare key is the first one's: no other operator learns it.
fn feeds(source: &Source) -> Result<Vec<Feed>, ConfigError> {
    let mut feeds = source.required("GIFTCODE_API_URL", read::feeds, read::FEEDS)?;
    if let (Some(key), Some(first)) = (source.secret("GIFTCODE_API_KEY")?, feeds.first_mut()) {
        if first.key.as_ref().is_some_and(|other| other.expose_secret() != key.expose_secret()) {
            return Err(ConfigError::Conflict {
                names: ["GIFTCODE_API_KEY", "GIFTCODE_API_URL"],
                text: "GIFTCODE_API_KEY and the key before the first address of GIFTCODE_API_URL differ: give one of them",
            });
        }
        first.key = Some(key);
    }
    Ok(feeds)
}

#[cfg(test)]
mod tests;
