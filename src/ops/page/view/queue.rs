//! What waits for the game, and for how long.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::health::{EnginePhase, EngineStatus};
use crate::domain::redeeming::batch_progress::RateMeter;
use crate::domain::redeeming::explanation::trouble_in_words;
use crate::ops::page::snapshot::{SPEED_OVER, Snapshot};
use crate::store::Queue;

use super::time::{between, moment, short};
use super::{Moment, count, full_sentence, number};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueView {
    /// What waits, as a sentence.
    pub text: String,
    /// When it will probably be empty, and in what time.
    pub done: Option<(Moment, String)>,
    /// How fast it goes.
    pub speed: Option<String>,
    /// Why it stands still.
    pub stands_still: Option<String>,
}

pub(super) fn queue(queue: &Queue, snapshot: &Snapshot) -> QueueView {
    let text = match queue.waiting {
        0 => "Nothing waits.".to_owned(),
        waiting => {
            let (redemptions, codes) = (count(waiting, "redemption"), count(queue.codes, "code"));
            let wait = if waiting == 1 { "waits" } else { "wait" };
            let tried = match queue.tried {
                0 => String::new(),
                tried => format!(", {} of them for another try", number(tried)),
            };
            format!("{redemptions} of {codes} {wait}{tried}.")
        }
    };
    let stands_still = stands_still(snapshot).filter(|_| queue.waiting > 0);
    let took = measured(queue, snapshot.now);
    let remaining =
        took.and_then(|took| remaining(queue, took)).filter(|_| stands_still.is_none() && queue.waiting > 0);
    let done = remaining.and_then(|remaining| {
        let at = snapshot.now.checked_add(remaining).ok()?;
        Some((moment(at, snapshot.now), short(remaining)))
    });
    let speed = took.filter(|_| done.is_some()).map(|took| {
        let per_minute = f64::from(queue.decided) * 60.0 / took.as_secs_f64().max(1.0);
        if per_minute < 10.0 { format!("{per_minute:.1} a minute") } else { format!("{per_minute:.0} a minute") }
    });
    QueueView { text, done, speed, stands_still }
}

/// How long the speed was measured: since the first decision, if nothing was decided before that in the whole time.
fn measured(queue: &Queue, now: Timestamp) -> Option<Duration> {
    let since = between(queue.decided_since?, now);
    // The first one of a queue that has been moving for longer comes soon after the beginning.
    let is_moving = since + SPEED_OVER / 6 >= SPEED_OVER;
    Some(if is_moving { SPEED_OVER } else { since })
}

/// As the progress of a batch estimates it.
fn remaining(queue: &Queue, took: Duration) -> Option<Duration> {
    let mut rate = RateMeter::default();
    rate.sample(Duration::ZERO, 0);
    rate.sample(took, queue.decided);
    rate.remaining(queue.waiting)
}

fn stands_still(snapshot: &Snapshot) -> Option<String> {
    trouble(&snapshot.instance.parts.as_ref()?.engine).map(|why| full_sentence(&why))
}

/// Why no redemption is called for, as a clause.
pub(super) fn trouble(engine: &EngineStatus) -> Option<String> {
    match &engine.phase {
        EnginePhase::Open { trouble, .. } => Some(trouble_in_words(trouble.cause, &trouble.evidence)),
        EnginePhase::Held { code, evidence, .. } => {
            Some(format!("{code} is held: the game gives every player the unknown answer {evidence} for it"))
        }
        EnginePhase::Working | EnginePhase::Limited { .. } => None,
    }
}
