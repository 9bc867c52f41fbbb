//! What instances do outside, and what they acknowledge: what may be repeated, and what may not.

use std::fmt::{self, Display, Formatter};
use std::ops::AddAssign;

use giftcode_bot::domain::outcome::Outcome;
use giftcode_bot::domain::record::{Key, Kind, MergeKey, Record, Value};

use super::{Checker, Disk, KNOWN_AFTER};
use crate::model::{Document, Mongo};
use crate::outside::{Announced, Redeemed};
use crate::world::{At, Host};

/// What may happen twice because nobody could know better, and how often it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LetPass {
    /// All that knew of it was lost.
    pub lost: usize,
    /// Those who knew of it could not tell yet.
    pub untold: usize,
    /// Events while one acted on its file beside another one.
    pub beside: usize,
}

impl AddAssign for LetPass {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.untold += other.untold;
        self.beside += other.beside;
    }
}

impl Display for LetPass {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { lost, untold, beside } = self;
        write!(f, "{lost} acts again of which all knowledge was lost, {untold} of which nobody could tell yet, ")?;
        write!(f, "{beside} events with one that acted alone beside another")
    }
}

/// Who acts: the instance, its process, and, when it began, whether it knew of a standby, and before which time that which
/// MongoDB learnt had to be known to it.
pub type Actor = (Host, u64, bool, At);

/// An act outside, and what was known then.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub host: Host,
    pub process: u64,
    pub disk: Disk,
    pub at: At,
    pub knew_standby: bool,
    /// When its result came back.
    pub answered_at: Option<At>,
    /// All that knew of it was lost.
    pub is_gone: bool,
}

/// A change that was acknowledged.
#[derive(Debug, Clone)]
pub(super) struct Acknowledged {
    pub host: Host,
    pub disk: Disk,
    pub at: At,
    pub kind: Kind,
    pub key: Key,
    pub merge_key: MergeKey,
    pub is_gone: bool,
}

fn number(record: &Record, field: &str) -> i64 {
    if let Value::Int(number) = record.get(field) { *number } else { 0 }
}

pub(super) fn is_decided(document: &Document) -> bool {
    is_final(&document.record)
}

fn is_final(record: &Record) -> bool {
    matches!(record.get("outcome"), Value::Text(text) if Outcome::parse(text).is_some_and(Outcome::is_final))
}

fn is_sent(record: &Record) -> bool {
    *record.get("message_id") != Value::Null
}

/// Whether a post was sent, or may have been.
fn may_be_sent(record: &Record) -> bool {
    *record.get("attempted_at") != Value::Null || is_sent(record)
}

fn redemption_key(what: &Redeemed) -> Key {
    let player = i64::try_from(what.0.get()).unwrap();
    vec![Value::Int(player), Value::Text(what.1.as_str().to_owned()), Value::Int(1)]
}

pub(super) fn redemption<'a>(mongo: &'a Mongo, what: &Redeemed) -> Option<&'a Document> {
    mongo.get(Kind::Redemptions, &redemption_key(what))
}

fn post_key(what: &Announced) -> Key {
    vec![Value::Int(what.0.0.cast_signed()), Value::Text(what.1.as_str().to_owned()), Value::Int(what.2.into())]
}

pub(super) fn post<'a>(mongo: &'a Mongo, what: &Announced) -> Option<&'a Document> {
    mongo.get(Kind::Posts, &post_key(what))
}

impl Checker {
    fn act(&self, (host, process, knew_standby, _): Actor, now: At) -> Act {
        Act { host, process, disk: self.disk(host), at: now, knew_standby, answered_at: None, is_gone: false }
    }

    /// Before which time that which MongoDB learnt must be known to an instance: what was there when it took over, and after
    /// a while what came later.
    pub fn must_know_before(&self, host: Host, now: At) -> At {
        let instance = &self.instances[host];
        let later = match self.is_isolated(host) {
            true if instance.is_old => 0,
            true => instance.phase_since.min(instance.renewed_at),
            false => now,
        };
        instance.caught_up_to.map_or(0, |to| to + 1).max(later.saturating_sub(KNOWN_AFTER))
    }

    /// Why this act repeats that one and may not; counts it where it may.
    fn check_again(
        &mut self,
        host: Host,
        must_know_before: At,
        earlier: &Act,
        known_since: Option<At>,
    ) -> Option<String> {
        if let Some(since) = known_since
            && since < must_know_before
        {
            return Some(format!("MongoDB knew of it since {since} ms"));
        }
        if earlier.is_gone {
            self.let_pass.lost += 1;
        } else if earlier.disk == self.disk(host) {
            return Some(format!("its own disk knew of it, from instance {}", earlier.host));
        } else {
            self.let_pass.untold += 1;
        }
        None
    }

