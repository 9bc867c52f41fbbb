//! A request as the double reads it, and the ways to answer one.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// A file that came with a request.
pub struct File {
    /// The n of `files[n]`.
    pub index: u64,
    pub filename: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    /// Null where there is none.
    pub body: Value,
    pub files: Vec<File>,
    /// What is wrong with the body as such.
    pub unreadable: Option<String>,
}

/// A successful answer.
pub enum Reply {
    Json(Value),
    Created(Value),
    Empty,
    File { content_type: String, bytes: Vec<u8> },
}

/// An answer that refuses, with what is wrong on the bot's side, if anything is.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub code: u32,
    pub message: String,
    pub problems: Vec<String>,
}

pub type Outcome = Result<Reply, Refusal>;

/// The connection is to be closed without an answer.
#[derive(Debug)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed without an answer")
    }
}

impl std::error::Error for Broken {}

/// An id as text or number.
pub fn id_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Request {
    /// A body that breaks off has not been received: nothing happens.
    pub async fn read(request: hyper::Request<Incoming>) -> Result<Self, Broken> {
        let (head, body) = request.into_parts();
        let bytes = body.collect().await.map_err(|_| Broken)?.to_bytes();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let content_type = text(CONTENT_TYPE).unwrap_or_default();
        let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut read = Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query,
            authorization: text(AUTHORIZATION),
            body: Value::Null,
            files: Vec::new(),
            unreadable: None,
        };
        let outcome = match bytes.is_empty() {
            true => Ok(()),
            false if content_type.starts_with("multipart/form-data") => read.read_multipart(&content_type, &bytes),
            false if content_type == "application/json" => read.read_json(&bytes),
            false => Err(format!("a body of content type {content_type:?}")),
        };
        read.unreadable = outcome.err();
        Ok(read)
    }

    fn read_json(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.body = serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
        Ok(())
    }

    fn read_multipart(&mut self, content_type: &str, bytes: &[u8]) -> Result<(), String> {
        let boundary = content_type.split("boundary=").nth(1).ok_or("a multipart body without boundary")?;
        let boundary = format!("--{}", boundary.split(';').next().unwrap_or_default().trim_matches('"'));
        for part in split(bytes, boundary.as_bytes()).into_iter().skip(1) {
            if part.starts_with(b"--") {
                return Ok(());
            }
            let part = part.strip_prefix(b"\r\n").and_then(|part| part.strip_suffix(b"\r\n"));
            let part = part.ok_or("a part that does not stand on lines of its own")?;
            let end = find(part, b"\r\n\r\n").ok_or("a part without an end of its headers")?;
            let head = String::from_utf8_lossy(&part[..end]).into_owned();
            self.read_part(&head, &part[end + 4..])?;
        }
        Err("a multipart body that breaks off".to_owned())
    }

    fn read_part(&mut self, head: &str, bytes: &[u8]) -> Result<(), String> {
        let parameter = |name: &str| {
            let value = head.split(&format!("; {name}=\"")).nth(1)?;
            Some(value.split('"').next().unwrap_or_default().to_owned())
        };
        let name = parameter("name").ok_or("a part without a name")?;
        if name == "payload_json" {
            return self.read_json(bytes);
        }
        let index = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')).and_then(|n| n.parse().ok());
        let header = |line: &str| line.to_ascii_lowercase().strip_prefix("content-type: ").map(str::to_owned);
        self.files.push(File {
            index: index.ok_or_else(|| format!("a part named {name:?}"))?,
            filename: parameter("filename").ok_or("a file without a name")?,
            content_type: head.lines().find_map(header).unwrap_or_else(|| "application/octet-stream".to_owned()),
            bytes: bytes.to_vec(),
        });
        Ok(())
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Method and path, for a person.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn split<'a>(mut bytes: &'a [u8], by: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(bytes, by) {
        parts.push(&bytes[..at]);
        bytes = &bytes[at + by.len()..];
    }
    parts.push(bytes);
    parts
}

impl Refusal {
    /// One that a test provokes; not a problem.
    pub fn expected(status: u16, code: u32, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), problems: Vec::new() }
    }

    /// One that the bot has earned.
    pub fn problem(status: u16, code: u32, message: &str, problem: impl Into<String>) -> Self {
        Self { status, code, message: message.to_owned(), problems: vec![problem.into()] }
    }

    /// A malformed body.
    pub fn malformed(problems: Vec<String>) -> Self {
        Self { status: 400, code: 50035, message: "Invalid Form Body".to_owned(), problems }
    }

    pub fn unknown_channel() -> Self {
        Self::expected(404, 10003, "Unknown Channel")
    }

    pub fn missing_access() -> Self {
        Self::expected(403, 50001, "Missing Access")
    }

    pub fn unknown_message() -> Self {
        Self::expected(404, 10008, "Unknown Message")
    }

    pub fn json(&self) -> Value {
        let mut json = json!({ "code": self.code, "message": self.message });
        if self.code == 50035 {
            let error = |problem: &String| json!({ "code": "INVALID", "message": problem });
            json["errors"] = json!({ "_errors": self.problems.iter().map(error).collect::<Vec<_>>() });
        }
        json
    }
}

fn response(status: u16, content_type: &str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let builder = Response::builder().status(StatusCode::from_u16(status).unwrap());
    builder.header(CONTENT_TYPE, content_type).body(Full::new(Bytes::from(body))).unwrap()
}

pub fn json_response(status: u16, body: &Value) -> Response<Full<Bytes>> {
    response(status, "application/json", serde_json::to_vec(body).unwrap())
}

pub fn to_response(outcome: &Outcome) -> Response<Full<Bytes>> {
    match outcome {
        Ok(Reply::Json(body)) => json_response(200, body),
        Ok(Reply::Created(body)) => json_response(201, body),
        Ok(Reply::Empty) => response(204, "application/json", Vec::new()),
        Ok(Reply::File { content_type, bytes }) => response(200, content_type, bytes.clone()),
        Err(refusal) => json_response(refusal.status, &refusal.json()),
    }
}
