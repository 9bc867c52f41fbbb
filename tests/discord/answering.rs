//! Answers that Discord does not take at once, or in time.

use std::time::Duration;

use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::world::{CHANNEL, PATIENCE, World};
use discord_double::{Attempt, Fault, Interaction};

const STATUS: &str = "manage giftcode status";

/// The game is busy for as long as it takes to look at a request under way.
fn busy() -> Faults {
    Faults { timeout_retry: 1.0, ..Faults::default() }
}

fn is_callback(attempt: &Attempt<'_>) -> bool {
    attempt.path.starts_with("/interactions/")
}

fn is_change(attempt: &Attempt<'_>) -> bool {
    attempt.method == "PATCH" && attempt.path.starts_with("/webhooks/")
}

/// Faults, one for each request that is like this, and then none.
fn faults(
    mut faults: Vec<Fault>,
    is_like_this: fn(&Attempt<'_>) -> bool,
) -> impl FnMut(&Attempt<'_>) -> Option<Fault> + Send + 'static {
    faults.reverse();
    move |attempt| if is_like_this(attempt) { faults.pop() } else { None }
}

/// Somebody with an account, whose request is under way.
async fn under_way(world: &World) -> Interaction {
    let member = world.member();
    let account = [("player_id", json!(1001)), ("state", json!(245))];
    world.says(&member, "link", &account, &["is now linked to you"]).await;
    world.game.set_faults(busy());
    let answer = world.ask(&member, "redeem", &[("code", json!("GOOD"))]).await;
    answer.until(PATIENCE, |answer| answer.text().contains("trying again")).await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_fails_is_made_up_for() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let answer = under_way(&world).await;
    // Whatever Discord does to the changes on the way, and to the last word.
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
async fn a_first_answer_is_sent_again_while_discord_waits_for_it() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    for fault in [
        Fault::Status(500),
        Fault::RateLimited { retry_after: Duration::from_millis(200), is_global: false },
        // Taken, though the bot does not hear of it.
        Fault::DoneThenClosed,
        Fault::DoneThenStatus(502),
    ] {
        world.double.fail_requests(faults(vec![fault], is_callback));
        world.says(&admin, STATUS, &[], &["Bot status"]).await;
    }
    assert!(!bot.log().contains("ERROR"), "{}", bot.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_acknowledged_in_time_is_not_done() {
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
async fn a_second_program_with_the_same_token_is_called_that() {
    let mut world = World::new(&[]).await;
    let first = world.start().await;
    // On another machine: with a file of its own.
    world.set("STATE_FILE", "elsewhere/giftcode.db");
    let second = world.spawn();
    second.said("Registered 5 commands").await;
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
async fn an_answer_can_be_changed_for_15_minutes_from_when_it_was_asked_for() {
    let mut world = World::new(&[("GOOD", Rule::Good)]).await;
    world.set("REDEEM_RETRY_BASE", "2s");
    world.set("REDEEM_RETRY_CAP", "2s");
    let bot = world.start().await;
    // So old that the last word is due in a few seconds.
    world.double.set_response_deadline(Duration::from_secs(20 * 60));
    world.double.set_interaction_age(Duration::from_secs(14 * 60 - 4));
    let answer = under_way(&world).await;
    let last = "I will keep trying. To see the result later, redeem the code again.";
    answer.until(PATIENCE, |answer| answer.text().contains(last)).await;
    // One that is past it is heard of by nobody, and no failure.
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
