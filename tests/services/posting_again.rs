//! The poster when an attempt must be repeated: how soon, where, and what happens to an attempt with an unknown result.

use std::time::Duration;

use giftcode_bot::domain::codes::channel::OverReason;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId};
use jiff::SignedDuration;

use crate::posting::{Channels, Next, run, settle};
use crate::support::{GUILD, Lines, StateFile};

const OTHER: AllianceId = AllianceId(7);
/// When Discord forgets nonces.
const FORGETS_AFTER: Duration = Duration::from_secs(180);

/// Two guilds with a channel, and channels that forget nonces.
async fn two_guilds() -> (StateFile, Channels) {
    let state = StateFile::new();
    let mut channels = Channels::default();
    (channels.forgets_after, channels.clock) = (Some(FORGETS_AFTER), Some(state.clock));
    state.store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    state.store.guilds().set_channel(OTHER, ChannelId(8)).await.unwrap();
    (state, channels)
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_holds_up_no_other_guilds_retry() {
    let (state, channels) = two_guilds().await;
    channels.script(GUILD, vec![Next::Hangs]);
    channels.script(OTHER, vec![Next::Refuses, Next::Refuses]);
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    seconds(5).await;
    let tries: Vec<_> = channels.tries_of(OTHER).iter().map(|(at, _)| *at).collect();
    assert_eq!(tries.len(), 3, "after 1 and 2 s, while another guild's request hangs");
    let waits: Vec<u64> = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(waits, [1, 2]);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_requested_wait_counts_however_often_it_was_tried() {
    let (state, channels) = two_guilds().await;
    channels.script(GUILD, [vec![Next::Refuses; 6], vec![Next::AsksFor(3), Next::AsksFor(3)]].concat());
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    seconds(80).await;
    let tries: Vec<_> = channels.tries_of(GUILD).iter().map(|(at, _)| *at).collect();
    let waits: Vec<u64> = tries.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 3, 3]);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_attempt_with_an_unknown_result_stays_known_through_a_later_refusal() {
    let (state, channels) = two_guilds().await;
    // Sent, with a lost answer; then refused until the nonce is forgotten.
    channels.script(GUILD, [vec![Next::LosesAnswer], vec![Next::Refuses; 8]].concat());
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    seconds(900).await;
    assert_eq!(channels.posted().iter().filter(|(guild, ..)| *guild == GUILD.0).count(), 1, "found, not sent again");
    assert_eq!(state.store.reports().waiting_messages().await.unwrap(), 0);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_post_certainly_not_sent_is_sent_once_the_nonce_is_forgotten() {
    let (state, channels) = two_guilds().await;
    // An error that might hide a success, but does not: the double of a 500.
    channels.script(GUILD, vec![Next::MayHaveSent]);
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    stop.cancel();
    task.await.unwrap().unwrap();
    seconds(600).await;
    let (task, stop) = run(&state, &channels);
    seconds(5).await;
    assert_eq!(channels.posted().iter().filter(|(guild, ..)| *guild == GUILD.0).count(), 1);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_post_with_an_unknown_result_is_looked_up_though_its_code_is_over() {
    let (state, channels) = two_guilds().await;
    channels.script(GUILD, vec![Next::LosesAnswer]);
    let in_a_minute = state.clock.now() + SignedDuration::from_mins(1);
    state.list_until(&[("A1", Some(in_a_minute))]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    stop.cancel();
    task.await.unwrap().unwrap();
    seconds(600).await;
    let (task, stop) = run(&state, &channels);
    seconds(120).await;
    // It was found again, and shows by now that the code is over.
    let corrections = channels.corrections.lock().unwrap().clone();
    let of_guild: Vec<_> = corrections.iter().filter(|it| it.guild == GUILD).collect();
    assert!(!of_guild.is_empty(), "nobody knows that it was posted");
    assert_eq!(of_guild.last().unwrap().codes[0].1, Some(OverReason::Expired));
    assert_eq!(channels.posted().iter().filter(|(guild, ..)| *guild == GUILD.0).count(), 1);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_new_channel_gets_the_waiting_posts_at_once() {
    // Refused for long, told to wait for an hour, unclear, or paused.
    let cases: [Vec<Next>; 4] =
        [vec![Next::Objects; 20], vec![Next::AsksFor(3600)], vec![Next::MayHaveSent; 20], vec![Next::Blocks; 20]];
    for (case, script) in cases.into_iter().enumerate() {
        let (state, channels) = two_guilds().await;
        channels.script(GUILD, script);
        state.list(&["A1"]).await;
        let (task, stop) = run(&state, &channels);
        seconds(40).await;
        channels.script(GUILD, vec![]);
        let before = tokio::time::Instant::now();
        // Setting the same channel again has the same effect.
        let channel = if case == 0 { ChannelId(1) } else { ChannelId(2) };
        state.store.guilds().set_channel(GUILD, channel).await.unwrap();
        seconds(2).await;
        let (at, into) = *channels.tries_of(GUILD).last().unwrap();
        assert!(at >= before && into == channel, "case {case}: {into:?}");
        assert_eq!(channels.posted().iter().filter(|(guild, ..)| *guild == GUILD.0).count(), 1, "case {case}");
        assert_eq!(state.store.reports().waiting_messages().await.unwrap(), 0, "case {case}");
        assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().failing, None, "case {case}");
        stop.cancel();
        task.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_sent_to_the_old_channel_is_not_sent_to_the_new_one() {
    let (state, channels) = two_guilds().await;
    channels.script(GUILD, vec![Next::LosesAnswer, Next::MayHaveSent, Next::MayHaveSent, Next::MayHaveSent]);
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    state.store.guilds().set_channel(GUILD, ChannelId(2)).await.unwrap();
    seconds(30).await;
    assert!(channels.tries_of(GUILD).iter().all(|(_, channel)| *channel == ChannelId(1)));
    assert_eq!(state.store.reports().waiting_messages().await.unwrap(), 0);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_keeps_refusing_is_reported_with_its_error() {
    let (state, channels) = two_guilds().await;
    channels.script(GUILD, vec![Next::Objects; 5]);
    let began = state.clock.now();
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    seconds(2).await;
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().failing, None, "two are a stumble");
    seconds(10).await;
    let failing = state.store.guilds().guild(GUILD).await.unwrap().failing.unwrap();
    assert!(failing.reason.contains("50083") && failing.since.duration_since(began).as_secs() < 1, "{failing:?}");
    assert_eq!(state.store.guilds().guild(OTHER).await.unwrap().failing, None);
    seconds(60).await;
    assert_eq!(channels.posted().len(), 2);
    assert_eq!(state.store.guilds().guild(GUILD).await.unwrap().failing, None);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn while_nothing_gets_through_one_message_at_a_time_is_tried_and_no_guild_is_blamed() {
    let lines = Lines::capture();
    let state = StateFile::new();
    let channels = Channels::default();
    for guild in 1..=60 {
        state.store.guilds().set_channel(AllianceId(guild), ChannelId(guild)).await.unwrap();
        channels.script(AllianceId(guild), vec![Next::IsOut(100), Next::IsOut(100), Next::IsOut(100)]);
    }
    state.list(&["A1"]).await;
    let (task, stop) = run(&state, &channels);
    seconds(250).await;
    // At first all those that had begun, then one at a time.
    assert_eq!(*channels.calls.lock().unwrap(), 32 + 1 + 1);
    assert_eq!(lines.count("Cannot post"), 0, "{:?}", lines.all());
    for guild in 1..=60 {
        channels.script(AllianceId(guild), vec![]);
        let settings = state.store.guilds().guild(AllianceId(guild)).await.unwrap();
        assert_eq!((settings.paused, settings.failing), (None, None));
    }
    seconds(100).await;
    assert_eq!(channels.posted().len(), 60);
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_post_follows_the_present_state_in_both_directions() {
    let (state, channels) = two_guilds().await;
    let hours = |hours| Some(state.clock.now() + SignedDuration::from_hours(hours));
    let (end, later, latest) = (hours(1), hours(5), hours(50));
    state.list_until(&[("A1", end)]).await;
    let (task, stop) = run(&state, &channels);
    settle().await;
    let shown = || {
        let corrections = channels.corrections.lock().unwrap();
        let last = corrections.iter().rev().find(|it| it.guild == GUILD).cloned();
        last.map(|it| (it.codes[0].1.clone(), it.codes[0].0.expires_at))
    };
    // Extended while it is good: the post shows the new end.
    state.list_until(&[("A1", later)]).await;
    seconds(120).await;
    assert_eq!(shown(), Some((None, later)));
    seconds(5 * 3600).await;
    assert_eq!(shown(), Some((Some(OverReason::Expired), later)));
    // Extended after its end: active again.
    state.list_until(&[("A1", latest)]).await;
    seconds(120).await;
    assert_eq!(shown(), Some((None, latest)));
    let edits = channels.corrections.lock().unwrap().len();
    seconds(3600).await;
    assert_eq!(channels.corrections.lock().unwrap().len(), edits, "what is right is left alone");
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_message_of_another_process_is_edited_to_the_present_state() {
    // Two state files, as of a copied folder, and one Discord.
    let (first, channels) = two_guilds().await;
    let (second, _) = two_guilds().await;
    for state in [&first, &second] {
        state.list(&["A1"]).await;
        let (task, stop) = run(state, &channels);
        settle().await;
        stop.cancel();
        task.await.unwrap().unwrap();
    }
    assert_eq!(channels.posted().len(), 2, "one for each guild: the names of the messages are the same");
    let guilds: Vec<AllianceId> = channels.corrections.lock().unwrap().iter().map(|it| it.guild).collect();
    assert!(guilds.contains(&GUILD) && guilds.contains(&OTHER), "{guilds:?}");
}
