//! The game's gift-code API over HTTP.

mod client;
mod sessions;
pub mod signature;

pub use client::{GameClient, GameSettings};

/// The path of the redeem endpoint under the base.
pub const REDEEM_PATH: &str = "gift_code";
/// The path of the player (login) endpoint under the base.
pub const PLAYER_PATH: &str = "player";
