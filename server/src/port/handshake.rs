//! TLS handshakes, each in a task of its own.

use super::connection::{Connection, Open, Stream};
use super::last_words::{HTTP2_BEGINS, INADEQUATE_SECURITY, http1, http2, tell, tell_http2};
use crate::metrics::ConnectionCounts;
use rustls::ServerConfig;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
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

/// The first byte of a TLS connection: a record with a message of the handshake.
const TLS_BEGINS: u8 = 0x16;
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
        stream: TcpStream,
        open: Open,
        config: Arc<ServerConfig>,
        into: mpsc::Sender<Connection>,
    ) {
        let failed = FailedUnlessDone(Some(self.counts.clone()));
        let task = self.tasks.spawn(async move {
            match timeout(HANDSHAKE_TIME_MAX, shake(stream, config)).await {
                Ok(Some(stream)) => {
                    failed.done();
                    // Nobody takes it if the server stops.
                    drop(into.send(Connection { stream, open }).await);
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
async fn shake(stream: TcpStream, config: Arc<ServerConfig>) -> Option<Stream> {
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
                true => tell_http2(stream, &http2(INADEQUATE_SECURITY, SPEAKS_TLS)).await,
                false => tell(stream, &http1("400 Bad Request", SPEAKS_TLS)).await,
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
        Ok(stream) => Some(Stream::Tls(Box::new(stream))),
        Err((error, stream)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            // The alert is sent by now.
            tell(stream, &[]).await;
            None
        }
    }
}
