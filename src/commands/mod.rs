//! The commands: each sets up the services and runs them to the end.

pub mod check;
pub mod redeem;
pub mod run;
pub mod sandbox;
pub mod state;
mod summary;
mod watching;
mod wiring;
mod world;

/// How a command ended, if it could run at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything is done, or the command was told to stop.
    Well,
    /// Something went wrong, and the command has reported it.
    Badly,
    /// `redeem` ran, but some redemptions were given up.
    GaveUp,
}

impl Ended {
    /// See docs/contract.md, "Exit codes".
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Badly => 1,
            Self::GaveUp => 3,
        }
    }
}
