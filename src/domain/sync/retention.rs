//! How long what was decided, or deleted, is kept.

use jiff::SignedDuration;

/// The redemptions of a code that has been over for so long become numbers: how many came to what, per guild.
pub const OVER_FOR: SignedDuration = SignedDuration::from_hours(56 * 24);

/// A record that is marked as deleted is kept for so long: a copy that was away for longer brings back what it has.
pub const DELETED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
