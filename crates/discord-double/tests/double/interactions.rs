//! Users and a bot on serenity.

use std::time::Duration;

use serde_json::json;

use super::bot::Bot;
use super::wire::Wire;
use super::{CHANNEL, GUILD, SOON, call, call_as, only_problem, says, world};
use discord_double::{Attachment, Channel, Double, Fault, Guild, Interaction, ResponseKind, User, permission};

#[tokio::test]
async fn commands_are_registered_found_and_answered() {
    let double = world().await;
    let _bot = Bot::start(&double).await;
    double.connected(SOON).await;
    assert_eq!(double.commands().len(), 4);
    assert!(double.guild_commands(GUILD).is_empty());
    assert_eq!(double.presence().unwrap()["activities"][0]["name"], "codes");
    let admin = double.user(GUILD, permission::MANAGE_GUILD);
    let options = [("channel", json!(CHANNEL))];
    let answered = double.slash(&admin, CHANNEL, "manage giftcode setchannel", &options).await;
    assert_eq!(answered.response_kind(), Some(ResponseKind::Message));
    assert!(answered.is_ephemeral() && answered.latency() < SOON);
    assert_eq!(answered.text(), format!("<#{CHANNEL}> codes true"));
    assert!(double.messages(CHANNEL).is_empty(), "nobody else sees it");
    // A user whom the command is not shown can still send it.
    let other = double.user(GUILD, 0);
    let answered = double.slash_forced(&other, CHANNEL, "manage giftcode setchannel", &options).await;
    assert_eq!(answered.text(), format!("<#{CHANNEL}> codes false"));
    let typed = [("code", json!("ab")), ("switch", json!("on"))];
    let answered = double.slash(&admin, CHANNEL, "manage giftcode add", &typed).await;
    assert!(answered.text().contains("\"ab\"") && !answered.is_ephemeral());
    let choices = double.autocomplete(&admin, CHANNEL, "manage giftcode add", &[("code", json!("x"))], "code").await;
    assert_eq!(choices, [("x1!".to_owned(), json!("x")), ("x2!".to_owned(), json!("x"))]);
    double.assert_clean();
}

#[tokio::test]
async fn a_deferred_answer_settles_with_a_file_and_a_follow_up() {
    let double = world().await;
    let _bot = Bot::start(&double).await;
    let admin = double.user(GUILD, permission::ADMINISTRATOR);
    let file = double.attach("players.csv", "text/csv", b"id,name\r\n1,\xC3\xA4");
    let answered = double.slash(&admin, CHANNEL, "manage players import", &[("file", file)]).await;
    assert_eq!(answered.response_kind(), Some(ResponseKind::Deferred));
    assert!(answered.is_ephemeral());
    answered.settled(SOON).await.until(SOON, |answered| !answered.follow_ups().is_empty()).await;
    assert_eq!(answered.text(), "Imported\nText\nid,name\r\n1,ä\nmore");
    assert_eq!(answered.embeds()[0]["title"], "Imported");
    let back: &Attachment = &answered.attachments()[0];
    assert_eq!((back.filename.as_str(), back.content_type.as_str()), ("back.csv", "text/csv"));
    assert_eq!(back.bytes, "ID,NAME\r\n1,Ä".as_bytes());
    assert_eq!(reqwest::get(&back.url).await.unwrap().bytes().await.unwrap(), back.bytes);
    assert_eq!(answered.message().edits.len(), 1);
    assert!(answered.components().is_empty() && answered.title() == "/manage players import");
    // The follow-up is not ephemeral, so everybody sees it.
    assert_eq!(double.messages(CHANNEL).len(), 1);
}

