//! Messages, permissions, limits and faults.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use serenity::all::{
    ChannelId, CreateAllowedMentions, CreateAttachment, CreateMessage, EditMessage, GetMessages, GuildId,
};

use super::bot::http;
use super::{CHANNEL, GUILD, SOON, call, create, only_problem, says, with, world};
use discord_double::{Attempt, Channel, Double, Edit, Fault, Gate, Guild, Limits, Overwrite, Point, Role, permission};

fn nonce(text: &str, nonce: &str) -> Value {
    with(with(says(text), "nonce", json!(nonce)), "enforce_nonce", json!(true))
}

#[tokio::test]
async fn serenity_posts_edits_reads_and_looks_around() {
    let double = world().await;
    let http = http(&double);
    let channel = ChannelId::new(CHANNEL);
    let none = CreateAllowedMentions::new;
    let files = [CreateAttachment::bytes("a,b\r\n--", "x.csv")];
    let message = CreateMessage::new().content("hello").nonce(serenity::all::Nonce::String("n1".to_owned()));
    let message = channel.send_files(&http, files, message.enforce_nonce(true).allowed_mentions(none())).await.unwrap();
    assert!(matches!(&message.nonce, Some(serenity::all::Nonce::String(nonce)) if nonce == "n1"));
    assert_eq!(message.attachments[0].download().await.unwrap(), b"a,b\r\n--");
    let edit = EditMessage::new().content("changed").allowed_mentions(none());
    channel.edit_message(&http, message.id, edit).await.unwrap();
    let member = double.user(GUILD, 0);
    double.post(&member, CHANNEL, "me too");
    // What others write is hidden without the intent for it.
    let hidden = channel.messages(&http, GetMessages::new().limit(1)).await.unwrap();
    assert_eq!(hidden[0].content, "");
    double.set_message_content(true);
    let read = channel.messages(&http, GetMessages::new().limit(10)).await.unwrap();
    let texts: Vec<_> = read.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(texts, ["me too", "changed"]);
    assert_eq!((read[1].nonce.is_none(), read[0].author.id.get()), (true, member.id));
    let kept = double.wait_for_message(CHANNEL, SOON, |message| message.nonce.is_some()).await;
    let Edit { at, body } = &kept.edits[0];
    assert_eq!((kept.edits.len(), body["content"].as_str()), (1, Some("changed")));
    assert_eq!(kept.allowed_mentions, Some(json!({ "parse": [], "users": [], "roles": [] })));
    assert!(kept.created_at <= *at && kept.attachments[0].filename == "x.csv");
    double.set_history_has_nonce(true);
    assert!(channel.message(&http, message.id).await.unwrap().nonce.is_some());
    channel.delete_message(&http, message.id).await.unwrap();
    assert_eq!(double.messages(CHANNEL).len(), 1);
    // Lookups.
    let guild = GuildId::new(GUILD);
    assert_eq!(guild.to_partial_guild_with_counts(&http).await.unwrap().approximate_member_count, Some(2));
    assert_eq!(guild.channels(&http).await.unwrap()[&channel].name, "codes");
    assert_eq!(guild.roles(&http).await.unwrap().len(), 3);
    assert_eq!(guild.member(&http, Double::BOT_USER).await.unwrap().roles.len(), 1);
    assert_eq!(channel.to_channel(&http).await.unwrap().guild().unwrap().guild_id, guild);
    assert_eq!(http.get_current_user().await.unwrap().id.get(), Double::BOT_USER);
    assert_eq!(http.get_current_application_info().await.unwrap().id.get(), Double::APPLICATION);
    let guilds = http.get_guilds(None, Some(10)).await.unwrap();
    assert_eq!(guilds[0].permissions.bits(), permission::POSTING);
    assert_eq!(http.get_bot_gateway().await.unwrap().shards, 1);
    assert!(http.get_gateway().await.unwrap().url.starts_with("ws://127.0.0.1"));
    let last = double.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), last.status), ("/gateway", Some(200)));
    assert!(last.at > *at);
}

