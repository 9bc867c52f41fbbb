//! The token and the address with which Discord's clients are built.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::{ExposeSecret, SecretString};
use serenity::http::{Http, HttpBuilder};
use url::Url;

use crate::runtime::clock::Clock;

use super::Rest;

/// The time limit of one call to Discord.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Access {
    pub token: SecretString,
    /// A proxy for all REST calls.
    pub proxy: Option<Url>,
}

impl Access {
    fn client(&self) -> anyhow::Result<reqwest::Client> {
        let discord: Url = "https://discord.com/".parse().context("cannot read Discord's address")?;
        let address = self.proxy.as_ref().unwrap_or(&discord);
        crate::runtime::http::client(std::slice::from_ref(address), TIMEOUT).build().context("cannot begin HTTP")
    }

    fn proxy(&self) -> Option<String> {
        self.proxy.as_ref().map(|proxy| proxy.as_str().trim_end_matches('/').to_owned())
    }

    /// The library's client without its rate limiter, which keeps an entry for each interaction for ever, and waits inside
    /// a call for as long as Discord asks, up to a day.
    fn http(&self, client: reqwest::Client) -> Http {
        let http = HttpBuilder::new(self.token.expose_secret()).client(client).ratelimiter_disabled(true);
        match self.proxy() {
            Some(proxy) => http.proxy(proxy).build(),
            None => http.build(),
        }
    }

    pub fn rest(&self, clock: Clock) -> anyhow::Result<Rest> {
        let client = self.client()?;
        Ok(Rest::new(Arc::new(self.http(client.clone())), client, self.proxy(), clock))
    }

    /// The library's client for the gateway, which also answers autocompletion.
    pub fn gateway_http(&self) -> anyhow::Result<Http> {
        Ok(self.http(self.client()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateways_client_counts_no_interactions() {
        for proxy in [None, Some("http://127.0.0.1:9".parse().unwrap())] {
            let access = Access { token: SecretString::from("token".to_owned()), proxy };
            assert!(access.gateway_http().unwrap().ratelimiter.is_none(), "{:?}", access.proxy);
        }
    }
}
