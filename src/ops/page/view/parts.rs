//! The parts of the bot: which are well, which are not, since when, and what to do.

use jiff::Timestamp;
use strum::VariantArray;

use crate::domain::health::{
    Connection, EnginePhase, EngineStatus, Health, Part, Problem, ReplicaState, ReplicaStatus, Standing,
};
use crate::domain::limits::budget::RateLimit;
use crate::ops::page::snapshot::Snapshot;

use super::time::moment;
use super::{Moment, count, full_sentence, number, queue};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Well,
    /// Nothing is wrong, and nothing is done yet.
    Waits,
    Unwell,
    /// This instance does not use it.
    Unused,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Waits => "waiting",
            Self::Unwell => "not well",
            Self::Unused => "not used",
        }
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Waits => "waits",
            Self::Unwell => "unwell",
            Self::Unused => "unused",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartView {
    pub name: &'static str,
    pub state: State,
    pub text: String,
    pub since: Option<Moment>,
    pub(super) since_at: Option<Timestamp>,
    /// What to do about it.
    pub remedy: Option<String>,
}

pub(super) fn parts(snapshot: &Snapshot) -> Vec<PartView> {
    let problems = snapshot.instance.problems(snapshot.now);
    let mut views = Vec::new();
    for part in Part::VARIANTS {
        let found: Vec<&Problem> = problems.iter().filter(|problem| problem.part == *part).collect();
        if found.is_empty() {
            views.extend(well(*part, snapshot));
        }
        views.extend(found.into_iter().map(|problem| unwell(problem, snapshot)));
    }
    views
}

fn unwell(problem: &Problem, snapshot: &Snapshot) -> PartView {
    let own_words = snapshot.instance.parts.as_ref().and_then(|parts| match problem.part {
        // The log's words hold what stands here beside them: since when, and what to do.
        Part::Engine => queue::trouble(&parts.engine),
        Part::Posts => {
            let failing = parts.posts.as_ref().ok()?.failing_guilds;
            Some(format!("posts to {} fail", count(failing, "server")))
        }
        _ => None,
    });
    PartView {
        name: problem.part.title(),
        state: State::Unwell,
        text: full_sentence(&own_words.unwrap_or_else(|| problem.text.clone())),
        since: problem.since.map(|since| moment(since, snapshot.now)),
        since_at: problem.since,
        remedy: Some(full_sentence(&problem.remedy)),
    }
}

/// Discord and the feeds, at the start and after a short interruption.
pub(super) fn is_still_connecting(part: &PartView) -> bool {
    part.state == State::Waits && [Part::Discord.title(), Part::Feeds.title()].contains(&part.name)
}

/// A part that has no problem; `None` for those of which an instance that does not act knows nothing.
fn well(part: Part, snapshot: &Snapshot) -> Option<PartView> {
    let parts = snapshot.instance.parts.as_ref();
    let (state, text) = match part {
        Part::Leadership => standing(&snapshot.instance.standing),
        Part::Discord => discord(parts?),
        Part::Feeds => feeds(parts?, snapshot.now),
        Part::Posts => parts.map(|_| (State::Well, "No server's posts fail.".to_owned()))?,
        Part::Stores => storage(parts?.replica.as_ref().ok()?),
        Part::Engine => game(&parts?.engine, snapshot.now),
    };
    let since_at = match part {
        Part::Leadership => Some(snapshot.standing_since),
        _ => snapshot.well_since.get(&part).copied(),
    };
    let since_at = since_at.filter(|_| state == State::Well || part == Part::Leadership);
    let since = since_at.map(|since| moment(since, snapshot.now));
    Some(PartView { name: part.title(), state, text, since, since_at, remedy: None })
}

fn standing(standing: &Standing) -> (State, String) {
    let (state, text) = match standing {
        Standing::Active => (State::Well, "It does the work."),
        Standing::Standby => (State::Waits, "It is a standby: another instance does the work."),
        Standing::Starting => (State::Waits, "It starts."),
        Standing::CatchingUp => (State::Waits, "It takes over, and reads what changed meanwhile."),
        Standing::Stopping => (State::Waits, "It stops."),
        Standing::Blocked(why) => return (State::Unwell, full_sentence(why)),
    };
    (state, text.to_owned())
}

fn discord(parts: &Health) -> (State, String) {
    let Some(discord) = &parts.discord else {
        return (State::Unused, "The sandbox shows its posts on the terminal.".to_owned());
    };
    match (&discord.connection, discord.latency) {
        (Connection::Connected { .. }, Some(latency)) => {
            (State::Well, format!("Connected. Discord answers within {} ms.", number(millis(latency))))
        }
        (Connection::Connected { .. }, None) => (State::Well, "Connected.".to_owned()),
        (Connection::Connecting { .. } | Connection::Down { .. }, _) => (State::Waits, "It connects.".to_owned()),
    }
}

fn millis(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn feeds(parts: &Health, now: Timestamp) -> (State, String) {
    let feeds = &parts.feeds;
    let read = feeds.0.iter().filter(|feed| feed.read_at.is_some()).count() as u64;
    match feeds.read_at() {
        None => (State::Waits, "No feed is read yet.".to_owned()),
        Some(at) => {
            let are = if read == 1 { "is" } else { "are" };
            (State::Well, format!("{} {are} read, last {}.", count(read, "feed"), moment(at, now).ago))
        }
    }
}

fn storage(replica: &ReplicaStatus) -> (State, String) {
    if !replica.is_used {
        return (State::Well, "Everything is in the state file. MongoDB is not used.".to_owned());
    }
    let has = match (replica.unsent, &replica.state) {
        (0, ReplicaState::Answers) => "MongoDB has everything that the state file has.".to_owned(),
        (unsent, _) => format!("{} on the way to MongoDB.", are(unsent, "change")),
    };
    let size = replica
        .size
        .map(|(holds, may_hold)| format!(" It holds {} of {} MB.", number(holds >> 20), number(may_hold >> 20)));
    (State::Well, has + &size.unwrap_or_default())
}

fn are(number: u32, unit: &str) -> String {
    format!("{} {}", count(number, unit), if number == 1 { "is" } else { "are" })
}

fn game(engine: &EngineStatus, now: Timestamp) -> (State, String) {
    match (&engine.phase, &engine.never_reached) {
        (EnginePhase::Limited { until }, _) => {
            let until = moment(*until, now);
            (State::Waits, format!("It allows no call until {}, {}.", until.at, until.ago))
        }
        (_, Some(status)) => (State::Waits, full_sentence(&format!("no call has reached it yet ({status})"))),
        (_, None) => (State::Well, limit(engine.limit)),
    }
}

pub(super) fn limit(limit: Option<RateLimit>) -> String {
    let Some(limit) = limit else { return "It serves the bot, and no limit is set.".to_owned() };
    let window = match limit.window.as_secs_f64() {
        60.0 => "a minute".to_owned(),
        seconds => format!("in {seconds} s"),
    };
    format!("It serves the bot, and allows {} {window}.", count(limit.calls, "call"))
}
