//! The engine against the simulated game.
