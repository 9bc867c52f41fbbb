//! A loopback HTTP server whose answers may break the connection, as the real world's do.
//!
//! Connections are served by hand: axum's `serve` cannot break one.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Put into a response's extensions: the connection is reset instead of the answer being sent.
#[derive(Debug, Clone, Copy)]
pub struct Reset;

/// A running server; it ends, with every connection, when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _stop: DropGuard,
}

impl Server {
    /// Serves `router` on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(router: Router) -> anyhow::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), router)
    }

    /// Serves `router` on this address: where an earlier server stood, say.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn start_on(address: SocketAddr, router: Router) -> anyhow::Result<Self> {
        let cannot = || format!("cannot listen on {address}");
        let socket = TcpSocket::new_v4().with_context(cannot)?;
        socket.set_reuseaddr(true).with_context(cannot)?;
        socket.bind(address).with_context(cannot)?;
        let listener = socket.listen(1024).with_context(cannot)?;
        let address = listener.local_addr().with_context(cannot)?;
        let stop = CancellationToken::new();
        tokio::spawn(accept(listener, router, stop.clone()));
        Ok(Self { address, _stop: stop.drop_guard() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address with this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn accept(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => drop(connections.spawn(serve(stream, router.clone()))),
            // Out of file handles, say: connections that end make room.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn serve(stream: TcpStream, router: Router) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(|request| {
        let answered = router.call(request);
        async move {
            let Ok(response) = answered.await;
            let is_reset = response.extensions().get::<Reset>().is_some();
            if is_reset { Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) } else { Ok(response) }
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Other errors are the client's doing: it sees them, and there is nobody else to tell.
    if (&mut connection).await.is_err_and(|error| error.is_user()) {
        // With nothing to linger for, closing sends a reset instead of an end.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}
