//! The gateway.

use std::time::Duration;

use serde_json::json;

use super::bot::Bot;
use super::wire::{Came, Wire, identify};
use super::{CHANNEL, GUILD, SOON, only_problem, says, world};
use discord_double::{Double, Guild, permission};

#[tokio::test]
async fn a_session_is_told_of_its_guilds_and_of_what_becomes_of_them() {
    let double = world().await;
    double.add_guild(Guild::new(1002));
    double.set_unavailable(1002);
    let mut wire = Wire::connect(&double).await;
    assert_eq!(double.sessions(), 0);
    wire.send(1, json!(null)).await;
    assert_eq!(wire.message().await["op"], 11);
    wire.send(2, identify([0, 1])).await;
    let ready = wire.event("READY").await;
    let stub = |id: &str| json!({ "id": id, "unavailable": true });
    assert_eq!(ready["guilds"], json!([stub("1001"), stub("1002")]));
    assert_eq!(ready["application"]["id"], Double::APPLICATION.to_string());
    double.connected(SOON).await;
    let guild = wire.event("GUILD_CREATE").await;
    assert_eq!((&guild["id"], &guild["channels"][0]["name"]), (&json!("1001"), &json!("codes")));
    assert_eq!(guild["roles"][0]["colors"]["primary_color"], 0);
    double.set_available(1002);
    assert_eq!(wire.event("GUILD_CREATE").await["id"], "1002");
    double.set_unavailable(1002);
    assert_eq!(wire.event("GUILD_DELETE").await, stub("1002"));
    double.remove_guild(1002);
    assert_eq!(wire.event("GUILD_DELETE").await, json!({ "id": "1002" }));
    double.set_bot_permissions(GUILD, permission::VIEW_CHANNEL);
    assert_eq!(wire.event("GUILD_ROLE_UPDATE").await["role"]["permissions"], "1024");
    double.set_overwrite(CHANNEL, 0, permission::SEND_MESSAGES);
    assert_eq!(wire.event("CHANNEL_UPDATE").await["permission_overwrites"][0]["deny"], "2048");
    double.delete_channel(CHANNEL);
    assert_eq!(wire.event("CHANNEL_DELETE").await["id"], CHANNEL.to_string());
    wire.send(3, json!({ "status": "idle", "activities": [], "since": null, "afk": false })).await;
    double.until(SOON, "the presence", || double.presence().filter(|presence| presence["status"] == "idle")).await;
}

#[tokio::test]
async fn a_shard_has_its_own_guilds_and_its_interactions() {
    let double = world().await;
    double.set_shards(2, 2);
    double.set_heartbeat(Duration::from_secs(1));
    let second = 1 << 22 | 7;
    double.add_guild(Guild::new(second).text(3001, "codes"));
    let mut zero = Wire::connect(&double).await;
    let mut one = Wire::connect(&double).await;
    zero.send(2, identify([0, 2])).await;
    one.send(2, identify([1, 2])).await;
    assert_eq!(one.event("READY").await["shard"], json!([1, 2]));
    assert_eq!(zero.event("GUILD_CREATE").await["id"], GUILD.to_string());
    assert_eq!(one.event("GUILD_CREATE").await["id"], second.to_string());
    assert_eq!(double.sessions(), 2);
    double.assert_clean();
    // Another shard of a bucket in which one has just identified.
    double.set_shards(4, 2);
    let mut early = Wire::connect(&double).await;
    early.send(2, identify([2, 4])).await;
    early.event("READY").await;
    assert!(only_problem(&double).contains("identify of shard 2 within 5 s"));
}

#[tokio::test]
async fn a_session_is_resumed_with_what_it_missed() {
    let double = world().await;
    let mut wire = Wire::connect(&double).await;
    wire.send(2, identify([0, 1])).await;
    let session = wire.event("READY").await["session_id"].clone();
    wire.event("GUILD_CREATE").await;
    double.drop_sessions();
    assert_eq!(wire.came().await, Came::End);
    double.until(SOON, "no session", || (double.sessions() == 0).then_some(())).await;
    double.set_bot_permissions(GUILD, 0);
    let mut wire = Wire::connect(&double).await;
    wire.send(6, json!({ "token": Double::TOKEN, "session_id": session, "seq": 2 })).await;
    let missed = wire.message().await;
    assert_eq!((&missed["t"], &missed["s"]), (&json!("GUILD_ROLE_UPDATE"), &json!(3)));
    assert_eq!(wire.message().await["t"], "RESUMED");
    assert_eq!(double.sessions(), 1);
    double.reconnect();
    assert_eq!(wire.message().await["op"], 7);
    double.invalidate();
    assert_eq!(wire.message().await, json!({ "op": 9, "d": false }));
    assert_eq!(double.sessions(), 0);
    // A session that has ended cannot be resumed. The same connection identifies again.
    wire.send(6, json!({ "token": Double::TOKEN, "session_id": session, "seq": 2 })).await;
    assert_eq!(wire.message().await, json!({ "op": 9, "d": false }));
    wire.send(2, identify([0, 1])).await;
    wire.event("READY").await;
}

