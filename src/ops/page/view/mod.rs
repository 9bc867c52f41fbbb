//! What the page says, in words and numbers. Pure: a snapshot in, texts out. The texts are plain; the template escapes them.

mod codes;
mod feeds;
mod parts;
mod queue;
mod servers;
pub mod time;

use crate::domain::health::Standing;
use crate::domain::text::clean;

use super::snapshot::{Figures, Snapshot};

pub use codes::CodeView;
pub use feeds::{Cell, FeedsView};
pub use parts::{PartView, State};
pub use queue::QueueView;
pub use servers::ServersView;
pub use time::Moment;
use time::moment;

/// The longest sentence from outside, in characters: a feed's error, an answer of the game.
const SENTENCE: usize = 300;

/// The whole page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageView {
    pub state: State,
    /// How the instance is, in one short sentence.
    pub headline: String,
    /// More about it, if there is more to say.
    pub explanation: Option<String>,
    pub since: Moment,
    pub now: Moment,
    pub started: Moment,
    pub version: &'static str,
    pub parts: Vec<PartView>,
    /// `None` while this instance does not act.
    pub figures: Option<FiguresView>,
    /// Why there are no figures though it acts.
    pub unread: Option<String>,
}

/// What is known while this instance acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiguresView {
    /// The most important numbers: what, and how many.
    pub facts: Vec<(&'static str, String)>,
    pub codes: Vec<CodeView>,
    pub feeds: FeedsView,
    pub queue: QueueView,
    pub servers: ServersView,
}

impl PageView {
    pub fn new(snapshot: &Snapshot) -> Self {
        let Snapshot { now, instance, .. } = snapshot;
        let parts = parts::parts(snapshot);
        let unwell = parts.iter().filter(|part| part.state == State::Unwell).count();
        let is_settled = !parts.iter().any(parts::is_still_connecting);
        let (state, headline, explanation) = headline(&instance.standing, unwell, is_settled);
        // What is well has been so since the last trouble ended; what is not, since the first began.
        let since = match state {
            State::Unwell => {
                parts.iter().filter(|part| part.state == State::Unwell).filter_map(|part| part.since_at).min()
            }
            State::Well => snapshot.well_since.values().copied().chain([snapshot.standing_since]).max(),
            State::Waits | State::Unused => None,
        };
        let figures = snapshot.figures.as_ref();
        Self {
            state,
            headline,
            explanation: explanation.map(str::to_owned),
            since: moment(since.unwrap_or(snapshot.standing_since), *now),
            now: moment(*now, *now),
            started: moment(instance.started_at, *now),
            version: env!("CARGO_PKG_VERSION"),
            parts,
            figures: figures
                .and_then(|figures| figures.as_ref().ok())
                .map(|figures| FiguresView::new(figures, snapshot)),
            unread: figures.and_then(|figures| figures.as_ref().err()).map(|error| sentence(error)),
        }
    }
}

impl FiguresView {
    fn new(figures: &Figures, snapshot: &Snapshot) -> Self {
        let feeds = snapshot.instance.parts.as_ref().map(|parts| &parts.feeds);
        let guilds = &figures.guilds;
        let discord = snapshot.instance.parts.as_ref().and_then(|parts| parts.discord.as_ref());
        // The state knows only those for which something was set up.
        let servers = discord.map_or(0, |discord| discord.servers).max(guilds.guilds);
        let facts = vec![
            (if servers == 1 { "server" } else { "servers" }, number(servers)),
            (if guilds.players == 1 { "player" } else { "players" }, number(guilds.players)),
            (
                if figures.queue.waiting == 1 { "redemption waits" } else { "redemptions wait" },
                number(figures.queue.waiting),
            ),
        ];
        Self {
            facts,
            codes: codes::codes(&figures.codes, guilds.with_channel, snapshot.now),
            feeds: feeds::feeds(feeds, &figures.codes, snapshot.now),
            queue: queue::queue(&figures.queue, snapshot),
            servers: servers::servers(guilds, snapshot.now),
        }
    }
}

fn headline(standing: &Standing, unwell: usize, is_settled: bool) -> (State, String, Option<&'static str>) {
    match (standing, unwell) {
        (Standing::Blocked(_), _) => (
            State::Unwell,
            "This instance must not act".to_owned(),
            Some("Nothing is posted or redeemed until the reason below is gone."),
        ),
        (Standing::Stopping, _) => (
            State::Waits,
            "The bot is stopping".to_owned(),
            Some("It finishes the calls in flight. It was told to stop, for example by a new deployment."),
        ),
        (_, 1) => (State::Unwell, "One thing is not well".to_owned(), None),
        (_, 2..) => (State::Unwell, format!("{unwell} things are not well"), None),
        (Standing::Active, 0) if is_settled => (State::Well, "All is well".to_owned(), None),
        (Standing::Active, 0) => {
            (State::Waits, "Nearly ready".to_owned(), Some("Nothing is wrong; some parts are still connecting."))
        }
        (Standing::Standby, 0) => (
            State::Waits,
            "Standby".to_owned(),
            Some(
                "Another instance does the work, and its page has the figures. This one takes over when that one ends.",
            ),
        ),
        (Standing::CatchingUp, 0) => (
            State::Waits,
            "Taking over".to_owned(),
            Some("This instance reads what the others wrote. It then posts and redeems."),
        ),
        (Standing::Starting, 0) => {
            (State::Waits, "Starting".to_owned(), Some("The bot opens its state. This page has more in a moment."))
        }
    }
}

/// "1 code", "2,345 codes".
pub(super) fn count(count: impl Into<u64>, unit: &str) -> String {
    let count = count.into();
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", number(count))
}

/// With separators: 1,234,567.
pub(super) fn number(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Text from outside on one line, of bounded length.
fn sentence(text: &str) -> String {
    clean(text, SENTENCE)
}

/// The same, as a sentence of its own.
fn full_sentence(text: &str) -> String {
    let text = sentence(text);
    let mut chars = text.chars();
    let begin: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{begin}{}{end}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_units_their_plural() {
        let shown = [0, 12, 999, 1000, 45_678, 1_234_567].map(|n: u32| number(n));
        assert_eq!(shown, ["0", "12", "999", "1,000", "45,678", "1,234,567"]);
        assert_eq!((count(1u32, "code"), count(2000u32, "code")), ("1 code".to_owned(), "2,000 codes".to_owned()));
        assert_eq!(full_sentence("the game is down"), "The game is down.");
        assert_eq!(full_sentence(""), ".");
    }
}
