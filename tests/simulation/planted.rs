//! Faults planted outside the program, in what it receives or sends. The program once had each of them.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Planted {
    #[default]
    Nothing,
    /// Terms start again at 1 if the lease is gone, and a fenced-off write counts as done.
    FenceIsDone,
    /// A lease is over 5 s after its last renewal.
    TakesAfterFiveSeconds,
    /// A lease is over 30 s after its last renewal, even if nobody could renew it.
    AgeCountsInAnOutage,
    /// All instances have the same name.
    NamesAreShared,
    /// Of two writes with the same version the first one stays.
    VersionDecidesAlone,
    /// The leader never hears of a standby.
    StandbysAreHidden,
    /// No clock runs while a machine sleeps.
    ClocksStandStill,
    /// An instance with a position reads nothing that was written after it.
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
