//! What follows from listings, by example and for generated histories.

use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const MIN_ABSENCE: Duration = Duration::from_secs(6 * 3600);

fn at(hours: f64) -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap() + jiff::SignedDuration::from_secs_f64(hours * 3600.0)
}

fn active(text: &str) -> Entry {
    Entry::active(Code::parse(text).unwrap())
}

fn until(text: &str, hours: f64) -> Entry {
    Entry { expires_at: Some(at(hours)), ..active(text) }
}

fn over(text: &str) -> Entry {
    Entry { is_active: false, ..active(text) }
}

/// The files' part, played in memory.
#[derive(Debug, Clone, PartialEq, Default)]
struct World {
    on_file: OnFile,
    live: Vec<String>,
    returned: Vec<(String, Timestamp)>,
}

impl World {
    fn of(sources: &[&str]) -> Self {
        Self { live: sources.iter().map(|source| (*source).to_owned()).collect(), ..Self::default() }
    }

    /// The source answers that.
    fn answer(&mut self, source: &str, entries: &[Entry], now: Timestamp) -> Changes {
        self.apply(Some(&FeedAnswer::new(source, entries.to_vec())), now)
    }

    fn apply(&mut self, answer: Option<&FeedAnswer>, now: Timestamp) -> Changes {
        let rules = Rules { live: &self.live, min_absence: MIN_ABSENCE };
        let changes = changes(&self.on_file, answer, rules, now);
        for change in &changes.codes {
            let (key, seen) = match change {
                CodeChange::Added(seen) | CodeChange::Updated(seen, _) | CodeChange::Reactivated(seen) => {
                    (seen.code.key(), Some(seen))
                }
                CodeChange::Vanished { key, .. } => (key.clone(), None),
            };
            let known = self.on_file.codes.entry(key).or_insert_with(|| known(seen.unwrap().code.as_str()));
            match (change, seen) {
                (CodeChange::Vanished { expires_at, ended_at, .. }, _) => {
                    (known.listed, known.expires_at, known.ended_at) = (false, *expires_at, *ended_at);
                }
                (_, Some(seen)) => {
                    known.ended_at = if let CodeChange::Updated(_, ended_at) = change { *ended_at } else { None };
                    known.code = seen.code.clone();
                    known.source = seen.source.clone();
                    known.rewards = seen.rewards.clone().or(known.rewards.take());
                    (known.listed, known.expires_at) = (true, seen.expires_at);
                }
                _ => unreachable!(),
            }
            if let CodeChange::Reactivated(seen) = change {
                known.generation += 1;
                self.returned.push((seen.code.to_string(), now));
            }
        }
        for listing in &changes.listings {
            let listings = self.on_file.listings.entry(listing.code.key()).or_default();
            listings.retain(|old| old.source != listing.source);
            listings.push(listing.clone());
        }
        changes
    }

    fn code(&self, text: &str) -> Option<&KnownCode> {
        self.on_file.codes.get(&Code::parse(text).unwrap().key())
    }

    fn is_active(&self, text: &str, now: Timestamp) -> bool {
        self.code(text).is_some_and(|known| known.listed && !has_expired(known.expires_at, now))
    }

    fn generation(&self, text: &str) -> u32 {
        self.code(text).unwrap().generation
    }
}

fn known(code: &str) -> KnownCode {
    KnownCode {
        code: Code::parse(code).unwrap(),
        generation: 1,
        rewards: None,
        expires_at: None,
        source: NAMED.to_owned(),
        listed: false,
        ended_at: None,
        invalidated: None,
        invalidated_at: None,
    }
}

#[test]
fn names_read_back() {
    let names = [
        (ListingStatus::Active, "active"),
        (ListingStatus::Inactive, "inactive"),
        (ListingStatus::Gone, "gone"),
        (ListingStatus::Lapsed, "lapsed"),
    ];
    for (status, name) in names {
        assert_eq!((ListingStatus::parse(name), status.name()), (Some(status), name));
    }
    assert_eq!(ListingStatus::parse("Active"), None);
}

