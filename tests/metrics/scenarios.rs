//! The real program in the situations that the dashboard and the alerts are for.

use std::net::TcpListener;
use std::time::Duration;

use discord_double::Fault;
use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::evidence::Evidence;
use crate::server::Server;
use crate::world::{CHANNEL, GUILD, World};

const CODES: [(&str, Rule); 6] = [
    ("GOOD", Rule::Good),
    ("SECOND", Rule::Good),
    ("THIRD", Rule::Good),
    ("FOURTH", Rule::Good),
    ("OVER", Rule::Expired),
    ("VIP", Rule::VipOnly),
];

async fn world() -> (World, u16) {
    let mut world = World::new(&CODES).await;
    world.double.set_heartbeat(Duration::from_millis(300));
    let port = TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port();
    world.set("PORT", port.to_string());
    // A budget, which is never used up.
    world.set("GAME_RATE_LIMIT", "600/60s");
    (world, port)
}

/// A channel, five players, and automatic redemption.
async fn set_up(world: &World) {
    let admin = world.admin();
    world.set_channel(&admin).await;
    let lines: String = (1001..=1005).map(|id| format!("{id},Lord{id},245\n")).collect();
    world.import(&admin, &lines).await;
    world.says(&admin, "manage giftcode auto", &[("switch", json!(0))], &["✅"]).await;
}

fn answer(msg: &str, err_code: &str) -> Wrong {
    Wrong::json(200, &format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{err_code}}}"#))
}

