//! The answers to gRPC calls that are refused as they come in.
//!
//! The request is read to its end and dropped first. If it were not, its stream would be reset, and what the caller
//! still sends would count as its fault, for which a connection is closed after a while.

use super::gate::KeptOut;
use crate::grpc::call;
use http::Response;
use http_body::Body as HttpBody;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Sleep, sleep};
use tonic::body::Body;

/// The bytes that are read of a refused request.
const READ_BYTES_MAX: usize = 256 * 1024;
/// How long they are waited for.
const READ_TIME_MAX: Duration = Duration::from_secs(5);

/// A refused call.
pub(in crate::grpc) struct RefusedCall {
    request: Body,
    read_bytes: usize,
    late: Option<Pin<Box<Sleep>>>,
    why: KeptOut,
}

impl RefusedCall {
    pub(super) fn new(request: Body, why: KeptOut) -> RefusedCall {
        RefusedCall {
            request,
            read_bytes: 0,
            late: None,
            why,
        }
    }

    fn answer(&self) -> Response<Body> {
        call::noted(self.why.status().into_http())
    }

    /// Reads on. Ready at the end, or when enough was read.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.read_bytes <= READ_BYTES_MAX {
            match Pin::new(&mut self.request).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.read_bytes += frame.data_ref().map_or(0, |data| data.len());
                }
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                Poll::Pending => {
                    let late = self
                        .late
                        .get_or_insert_with(|| Box::pin(sleep(READ_TIME_MAX)));
                    return late.as_mut().poll(context);
                }
            }
        }
        Poll::Ready(())
    }
}

impl Future for RefusedCall {
    type Output = Response<Body>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response<Body>> {
        self.poll_read(context).map(|()| self.answer())
    }
}