#[test]
fn the_first_source_spells_the_latest_expiry_counts_and_gaps_are_filled() {
    let mut world = World::of(&["one", "two"]);
    let second = Entry { rewards: Some("Wood".into()), ..until("GOGOWOS", 5.0) };
    world.answer("two", &[second], at(0.0));
    assert_eq!(world.code("gogoWOS").unwrap().code.as_str(), "GOGOWOS");
    world.answer("one", &[until("gogoWOS", 3.0)], at(0.0));
    let both = world.code("gogoWOS").unwrap();
    assert_eq!(
        (both.code.as_str(), both.source.as_str(), both.rewards.as_deref(), both.expires_at),
        ("gogoWOS", "one", Some("Wood"), Some(at(5.0)))
    );
    assert!(
        world.answer("two", &[Entry { rewards: Some("Wood".into()), ..until("GOGOWOS", 5.0) }], at(1.0)).is_empty()
    );
    world.answer("two", &[], at(2.0));
    assert_eq!(world.code("gogoWOS").unwrap().expires_at, Some(at(3.0)));
}

#[test]
fn a_code_that_is_over_already_is_not_new() {
    let mut world = World::of(&["one", "two"]);
    assert!(world.answer("one", &[until("PAST1", -1.0), over("OVER1")], at(0.0)).is_empty());
    // A feed that begins to list it now knows better than one that never cleans up.
    world.answer("two", &[active("PAST1"), active("OVER1")], at(1.0));
    world.answer("one", &[until("PAST1", -1.0), over("OVER1")], at(1.1));
    assert!(world.is_active("PAST1", at(1.1)) && world.is_active("OVER1", at(1.1)));
}

#[test]
fn six_hours_away_are_a_return_without_any_expiry_and_less_is_a_flicker() {
    let mut world = World::of(&["one"]);
    world.answer("one", &[active("A1")], at(0.0));
    world.answer("one", &[], at(1.0));
    world.answer("one", &[active("A1")], at(6.9));
    assert_eq!(world.generation("A1"), 1);
    world.answer("one", &[], at(8.0));
    world.answer("one", &[over("A1")], at(11.0));
    world.answer("one", &[], at(13.0));
    world.answer("one", &[active("A1")], at(14.0));
    assert_eq!(world.generation("A1"), 2, "gone or called inactive, it is away");
}

#[test]
fn it_is_away_only_when_the_last_source_dropped_it() {
    let mut world = World::of(&["one", "two"]);
    world.answer("one", &[active("A1")], at(0.0));
    world.answer("two", &[active("A1")], at(0.0));
    world.answer("one", &[], at(1.0));
    assert!(world.is_active("A1", at(1.0)));
    world.answer("two", &[over("A1")], at(9.0));
    assert_eq!((world.is_active("A1", at(9.0)), world.code("A1").unwrap().expires_at), (false, Some(at(9.0))));
    world.answer("one", &[active("A1")], at(14.0));
    assert_eq!((world.generation("A1"), world.code("A1").unwrap().expires_at), (1, None));
}

#[test]
fn an_end_that_was_told_outlives_the_source_that_told_it() {
    let mut world = World::of(&["one", "two"]);
    world.answer("one", &[active("A1")], at(0.0));
    world.answer("two", &[until("A1", 10.0)], at(0.0));
    world.answer("two", &[], at(10.5));
    // The other one is slow, and flickers; that is no return.
    assert!(!world.is_active("A1", at(11.0)));
    world.answer("one", &[], at(20.0));
    world.answer("one", &[active("A1")], at(20.5));
    assert_eq!((world.is_active("A1", at(20.5)), world.generation("A1")), (false, 1));
    // But a feed that starts to list it after that end shows that it goes on.
    world.answer("one", &[], at(30.0));
    world.answer("one", &[active("A1")], at(40.0));
    assert_eq!((world.is_active("A1", at(40.0)), world.generation("A1")), (true, 2));
}

#[test]
fn an_extended_expiry_goes_on_within_hours_and_returns_later() {
    let mut world = World::of(&["one"]);
    world.answer("one", &[until("A1", 10.0)], at(0.0));
    world.answer("one", &[until("A1", 20.0)], at(15.0));
    assert_eq!((world.is_active("A1", at(15.0)), world.generation("A1")), (true, 1));
    world.answer("one", &[until("A1", 40.0)], at(26.0));
    assert_eq!((world.is_active("A1", at(26.0)), world.generation("A1")), (true, 2));
}

