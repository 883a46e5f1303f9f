//! Shedding as far as no service can leave it out: whatever comes beyond a number of calls in flight is refused in the
//! outermost layer, once its request is read.

use http::{Request, Response};
use http_body::Body as HttpBody;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tower::Layer;

/// Calls that are taken at the same time: as many as may wait before Signpost speaks of an overload.
const IN_FLIGHT_MAX: usize = 256;

/// Refuses calls while [`IN_FLIGHT_MAX`] are in flight.
#[derive(Clone, Default)]
pub(crate) struct ShedLayer(Arc<AtomicUsize>);

impl<S> Layer<S> for ShedLayer {
    type Service = Shed<S>;

    fn layer(&self, next: S) -> Shed<S> {
        let in_flight = Arc::clone(&self.0);
        Shed { in_flight, next }
    }
}

/// A service behind a [`ShedLayer`].
#[derive(Clone)]
pub(crate) struct Shed<S> {
    in_flight: Arc<AtomicUsize>,
    next: S,
}

/// A call in flight.
struct InFlight(Arc<AtomicUsize>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<S> Service<Request<Body>> for Shed<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let in_flight = InFlight(Arc::clone(&self.in_flight));
        if in_flight.0.fetch_add(1, Ordering::Relaxed) < IN_FLIGHT_MAX {
            let answered = self.next.call(request);
            return Box::pin(async move {
                let answer = answered.await;
                drop(in_flight);
                answer
            });
        }
        drop(in_flight);
        let mut body = request.into_body();
        Box::pin(async move {
            while let Some(Ok(_)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
            {
            }
            Ok(Status::resource_exhausted("more calls come than can be answered").into_http())
        })
    }
}
