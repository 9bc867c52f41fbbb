//! What goes wrong at a test's wish: answers that refuse, break off or never come, and gates that hold a request.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{oneshot, watch};

/// What happens to a request instead of the usual.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// This status, and no effect.
    Answer(u16),
    /// This status with Discord's own code, and no effect.
    Refuse { status: u16, code: u32 },
    /// A page of whoever stands before Discord, with this status and perhaps a `Retry-After`, and no effect.
    Page { status: u16, retry_after: Option<u32> },
    /// 429, and no effect.
    TooFast { retry_after: Duration, is_global: bool },
    /// Carried out, and then the connection is closed without an answer.
    Unanswered,
    /// Carried out, and then a page with this status.
    DoneThenPage(u16),
    /// Carried out, and then this status.
    DoneThenAnswer(u16),
    /// No effect, no answer, and the connection stays open.
    Hang,
}

/// A request about which a rule decides.
pub struct Attempt<'a> {
    pub method: &'a str,
    /// Below `/api/v10`, without the query.
    pub path: &'a str,
    /// The channel of a message create.
    pub channel: Option<u64>,
    /// Which message create in its channel this is, from 1; 0 for other requests.
    pub nth: usize,
    pub body: &'a Value,
}

type Rule = Box<dyn FnMut(&Attempt<'_>) -> Option<Fault> + Send>;

/// Where a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A message create has been received; there is no message yet.
    BeforeCreate,
    /// The message is there; the bot does not know it.
    AfterCreate,
    /// The same for a change of a message in a channel.
    BeforeEdit,
    AfterEdit,
}

/// What becomes of a held request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    GoOn,
    /// Its connection is closed, and what has not been done is not done.
    Drop,
}

/// The test's side of a gate. Dropped, it opens.
pub struct Gate {
    reached: watch::Receiver<bool>,
    verdict: Option<oneshot::Sender<Verdict>>,
}

/// The request's side.
pub struct Held {
    point: Point,
    reached: watch::Sender<bool>,
    verdict: oneshot::Receiver<Verdict>,
}

impl Gate {
    /// Waits until a request stands at the gate.
    pub async fn reached(&mut self) {
        let wait = self.reached.wait_for(|reached| *reached);
        let reached = tokio::time::timeout(Duration::from_secs(30), wait).await;
        assert!(matches!(reached, Ok(Ok(_))), "no request came to the gate");
    }

    /// Whether a request stands at the gate, or has.
    pub fn is_reached(&self) -> bool {
        *self.reached.borrow()
    }

    /// Lets the request go on, whether or not its sender still lives: Discord has received it.
    pub fn open(mut self) {
        self.decide(Verdict::GoOn);
    }

    /// Lets the request come to nothing from here: its connection is closed.
    pub fn drop_request(mut self) {
        self.decide(Verdict::Drop);
    }

    fn decide(&mut self, verdict: Verdict) {
        if let Some(sender) = self.verdict.take() {
            // A request that is gone needs no verdict.
            let _: Result<(), Verdict> = sender.send(verdict);
        }
    }
}

impl Held {
    pub async fn wait(self) -> Verdict {
        self.reached.send_replace(true);
        self.verdict.await.unwrap_or(Verdict::GoOn)
    }
}

#[derive(Default)]
pub struct Faults {
    pub messages: Option<Rule>,
    pub requests: Option<Rule>,
    creates: HashMap<u64, usize>,
    gates: Vec<Held>,
}

impl Faults {
    pub fn decide(&mut self, method: &str, path: &str, channel: Option<u64>, body: &Value) -> Option<Fault> {
        let nth = channel.map_or(0, |channel| {
            let count = self.creates.entry(channel).or_default();
            *count += 1;
            *count
        });
        let attempt = Attempt { method, path, channel, nth, body };
        let messages = self.messages.as_mut().filter(|_| channel.is_some());
        let fault = messages.and_then(|rule| rule(&attempt));
        fault.or_else(|| self.requests.as_mut().and_then(|rule| rule(&attempt)))
    }

    pub fn add_gate(&mut self, point: Point) -> Gate {
        let (reached, receiver) = watch::channel(false);
        let (sender, verdict) = oneshot::channel();
        self.gates.push(Held { point, reached, verdict });
        Gate { reached: receiver, verdict: Some(sender) }
    }

    /// The gate that the next request at this point stops at.
    pub fn take_gate(&mut self, point: Point) -> Option<Held> {
        let at = self.gates.iter().position(|gate| gate.point == point)?;
        Some(self.gates.remove(at))
    }
}