#[tokio::test]
async fn a_nonce_is_one_message_until_it_is_forgotten() {
    let double = world().await;
    let id = |answer: (u16, Value)| answer.1["id"].clone();
    let first = id(create(&double, nonce("one", "n")).await);
    assert_eq!(id(create(&double, nonce("again", "n")).await), first);
    assert_ne!(id(create(&double, nonce("other", "m")).await), first);
    double.forget_nonces();
    assert_ne!(id(create(&double, nonce("later", "n")).await), first);
    double.set_nonce_window(Duration::ZERO);
    create(&double, nonce("latest", "n")).await;
    let texts: Vec<String> = double.messages(CHANNEL).iter().map(|message| message.text()).collect();
    assert_eq!(texts, ["one", "other", "later", "latest"]);
}

#[tokio::test]
async fn history_is_read_in_pages() {
    let double = world().await;
    double.set_limits(Limits::NONE);
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(create(&double, says(&number.to_string())).await.1["id"].as_str().unwrap().to_owned());
    }
    let read = async |query: &str| {
        let answer = call(&double, "GET", &format!("/channels/{CHANNEL}/messages?{query}"), None).await.1;
        let texts = answer.as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>().concat()
    };
    assert_eq!(read("").await, "6543210");
    assert_eq!(read("&limit=2").await, "65");
    assert_eq!(read(&format!("limit=2&before={}", ids[4])).await, "32");
    assert_eq!(read(&format!("limit=2&after={}", ids[4])).await, "65");
    assert_eq!(read(&format!("limit=2&after={}", ids[1])).await, "32");
    assert_eq!(read(&format!("limit=3&around={}", ids[3])).await, "432");
}

#[tokio::test]
async fn permissions_decide() {
    let double = world().await;
    double.set_limits(Limits::NONE);
    let code = async |body: Value| create(&double, body).await.1["code"].as_u64();
    let embed = || with(says(""), "embeds", json!([{ "title": "x" }]));
    let see = permission::VIEW_CHANNEL;
    let send = permission::SEND_MESSAGES;
    double.set_bot_permissions(GUILD, 0);
    assert_eq!(code(says("x")).await, Some(50001));
    double.set_bot_permissions(GUILD, see);
    assert_eq!(code(says("x")).await, Some(50013));
    double.set_bot_permissions(GUILD, see | send);
    assert_eq!((code(says("x")).await, code(embed()).await), (None, Some(50013)));
    let message = double.messages(CHANNEL)[0].id;
    let (path, history) = (format!("/channels/{CHANNEL}/messages/{message}"), format!("/channels/{CHANNEL}/messages"));
    assert_eq!(call(&double, "GET", &history, None).await.1, json!([]));
    assert_eq!(call(&double, "GET", &path, None).await.1["code"], 50001);
    double.set_overwrite(CHANNEL, permission::EMBED_LINKS | permission::READ_MESSAGE_HISTORY, send);
    assert_eq!((code(says("x")).await, code(embed()).await), (Some(50013), Some(50013)));
    double.set_overwrite(CHANNEL, permission::EMBED_LINKS | permission::READ_MESSAGE_HISTORY, 0);
    assert_eq!(code(embed()).await, None);
    assert_eq!(call(&double, "GET", &history, None).await.1.as_array().unwrap().len(), 2);
    double.set_overwrite(CHANNEL, 0, see);
    assert_eq!(call(&double, "GET", &history, None).await.1["code"], 50001);
    double.set_bot_permissions(GUILD, permission::ADMINISTRATOR);
    assert_eq!(code(embed()).await, None);
    // A role of the test's own, @everyone, and types of channels.
    let denied = Overwrite { id: 1002, is_role: true, allow: 0, deny: send };
    let announcements =
        Channel { id: 3001, name: "news".to_owned(), kind: 5, overwrites: vec![denied], ..Channel::default() };
    let group = Channel { id: 3002, name: "group".to_owned(), kind: 4, ..Channel::default() };
    let mut guild = Guild::new(1002).channel(announcements).channel(group).bot_permissions(permission::POSTING);
    guild.roles.push(Role { id: 77, name: "rest".to_owned(), permissions: 0 });
    double.add_guild(guild);
    let post = async |channel: u64| {
        let path = format!("/channels/{channel}/messages");
        call(&double, "POST", &path, Some(says("x"))).await.1["code"].as_u64()
    };
    assert_eq!((post(3001).await, post(3002).await, post(9).await), (Some(50013), Some(50008), Some(10003)));
    // Other users' messages, and deleted ones.
    let other = double.post(&double.user(GUILD, 0), CHANNEL, "mine");
    let others = format!("/channels/{CHANNEL}/messages/{}", other.id);
    assert_eq!(call(&double, "PATCH", &others, Some(says("yours"))).await.1["code"], 50005);
    double.delete_message(message);
    assert_eq!(call(&double, "PATCH", &path, Some(says("gone"))).await.1["code"], 10008);
    double.delete_channel(CHANNEL);
    assert_eq!(code(says("x")).await, Some(10003));
    double.remove_guild(1002);
    assert_eq!(post(3001).await, Some(50001));
    assert_eq!(call(&double, "GET", "/guilds/1002", None).await.1["code"], 10004);
    assert_eq!(call(&double, "GET", &format!("/guilds/{GUILD}/members/5"), None).await.1["code"], 10007);
    double.assert_clean();
}

