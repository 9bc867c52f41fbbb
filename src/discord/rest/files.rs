//! Files of messages. The library numbers all files of a request 0 unless it makes the call itself, so requests with files are put
//! together here.

use reqwest::header::CONTENT_LENGTH;
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Result};
use serde_json::{Value, json};
use serenity::http::Request;

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFile {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What a picture shows, for those who cannot see it.
    pub description: Option<String>,
}

impl MessageFile {
    fn content_type(&self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("png") => "image/png",
            Some("csv") => "text/csv",
            _ => "application/octet-stream",
        }
    }
}

/// A request, and the form that is its body if it has files.
pub(super) struct Call<'a> {
    pub request: Request<'a>,
    pub form: Option<Form>,
}

impl<'a> From<Request<'a>> for Call<'a> {
    fn from(request: Request<'a>) -> Self {
        Self { request, form: None }
    }
}

/// Names the files in a message's JSON; they replace earlier ones.
pub(super) fn name_files(body: &mut Value, files: &[MessageFile]) {
    let named = files.iter().enumerate().map(|(id, file)| match &file.description {
        Some(description) => json!({ "id": id.to_string(), "filename": file.name, "description": description }),
        None => json!({ "id": id.to_string(), "filename": file.name }),
    });
    body["attachments"] = named.collect();
}

/// The form of a message with files.
///
/// # Errors
/// If the JSON cannot be a part of a form.
pub(super) fn form(json: String, files: Vec<MessageFile>) -> Result<Form> {
    let mut form = Form::new().part("payload_json", Part::text(json).mime_str("application/json")?);
    for (id, file) in files.into_iter().enumerate() {
        let content_type = file.content_type();
        form = form.part(format!("files[{id}]"), Part::bytes(file.bytes).file_name(file.name).mime_str(content_type)?);
    }
    Ok(form)
}

/// Makes the form the body of a request that the library built without a body, and therefore with a length of 0.
pub(super) fn with_form(built: RequestBuilder, form: Form) -> Result<reqwest::Request> {
    let mut request = built.multipart(form).build()?;
    if let Some(length) = request.headers().get_all(CONTENT_LENGTH).iter().next_back().cloned() {
        request.headers_mut().insert(CONTENT_LENGTH, length);
    }
    Ok(request)
}
