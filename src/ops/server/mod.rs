//! The HTTP server of the status page, the health endpoints and the metrics.
//!
//! # Guarantees
//! It answers whatever the bot's own loops do, from the start of the process to its end. It only shows: `GET` and `HEAD` are
//! answered, every other method is refused, and no request body is read. A connection serves one request and ends within
//! [`CONNECTION_TIMEOUT`]. At most [`MAX_CONNECTIONS`] are open; a new one ends the oldest, so that idle ones never shut out
//! a host's health check. A request's head is limited to [`MAX_HEAD`] bytes and [`MAX_HEADERS`] headers. A handler that panics
//! or hangs costs its own request only.
//!
//! # Races
//! Requests share nothing but what they read.
//!
//! # Crash
//! Nothing is kept. A file that named the address and was left behind is replaced at the next start
//! ([`address_file`]).

pub mod address_file;
mod guard;
mod health;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::runtime::supervisor::Service;

pub use health::routes as health_routes;

/// Open connections.
pub const MAX_CONNECTIONS: usize = 64;
/// The bytes of a request's line and headers.
pub const MAX_HEAD: usize = 16 * 1024;
pub const MAX_HEADERS: usize = 64;
/// Within this time the request must have arrived.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Within this time a connection ends, however slowly the answer is read.
pub const CONNECTION_TIMEOUT: Duration = Duration::from_secs(20);
/// At the end, answers under way get this long.
const FINISH_WITHIN: Duration = Duration::from_secs(1);
/// After a connection that could not be accepted, for example because no file handle is free.
const ACCEPT_COOL_DOWN: Duration = Duration::from_millis(100);

/// Listens on all addresses with this port, or on a free port of this computer's loopback.
///
/// # Errors
/// The port is taken or not allowed.
pub async fn bind(port: Option<u16>) -> std::io::Result<TcpListener> {
    let address = match port {
        Some(port) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    };
    TcpListener::bind(address).await
}

pub struct HttpServer {
    listener: TcpListener,
    router: Router,
}

impl HttpServer {
    /// Serves these routes, and answers everything else with an error.
    pub fn new(listener: TcpListener, routes: Router) -> Self {
        Self { listener, router: guard::guarded(routes) }
    }
}

impl Service for HttpServer {
    fn name(&self) -> &'static str {
        "HTTP server"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut connections = JoinSet::new();
        let mut open: VecDeque<AbortHandle> = VecDeque::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Some(_) = connections.join_next() => continue,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    open.retain(|connection| !connection.is_finished());
                    if open.len() >= MAX_CONNECTIONS
                        && let Some(oldest) = open.pop_front()
                    {
                        oldest.abort();
                    }
                    open.push_back(connections.spawn(serve(stream, self.router.clone())));
                }
                Err(error) => {
                    tracing::debug!("Cannot accept a connection to the status page: {error}");
                    tokio::time::sleep(ACCEPT_COOL_DOWN).await;
                }
            }
        }
        // What is still open then is dropped.
        drop(tokio::time::timeout(FINISH_WITHIN, async { while connections.join_next().await.is_some() {} }).await);
        Ok(())
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // An error is the client's, which sees it itself.
    drop(tokio::time::timeout(CONNECTION_TIMEOUT, connection).await);
}