#[tokio::test]
async fn too_many_requests_are_refused_and_counted() {
    let double = world().await;
    let path = format!("{}/api/v10/channels/{CHANNEL}/messages", double.url());
    let client = reqwest::Client::new();
    let post = async |text: &str| {
        let request = client.post(&path).header("Authorization", format!("Bot {}", Double::TOKEN));
        let request = request.header("Content-Type", "application/json").body(says(text).to_string());
        request.send().await.unwrap()
    };
    for left in (0..5).rev() {
        let response = post("x").await;
        assert_eq!(response.headers()["x-ratelimit-remaining"], left.to_string());
        assert_eq!(response.status(), 200);
    }
    let refused = post("x").await;
    assert_eq!((refused.status().as_u16(), double.messages(CHANNEL).len()), (429, 5));
    assert!(["4", "5"].contains(&refused.headers()["retry-after"].to_str().unwrap()));
    let body: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert!(body["retry_after"].as_f64().unwrap() > 3.0 && body["global"] == false);
    double.set_limits(Limits { global: Some(2), ..Limits::default() });
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(call(&double, "GET", "/users/@me", None).await.0);
    }
    assert!(statuses.contains(&429), "{statuses:?}");
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!(double.rate_limited(), refused + 1);
    assert!((3..=26).contains(&double.busiest_second()));
    // Responses to interactions do not count.
    let status = call(&double, "POST", "/interactions/1/x/callback", Some(json!({ "type": 5 }))).await.0;
    assert_eq!((status, double.take_problems().len()), (404, 1));
}

#[tokio::test]
async fn faults_happen_as_a_rule_says() {
    let double = world().await;
    double.set_limits(Limits::NONE);
    double.fail_messages(|attempt: &Attempt<'_>| {
        assert_eq!((attempt.channel, attempt.method), (Some(CHANNEL), "POST"));
        assert!(attempt.body["content"].is_string());
        match attempt.nth {
            1 => Some(Fault::Status(503)),
            2 => Some(Fault::RateLimited { retry_after: Duration::from_millis(1500), is_global: true }),
            3 => Some(Fault::DoneThenClosed),
            4 => Some(Fault::DoneThenStatus(500)),
            5 => Some(Fault::Hang),
            _ => None,
        }
    });
    assert_eq!(create(&double, says("1")).await.0, 503);
    let (status, body) = create(&double, says("2")).await;
    assert_eq!((status, body["retry_after"].as_f64(), &body["global"]), (429, Some(1.5), &json!(true)));
    assert!(double.messages(CHANNEL).is_empty());
    let path = format!("{}/api/v10/channels/{CHANNEL}/messages", double.url());
    let post = |text: &str| {
        let request = reqwest::Client::new().post(&path).header("Authorization", format!("Bot {}", Double::TOKEN));
        request.header("Content-Type", "application/json").body(says(text).to_string()).send()
    };
    assert!(post("3").await.is_err(), "the connection is closed");
    assert_eq!(post("4").await.unwrap().status(), 500);
    assert!(tokio::time::timeout(Duration::from_millis(200), post("5")).await.is_err());
    assert_eq!(create(&double, says("6")).await.0, 200);
    let texts: Vec<String> = double.messages(CHANNEL).iter().map(|message| message.text()).collect();
    assert_eq!(texts, ["3", "4", "6"]);
    let statuses: Vec<_> = double.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(503), Some(429), None, Some(500), None, Some(200)]);
    double.fail_requests(|attempt| (attempt.path == "/users/@me").then_some(Fault::Status(500)));
    assert_eq!(call(&double, "GET", "/users/@me", None).await.0, 500);
    double.clear_faults();
    assert_eq!(call(&double, "GET", "/users/@me", None).await.0, 200);
    // A failed assertion in a rule is a problem, too.
    double.fail_messages(|_| panic!("not this one"));
    assert!(post("7").await.is_err());
    assert!(only_problem(&double).contains("not this one"));
    assert_eq!(double.rate_limited(), 0);
}