#[tokio::test]
async fn what_a_session_must_not_do_is_noticed() {
    let double = world().await;
    for (intents, problem) in [(1 | 1 << 15, "privileged"), (1 | 1 << 9, "more than it needs")] {
        let mut wire = Wire::connect(&double).await;
        let mut with = identify([0, 1]);
        with["intents"] = json!(intents);
        wire.send(2, with).await;
        wire.event("READY").await;
        assert!(only_problem(&double).contains(problem));
    }
    for (op, data, code, problem) in [
        (2, identify([0, 1]), 4005, "identified twice"),
        (8, json!({}), 4001, "the gateway was sent"),
        (77, json!({}), 4001, "the gateway was sent"),
    ] {
        let mut wire = Wire::ready(&double).await;
        wire.event("GUILD_CREATE").await;
        wire.send(op, data).await;
        assert_eq!(wire.came().await, Came::Close(code));
        assert!(only_problem(&double).contains(problem));
    }
    for (data, problem) in [(identify([3, 3]), "identify as shard"), (json!({ "x": 1 }), "unknown field identify.x")] {
        let mut wire = Wire::connect(&double).await;
        wire.send(2, data).await;
        assert!(matches!(wire.came().await, Came::Close(4004 | 4010)));
        assert!(only_problem(&double).contains(problem));
    }
    let mut wire = Wire::connect(&double).await;
    wire.send(3, json!({})).await;
    assert_eq!(wire.came().await, Came::Close(4003));
    assert!(only_problem(&double).contains("a presence before the identify"));
}

#[tokio::test]
async fn a_revoked_token_is_wrong_everywhere_and_no_problem() {
    let double = world().await;
    let mut wire = Wire::ready(&double).await;
    wire.event("GUILD_CREATE").await;
    double.revoke_token();
    assert_eq!(wire.came().await, Came::Close(4004));
    let (status, body) = super::create(&double, says("hello")).await;
    assert_eq!((status, body), (401, json!({ "message": "401: Unauthorized", "code": 0 })));
    double.assert_clean();
}

#[tokio::test]
async fn serenity_resumes_after_a_break_and_a_reconnect() {
    let double = world().await;
    let _bot = Bot::start(&double).await;
    double.connected(SOON).await;
    let member = double.user(GUILD, 0);
    for disturb in [Double::drop_sessions, Double::reconnect] {
        disturb(&double);
        // The event is sent while nobody listens, and replayed.
        let answered = double.slash(&member, CHANNEL, "board", &[("number", json!(3))]).await;
        assert_eq!(answered.text(), "board 3");
        assert_eq!(double.sessions(), 1);
    }
    assert_eq!(double.messages(CHANNEL).len(), 2);
}

#[tokio::test]
async fn a_bot_connected_twice_is_noticed() {
    let double = world().await;
    let _bots = (Bot::start(&double).await, Bot::start(&double).await);
    double.until(SOON, "two sessions", || (double.sessions() == 2).then_some(())).await;
    let member = double.user(GUILD, 0);
    double.slash(&member, CHANNEL, "board", &[("number", json!(3))]).await;
    double.until(SOON, "a problem", || double.problems().into_iter().next()).await;
    assert!(only_problem(&double).contains("a second first response"));
}

#[tokio::test]
async fn a_thousand_guilds_are_told_of() {
    let double = Double::start().await;
    // The interaction is queued behind the events of all the guilds, which take time on a busy machine.
    double.set_response_deadline(4 * SOON);
    for guild in 1..=1000 {
        double.add_guild(Guild::new(guild).text(10_000 + guild, "codes"));
    }
    let _bot = Bot::start(&double).await;
    let member = double.user(777, 0);
    let answered = double.slash(&member, 10_777, "board", &[("number", json!(1))]).await;
    assert_eq!(answered.text(), "board 1");
}
