//! How MongoDB's refusals are described, from the driver's real errors. The server is our own, and speaks just enough of the
//! protocol for a driver to connect, because a real server cannot be made to exceed a plan's space.

use std::sync::Arc;

use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::domain::sync::record::{Field, FieldType, Record, RecordKind, Value};
use giftcode_bot::ports::replica::{Authority, LeaseStore, Replica, ReplicaError};
use mongodb::bson::{DateTime, Document, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::mongo;

/// A server's error for a command of this name; `None` for success.
type Answer = fn(&str) -> Option<Document>;

fn hello() -> Document {
    doc! {
        "ok": 1, "helloOk": true, "isWritablePrimary": true, "ismaster": true, "readOnly": false, "localTime": DateTime::now(),
        "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000,
        "minWireVersion": 0, "maxWireVersion": 21,
    }
}

/// Answers the messages of one connection.
async fn serve(mut stream: TcpStream, answer: Answer) -> std::io::Result<()> {
    loop {
        // Length, number, number of the request, type; then flags, and a section with the command.
        let mut header = [0; 21];
        stream.read_exact(&mut header).await?;
        let number = |at: usize| i32::from_le_bytes(header[at..at + 4].try_into().unwrap());
        assert_eq!((number(12), header[20]), (2013, 0), "an OP_MSG");
        let mut rest = vec![0; usize::try_from(number(0)).unwrap() - header.len()];
        stream.read_exact(&mut rest).await?;
        let command = Document::from_reader(&rest[..]).unwrap();
        let name = command.keys().next().unwrap().as_str();
        let well = if name.eq_ignore_ascii_case("hello") || name == "isMaster" {
            hello()
        } else {
            doc! { "ok": 1, "n": 1 }
        };
        let body = answer(name).unwrap_or(well).to_vec().unwrap();
        let length = i32::try_from(header.len() + body.len()).unwrap();
        let answered = [length, 1, number(4), 2013, 0].map(i32::to_le_bytes).concat();
        stream.write_all(&[&answered, &[0][..], &body].concat()).await?;
    }
}

/// The port of a server that hands over each connection.
async fn listen<F: Future<Output = std::io::Result<()>> + Send>(
    handle: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let handle = Arc::new(handle);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let handle = Arc::clone(&handle);
            tokio::spawn(async move { handle(stream).await });
        }
    });
    port
}

fn guild() -> Record {
    let value = |field: &Field| match field.field_type {
        FieldType::Int => Value::Int(1),
        FieldType::Bool => Value::Bool(false),
        _ => Value::Null,
    };
    Record { kind: RecordKind::Guilds, values: RecordKind::Guilds.fields().iter().map(value).collect() }
}

/// The errors of a write and of a poll of the lease.
async fn refusal(uri: &str) -> [ReplicaError; 2] {
    let mongo = mongo(uri, "giftcode").await;
    let position = Position { term: 7, round: 1 };
    let errors = [
        mongo.put(&[guild()], Authority::Leader(position)).await.unwrap_err(),
        mongo.renew("somebody", position).await.unwrap_err(),
    ];
    for said in errors.iter().map(ToString::to_string) {
        assert!(!said.contains("s3cr3t") && !said.contains('\n') && !said.contains("SCRAM"), "{said}");
    }
    errors
}

fn error(code: i32, errmsg: &str) -> Document {
    doc! { "ok": 0, "code": code, "errmsg": errmsg }
}

fn is_write(name: &str) -> bool {
    matches!(name, "update" | "findAndModify" | "createIndexes")
}

pub async fn each_refusal_is_named_and_a_transient_error_is_none() {
    let cases: [(Answer, bool, &str); 8] = [
        (|name| (name == "saslStart").then(|| error(18, "Authentication failed.")), true, "user or the password"),
        (
            |name| (name == "saslStart").then(|| error(8000, "bad auth : authentication failed")),
            true,
            "user or the password",
        ),
        (|name| (name == "saslStart").then(|| error(11600, "interrupted at shutdown")), false, "shutdown"),
        (|name| is_write(name).then(|| error(13, "not authorized on giftcode to execute command")), true, "readWrite"),
        (
            |name| is_write(name).then(|| error(8000, "you are over your space quota, using 513 MB of 512 MB")),
            true,
            "space is used up",
        ),
        (|name| is_write(name).then(|| error(14031, "No space left")), true, "space is used up"),
        (|name| is_write(name).then(|| error(10107, "not primary")), false, "not primary"),
        (
            |name| {
                let failed = doc! { "code": 64, "errmsg": "waiting for replication timed out" };
                is_write(name).then(|| doc! { "ok": 1, "n": 1, "writeConcernError": failed })
            },
            false,
            "replication timed out",
        ),
    ];
    for (answer, is_refused, words) in cases {
        let port = listen(move |stream| serve(stream, answer)).await;
        let user = if answer("saslStart").is_some() { "bot:s3cr3t@" } else { "" };
        for error in refusal(&format!("mongodb://{user}127.0.0.1:{port}/?retryWrites=false")).await {
            assert_eq!(matches!(error, ReplicaError::Refused(_)), is_refused, "{error}");
            assert_eq!(matches!(error, ReplicaError::Unreachable(_)), !is_refused, "{error}");
            assert!(error.to_string().contains(words), "{words}: {error}");
        }
    }
}

pub async fn one_refused_statement_is_reported_too() {
    let answer: Answer = |name| {
        let full = doc! { "index": 0, "code": 8000, "errmsg": "you are over your space quota, using 513 MB of 512 MB" };
        (name == "update").then(|| doc! { "ok": 1, "n": 0, "writeErrors": [full] })
    };
    let port = listen(move |stream| serve(stream, answer)).await;
    let mongo = mongo(&format!("mongodb://127.0.0.1:{port}/"), "giftcode").await;
    let error = mongo.put(&[guild()], Authority::Former).await.unwrap_err();
    assert!(matches!(&error, ReplicaError::Refused(why) if why.contains("space is used up")), "{error}");
}

pub async fn a_refused_address_and_a_server_without_tls_differ_from_silence() {
    // A fatal TLS alert: internal error.
    let port = listen(|mut stream: TcpStream| async move {
        let mut begin = [0; 5];
        stream.read_exact(&mut begin).await?;
        stream.write_all(&[21, 3, 3, 0, 2, 2, 80]).await?;
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.map(drop)
    });
    for error in refusal(&format!("mongodb://bot:s3cr3t@127.0.0.1:{}/?tls=true", port.await)).await {
        assert!(matches!(&error, ReplicaError::Refused(why) if why.contains("access list")), "{error}");
    }
    let port =
        listen(|mut stream: TcpStream| async move { stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await });
    for error in refusal(&format!("mongodb://bot:s3cr3t@127.0.0.1:{}/?tls=true", port.await)).await {
        assert!(matches!(&error, ReplicaError::Refused(why) if why.contains("the TLS handshake fails")), "{error}");
    }
    // It accepts the connection, and does not answer.
    let port = listen(|stream: TcpStream| async move {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    });
    for error in refusal(&format!("mongodb://127.0.0.1:{}/", port.await)).await {
        assert!(matches!(&error, ReplicaError::Unreachable(_)), "{error}");
    }
}
