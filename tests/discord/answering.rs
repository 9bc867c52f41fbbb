//! Responses that Discord does not accept at once, or in time.

use std::time::Duration;

use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::world::{CHANNEL, PATIENCE, World};
use discord_double::{Attempt, Fault, Interaction};

const STATUS: &str = "manage giftcode status";

/// Keeps the game busy, so that a request stays in progress.
fn busy() -> Faults {
    Faults { timeout_retry: 1.0, ..Faults::default() }
}

fn is_callback(attempt: &Attempt<'_>) -> bool {
    attempt.path.starts_with("/interactions/")
}

fn is_change(attempt: &Attempt<'_>) -> bool {
    attempt.method == "PATCH" && attempt.path.starts_with("/webhooks/")
}

/// One fault for each matching request, in order, and then none.
fn faults(
    mut faults: Vec<Fault>,
    matches: fn(&Attempt<'_>) -> bool,
) -> impl FnMut(&Attempt<'_>) -> Option<Fault> + Send + 'static {
    faults.reverse();
    move |attempt| if matches(attempt) { faults.pop() } else { None }
}

/// A member with a linked account and a request in progress.
async fn in_progress(world: &World) -> Interaction {
    let member = world.member();
    let account = [("player_id", json!(1001)), ("state", json!(245))];
    world.says(&member, "link", &account, &["is now linked to you"]).await;
    world.game.set_faults(busy());
    let answer = world.ask(&member, "redeem", &[("code", json!("GOOD"))]).await;
    answer.until(PATIENCE, |answer| answer.text().contains("trying again")).await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_edit_is_made_up_for_by_the_next() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let answer = in_progress(&world).await;
    // Faults of every kind, for the edits in between and for the last one.
    let soon = Duration::from_millis(300);
    let all = vec![
        Fault::Status(500),
        Fault::DoneThenClosed,
        Fault::RateLimited { retry_after: soon, is_global: false },
        Fault::Status(502),
        Fault::RateLimited { retry_after: soon, is_global: false },
        Fault::DoneThenClosed,
    ];
    world.double.fail_requests(faults(all, is_change));
    world.game.set_faults(Faults::default());
    answer.until(PATIENCE, |answer| answer.text().contains("🎁 1001: sent")).await;
    for edit in &answer.message().edits {
        assert!(!edit.body.to_string().contains("went wrong"), "{:#}", edit.body);
    }
    assert!(!bot.log().contains("ERROR"), "{}", bot.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_response_is_retried_while_discord_accepts_it() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    for fault in [
        Fault::Status(500),
        Fault::RateLimited { retry_after: Duration::from_millis(200), is_global: false },
        // Discord accepts these, but the bot does not learn of it.
        Fault::DoneThenClosed,
        Fault::DoneThenStatus(502),
    ] {
        world.double.fail_requests(faults(vec![fault], is_callback));
        world.says(&admin, STATUS, &[], &["Bot status"]).await;
    }
    assert!(!bot.log().contains("ERROR"), "{}", bot.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_cannot_be_acknowledged_in_time_is_not_executed() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.double.set_response_deadline(Duration::ZERO);
    let asked = world.double.send_slash(&admin, CHANNEL, "manage giftcode setchannel", &[]);
    bot.said("Discord did not accept the response: Discord answers 404 (code 10062)").await;
    assert_eq!(asked.response_kind(), None);
    let problems = world.double.take_problems();
    assert!(problems.len() == 1 && problems[0].contains("the first response came after"), "{problems:#?}");
    world.double.set_response_deadline(Duration::from_secs(3));
    world.says(&admin, STATUS, &[], &["none: set one with `/manage giftcode setchannel`"]).await;
    assert!(!bot.log().contains("ERROR"), "{}", bot.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_with_the_same_token_is_reported() {
    let mut world = World::new(&[]).await;
    let first = world.start().await;
    // As on another machine, with a state file of its own.
    world.set("STATE_FILE", "elsewhere/giftcode.db");
    let second = world.spawn();
    second.said("Registered 6 commands").await;
    world.double.until(PATIENCE, "two sessions", || (world.double.sessions() == 2).then_some(())).await;
    world.says(&world.member(), "giftcode", &[], &["There are no active gift codes"]).await;
    let said =
        || [&first, &second].iter().any(|bot| bot.log().contains("giftcode was answered by another program: stop it"));
    world.until("one of them says so", said).await;
    let problems = world.double.take_problems();
    let is_second = |problem: &String| problem.contains("a second first response to one interaction");
    assert!(problems.len() == 1 && is_second(&problems[0]), "{problems:#?}");
    assert!(![first.log(), second.log()].concat().contains("ERROR"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_edited_for_15_minutes_after_the_interaction() {
    let mut world = World::new(&[("GOOD", Rule::Good)]).await;
    world.set("REDEEM_RETRY_BASE", "2s");
    world.set("REDEEM_RETRY_CAP", "2s");
    let bot = world.start().await;
    // So old that the last edit is due in a few seconds.
    world.double.set_response_deadline(Duration::from_secs(20 * 60));
    world.double.set_interaction_age(Duration::from_secs(14 * 60 - 4));
    let answer = in_progress(&world).await;
    let last = "I will keep trying. To see the result later, redeem the code again.";
    answer.until(PATIENCE, |answer| answer.text().contains(last)).await;
    // An answer after that time is lost, and is not logged as an error.
    world.double.set_interaction_age(Duration::from_secs(15 * 60 - 1));
    let member = world.member();
    let late = world.double.send_slash(&member, CHANNEL, "giftcode", &[]);
    world.double.set_follow_up_deadline(Duration::ZERO);
    bot.said("Discord did not accept the response: Discord answers 401 (code 50027)").await;
    assert!(late.message().is_thinking());
    let problems = world.double.take_problems();
    assert!(problems.iter().all(|problem| problem.contains("a follow-up after its time")), "{problems:#?}");
    world.double.set_follow_up_deadline(Duration::from_secs(15 * 60));
    world.double.set_interaction_age(Duration::ZERO);
    world.game.set_faults(Faults::default());
    world.granted("GOOD", 1).await;
    assert!(!bot.log().contains("ERROR"), "{}", bot.log());
}
