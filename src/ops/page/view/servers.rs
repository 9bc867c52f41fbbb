//! Servers that get no posts, and why. They are named by their ids alone.

use jiff::Timestamp;

use crate::domain::codes::channel::Blocked;
use crate::domain::text::clean;
use crate::store::GuildsReport;

use super::time::moment;
use super::{Moment, full_sentence, number};

/// The longest answer of Discord that is shown, in characters.
const REASON: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServersView {
    /// Those that are paused or refuse posts.
    pub servers: Vec<ServerView>,
    /// How many more there are.
    pub more: u32,
    pub summary: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerView {
    pub id: u64,
    pub why: String,
    /// What ends it.
    pub remedy: &'static str,
    pub since: Option<Moment>,
    pub tried_again: Option<Moment>,
}

pub(super) fn servers(report: &GuildsReport, now: Timestamp) -> ServersView {
    let paused = report.paused_guilds.iter().map(|paused| {
        let (why, remedy) = blocked(paused.why);
        ServerView {
            id: paused.guild.0,
            why: why.to_owned(),
            remedy,
            since: paused.since.map(|since| moment(since, now)),
            tried_again: paused.resume_at.filter(|at| *at > now).map(|at| moment(at, now)),
        }
    });
    let refusing = report.refusing_guilds.iter().map(|refusing| ServerView {
        id: refusing.guild.0,
        why: full_sentence(&format!("its posts fail: {}", clean(&refusing.reason, REASON))),
        remedy: "The bot keeps trying.",
        since: Some(moment(refusing.since, now)),
        tried_again: None,
    });
    let servers: Vec<ServerView> = paused.chain(refusing).collect();
    let all = report.paused + report.refusing;
    let shown = u32::try_from(servers.len()).unwrap_or(u32::MAX);
    let summary = match (report.paused, report.refusing) {
        (0, 0) => "Every server with a channel gets its posts.".to_owned(),
        (paused, 0) => format!("{} of {} servers.", number(paused), number(report.guilds)),
        (0, refusing) => format!("Posts fail in {} of {} servers.", number(refusing), number(report.guilds)),
        (paused, refusing) => format!(
            "{} of {} servers are paused, and posts fail in {} more.",
            number(paused),
            number(report.guilds),
            number(refusing)
        ),
    };
    ServersView { servers, more: all.saturating_sub(shown), summary }
}

/// What is wrong, and who can mend it, in words for the bot's operator.
fn blocked(why: Blocked) -> (&'static str, &'static str) {
    match why {
        Blocked::UnknownChannel => {
            ("The channel was deleted.", "A manager there sets another one with /manage giftcode setchannel.")
        }
        Blocked::MissingAccess => ("The bot cannot see the channel.", "A manager there lets the bot view it."),
        Blocked::MissingPermissions => (
            "The bot may not post in the channel.",
            "A manager there lets the bot send messages and embed links in it.",
        ),
        Blocked::MissingHistory => (
            "The bot cannot check whether an interrupted post arrived.",
            "A manager there lets the bot read the channel's message history.",
        ),
        Blocked::TimedOut => ("A moderator put the bot into a timeout.", "It ends by itself, or a moderator ends it."),
        Blocked::Removed => ("The bot was removed from the server.", "Nothing is to be done."),
    }
}