#[tokio::test]
async fn buttons_selects_and_modals_go_there_and_back() {
    let double = world().await;
    let _bot = Bot::start(&double).await;
    let member = double.user(GUILD, 0);
    double.slash(&member, CHANNEL, "board", &[("number", json!(9)), ("who", json!(member.id))]).await;
    let board = double.wait_for_message(CHANNEL, SOON, |message| message.text() == "board 9").await;
    assert_eq!(board.parts().count(), 7);
    let picked = double.select(&member, &board, "pick", &["a", "c"]).await;
    assert_eq!(picked.text(), "picked [\"a\", \"c\"]");
    let place = double.select(&member, &board, "place", &[&CHANNEL.to_string()]).await;
    assert!(place.text().contains("2001"));
    let later = double.press(&member, &board, "later").await;
    assert_eq!(later.settled(SOON).await.text(), "changed");
    assert_eq!(later.response_kind(), Some(ResponseKind::DeferredUpdate));
    assert_eq!(double.message(board.id).text(), "changed");
    // The response to a modal that a message opened edits that message.
    let modal = double.press(&member, &board, "form").await;
    assert_eq!(modal.modal()["title"], "A form");
    let submitted = double.submit(&member, &modal, &[("code", "ABCDE")]).await;
    assert_eq!(submitted.response_kind(), Some(ResponseKind::Update));
    assert_eq!(double.message(board.id).text(), "code=ABCDE note=none");
    // The response to a modal that a command opened is a new message.
    let modal = double.slash(&member, CHANNEL, "form", &[]).await;
    assert_eq!(modal.response_kind(), Some(ResponseKind::Modal));
    let submitted = double.submit(&member, &modal, &[("code", "ABC"), ("note", "")]).await;
    assert_eq!((submitted.response_kind(), submitted.text().as_str()), (Some(ResponseKind::Message), "code=ABC note="));
    double.press(&member, &board, "update").await;
    assert_eq!(double.message(board.id).text(), format!("update by {}", member.id));
    assert!(double.message(board.id).components.is_empty());
}

#[tokio::test]
async fn a_second_first_answer_is_noticed() {
    let double = world().await;
    let _bot = Bot::start(&double).await;
    let member = double.user(GUILD, 0);
    let board = double.slash(&member, CHANNEL, "board", &[("number", json!(1))]).await.message();
    let answered: Interaction = double.press(&member, &board, "twice").await;
    double.until(SOON, "a problem", || double.problems().into_iter().next()).await;
    assert!(only_problem(&double).contains("a second first response to one interaction"));
    assert_eq!(answered.text(), "once");
}

/// A test fails if it does what a client would not let a user do.
#[tokio::test]
async fn people_can_only_do_what_is_offered() {
    let double = world().await;
    double.add_guild(Guild::new(1002).text(3001, "elsewhere").channel(Channel {
        id: 3002,
        name: "voice".to_owned(),
        kind: 2,
        ..Channel::default()
    }));
    let _bot = Bot::start(&double).await;
    let admin = double.user(GUILD, permission::MANAGE_GUILD);
    let member = double.user(GUILD, 0);
    let stranger: User = double.user(1002, permission::MANAGE_GUILD);
    let board = double.slash(&member, CHANNEL, "board", &[("number", json!(1))]).await.message();
    let modal = double.slash(&member, CHANNEL, "form", &[]).await;
    let set = "manage giftcode setchannel";
    let add = "manage giftcode add";
    let code = ("code", json!("abc"));
    for (user, command, options, panic) in [
        (&admin, "manege", vec![], "the bot has registered no /manege"),
        (&admin, "manage giftcode", vec![], "is not whole"),
        (&admin, "manage giftcode sat", vec![], "there is no sat"),
        (&member, add, vec![code.clone()], "is not shown to"),
        (&admin, set, vec![], "the option \"channel\" is required"),
        (&admin, set, vec![("chanel", json!(1))], "there is no option chanel"),
        (&admin, set, vec![("channel", json!(1))], "there is no channel 1"),
        (&admin, set, vec![("channel", json!("x"))], "is not an id"),
        (&admin, set, vec![("channel", json!(3001))], "is of another guild"),
        (&stranger, set, vec![("channel", json!(3002))], "is not of an allowed type"),
        (&admin, add, vec![("code", json!("a"))], "a text of 1 characters"),
        (&admin, add, vec![("code", json!("abcdef"))], "a text of 6 characters"),
        (&admin, add, vec![("code", json!(1))], "not a text"),
        (&admin, add, vec![code.clone(), ("switch", json!("maybe"))], "none of its choices"),
        (&admin, "board", vec![("number", json!(10))], "out of its bounds"),
        (&admin, "board", vec![("number", json!(1.5))], "is not such a number"),
        (&admin, "board", vec![("number", json!(1)), ("who", json!(5))], "is not there"),
        (&admin, "manage players import", vec![("file", json!(5))], "there is no attachment 5"),
    ] {
        let channel = if user.guild == GUILD { CHANNEL } else { 3001 };
        let (double, user, command) = (double.clone(), user.clone(), command.to_owned());
        let sent =
            tokio::spawn(async move { double.send_slash(&user, channel, &command, &options).title().to_owned() });
        assert_panicked(sent.await, panic);
    }
    for (custom_id, panic) in [("off", "is disabled"), ("none", "there is no none"), ("pick", "is no button")] {
        let (double, member, board) = (double.clone(), member.clone(), board.clone());
        let pressed = tokio::spawn(async move { double.send_press(&member, &board, custom_id).title().to_owned() });
        assert_panicked(pressed.await, panic);
    }
    for (values, panic) in [(vec!["x"], "has no x"), (vec!["a", "b", "c"], "takes [1, 2] values")] {
        let (double, member, board) = (double.clone(), member.clone(), board.clone());
        let selected = tokio::spawn(async move { double.select(&member, &board, "pick", &values).await.text() });
        assert_panicked(selected.await, panic);
    }
    for (values, panic) in [
        (vec![("code", "ab")], "takes [3, 5] characters, not 2"),
        (vec![("note", "x")], "\"code\" is required"),
        (vec![("kode", "abc")], "the modal has no input kode"),
    ] {
        let (double, member, modal) = (double.clone(), member.clone(), modal.clone());
        let submitted = tokio::spawn(async move { double.submit(&member, &modal, &values).await.text() });
        assert_panicked(submitted.await, panic);
    }
    double.delete_message(board.id);
    let deleted = tokio::spawn(async move { double.send_press(&member, &board, "update").title().to_owned() });
    assert_panicked(deleted.await, "the message is deleted");
}

