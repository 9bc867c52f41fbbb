use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn encoded(metrics: &Metrics) -> String {
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    text
}

fn call(status: &Status, millis: u64, second: i64) -> Call<'_> {
    let limit = Some(RateLimit { calls: 30, window: Duration::from_secs(60) });
    Call { endpoint: Endpoint::Redeem, status, took: Duration::from_millis(millis), limit, at: at(second) }
}

#[test]
fn statuses_that_nobody_knows_share_one_label() {
    let metrics = Metrics::default();
    for number in 0..1000 {
        metrics.called(call(&Status::Unknown(format!("NEW {number}")), 100, 0));
    }
    metrics.called(call(&Status::TooFrequent, 100, 0));
    let text = encoded(&metrics);
    assert!(text.contains("giftcode_api_answers_total{endpoint=\"redeem\",class=\"unknown\",status=\"UNKNOWN\"} 1000"));
    assert!(text.contains("giftcode_api_refusals_total{kind=\"too_frequent\"} 1\n"), "{text}");
    assert!(text.contains("giftcode_api_refusals_total{kind=\"rate_limited\"} 0\n"), "{text}");
    assert!(text.contains("giftcode_api_call_duration_seconds_count{endpoint=\"redeem\"} 1001"), "{text}");
}

#[test]
fn every_counter_with_a_fixed_set_of_labels_starts_at_zero() {
    let text = encoded(&Metrics::default());
    for line in ["giftcode_posts_total{result=\"paused\"} 0", "giftcode_redemptions_total{outcome=\"stopped\"} 0"] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn recent_calls_are_summed_up_by_ten_minutes_and_kept_for_two_days() {
    let metrics = Metrics::default();
    for millis in 1..=100 {
        metrics.called(call(&Status::Success, millis * 10, 1200));
    }
    metrics.called(call(&Status::Success, 45_000, 1900));
    let recent = metrics.recent(at(2000));
    let ten_minutes = |bucket: &CallBucket| (bucket.begins_at, bucket.calls, bucket.allowed);
    assert_eq!(
        recent.iter().map(ten_minutes).collect::<Vec<_>>(),
        [(at(1200), 100, Some(300)), (at(1800), 1, Some(300))]
    );
    let near = |duration: Duration, millis: u128| duration.as_millis().abs_diff(millis) <= 30;
    assert!(near(recent[0].median, 500) && near(recent[0].p95, 950), "{recent:?}");
    assert_eq!(recent[0].longest, Duration::from_secs(1));
    assert_eq!((recent[1].median, recent[1].longest), (Duration::from_secs(45), Duration::from_secs(45)));
    let two_days = 48 * 3600;
    assert_eq!(metrics.recent(at(1200 + two_days)).len(), 1);
    assert_eq!(metrics.recent(at(2500 + two_days)), []);
    // However long it runs, and though the clock goes back.
    for bucket in 0..10_000 {
        metrics.called(call(&Status::Success, 10, bucket * 600));
    }
    metrics.called(call(&Status::Success, 10, 0));
    assert_eq!(metrics.recent_calls().buckets(at(0)).len(), 289);
    assert_eq!(metrics.recent(at(10_000 * 600)).len(), 287);
}
