//! Messages about a code besides its post: a mention of the people for whom it failed, and a reminder before it ends.

use jiff::{SignedDuration, Timestamp};

use super::code::CodeKey;
use super::post_plan;
use crate::domain::players::player::AllianceId;

/// How long before its end a code's reminder is due.
pub const REMIND_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// A reminder that comes later than this before the end helps nobody.
pub const REMIND_UNTIL: SignedDuration = SignedDuration::from_hours(1);
/// Nobody needs a reminder of what was posted more recently than this.
pub const REMIND_AFTER_POST: SignedDuration = SignedDuration::from_hours(6);
/// How long after its end a batch's people may still be mentioned.
pub const MENTION_WITHIN: SignedDuration = SignedDuration::from_hours(6);
/// The most people that one message mentions.
pub const MAX_MENTIONS: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum NoticeKind {
    /// Mentions the linked people for whom the code failed.
    Failed,
    /// The code ends soon, and some do not have it.
    Reminder,
}

impl NoticeKind {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// The nonce of a notice. It follows from what the notice is about, as a post's does ([`post_plan::nonce`]).
pub fn nonce(guild: AllianceId, key: &CodeKey, generation: u32, kind: NoticeKind) -> String {
    post_plan::hashed('n', &format!("{guild}/{key}/{generation}/{}", kind.name()))
}

/// The time in which the reminder of a code that was posted at `posted_at` may be sent; `None` if there is no such time.
pub fn reminder_window(ends_at: Timestamp, posted_at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let from = ends_at.checked_sub(REMIND_BEFORE).ok()?.max(posted_at.checked_add(REMIND_AFTER_POST).ok()?);
    let until = ends_at.checked_sub(REMIND_UNTIL).ok()?;
    (from < until).then_some((from, until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::code::Code;

    #[test]
    fn a_reminder_comes_a_day_before_but_not_right_after_the_post() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap();
        for (ends, posted, window) in
            [(100, 0, Some((76, 99))), (20, 0, Some((6, 19))), (8, 0, Some((6, 7))), (7, 0, None), (100, 99, None)]
        {
            let expected = window.map(|(from, until)| (at(from), at(until)));
            assert_eq!(reminder_window(at(ends), at(posted)), expected, "{ends} {posted}");
        }
        assert_eq!(reminder_window(Timestamp::MIN, Timestamp::MAX), None);
    }

    #[test]
    fn a_nonce_is_that_of_one_notice() {
        let key = Code::parse("gogoWOS").unwrap().key();
        let one = nonce(AllianceId(1), &key, 1, NoticeKind::Reminder);
        assert!(one.starts_with('n') && one.len() == 25, "{one}");
        assert_eq!(one, nonce(AllianceId(1), &key, 1, NoticeKind::Reminder));
        for other in [
            nonce(AllianceId(2), &key, 1, NoticeKind::Reminder),
            nonce(AllianceId(1), &key, 2, NoticeKind::Reminder),
            nonce(AllianceId(1), &key, 1, NoticeKind::Failed),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(NoticeKind::parse("reminder"), Some(NoticeKind::Reminder));
        assert_eq!(NoticeKind::parse(NoticeKind::Failed.name()), Some(NoticeKind::Failed));
    }
}
