//! `HEARTBEAT_URL` and `ALERT_WEBHOOK_URL` with the real program. What each receiver may do is in `tests/services`.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::world::{PATIENCE, World};

/// The bodies that were sent, and the address.
async fn receiver() -> (Arc<Mutex<Vec<String>>>, String) {
    let received: Arc<Mutex<Vec<String>>> = Arc::default();
    let bodies = received.clone();
    let take = move |body: String| async move {
        bodies.lock().unwrap().push(body);
        axum::http::StatusCode::NO_CONTENT
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ping", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(take);
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    (received, url)
}

async fn first(received: &Mutex<Vec<String>>) -> String {
    let began = Instant::now();
    loop {
        if let Some(body) = received.lock().unwrap().first() {
            return body.clone();
        }
        assert!(began.elapsed() < PATIENCE, "nothing came");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_well_sends_its_heartbeat_and_no_alert() {
    let mut world = World::new(&[]).await;
    let ((beats, heartbeat), (alerts, webhook)) = (receiver().await, receiver().await);
    world.set("HEARTBEAT_URL", heartbeat);
    world.set("ALERT_WEBHOOK_URL", webhook);
    let bot = world.start().await;
    assert_eq!(first(&beats).await, "");
    assert_eq!(alerts.lock().unwrap().len(), 0);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_whose_feed_fails_sends_an_alert_and_no_heartbeat() {
    let mut world = World::new(&[]).await;
    let ((beats, heartbeat), (alerts, webhook)) = (receiver().await, receiver().await);
    world.set("HEARTBEAT_URL", heartbeat);
    world.set("ALERT_WEBHOOK_URL", webhook);
    world.feed.set_down(true);
    let bot = world.start().await;
    let alert = first(&alerts).await;
    assert!(alert.contains("**Code feeds**: ") && alert.contains("HTTP 500"), "{alert}");
    bot.said("Sent an alert: feeds fails").await;
    bot.stop().await;
    // A stop is no news.
    assert_eq!((alerts.lock().unwrap().len(), beats.lock().unwrap().len()), (1, 0));
}
