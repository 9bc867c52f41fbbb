//! The fair queue: which of all waiting redemptions is next.
//!
//! - A check of a code goes first: one call that may save hundreds, and that posts wait for.
//! - Redemptions that a person requested go before those of batches, but get at most every fourth place while others
//!   wait.
//! - Guilds alternate, one redemption each. So a guild with 5,000 players takes at most every other place from one with
//!   10.
//! - Within a guild, first tries go before later ones; among first tries, those of the code that ends first.
//! - Every eighth place goes to the redemption that has been due longest, no matter who requested it. Nothing that
//!   becomes due later can overtake it there, so nothing waits for ever, whatever else arrives.
//!
//! The store keeps the redemptions in groups; this module decides in which order the groups are asked for one.
//!
//! Written by hand on purpose: a queue crate orders what it holds in memory. Here the rows of the store wait. A restart
//! loses none of them, and each permit goes to the row that is first at that moment.

use jiff::Timestamp;

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::GuildId;

/// One in so many places goes to the redemption that has been due longest.
pub const LONGEST_DUE_EVERY: u32 = 8;
/// While others wait, at most one in so many places goes to a person's request.
pub const REQUESTED_EVERY: u32 = 4;

/// The redemptions of one code that wait with the players of one guild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// 0 for players on no roster.
    pub guild: GuildId,
    pub key: CodeKey,
    pub generation: u32,
    /// The code's end, if known.
    pub expires_at: Option<Timestamp>,
}

/// Where the next redemption may come from. Within each, the one that has been due longest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Offer {
    /// The checks of codes.
    Check,
    /// The redemptions that a person requested.
    Requested,
    /// All redemptions of batches.
    LongestDue,
    /// The first tries of the group with this index in [`Groups`].
    First(usize),
    /// The later tries of that group.
    Later(usize),
}

/// All groups with a waiting redemption, in order.
#[derive(Debug, Clone, Default)]
pub struct Groups(Vec<Group>);

impl Groups {
    /// Sorts groups by guild, then by the code that ends first.
    pub fn new(mut groups: Vec<Group>) -> Self {
        let ends = |group: &Group| group.expires_at.unwrap_or(Timestamp::MAX);
        groups.sort_by(|a, b| (a.guild, ends(a), &a.key, a.generation).cmp(&(b.guild, ends(b), &b.key, b.generation)));
        Self(groups)
    }

    pub fn as_slice(&self) -> &[Group] {
        &self.0
    }
}

/// Who was served recently.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FairQueue {
    count: u32,
    last: Option<GuildId>,
    /// Places for others before requests of persons come first again.
    before_requested: u32,
}

impl FairQueue {
    /// Serves one redemption: makes one offer after the other until `take` takes something. `take` returns `None` if
    /// the offer is empty. The place counts only if something was taken.
    pub fn serve<T>(&mut self, groups: &Groups, mut take: impl FnMut(Offer) -> Option<T>) -> Option<T> {
        // A check uses up no place.
        if let Some(taken) = take(Offer::Check) {
            return Some(taken);
        }
        let is_for_longest = self.count % LONGEST_DUE_EVERY == LONGEST_DUE_EVERY - 1;
        // In all other places the longest due need not be offered: the groups contain all redemptions.
        if is_for_longest && let Some(taken) = take(Offer::LongestDue) {
            self.took(None);
            return Some(taken);
        }
        let persons_first = self.before_requested == 0;
        if persons_first && let Some(taken) = self.serve_persons(&mut take) {
            return Some(taken);
        }
        let groups = groups.as_slice();
        let after_last = groups.partition_point(|group| self.last.is_some_and(|last| group.guild <= last));
        for of_guild in groups[after_last..].chunk_by(same_guild).chain(groups[..after_last].chunk_by(same_guild)) {
            let Some(first) = of_guild.first() else { continue };
            let begin = groups.partition_point(|group| group.guild < first.guild);
            let indices = begin..begin + of_guild.len();
            let mut offers = indices.clone().map(Offer::First).chain(indices.map(Offer::Later));
            if let Some(taken) = offers.find_map(&mut take) {
                self.took(Some(first.guild));
                return Some(taken);
            }
        }
        // No other redemption waits.
        if persons_first { None } else { self.serve_persons(&mut take) }
    }

    fn serve_persons<T>(&mut self, take: &mut impl FnMut(Offer) -> Option<T>) -> Option<T> {
        let taken = take(Offer::Requested)?;
        self.took(None);
        self.before_requested = REQUESTED_EVERY - 1;
        Some(taken)
    }

    fn took(&mut self, from: Option<GuildId>) {
        self.count = self.count.wrapping_add(1);
        self.before_requested = self.before_requested.saturating_sub(1);
        self.last = from.or(self.last);
    }
}

fn same_guild(a: &Group, b: &Group) -> bool {
    a.guild == b.guild
}

#[cfg(test)]
mod tests;
