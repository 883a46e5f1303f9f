//! Accepts the connections of a port.

use super::connection::{Connection, Open, Stream};
use super::connection_count::{ConnectionCount, TooMany};
use super::handshake::Handshakes;
use super::last_words::{ENHANCE_YOUR_CALM, HTTP2_BEGINS, http1, http2, tell, tell_http2};
use crate::metrics::ConnectionCounts;
use crate::tls::Certificates;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

/// Connections that are ready and wait for the server to take them.
const READY_MAX: usize = 64;
/// The pause after an error of the system, such as too many open files, before the next connection is accepted.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);
/// The maximum number of callers at once that are told that there are too many connections. Others are cut off.
const TOLD_MAX: usize = 64;

/// The connections of a port. The port is closed when this is dropped.
#[derive(Debug)]
pub(super) struct Incoming {
    ready: mpsc::Receiver<Connection>,
    accepting: JoinHandle<()>,
}

impl Incoming {
    /// Accepts the connections of `listener`, with TLS if there are certificates. Must be called within a tokio
    /// runtime.
    pub(super) fn of(
        listener: TcpListener,
        tls: Option<Certificates>,
        (count, counts): (ConnectionCount, ConnectionCounts),
    ) -> Incoming {
        let (into, ready) = mpsc::channel(READY_MAX);
        let accepting = tokio::spawn(accept(listener, tls, (count, counts), into));
        Incoming { ready, accepting }
    }

    /// The next connection; `None` when there are no more.
    pub(super) async fn next(&mut self) -> Option<Connection> {
        self.ready.recv().await
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts connections until nobody takes them any more.
async fn accept(
    listener: TcpListener,
    tls: Option<Certificates>,
    (count, counts): (ConnectionCount, ConnectionCounts),
    into: mpsc::Sender<Connection>,
) {
    let mut handshakes = Handshakes::new(counts.clone());
    let telling = Arc::new(Semaphore::new(TOLD_MAX));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if of_one_connection(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        without_delay(&stream);
        let permit = match count.permit(Some(peer.ip())) {
            Ok(permit) => permit,
            Err(too_many) => {
                counts.turned_away.inc();
                tracing::debug!(%peer, "{too_many}");
                turn_away(stream, tls.is_some(), too_many, &telling);
                continue;
            }
        };
        let open = Open {
            _permit: permit,
            _counted: counts.accept(),
        };
        match &tls {
            None => {
                let stream = Stream::Plain(stream);
                if into.send(Connection { stream, open }).await.is_err() {
                    return;
                }
            }
            Some(certificates) => {
                handshakes.make_room().await;
                handshakes.start(stream, open, certificates.now(), into.clone());
            }
        }
    }
}

/// Closes a connection that is one too many. Tells why, where that needs no TLS.
fn turn_away(stream: TcpStream, is_tls: bool, why: TooMany, telling: &Arc<Semaphore>) {
    let Ok(turn) = telling.clone().try_acquire_owned() else {
        return;
    };
    if is_tls {
        return;
    }
    tokio::spawn(async move {
        let why = why.to_string();
        let mut begin = [0; HTTP2_BEGINS.len()];
        match stream.peek(&mut begin).await {
            Ok(len) if begin.get(..len) == Some(HTTP2_BEGINS) => {
                tell_http2(stream, &http2(ENHANCE_YOUR_CALM, &why)).await;
            }
            Ok(_) => tell(stream, &http1("503 Service Unavailable", &why)).await,
            Err(_) => {}
        }
        drop(turn);
    });
}

/// Answers are small: they leave at once. The call fails only for a connection that is already broken.
fn without_delay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection broke before it was served");
    }
}

/// Whether the error is of a connection that broke before it was accepted, and not of the port.
fn of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
            | io::ErrorKind::BrokenPipe
    )
}
