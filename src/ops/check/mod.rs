//! What `giftcode-bot check` asks everything but Discord: the state file, the feeds, the game, MongoDB, the running bot.
//!
//! Each of these ends in time, whatever hangs, and changes nothing that the bot works with.

mod feeds;
mod game;
mod mongodb;
mod running;
mod state;

pub use feeds::check_feeds;
pub use game::{GameCheck, check_game};
pub use mongodb::check_mongodb;
pub use running::{BotPlace, check_running};
pub use state::check_state;
