//! The port: accepts connections, and does the TLS handshake of each.
//!
//! No connection waits for the handshake of another. A handshake has a limit of time, and only so many run at once.

mod connection;
mod handshake;

pub use connection::Peer;
pub use handshake::{HANDSHAKE_TIME_MAX, HANDSHAKE_TIME_MIN, HANDSHAKES_MAX};

use crate::metrics::ConnectionCounts;
use crate::tls::Certificates;
use connection::{Connection, Transport};
use handshake::Handshakes;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::codegen::tokio_stream::Stream;

/// Connections that are ready and wait for the server to take them.
const READY_MAX: usize = 64;
/// The pause after an error of the system, such as too many open files, before the next connection is accepted.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// The connections of a port. The port is closed when this is dropped.
#[derive(Debug)]
pub(crate) struct Incoming {
    ready: mpsc::Receiver<Connection>,
    accepting: JoinHandle<()>,
}

impl Incoming {
    /// Accepts the connections of `listener`, with TLS if there are certificates. Must be called within a tokio
    /// runtime.
    pub(crate) fn of(
        listener: TcpListener,
        tls: Option<Certificates>,
        counts: ConnectionCounts,
    ) -> Incoming {
        let (into, ready) = mpsc::channel(READY_MAX);
        let accepting = tokio::spawn(accept(listener, tls, counts, into));
        Incoming { ready, accepting }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.ready.poll_recv(cx).map(|next| next.map(Ok))
    }
}

/// Accepts connections until nobody takes them any more.
async fn accept(
    listener: TcpListener,
    tls: Option<Certificates>,
    counts: ConnectionCounts,
    into: mpsc::Sender<Connection>,
) {
    let mut handshakes = Handshakes::new(counts.clone());
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if of_one_connection(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                continue;
            }
        };
        without_delay(&stream);
        let open = counts.accept();
        match &tls {
            None => {
                let connection = Connection::new(Transport::Plain(stream), open);
                if into.send(connection).await.is_err() {
                    return;
                }
            }
            Some(certificates) => {
                handshakes.make_room().await;
                handshakes.start((stream, open), certificates.now(), into.clone());
            }
        }
    }
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
