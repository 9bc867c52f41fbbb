//! A real server on loopback, asked by hand.

use std::net::SocketAddr;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::ops::instance::InstanceMonitor;
use crate::runtime::clock::Clock;

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    run: tokio::task::JoinHandle<anyhow::Result<()>>,
}

async fn running() -> Running {
    let listener = bind(None).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = health_routes(InstanceMonitor::new(Clock::system()))
        .route("/panics", get(async || -> &'static str { panic!("on purpose") }))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_millis(300)).await));
    let shutdown = CancellationToken::new();
    let run = tokio::spawn(Arc::new(HttpServer::new(listener, routes)).run(shutdown.clone()));
    Running { address, shutdown, run }
}

/// What the server sends until it closes the connection.
async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may refuse before all of it was sent.
    drop(stream.write_all(request.as_bytes()).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8(answer).unwrap().to_lowercase()
}

fn get_request(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: bot\r\n{more}\r\n")
}

#[tokio::test]
async fn only_get_and_head_are_answered_and_each_answer_is_guarded() {
    let server = running().await;
    for (request, status) in [
        (get_request("/healthz", ""), "200"),
        ("HEAD /healthz HTTP/1.1\r\nHost: bot\r\n\r\n".to_owned(), "200"),
        (get_request("/nothing", ""), "404"),
        ("POST /healthz HTTP/1.1\r\nHost: bot\r\nContent-Length: 9999999\r\n\r\n".to_owned(), "405"),
        ("DELETE /nothing HTTP/1.1\r\nHost: bot\r\n\r\n".to_owned(), "405"),
        (get_request("/panics", ""), "500"),
    ] {
        let answer = ask(server.address, &request).await;
        assert!(answer.starts_with(&format!("http/1.1 {status}")), "{request}: {answer}");
        for header in [
            "content-security-policy: default-src 'none'; style-src 'unsafe-inline'",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "connection: close",
        ] {
            assert!(answer.contains(header), "{request}: {header} in {answer}");
        }
        assert_eq!(answer.contains("allow: get, head"), status == "405", "{answer}");
    }
    assert!(ask(server.address, "HEAD /healthz HTTP/1.1\r\nHost: bot\r\n\r\n").await.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn large_heads_and_nonsense_are_refused() {
    let server = running().await;
    let long = get_request(&format!("/healthz?{}", "a".repeat(MAX_HEAD)), "");
    let many = get_request("/healthz", &"X-A: b\r\n".repeat(MAX_HEADERS + 1));
    for request in [long.as_str(), many.as_str(), "\r\n\r\n\0\0 nonsense\r\n\r\n"] {
        let answer = ask(server.address, request).await;
        let status = answer.lines().next().unwrap_or_default();
        assert!(["", "http/1.1 400", "http/1.1 414", "http/1.1 431"].iter().any(|s| status.starts_with(s)), "{answer}");
        assert!(!status.contains(" 200"), "{answer}");
    }
    assert!(ask(server.address, &get_request("/healthz", "")).await.contains(" 200 "));
}

#[tokio::test]
async fn idle_connections_never_shut_out_a_health_check() {
    let server = running().await;
    let mut idle = Vec::new();
    for _ in 0..MAX_CONNECTIONS + 20 {
        idle.push(TcpStream::connect(server.address).await.unwrap());
    }
    for _ in 0..10 {
        assert!(ask(server.address, &get_request("/healthz", "")).await.contains(" 200 "));
    }
    // The first made room.
    let mut byte = [0];
    let read = tokio::time::timeout(HEAD_TIMEOUT / 2, idle[0].read(&mut byte)).await;
    assert!(matches!(read, Ok(Ok(0) | Err(_))), "{read:?}");
}

#[tokio::test]
async fn a_connection_that_sends_nothing_ends() {
    let server = running().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    let mut answer = Vec::new();
    let limit = HEAD_TIMEOUT * 4;
    assert!(tokio::time::timeout(limit, stream.read_to_end(&mut answer)).await.is_ok());
}

#[tokio::test]
async fn an_answer_under_way_ends_and_an_idle_connection_does_not_delay_the_end() {
    let server = running().await;
    let _idle = TcpStream::connect(server.address).await.unwrap();
    let address = server.address;
    let slow = tokio::spawn(async move { ask(address, &get_request("/slow", "")).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.shutdown.cancel();
    let began = tokio::time::Instant::now();
    server.run.await.unwrap().unwrap();
    // Idle connections end by themselves after this.
    assert!(began.elapsed() < HEAD_TIMEOUT);
    assert!(slow.await.unwrap().contains(" 200 "));
}

#[tokio::test]
async fn readiness_says_why_not_in_text_and_in_json() {
    let server = running().await;
    let text = ask(server.address, &get_request("/readyz", "")).await;
    assert!(text.starts_with("http/1.1 503") && text.ends_with("not ready: starting\n"), "{text}");
    let json = ask(server.address, &get_request("/readyz", "Accept: text/html, application/json\r\n")).await;
    let (_, body) = json.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["ready"], &body["standing"]), (&false.into(), &"starting".into()));
    let alive = ask(server.address, &get_request("/healthz", "Accept: application/json\r\n")).await;
    let (_, body) = alive.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["alive"], &body["pid"]), (&true.into(), &std::process::id().into()));
}
