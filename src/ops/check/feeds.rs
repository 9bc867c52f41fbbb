//! Each code feed: whether it answers, in which shape, how many codes, how fast, and when it last changed.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use crate::domain::check::{Finding, FindingId, ServerDate};
use crate::feeds::{FeedClient, FeedDescription};
use crate::ports::{CodeFeed, FeedFailure};
use crate::runtime::clock::Clock;
use crate::store::FeedOnFile;

/// A feed that takes longer is slow.
const SLOW: Duration = Duration::from_secs(4);

/// One finding for each feed, in the configured order, and the feeds' clocks. `known` is what the state file holds of them.
pub async fn check_feeds(
    client: &FeedClient,
    known: &BTreeMap<String, FeedOnFile>,
    clock: Clock,
) -> (Vec<Finding>, Vec<ServerDate>) {
    let names = client.sources();
    let asked = names.iter().enumerate().map(|(place, name)| async move {
        let (began, sent) = (Instant::now(), clock.now());
        let (described, date) = client.describe(place).await;
        let date = date.map(|date| ServerDate {
            server: name.split('/').next().unwrap_or_default().to_owned(),
            date,
            resolution: Duration::from_secs(1),
            sent,
            received: clock.now(),
        });
        (name, described, began.elapsed(), date)
    });
    let asked = join_all(asked).await;
    let works_at_all = asked.iter().any(|(_, described, ..)| described.is_ok());
    let finding = |(name, described, took, _): &(&String, Result<FeedDescription, FeedFailure>, Duration, _)| {
        let finding = match described {
            Ok(found) => described_finding(*found, known.get(*name), *took),
            Err(failure) => {
                let id = if works_at_all { FindingId::FeedFailsBesideOthers } else { FindingId::FeedFails };
                Finding::new(id, failure.error.to_string())
            }
        };
        finding.of(*name).took(*took)
    };
    let findings = asked.iter().map(finding).collect();
    (findings, asked.into_iter().filter_map(|(.., date)| date).collect())
}

fn described_finding(found: FeedDescription, known: Option<&FeedOnFile>, took: Duration) -> Finding {
    let changed = match known {
        Some(known) => format!("last change seen {}", known.changed_at.strftime("%F %H:%M UTC")),
        None => "the state file knows nothing of it yet".to_owned(),
    };
    let skipped =
        if found.skipped > 0 { format!(", {} entries that are no codes", found.skipped) } else { String::new() };
    let text = format!(
        "{} active of {} codes{skipped}, {}, answered in {} ms; {changed}",
        found.active,
        found.listed,
        found.shape.name(),
        took.as_millis(),
    );
    let id = match found.listed {
        0 => FindingId::FeedEmpty,
        _ if took >= SLOW => FindingId::FeedSlow,
        _ => FindingId::FeedWorks,
    };
    Finding::new(id, text)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::feeds::Shape;

    #[test]
    fn an_empty_and_a_slow_feed_are_warnings() {
        let found = FeedDescription { shape: Shape::List, active: 2, listed: 3, skipped: 1 };
        let quick = described_finding(found, None, Duration::from_millis(80));
        assert_eq!(quick.id, FindingId::FeedWorks);
        assert_eq!(
            quick.text,
            "2 active of 3 codes, 1 entries that are no codes, a JSON list, answered in 80 ms; the state file knows nothing of \
             it yet"
        );
        let known = FeedOnFile { changed_at: Timestamp::UNIX_EPOCH, active: 1 };
        let slow = described_finding(found, Some(&known), SLOW);
        assert_eq!(slow.id, FindingId::FeedSlow);
        assert!(slow.text.ends_with("last change seen 1970-01-01 00:00 UTC"), "{}", slow.text);
        let empty = FeedDescription { active: 0, listed: 0, skipped: 0, ..found };
        assert_eq!(described_finding(empty, None, SLOW).id, FindingId::FeedEmpty);
    }
}