fn assert_panicked(outcome: Result<String, tokio::task::JoinError>, with: &str) {
    let panic = outcome.expect_err(with).into_panic();
    let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(text.contains(with), "{text:?} does not say {with:?}");
}

/// A bot that is connected and does not respond, or responds late.
#[tokio::test]
async fn silence_and_lateness_are_noticed() {
    let double = world().await;
    let mut wire = Wire::ready(&double).await;
    let command = json!([{ "name": "x", "description": "x" }]);
    let path = format!("/applications/{}/guilds/{GUILD}/commands", Double::APPLICATION);
    assert_eq!(call(&double, "PUT", &path, Some(command)).await.0, 200);
    assert_eq!(double.guild_commands(GUILD)[0]["name"], "x");
    let member = double.user(GUILD, 0);
    let answered = double.send_slash(&member, CHANNEL, "x", &[]);
    let (callback, token) = wire.interaction().await;
    let webhook = format!("/webhooks/{}/{token}", Double::APPLICATION);
    // A follow-up before the first response.
    assert_eq!(call(&double, "POST", &webhook, Some(says("early"))).await.0, 404);
    assert!(only_problem(&double).contains("before the first response"));
    double.set_response_deadline(Duration::ZERO);
    let late = call(&double, "POST", &callback, Some(json!({ "type": 5 }))).await;
    assert_eq!((late.0, &late.1["code"]), (404, &json!(10062)));
    assert!(only_problem(&double).contains("the first response came after"));
    assert_eq!(answered.response_kind(), None);
    let unanswered = tokio::spawn({
        let (double, member) = (double.clone(), member.clone());
        async move { double.slash(&member, CHANNEL, "x", &[]).await.text() }
    });
    assert_panicked(unanswered.await, "/x: no response; 1 sessions");
    wire.interaction().await;
    // A response in time, with the interaction's own token alone, and a follow-up after the deadline.
    double.set_response_deadline(SOON);
    let answered = double.send_slash(&member, CHANNEL, "x", &[]);
    let (callback, token) = wire.interaction().await;
    let webhook = format!("/webhooks/{}/{token}", Double::APPLICATION);
    assert_eq!(call_as(&double, "POST", &callback, Some(json!({ "type": 5 })), None).await.0, 204);
    assert!(answered.message().is_thinking());
    // The first follow-up takes the place of the deferred response.
    assert_eq!(call_as(&double, "POST", &webhook, Some(says("done")), None).await.0, 200);
    assert_eq!((answered.text().as_str(), answered.follow_ups().len()), ("done", 0));
    let original = format!("{webhook}/messages/@original");
    assert_eq!(call(&double, "GET", &original, None).await.1["content"], "done");
    assert_eq!(call(&double, "DELETE", &original, None).await.0, 204);
    assert_eq!(call(&double, "PATCH", &original, Some(says("gone"))).await.1["code"], 10008);
    double.assert_clean();
    double.set_follow_up_deadline(Duration::ZERO);
    assert_eq!(call(&double, "POST", &webhook, Some(says("late"))).await.1["code"], 50027);
    assert!(only_problem(&double).contains("after its time"));
}

