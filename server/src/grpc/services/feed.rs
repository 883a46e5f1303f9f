//! The handlers of FeedService, written by hand. Its answers are bytes that are the same for many watchers; the
//! generated code would encode them for each watcher.

use crate::engine::Engine;
use crate::feed::{Feeds, Unwatched, WatchStream};
use crate::grpc::access::WatchGuard;
use crate::grpc::edge::{identity, reached};
use crate::grpc::from_proto::NamedRevision;
use crate::grpc::from_proto::filter::FilterScope;
use crate::grpc::{from_proto, status};
use bytes::{BufMut, Bytes};
use http::{Request, Response};
use prost::Message;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use signpost_proto::v1::feed_service_server::SERVICE_NAME;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::codec::{BufferSettings, Codec, EncodeBuf, Encoder};
use tonic::codegen::tokio_stream::Stream;
use tonic::codegen::{BoxFuture, Service, StdError};
use tonic::server::{Grpc, NamedService, ServerStreamingService};
use tonic::{Status, codegen};
use tonic_prost::{ProstCodec, ProstDecoder};

/// The feed service.
#[derive(Clone)]
pub(in crate::grpc) struct FeedServer {
    feeds: Arc<Feeds>,
    bytes_max: usize,
}

impl FeedServer {
    /// No request is larger than `bytes_max`.
    pub(in crate::grpc) fn new(feeds: Arc<Feeds>, bytes_max: usize) -> FeedServer {
        FeedServer { feeds, bytes_max }
    }
}

impl NamedService for FeedServer {
    const NAME: &'static str = SERVICE_NAME;
}

impl<B> Service<Request<B>> for FeedServer
where
    B: codegen::Body + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let feeds = self.feeds.clone();
        let of = (feeds.engine().clone(), self.bytes_max);
        let path = request.uri().path().strip_prefix('/').unwrap_or_default();
        let method = path.strip_prefix(SERVICE_NAME).unwrap_or_default();
        match method {
            "/WatchEvents" => watch(request, of, |asked| Box::pin(watch_events(feeds, asked))),
            "/WatchCases" => watch(request, of, |asked| Box::pin(watch_cases(feeds, asked))),
            "/WatchContacts" => watch(request, of, |asked| Box::pin(watch_contacts(feeds, asked))),
            _ => Box::pin(async { Ok(status::no_such_method().into_http()) }),
        }
    }
}

async fn watch_events(
    feeds: Arc<Feeds>,
    request: v1::WatchEventsRequest,
) -> Result<WatchStream, Status> {
    let begin = begin(&feeds, &request.cursor, &request.start_revision).await?;
    let asked = from_proto::feed::watch_events(request, begin);
    begun(asked, |asked| feeds.watch_events(asked))
}

async fn watch_cases(
    feeds: Arc<Feeds>,
    request: v1::WatchCasesRequest,
) -> Result<WatchStream, Status> {
    let begin = begin(&feeds, &request.cursor, &request.start_revision).await?;
    let engine = feeds.engine();
    let scope = filter_scope(engine);
    let asked = from_proto::feed::watch_cases(request, begin, &scope, engine.case_numbers());
    begun(asked, |asked| feeds.watch_rows(asked))
}

async fn watch_contacts(
    feeds: Arc<Feeds>,
    request: v1::WatchContactsRequest,
) -> Result<WatchStream, Status> {
    let begin = begin(&feeds, &request.cursor, &request.start_revision).await?;
    let engine = feeds.engine();
    let scope = filter_scope(engine);
    let asked = from_proto::feed::watch_contacts(request, begin, &scope, engine.case_numbers());
    begun(asked, |asked| feeds.watch_rows(asked))
}

fn filter_scope(engine: &Engine) -> FilterScope {
    FilterScope {
        live: engine.live(),
        kinds: engine.comparing(),
    }
}

/// The revision after which a watch begins, once it is durable. If the request has a cursor, the watch starts from the
/// cursor and does not wait.
async fn begin(feeds: &Feeds, cursor: &str, start_revision: &str) -> Result<NamedRevision, Status> {
    match cursor.is_empty() {
        true => reached(feeds.engine(), start_revision).await,
        false => Ok(NamedRevision::of(start_revision)),
    }
}

/// The requested watch, or the status that says why it cannot begin.
fn begun<A>(
    asked: Result<A, Faults>,
    watch: impl FnOnce(A) -> Result<WatchStream, Unwatched>,
) -> Result<WatchStream, Status> {
    let asked = asked.map_err(|faults| status::faulty(&faults))?;
    watch(asked).map_err(|why| status::unwatched(&why))
}

/// Answers a call with a request of the type `Q`.
fn watch<Q, B, W>(
    request: Request<B>,
    (engine, bytes_max): (Engine, usize),
    begin: W,
) -> BoxFuture<Response<Body>, Infallible>
where
    Q: Message + Default + 'static,
    B: codegen::Body + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
    W: FnOnce(Q) -> BoxFuture<WatchStream, Status> + Send + 'static,
{
    Box::pin(async move {
        let codec = FeedCodec::<Q>(PhantomData);
        let mut grpc = Grpc::new(codec).max_decoding_message_size(bytes_max);
        let method = Method {
            begin: Some(begin),
            engine,
            request: PhantomData,
        };
        Ok(grpc.server_streaming(method, request).await)
    })
}

/// One call of a method.
struct Method<Q, W> {
    begin: Option<W>,
    engine: Engine,
    request: PhantomData<fn(Q)>,
}

impl<Q, W> ServerStreamingService<Q> for Method<Q, W>
where
    W: FnOnce(Q) -> BoxFuture<WatchStream, Status> + Send + 'static,
{
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = BoxFuture<tonic::Response<Messages>, Status>;

    fn call(&mut self, request: tonic::Request<Q>) -> Self::Future {
        let identity = identity(request.extensions()).cloned();
        let begun = self.begin.take().map(|begin| begin(request.into_inner()));
        let engine = self.engine.clone();
        Box::pin(async move {
            let identity = identity?;
            let stream = begun.ok_or_else(status::internal)?.await?;
            Ok(tonic::Response::new(Messages {
                stream: Some(stream),
                guard: WatchGuard::of(&identity, &engine),
            }))
        })
    }
}

/// The messages that are sent to a watcher, and the status at its end.
struct Messages {
    /// `None` after the credential of the watcher ended.
    stream: Option<WatchStream>,
    guard: Option<WatchGuard>,
}

impl Stream for Messages {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let ended = match &mut self.guard {
            Some(guard) => guard.poll_ended(context),
            None => Poll::Pending,
        };
        if let Poll::Ready(status) = ended {
            self.guard = None;
            self.stream = None;
            return Poll::Ready(Some(Err(status)));
        }
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        let next = stream.poll_next(context);
        next.map(|next| next.map(|message| message.map_err(status::halted)))
    }
}

/// The codec: requests are messages, answers are the bytes of messages.
struct FeedCodec<Q>(PhantomData<fn(Q)>);

impl<Q: Message + Default + 'static> Codec for FeedCodec<Q> {
    type Encode = Bytes;
    type Decode = Q;
    type Encoder = RawBytesEncoder;
    type Decoder = ProstDecoder<Q>;

    fn encoder(&mut self) -> RawBytesEncoder {
        RawBytesEncoder
    }

    fn decoder(&mut self) -> ProstDecoder<Q> {
        ProstCodec::<Q, Q>::raw_decoder(BufferSettings::default())
    }
}

/// Writes bytes without a change.
struct RawBytesEncoder;

impl Encoder for RawBytesEncoder {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(message);
        Ok(())
    }
}
