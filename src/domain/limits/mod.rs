//! How fast the game may be called, and for which redemption next (invariant 5).

pub mod budget;
pub mod estimate;
pub mod fair_queue;
pub mod player_pacing;
