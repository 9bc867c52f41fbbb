//! Faults that a test asks for: responses that refuse, break off or never come, and gates that hold a request.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{oneshot, watch};

/// What happens to a request instead of the usual. "Done then": the request is carried out before it fails.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Status(u16),
    /// This status, with Discord's own error code in the body.
    Error {
        status: u16,
        code: u32,
    },
    /// An HTML page of a proxy in front of Discord, perhaps with a `Retry-After` in seconds.
    Page {
        status: u16,
        retry_after: Option<u32>,
    },
    /// 429.
    RateLimited {
        retry_after: Duration,
        is_global: bool,
    },
    /// The connection stays open, and no response comes.
    Hang,
    /// The connection is closed without a response.
    DoneThenClosed,
    DoneThenStatus(u16),
    DoneThenPage(u16),
}

/// A request that a rule decides about.
pub struct Attempt<'a> {
    pub method: &'a str,
    /// After `/api/v10`, without the query.
    pub path: &'a str,
    /// The channel of a message create, or the forum of a new post.
    pub channel: Option<u64>,
    /// Which message create in its channel this is, from 1; 0 for other requests.
    pub nth: usize,
    pub body: &'a Value,
}

type Rule = Box<dyn FnMut(&Attempt<'_>) -> Option<Fault> + Send>;

/// Where a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A request to create a message, or a post in a forum, has been received, and the message does not exist yet.
    BeforeCreate,
    /// The message exists, and the bot has no response yet.
    AfterCreate,
    /// The same for an edit of a message in a channel.
    BeforeEdit,
    AfterEdit,
    /// The same for publishing a message.
    BeforePublish,
    AfterPublish,
    /// The same for deleting a message or a thread.
    BeforeDelete,
    AfterDelete,
    /// The same for a change of a thread.
    BeforeThreadEdit,
    AfterThreadEdit,
}

/// What happens to a held request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Continue,
    /// Its connection is closed, and what is not done yet is never done.
    Drop,
}

/// The test's side of a gate. Dropping it opens the gate.
pub struct Gate {
    reached: watch::Receiver<bool>,
    decision: Option<oneshot::Sender<Decision>>,
}

/// The request's side.
pub struct Held {
    point: Point,
    reached: watch::Sender<bool>,
    decision: oneshot::Receiver<Decision>,
}

impl Gate {
    /// Waits until a request stands at the gate. A busy machine may need long for it.
    pub async fn reached(&mut self) {
        let wait = self.reached.wait_for(|reached| *reached);
        let reached = tokio::time::timeout(Duration::from_secs(180), wait).await;
        assert!(matches!(reached, Ok(Ok(_))), "no request came to the gate");
    }

    /// Whether a request stands at the gate, or has.
    pub fn is_reached(&self) -> bool {
        *self.reached.borrow()
    }

    /// Lets the request continue even if its sender is gone: Discord has received it.
    pub fn open(mut self) {
        self.decide(Decision::Continue);
    }

    /// Ends the request here, and closes its connection.
    pub fn drop_request(mut self) {
        self.decide(Decision::Drop);
    }

    fn decide(&mut self, decision: Decision) {
        if let Some(sender) = self.decision.take() {
            // A request that is gone needs no decision.
            let _: Result<(), Decision> = sender.send(decision);
        }
    }
}

impl Held {
    pub async fn wait(self) -> Decision {
        self.reached.send_replace(true);
        self.decision.await.unwrap_or(Decision::Continue)
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
        let (sender, decision) = oneshot::channel();
        self.gates.push(Held { point, reached, decision });
        Gate { reached: receiver, decision: Some(sender) }
    }

    /// The gate that the next request at this point stops at.
    pub fn take_gate(&mut self, point: Point) -> Option<Held> {
        let at = self.gates.iter().position(|gate| gate.point == point)?;
        Some(self.gates.remove(at))
    }
}
