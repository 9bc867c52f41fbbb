//! Whether the bot can post in the channels of its servers. With several alliances in a server each is asked about, and the
//! server is counted once.
//!
//! A server takes about three calls, and Discord allows 50 a second. Beside a running bot half of them stay free for it. What
//! there is no time for is counted: those that are known to have trouble come first, then those with the latest changes.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::discord::permissions::{self, Granted};
use crate::discord::rest::{Rest, RestError};
use crate::domain::check::{Finding, FindingId, servers, servers_in_words};
use crate::domain::codes::channel::Blocked;
use crate::domain::players::alliance_name::MAX_CHARS;
use crate::domain::text::clean;
use crate::store::ServerOnFile;

use super::ask;

/// How many servers are asked about at once,
const AT_ONCE: usize = 4;
/// and how long each takes at least beside a running bot, if they are many: 24 calls a second.
const PACE: Duration = Duration::from_millis(500);
const MANY: usize = 20;
/// So many refusals in a row are no accident; it is when a server's managers hear of it.
const FAILING: u32 = 3;
/// The longest reason that is shown, in characters.
const REASON_CHARS: usize = 120;

/// What became of one alliance's channel.
enum Checked {
    Well,
    NotWell(Finding),
    /// Discord gave no answer about it.
    Unknown(RestError),
}

pub(super) async fn check(
    rest: &Rest,
    known: Result<Vec<ServerOnFile>, String>,
    is_beside_a_bot: bool,
    within: Duration,
) -> Vec<Finding> {
    let known = match known {
        Ok(known) => known,
        Err(why) => return vec![Finding::new(FindingId::ServersUnknown, why)],
    };
    let (began, all) = (Instant::now(), known.iter().map(|it| it.server).collect::<BTreeSet<_>>());
    let pace = if is_beside_a_bot && known.len() > MANY { PACE } else { Duration::ZERO };
    let checked = stream::iter(known).map(|server| async move {
        let next = Instant::now() + pace;
        let checked = check_one(rest, &server).await;
        sleep_until(next).await;
        (server.server, checked)
    });
    let mut checked = std::pin::pin!(checked.buffer_unordered(AT_ONCE));
    let (mut well, mut not_well, mut unanswered) = (BTreeSet::new(), Vec::new(), None);
    // What is not answered in time is counted as such.
    while let Ok(Some((server, found))) = timeout_at(began + within, checked.next()).await {
        match found {
            Checked::Well => drop(well.insert(server)),
            Checked::NotWell(finding) => not_well.push((server, finding)),
            Checked::Unknown(error) => {
                let is_outage = !matches!(error, RestError::Refused { .. });
                unanswered.get_or_insert(error);
                if is_outage {
                    break;
                }
            }
        }
    }
    let is_checked = |server| well.contains(server) || not_well.iter().any(|(known, _)| known == server);
    let unchecked = all.iter().filter(|server| !is_checked(server)).count();
    not_well.sort_by(|(_, one), (_, other)| one.subject.cmp(&other.subject));
    let mut findings = servers(&well, not_well, if unanswered.is_some() { 0 } else { unchecked });
    if let Some(error) = unanswered {
        // The rules have no server to count, and would say that there is none.
        findings.retain(|finding| finding.id != FindingId::ServersNone);
        findings.push(Finding::new(
            FindingId::ServersUnknown,
            format!("{} could not be checked: {error}", servers_in_words(unchecked)),
        ));
    }
    let took = began.elapsed();
    findings.into_iter().map(|finding| finding.took(took)).collect()
}

/// The server's id, and the alliance's name where the server has several.
fn subject(server: &ServerOnFile) -> String {
    match &server.name {
        Some(name) => format!("{} ({})", server.server, clean(name, MAX_CHARS)),
        None => server.server.to_string(),
    }
}

async fn check_one(rest: &Rest, server: &ServerOnFile) -> Checked {
    let finding = |id, text: String| Checked::NotWell(Finding::new(id, text).of(subject(server)));
    let channel = server.channel;
    let granted = match ask(permissions::in_channel(rest, server.server, channel)).await {
        Ok(Some(granted)) => granted,
        Ok(None) => {
            return finding(
                FindingId::ServerChannelGone,
                format!(
                    "the channel {channel} does not exist any more, or is no channel of this server that can be posted in"
                ),
            );
        }
        // It has the channel's server hidden, or is not in it.
        Err(RestError::Refused { status: 403 | 404, .. }) => {
            return finding(FindingId::ServerLeft, "the bot is not in this server any more".to_owned());
        }
        Err(error) => return Checked::Unknown(error),
    };
    match judge(server, granted) {
        Some((id, text)) => finding(id, text),
        None => Checked::Well,
    }
}

/// Why posts are paused, for whoever runs the bot.
fn reason(blocked: Blocked) -> &'static str {
    match blocked {
        Blocked::UnknownChannel => "the channel was deleted",
        Blocked::MissingAccess => "the bot could not see the channel",
        Blocked::MissingPermissions => "the bot was not allowed to post",
        Blocked::MissingHistory => "the bot was interrupted and may not read whether a code was posted",
        Blocked::ThreadLocked => "the thread is locked or archived, and the bot may not reopen it",
        Blocked::TagRequired => "posts in the forum need a tag, and only moderators may set one",
        Blocked::TimedOut => "the bot was in a timeout",
        Blocked::Removed => "the bot was removed",
    }
}

/// What is wrong in a server that the bot is in.
fn judge(server: &ServerOnFile, granted: Granted) -> Option<(FindingId, String)> {
    let channel = server.channel;
    if let Some(until) = granted.timed_out_until {
        return Some((
            FindingId::ServerTimedOut,
            format!("the bot is in a timeout until {}", until.strftime("%F %H:%M UTC")),
        ));
    }
    let paused = server.paused.map(|blocked| format!("; posts there are paused ({})", reason(blocked)));
    let paused = paused.unwrap_or_default();
    let missing = granted.missing();
    if !missing.is_empty() {
        return Some((
            FindingId::ServerBlocked,
            format!("the bot lacks {} in channel {channel}{paused}", missing.join(", ")),
        ));
    }
    if let Some(blocked) = granted.blocked {
        let text = format!("nothing can be posted in channel {channel}: {}{paused}", reason(blocked));
        return Some((FindingId::ServerBlocked, text));
    }
    let useful = granted.missing_useful();
    if let Some(blocked) = server.paused {
        let lacks = if useful.is_empty() { String::new() } else { format!("; the bot lacks {}", useful.join(", ")) };
        let text = format!(
            "posts to channel {channel} are paused ({}), though the bot may post there{lacks}",
            reason(blocked)
        );
        return Some((FindingId::ServerPaused, text));
    }
    if server.refusals >= FAILING {
        let reason = clean(server.refusal.as_deref().unwrap_or("no reason is known"), REASON_CHARS);
        let text = format!("the last {} messages to channel {channel} failed: {reason}", server.refusals);
        return Some((FindingId::ServerFailing, text));
    }
    let text = || format!("the bot lacks {} in channel {channel}", useful.join(", "));
    (!useful.is_empty()).then(|| (FindingId::ServerLacksUseful, text()))
}
