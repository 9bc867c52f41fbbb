use proptest::prelude::*;

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;
const BASE: Duration = Duration::from_secs(2);

fn budget(calls: u32, window: u64) -> WindowBudget {
    WindowBudget::new(Some(RateLimit { calls, window: MS(window) }))
}

fn hints(limit: u32, remaining: u32) -> RateLimitHints {
    RateLimitHints { limit: Some(limit), remaining: Some(remaining), retry_after: None }
}

#[test]
fn names_read_back() {
    for (endpoint, name) in [(Endpoint::Login, "login"), (Endpoint::Redeem, "redeem")] {
        assert_eq!((Endpoint::parse(name), endpoint.name()), (Some(endpoint), name));
    }
    assert_eq!(Endpoint::parse("Login"), None);
}

#[test]
fn a_window_opens_again_when_its_oldest_answer_leaves_it() {
    let mut budget = budget(2, 100);
    for at in [MS(0), MS(10)] {
        assert!(budget.is_open(at));
        budget.begin();
        budget.end(at);
    }
    assert!(!budget.is_open(MS(99)));
    assert_eq!(budget.next_opening(MS(20)), Some(MS(100)));
    assert!(budget.is_open(MS(100)));
    assert!(!budget.has_room(MS(100), 1) && budget.has_room(MS(110), 1), "room that is kept free");
}

#[test]
fn calls_in_flight_fill_the_window_too() {
    let mut budget = budget(1, 100);
    budget.begin();
    assert!(!budget.is_open(MS(1_000)));
    assert_eq!(budget.next_opening(MS(1_000)), None);
    budget.end(MS(1_000));
    assert_eq!(budget.next_opening(MS(1_000)), Some(MS(1_100)));
}

#[test]
fn an_earlier_process_has_used_its_part() {
    let mut budget = budget(3, 60_000);
    budget.restore(MS(5), [MS(10_000), MS(59_000), MS(61_000)]);
    assert!(budget.is_open(MS(5)) && !budget.has_room(MS(5), 1));
    assert!(budget.has_room(MS(1_005), 1) && !budget.has_room(MS(1_005), 2));
}

#[test]
fn no_limit_is_no_limit_until_the_server_says_so() {
    let mut budget = WindowBudget::new(None);
    for _ in 0..1_000 {
        assert!(budget.is_open(MS(0)));
        budget.begin();
        budget.end(MS(0));
        assert_eq!(budget.observe((MS(0), MS(0)), &hints(30, 7), false, BASE), None);
    }
    assert_eq!(budget.counted.len(), 0);
    // Refused without a limit: the cool-downs grow.
    let mut now = MS(0);
    let cool_downs: Vec<u64> = (0..7)
        .map(|_| {
            let opens = budget.observe((now, now), &RateLimitHints::default(), true, BASE).unwrap();
            assert_eq!(
                budget.observe((now, now), &RateLimitHints::default(), true, BASE),
                None,
                "an answer of the same moment"
            );
            let cool_down = opens - now;
            now = opens;
            cool_down.as_secs()
        })
        .collect();
    assert_eq!(cool_downs, [2, 4, 8, 16, 32, 60, 60]);
    let hinted = RateLimitHints { retry_after: Some(MS(7_000)), ..RateLimitHints::default() };
    assert_eq!(budget.observe((now, now), &hinted, true, BASE), Some(now + MS(7_000)));
    // Refused with a limit.
    now += MS(7_000);
    budget.begin();
    budget.end(now);
    budget.observe((now, now), &hints(30, 0), true, BASE);
    assert_eq!(budget.limit(), Some(RateLimit { calls: 30, window: MS(60_000) }));
    assert!(!budget.is_open(now));
}

/// A server with a window of its own, sliding or fixed, which others may use as well.
struct Server {
    calls: u32,
    window: Duration,
    is_fixed: bool,
    states_limit: bool,
    taken: Vec<Duration>,
}

