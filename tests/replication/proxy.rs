//! A TCP proxy before the MongoDB server. It makes the server distant, cut off, or read-only.
//!
//! It runs on its own thread, so that a blocking test does not slow the connection down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mongodb::bson::{Document, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The type of all MongoDB messages since 3.6.
const OP_MSG: i32 = 2013;
const HEADER: usize = 16;
/// The largest message that MongoDB accepts.
const MAX_MESSAGE: usize = 48_000_000;
/// How many pieces may be on their way in one direction of a connection.
const ON_THE_WAY: usize = 1024;

/// How a server refuses some commands.
#[allow(dead_code, reason = "some are for the tests of `check` and of the guide alone")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A free Atlas cluster whose 512 MB are full. Deleting and reading still work.
    Quota,
    /// A user with the role `read`.
    ReadOnlyUser,
    /// A user who may read and write, and may not ask for the database's size.
    NoStatistics,
    /// A user or a password that the server does not know.
    WrongPassword,
}

impl Refusal {
    fn concerns(self, command: &str) -> bool {
        let fills = ["insert", "update", "findAndModify", "bulkWrite", "create", "createIndexes"];
        let removes = ["delete", "drop", "dropDatabase", "dropIndexes"];
        match self {
            Self::Quota => fills.contains(&command),
            Self::ReadOnlyUser => fills.contains(&command) || removes.contains(&command),
            Self::NoStatistics => command == "dbStats",
            Self::WrongPassword => command == "saslStart",
        }
    }

    fn answer(self, command: &str) -> Document {
        match self {
            Self::Quota => doc! {
                "ok": 0.0, "code": 8000, "codeName": "AtlasError",
                "errmsg": "you are over your space quota, using 513 MB of 512 MB",
            },
            Self::WrongPassword => doc! {
                "ok": 0.0, "code": 8000, "codeName": "AtlasError", "errmsg": "bad auth : authentication failed",
            },
            Self::ReadOnlyUser | Self::NoStatistics => doc! {
                "ok": 0.0, "code": 13, "codeName": "Unauthorized",
                "errmsg": format!("not authorized on giftcode to execute command {{ {command}: \"guilds\" }}"),
            },
        }
    }
}

/// The present state of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Line {
    /// Added to every round trip, half of it each way.
    latency: Duration,
    /// How many bytes a second reach the server on each connection, so that large messages take long; 0 for no limit.
    bytes_per_second: u32,
    /// Nothing gets through, and nobody notices: a partition.
    is_cut: bool,
    refusal: Option<Refusal>,
}

pub struct Proxy {
    port: u16,
    line: watch::Sender<Line>,
    to_clients: Arc<AtomicU64>,
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Proxy {
    /// A proxy before the server of this connection string (`mongodb://127.0.0.1:PORT/`).
    pub fn before(uri: &str) -> Self {
        let server: u16 = uri.trim_end_matches('/').rsplit_once(':').unwrap().1.parse().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (line, lines) = watch::channel(Line::default());
        let (to_clients, stop) = (Arc::new(AtomicU64::new(0)), CancellationToken::new());
        let (count, stopped) = (to_clients.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                let accepting = async {
                    loop {
                        let (client, _) = listener.accept().await.unwrap();
                        tokio::spawn(connection(client, server, lines.clone(), count.clone()));
                    }
                };
                tokio::select! {
                    () = stopped.cancelled() => {}
                    () = accepting => {}
                }
            });
        });
        Self { port, line, to_clients, stop, thread: Some(thread) }
    }

    /// A proxy that adds this latency.
    pub fn far(uri: &str, latency: Duration) -> Self {
        let proxy = Self::before(uri);
        proxy.line.send_modify(|line| line.latency = latency);
        proxy
    }

    /// Limits the bytes a second that reach the server on each connection; 0 for no limit.
    pub fn thin(&self, bytes_per_second: u32) {
        self.line.send_modify(|line| line.bytes_per_second = bytes_per_second);
    }

    /// The connection string of the server behind it. It names a direct connection, because a server tells clients its own address.
    pub fn uri(&self) -> String {
        format!("mongodb://127.0.0.1:{}/?directConnection=true", self.port)
    }

    /// Stops all traffic, including what is on its way. No connection is closed.
    pub fn cut(&self) {
        self.line.send_modify(|line| line.is_cut = true);
    }

    /// Lets new connections through again. Those from before the cut are closed.
    pub fn heal(&self) {
        self.line.send_modify(|line| line.is_cut = false);
    }

    /// Refuses writes, or stops refusing them.
    pub fn refuse(&self, refusal: Option<Refusal>) {
        self.line.send_modify(|line| line.refusal = refusal);
    }

    /// How many bytes the server has sent to its clients so far.
    pub fn bytes_to_clients(&self) -> u64 {
        self.to_clients.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.cancel();
        drop(self.thread.take().map(std::thread::JoinHandle::join));
    }
}

