//! The client against servers that misbehave. The simulator's tests cover the simulated game's answers.

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;

use super::*;
use crate::domain::answers::answer::Reply;

async fn answer_of(router: Router) -> Reply<Answer> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/api/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = GameSettings {
        base_url,
        page: "https://page.example:8443/x/".parse().unwrap(),
        salt: "salt".into(),
        timeout: Duration::from_secs(30),
    };
    let client = GameClient::new(settings, Clock::system()).unwrap();
    client.redeem(PlayerId::new(1).unwrap(), State::new(1).unwrap(), &Code::parse("A1").unwrap()).await
}

fn answering(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Router {
    Router::new().route("/api/gift_code", post(|| async move { answer }))
}

#[tokio::test(start_paused = true)]
async fn odd_servers_give_values() {
    let huge = "x".repeat(MAX_BODY + 1);
    assert_eq!(answer_of(answering(huge)).await.answer, Answer::Malformed);
    let moved = (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]);
    assert_eq!(answer_of(answering(moved)).await.answer, Answer::Http(302));
    let busy = (
        StatusCode::TOO_MANY_REQUESTS,
        [("retry-after", "17"), ("x-ratelimit-limit", "30"), ("x-ratelimit-remaining", "0")],
    );
    let reply = answer_of(answering(busy)).await;
    let hints = RateLimitHints { retry_after: Some(Duration::from_secs(17)), limit: Some(30), remaining: Some(0) };
    assert_eq!((reply.answer, reply.hints), (Answer::RateLimited, hints));
    assert_eq!(answer_of(Router::new()).await.answer, Answer::Http(404));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up_in_time() {
    let endless = || async {
        let stream = futures_util::stream::once(async { Ok::<_, std::io::Error>("{\"msg\":") });
        axum::body::Body::from_stream(futures_util::StreamExt::chain(stream, futures_util::stream::pending()))
    };
    let before = tokio::time::Instant::now();
    let reply = answer_of(Router::new().route("/api/gift_code", post(endless))).await;
    assert_eq!((reply.answer, before.elapsed().as_secs()), (Answer::TimedOut, 30));
}

#[tokio::test(start_paused = true)]
async fn nobody_there_is_a_connection_error() {
    let base_url = "http://127.0.0.1:1/api".parse().unwrap();
    let settings = GameSettings {
        base_url,
        page: "https://page.example:8443/x/".parse().unwrap(),
        salt: "salt".into(),
        timeout: Duration::from_secs(30),
    };
    let client = GameClient::new(settings, Clock::system()).unwrap();
    let reply = client.login(PlayerId::new(1).unwrap()).await;
    assert_eq!((reply.answer, client.requests()), (LoginAnswer::Failed(Answer::Connection), 1));
}

#[tokio::test(start_paused = true)]
async fn every_call_names_the_games_page_and_an_honest_user_agent() {
    let echo = |headers: axum::http::HeaderMap| async move {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("none").to_owned();
        let msg = [header("origin"), header("referer"), header("user-agent")].join(" ");
        axum::Json(serde_json::json!({"msg": msg, "err_code": ""}))
    };
    let Answer::Api(answer) = answer_of(Router::new().route("/api/gift_code", post(echo))).await.answer else {
        panic!("no answer")
    };
    assert_eq!(answer.msg, format!("https://page.example:8443 https://page.example:8443/ {}", http::USER_AGENT));
}