#[tokio::test]
async fn a_gate_holds_one_request_at_its_point() {
    let double = world().await;
    let send = |text: &'static str| {
        let double = double.clone();
        tokio::spawn(async move { create(&double, says(text)).await.0 })
    };
    let mut before = double.gate(Point::BeforeCreate);
    let held = send("before");
    before.reached().await;
    assert!(double.messages(CHANNEL).is_empty());
    // It holds one request only.
    assert_eq!(send("other").await.unwrap(), 200);
    before.open();
    assert_eq!(held.await.unwrap(), 200);
    let mut after = double.gate(Point::AfterCreate);
    assert!(!after.is_reached());
    let held = send("after");
    after.reached().await;
    let stored = double.wait_for_message(CHANNEL, SOON, |message| message.text() == "after").await;
    assert!(!held.is_finished() && after.is_reached());
    // The sender dies. Discord has received the request all the same.
    held.abort();
    after.open();
    // Dropped before it took effect: there is no message.
    let mut before = double.gate(Point::BeforeCreate);
    let held = send("never");
    before.reached().await;
    before.drop_request();
    assert!(held.await.is_err(), "no answer");
    assert!(double.messages(CHANNEL).iter().all(|message| message.text() != "never"));
    // The sender dies before the request took effect. It takes effect all the same.
    let mut before = double.gate(Point::BeforeCreate);
    let held = send("heard");
    before.reached().await;
    held.abort();
    before.open();
    double.wait_for_message(CHANNEL, SOON, |message| message.text() == "heard").await;
    let path = format!("/channels/{CHANNEL}/messages/{}", stored.id);
    let edit = || {
        let (double, path) = (double.clone(), path.clone());
        tokio::spawn(async move { call(&double, "PATCH", &path, Some(says("edited"))).await.0 })
    };
    let mut gate: Gate = double.gate(Point::BeforeEdit);
    let held = edit();
    gate.reached().await;
    assert_eq!(double.message(stored.id).text(), "after");
    // Dropping a gate opens it.
    drop(gate);
    assert_eq!(held.await.unwrap(), 200);
    let mut gate = double.gate(Point::AfterEdit);
    let held = edit();
    gate.reached().await;
    assert_eq!(double.message(stored.id).text(), "edited");
    gate.open();
    assert_eq!(held.await.unwrap(), 200);
}

#[tokio::test]
async fn a_dropped_double_answers_for_its_problems() {
    let double = Double::start().await;
    call(&double, "GET", "/nowhere", None).await;
    let dropped = tokio::spawn(async move { drop(double) }).await;
    let panic = dropped.unwrap_err().into_panic();
    assert!(panic.downcast_ref::<String>().unwrap().contains("GET /api/v10/nowhere: the double does not know"));
    let double = world().await;
    let began = Instant::now();
    let waiting = tokio::spawn({
        let double = double.clone();
        async move { double.wait_for_message(CHANNEL, Duration::from_millis(50), |_| true).await }
    });
    let panic = waiting.await.unwrap_err().into_panic();
    assert!(panic.downcast_ref::<String>().unwrap().contains("no such message in 2001"));
    assert!(began.elapsed() >= Duration::from_millis(50));
}
