//! Serves connections.

use super::accept::Incoming;
use super::connection::{Connection, Peer, Stream};
use super::connection_count::ConnectionCount;
use super::connection_use::{AnswerBody, ConnectionUse, Fate};
use super::executor::CallExecutor;
use crate::metrics::ConnectionCounts;
use crate::tls::Certificates;
use http::{Request, Response};
use hyper::body::Incoming as RequestBody;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};

/// How many streams of a connection may be reset by the caller before the server has taken them. Beyond it the
/// connection is closed: that is the flood known as rapid reset (CVE-2023-44487). h2 has the same by itself; here it is
/// said.
pub const PENDING_RESETS_MAX: usize = 20;
/// How many streams of a connection the server may reset for faults of the caller before the connection is closed (the
/// flood known as MadeYouReset, CVE-2025-8671).
pub const LOCAL_RESETS_MAX: usize = 1_024;
/// The bytes of an answer that are kept for a stream whose caller does not read. The rest waits where it is.
pub const SEND_BUFFER_BYTES_MAX: usize = 128 * 1024;
/// How long a connection may read nothing of the answers that are ready. Watches have a limit of their own.
pub const UNREAD_TIME_MAX: Duration = Duration::from_secs(60);
/// The bytes of a request that may be on their way before the server has read what came: of a stream, and of a
/// connection.
const WINDOW_BYTES: (u32, u32) = (256 * 1024, 1024 * 1024);
/// The bytes of the head of a request of HTTP/1.1.
const HTTP1_HEAD_BYTES_MAX: usize = 64 * 1024;
/// How long the head of a request of HTTP/1.1 may take.
const HTTP1_HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// How often a connection is looked at, in parts of the time that it may be idle; and the limits of that.
const LOOKS: u32 = 4;
const LOOK_INTERVAL: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(15));

/// The limits of a port.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortLimits {
    /// Open connections from one address.
    pub(crate) connections_per_address: usize,
    /// Open connections from all addresses.
    pub(crate) connections: usize,
    /// Calls of one connection at the same time.
    pub(crate) calls_per_connection: u32,
    /// The bytes of metadata, as HTTP/2 counts them, beyond which a call is refused by the protocol.
    pub(crate) metadata_bytes: u32,
    /// How long a connection without a call stays open.
    pub(crate) idle_time: Duration,
    /// The time after which a silent connection is asked whether it is still alive.
    pub(crate) keepalive_interval: Duration,
    /// How long it may take to answer that.
    pub(crate) keepalive_timeout: Duration,
}

/// Serves the connections of `listener` until `stop` completes. Then it accepts no more, finishes the calls, and
/// returns when all connections are closed.
pub(crate) async fn serve<S>(
    listener: TcpListener,
    tls: Option<Certificates>,
    (limits, counts): (PortLimits, ConnectionCounts),
    service: S,
    stop: impl Future<Output = ()>,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let (stopping, stopped) = watch::channel(());
    let builder = builder(&limits);
    let count = ConnectionCount::new(limits.connections_per_address, limits.connections);
    let mut incoming = Incoming::of(listener, tls, (count, counts));
    // They are cut off if this is dropped.
    let mut open = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = open.join_next() => {}
            connection = incoming.next() => {
                let Some(connection) = connection else { break };
                let (builder, service) = (builder.clone(), service.clone());
                open.spawn(one(connection, builder, limits, service, stopped.clone()));
            }
        }
    }
    drop(incoming);
    stopping.send_replace(());
    while open.join_next().await.is_some() {}
}

fn builder(limits: &PortLimits) -> Builder<CallExecutor> {
    let (stream_window, connection_window) = WINDOW_BYTES;
    let mut builder = Builder::new(CallExecutor);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.calls_per_connection)
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .max_local_error_reset_streams(LOCAL_RESETS_MAX)
        .max_header_list_size(limits.metadata_bytes)
        .initial_stream_window_size(stream_window)
        .initial_connection_window_size(connection_window)
        .max_send_buf_size(SEND_BUFFER_BYTES_MAX)
        .keep_alive_interval(limits.keepalive_interval)
        .keep_alive_timeout(limits.keepalive_timeout);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HTTP1_HEAD_TIME_MAX)
        .max_buf_size(HTTP1_HEAD_BYTES_MAX);
    builder
}

/// Serves one connection until it is closed.
async fn one<S>(
    Connection { stream, open }: Connection,
    builder: Builder<CallExecutor>,
    limits: PortLimits,
    service: S,
    mut stopped: watch::Receiver<()>,
) where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    let usage = ConnectionUse::new();
    let served = Served {
        peer: stream.peer(),
        usage: usage.clone(),
        service,
    };
    let connection = builder.serve_connection(TokioIo::<Stream>::new(stream), served);
    tokio::pin!(connection);
    let (shortest, longest) = LOOK_INTERVAL;
    let mut looks = interval((limits.idle_time / LOOKS).clamp(shortest, longest));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_closing = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection broke");
                }
                break;
            }
            _ = stopped.changed(), if !is_closing => {
                is_closing = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = looks.tick() => match usage.fate(limits.idle_time, UNREAD_TIME_MAX) {
                Fate::Goes => {}
                // It was told at the last look, and does not close.
                Fate::Idle if is_closing => break,
                Fate::Idle => {
                    is_closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                Fate::Unread => {
                    tracing::debug!("a connection reads none of its answers, and is closed");
                    break;
                }
            },
        }
    }
    drop(open);
}

/// The services, as a connection calls them.
struct Served<S> {
    peer: Peer,
    usage: Arc<ConnectionUse>,
    service: S,
}

impl<S> hyper::service::Service<Request<RequestBody>> for Served<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = BoxFuture<Response<AnswerBody>, Infallible>;

    fn call(&self, request: Request<RequestBody>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(self.peer.clone());
        let call = self.usage.call();
        // None of the services ever has to be waited for before it takes a call.
        let answered = self.service.clone().call(request);
        Box::pin(async move {
            let mut response = answered.await?;
            let permit = response.extensions_mut().remove();
            Ok(response.map(|body| AnswerBody::new(body, call, permit)))
        })
    }
}
