//! The game's gift-code API over HTTP.

mod client;
mod sessions;
pub mod signature;

pub use client::{GameClient, GameSettings};

/// Below the base address.
pub const REDEEM_PATH: &str = "gift_code";
/// The path of the player (login) endpoint below the base address.
pub const PLAYER_PATH: &str = "player";
