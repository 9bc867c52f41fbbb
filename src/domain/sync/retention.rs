//! How long finished and deleted records are kept.

use jiff::SignedDuration;

/// How long the redemptions of a code that is over are kept. After that only their numbers per guild and outcome
/// remain.
pub const OVER_FOR: SignedDuration = SignedDuration::from_hours(56 * 24);

/// How long a record that is marked as deleted is kept. A copy that was away longer brings such records back.
pub const DELETED_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
