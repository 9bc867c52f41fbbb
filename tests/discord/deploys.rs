//! A deploy: the new instance starts while the old one runs, and only one is connected to Discord at a time
//! (docs/protocol.md, "Gateway").

use giftcode_bot::sandbox::rules::Rule;

use crate::server::Server;
use crate::world::{CHANNEL, GUILD, PATIENCE, World};

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_is_connected_and_the_next_takes_over_the_whole_state() {
    let server = Server::start();
    let mut world = World::new(&[("CODE1", Rule::Good), ("CODE2", Rule::Good)]).await;
    world.set("MONGODB_URI", server.uri());
    world.feed.add("CODE1", "", "");
    let old = world.start().await;
    let admin = world.admin();
    world.told(&admin, "manage giftcode setchannel", &[]).await;
    world.message("CODE1").await;
    // As on another machine, with another disk.
    world.set("STATE_FILE", "elsewhere/giftcode.db");
    let new = world.spawn();
    new.said("Another instance is active").await;
    assert_eq!(world.double.sessions(), 1, "one connection at a time");
    world.told(&admin, "manage giftcode status", &[]).await;
    old.stop().await;
    new.said("Connected to Discord").await;
    world.double.connected(PATIENCE).await;
    assert_eq!(world.double.sessions(), 1);
    let told = world.told(&admin, "manage giftcode status", &[]).await;
    assert!(told.contains(&format!("<#{CHANNEL}>")) && told.contains("✅ saved"), "{told}");
    world.feed.add("CODE2", "", "");
    world.message("CODE2").await;
    new.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    assert_eq!(world.double.messages(CHANNEL).len(), 2, "each code once");
    new.stop().await;
}
