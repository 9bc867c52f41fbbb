//! The feeds against real HTTP on loopback.

use std::collections::VecDeque;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;

use super::*;

const GOOD: &str = r#"{"codes":["WOS1105 05.11.2025"]}"#;

/// One answer of a scripted feed: status, headers, body.
type Scripted = (u16, Vec<(&'static str, String)>, String);

#[derive(Clone, Default)]
struct Feed {
    script: Arc<Mutex<VecDeque<Scripted>>>,
    seen: Arc<Mutex<Vec<HeaderMap>>>,
}

/// Answers by the script, whose last answer is repeated; status 0 never answers.
async fn answer(State(feed): State<Feed>, request: Request<Body>) -> Response {
    feed.seen.lock().unwrap().push(request.headers().clone());
    let (status, headers, body) = {
        let mut script = feed.script.lock().unwrap();
        let next = script.front().cloned().unwrap();
        if script.len() > 1 {
            script.pop_front();
        }
        next
    };
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}

impl Feed {
    async fn start(script: Vec<Scripted>) -> (Self, SocketAddr) {
        let feed = Self { script: Arc::new(Mutex::new(script.into())), ..Self::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(feed.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (feed, address)
    }

    fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn plain(status: u16, body: &str) -> Scripted {
    (status, Vec::new(), body.to_owned())
}

fn client(addresses: &[SocketAddr], key: Option<&str>) -> FeedClient {
    FeedClient::new(FeedSettings {
        urls: addresses.iter().map(|a| format!("http://{a}/api/codes?secret=s3cr3t").parse().unwrap()).collect(),
        api_key: key.map(SecretString::from),
        timeout: Duration::from_secs(10),
        retry_base: Duration::from_secs(1),
        had_codes: BTreeSet::new(),
    })
    .unwrap()
}

async fn poll_one(script: Vec<Scripted>) -> SourceReport {
    let (_feed, address) = Feed::start(script).await;
    client(&[address], None).poll().await.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_stumbles_is_asked_three_times() {
    let report = poll_one(vec![plain(500, ""), plain(200, "<html>"), plain(200, GOOD)]).await;
    assert_eq!((report.result.unwrap().len(), report.attempts), (1, 3));
    let before = tokio::time::Instant::now();
    let report = poll_one(vec![plain(502, "")]).await;
    assert_eq!((report.result, report.attempts), (Err(FeedError::Status(502)), 3));
    assert_eq!(before.elapsed().as_secs(), 3, "waits of 1 s and 2 s");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_refuses_is_not_asked_again() {
    for (status, headers) in [(401, vec![]), (404, vec![]), (429, vec![("retry-after", "60".to_owned())])] {
        let report = poll_one(vec![(status, headers, String::new())]).await;
        assert_eq!((report.result, report.attempts), (Err(FeedError::Status(status)), 1));
    }
    assert_eq!(poll_one(vec![plain(429, "")]).await.attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_none_are_errors_of_one_line() {
    let huge = format!("{{\"codes\":[\"{}\"]}}", "A".repeat(10 * MAX_BODY));
    assert_eq!(poll_one(vec![plain(200, &huge)]).await.result, Err(FeedError::TooLarge(MAX_BODY)));
    for body in ["<html><body>Just a moment…", &GOOD[..20], ""] {
        let report = poll_one(vec![plain(200, body)]).await;
        assert!(matches!(report.result, Err(FeedError::Shape(_))), "{body}: {report:?}");
    }
    let report = poll_one(vec![plain(200, r#"{"error":"bad\nkey"}"#)]).await;
    assert_eq!(report.result.unwrap_err().to_string(), "answers an error: bad key");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_hangs_ends_in_time_and_hides_no_other() {
    let (_hangs, first) = Feed::start(vec![plain(0, "")]).await;
    let (_good, second) = Feed::start(vec![plain(200, GOOD)]).await;
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let before = tokio::time::Instant::now();
    let reports = client(&[first, nobody, second], None).poll().await;
    assert_eq!(before.elapsed().as_secs(), 33, "three tries of 10 s, with waits of 1 s and 2 s");
    assert_eq!(reports[0].result, Err(FeedError::Unreachable("no answer in time".into())));
    let refused = reports[1].result.as_ref().unwrap_err().to_string();
    assert!(refused.to_lowercase().contains("connection refused") && !refused.contains("s3cr3t"), "{refused}");
    assert_eq!(reports[2].result.as_ref().unwrap().len(), 1);
    assert_eq!(reports[2].source, format!("{second}/api/codes"));
}

#[tokio::test(start_paused = true)]
async fn nothing_new_is_said_with_304() {
    let tagged = (200, vec![("etag", "\"v1\"".to_owned()), ("last-modified", "yesterday".to_owned())], GOOD.to_owned());
    let (feed, address) = Feed::start(vec![tagged, plain(304, ""), plain(200, GOOD)]).await;
    let client = client(&[address], None);
    let first = client.poll().await.remove(0).result.unwrap();
    assert_eq!(client.poll().await.remove(0).result.unwrap(), first);
    let seen = feed.seen.lock().unwrap().clone();
    assert_eq!(seen[0].get("if-none-match"), None);
    assert_eq!(
        (&seen[1]["if-none-match"], &seen[1]["if-modified-since"]),
        (&"\"v1\"".parse().unwrap(), &"yesterday".parse().unwrap())
    );
    assert_eq!(seen[1]["user-agent"], http::USER_AGENT);
}

#[tokio::test(start_paused = true)]
async fn a_304_out_of_the_blue_is_an_error() {
    let report = poll_one(vec![plain(304, "")]).await;
    assert!(matches!(report.result, Err(FeedError::Shape(_))), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_where_codes_were_is_an_error() {
    let ended = r#"{"codes":[{"code":"WOS1105","status":"expired"}]}"#;
    let (_feed, address) = Feed::start(vec![plain(200, GOOD), plain(200, r#"{"codes":[]}"#), plain(200, ended)]).await;
    let client = client(&[address], None);
    assert_eq!(client.poll().await.remove(0).result.unwrap().len(), 1);
    let emptied = client.poll().await.remove(0);
    assert_eq!((emptied.result, emptied.attempts), (Err(FeedError::Emptied), 1));
    assert_eq!(client.poll().await.remove(0).result.unwrap(), [], "codes that all ended are no error");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_had_codes_before_a_restart_is_remembered() {
    let (_feed, address) = Feed::start(vec![plain(200, r#"{"codes":["@everyone"]}"#)]).await;
    let mut settings = client(&[address], None).settings;
    assert_eq!(FeedClient::new(settings.clone()).unwrap().poll().await.remove(0).result.unwrap(), []);
    settings.had_codes = [format!("{address}/api/codes")].into();
    assert_eq!(FeedClient::new(settings).unwrap().poll().await.remove(0).result, Err(FeedError::Emptied));
}

#[tokio::test(start_paused = true)]
async fn the_key_goes_to_the_feed_and_nowhere_else() {
    let (elsewhere, other) = Feed::start(vec![plain(200, GOOD)]).await;
    let away = (302, vec![("location", format!("http://{other}/"))], String::new());
    let (feed, address) = Feed::start(vec![away.clone()]).await;
    let report = client(&[address], Some("s3cr3t")).poll().await.remove(0);
    assert_eq!((report.result, elsewhere.requests()), (Err(FeedError::Status(302)), 0));
    assert_eq!(feed.seen.lock().unwrap()[0]["x-api-key"], "s3cr3t");
    // Without a key there is nothing to keep, and within one host it stays where it belongs.
    let (_feed, address) = Feed::start(vec![away]).await;
    assert_eq!(client(&[address], None).poll().await.remove(0).result.unwrap().len(), 1);
    let (feed, address) =
        Feed::start(vec![(302, vec![("location", "/new".to_owned())], String::new()), plain(200, GOOD)]).await;
    assert_eq!(client(&[address], Some("s3cr3t")).poll().await.remove(0).result.unwrap().len(), 1);
    assert_eq!(feed.seen.lock().unwrap()[1]["x-api-key"], "s3cr3t");
}
