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
struct Scripts {
    script: Arc<Mutex<VecDeque<Scripted>>>,
    seen: Arc<Mutex<Vec<HeaderMap>>>,
}

/// Answers by the script, whose last answer is repeated; status 0 never answers.
async fn answer(State(feed): State<Scripts>, request: Request<Body>) -> Response {
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

impl Scripts {
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

const TIMEOUT: Duration = Duration::from_secs(10);

/// A client of feeds at these addresses, each with its key.
fn client(addresses: &[(SocketAddr, Option<&str>)]) -> FeedClient {
    let feed = |(address, key): &(SocketAddr, Option<&str>)| Feed {
        url: format!("http://{address}/api/codes?secret=s3cr3t").parse().unwrap(),
        key: key.map(secrecy::SecretString::from),
    };
    FeedClient::new(&addresses.iter().map(feed).collect::<Vec<_>>(), TIMEOUT).unwrap()
}

async fn ask_one(script: Vec<Scripted>) -> Result<Vec<Entry>, FeedFailure> {
    let (_feed, address) = Scripts::start(script).await;
    client(&[(address, None)]).ask(0).await
}

#[tokio::test(start_paused = true)]
async fn a_feed_is_asked_once_and_its_wish_to_be_left_alone_is_told() {
    for (status, header, expected) in [
        (429, Some("120"), Some(120)),
        (503, Some("86400"), Some(86_400)),
        (429, None, None),
        (401, None, None),
        (502, Some("soon"), None),
    ] {
        let headers = header.map(|text| ("retry-after", text.to_owned())).into_iter().collect();
        let (feed, address) = Scripts::start(vec![(status, headers, String::new())]).await;
        let failed = client(&[(address, None)]).ask(0).await.unwrap_err();
        assert_eq!((failed.error, failed.retry_after), (FeedError::Status(status), expected.map(Duration::from_secs)));
        assert_eq!(feed.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_none_are_errors_of_one_line() {
    let huge = format!("{{\"codes\":[\"{}\"]}}", "A".repeat(10 * MAX_BODY));
    assert_eq!(ask_one(vec![plain(200, &huge)]).await.unwrap_err().error, FeedError::TooLarge(MAX_BODY));
    for body in ["<html><body>Just a moment…", &GOOD[..20], ""] {
        let failed = ask_one(vec![plain(200, body)]).await.unwrap_err();
        assert!(matches!(failed.error, FeedError::Shape(_)), "{body}: {failed:?}");
    }
    let failed = ask_one(vec![plain(200, r#"{"error":"bad\nkey"}"#)]).await.unwrap_err();
    assert_eq!(failed.error.to_string(), "reports an error: bad key");
    let failed = ask_one(vec![plain(200, r#"{"codes":["@everyone", 7]}"#)]).await.unwrap_err();
    assert_eq!(failed.error.to_string(), "lists 2 entries, but none is a code: the entry @everyone");
    assert_eq!(ask_one(vec![plain(200, r#"{"codes":[]}"#)]).await, Ok(vec![]), "an empty list is one");
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_hangs_ends_in_time_and_its_address_is_not_told() {
    let (_hangs, address) = Scripts::start(vec![plain(0, "")]).await;
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let client = client(&[(address, None), (nobody, None)]);
    let before = tokio::time::Instant::now();
    let failed = client.ask(0).await.unwrap_err();
    assert_eq!((before.elapsed(), failed.error), (TIMEOUT, FeedError::Unreachable("no answer in time".into())));
    let refused = client.ask(1).await.unwrap_err().error.to_string();
    assert!(refused.to_lowercase().contains("connection refused") && !refused.contains("s3cr3t"), "{refused}");
    assert_eq!(client.sources(), [format!("{address}/api/codes"), format!("{nobody}/api/codes")]);
}

#[test]
fn feeds_that_look_alike_are_told_apart() {
    let feed = |query: &str| Feed { url: format!("https://a.example/x?game={query}").parse().unwrap(), key: None };
    let client = FeedClient::new(&[feed("wos"), feed("ks")], TIMEOUT).unwrap();
    assert_eq!(client.sources(), ["a.example/x", "a.example/x#2"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_new_is_said_with_304() {
    let tagged = (200, vec![("etag", "\"v1\"".to_owned()), ("last-modified", "yesterday".to_owned())], GOOD.to_owned());
    let (feed, address) = Scripts::start(vec![tagged, plain(304, ""), plain(200, GOOD)]).await;
    let client = client(&[(address, None)]);
    let first = client.ask(0).await.unwrap();
    assert_eq!(client.ask(0).await.unwrap(), first);
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
    let failed = ask_one(vec![plain(304, "")]).await.unwrap_err();
    assert!(matches!(failed.error, FeedError::Shape(_)), "{failed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_goes_to_its_feed_and_nowhere_else() {
    let (elsewhere, other) = Scripts::start(vec![plain(200, GOOD)]).await;
    let away = (302, vec![("location", format!("http://{other}/"))], String::new());
    let (first, one) = Scripts::start(vec![away.clone()]).await;
    let (second, two) = Scripts::start(vec![plain(200, GOOD)]).await;
    let (third, three) = Scripts::start(vec![plain(200, GOOD)]).await;
    let keyed = client(&[(one, Some("s3cr3t")), (two, None), (three, Some("other"))]);
    assert_eq!(keyed.ask(0).await.unwrap_err().error, FeedError::Status(302));
    assert_eq!((keyed.ask(1).await.unwrap().len(), keyed.ask(2).await.unwrap().len()), (1, 1));
    let key =
        |feed: &Scripts| feed.seen.lock().unwrap()[0].get("x-api-key").map(|key| key.to_str().unwrap().to_owned());
    assert_eq!([key(&first), key(&second), key(&third)], [Some("s3cr3t".into()), None, Some("other".into())]);
    assert_eq!(elsewhere.requests(), 0);
    // Without a key there is nothing to keep, and within one host it stays where it belongs.
    let (_feed, address) = Scripts::start(vec![away]).await;
    assert_eq!(client(&[(address, None)]).ask(0).await.unwrap().len(), 1);
    let (feed, address) =
        Scripts::start(vec![(302, vec![("location", "/new".to_owned())], String::new()), plain(200, GOOD)]).await;
    assert_eq!(client(&[(address, Some("s3cr3t"))]).ask(0).await.unwrap().len(), 1);
    assert_eq!(feed.seen.lock().unwrap()[1]["x-api-key"], "s3cr3t");
}
