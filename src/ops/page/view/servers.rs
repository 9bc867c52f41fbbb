//! Servers that get no posts, by reason. They are named by their ids alone, their alliances by name where there are several.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::codes::channel::Blocked;
use crate::domain::players::alliance_name;
use crate::domain::text::clean;
use crate::store::GuildsReport;

use super::time::moment;
use super::{Moment, count, full_sentence, number};

/// The longest answer of Discord that is shown, in characters.
const REASON: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServersView {
    pub summary: String,
    pub reasons: Vec<ReasonView>,
}

/// Servers without posts for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonView {
    pub count: String,
    pub why: &'static str,
    /// What ends it.
    pub remedy: &'static str,
    pub servers: Vec<ServerView>,
    /// How many more there are.
    pub more: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerView {
    pub id: u64,
    /// The alliance, where the server has several.
    pub alliance: Option<String>,
    pub since: Option<Moment>,
    pub tried_again: Option<Moment>,
    /// What Discord answered.
    pub answer: Option<String>,
}

pub(super) fn servers(report: &GuildsReport, now: Timestamp) -> ServersView {
    let paused = report.paused.iter().map(|paused| {
        let (why, remedy) = blocked(paused.why);
        let servers = paused.guilds.iter().map(|guild| ServerView {
            id: guild.server.0,
            alliance: name(guild.alliance.as_deref()),
            since: guild.since.map(|since| moment(since, now)),
            tried_again: guild.resume_at.filter(|at| *at > now).map(|at| moment(at, now)),
            answer: None,
        });
        reason(paused.count, why, remedy, servers.collect())
    });
    let refusing = report.refusing_guilds.iter().map(|guild| ServerView {
        id: guild.server.0,
        alliance: name(guild.alliance.as_deref()),
        since: Some(moment(guild.since, now)),
        tried_again: None,
        answer: Some(full_sentence(&clean(&guild.reason, REASON))),
    });
    let refusing = (report.refusing > 0)
        .then(|| reason(report.refusing, "Posts fail.", "The bot keeps trying.", refusing.collect()));
    let summary = match report.without_posts {
        0 if report.with_channel == 0 => "No server has a channel for codes yet.".to_owned(),
        0 => "Every server with a channel gets its posts.".to_owned(),
        without => {
            let get = if without == 1 { "gets" } else { "get" };
            format!("{} of {} {get} no posts.", number(without), count(report.guilds, "server"))
        }
    };
    ServersView { summary, reasons: paused.chain(refusing).collect() }
}

/// Another program may have stored a longer name.
fn name(alliance: Option<&str>) -> Option<String> {
    alliance.map(|name| clean(name, alliance_name::MAX_CHARS))
}

fn reason(all: u32, why: &'static str, remedy: &'static str, servers: Vec<ServerView>) -> ReasonView {
    let listed: BTreeSet<u64> = servers.iter().map(|server| server.id).collect();
    let more = all.saturating_sub(u32::try_from(listed.len()).unwrap_or(u32::MAX));
    let more = (more > 0).then(|| format!("and {} more", number(more)));
    ReasonView { count: count(all, "server"), why, remedy, servers, more }
}

/// What is wrong, and who can mend it, in words for the bot's operator.
fn blocked(why: Option<Blocked>) -> (&'static str, &'static str) {
    match why {
        Some(Blocked::UnknownChannel) => {
            ("The channel was deleted.", "A manager of the server sets another one with /manage giftcode setchannel.")
        }
        Some(Blocked::MissingAccess) => {
            ("The bot cannot see the channel.", "A manager of the server lets the bot view it.")
        }
        Some(Blocked::MissingPermissions) => (
            "The bot may not post in the channel.",
            "A manager of the server lets the bot send messages and embed links in it.",
        ),
        Some(Blocked::MissingHistory) => (
            "The bot cannot check whether an interrupted post arrived.",
            "A manager of the server lets the bot read the channel's message history.",
        ),
        Some(Blocked::ThreadLocked) => (
            "The thread is locked, or archived and the bot may not reopen it.",
            "A manager of the server unlocks it, or sets another channel.",
        ),
        Some(Blocked::TagRequired) => (
            "Posts in the forum need a tag that only moderators may set.",
            "A manager of the server adds a tag that everybody may use, or stops requiring tags.",
        ),
        Some(Blocked::TimedOut) => {
            ("A moderator put the bot into a timeout.", "It ends by itself, or a moderator ends it.")
        }
        Some(Blocked::Removed) => ("The bot was removed from the server.", "There is nothing to do."),
        None => ("A newer giftcode-bot noted a reason that this one does not know.", "Update this one."),
    }
}
