//! How fast the game may be asked, and for whom next (invariant 5).

pub mod budget;
pub mod fair_queue;
pub mod player_pacing;