impl Server {
    fn used(&self, now: Duration) -> u32 {
        let begin = if self.is_fixed {
            // Its windows start at any moment.
            let phase = self.window / 3;
            let past = (now + phase).as_millis() % self.window.as_millis();
            now.saturating_sub(MS(u64::try_from(past).unwrap()))
        } else {
            (now + MS(1)).saturating_sub(self.window)
        };
        u32::try_from(self.taken.iter().filter(|at| **at >= begin).count()).unwrap()
    }

    /// Accepts or refuses the call.
    fn call(&mut self, now: Duration) -> (bool, RateLimitHints) {
        let used = self.used(now);
        let is_taken = used < self.calls;
        if is_taken {
            self.taken.push(now);
        }
        let remaining = self.calls - self.used(now);
        (is_taken, if self.states_limit { hints(self.calls, remaining) } else { RateLimitHints::default() })
    }
}

/// Makes `count` calls as fast as the budget allows. Returns how long they took and how many were refused.
fn work(budget: &mut WindowBudget, server: &mut Server, count: usize) -> (Duration, usize) {
    let (mut now, mut done, mut refused) = (MS(0), 0, 0);
    while done < count {
        if !budget.is_open(now) {
            now = budget.next_opening(now).unwrap();
            continue;
        }
        budget.begin();
        let (is_taken, hints) = server.call(now + MS(3));
        now += MS(5);
        budget.end(now);
        budget.observe((now - MS(5), now), &hints, !is_taken, MS(100));
        done += usize::from(is_taken);
        refused += usize::from(!is_taken);
    }
    (now, refused)
}

#[test]
fn the_real_limit_is_found_and_kept() {
    let least = MS(9 * 3_000);
    for (calls, window, is_fixed, states_limit, most_refusals, slower) in [
        (30, 3_000, false, true, 0, 1.03),
        (15, 3_000, false, true, 0, 1.03),
        (60, 3_000, false, true, 0, 1.03),
        (60, 3_000, false, false, 1, 1.15),
        (30, 3_000, true, true, 0, 1.03),
        (60, 3_000, true, true, 0, 1.03),
        (30, 1_500, false, true, 3, 1.3),
        (15, 3_000, false, false, 0, 2.2),
    ] {
        let mut budget = budget(calls, window);
        let mut server = Server { calls: 30, window: MS(3_000), is_fixed, states_limit, taken: Vec::new() };
        let (took, refused) = work(&mut budget, &mut server, 300);
        let case =
            format!("{calls} per {window}, fixed {is_fixed}, states_limit {states_limit}: {took:?}, {refused} refused");
        assert!(refused <= most_refusals, "{case}");
        assert!(took.as_secs_f64() <= least.as_secs_f64() * slower, "{case}");
    }
}

#[test]
fn others_behind_the_same_address_are_counted_from_the_headers() {
    let mut budget = budget(30, 3_000);
    let taken = (0..25).map(|at| MS(at * 10)).collect();
    let mut server = Server { calls: 30, window: MS(3_000), is_fixed: false, states_limit: true, taken };
    let (_, refused) = work(&mut budget, &mut server, 60);
    assert!(refused <= 1, "{refused}");
}

#[test]
fn calls_that_leave_the_window_during_an_answer_are_not_counted_as_others() {
    let mut budget = budget(2, 100);
    for at in [MS(0), MS(5)] {
        budget.begin();
        budget.end(at);
    }
    // The server counts at 104, when the second call is still in its window; the answer arrives at 106.
    assert!(budget.is_open(MS(100)));
    budget.begin();
    budget.end(MS(106));
    budget.observe((MS(100), MS(106)), &hints(2, 0), false, BASE);
    assert!(budget.is_open(MS(106)));
}

