//! Outward actions and acknowledgements: which may be repeated, and which may not.

use std::fmt::{self, Display, Formatter};
use std::ops::AddAssign;

use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::sync::record::{Key, MergeKey, Record, RecordKind, Value};

use super::{Checker, Disk, KNOWN_AFTER};
use crate::model::{Document, Mongo};
use crate::outside::{Announced, Redeemed};
use crate::world::{At, Host};

/// Repetitions that nobody could avoid, by reason, with their counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LetPass {
    /// Everybody who knew of the first action was lost.
    pub lost: usize,
    /// Those who knew of it could not report it yet.
    pub untold: usize,
    /// Events while an isolated instance acted beside another one.
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

/// The actor: the instance and its process. Also whether it knew of a standby when it began, and up to which time it had to know
/// everything that MongoDB had learnt.
pub type Actor = (Host, u64, bool, At);

/// An outward action, and what was known at the time.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub host: Host,
    pub process: u64,
    pub disk: Disk,
    pub at: At,
    pub knew_standby: bool,
    /// For a post: the message's nonce, and since when MongoDB shows it.
    pub nonce: String,
    pub known_since: Option<At>,
    /// When its result came back.
    pub answered_at: Option<At>,
    /// Everybody who knew of it was lost.
    pub is_gone: bool,
}

/// A change that was acknowledged.
#[derive(Debug, Clone)]
pub(super) struct Acknowledged {
    pub host: Host,
    pub disk: Disk,
    pub at: At,
    pub kind: RecordKind,
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

/// Whether this record shows a post under this nonce: that it was sent, or may have been. An attempt concerns only its own message:
/// an instance whose knowledge is lost may have sent the same code in another one.
pub(super) fn tells_of(record: &Record, nonce: &str) -> bool {
    is_sent(record) || is_attempted(record) && *record.get("nonce") == Value::Text(nonce.to_owned())
}

fn is_attempted(record: &Record) -> bool {
    *record.get("attempted_at") != Value::Null
}

fn redemption_key(what: &Redeemed) -> Key {
    let player = i64::try_from(what.0.get()).unwrap();
    vec![Value::Int(player), Value::Text(what.1.as_str().to_owned()), Value::Int(1)]
}

pub(super) fn redemption<'a>(mongo: &'a Mongo, what: &Redeemed) -> Option<&'a Document> {
    mongo.get(RecordKind::Redemptions, &redemption_key(what))
}

fn post_key(what: &Announced) -> Key {
    vec![Value::Int(what.0.0.cast_signed()), Value::Text(what.1.as_str().to_owned()), Value::Int(what.2.into())]
}

pub(super) fn post<'a>(mongo: &'a Mongo, what: &Announced) -> Option<&'a Document> {
    mongo.get(RecordKind::Posts, &post_key(what))
}

impl Checker {
    fn act(&self, (host, process, knew_standby, _): Actor, now: At) -> Act {
        let (nonce, disk) = (String::new(), self.disk(host));
        Act { host, process, disk, at: now, knew_standby, nonce, known_since: None, answered_at: None, is_gone: false }
    }

    /// Up to which time an instance must know everything that MongoDB had learnt: the state at its takeover, and later changes after a
    /// while.
    pub fn must_know_before(&self, host: Host, now: At) -> At {
        let instance = &self.instances[host];
        let later = match self.is_isolated(host) {
            true if instance.is_old => 0,
            true => instance.phase_since.min(instance.renewed_at),
            false => now,
        };
        instance.caught_up_to.map_or(0, |to| to + 1).max(self.up_before(later, KNOWN_AFTER))
    }

    pub fn mongo_is(&mut self, is_down: bool, now: At) {
        let was_down = self.outages.last().is_some_and(|(_, until)| *until == At::MAX);
        match (was_down, is_down) {
            (false, true) => self.outages.push((now, At::MAX)),
            (true, false) => self.outages.iter_mut().for_each(|(_, until)| *until = now.min(*until)),
            _ => {}
        }
    }

    /// The time since which MongoDB had been up for `left` in all.
    fn up_before(&self, now: At, mut left: At) -> At {
        let mut up_until = now;
        for (from, until) in self.outages.iter().rev().filter(|(from, _)| *from < now) {
            let up = up_until.saturating_sub(*until);
            if up >= left {
                break;
            }
            (left, up_until) = (left - up, *from);
        }
        up_until.saturating_sub(left)
    }

    /// Why this action may not repeat that one; counts it if it may.
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

