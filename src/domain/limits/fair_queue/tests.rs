use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::codes::code::Code;

/// A waiting redemption; `due` gives the order in which they became due.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    due: u32,
    guild: u64,
    code: usize,
    is_later: bool,
    is_requested: bool,
}

fn key(code: usize) -> CodeKey {
    Code::parse(&format!("CODE{code}")).unwrap().key()
}

/// Codes with a higher number end sooner.
fn groups(waiting: &[Waiting]) -> Groups {
    let mut groups: Vec<Group> = Vec::new();
    for one in waiting {
        let expires_at = Timestamp::from_second(1_000_000 - one.code as i64).ok().filter(|_| one.code > 0);
        // From 100 on, the last two digits are the alliance's place in a server.
        let (server, rank) = match one.guild {
            100.. => (GuildId(one.guild / 100), u32::try_from(one.guild % 100).unwrap()),
            alone => (GuildId(alone), 0),
        };
        let group = Group { guild: AllianceId(one.guild), server, rank, key: key(one.code), generation: 1, expires_at };
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    Groups::new(groups)
}

fn next(fair_queue: &mut FairQueue, waiting: &mut Vec<Waiting>) -> Option<Waiting> {
    let groups = groups(waiting);
    let fits = |one: &Waiting, offer: Offer| match offer {
        Offer::Requested => one.is_requested,
        Offer::LongestDue => !one.is_requested,
        // None of these is a check.
        Offer::Check => false,
        Offer::First(place) | Offer::Later(place) => {
            let group = &groups.as_slice()[place];
            let is_later = matches!(offer, Offer::Later(_));
            group.guild.0 == one.guild && group.key == key(one.code) && one.is_later == is_later && !one.is_requested
        }
    };
    let first = |offer| (0..waiting.len()).filter(|i| fits(&waiting[*i], offer)).min_by_key(|i| waiting[*i].due);
    let (offer, index) = fair_queue.offers(&groups).into_iter().find_map(|offer| Some((offer, first(offer)?)))?;
    fair_queue.served(&groups, offer);
    Some(waiting.remove(index))
}

fn of_batch(due: u32, guild: u64) -> Waiting {
    Waiting { due, guild, code: 0, is_later: false, is_requested: false }
}

#[test]
fn a_server_gets_one_servers_places_and_its_first_alliance_goes_first() {
    // Server 7 has three alliances; its second one by id is its first by order.
    let mut waiting: Vec<Waiting> = Vec::new();
    for due in 0..40 {
        waiting.extend([702, 700, 701, 3].map(|guild| of_batch(due, guild)));
    }
    let mut fair_queue = FairQueue::default();
    let served: Vec<u64> = (0..80).map(|_| next(&mut fair_queue, &mut waiting).unwrap().guild).collect();
    let count = |of: &[u64], guild| of.iter().filter(|served| **served == guild).count();
    // The longest due of every eighth place may be anybody's.
    assert!((30..=50).contains(&count(&served, 3)), "{served:?}");
    assert!(count(&served[..40], 700) >= 15, "{served:?}");
    assert!(count(&served[..40], 701) + count(&served[..40], 702) <= 5, "{served:?}");
}

#[test]
fn a_large_guild_does_not_starve_a_small_one() {
    let mut waiting: Vec<Waiting> = (0..5_000).map(|due| of_batch(due, 1)).collect();
    waiting.extend((5_000..5_010).map(|due| of_batch(due, 2)));
    let mut fair_queue = FairQueue::default();
    let first: Vec<Waiting> = (0..24).map(|_| next(&mut fair_queue, &mut waiting).unwrap()).collect();
    assert_eq!(first.iter().filter(|one| one.guild == 2).count(), 10);
}

#[test]
fn a_check_goes_first_and_uses_up_no_place() {
    let (mut fair_queue, groups) = (FairQueue::default(), Groups::default());
    let before = fair_queue;
    assert_eq!(fair_queue.offers(&groups).first(), Some(&Offer::Check));
    fair_queue.served(&groups, Offer::Check);
    assert_eq!(fair_queue, before);
}

#[test]
fn people_go_first_then_first_tries_then_the_code_that_ends_first() {
    let mut waiting = vec![
        Waiting { is_later: true, ..of_batch(0, 1) },
        of_batch(1, 1),
        Waiting { code: 1, ..of_batch(2, 1) },
        Waiting { code: 2, ..of_batch(3, 1) },
        Waiting { code: 2, is_later: true, ..of_batch(4, 1) },
        Waiting { is_requested: true, ..of_batch(5, 1) },
    ];
    let mut fair_queue = FairQueue::default();
    let order: Vec<u32> = std::iter::from_fn(|| next(&mut fair_queue, &mut waiting)).map(|one| one.due).collect();
    assert_eq!(order, [5, 3, 2, 1, 4, 0]);
}

fn any_waiting() -> impl Strategy<Value = Vec<Waiting>> {
    let one = (0u64..5, 0usize..4, any::<bool>(), proptest::bool::weighted(0.1));
    proptest::collection::vec(one, 1..50).prop_map(|list| {
        let one = |(due, (guild, code, is_later, is_requested))| Waiting { due, guild, code, is_later, is_requested };
        (0u32..).zip(list).map(one).collect()
    })
}

proptest! {
    /// A redemption with `n` due before it is served within the places for the longest due, whatever else arrives.
    #[test]
    fn nothing_waits_for_ever(mut waiting in any_waiting(), flood in any_waiting(), chosen in any::<prop::sample::Index>()) {
        let chosen = waiting[chosen.index(waiting.len())].clone();
        let most = (chosen.due + 1) * LONGEST_DUE_EVERY;
        let mut fair_queue = FairQueue::default();
        let mut later = 1_000;
        for _ in 0..most {
            // As much becomes due as is worked off, and more.
            for one in flood.iter().take(3) {
                later += 1;
                waiting.push(Waiting { due: later, ..one.clone() });
            }
            if next(&mut fair_queue, &mut waiting).unwrap() == chosen {
                return Ok(());
            }
        }
        prop_assert!(false, "still waiting after {} places", most);
    }

    /// Between two places of a guild with work, every other guild has at most one, not counting the places for the
    /// longest due and for people.
    #[test]
    fn guilds_alternate(mut waiting in any_waiting()) {
        let mut fair_queue = FairQueue::default();
        for one in &mut waiting {
            one.is_requested = false;
        }
        let mut since: BTreeMap<u64, BTreeMap<u64, u32>> = BTreeMap::new();
        loop {
            let with_work: Vec<u64> = waiting.iter().map(|one| one.guild).collect();
            let is_for_longest = fair_queue.count % LONGEST_DUE_EVERY == LONGEST_DUE_EVERY - 1;
            let Some(taken) = next(&mut fair_queue, &mut waiting) else { break };
            if is_for_longest {
                continue;
            }
            since.insert(taken.guild, BTreeMap::new());
            for guild in with_work.into_iter().filter(|guild| *guild != taken.guild).collect::<std::collections::BTreeSet<_>>() {
                let fair_queue = since.entry(guild).or_default().entry(taken.guild).or_default();
                *fair_queue += 1;
                prop_assert!(*fair_queue <= 1, "guild {} had {} places while {} waited", taken.guild, fair_queue, guild);
            }
        }
    }

    /// Of any four places in a row, persons have at most one while others wait.
    #[test]
    fn persons_take_a_quarter_at_most_while_others_wait(mut waiting in any_waiting()) {
        let mut fair_queue = FairQueue::default();
        let mut latest: Vec<bool> = Vec::new();
        while waiting.iter().any(|one| !one.is_requested) {
            let taken = next(&mut fair_queue, &mut waiting).unwrap();
            latest.push(taken.is_requested);
            let requested = latest.iter().rev().take(REQUESTED_EVERY as usize).filter(|is_requested| **is_requested).count();
            prop_assert!(requested <= 1, "{:?}", latest);
        }
    }

    #[test]
    fn everything_is_served(mut waiting in any_waiting()) {
        let mut all: Vec<u32> = waiting.iter().map(|one| one.due).collect();
        let mut fair_queue = FairQueue::default();
        let mut served: Vec<u32> = std::iter::from_fn(|| next(&mut fair_queue, &mut waiting)).map(|one| one.due).collect();
        served.sort_unstable();
        all.sort_unstable();
        prop_assert_eq!(served, all);
    }
}
