//! An alert's text. It is for the operator, not for the people of a server; those texts are in `src/discord/messages/`.

use std::fmt::Write as _;
use std::time::Duration;

use crate::domain::health::Problem;
use crate::domain::health::alerting::{Began, Ended, Notice};
use crate::domain::text::clean;
use crate::domain::text::markdown::escape;

/// Discord's limit for a message. It is counted in UTF-16 here, which is never less than what Discord counts.
const MAX_MESSAGE: usize = 2000;
/// What is kept free for the last line.
const LAST_LINE: usize = 120;
/// Of a problem, and of what to do about it. Escaped, one line thus has less than half of a message.
const MAX_TEXT: usize = 200;
const MAX_NAME: usize = 60;

/// Which instance speaks.
pub(super) struct Sender {
    host: String,
    process: u32,
}

impl Sender {
    pub fn this_process() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { host, process: std::process::id() }
    }
}

/// The message for Discord.
pub(super) fn message(notice: &Notice, sender: &Sender) -> String {
    let state = match (notice.began.is_empty(), notice.unwell.is_empty()) {
        (false, _) => "🔴 **The bot is degraded**",
        (true, false) => "🟠 **The bot is partly well again**",
        (true, true) => "🟢 **The bot is well again**",
    };
    let mut text = format!(
        "{state} · {} (process {}), giftcode-bot {}",
        escape(&sender.host, MAX_NAME),
        sender.process,
        env!("CARGO_PKG_VERSION")
    );
    let lines = notice.began.iter().map(began).chain(notice.ended.iter().map(ended));
    let mut left_out = 0;
    for line in lines {
        if units(&text) + 1 + units(&line) + LAST_LINE > MAX_MESSAGE {
            left_out += 1;
        } else {
            text.push('\n');
            text.push_str(&line);
        }
    }
    if left_out > 0 {
        // Cannot fail: it is a string.
        let _ = write!(text, "\n… and {left_out} more; the log has them");
    } else if notice.began.is_empty() && !notice.unwell.is_empty() {
        let unwell: Vec<&str> = notice.unwell.iter().map(|part| part.title()).collect();
        let _ = write!(text, "\nStill not well: {}", unwell.join(", "));
    }
    text
}

fn began(began: &Began) -> String {
    let since = began.since.as_second();
    format!(
        "**{}**: {}\n-# since <t:{since}:f> (<t:{since}:R>). What to do: {}.",
        began.reason.part.title(),
        escape(&clause(&began.problem), MAX_TEXT),
        escape(began.problem.remedy.trim_end_matches('.'), MAX_TEXT),
    )
}

fn ended(ended: &Ended) -> String {
    let what = escape(&clause(&ended.problem), MAX_TEXT);
    format!("**{}**: well again after {}. It was: {what}", ended.reason.part.title(), in_words(ended.lasted))
}

/// The problem's text without what to do, which some repeat at their end.
fn clause(problem: &Problem) -> String {
    let text = problem.text.strip_suffix(&problem.remedy).unwrap_or(&problem.text);
    text.trim_end_matches([' ', ';', '.']).to_owned()
}

/// The largest two units that count: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`.
fn in_words(lasted: Duration) -> String {
    let seconds = lasted.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} d {} h", hours % 24),
    }
}

/// For the log.
pub(super) fn summary(notice: &Notice) -> String {
    let began = notice.began.iter().map(|began| format!("{} fails", began.reason.part.as_ref()));
    let ended = notice.ended.iter().map(|ended| format!("{} is well again", ended.reason.part.as_ref()));
    clean(&began.chain(ended).collect::<Vec<_>>().join(", "), MAX_TEXT)
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::health::alerting::{Alerting, Observation};
    use crate::domain::health::{InstanceHealth, Part, Standing};

    fn notice(texts: &[(Part, &str, &str)]) -> Notice {
        let since = Timestamp::from_second(1_760_000_000).unwrap();
        let began = texts.iter().map(|(part, text, remedy)| {
            let (text, remedy) = ((*text).to_owned(), (*remedy).to_owned());
            let problem = Problem { part: *part, text, since: None, remedy };
            Began { reason: reason(&problem), problem, since }
        });
        let unwell = texts.iter().map(|(part, _, _)| *part).collect();
        Notice { began: began.collect(), ended: Vec::new(), unwell }
    }

    /// The reason of a problem, as the domain makes it.
    fn reason(problem: &Problem) -> crate::domain::health::alerting::Reason {
        crate::domain::health::alerting::Reason::of(problem)
    }

    fn sender() -> Sender {
        Sender { host: "render_web-1".into(), process: 7 }
    }

    #[test]
    fn a_message_says_what_since_when_and_what_to_do() {
        let feed = (Part::Feeds, "wostools.net answers HTTP 500", "add another feed");
        let game = (Part::Engine, "the game asks for a captcha; redeem by hand", "redeem by hand");
        let text = message(&notice(&[feed, game]), &sender());
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!(
            "🔴 **The bot is degraded** · render\\_web-1 (process 7), giftcode-bot {version}\n\
             **Code feeds**: wostools.net answers HTTP 500\n\
             -# since <t:1760000000:f> (<t:1760000000:R>). What to do: add another feed.\n\
             **The game**: the game asks for a captcha\n\
             -# since <t:1760000000:f> (<t:1760000000:R>). What to do: redeem by hand."
        );
        assert_eq!(text, expected);
        let Notice { began, .. } = notice(&[feed]);
        let ended = began.into_iter().map(|began| {
            let lasted = Duration::from_secs(12_000);
            Ended { reason: began.reason, problem: began.problem, lasted }
        });
        let mut over = Notice { began: Vec::new(), ended: ended.collect(), unwell: Vec::new() };
        let line = "**Code feeds**: well again after 3 h 20 min. It was: wostools.net answers HTTP 500";
        let text = message(&over, &sender());
        assert!(text.starts_with("🟢 **The bot is well again** · ") && text.ends_with(line), "{text}");
        over.unwell = vec![Part::Posts];
        let text = message(&over, &sender());
        assert!(text.starts_with("🟠") && text.ends_with("\nStill not well: Posts"), "{text}");
        assert_eq!(summary(&over), "feeds is well again");
    }

    #[test]
    fn times_are_put_into_words() {
        for (seconds, words) in [(9, "9 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 0 min"), (187_200, "2 d 4 h")]
        {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn a_blocked_instance_is_told_in_the_same_words() {
        let now = Timestamp::from_second(1_760_000_000).unwrap();
        let standing = Standing::Blocked("MongoDB does not answer".into());
        let health = InstanceHealth { standing, started_at: now, parts: None };
        let mut alerting = Alerting::default();
        for at in (0..=60).step_by(5) {
            alerting.observe(&Observation::new(&health, Duration::from_secs(at), now));
        }
        let text = message(&alerting.due().unwrap(), &sender());
        assert!(text.contains("**This instance**: MongoDB does not answer\n"), "{text}");
    }

    proptest! {
        #[test]
        fn whatever_it_tells_it_fits_and_mentions_nobody(
            texts in prop::collection::vec((any::<String>(), ".{0,600}"), 1..20)
        ) {
            let problems: Vec<_> =
                texts.iter().map(|(text, remedy)| (Part::Posts, text.as_str(), remedy.as_str())).collect();
            let text = message(&notice(&problems), &sender());
            prop_assert!(units(&text) <= MAX_MESSAGE, "{}", units(&text));
            let bare = text.match_indices('@').find(|(at, _)| !text[..*at].ends_with('\\'));
            prop_assert!(bare.is_none(), "{}", text);
        }
    }
}
