//! What overload costs a service that does only what cannot be left out: each call that is taken costs the machine a
//! time of work, and whatever comes beyond a number in flight is refused in the outermost layer, once its request is
//! read.

use http::{Request, Response};
use http_body::Body as HttpBody;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tower::Layer;

/// Calls that are taken at the same time: as many as may wait before Signpost speaks of an overload.
const IN_FLIGHT_MAX: usize = 256;
/// Threads that work.
const WORKERS: usize = 2;

/// Threads that work so long for each call.
pub(crate) struct Work(Mutex<Sender<oneshot::Sender<()>>>);

impl Work {
    pub(crate) fn start(each: Duration) -> Work {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..WORKERS {
            let receiver = Arc::clone(&receiver);
            std::thread::spawn(move || work(&receiver, each));
        }
        Work(Mutex::new(sender))
    }

    /// Waits until it is done for one call.
    ///
    /// # Errors
    /// When the threads are gone.
    pub(crate) async fn done(&self) -> Result<(), Status> {
        let (sender, done) = oneshot::channel();
        let sent = {
            let queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            queue.send(sender)
        };
        sent.map_err(|_| Status::internal("no thread works"))?;
        done.await.map_err(|_| Status::internal("no thread works"))
    }
}

fn work(receiver: &Mutex<Receiver<oneshot::Sender<()>>>, each: Duration) {
    loop {
        let next = receiver
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(done) = next else { return };
        let begun = Instant::now();
        while begun.elapsed() < each {
            std::hint::spin_loop();
        }
        // The caller may be gone.
        let _gone = done.send(());
    }
}

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
