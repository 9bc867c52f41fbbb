//! No secret is in anything that the program writes, at the most talkative level and in both formats.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use discord_double::{Double, Fault};
use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::server::Server;
use crate::world::{CHANNEL, GUILD, PATIENCE, World};

const FEED_KEY: &str = "f33d-K3y/of+the=first";
const OTHER_KEY: &str = "0ther-F33d-K3y";
const QUERY: &str = "qu3ry-T0ken-of-a-feed";
const PASSWORD: &str = "p%40ss-w0rd-of-m0ngo";
const PING: &str = "p1ng-0d1f6a2e5b1c4a0e";
const WEBHOOK: &str = "w3bh00k-T0ken_aBcDeFgH";

/// The secret as it is, percent-encoded and -decoded, and in Base64, wherever in the encoded text it begins.
fn forms(secret: &str) -> Vec<String> {
    let plain = secret.replace("%40", "@");
    let encoded: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
    let mut forms = vec![secret.to_owned(), plain.clone(), encoded];
    for before in ["", "x", "xx"] {
        for text in
            [STANDARD_NO_PAD.encode(format!("{before}{plain}")), URL_SAFE_NO_PAD.encode(format!("{before}{plain}"))]
        {
            // Without the letters at both ends, which depend on what stands there.
            forms.push(text[4..text.len() - 4].to_owned());
        }
    }
    forms
}

fn assert_silent(output: &str, what: &str) {
    for secret in [Double::TOKEN, FEED_KEY, OTHER_KEY, QUERY, PASSWORD, PING, WEBHOOK] {
        for form in forms(secret) {
            let line = output.lines().find(|line| line.contains(&form));
            assert_eq!(line, None, "{what} shows {secret} as {form}");
        }
    }
    let interaction = output.lines().find(|line| line.contains("interaction-token-"));
    assert_eq!(interaction, None, "{what} shows an interaction's token");
    let is_hash = |text: &str| text.len() >= 32 && text.bytes().take(32).all(|byte| byte.is_ascii_hexdigit());
    let signed =
        output.match_indices("sign").find(|(at, _)| is_hash(output[at + 4..].trim_start_matches(['=', '"', ':', ' '])));
    assert_eq!(signed, None, "{what} shows a signature");
}

/// A world whose every secret is known, and whose MongoDB is this.
async fn world(mongodb: &str) -> World {
    let mut world = World::new(&[("GOOD", Rule::Good), ("BAD", Rule::VipOnly)]).await;
    world.feed.add("GOOD", "1K Gems", "");
    // Nobody listens on port 9.
    let feeds = format!("{}?key={QUERY},{OTHER_KEY}@http://127.0.0.1:9/codes", world.feed_url());
    world.set("GIFTCODE_API_URL", feeds);
    world.set("GIFTCODE_API_KEY", FEED_KEY);
    world.set("MONGODB_URI", mongodb);
    world.set("HEARTBEAT_URL", format!("http://127.0.0.1:9/{PING}"));
    world.set("ALERT_WEBHOOK_URL", format!("http://127.0.0.1:9/api/webhooks/123456/{WEBHOOK}"));
    world.set("RUST_LOG", "trace");
    world
}

/// Uses everything that has to do with a secret, and redeems for this player.
async fn live(world: &World, player: u64) -> String {
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.set_channel(&admin).await;
    world.import(&admin, &format!("{player},A,245\n")).await;
    world.told(&member, "link", &[("player_id", json!(1005)), ("state", json!(245))]).await;
    world.message("GOOD").await;
    world.told(&admin, "manage giftcode redeem", &[("code", json!("GOOD"))]).await;
    bot.said("Redeemed for").await;
    world.told(&member, "redeem", &[("code", json!("GOOD"))]).await;
    world.told(&admin, "manage giftcode status", &[]).await;
    // An event that the library cannot read, and answers that fail.
    world.double.send_unreadable_interaction(GUILD, "interaction-token-unreadable");
    let mut faults = vec![Fault::Error { status: 400, code: 50035 }, Fault::DoneThenClosed, Fault::Hang];
    world.double.fail_requests(move |attempt| {
        let is_response = attempt.path.starts_with("/interactions/");
        is_response.then(|| faults.pop()).flatten()
    });
    for _ in 0..3 {
        drop(world.double.send_slash(&admin, CHANNEL, "manage giftcode list", &[]));
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    let log = bot.log();
    bot.stop().await;
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_log_at_trace_level() {
    let server = Server::start();
    let mut world = world(&server.uri()).await;
    world.set("LOG_FORMAT", "json");
    let log = live(&world, 1001).await;
    assert!(log.contains("Dual-write success"), "{log}");
    assert_silent(&log, "the log in JSON");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        for field in ["timestamp", "level", "message", "target"] {
            assert!(line[field].is_string(), "{line} has no {field}");
        }
    }
    let with = |message: &str, fields: &[&str]| {
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut found = lines.filter(|line| line["message"].as_str().unwrap().starts_with(message)).peekable();
        assert!(found.peek().is_some(), "{message}");
        found.for_each(|line| {
            let has = |field: &&str| !line["span"][*field].is_null();
            assert!(fields.iter().all(has), "{line}");
        });
    };
    with("✅ Redeemed for ", &["code", "player"]);
    with("Posted 1 new codes to guild", &["guild", "codes", "nonce"]);
    with("Successfully fetched", &["feed"]);
    // A password that the server does not know. The file is known, so the bot goes on with it.
    world.set("MONGODB_URI", server.uri().replace("mongodb://", &format!("mongodb://giftcode:{PASSWORD}@")));
    world.set("LOG_FORMAT", "text");
    let log = live(&world, 1002).await;
    assert!(log.contains("continuing with the state file alone"), "{log}");
    assert_silent(&log, "the log");
}

/// A value that cannot be used is a secret, too.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_a_refusal() {
    let world = world("mongodb://127.0.0.1:9/").await;
    for (name, value) in [
        ("DISCORD_TOKEN", format!("{} with a blank", Double::TOKEN)),
        ("GIFTCODE_API_KEY", format!("{FEED_KEY}\u{e9}")),
        ("GIFTCODE_API_URL", format!("{OTHER_KEY}https//feed.example")),
        ("GIFTCODE_API_URL", format!("{OTHER_KEY}@ftp://feed.example?{QUERY}")),
        ("MONGODB_URI", format!("postgres://giftcode:{PASSWORD}@db.example/")),
        ("MONGODB_URI", format!("mongodb+srv://giftcode:{PASSWORD}@db.example:27017/")),
        ("MONGO_URI", format!("mongodb://giftcode:{PASSWORD}@other.example/")),
        ("HEARTBEAT_URL", format!("ftp://watch.example/{PING}")),
        ("ALERT_WEBHOOK_URL", format!("discord.com/api/webhooks/1/{WEBHOOK}")),
        ("RUST_LOG", format!("{WEBHOOK}=b=c")),
    ] {
        let mut command = world.command();
        command.env(name, &value).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert_silent(&said, name);
    }
}
