//! A thousand guilds. How fast a code reaches them is measured by `cargo bench --bench posting`.

use giftcode_bot::sandbox::rules::Rule;

use crate::guilds::{GUILDS, PER_SECOND, POSTS, REFUSING, failing, ids, is_refusing, post, start};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_is_posted_once_in_a_thousand_guilds_within_discords_limit() {
    let world = World::new(&[("CODE1", Rule::Good)]).await;
    let bot = start(&world).await;
    let posting = post(&world, &bot).await;
    eprintln!("{} calls in {:.1} s", posting.calls, posting.took.as_secs_f64());
    for number in 0..GUILDS {
        let messages = world.double.messages(ids(number).1);
        assert_eq!(messages.len(), usize::from(!is_refusing(number)), "guild {number}");
    }
    assert_eq!(world.double.rate_limited(), 0);
    assert!(world.double.busiest_second() as u64 <= PER_SECOND, "{}", world.double.busiest_second());
    // Each refusing guild is paused, with one log line, and delays none of the others. What Discord told about a guild when the
    // bot connected may be worked off after its pause, and then it is tried once more.
    let log = bot.log();
    let paused: Vec<&str> = log.lines().filter(|line| line.contains(" is paused")).collect();
    let again = log.matches(" is tried again").count() as u64;
    assert_eq!(paused.len() as u64, REFUSING + again, "{}", paused.join("\n"));
    assert!(again <= REFUSING, "{again} tries");
    // No call is wasted: a guild is tried again only if its attempt failed.
    let needed = POSTS + REFUSING + failing() + again;
    assert!(posting.calls as u64 <= needed, "{} calls, {needed} are enough", posting.calls);
    bot.stop().await;
}
