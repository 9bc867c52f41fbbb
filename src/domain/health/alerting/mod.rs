//! Which changes of the health an operator is told, and when.
//!
//! A problem is told when it has been there for a minute in all; gaps of less than a minute do not count as its end, so a
//! problem that comes and goes is one problem. Its end is told when it has been gone for a minute. One *reason* is named in
//! one message in five minutes, whatever it does; a problem that lasts six minutes is therefore always told, and so is the end
//! of every problem that was told. What one instance cannot see at the moment (it does not act) stands still: it neither
//! begins nor ends.
//!
//! All times are handed in. `at` is a time that never goes back; the [`Timestamp`]s are for people.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{InstanceHealth, Part, Problem, Standing};

/// How long a problem must have been there before it is told.
pub const LASTS: Duration = Duration::from_secs(60);
/// How long it must be gone before its end is told.
pub const GONE: Duration = Duration::from_secs(60);
/// Between two messages that name the same reason.
pub const QUIET: Duration = Duration::from_secs(300);
/// How long a start may take until it counts as a problem: opening a large file takes a while.
const STARTS_WITHIN: Duration = Duration::from_secs(180);
/// The same for reading what the working copy lacks: a whole state over a thin line takes minutes.
const CATCHES_UP_WITHIN: Duration = Duration::from_secs(900);
/// More time than this between two observations was not observed: the machine slept.
const MAX_STEP: Duration = Duration::from_secs(30);
/// The most reasons that are followed at once. There are about a dozen.
const MAX_REASONS: usize = 64;

/// What alerts count as the same problem: its part, and its kind. A problem's text holds numbers, which change; what to do
/// about it tells the kinds of a part apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason {
    pub part: Part,
    remedy: String,
}

impl Reason {
    pub fn of(problem: &Problem) -> Self {
        Self { part: problem.part, remedy: problem.remedy.clone() }
    }
}

/// What an instance can see of its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// It acts: everything.
    All,
    /// Only this part: an instance that does not act knows whether it may, and nothing else.
    Only(Part),
    /// It stops: nothing is news any more.
    Nothing,
}

impl View {
    fn shows(self, part: Part) -> bool {
        match self {
            Self::All => true,
            Self::Only(visible) => part == visible,
            Self::Nothing => false,
        }
    }
}

/// What was seen at one moment.
#[derive(Debug, Clone)]
pub struct Observation {
    at: Duration,
    now: Timestamp,
    view: View,
    /// Each with how long it must last before it is told.
    problems: Vec<(Problem, Duration)>,
}

impl Observation {
    pub fn new(health: &InstanceHealth, at: Duration, now: Timestamp) -> Self {
        let view = match health.standing {
            Standing::Stopping => View::Nothing,
            Standing::Active if health.parts.is_some() => View::All,
            _ => View::Only(Part::Leadership),
        };
        let seen = health.problems(now).into_iter().map(|problem| (problem, LASTS));
        let problems = seen.chain(unfinished_start(health)).filter(|(problem, _)| view.shows(problem.part)).collect();
        Self { at, now, view, problems }
    }

    /// The health cannot be read, because a store does not answer.
    pub fn unreadable(at: Duration, now: Timestamp) -> Self {
        let problem = Problem {
            part: Part::Stores,
            text: "the state file does not answer".to_owned(),
            since: None,
            remedy: "look after the disk of STATE_FILE; restart the bot when it answers again".to_owned(),
        };
        Self { at, now, view: View::Only(Part::Stores), problems: vec![(problem, LASTS)] }
    }
}

/// A start that does not end is a problem too, though each of its steps is in order.
fn unfinished_start(health: &InstanceHealth) -> Option<(Problem, Duration)> {
    let (text, within) = match health.standing {
        Standing::Starting | Standing::Active if health.parts.is_none() => {
            ("the bot does not finish its start", STARTS_WITHIN)
        }
        Standing::CatchingUp => ("the bot still reads its state from MongoDB and does not act yet", CATCHES_UP_WITHIN),
        _ => return None,
    };
    let remedy = "look for the reason in the bot's log";
    Some((Problem { part: Part::Leadership, text: text.to_owned(), since: None, remedy: remedy.to_owned() }, within))
}

/// What is to be told in one message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    pub began: Vec<Began>,
    pub ended: Vec<Ended>,
    /// The parts that are unwell after this, those that begin to be so among them.
    pub unwell: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Began {
    pub reason: Reason,
    pub problem: Problem,
    pub since: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub reason: Reason,
    /// As it was last seen.
    pub problem: Problem,
    pub lasted: Duration,
}

impl Notice {
    fn reasons(&self) -> impl Iterator<Item = (&Reason, bool)> {
        let began = self.began.iter().map(|began| (&began.reason, true));
        began.chain(self.ended.iter().map(|ended| (&ended.reason, false)))
    }
}

/// Whether a message arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    Arrived,
    /// It was sent, and no answer came. The same is told again, but not within [`QUIET`].
    Unknown,
}

/// Whether the operator knows of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knows {
    No,
    Maybe,
    Yes,
}

/// One reason over time.
#[derive(Debug, Clone)]
struct Course {
    problem: Problem,
    must_last: Duration,
    since: Timestamp,
    is_present: bool,
    /// How long it was seen in all, since it began.
    present_for: Duration,
    /// Since when it is gone, and for how long that was seen; `None` while it is there.
    gone: Option<(Timestamp, Duration)>,
    /// A problem of the same part that came when this one went. A part shows its worst problem: as long as that one is there,
    /// nobody knows whether this one is gone.
    hidden_by: Option<Reason>,
    knows: Knows,
    named_at: Option<Duration>,
}