/// Codes are posted and redeemed; then posts fail, a channel is closed, the feed fails, and the game refuses in every way that
/// an alert knows.
pub async fn at_work_with_every_trouble_of_the_game(evidence: &Evidence) {
    let (world, port) = world().await;
    let bot = world.start().await;
    set_up(&world).await;
    let one = PlayerId::new(1003).unwrap();
    world.game.set_troubles(vec![Trouble::of_all(answer("WHO KNOWS", "40444")).of_player(one)]);
    for code in ["GOOD", "OVER", "VIP"] {
        world.feed.add(code, "", "");
    }
    for begin in [
        "giftcode_redemptions_total{outcome=\"granted\"}",
        "giftcode_redemptions_total{outcome=\"failed\"}",
        "giftcode_redemptions_total{outcome=\"stopped\"}",
        "giftcode_redemptions_total{outcome=\"gave_up\"}",
        "giftcode_posts_total{result=\"posted\"}",
        "giftcode_code_seen_to_posted_seconds_count",
        "giftcode_code_seen_to_done_seconds_count",
        "giftcode_code_posted_to_done_seconds_count",
        "giftcode_standing{standing=\"active\"}",
        "giftcode_discord_connected",
        "giftcode_discord_latency_seconds",
        "giftcode_discord_servers",
        "giftcode_servers ",
        "giftcode_players",
        "giftcode_codes_active",
        "giftcode_budget_used_calls{endpoint=\"redeem\"}",
    ] {
        evidence.until(port, begin, |value| value > 0.0).await;
    }
    // Discord refuses the message.
    world.double.fail_messages(|attempt| {
        (attempt.channel == Some(CHANNEL)).then_some(Fault::Error { status: 400, code: 50_083 })
    });
    // The game's limiter counts somebody else's calls.
    let full = Wrong::json(429, r#"{"message":"Too Many Attempts."}"#);
    world.game.set_troubles(vec![Trouble::of_all(full)]);
    world.feed.add("SECOND", "", "");
    for begin in
        ["giftcode_posts_total{result=\"failed\"}", "giftcode_messages_waiting", "giftcode_problem{part=\"posts\"}"]
    {
        evidence.until(port, begin, |value| value > 0.0).await;
    }
    evidence.until(port, "giftcode_api_refusals_total{kind=\"rate_limited\"}", |value| value > 0.0).await;
    world.game.set_troubles(Vec::new());
    world.double.clear_faults();
    world.double.set_bot_permissions(GUILD, 0);
    world.feed.add("THIRD", "", "");
    evidence.until(port, "giftcode_servers_paused", |value| value > 0.0).await;
    world.feed.set_down(true);
    for begin in ["giftcode_problem{part=\"feeds\"}", "giftcode_polls_total"] {
        evidence.until(port, begin, |value| value > 0.0).await;
    }
    world.feed.set_down(false);
    // The game refuses everybody; a code is due for all.
    evidence.until(port, "giftcode_redemptions_pending", |value| value == 0.0).await;
    world.game.set_troubles(vec![Trouble::of_all(answer("Sign Error", "0"))]);
    world.feed.add("FOURTH", "", "");
    for (cause, next) in [
        ("deployment", Some(answer("CAPTCHA CHECK ERROR", "40103"))),
        ("captcha", Some(answer("NEVER HEARD OF IT", "40555"))),
        ("odd", None),
    ] {
        let begin = format!("giftcode_breaker_open{{cause=\"{cause}\"}}");
        evidence.until(port, &begin, |value| value == 1.0).await;
        for begin in ["giftcode_problem{part=\"engine\"}", "giftcode_redemptions_due", "giftcode_redemptions_pending"] {
            evidence.until(port, begin, |value| value > 0.0).await;
        }
        world.game.set_troubles(next.into_iter().map(Trouble::of_all).collect());
    }
    bot.stop().await;
}

/// The gateway's address is refused.
pub async fn without_discord(evidence: &Evidence) {
    let (world, port) = world().await;
    world.double.fail_requests(|attempt| (attempt.path == "/gateway/bot").then_some(Fault::Status(500)));
    let bot = world.spawn();
    evidence.until(port, "giftcode_discord_connected", |value| value == 0.0).await;
    evidence.until(port, "giftcode_problem{part=\"discord\"}", |value| value == 1.0).await;
    bot.stop().await;
}

/// A file that knows nothing, and a MongoDB that does not answer.
pub async fn waiting_for_mongodb(evidence: &Evidence) {
    let (mut world, port) = world().await;
    world.set("MONGODB_URI", "mongodb://127.0.0.1:9/");
    let bot = world.spawn();
    evidence.until(port, "giftcode_standing{standing=\"blocked\"}", |value| value == 1.0).await;
    evidence.until(port, "giftcode_standing{standing=\"active\"}", |value| value == 0.0).await;
    evidence.until(port, "giftcode_problem{part=\"leadership\"}", |value| value == 1.0).await;
    bot.stop().await;
}

/// MongoDB answers, goes away while something changes, and comes back for a bot whose file cannot be used.
pub async fn with_mongodb(evidence: &Evidence) {
    let (mut world, port) = world().await;
    let mut server = Server::start();
    world.set("MONGODB_URI", server.uri());
    world.set("MONGODB_MAX_SIZE", "512MB");
    let bot = world.start().await;
    for begin in ["giftcode_mongodb_up", "giftcode_mongodb_size_bytes", "giftcode_mongodb_size_limit_bytes"] {
        evidence.until(port, begin, |value| value > 0.0).await;
    }
    server.kill();
    set_up(&world).await;
    for begin in ["giftcode_outbox_records", "giftcode_outbox_oldest_age_seconds", "giftcode_problem{part=\"stores\"}"]
    {
        evidence.until(port, begin, |value| value > 0.0).await;
    }
    evidence.until(port, "giftcode_mongodb_up", |value| value == 0.0).await;
    server.restart();
    evidence.until(port, "giftcode_outbox_records", |value| value == 0.0).await;
    bot.stop().await;
    std::fs::write(world.folder.path().join("file"), "no folder").unwrap();
    world.set("STATE_FILE", "file/giftcode.db");
    let bot = world.spawn();
    evidence.until(port, "giftcode_temporary_copy", |value| value == 1.0).await;
    bot.kill().await;
}
