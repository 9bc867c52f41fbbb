//! Faults that are planted outside of the program: in what it is told, or in what it says. Each is a fault that the program
//! once had.

/// What is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Planted {
    #[default]
    Nothing,
    /// Terms begin anew with 1 where the lease is gone, and a write that the fence refused counts as done.
    FenceIsDone,
    /// A lease is over 5 s after its last renewal.
    TakesAfterFiveSeconds,
    /// A lease is over 30 s after its last renewal, though nobody could renew it.
    AgeCountsInAnOutage,
    /// All instances have one name.
    NamesAreShared,
    /// Of two writes with one version the first one stays.
    VersionDecidesAlone,
    /// The leader never hears of a standby.
    StandbysAreHidden,
    /// No clock goes on while a machine sleeps.
    ClocksStandStill,
    /// Who has a position reads nothing of what was written behind it.
    TakeoversReadNothing,
}

impl Planted {
    pub const ALL: [(&'static str, Self); 8] = [
        ("fence_is_done", Self::FenceIsDone),
        ("takes_after_five_seconds", Self::TakesAfterFiveSeconds),
        ("age_counts_in_an_outage", Self::AgeCountsInAnOutage),
        ("names_are_shared", Self::NamesAreShared),
        ("version_decides_alone", Self::VersionDecidesAlone),
        ("standbys_are_hidden", Self::StandbysAreHidden),
        ("clocks_stand_still", Self::ClocksStandStill),
        ("takeovers_read_nothing", Self::TakeoversReadNothing),
    ];
}
