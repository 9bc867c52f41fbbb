//! The commands: each puts the services together and runs them to its end.

pub mod redeem;
pub mod run;
pub mod sandbox;
pub mod state;
mod summary;
mod wiring;
mod world;

/// How a command ended, where it could run at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All done, or asked to stop.
    Well,
    /// Something did not come out as it should; the command has said what.
    Badly,
    /// `redeem` ran, but some redemptions were given up.
    GaveUp,
}

impl Ended {
    /// The exit code (docs/contract.md, "Exit codes").
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Badly => 1,
            Self::GaveUp => 3,
        }
    }
}