/// Bytes, and when they arrive.
type OnTheWay = mpsc::Sender<(Instant, Vec<u8>)>;

async fn connection(mut client: TcpStream, server: u16, mut lines: watch::Receiver<Line>, count: Arc<AtomicU64>) {
    if lines.borrow().is_cut {
        until_closed_or_healed(&mut client, &mut lines).await;
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let (back, backwards) = mpsc::channel(ON_THE_WAY);
    let (forth, forwards) = mpsc::channel(ON_THE_WAY);
    let mut ends = (from_client, to_client);
    let is_cut = {
        let pumps = async {
            tokio::select! {
                () = requests(&mut ends.0, &forth, &back, &lines) => {}
                () = answers(from_server, &back, &lines) => {}
                () = arrive(forwards, to_server, None) => {}
                () = arrive(backwards, &mut ends.1, Some(&count)) => {}
            }
        };
        let mut watched = lines.clone();
        tokio::select! {
            () = pumps => false,
            cut = watched.wait_for(|line| line.is_cut) => cut.is_ok(),
        }
    };
    if is_cut {
        let mut client = ends.0.reunite(ends.1).unwrap();
        until_closed_or_healed(&mut client, &mut lines).await;
    }
}

async fn until_closed_or_healed(client: &mut TcpStream, lines: &mut watch::Receiver<Line>) {
    let mut lost = [0; 4096];
    let closed = async { while client.read(&mut lost).await.is_ok_and(|read| read > 0) {} };
    tokio::select! {
        () = closed => {}
        _ = lines.wait_for(|line| !line.is_cut) => {}
    }
}

/// Forwards the client's messages to the server, or answers them with a refusal.
async fn requests(from: &mut OwnedReadHalf, forth: &OnTheWay, back: &OnTheWay, lines: &watch::Receiver<Line>) {
    loop {
        let mut message = vec![0; HEADER];
        if from.read_exact(&mut message).await.is_err() {
            return;
        }
        let length = usize::try_from(number(&message, 0)).unwrap();
        assert!((HEADER..=MAX_MESSAGE).contains(&length), "a message of {length} bytes");
        message.resize(length, 0);
        if from.read_exact(&mut message[HEADER..]).await.is_err() {
            return;
        }
        let Line { latency, refusal, bytes_per_second, .. } = *lines.borrow();
        let mut now = Instant::now();
        if bytes_per_second > 0 {
            now += Duration::from_secs(length as u64) / bytes_per_second;
        }
        let sent = match refusal.and_then(|refusal| refused(&message, refusal)) {
            Some(answer) => back.send((now + latency, answer)).await,
            None => forth.send((now + latency / 2, message)).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, back: &OnTheWay, lines: &watch::Receiver<Line>) {
    let mut piece = vec![0; 65_536];
    while let Ok(read) = from.read(&mut piece).await {
        let at = Instant::now() + lines.borrow().latency / 2;
        if read == 0 || back.send((at, piece[..read].to_vec())).await.is_err() {
            return;
        }
    }
}

async fn arrive(
    mut on_the_way: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut to: impl std::borrow::BorrowMut<OwnedWriteHalf>,
    count: Option<&AtomicU64>,
) {
    while let Some((at, bytes)) = on_the_way.recv().await {
        tokio::time::sleep_until(at).await;
        if to.borrow_mut().write_all(&bytes).await.is_err() {
            return;
        }
        if let Some(count) = count {
            count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
    }
}

fn number(bytes: &[u8], at: usize) -> i32 {
    i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The answer to a message whose command is refused.
fn refused(message: &[u8], refusal: Refusal) -> Option<Vec<u8>> {
    if number(message, 12) != OP_MSG {
        return None;
    }
    // The flags, then sections: of kind 1 (a length and documents), and one of kind 0, which is the command.
    let mut at = HEADER + 4;
    while message[at] == 1 {
        at += 1 + usize::try_from(number(message, at + 1)).unwrap();
    }
    // The length and the first field's type come before the first field's name, which is the command's.
    let name = message[at + 6..].split(|byte| *byte == 0).next()?;
    let command = std::str::from_utf8(name).ok()?;
    if !refusal.concerns(command) {
        return None;
    }
    let body = refusal.answer(command).to_vec().unwrap();
    let length = i32::try_from(HEADER + 5 + body.len()).unwrap();
    let mut answer = Vec::new();
    for number in [length, 1, number(message, 4), OP_MSG, 0] {
        answer.extend(number.to_le_bytes());
    }
    answer.push(0);
    answer.extend(body);
    Some(answer)
}
