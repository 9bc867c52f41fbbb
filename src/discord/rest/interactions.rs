//! Answers to interactions, which wait for nobody else's turn.
//!
//! The limiter keeps an entry for each interaction and drops none, so it grows with every command and button. It also makes all
//! changes of answers wait for each other, though Discord limits each interaction on its own. Whoever answers waits out a 429.

use serenity::all::{ApplicationId, CreateAttachment, InteractionId};
use serenity::http::{LightMethod, Request, Route};

use super::{Rest, RestError, request};

impl Rest {
    /// Answers an interaction for the first time.
    ///
    /// # Errors
    /// When it is not known to be answered.
    pub async fn answer(
        &self,
        (interaction_id, token): (InteractionId, &str),
        body: &impl serde::Serialize,
    ) -> Result<(), RestError> {
        let route = Route::InteractionResponse { interaction_id, token };
        self.send_now(request(LightMethod::Post, route, body, None)?).await
    }

    /// Changes the answer to an interaction.
    ///
    /// # Errors
    /// When it is not known to be changed.
    pub async fn edit_answer(
        &self,
        (application_id, token): (ApplicationId, &str),
        body: &impl serde::Serialize,
        file: Option<CreateAttachment>,
    ) -> Result<(), RestError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        self.send_now(request(LightMethod::Patch, route, body, file)?).await
    }

    async fn send_now(&self, request: Request<'_>) -> Result<(), RestError> {
        self.perform(request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serenity::http::HttpBuilder;

    use super::*;

    /// With the limiter of the library, as without a proxy of Discord's. The network's proxy is a closed port, so every
    /// request ends at once and on this machine.
    #[tokio::test]
    async fn ten_thousand_interactions_leave_nothing_behind() {
        let closed = reqwest::Proxy::all("http://127.0.0.1:9").unwrap();
        let client = reqwest::Client::builder().proxy(closed).build().unwrap();
        let http = Arc::new(HttpBuilder::new("token").client(client.clone()).build());
        let rest = Rest::new(http.clone(), client, None, crate::runtime::clock::Clock::system());
        for number in 1..=10_000 {
            let answered = rest.answer((InteractionId::new(number), "token"), &serde_json::json!({ "type": 5 })).await;
            assert!(matches!(answered, Err(RestError::Unreached(_))), "{answered:?}");
        }
        let edited = rest.edit_answer((ApplicationId::new(1), "token"), &serde_json::json!({}), None).await;
        assert!(matches!(edited, Err(RestError::Unreached(_))), "{edited:?}");
        let limiter = http.ratelimiter.as_ref().unwrap();
        assert_eq!(limiter.routes().read().await.len(), 0);
    }
}