/// Both deadlines count from when the interaction was made, however late it reaches the bot.
#[tokio::test]
async fn times_count_from_the_interaction() {
    let double = world().await;
    let mut wire = Wire::ready(&double).await;
    let commands = format!("/applications/{}/commands", Double::APPLICATION);
    call(&double, "PUT", &commands, Some(json!([{ "name": "x", "description": "x" }]))).await;
    let member = double.user(GUILD, 0);
    double.set_interaction_age(Duration::from_secs(4));
    double.send_slash(&member, CHANNEL, "x", &[]);
    let (callback, _) = wire.interaction().await;
    assert_eq!(call(&double, "POST", &callback, Some(json!({ "type": 5 }))).await.1["code"], 10062);
    assert!(only_problem(&double).contains("the first response came after 4."));
    double.set_response_deadline(Duration::from_secs(3600));
    for (age, status) in [(14, 200), (15, 401)] {
        double.set_interaction_age(Duration::from_secs(age * 60));
        double.send_slash(&member, CHANNEL, "x", &[]);
        let (callback, token) = wire.interaction().await;
        assert_eq!(call(&double, "POST", &callback, Some(json!({ "type": 5 }))).await.0, 204);
        let original = format!("/webhooks/{}/{token}/messages/@original", Double::APPLICATION);
        assert_eq!(call(&double, "PATCH", &original, Some(says("done"))).await.0, status, "{age} minutes");
    }
    assert!(only_problem(&double).contains("a follow-up after its time"));
}

/// A bot that does not know whether its response arrived may repeat it. Discord refuses, and that is no problem.
#[tokio::test]
async fn a_first_answer_may_be_repeated_when_its_receipt_was_lost() {
    let double = world().await;
    let mut wire = Wire::ready(&double).await;
    let commands = format!("/applications/{}/commands", Double::APPLICATION);
    call(&double, "PUT", &commands, Some(json!([{ "name": "x", "description": "x" }]))).await;
    let member = double.user(GUILD, 0);
    for (fault, is_lost) in [(Fault::DoneThenStatus(502), true), (Fault::Status(502), false)] {
        let answered = double.send_slash(&member, CHANNEL, "x", &[]);
        let (callback, _) = wire.interaction().await;
        double.fail_requests(move |_| Some(fault));
        assert_eq!(call(&double, "POST", &callback, Some(json!({ "type": 5 }))).await.0, 502);
        double.clear_faults();
        assert_eq!(answered.response_kind().is_some(), is_lost);
        let again = call(&double, "POST", &callback, Some(json!({ "type": 5 }))).await;
        assert_eq!(again.0, if is_lost { 400 } else { 204 });
        assert!(!is_lost || again.1["code"] == 40060);
    }
    double.assert_clean();
}

#[tokio::test]
async fn commands_that_are_not_for_servers_are_not_shown_there() {
    let double = world().await;
    let commands = format!("/applications/{}/commands", Double::APPLICATION);
    let named = |name: &str, more: serde_json::Value| {
        let mut command = json!({ "name": name, "description": "x" });
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        command
    };
    let all = json!([
        named("a", json!({ "contexts": [0], "integration_types": [0] })),
        named("b", json!({ "contexts": [1, 2] })),
        named("c", json!({ "integration_types": [1] })),
    ]);
    assert_eq!(call(&double, "PUT", &commands, Some(all)).await.0, 200);
    let member = double.user(GUILD, 0);
    assert_eq!(double.send_slash(&member, CHANNEL, "a", &[]).response_kind(), None);
    for hidden in ["b", "c"] {
        let (double, member) = (double.clone(), member.clone());
        let sent = tokio::spawn(async move { double.send_slash(&member, CHANNEL, hidden, &[]).title().to_owned() });
        assert_panicked(sent.await, "is not shown to");
    }
    // In direct messages, an interaction has a user and no member, and goes to the first shard.
    let mut wire = Wire::ready(&double).await;
    let sender = member.clone();
    let sent = tokio::spawn({
        let double = double.clone();
        async move { double.slash_in_dm(&sender, "a", &[]).await.text() }
    });
    let event = wire.event("INTERACTION_CREATE").await;
    assert_eq!((&event["context"], &event["guild_id"], &event["member"]), (&json!(1), &json!(null), &json!(null)));
    assert_eq!(event["user"]["id"], member.id.to_string());
    let callback =
        format!("/interactions/{}/{}/callback", event["id"].as_str().unwrap(), event["token"].as_str().unwrap());
    let answer = json!({ "type": 4, "data": says("no") });
    assert_eq!(call(&double, "POST", &callback, Some(answer)).await.0, 204);
    assert_eq!(sent.await.unwrap(), "no");
    double.assert_clean();
}
