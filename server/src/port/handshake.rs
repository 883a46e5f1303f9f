//! TLS handshakes, each in a task of its own.

use super::connection::{Connection, Transport};
use crate::metrics::{ConnectionCounts, OpenConnection};
use rustls::ServerConfig;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

/// How long a TLS handshake may take, from the connection on.
pub const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);
/// The maximum number of handshakes that run at once. Beyond it the oldest one ends once it has had
/// [`HANDSHAKE_TIME_MIN`].
pub const HANDSHAKES_MAX: usize = 512;
/// How long a handshake may take in any case.
pub const HANDSHAKE_TIME_MIN: Duration = Duration::from_millis(500);
/// How long a connection that failed stays open for the caller to read why.
const LINGER_TIME_MAX: Duration = Duration::from_secs(1);

/// The first byte of a TLS connection: a record with a message of the handshake.
const TLS_BEGINS: u8 = 0x16;
/// How a connection of HTTP/2 begins.
const HTTP2_BEGINS: &[u8] = b"PRI ";
/// What a caller without TLS is told.
const SPEAKS_TLS: &str = "this port speaks TLS: call it as https://";

/// The handshakes that run. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Handshakes {
    counts: ConnectionCounts,
    tasks: JoinSet<()>,
    oldest_first: VecDeque<(Instant, AbortHandle)>,
}

impl Handshakes {
    /// None yet.
    pub(super) fn new(counts: ConnectionCounts) -> Handshakes {
        Handshakes {
            counts,
            tasks: JoinSet::new(),
            oldest_first: VecDeque::new(),
        }
    }

    /// Waits until there is room for one more. If the oldest one has had its time, it ends.
    pub(super) async fn make_room(&mut self) {
        while self.tasks.try_join_next().is_some() {}
        while self.tasks.len() >= HANDSHAKES_MAX {
            self.oldest_first.retain(|(_, task)| !task.is_finished());
            let oldest = self.oldest_first.front().map(|(since, _)| *since);
            let due = oldest.unwrap_or_else(Instant::now) + HANDSHAKE_TIME_MIN;
            tokio::select! {
                _ = self.tasks.join_next() => {}
                () = sleep_until(due) => {
                    if let Some((_, oldest)) = self.oldest_first.pop_front() {
                        oldest.abort();
                    }
                    self.tasks.join_next().await;
                }
            }
        }
        if self.oldest_first.len() > 2 * HANDSHAKES_MAX {
            self.oldest_first.retain(|(_, task)| !task.is_finished());
        }
    }

    /// Starts a handshake. The connection goes to `into` when it is done.
    pub(super) fn start(
        &mut self,
        (stream, open): (TcpStream, OpenConnection),
        config: Arc<ServerConfig>,
        into: mpsc::Sender<Connection>,
    ) {
        let failed = FailedUnlessDone(Some(self.counts.clone()));
        let task = self.tasks.spawn(async move {
            match timeout(HANDSHAKE_TIME_MAX, shake(stream, config)).await {
                Ok(Some(transport)) => {
                    failed.done();
                    let connection = Connection::new(transport, open);
                    // Nobody takes it if the server stops.
                    drop(into.send(connection).await);
                }
                Ok(None) => {}
                Err(_) => {
                    tracing::debug!("a TLS handshake took longer than {HANDSHAKE_TIME_MAX:?}")
                }
            }
        });
        self.oldest_first.push_back((Instant::now(), task));
    }
}

/// Counts a handshake as failed when it is dropped, unless it was done.
struct FailedUnlessDone(Option<ConnectionCounts>);

impl FailedUnlessDone {
    fn done(mut self) {
        self.0 = None;
    }
}

impl Drop for FailedUnlessDone {
    fn drop(&mut self) {
        if let Some(counts) = &self.0 {
            counts.handshakes_failed.inc();
        }
    }
}

/// One handshake. `None` if it failed: then the caller was told why, as far as the protocol lets us.
async fn shake(stream: TcpStream, config: Arc<ServerConfig>) -> Option<Transport> {
    let mut begin = [0; HTTP2_BEGINS.len()];
    let begin = match stream.peek(&mut begin).await {
        Ok(len) => begin.get(..len).unwrap_or_default(),
        Err(_) => return None,
    };
    match begin.first() {
        Some(&TLS_BEGINS) => {}
        Some(_) => {
            tracing::debug!("a caller does not speak TLS");
            match begin == HTTP2_BEGINS {
                true => tell_http2(stream).await,
                false => tell(stream, &told_by_http1()).await,
            }
            return None;
        }
        None => return None,
    }
    match TlsAcceptor::from(config)
        .accept(stream)
        .into_fallible()
        .await
    {
        Ok(stream) => Some(Transport::Tls(Box::new(stream))),
        Err((error, stream)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            // The alert is sent by now.
            tell(stream, &[]).await;
            None
        }
    }
}

/// Sends these last bytes. Reads on for a while: what a system closes with bytes unread, it cuts off, and the caller
/// may never see why.
async fn tell(mut stream: TcpStream, last: &[u8]) {
    let told = async {
        stream.write_all(last).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<(), io::Error>(())
    };
    // The caller may be gone, or may never close: nothing is left to do for either.
    drop(timeout(LINGER_TIME_MAX, told).await);
}

/// Tells a caller of HTTP/2. Waits for its request first: a client that has sent none yet drops the reason.
async fn tell_http2(mut stream: TcpStream) {
    // A caller that sends no request in time is told all the same.
    drop(timeout(LINGER_TIME_MAX, request_of_http2(&mut stream)).await);
    tell(stream, &told_by_http2()).await;
}

/// Reads the preface of HTTP/2 and the frames up to the first request.
async fn request_of_http2(stream: &mut TcpStream) -> io::Result<()> {
    const PREFACE_LEN: u64 = 24;
    const HEADERS: u8 = 1;
    skip(stream, PREFACE_LEN).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, ..] = head;
        skip(stream, u64::from(u32::from_be_bytes([0, a, b, c]))).await?;
        if kind == HEADERS {
            return Ok(());
        }
    }
}

async fn skip(stream: &mut TcpStream, len: u64) -> io::Result<()> {
    tokio::io::copy(&mut stream.take(len), &mut tokio::io::sink()).await?;
    Ok(())
}

fn told_by_http1() -> Vec<u8> {
    let len = SPEAKS_TLS.len() + 1;
    format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n\
         {SPEAKS_TLS}\n"
    )
    .into_bytes()
}

/// Settings, as every connection begins, and GOAWAY with the code INADEQUATE_SECURITY.
fn told_by_http2() -> Vec<u8> {
    const EMPTY_SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: u8 = 7;
    const LAST_STREAM_AND_CODE: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 0xc];
    let len = u8::try_from(LAST_STREAM_AND_CODE.len() + SPEAKS_TLS.len()).unwrap_or(u8::MAX);
    let head = [0, 0, len, GOAWAY, 0, 0, 0, 0, 0];
    let parts: [&[u8]; 4] = [
        &EMPTY_SETTINGS,
        &head,
        &LAST_STREAM_AND_CODE,
        SPEAKS_TLS.as_bytes(),
    ];
    parts.concat()
}