#[test]
fn a_silent_source_keeps_nothing_alive_and_its_voice_is_no_return() {
    let mut world = World::of(&["one", "two"]);
    world.answer("one", &[active("A1")], at(0.0));
    world.live.remove(0);
    let key = Code::parse("A1").unwrap().key();
    assert_eq!(world.apply(None, at(200.0)).codes, [CodeChange::Vanished { key, expires_at: None, ended_at: None }]);
    assert!(world.apply(None, at(201.0)).is_empty());
    world.live.insert(0, "one".to_owned());
    world.answer("one", &[active("A1")], at(400.0));
    assert_eq!((world.is_active("A1", at(400.0)), world.generation("A1")), (true, 1));
}

#[test]
fn a_typed_code_becomes_the_feeds() {
    let mut world = World::of(&["one"]);
    world.on_file.codes.insert(Code::parse("A1").unwrap().key(), known("a1"));
    assert!(world.answer("one", &[until("A1", -1.0)], at(0.0)).is_empty(), "an end in the past says nothing of it");
    assert!(matches!(&world.answer("one", &[active("A1")], at(1.0)).codes[..], [CodeChange::Added(_)]));
    let adopted = world.code("A1").unwrap();
    assert_eq!((adopted.code.as_str(), adopted.source.as_str(), adopted.listed), ("A1", "one", true));
}

#[test]
fn what_was_listed_before_listings_were_kept_has_the_one_of_its_source() {
    let mut world = World::of(&["one", "two"]);
    let old = KnownCode { source: "one".into(), listed: true, ..known("A1") };
    world.on_file.codes.insert(old.code.key(), old);
    assert!(world.answer("two", &[], at(0.0)).is_empty());
    assert_eq!(emptiness(&world.on_file, "one", &world.live), Emptiness::Sudden);
    let changes = world.answer("one", &[active("A1")], at(0.0));
    assert_eq!((changes.codes.len(), changes.listings.len()), (0, 1));
    world.answer("one", &[], at(1.0));
    assert!(!world.is_active("A1", at(1.0)));
}

#[test]
fn an_empty_list_is_weighed() {
    let mut world = World::of(&["one", "two"]);
    let weigh = |world: &World| emptiness(&world.on_file, "one", &world.live);
    assert_eq!(weigh(&world), Emptiness::Expected);
    world.answer("one", &[active("A1"), active("B1")], at(0.0));
    assert_eq!(weigh(&world), Emptiness::Sudden);
    world.answer("two", &[active("a1")], at(0.0));
    assert_eq!(weigh(&world), Emptiness::Contradicted);
    world.live.pop();
    assert_eq!(weigh(&world), Emptiness::Sudden);
    world.answer("one", &[over("A1"), over("B1")], at(1.0));
    assert_eq!(weigh(&world), Emptiness::Expected);
}

#[test]
fn what_does_not_change_is_noted_once_a_day() {
    let mut world = World::of(&["one"]);
    let mut noted = 0;
    for minute in 0..3 * 24 * 60 {
        noted += world.answer("one", &[active("A1"), active("B1")], at(f64::from(minute) / 60.0)).listings.len();
    }
    assert_eq!(noted, 2 * 3);
}

/// An answer of one of three sources about three codes.
fn answers() -> impl Strategy<Value = Vec<(usize, Vec<Entry>, u32)>> {
    let entry = (0..3usize, any::<bool>(), any::<bool>(), prop::option::of(-30i32..60)).prop_map(
        |(code, upper, is_active, end)| {
            let text = ["one1", "two2", "six6"][code];
            let code = Code::parse(&if upper { text.to_uppercase() } else { text.to_owned() }).unwrap();
            Entry { code, is_active, rewards: None, expires_at: end.map(|hours| at(hours.into())) }
        },
    );
    prop::collection::vec((0..3usize, prop::collection::vec(entry, 0..4), 0..600u32), 0..25)
}

const SOURCES: [&str; 3] = ["a", "b", "c"];

