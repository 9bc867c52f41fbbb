//! The fair queue: which of all waiting redemptions is next.
//!
//! - A check of a code goes first: one call that may save hundreds, and that posts wait for.
//! - Redemptions that a person requested go before those of batches, but get at most every fourth place while others
//!   wait.
//! - Servers alternate, one redemption each. So a server with 5,000 players takes at most every other place from one with
//!   10, and one with several alliances gets no more places than one with a single one.
//! - Within a server, first tries go before later ones; among first tries, those of the alliance that is first in the
//!   server's order, and then those of the code that ends first.
//! - Every eighth place goes to the redemption that has been due longest, no matter who requested it. Nothing that
//!   becomes due later can overtake it there, so nothing waits for ever, whatever else arrives.
//!
//! The store keeps the redemptions in groups; this module decides in which order the groups are asked for one.
//!
//! Written by hand on purpose: a queue crate orders what it holds in memory. Here the rows of the store wait. A restart
//! loses none of them, and each permit goes to the row that is first at that moment.

use jiff::Timestamp;

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::{AllianceId, GuildId};

/// One in so many places goes to the redemption that has been due longest.
pub const LONGEST_DUE_EVERY: u32 = 8;
/// While others wait, at most one in so many places goes to a person's request.
pub const REQUESTED_EVERY: u32 = 4;

/// The redemptions of one code that wait with the players of one alliance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// 0 for players on no roster.
    pub guild: AllianceId,
    /// The alliance's server.
    pub server: GuildId,
    /// The alliance's place in the order of its server.
    pub rank: u32,
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
    /// Sorts groups by server, then by the order of its alliances, then by the code that ends first.
    pub fn new(mut groups: Vec<Group>) -> Self {
        let ends = |group: &Group| group.expires_at.unwrap_or(Timestamp::MAX);
        groups.sort_by(|a, b| {
            let place = |group: &Group| (group.server, group.rank, group.guild, ends(group));
            (place(a), &a.key, a.generation).cmp(&(place(b), &b.key, b.generation))
        });
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
    /// The offers for the next redemption, in order. The first one that is taken is the one that is [`served`](Self::served).
    pub fn offers(&self, groups: &Groups) -> Vec<Offer> {
        let groups = groups.as_slice();
        let mut offers = vec![Offer::Check];
        // In all other places the longest due need not be offered: the groups contain all redemptions.
        if self.count % LONGEST_DUE_EVERY == LONGEST_DUE_EVERY - 1 {
            offers.push(Offer::LongestDue);
        }
        let persons_first = self.before_requested == 0;
        if persons_first {
            offers.push(Offer::Requested);
        }
        let after_last = groups.partition_point(|group| self.last.is_some_and(|last| group.server <= last));
        let mut begin = after_last;
        for of_server in groups[after_last..].chunk_by(same_server).chain(groups[..after_last].chunk_by(same_server)) {
            if begin == groups.len() {
                begin = 0;
            }
            let indices = begin..begin + of_server.len();
            offers.extend(indices.clone().map(Offer::First).chain(indices.map(Offer::Later)));
            begin += of_server.len();
        }
        if !persons_first {
            offers.push(Offer::Requested);
        }
        offers
    }

    /// Counts the place of a redemption that was taken. A check uses up no place.
    pub fn served(&mut self, groups: &Groups, offer: Offer) {
        let from = match offer {
            Offer::Check => return,
            Offer::Requested | Offer::LongestDue => None,
            Offer::First(index) | Offer::Later(index) => groups.as_slice().get(index).map(|group| group.server),
        };
        self.count = self.count.wrapping_add(1);
        self.before_requested = match offer {
            Offer::Requested => REQUESTED_EVERY - 1,
            _ => self.before_requested.saturating_sub(1),
        };
        self.last = from.or(self.last);
    }
}

fn same_server(a: &Group, b: &Group) -> bool {
    a.server == b.server
}

#[cfg(test)]
mod tests;