    pub fn posted(&mut self, actor: Actor, now: At, codes: &[Announced], mongo: &Mongo) {
        let (act, host) = (self.act(actor, now), actor.0);
        for what in codes {
            let there = post(mongo, what);
            if act.knew_standby && !there.is_some_and(is_begun) {
                self.violated(format!(
                    "instance {host} posts {what:?}; MongoDB lacks the intent, though a standby waits"
                ));
            }
            if self.are_clocks_near && what.2 != 1 {
                self.violated(format!("instance {host} posts {what:?}, which never went away"));
            }
            let known = self.known.get(&(Kind::Posts, post_key(what))).copied();
            for earlier in self.posts.get(what).cloned().unwrap_or_default() {
                let intent = earlier.knew_standby.then_some(earlier.at);
                let known_since = known.map(|since| since.max(earlier.at)).or(intent);
                if let Some(why) = self.check_again(host, actor.3, &earlier, known_since) {
                    self.violated(format!("instance {host} posts {what:?} again: {why}"));
                }
            }
            self.posts.entry(what.clone()).or_default().push(act.clone());
        }
    }

    /// Returns the call's number.
    pub fn called(&mut self, actor: Actor, now: At, what: &Redeemed, mongo: &Mongo) -> usize {
        let (act, host) = (self.act(actor, now), actor.0);
        let there = redemption(mongo, what);
        let has_intent = |there: &Document| number(&there.record, "calls") > 0 || is_decided(there);
        if act.knew_standby && !there.is_some_and(has_intent) {
            self.violated(format!(
                "instance {host} calls for {what:?}; MongoDB lacks the claim, though a standby waits"
            ));
        }
        let known_since = self.known.get(&(Kind::Redemptions, redemption_key(what))).copied();
        for earlier in self.calls_of.get(what).cloned().unwrap_or_default() {
            let earlier = self.calls[earlier].1.clone();
            if earlier.answered_at.is_some()
                && let Some(why) = self.check_again(host, actor.3, &earlier, known_since)
            {
                self.violated(format!("instance {host} calls for {what:?} after a final answer: {why}"));
            }
        }
        self.calls.push((what.clone(), act));
        self.calls_of.entry(what.clone()).or_default().push(self.calls.len() - 1);
        self.calls.len() - 1
    }

    /// Whoever had asked got a final answer, and writes it down before it waits for anything.
    pub fn answered(&mut self, call: usize, now: At) {
        let disk = self.disk(self.calls[call].1.host);
        let act = &mut self.calls[call].1;
        let instance = &self.instances[act.host];
        if instance.is_alive && instance.process == act.process && disk == act.disk {
            act.answered_at = Some(now);
        }
    }

    /// A change was acknowledged; `at_once` where MongoDB must have it by now.
    pub fn acknowledged(&mut self, host: Host, now: At, record: &Record, at_once: bool, mongo: &Mongo) {
        let merge_key = record.merge_key();
        let instance = &self.instances[host];
        if merge_key.version <= instance.merged {
            self.violated(format!("instance {host} gave a version that is not above all it had merged"));
        }
        let entry = Acknowledged {
            host,
            disk: self.disk(host),
            at: now,
            kind: record.kind,
            key: record.key(),
            merge_key,
            is_gone: false,
        };
        if at_once && !entry.is_in(mongo) {
            self.violated(format!("instance {host} acknowledged {:?} {:?} in no store", entry.kind, entry.key));
        }
        self.acknowledged.push(entry);
    }

    /// A document was written: what is a fact is not replaced by what lacks it.
    pub fn written(&mut self, by: Host, now: At, before: Option<&Record>, after: &Record) {
        let is_known = match after.kind {
            Kind::Posts => may_be_sent(after),
            Kind::Redemptions => is_final(after),
            _ => return,
        };
        let key = (after.kind, after.key());
        match is_known {
            true => drop(self.known.entry(key).or_insert(now)),
            false => drop(self.known.remove(&key)),
        }
        let forgets = before.is_some_and(|before| match after.kind {
            Kind::Posts => is_sent(before) && !is_sent(after),
            _ => is_final(before) && !is_final(after) && number(before, "round") == number(after, "round"),
        });
        if forgets {
            self.violated(format!(
                "instance {by} replaces a fact with what lacks it: {:?} {:?}",
                after.kind,
                after.key()
            ));
        }
    }
}

impl Acknowledged {
    pub fn is_in(&self, mongo: &Mongo) -> bool {
        mongo.get(self.kind, &self.key).is_some_and(|there| there.order >= self.merge_key)
    }
}

pub(super) fn is_begun(document: &Document) -> bool {
    may_be_sent(&document.record)
}
