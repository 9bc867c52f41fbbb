//! Members put themselves on the player list: after `/link`, after the form, and by typing their id in a channel.

use std::time::Duration;

use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::world::{CHANNEL, OTHER_CHANNEL, PATIENCE, SECOND, SECOND_CHANNEL, World};
use discord_double::{Double, Fault, Guild, Interaction, Message, RequestLog, permission};

const LINK: &str = "link";
const IDS: &str = "manage players idchannel";
const LIST: &str = "manage players list";
const JOIN: &str = "Join the player list";

fn id(player: u64) -> Vec<(&'static str, Value)> {
    vec![("player_id", json!(player))]
}

fn account(player: u64) -> Vec<(&'static str, Value)> {
    vec![("player_id", json!(player)), ("state", json!(245))]
}

/// 0 off, 1 ask, 2 auto.
fn join(mode: u64) -> Vec<(&'static str, Value)> {
    vec![("join", json!(mode))]
}

/// Whether the answer asks to join the list.
fn asks(answer: &Interaction) -> bool {
    answer.message().parts().any(|part| part["label"] == json!(JOIN))
}

#[tokio::test(flavor = "multi_thread")]
async fn after_link_people_are_asked_or_not_as_the_admins_decide() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, member, friend) = (world.admin(), world.member(), world.member());
    world.says(&admin, IDS, &[], &["members are asked whether to join", "ID channel: none"]).await;
    let asked = world.ask(&member, LINK, &account(1001)).await;
    assert!(asked.text().contains("✅ 1001 in state 245 is now linked to you"), "{}", asked.text());
    assert!(asked.text().contains("To remove the link, use `/unlink`"), "{}", asked.text());
    world.says(&admin, LIST, &[], &["empty"]).await;
    // The button works after a crash, once, and only for the person who linked the account.
    let message = asked.message();
    bot.kill().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    let stranger = world.double.press(&friend, &message, message.custom_id(JOIN)).await;
    stranger.settled(PATIENCE).await;
    assert!(stranger.text().contains("❌ 1001 is no longer linked to you"), "{}", stranger.text());
    for told in ["✅ 1001 is on the player list now", "1001 is on the player list already"] {
        let pressed = world.double.press(&member, &message, message.custom_id(JOIN)).await;
        pressed.settled(PATIENCE).await;
        assert!(pressed.text().contains(told) && pressed.is_ephemeral(), "{}", pressed.text());
    }
    world.says(&admin, LIST, &[], &["1001"]).await;
    // Whose state is on file is not told that it is looked for.
    world.says(&friend, LINK, &id(1001), &["✅ 1001 in state 245 is now linked to you"]).await;
    let again = world.ask(&member, LINK, &account(1001)).await;
    assert!(!asks(&again), "who is on the list is not asked: {}", again.text());

    let asked = world.ask(&member, LINK, &id(1002)).await;
    assert!(asked.text().contains("✅ 1002 is now linked to you. I am looking for its state"), "{}", asked.text());
    let open = asked.message();

    world.says(&admin, IDS, &join(0), &["Only leaders add players"]).await;
    let pressed = world.double.press(&member, &open, open.custom_id(JOIN)).await;
    pressed.settled(PATIENCE).await;
    assert!(pressed.text().contains("🔒 In this server only the leaders add players"), "{}", pressed.text());
    let quiet = world.ask(&member, LINK, &account(1003)).await;
    assert!(!asks(&quiet) && !quiet.text().contains("list"), "{}", quiet.text());

    world.says(&admin, IDS, &join(2), &["without being asked"]).await;
    let joined = world.ask(&friend, LINK, &account(1004)).await;
    assert!(!asks(&joined) && joined.text().contains("player list too"), "{}", joined.text());
    let told = world.told(&admin, LIST, &[]).await;
    assert!(told.contains("1004") && !told.contains("1002") && !told.contains("1003"), "{told}");
    // Whoever finds the list full learns so.
    let lines: String = (5001..=6000).map(|player| format!("{player},,245\n")).collect();
    world.import(&admin, &lines).await;
    let full = world.ask(&friend, LINK, &account(1005)).await;
    let parts =
        ["✅ 1005 in state 245 is now linked to you", "❌ The player list is full: it has 1,000 players. Ask a leader"];
    assert!(parts.iter().all(|part| full.text().contains(part)), "{}", full.text());
    // A leader by role may not be anybody.
    world.says(&member, IDS, &join(1), &["🔒"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_asks_neither_to_remember_nor_for_the_state() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    let _bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.set_channel(&admin).await;
    let post = world.message("GOOD").await;
    let form = world.double.press(&member, &post, post.custom_id("Redeem for me")).await;
    let rows = form.modal()["components"].as_array().unwrap().clone();
    let fields: Vec<(&str, bool)> = rows
        .iter()
        .map(|row| &row["components"][0])
        .map(|field| (field["custom_id"].as_str().unwrap(), field["required"].as_bool().unwrap_or(true)))
        .collect();
    assert_eq!(fields, [("player_id", true), ("state", false)]);
    let answered = world.double.submit(&member, &form, &[("player_id", "1001"), ("state", "245")]).await;
    answered.until(PATIENCE, |answered| answered.text().contains("🎁 1001: sent")).await;
    assert!(answered.text().contains("I will remember 1001") && answered.text().contains("`/unlink`"));
    let message = answered.message();
    world.says(&admin, "manage giftcode auto", &[("switch", json!(0))], &["✅ From now on"]).await;
    let pressed = world.double.press(&member, &message, message.custom_id(JOIN)).await;
    pressed.settled(PATIENCE).await;
    let told = "✅ 1001 is on the player list now. New codes are redeemed for it automatically.";
    assert!(pressed.text().contains(told), "{}", pressed.text());
    let told = world.told(&member, "unlink", &[]).await;
    assert!(told.starts_with("✅ The account is no longer linked to you. It is still on a player list."), "{told}");
}

/// Waits until the bot has reacted with this and nothing else.
pub async fn reacted(double: &Double, message: &Message, emoji: &str) {
    let is_right = || (double.message(message.id).bot_reactions() == [emoji]).then_some(());
    double.until(PATIENCE, &format!("{emoji} for {:?}", message.content), is_right).await;
}

fn channel() -> Vec<(&'static str, Value)> {
    vec![("channel", json!(OTHER_CHANNEL.to_string()))]
}

async fn reading(allowed: bool) -> World {
    let mut world = World::new(&[]).await;
    world.set("DISCORD_MESSAGE_CONTENT", "true");
    world.double.set_message_content(allowed);
    world.double.set_bot_permissions(crate::world::GUILD, permission::POSTING | permission::ADD_REACTIONS);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_typed_in_the_channel_join_the_list_whatever_happens_meanwhile() {
    let world = reading(true).await;
    let bot = world.start().await;
    let (admin, member, friend, other) = (world.admin(), world.member(), world.member(), world.member());
    let before = world.double.post(&member, OTHER_CHANNEL, "1009");
    world.double.set_overwrite(OTHER_CHANNEL, 0, permission::ADD_REACTIONS);
    world.says(&admin, IDS, &channel(), &["I need **Add Reactions** there", "Nothing was changed"]).await;
    world.double.set_overwrite(OTHER_CHANNEL, 0, 0);
    let told = world.told(&admin, IDS, &channel()).await;
    assert!(told.contains(&format!("🆔 ID channel: <#{OTHER_CHANNEL}>")) && !told.contains("⚠️"), "{told}");
    let both = [channel(), vec![("off", json!(true))]].concat();
    world.says(&admin, IDS, &both, &["Use either `channel` or `off`"]).await;

    let post = |user, text: &str| world.double.post(user, OTHER_CHANNEL, text);
    let plain = post(&member, "100001");
    reacted(&world.double, &plain, "✅").await;
    let again = post(&friend, "ID: 100001");
    reacted(&world.double, &again, "🔁").await;
    for text in ["hello", "245", "100001 Bob", "<@&5> @everyone 100002"] {
        reacted(&world.double, &post(&other, text), "❌").await;
    }
    let elsewhere = world.double.post(&member, CHANNEL, "100003");
    let by_a_bot = world.double.post_as_bot(OTHER_CHANNEL, "100004");

    // Rate limits and faults only delay.
    let mut refusals = 0;
    world.double.fail_requests(move |attempt| {
        let is_reaction = attempt.path.contains("/reactions/");
        refusals += usize::from(is_reaction);
        (is_reaction && refusals <= 3).then_some(match refusals {
            1 => Fault::RateLimited { retry_after: std::time::Duration::from_millis(100), is_global: false },
            2 => Fault::Status(500),
            _ => Fault::DoneThenClosed,
        })
    });
    let late = post(&friend, "100005");
    reacted(&world.double, &late, "✅").await;
    world.double.clear_faults();

    // What came while the bot was away.
    bot.kill().await;
    let missed = [post(&friend, "100006"), post(&friend, "nothing"), post(&friend, "100001")];
    let bot = world.start().await;
    for (message, emoji) in missed.iter().zip(["✅", "❌", "🔁"]) {
        reacted(&world.double, message, emoji).await;
    }
    bot.stop().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    let last = post(&friend, "100007");
    reacted(&world.double, &last, "✅").await;
    let told = world.told(&admin, LIST, &[]).await;
    for player in ["100001", "100005", "100006", "100007"] {
        assert!(told.contains(player), "{player}: {told}");
    }
    for player in ["100002", "100003", "100004", "1009"] {
        assert!(!told.contains(player), "{player}: {told}");
    }
    for message in [&before, &elsewhere, &by_a_bot] {
        assert!(world.double.message(message.id).reactions.is_empty(), "{message:?}");
    }
    // They are linked, five at most.
    let accounts = world.told(&friend, "unlink", &[]).await;
    assert!(accounts.contains("100005") && accounts.contains("100007"), "{accounts}");
    reacted(&world.double, &post(&friend, "100008"), "✅").await;
    reacted(&world.double, &post(&friend, "100009"), "❌").await;

    world.says(&admin, IDS, &[("off", json!(true))], &["ID channel: none"]).await;
    let after = post(&member, "100010");
    world.says(&member, "giftcode", &[], &["no active"]).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(world.double.message(after.id).reactions.is_empty());
}

/// The game is in disorder for a moment: it says of players whom it has that they are not there.
#[tokio::test(flavor = "multi_thread")]
async fn one_moment_of_the_games_disorder_rejects_no_id() {
    const NOBODY: u64 = 100_002;
    let world = reading(true).await;
    let bot = world.start().await;
    let (admin, member, friend) = (world.admin(), world.member(), world.member());
    world.told(&admin, IDS, &channel()).await;
    let player = |id: u64| PlayerId::new(id).unwrap();
    let says = |msg: &str, number: u32, id: u64| {
        let answer = format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{number}}}"#);
        Trouble::of_all(Wrong::json(200, &answer)).of_player(player(id))
    };
    let is_there = |id: u64| says("CDK NOT FOUND.", 40014, id);
    let calls =
        |id: u64| world.game.ledger(|ledger| ledger.calls().iter().filter(|call| call.fid == id.to_string()).count());
    // The game has no `NOBODY`, and denies two players.
    world.game.set_troubles(vec![is_there(100_005)]);
    let posts = ["100001 #245", "100002 #245", "100003 #245"];
    let [good, nobody, unlinked] = posts.map(|text| world.double.post(&member, OTHER_CHANNEL, text));
    let theirs = world.double.post(&friend, OTHER_CHANNEL, "100005 #245");
    reacted(&world.double, &theirs, "✅").await;
    for (message, id) in [(&good, 100_001), (&nobody, NOBODY), (&unlinked, 100_003)] {
        reacted(&world.double, message, "⏳").await;
        world.until("it is asked, and once more as every new player", || calls(id) == 2).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!([100_001, NOBODY, 100_003].map(calls), [2; 3], "no more in this moment");
    for message in [&good, &nobody, &unlinked] {
        reacted(&world.double, message, "⏳").await;
    }
    let told = world.told(&admin, LIST, &[]).await;
    assert!(
        !told.contains("100001") && !told.contains("100002") && !told.contains("100003") && told.contains("100005"),
        "{told}"
    );
    world.told(&member, "unlink", &[("player_id", json!("100003"))]).await;

    // Other moments come, one for each start.
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    let next_moment = || file.execute("UPDATE players SET ask_at = NULL", []).unwrap();
    let replies = |id: u64| -> u32 {
        let sql = "SELECT nobody_replies FROM players WHERE player_id = ?1";
        file.query_row(sql, [id.cast_signed()], |row| row.get(0)).unwrap()
    };
    bot.kill().await;
    next_moment();
    world.game.set_troubles(vec![is_there(100_001)]);
    let bot = world.start().await;
    reacted(&world.double, &good, "✅").await;
    reacted(&world.double, &unlinked, "❌").await;
    world.until("the second moment", || replies(NOBODY) == 2).await;
    reacted(&world.double, &nobody, "⏳").await;
    bot.kill().await;
    next_moment();
    let bot = world.start().await;
    reacted(&world.double, &nobody, "❌").await;
    let told = world.told(&admin, LIST, &[]).await;
    assert!(told.contains("100001") && told.contains("state 245") && !told.contains("100002"), "{told}");
    let count = |sql: &str| -> u32 { file.query_row(sql, [], |row| row.get(0)).unwrap() };
    world.until("it is noted", || count("SELECT count(*) FROM id_answers") == 0).await;
    assert_eq!(count("SELECT count(*) FROM links WHERE deleted = 0"), 2, "those whom the game knows");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_could_not_be_read_is_read_when_its_permissions_change() {
    let world = reading(true).await;
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.told(&admin, IDS, &channel()).await;
    bot.stop().await;
    let missed = world.double.post(&member, OTHER_CHANNEL, "100001");
    world.double.set_overwrite(OTHER_CHANNEL, 0, permission::VIEW_CHANNEL);
    let bot = world.start().await;
    bot.said(&format!("The ID channel {OTHER_CHANNEL} cannot be read")).await;
    world.double.set_overwrite(OTHER_CHANNEL, 0, 0);
    reacted(&world.double, &missed, "✅").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_leader_answers_nothing_that_is_older_than_the_id_channel() {
    // Which messages were answered is not replicated, and older versions did not note since when the channel is read.
    for (is_since_known, forgotten) in
        [(true, "id_channel_seen = NULL"), (false, "id_channel_seen = NULL, id_channel_since = NULL")]
    {
        let world = reading(true).await;
        let bot = world.start().await;
        let (admin, member) = (world.admin(), world.member());
        let old = ["100001", "hello"].map(|text| world.double.post(&member, OTHER_CHANNEL, text));
        world.told(&admin, IDS, &channel()).await;
        let answered = world.double.post(&member, OTHER_CHANNEL, "100002");
        reacted(&world.double, &answered, "✅").await;
        bot.stop().await;
        let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
        let forget = format!("UPDATE guilds SET {forgotten} WHERE id_channel IS NOT NULL");
        assert_eq!(file.execute(&forget, []).unwrap(), 1);
        let missed = world.double.post(&member, OTHER_CHANNEL, "100003");
        let bot = world.start().await;
        if is_since_known {
            reacted(&world.double, &missed, "✅").await;
        } else {
            let seen = || file.query_row("SELECT coalesce(max(id_channel_since), 0) FROM guilds", [], |row| row.get(0));
            world.until("it is noted", || seen().is_ok_and(|seen: i64| seen.cast_unsigned() == missed.id)).await;
        }
        reacted(&world.double, &world.double.post(&member, OTHER_CHANNEL, "100004"), "✅").await;
        reacted(&world.double, &answered, "✅").await;
        for message in old {
            assert!(world.double.message(message.id).reactions.is_empty(), "{message:?}");
        }
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_that_take_long_hold_up_no_other() {
    let world = reading(true).await;
    let _bot = world.start().await;
    let allowed = permission::POSTING | permission::ADD_REACTIONS;
    world.double.add_guild(Guild::new(SECOND).text(SECOND_CHANNEL, "ids").bot_permissions(allowed));
    let their_admin = world.double.user(SECOND, permission::MANAGE_GUILD);
    world.told(&their_admin, IDS, &[("channel", json!(SECOND_CHANNEL.to_string()))]).await;
    // As many as are read at once. Each try of a reaction has to wait for longer than this test.
    let slow: Vec<(u64, u64)> = (0..4).map(|number| (SECOND + 100 + 2 * number, SECOND + 101 + 2 * number)).collect();
    for (guild, channel) in &slow {
        world.double.add_guild(Guild::new(*guild).text(*channel, "ids").bot_permissions(allowed));
        let admin = world.double.user(*guild, permission::MANAGE_GUILD);
        let command = world.double.slash(&admin, *channel, IDS, &[("channel", json!(channel.to_string()))]).await;
        command.settled(PATIENCE).await;
    }
    let paths: Vec<String> = slow.iter().map(|(_, channel)| format!("/channels/{channel}/")).collect();
    let is_slow = move |path: &str| path.contains("/reactions/") && paths.iter().any(|slow| path.contains(slow));
    let is_refused = is_slow.clone();
    world.double.fail_requests(move |attempt| {
        is_refused(attempt.path).then_some(Fault::RateLimited { retry_after: 3 * PATIENCE, is_global: false })
    });
    for (guild, channel) in &slow {
        world.double.post(&world.double.user(*guild, 0), *channel, "100001");
    }
    let is_reaction = |request: &&RequestLog| request.status == Some(429) && is_slow(&request.path);
    let refused = || world.double.requests().iter().filter(is_reaction).count() >= slow.len();
    world.until("the reactions are refused", refused).await;
    let theirs = world.double.post(&world.double.user(SECOND, 0), SECOND_CHANNEL, "100002");
    reacted(&world.double, &theirs, "✅").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_floods_the_channel_is_answered_ten_times_a_minute() {
    let world = reading(true).await;
    let _bot = world.start().await;
    let (admin, member, friend) = (world.admin(), world.member(), world.member());
    world.told(&admin, IDS, &channel()).await;
    let flood: Vec<Message> =
        (0..20).map(|number| world.double.post(&member, OTHER_CHANNEL, &format!("x{number}"))).collect();
    let own = world.double.post(&friend, OTHER_CHANNEL, "100001");
    reacted(&world.double, &own, "✅").await;
    let answered = flood.iter().filter(|message| !world.double.message(message.id).reactions.is_empty()).count();
    assert_eq!(answered, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_intent_the_bot_says_so_and_works() {
    // Not asked for.
    let world = World::new(&[]).await;
    world.double.set_bot_permissions(crate::world::GUILD, permission::POSTING | permission::ADD_REACTIONS);
    let bot = world.start().await;
    world
        .says(&world.admin(), IDS, &channel(), &["⚠️ I cannot read messages yet", "`DISCORD_MESSAGE_CONTENT=true`"])
        .await;
    bot.stop().await;

    // Asked for, and not turned on in the portal: one session is refused, and the next one works.
    let world = reading(false).await;
    let bot = world.spawn();
    world.double.connected(PATIENCE).await;
    bot.said("Discord does not let this bot read messages: turn on “Message Content Intent”").await;
    world.double.registered("manage", PATIENCE).await;
    let admin = world.admin();
    world
        .says(&admin, IDS, &channel(), &["⚠️ Discord does not let me read messages", "*Message Content Intent*"])
        .await;
    world.says(&admin, LIST, &[], &["empty"]).await;
    assert_eq!(world.double.identifies(), 1, "no loop");
    bot.stop().await;
}