#[test]
fn a_limit_without_measure_is_capped_and_counted_without_memory() {
    for configured in [Some(RateLimit { calls: 3_000_000, window: MS(1_000) }), None] {
        let mut budget = WindowBudget::new(configured);
        for (remaining, is_refused) in [(0, true), (0, false), (2_999_999, false), (7, true)] {
            budget.begin();
            budget.end(MS(3));
            budget.observe((MS(0), MS(3)), &hints(3_000_000, remaining), is_refused, BASE);
            assert!(budget.counted.len() <= 8, "{} marks", budget.counted.len());
        }
        assert_eq!(budget.limit().unwrap().calls, MAX_CALLS);
        assert!(!budget.is_open(MS(3)), "nothing is left of them");
    }
}

#[test]
fn limits_learnt_from_refusals_are_unlearnt_slowly() {
    let mut budget = budget(30, 1_000);
    for at in 0..10 {
        budget.begin();
        budget.end(MS(at));
    }
    budget.observe((MS(10), MS(10)), &RateLimitHints::default(), true, MS(100));
    assert_eq!(budget.limit().unwrap().calls, 9);
    for window in 1..=40u64 {
        budget.observe((MS(10 + window * 1_000), MS(10 + window * 1_000)), &RateLimitHints::default(), false, MS(100));
    }
    assert_eq!(budget.limit().unwrap().calls, 13);
}

proptest! {
    /// Invariant 5: never more than the limit, however the calls interleave and however long the answers take.
    #[test]
    fn never_more_than_the_limit_in_any_window(
        calls in 1u32..6, window in 1u64..50,
        steps in proptest::collection::vec((0u64..20, any::<bool>()), 1..200),
    ) {
        let mut budget = budget(calls, window);
        let (mut now, mut begun, mut open) = (MS(0), Vec::new(), 0u32);
        for (wait, answer) in steps {
            now += MS(wait);
            if answer && open > 0 {
                budget.end(now);
                open -= 1;
            } else if budget.is_open(now) {
                prop_assert_eq!(budget.next_opening(now), Some(now));
                budget.begin();
                open += 1;
                begun.push(now);
            } else if let Some(next) = budget.next_opening(now) {
                prop_assert!(next > now);
            }
        }
        for from in &begun {
            let inside = begun.iter().filter(|at| *at >= from && **at < *from + MS(window)).count();
            prop_assert!(inside <= calls as usize);
        }
    }

    /// The calls of this process bound the memory, whatever a server says and however many calls others make.
    #[test]
    fn no_header_costs_memory(
        configured in proptest::option::of(1u32..20_000),
        answers in proptest::collection::vec(
            (0u64..70_000, proptest::option::of(0u32..200_000), proptest::option::of(0u32..200_000), any::<bool>()), 1..60,
        ),
    ) {
        let mut budget = WindowBudget::new(configured.map(|calls| RateLimit { calls, window: MS(60_000) }));
        let mut now = MS(0);
        for (calls, (wait, limit, remaining, is_refused)) in (1..).zip(answers) {
            let started = now;
            budget.begin();
            now += MS(wait);
            budget.end(now);
            budget.observe((started, now), &RateLimitHints { limit, remaining, retry_after: None }, is_refused, BASE);
            prop_assert!(budget.counted.len() <= 2 * calls, "{} marks after {} calls", budget.counted.len(), calls);
            prop_assert!(budget.limit().is_none_or(|limit| (1..=10_000).contains(&limit.calls)));
        }
    }

    /// A server that states its limit refuses few calls, and none for long, whatever is configured.
    #[test]
    fn a_server_that_states_its_limit_is_believed(
        calls in 1u32..100, real in 1u32..60, window in 500u64..4_000, is_fixed in any::<bool>(),
    ) {
        let mut budget = budget(calls, window);
        let mut server = Server { calls: real, window: MS(1_000), is_fixed, states_limit: true, taken: Vec::new() };
        let count = real as usize * 12;
        let (_, refused) = work(&mut budget, &mut server, count);
        prop_assert!(refused <= 5, "{} refused", refused);
    }
}
