//! Downloading the files that people attach.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::runtime::http::{BodyError, client, read_body};

/// How long fetching may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a file was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum FetchError {
    /// Larger than allowed.
    #[error("it is too large")]
    TooLarge,
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// Fetches a file of at most `max` bytes from where Discord says it is.
pub(super) async fn fetch(url: &str, max: usize) -> Result<Vec<u8>, FetchError> {
    // Without its address: whoever has that can fetch the file.
    let failed = |error: reqwest::Error| FetchError::Failed(error.without_url().to_string());
    let url: Url = url.parse().map_err(|_| FetchError::Failed("its address is none".to_owned()))?;
    let client = client(std::slice::from_ref(&url), TIMEOUT).build().map_err(failed)?;
    let response = client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    read_body(response, max).await.map_err(|error| match error {
        BodyError::TooLarge => FetchError::TooLarge,
        other => FetchError::Failed(other.to_string()),
    })
}
