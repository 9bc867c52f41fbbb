//! A loopback HTTP server whose answers may break the connection, as in the real world.
//!
//! Connections are served by hand, because axum's `serve` cannot break one.

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

/// A response with this extension is not sent; the connection is reset instead.
#[derive(Debug, Clone, Copy)]
pub struct Reset;

/// A running server. It and all its connections end when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _stop: DropGuard,
}

impl Server {
    /// Serves `router` on a free port of 127.0.0.1.
    pub fn start(router: Router) -> anyhow::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), router)
    }

    /// Serves `router` on this address, for example that of an earlier server.
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

    pub fn address(&self) -> SocketAddr {
        self.address
    }

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
            // For example if there are no free file handles. Connections that end free some.
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
    // Other errors come from the client, which sees them itself.
    if (&mut connection).await.is_err_and(|error| error.is_user()) {
        // Without a linger time, closing sends a reset instead of an orderly end.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}
