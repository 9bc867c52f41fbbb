//! What the game answers, and what each answer means.

pub mod answer;
pub mod status;
