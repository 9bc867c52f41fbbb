//! Whose turn it is: which of all waiting redemptions is next.
//!
//! - A check of a code goes before all: one call that may save hundreds, and that posts wait for.
//! - What a person asked for goes before what runs made due, but takes no more than every fourth turn while that waits.
//! - Guilds take turns, one redemption each, so a guild with 5,000 players costs one with 10 no more than every other turn.
//! - Within a guild, first tries go before later ones; of these, the code that ends first.
//! - Every eighth turn goes to whatever is due for longest, whoever asked. What becomes due later never gets before it in
//!   these turns, so nothing waits for ever, whatever else comes in.
//!
//! The store keeps the redemptions in this order's groups; this says in which order they are asked for one.
//!
//! Written by hand on purpose: a queue crate orders what it holds in memory. Here rows of the store wait, a restart loses
//! none of them, and each permit goes to the row that is first at that moment.

use jiff::Timestamp;

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::GuildId;

/// Every so many turns one goes to what is due for longest.
pub const LONGEST_DUE_EVERY: u32 = 8;
/// Of so many turns, one at most goes to what persons asked for, while others wait.
pub const ASKED_EVERY: u32 = 4;

/// The redemptions of one code that wait with the players of one guild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The guild; 0 for players on no roster.
    pub guild: GuildId,
    /// The code.
    pub key: CodeKey,
    /// Its generation.
    pub generation: u32,
    /// When the code ends, where that is known.
    pub expires_at: Option<Timestamp>,
}

/// Where to look for the next redemption. Within each, what is due for longest goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Offer {
    /// Among the checks of codes.
    Check,
    /// Among those that a person asked for.
    Asked,
    /// Among all that runs made due.
    LongestDue,
    /// Among the first tries of the group with this place in [`Groups`].
    First(usize),
    /// Among the later tries of that group.
    Later(usize),
}

/// All groups with something waiting, in order.
#[derive(Debug, Clone, Default)]
pub struct Groups(Vec<Group>);

impl Groups {
    /// Puts groups in order: by guild, then the code that ends first.
    pub fn new(mut groups: Vec<Group>) -> Self {
        let ends = |group: &Group| group.expires_at.unwrap_or(Timestamp::MAX);
        groups.sort_by(|a, b| (a.guild, ends(a), &a.key, a.generation).cmp(&(b.guild, ends(b), &b.key, b.generation)));
        Self(groups)
    }

    /// The groups in order.
    pub fn as_slice(&self) -> &[Group] {
        &self.0
    }
}

/// Whose turn it was lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FairQueue {
    count: u32,
    last: Option<GuildId>,
    /// Turns of others before persons are first again.
    before_asked: u32,
}

impl FairQueue {
    /// Gives one turn: asks `take` with one offer after the other until it takes something. `take` says what it took, or
    /// `None` where there is nothing to be had. The turn counts only if something was taken.
    pub fn give<T>(&mut self, groups: &Groups, mut take: impl FnMut(Offer) -> Option<T>) -> Option<T> {
        // It takes nobody's turn.
        if let Some(taken) = take(Offer::Check) {
            return Some(taken);
        }
        let is_for_longest = self.count % LONGEST_DUE_EVERY == LONGEST_DUE_EVERY - 1;
        // Except in its turn, what is due for longest need not be asked: the groups hold all of it.
        if is_for_longest && let Some(taken) = take(Offer::LongestDue) {
            self.took(None);
            return Some(taken);
        }
        let persons_first = self.before_asked == 0;
        if persons_first && let Some(taken) = self.give_to_persons(&mut take) {
            return Some(taken);
        }
        let groups = groups.as_slice();
        let after_last = groups.partition_point(|group| self.last.is_some_and(|last| group.guild <= last));
        for of_guild in groups[after_last..].chunk_by(same_guild).chain(groups[..after_last].chunk_by(same_guild)) {
            let Some(first) = of_guild.first() else { continue };
            let begin = groups.partition_point(|group| group.guild < first.guild);
            let places = begin..begin + of_guild.len();
            let mut offers = places.clone().map(Offer::First).chain(places.map(Offer::Later));
            if let Some(taken) = offers.find_map(&mut take) {
                self.took(Some(first.guild));
                return Some(taken);
            }
        }
        // Nobody else waits.
        if persons_first { None } else { self.give_to_persons(&mut take) }
    }

    fn give_to_persons<T>(&mut self, take: &mut impl FnMut(Offer) -> Option<T>) -> Option<T> {
        let taken = take(Offer::Asked)?;
        self.took(None);
        self.before_asked = ASKED_EVERY - 1;
        Some(taken)
    }

    fn took(&mut self, from: Option<GuildId>) {
        self.count = self.count.wrapping_add(1);
        self.before_asked = self.before_asked.saturating_sub(1);
        self.last = from.or(self.last);
    }
}

fn same_guild(a: &Group, b: &Group) -> bool {
    a.guild == b.guild
}

#[cfg(test)]
mod tests;
