use super::super::words::English;
use super::*;
use proptest::prelude::*;

const CALLS: Unit<'static> = Unit::Count("calls");

fn labels(largest: f64, unit: Unit<'_>, intervals: u32) -> Vec<String> {
    let scale = Scale::new(largest, unit, intervals);
    scale.ticks.iter().map(|tick| scale.label(*tick, unit, &English)).collect()
}

#[test]
fn ticks_are_round_and_reach_the_largest_value() {
    assert_eq!(labels(1.0, CALLS, 5), ["0", "1"]);
    assert_eq!(labels(7.0, CALLS, 5), ["0", "2", "4", "6", "8"]);
    assert_eq!(labels(10.0, CALLS, 5), ["0", "2", "4", "6", "8", "10"]);
    assert_eq!(labels(4_100.0, CALLS, 5), ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]);
    assert_eq!(labels(2_400_000.0, CALLS, 3), ["0", "1,000,000", "2,000,000", "3,000,000"]);
    assert_eq!(labels(0.35, Unit::Seconds, 4), ["0", "100 ms", "200 ms", "300 ms", "400 ms"]);
    assert_eq!(labels(3.0, Unit::Seconds, 4), ["0", "1 s", "2 s", "3 s"]);
    assert_eq!(
        labels(100.0, Unit::Seconds, 4),
        ["0", "30 s", "60 s", "90 s", "2 min"].map(|label| match label {
            // All of an axis have one unit: its largest tick is 2 minutes.
            "30 s" => "0.5 min",
            "60 s" => "1 min",
            "90 s" => "1.5 min",
            other => other,
        })
    );
    assert_eq!(labels(9_000.0, Unit::Seconds, 3), ["0", "1 h", "2 h", "3 h"]);
    assert_eq!(labels(700_000.0, Unit::Seconds, 4), ["0", "5 d", "10 d"]);
    assert_eq!(labels(0.0, CALLS, 4), ["0", "1"]);
}

proptest! {
    #[test]
    fn an_axis_has_few_ticks_and_holds_every_value(largest in 0.0..1e15f64, intervals in 1u32..8, is_count: bool) {
        let unit = if is_count { CALLS } else { Unit::Seconds };
        let scale = Scale::new(largest, unit, intervals);
        prop_assert!(scale.max >= largest * (1.0 - 1e-8));
        prop_assert!((2..=intervals as usize + 1).contains(&scale.ticks.len()), "{:?}", scale);
        prop_assert!((scale.ticks.last().unwrap() - scale.max).abs() <= scale.max * 1e-9);
        prop_assert!(scale.ticks.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
