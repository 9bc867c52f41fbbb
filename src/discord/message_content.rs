//! Whether the bot may read what people write in channels (`DISCORD_MESSAGE_CONTENT`).
//!
//! Discord gives the content of messages only to applications for which its owner turned that on in the developer portal. It
//! closes a session that asks for it otherwise (4014). The bot then goes on without it until the process starts again: asking again
//! would use up the sessions of the day.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serenity::all::GatewayIntents;

/// Servers with their channels and roles. None of them needs Discord's approval.
pub const BASE_INTENTS: GatewayIntents = GatewayIntents::GUILDS;
/// What reading messages needs in addition.
const READING_INTENTS: GatewayIntents = GatewayIntents::GUILD_MESSAGES.union(GatewayIntents::MESSAGE_CONTENT);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    On,
    /// `DISCORD_MESSAGE_CONTENT` is not `true`.
    Off,
    /// It is, but the developer portal does not allow it.
    NotAllowed,
}

/// Clones share the state.
#[derive(Debug, Clone)]
pub struct MessageContent {
    is_wanted: bool,
    is_refused: Arc<AtomicBool>,
}

impl MessageContent {
    pub fn new(is_wanted: bool) -> Self {
        Self { is_wanted, is_refused: Arc::default() }
    }

    pub fn reading(&self) -> Reading {
        match (self.is_wanted, self.is_refused.load(Ordering::Relaxed)) {
            (false, _) => Reading::Off,
            (true, false) => Reading::On,
            (true, true) => Reading::NotAllowed,
        }
    }

    /// The intents of a session.
    pub fn intents(&self) -> GatewayIntents {
        if self.reading() == Reading::On { BASE_INTENTS | READING_INTENTS } else { BASE_INTENTS }
    }

    /// Notes that Discord refused the intents. Returns whether a session without them is worth a try.
    pub fn refuse(&self) -> bool {
        self.is_wanted && !self.is_refused.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_final_and_leaves_the_rest() {
        let (off, on) = (MessageContent::new(false), MessageContent::new(true));
        assert_eq!((off.reading(), off.intents(), off.refuse()), (Reading::Off, BASE_INTENTS, false));
        assert_eq!((on.reading(), on.intents()), (Reading::On, BASE_INTENTS | READING_INTENTS));
        assert!(on.clone().refuse() && !on.refuse());
        assert_eq!((on.reading(), on.intents()), (Reading::NotAllowed, BASE_INTENTS));
    }
}
