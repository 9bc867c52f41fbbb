//! A request as the double reads it.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::reply::Broken;
use crate::state::message::File;

pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    /// Null if the request has none.
    pub body: Value,
    pub files: Vec<File>,
    /// Why the body cannot be parsed.
    pub unreadable: Option<String>,
}

impl Request {
    /// # Errors
    /// If the body breaks off. Discord has not received such a request.
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