/// Notes when each code was last active; one that returned in this minute had not been for six hours.
fn note_good(world: &World, last_good: &mut BTreeMap<CodeKey, Timestamp>, minutes: u32) {
    let now = at(f64::from(minutes) / 60.0);
    for key in world.on_file.codes.keys().filter(|key| world.is_active(key.as_str(), now)) {
        let before = last_good.insert(key.clone(), now).unwrap_or(now);
        let has_returned = world.returned.iter().any(|(code, at)| code.to_uppercase() == key.as_str() && *at == now);
        let rested = now.duration_since(before);
        assert!(!has_returned || before == now || rested >= jiff::SignedDuration::from_mins(359), "{key}: {rested:?}");
    }
}

proptest! {
    /// Whatever the sources say, and in whatever order, said twice it changes nothing more.
    #[test]
    fn repetition_changes_nothing(history in answers()) {
        let (mut world, mut minutes) = (World::of(&SOURCES), 0);
        for (source, entries, waited) in history {
            minutes += waited;
            let now = at(f64::from(minutes) / 60.0);
            world.answer(SOURCES[source], &entries, now);
            let before = world.clone();
            prop_assert_eq!(world.answer(SOURCES[source], &entries, now), Changes::default());
            // Nor does the passing of time.
            prop_assert_eq!(world.apply(None, now + HOUR), Changes::default());
            prop_assert_eq!(&world, &before);
        }
    }

    /// What is listed is what somebody lists by its latest word; a code comes back only if it was over for six hours.
    #[test]
    fn a_code_is_listed_while_a_source_lists_it_and_returns_after_six_hours_only(history in answers()) {
        let (mut world, mut minutes) = (World::of(&SOURCES), 0);
        let mut latest: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        // When each code was last active.
        let mut last_good: BTreeMap<CodeKey, Timestamp> = BTreeMap::new();
        for (source, entries, waited) in history {
            // Minute after minute, so that it is seen when a code ends by itself.
            for _ in 0..waited {
                note_good(&world, &mut last_good, minutes);
                minutes += 1;
            }
            let now = at(f64::from(minutes) / 60.0);
            world.returned.clear();
            latest.insert(SOURCES[source], entries);
            // The others go on saying what they said.
            for source in [SOURCES[source]].into_iter().chain(SOURCES) {
                if let Some(entries) = latest.get(source) {
                    world.answer(source, entries, now);
                    note_good(&world, &mut last_good, minutes);
                }
            }
            for known in world.on_file.codes.values() {
                let key = known.code.key();
                let lists = |entries: &Vec<Entry>| entries.iter().find(|e| e.code.key() == key).is_some_and(|e| e.is_active);
                prop_assert_eq!(known.listed, latest.values().any(lists), "{}", key);
                if known.listed {
                    let first = SOURCES.iter().filter_map(|source| latest.get(source)).find(|entries| lists(entries)).unwrap();
                    prop_assert_eq!(&known.code, &first.iter().find(|e| e.code.key() == key).unwrap().code);
                }
            }
        }
    }

    /// The sources answer the same in any order: the same codes are active, written and ending alike.
    #[test]
    fn the_order_of_the_sources_does_not_matter(
        first in answers(), answers in prop::collection::vec(answers().prop_map(|a| a.into_iter().flat_map(|a| a.1).collect::<Vec<_>>()), 3),
        order in Just([0usize, 1, 2]).prop_shuffle(), later in 0..600u32,
    ) {
        let (mut world, mut minutes) = (World::of(&SOURCES), 0);
        for (source, entries, waited) in first {
            minutes += waited;
            world.answer(SOURCES[source], &entries, at(f64::from(minutes) / 60.0));
        }
        let now = at(f64::from(minutes + later) / 60.0);
        let outcome = |order: [usize; 3]| {
            let mut world = world.clone();
            for source in order.into_iter().chain(order) {
                world.answer(SOURCES[source], &answers[source], now);
            }
            let shown = |known: &KnownCode| {
                (known.code.clone(), known.listed, known.expires_at.filter(|_| known.listed), known.source.clone())
            };
            // A code that one order never lets in is active in none.
            let active = world.on_file.codes.values().filter(|known| known.listed && !has_expired(known.expires_at, now));
            active.map(shown).collect::<Vec<_>>()
        };
        prop_assert_eq!(outcome([0, 1, 2]), outcome(order));
    }
}
