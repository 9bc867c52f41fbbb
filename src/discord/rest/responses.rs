//! Responses to interactions. They bypass the throttle: Discord limits each interaction on its own, and the caller waits out
//! a 429.
//!
//! The library's rate limiter would keep an entry for each interaction for ever, and make all edits of responses wait for
//! each other.

use serenity::all::{ApplicationId, InteractionId};
use serenity::http::{LightMethod, Route};

use super::files::Call;
use super::{MessageFile, Rest, RestError, request};

impl Rest {
    /// Sends the first response to an interaction.
    pub async fn respond(
        &self,
        (interaction_id, token): (InteractionId, &str),
        body: &impl serde::Serialize,
    ) -> Result<(), RestError> {
        let route = Route::InteractionResponse { interaction_id, token };
        self.send_now(request(LightMethod::Post, route, body, &[])?).await
    }

    pub async fn edit_response(
        &self,
        (application_id, token): (ApplicationId, &str),
        body: &impl serde::Serialize,
        files: &[MessageFile],
    ) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        self.send_now(request(LightMethod::Patch, route, body, files)?).await
    }

    /// Sends one more message in answer to an interaction that was responded to, without a file.
    pub async fn follow_up(
        &self,
        (application_id, token): (ApplicationId, &str),
        body: &impl serde::Serialize,
    ) -> Result<(), RestError> {
        let route = Route::WebhookFollowupMessages { application_id, token };
        self.send_now(request(LightMethod::Post, route, body, &[])?).await
    }

    async fn send_now(&self, request: Call<'_>) -> Result<(), RestError> {
        self.perform(request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serenity::http::HttpBuilder;

    use super::*;

    /// The library's limiter is on. Its proxy is a closed port, so every request ends at once and on this machine.
    #[tokio::test]
    async fn ten_thousand_interactions_leave_nothing_behind() {
        let closed = reqwest::Proxy::all("http://127.0.0.1:9").unwrap();
        let client = reqwest::Client::builder().proxy(closed).build().unwrap();
        let http = Arc::new(HttpBuilder::new("token").client(client.clone()).build());
        let rest = Rest::new(http.clone(), client, None, crate::runtime::clock::Clock::system());
        for number in 1..=10_000 {
            let result = rest.respond((InteractionId::new(number), "token"), &serde_json::json!({ "type": 5 })).await;
            assert!(matches!(result, Err(RestError::Unreached(_))), "{result:?}");
        }
        let edited = rest.edit_response((ApplicationId::new(1), "token"), &serde_json::json!({}), &[]).await;
        assert!(matches!(edited, Err(RestError::Unreached(_))), "{edited:?}");
        let limiter = http.ratelimiter.as_ref().unwrap();
        assert_eq!(limiter.routes().read().await.len(), 0);
    }
}
