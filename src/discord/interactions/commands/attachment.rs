//! Downloading the files that people attach.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::runtime::http::{BodyError, client, read_body};

const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum FetchError {
    #[error("it is too large")]
    TooLarge,
    #[error("{0}")]
    Failed(String),
}

/// Downloads a file of at most `max` bytes from Discord.
pub(super) async fn fetch(url: &str, max: usize) -> Result<Vec<u8>, FetchError> {
    // The error must not contain the address: anybody who has it can download the file.
    let failed = |error: reqwest::Error| FetchError::Failed(error.without_url().to_string());
    let url: Url = url.parse().map_err(|_| FetchError::Failed("its address is invalid".to_owned()))?;
    let client = client(std::slice::from_ref(&url), TIMEOUT).build().map_err(failed)?;
    let response = client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    read_body(response, max).await.map_err(|error| match error {
        BodyError::TooLarge => FetchError::TooLarge,
        other => FetchError::Failed(other.to_string()),
    })
}
