//! The connection to Discord's gateway.

use std::time::Duration;

use jiff::Timestamp;

use super::{Part, Problem};

/// A connection that is missing for no longer than this is no problem: Discord ends each now and then.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscordStatus {
    pub connection: Connection,
    /// Between a heartbeat and its answer, the longest of all shards; `None` until one was answered.
    pub latency: Option<Duration>,
    /// The servers that the bot is in, as far as Discord has named them.
    pub servers: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    Connecting {
        since: Timestamp,
    },
    Connected {
        since: Timestamp,
    },
    /// The last attempt failed, and the next one is made at `until`.
    Down {
        since: Timestamp,
        until: Timestamp,
        reason: String,
    },
}

impl DiscordStatus {
    pub fn connecting(since: Timestamp) -> Self {
        Self { connection: Connection::Connecting { since }, latency: None, servers: 0 }
    }

    pub fn is_connected(&self) -> bool {
        matches!(self.connection, Connection::Connected { .. })
    }

    pub(super) fn problem(&self, now: Timestamp) -> Option<Problem> {
        let (since, text) = match &self.connection {
            Connection::Connected { .. } => return None,
            Connection::Connecting { since } => (*since, "there is no connection to Discord".to_owned()),
            Connection::Down { since, reason, .. } => (*since, format!("there is no connection to Discord: {reason}")),
        };
        let lasts = Duration::try_from(now.duration_since(since)).unwrap_or_default();
        let remedy = "the bot keeps trying; look at https://discordstatus.com and at the bot's log if it lasts";
        (lasts > PATIENCE).then(|| Problem { part: Part::Discord, text, since: Some(since), remedy: remedy.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_is_missing_for_a_minute_is_no_problem() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let down = Connection::Down { since: at(0), until: at(90), reason: "HTTP 403".into() };
        let status = DiscordStatus { connection: down, latency: None, servers: 0 };
        assert_eq!(status.problem(at(60)), None);
        assert_eq!(status.problem(at(61)).unwrap().text, "there is no connection to Discord: HTTP 403");
        let connected = DiscordStatus { connection: Connection::Connected { since: at(0) }, ..status };
        assert_eq!(connected.problem(at(1000)), None);
        assert!(DiscordStatus::connecting(at(0)).problem(at(61)).is_some());
    }
}
