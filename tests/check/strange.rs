//! Servers that are strange in ways that real ones are.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

const CODES: &str = r#"{"codes":[{"code":"GOOD","status":"active"},{"code":"OLD","status":"expired"}]}"#;
const PAGE: &str = "<!doctype html><html><body>Attention required</body></html>";

fn answer(status: u16, content_type: &str, body: &str) -> Response<Body> {
    let answer = Response::builder().status(StatusCode::from_u16(status).unwrap());
    answer.header("content-type", content_type).body(Body::from(body.to_owned())).unwrap()
}

fn json(body: &str) -> Response<Body> {
    answer(200, "application/json", body)
}

/// An answer of the game.
fn game(msg: &str) -> Response<Body> {
    json(&format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":""}}"#))
}

async fn respond(request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts[..] {
        ["feed", "good"] => json(CODES),
        ["feed", "list"] => json(r#"["GOOD 05.11.2025", "…"]"#),
        ["feed", "rss"] => answer(
            200,
            "application/rss+xml",
            "<rss version=\"2.0\"><channel><title>t</title><link>l</link><description>d</description>\
             <item><title>GOOD</title></item></channel></rss>",
        ),
        ["feed", "empty"] => json(r#"{"codes":[]}"#),
        ["feed", "slow"] => {
            tokio::time::sleep(Duration::from_millis(4300)).await;
            json(CODES)
        }
        ["feed", "key"] if request.headers().get("x-api-key").is_some_and(|key| key == "s3cr3t-feed-key") => {
            json(CODES)
        }
        ["feed", "key"] => json(r#"{"error":"Invalid API key"}"#),
        ["feed", "page"] => answer(403, "text/html", PAGE),
        ["feed", "page200"] => answer(200, "text/html", PAGE),
        ["feed", "broken"] => answer(500, "text/plain", "broken"),
        ["feed", "ahead", seconds] => {
            let date = Timestamp::now() + SignedDuration::from_secs(seconds.parse().unwrap());
            let mut answer = json(CODES);
            let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            answer.headers_mut().insert("date", date.parse().unwrap());
            answer
        }
        ["game", "params", _] => game("PARAMS ERROR"),
        ["game", "captcha", _] => game("CAPTCHA CHECK ERROR"),
        ["game", "often", _] => answer(429, "application/json", r#"{"message":"Too Many Attempts."}"#),
        ["game", "page", _] => answer(200, "text/html", PAGE),
        ["game", "broken", _] => answer(502, "text/plain", "broken"),
        ["game", "new", _] => game("SEASON LOCKED"),
        ["redirect", ..] => {
            let mut answer = answer(302, "text/plain", "");
            answer.headers_mut().insert("location", path.parse().unwrap());
            answer
        }
        ["hang", ..] => std::future::pending().await,
        _ => answer(404, "text/plain", "not here"),
    }
}

/// The address of a server with all of them.
pub async fn start() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(respond);
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    format!("http://{address}")
}