    pub fn posted(&mut self, actor: Actor, now: At, nonce: &str, codes: &[Announced], mongo: &Mongo) {
        let (act, host) = (Act { nonce: nonce.to_owned(), ..self.act(actor, now) }, actor.0);
        for what in codes {
            let is_known = post(mongo, what).is_some_and(|there| tells_of(&there.record, nonce));
            if act.knew_standby && !is_known {
                self.violated(format!(
                    "instance {host} posts {what:?}; MongoDB lacks the intent, though a standby waits"
                ));
            }
            if self.are_clocks_near && what.2 != 1 {
                self.violated(format!("instance {host} posts {what:?}, which never went away"));
            }
            for earlier in self.posts.get(what).cloned().unwrap_or_default() {
                let known_since = earlier.known_since.or(earlier.knew_standby.then_some(earlier.at));
                if let Some(why) = self.check_again(host, actor.3, &earlier, known_since) {
                    self.violated(format!("instance {host} posts {what:?} again: {why}"));
                }
            }
            let act = Act { known_since: is_known.then_some(now), ..act.clone() };
            self.posts.entry(what.clone()).or_default().push(act);
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
        let known_since = self.known.get(&redemption_key(what)).copied();
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

    /// The caller got a final answer, and records it before it waits for anything.
    pub fn answered(&mut self, call: usize, now: At) {
        let disk = self.disk(self.calls[call].1.host);
        let act = &mut self.calls[call].1;
        let instance = &self.instances[act.host];
        if instance.is_alive && instance.process == act.process && disk == act.disk {
            act.answered_at = Some(now);
        }
    }

    /// A change was acknowledged. `at_once`: MongoDB must have it by now.
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

    /// A document was written: a record without a fact must not replace one with it.
    pub fn written(&mut self, by: Host, now: At, before: Option<&Record>, after: &Record) {
        match after.kind {
            RecordKind::Redemptions if is_final(after) => drop(self.known.entry(after.key()).or_insert(now)),
            RecordKind::Redemptions => drop(self.known.remove(&after.key())),
            RecordKind::Posts => {
                let of_it = self.posts.iter_mut().filter(|(what, _)| post_key(what) == after.key());
                for act in of_it.flat_map(|(_, acts)| acts) {
                    if tells_of(after, &act.nonce) {
                        act.known_since.get_or_insert(now);
                    } else if !is_attempted(after) {
                        act.known_since = None;
                    }
                }
            }
            _ => return,
        }
        let forgets = before.is_some_and(|before| match after.kind {
            RecordKind::Posts => is_sent(before) && !is_sent(after),
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

/// Instance 0 posted a code in one message and lost its disk. Instance 1 tries it in another one, and finally posts it.
#[test]
fn an_attempt_that_mongodb_knows_of_tells_of_its_own_message_alone() {
    use giftcode_bot::domain::codes::code::Code;
    use giftcode_bot::domain::players::player::AllianceId;
    use giftcode_bot::domain::sync::election::Position;
    use giftcode_bot::ports::replica::Authority;

    let what: Announced = (AllianceId(1001), Code::parse("CODE3").unwrap().key(), 1);
    let record = |nonce: &str, message_id: Value| {
        let value = |name| match name {
            "nonce" => Value::Text(nonce.to_owned()),
            "attempted_at" => Value::Time(1),
            "message_id" => message_id.clone(),
            "version" => Value::Int(1),
            _ => Value::Null,
        };
        let fields = RecordKind::Posts.fields();
        let contents = fields[RecordKind::Posts.key_fields()..].iter().map(|field| value(field.name));
        Record { kind: RecordKind::Posts, values: post_key(&what).into_iter().chain(contents).collect() }
    };
    let told = |known: Option<Record>| {
        let (mut checker, mut mongo) = (Checker::new(2, false, true), Mongo::default());
        checker.posted((0, 1, false, 0), 1_000, "first", std::slice::from_ref(&what), &mongo);
        if let Some(known) = &known {
            let leader = Authority::Leader(Position { term: 1, round: 1 });
            mongo.put(known, leader, 2_000, crate::planted::Planted::Nothing).unwrap();
            checker.written(0, 2_000, None, known);
        }
        checker.disk_replaced(0, None, None, &mongo);
        checker.posted((1, 1, false, 3_000), 4_000, "second", std::slice::from_ref(&what), &mongo);
        (checker.violation, checker.let_pass.lost)
    };
    assert_eq!(told(None), (None, 1));
    assert_eq!(told(Some(record("second", Value::Null))), (None, 1));
    for known in [record("first", Value::Null), record("second", Value::Int(7))] {
        assert!(told(Some(known.clone())).0.is_some(), "{known:?}");
    }
}
