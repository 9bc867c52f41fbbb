//! Threads, forums and publishing.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{CreateAllowedMentions, CreateForumPost, CreateMessage, ForumTagId};

use super::bot::http;
use super::{CHANNEL, GUILD, call, only_problem, says, with, world};
use discord_double::{Channel, Double, Guild, Thread, permission};

const NEWS: u64 = 2002;
const THREAD: u64 = 2003;
const FORUM: u64 = 2004;

async fn full_world() -> Double {
    let double = world().await;
    let guild = Guild::new(GUILD).text(CHANNEL, "codes").announcements(NEWS, "news");
    double.add_guild(guild.thread(THREAD, "thread", CHANNEL).forum(FORUM, "forum"));
    double
}

/// The status and the error code of a response.
async fn code(double: &Double, method: &str, path: &str, body: Option<Value>) -> (u16, Option<u64>) {
    let (status, body) = call(double, method, path, body).await;
    (status, body["code"].as_u64())
}

async fn post(double: &Double, channel: u64) -> (u16, Value) {
    call(double, "POST", &format!("/channels/{channel}/messages"), Some(says("x"))).await
}

fn crosspost(channel: u64, message: &Value) -> String {
    format!("/channels/{channel}/messages/{}/crosspost", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_message_is_published_once_and_ten_within_an_hour() {
    let double = full_world().await;
    double.set_limits(discord_double::Limits::NONE);
    let (_, first) = post(&double, NEWS).await;
    let path = crosspost(NEWS, &first);
    assert_eq!(call(&double, "POST", &path, None).await.1["flags"], 1);
    assert_eq!(code(&double, "POST", &path, None).await, (400, Some(40033)));
    let (_, elsewhere) = post(&double, CHANNEL).await;
    assert_eq!(code(&double, "POST", &crosspost(CHANNEL, &elsewhere), None).await, (400, Some(50024)));
    let others = double.post(&double.user(GUILD, 0), NEWS, "mine");
    let of_others = format!("/channels/{NEWS}/messages/{}/crosspost", others.id);
    assert_eq!(code(&double, "POST", &of_others, None).await, (403, Some(50013)));
    for _ in 1..10 {
        let (_, message) = post(&double, NEWS).await;
        assert_eq!(call(&double, "POST", &crosspost(NEWS, &message), None).await.0, 200);
    }
    let (_, one_more) = post(&double, NEWS).await;
    let (status, limited) = call(&double, "POST", &crosspost(NEWS, &one_more), None).await;
    assert!(status == 429 && limited["retry_after"].as_f64().unwrap() > 3000.0, "{limited}");
    double.set_publish_limit(10, Duration::ZERO);
    assert_eq!(call(&double, "POST", &crosspost(NEWS, &one_more), None).await.0, 200);
}

#[tokio::test]
async fn threads_are_archived_opened_locked_and_deleted() {
    let double = full_world().await;
    let thread = format!("/channels/{THREAD}");
    let archived = |is: bool| Some(json!({ "archived": is }));
    let (_, message) = post(&double, THREAD).await;
    let edit = format!("{thread}/messages/{}", message["id"].as_str().unwrap());
    double.archive(THREAD);
    assert_eq!(post(&double, THREAD).await.1["code"], 50083);
    assert_eq!(code(&double, "PATCH", &edit, Some(says("y"))).await, (400, Some(50083)));
    let (_, list) = call(&double, "GET", &format!("/channels/{CHANNEL}/threads/archived/public"), None).await;
    assert_eq!((list["threads"][0]["id"].as_str(), list["has_more"].as_bool()), (Some("2003"), Some(false)));
    assert_eq!(call(&double, "PATCH", &thread, archived(false)).await.0, 200);
    let (_, active) = call(&double, "GET", &format!("/guilds/{GUILD}/threads/active"), None).await;
    assert_eq!(active["threads"][0]["parent_id"], CHANNEL.to_string());
    // Somebody else's thread: only moderators archive it, and delete it.
    assert_eq!(code(&double, "PATCH", &thread, archived(true)).await, (403, Some(50013)));
    double.lock(THREAD, true);
    assert_eq!(post(&double, THREAD).await.1["code"], 160_005);
    double.archive(THREAD);
    assert_eq!(code(&double, "PATCH", &thread, archived(false)).await, (403, Some(50013)));
    assert_eq!(code(&double, "DELETE", &thread, None).await, (403, Some(50013)));
    double.set_bot_permissions(GUILD, permission::POSTING | permission::MANAGE_THREADS);
    assert_eq!(call(&double, "PATCH", &thread, archived(false)).await.0, 200);
    // By the parent's permissions.
    double.set_overwrite(CHANNEL, 0, permission::SEND_MESSAGES_IN_THREADS);
    assert_eq!(post(&double, THREAD).await.1["code"], 50013);
    assert_eq!(call(&double, "DELETE", &thread, None).await.0, 200);
    assert_eq!(code(&double, "GET", &thread, None).await, (404, Some(10003)));
    // A channel of another kind is none of a bot's business.
    assert_eq!(code(&double, "DELETE", &format!("/channels/{NEWS}"), None).await, (403, Some(50013)));
    assert!(only_problem(&double).contains("no thread"));
}

#[tokio::test]
async fn a_private_thread_is_visible_to_its_members() {
    let double = full_world().await;
    let hidden = Thread { has_bot: false, ..Thread::new(CHANNEL, 1) };
    let secret = Channel { thread: Some(hidden), ..Channel::new(3001, "secret", 12) };
    double.add_guild(Guild::new(1002).text(3002, "parent").channel(secret));
    assert_eq!(code(&double, "GET", "/channels/3001", None).await, (403, Some(50001)));
    double.set_bot_permissions(1002, permission::POSTING | permission::MANAGE_THREADS);
    assert_eq!(call(&double, "GET", "/channels/3001", None).await.0, 200);
}

#[tokio::test]
async fn a_forum_has_posts_and_no_messages() {
    let double = full_world().await;
    double.set_limits(discord_double::Limits::NONE);
    let http = http(&double);
    double.set_tags(FORUM, &[(81, "Staff", true), (82, "News", false)], true);
    let message = CreateMessage::new().content("first").allowed_mentions(CreateAllowedMentions::new());
    let post_in = CreateForumPost::new("A post", message).add_applied_tag(ForumTagId::new(82));
    let started = serenity::all::ChannelId::new(FORUM).create_forum_post(&http, post_in).await.unwrap();
    let id = started.id.get();
    assert_eq!((double.message(id).content.as_str(), double.forum_posts(FORUM)[0].name.as_str()), ("first", "A post"));
    assert_eq!(post(&double, FORUM).await.1["code"], 40058);
    let path = format!("/channels/{FORUM}/threads");
    let start = |tags: Value| Some(json!({ "name": "B", "message": says("x"), "applied_tags": tags }));
    assert_eq!(code(&double, "POST", &path, start(json!([]))).await, (400, Some(40067)));
    assert_eq!(code(&double, "POST", &path, start(json!(["81"]))).await, (403, Some(50013)));
    double.set_tags(FORUM, &[(81, "Staff", true)], true);
    assert_eq!(code(&double, "POST", &path, start(json!([]))).await, (400, Some(40066)));
    double.set_tags(FORUM, &[], false);
    // There are no nonces.
    let with_nonce = with(says("x"), "nonce", json!("n"));
    assert_eq!(code(&double, "POST", &path, Some(json!({ "name": "B", "message": with_nonce }))).await.0, 400);
    assert!(only_problem(&double).contains("unknown field body.nonce"));
    double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES);
    assert_eq!(code(&double, "POST", &path, start(json!([]))).await, (403, Some(50013)));
}
