//! Which codes go to which guild, and into which messages.

use md5::{Digest, Md5};

use super::code::CodeKey;
use crate::domain::players::player::AllianceId;

/// The most codes that one message shows with all details.
pub const SPELLED_OUT: usize = 10;
/// The most codes of a further message, which only lists them. Each takes a line, and an embed holds 4,096 characters.
pub const LISTED: usize = 40;

/// The longest nonce that Discord accepts, in characters.
const NONCE_CHARS: usize = 25;

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum MessageKind {
    New,
    /// The codes that are active when a guild's channel is set. Sent once.
    Digest,
    /// Codes that did not fit into the message before.
    More,
}

impl MessageKind {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMessage<T> {
    pub kind: MessageKind,
    /// The number of codes in all messages of the announcement.
    pub total: usize,
    pub codes: Vec<T>,
}

/// The messages that announce `codes` to one guild: the first shows a few with details, as many others as needed list
/// the remainder. Every code is in exactly one of them.
pub fn messages<T>(codes: Vec<T>, is_digest: bool) -> Vec<PlannedMessage<T>> {
    let total = codes.len();
    let mut codes = codes.into_iter();
    let mut messages = Vec::new();
    loop {
        let (kind, room) = match (messages.is_empty(), is_digest) {
            (true, true) => (MessageKind::Digest, SPELLED_OUT),
            (true, false) => (MessageKind::New, SPELLED_OUT),
            (false, _) => (MessageKind::More, LISTED),
        };
        let part: Vec<T> = codes.by_ref().take(room).collect();
        if part.is_empty() {
            return messages;
        }
        messages.push(PlannedMessage { kind, total, codes: part });
    }
}

/// A message for each code: in a forum, each code has a post of its own.
pub fn messages_apart<T>(codes: Vec<T>) -> Vec<PlannedMessage<T>> {
    codes.into_iter().map(|code| PlannedMessage { kind: MessageKind::New, total: 1, codes: vec![code] }).collect()
}

/// The nonce by which Discord recognizes a repeated attempt to send a message. It follows from what is announced, so a
/// second process with a copy of the state computes the same one. A message of several codes takes the nonce of its
/// first code, because another process may have announced different codes with that one. `again` counts the nonces that
/// are taken by older messages that start with the same code.
pub fn nonce(guild: AllianceId, first: &CodeKey, generation: u32, again: u32) -> String {
    hashed('g', &format!("{guild}/{first}/{generation}/{again}"))
}

/// A nonce that follows from `text`: the prefix, and a hash.
pub(super) fn hashed(prefix: char, text: &str) -> String {
    let hash = Md5::digest(text);
    let mut remainder = u128::from_be_bytes(hash.into());
    let mut nonce = vec![prefix];
    nonce.extend((1..NONCE_CHARS).filter_map(|_| {
        let digit = char::from_digit((remainder % 36) as u32, 36);
        remainder /= 36;
        digit
    }));
    nonce.into_iter().collect()
}

/// A guild's position among those whose posts were planned at one moment. The order differs each time, so that no guild
/// is always the last of many.
pub fn sending_order(guild: AllianceId, planned_at_ms: i64) -> u64 {
    // The finalizer of splitmix64: similar inputs give unrelated outputs.
    let mut mixed = guild.0 ^ planned_at_ms.cast_unsigned().rotate_left(32);
    for (shift, factor) in [(30, 0xBF58_476D_1CE4_E5B9_u64), (27, 0x94D0_49BB_1331_11EB)] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(factor);
    }
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_nonce_follows_from_what_is_announced() {
        use crate::domain::codes::code::Code;
        let key = |text: &str| Code::parse(text).unwrap().key();
        let known = nonce(AllianceId(1_165_706_299_393_183_754), &key("wos1105"), 1, 0);
        assert_eq!(
            known, "g5gmh5ny98ye5aklcbg01e3qq",
            "it must never change: another version names the same message alike"
        );
        let mut all = std::collections::BTreeSet::new();
        for guild in 0..20 {
            for code in ["A", "B", "AB", "A1", "1A"] {
                for (generation, again) in [(1, 0), (1, 1), (2, 0), (11, 0)] {
                    let nonce = nonce(AllianceId(guild), &key(code), generation, again);
                    assert!(nonce.len() == 25 && nonce.is_ascii(), "{nonce}");
                    assert!(all.insert(nonce));
                }
            }
        }
    }

    #[test]
    fn no_guild_is_always_the_last() {
        let guilds: Vec<AllianceId> = (0..100).map(|number| AllianceId((number + 10_000) << 22)).collect();
        let mut positions = vec![0; guilds.len()];
        for moment in 0..200 {
            let mut order: Vec<usize> = (0..guilds.len()).collect();
            order.sort_by_key(|at| sending_order(guilds[*at], 1_760_000_000_000 + moment * 10_007));
            for (position, guild) in order.into_iter().enumerate() {
                positions[guild] += position;
            }
        }
        // Each guild's average position is the middle: 200 × 49.5, within four standard deviations.
        assert!(positions.iter().all(|sum| (8_200..11_600).contains(sum)), "{positions:?}");
    }

    #[test]
    fn names_read_back() {
        for (kind, name) in [(MessageKind::New, "new"), (MessageKind::Digest, "digest"), (MessageKind::More, "more")] {
            assert_eq!((MessageKind::parse(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(MessageKind::parse("New"), None);
    }

    #[test]
    fn few_codes_are_one_message() {
        let planned = messages(vec!["A", "B"], false);
        assert_eq!(planned, [PlannedMessage { kind: MessageKind::New, total: 2, codes: vec!["A", "B"] }]);
        assert_eq!(messages(vec!["A"], true)[0].kind, MessageKind::Digest);
        assert_eq!(messages(Vec::<u8>::new(), true), []);
    }

    proptest! {
        #[test]
        fn every_code_is_in_exactly_one_message(count in 0usize..500, digest in any::<bool>()) {
            let planned = messages((0..count).collect(), digest);
            let all: Vec<usize> = planned.iter().flat_map(|m| m.codes.clone()).collect();
            prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
            for (i, message) in planned.iter().enumerate() {
                prop_assert_eq!(message.kind == MessageKind::More, i > 0);
                let room = if i == 0 { SPELLED_OUT } else { LISTED };
                prop_assert!(message.codes.len() <= room);
                prop_assert_eq!(message.total, count);
                prop_assert_eq!(MessageKind::parse(message.kind.name()), Some(message.kind));
            }
        }
    }
}
