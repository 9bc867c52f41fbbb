//! A loopback HTTP server whose answers may break the connection, as the real world's do.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

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
    // A second handle to the socket: the first belongs to the connection until it ends.
    let Ok(handle) = stream.into_std() else { return };
    let Ok(second) = handle.try_clone() else { return };
    let Ok(stream) = TcpStream::from_std(handle) else { return };
    let second = Arc::new(second);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (router, second) = (router.clone(), second.clone());
        async move {
            let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
            let response = answered.unwrap_or_else(|never| match never {});
            if response.extensions().get::<Reset>().is_none() {
                return Ok(response);
            }
            // With nothing to linger for, closing sends a reset instead of an end.
            let _ = SockRef::from(second.as_ref()).set_linger(Some(Duration::ZERO));
            Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        }
    });
    // The client sees how the connection ended; there is nobody else to tell.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