impl Course {
    fn is_over(&self) -> bool {
        self.gone.is_some_and(|(_, gone_for)| gone_for >= GONE)
    }

    fn may_be_named(&self, at: Duration) -> bool {
        self.named_at.is_none_or(|named_at| at.saturating_sub(named_at) >= QUIET)
    }

    fn begin(&mut self, now: Timestamp) {
        self.since = self.problem.since.unwrap_or(now).min(now);
        self.present_for = Duration::ZERO;
    }
}

/// What was seen and told so far. It is in memory only: after a restart, what is still wrong is told once again.
#[derive(Debug, Clone)]
pub struct Alerting {
    courses: BTreeMap<Reason, Course>,
    at: Option<Duration>,
    view: View,
}

impl Default for Alerting {
    fn default() -> Self {
        Self { courses: BTreeMap::new(), at: None, view: View::Nothing }
    }
}

impl Alerting {
    pub fn observe(&mut self, seen: &Observation) {
        let step = self.at.map_or(Duration::ZERO, |at| seen.at.saturating_sub(at).min(MAX_STEP));
        (self.at, self.view) = (Some(seen.at), seen.view);
        let present: BTreeMap<Reason, &(Problem, Duration)> =
            seen.problems.iter().map(|seen| (Reason::of(&seen.0), seen)).collect();
        let was_present = |reason: &Reason| self.courses.get(reason).is_some_and(|course| course.is_present);
        let appeared: Vec<Reason> = present.keys().filter(|reason| !was_present(reason)).cloned().collect();
        for (reason, (problem, must_last)) in &present {
            self.see(reason, problem, *must_last, step, seen.now);
        }
        for (reason, course) in &mut self.courses {
            if !present.contains_key(reason) && seen.view.shows(reason.part) && course.is_present {
                course.is_present = false;
                course.hidden_by = appeared.iter().find(|other| other.part == reason.part).cloned();
            }
        }
        let visible: Vec<Reason> = self.courses.keys().filter(|reason| !self.is_there(reason)).cloned().collect();
        for reason in visible.iter().filter(|reason| seen.view.shows(reason.part)) {
            let Some(course) = self.courses.get_mut(reason) else { continue };
            course.gone = match course.gone {
                None => Some((seen.now, Duration::ZERO)),
                Some((since, gone_for)) => Some((since, gone_for + step)),
            };
        }
        self.courses
            .retain(|_, course| !course.is_over() || course.knows != Knows::No || !course.may_be_named(seen.at));
    }

    fn see(&mut self, reason: &Reason, problem: &Problem, must_last: Duration, step: Duration, now: Timestamp) {
        if !self.courses.contains_key(reason) && self.courses.len() >= MAX_REASONS {
            return;
        }
        let course = self.courses.entry(reason.clone()).or_insert_with(|| Course {
            problem: problem.clone(),
            must_last,
            since: now,
            is_present: false,
            present_for: Duration::ZERO,
            // It begins below.
            gone: Some((now, GONE)),
            hidden_by: None,
            knows: Knows::No,
            named_at: None,
        });
        problem.clone_into(&mut course.problem);
        if course.is_present {
            course.present_for += step;
        } else if course.is_over() && course.knows == Knows::No {
            course.begin(now);
        }
        (course.is_present, course.gone, course.hidden_by) = (true, None, None);
    }

    /// Whether a problem is there, as far as anybody can know.
    fn is_there(&self, reason: &Reason) -> bool {
        let mut next = Some(reason);
        // As many steps as there are reasons: none hides itself.
        for _ in 0..=self.courses.len() {
            match next.and_then(|reason| self.courses.get(reason)) {
                Some(course) if course.is_present => return true,
                Some(course) => next = course.hidden_by.as_ref(),
                None => return false,
            }
        }
        false
    }

    /// What is to be told now.
    pub fn due(&self) -> Option<Notice> {
        let at = self.at?;
        let mut notice = Notice::default();
        let visible = self.courses.iter().filter(|(reason, _)| self.view.shows(reason.part));
        for (reason, course) in visible.filter(|(_, course)| course.may_be_named(at)) {
            let problem = course.problem.clone();
            if course.is_present && course.knows != Knows::Yes && course.present_for >= course.must_last {
                notice.began.push(Began { reason: reason.clone(), problem, since: course.since });
            } else if let Some((ended, _)) = course.gone.filter(|_| course.is_over() && course.knows != Knows::No) {
                let lasted = Duration::try_from(ended.duration_since(course.since)).unwrap_or_default();
                notice.ended.push(Ended { reason: reason.clone(), problem, lasted });
            }
        }
        if notice.began.is_empty() && notice.ended.is_empty() {
            return None;
        }
        let begins = |reason: &Reason| notice.began.iter().any(|began| began.reason == *reason);
        let unwell = self.courses.iter().filter(|(reason, course)| {
            begins(reason) || course.knows != Knows::No && !notice.ended.iter().any(|ended| ended.reason == **reason)
        });
        let mut parts: Vec<Part> = unwell.map(|(reason, _)| reason.part).collect();
        parts.dedup();
        notice.unwell = parts;
        Some(notice)
    }

    /// A message with this was sent.
    pub fn note_sent(&mut self, notice: &Notice, delivery: Delivery) {
        for (reason, begins) in notice.reasons() {
            let Some(course) = self.courses.get_mut(reason) else { continue };
            course.named_at = self.at;
            course.knows = match (delivery, begins) {
                (Delivery::Unknown, _) => Knows::Maybe,
                (Delivery::Arrived, true) => Knows::Yes,
                (Delivery::Arrived, false) => Knows::No,
            };
        }
    }
}

#[cfg(test)]
mod tests;
