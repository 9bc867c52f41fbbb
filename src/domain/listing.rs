//! From what the feeds say to what changed: the merge of several feeds, and the life of one code.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::code::{Code, CodeKey, ListedCode, has_expired};
use super::status::Status;

/// A code as it is on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCode {
    /// The text as first published.
    pub code: Code,
    /// Counts how often it became valid again; 1 at first.
    pub generation: u32,
    /// What it gives, in a feed's words.
    pub rewards: Option<String>,
    /// When it stops working, where a feed said so.
    pub expires_at: Option<Timestamp>,
    /// The feed that listed it.
    pub source: String,
    /// Whether a feed lists it now.
    pub listed: bool,
    /// Why the game condemned it.
    pub condemned: Option<Status>,
    /// When it did.
    pub condemned_at: Option<Timestamp>,
}

/// What one look at the feeds changes for one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Seen for the first time.
    Added(ListedCode),
    /// Listed (again), with these details; nothing to announce.
    Updated(ListedCode),
    /// Was over, was away, and is listed again: the game is to be asked, and if it is good, it is a new generation, to be posted
    /// and redeemed again.
    Returned(ListedCode),
    /// No feed lists it any more.
    Vanished(CodeKey),
}

/// One code per key out of what all feeds list: the first feed's spelling, and from the others what the first leaves
/// open (rewards, expiry).
#[must_use]
pub fn merge(lists: impl IntoIterator<Item = Vec<ListedCode>>) -> BTreeMap<CodeKey, ListedCode> {
    let mut merged: BTreeMap<CodeKey, ListedCode> = BTreeMap::new();
    for listed in lists.into_iter().flatten() {
        match merged.get_mut(&listed.code.key()) {
            None => {
                merged.insert(listed.code.key(), listed);
            }
            Some(first) => {
                first.rewards = first.rewards.take().or(listed.rewards);
                first.expires_at = first.expires_at.or(listed.expires_at);
            }
        }
    }
    merged
}

/// What the feeds' answer at `now` changes.
///
/// `all_answered` says whether every feed answered: only then does a code that none lists count as gone. A code that is
/// over comes back no sooner than `return_after` later, so the game is not asked because a feed flickers.
#[must_use]
pub fn changes(
    known: &BTreeMap<CodeKey, KnownCode>,
    listed: &BTreeMap<CodeKey, ListedCode>,
    all_answered: bool,
    return_after: Duration,
    now: Timestamp,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, seen) in listed {
        match known.get(key) {
            None => changes.push(Change::Added(seen.clone())),
            Some(code) => changes.extend(change(code, seen, return_after, now)),
        }
    }
    if all_answered {
        let vanished = known.iter().filter(|(key, code)| code.listed && !listed.contains_key(*key));
        changes.extend(vanished.map(|(key, _)| Change::Vanished(key.clone())));
    }
    changes
}

fn change(code: &KnownCode, seen: &ListedCode, return_after: Duration, now: Timestamp) -> Option<Change> {
    let expired_at = code.expires_at.filter(|at| *at <= now);
    let over_since = code.condemned_at.or(expired_at);
    match over_since {
        Some(over_since) if !code.listed => {
            let rested = now.duration_since(over_since).unsigned_abs() >= return_after && over_since <= now;
            let valid = !has_expired(seen.expires_at, now);
            match (valid, rested) {
                (true, true) => Some(Change::Returned(seen.clone())),
                // It flickers: it is as it was, and asked about as such.
                (true, false) => Some(Change::Updated(seen.clone())),
                (false, _) => None,
            }
        }
        _ => {
            let same = code.listed
                && (seen.rewards.is_none() || code.rewards == seen.rewards)
                && (seen.expires_at.is_none() || code.expires_at == seen.expires_at);
            (!same).then(|| Change::Updated(seen.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + hour * 3600).unwrap()
    }

    fn seen(code: &str) -> ListedCode {
        ListedCode { code: Code::parse(code).unwrap(), rewards: None, expires_at: None, source: "feed".into() }
    }

    fn known(code: &str) -> KnownCode {
        KnownCode {
            code: Code::parse(code).unwrap(),
            generation: 1,
            rewards: None,
            expires_at: None,
            source: "feed".into(),
            listed: true,
            condemned: None,
            condemned_at: None,
        }
    }

    fn look(known_codes: &[KnownCode], listed: &[ListedCode], all_answered: bool, now: Timestamp) -> Vec<Change> {
        let known_codes = known_codes.iter().map(|k| (k.code.key(), k.clone())).collect();
        changes(&known_codes, &merge([listed.to_vec()]), all_answered, 6 * HOUR, now)
    }

    #[test]
    fn feeds_merge_by_key_and_fill_each_others_gaps() {
        let first = ListedCode { rewards: Some("Gems".into()), ..seen("gogoWOS") };
        let second = ListedCode { rewards: Some("Wood".into()), expires_at: Some(at(5)), ..seen("GOGOWOS") };
        let merged = merge([vec![first], vec![second, seen("WOS1105")]]);
        assert_eq!(merged.len(), 2);
        let both = &merged[&seen("gogowos").code.key()];
        assert_eq!(
            (both.code.as_str(), both.rewards.as_deref(), both.expires_at),
            ("gogoWOS", Some("Gems"), Some(at(5)))
        );
    }

    #[test]
    fn a_known_code_is_no_news() {
        assert_eq!(look(&[known("A1")], &[seen("a1")], true, at(0)), []);
        assert_eq!(look(&[], &[seen("A1")], true, at(0)), [Change::Added(seen("A1"))]);
        let dated = ListedCode { expires_at: Some(at(9)), ..seen("A1") };
        assert_eq!(look(&[known("A1")], std::slice::from_ref(&dated), true, at(0)), [Change::Updated(dated)]);
    }

    #[test]
    fn codes_vanish_only_when_every_feed_answered() {
        assert_eq!(look(&[known("A1")], &[], false, at(0)), []);
        assert_eq!(look(&[known("A1")], &[], true, at(0)), [Change::Vanished(seen("A1").code.key())]);
    }

    #[test]
    fn only_a_code_that_was_over_and_away_returns() {
        let away = KnownCode { listed: false, ..known("A1") };
        assert_eq!(look(std::slice::from_ref(&away), &[seen("A1")], true, at(9)), [Change::Updated(seen("A1"))]);
        let condemned = KnownCode { condemned_at: Some(at(0)), ..away.clone() };
        let too_soon = look(std::slice::from_ref(&condemned), &[seen("A1")], true, at(5));
        assert_eq!(too_soon, [Change::Updated(seen("A1"))]);
        assert_eq!(look(&[condemned], &[seen("A1")], true, at(6)), [Change::Returned(seen("A1"))]);
        let still_listed = KnownCode { condemned_at: Some(at(0)), ..known("A1") };
        assert_eq!(look(&[still_listed], &[seen("A1")], true, at(99)), []);
        let expired = KnownCode { expires_at: Some(at(0)), ..away };
        let stale = ListedCode { expires_at: Some(at(0)), ..seen("A1") };
        assert_eq!(look(std::slice::from_ref(&expired), &[stale], true, at(9)), []);
        let fresh = ListedCode { expires_at: Some(at(99)), ..seen("A1") };
        assert_eq!(look(&[expired], std::slice::from_ref(&fresh), true, at(9)), [Change::Returned(fresh)]);
    }
}
