//! The body of an answer, which knows its call while it is sent, and sees the code at its end.

use super::{CALL, CallNote};
use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tonic::Status;
use tonic::body::Body;

/// Notes how the call of this task ends: by the code in the headers, or by the one at the end of the body.
pub(in crate::grpc) fn noted(response: Response<Body>) -> Response<Body> {
    let Ok(note) = CALL.try_with(Arc::clone) else {
        return response;
    };
    match code(response.headers()) {
        Some(code) => {
            note.ended(code);
            response
        }
        None => response.map(|inner| Body::new(NotedBody { inner, note })),
    }
}

fn code(headers: &HeaderMap) -> Option<i32> {
    let code = headers.get(Status::GRPC_STATUS)?.to_str().ok()?;
    code.parse().ok()
}

/// A body and the note of its call.
struct NotedBody {
    inner: Body,
    note: Arc<CallNote>,
}

impl HttpBody for NotedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let NotedBody { inner, note } = &mut *self;
        let poll = || note.span().in_scope(|| Pin::new(inner).poll_frame(context));
        let polled = CALL.sync_scope(note.clone(), poll);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(code) = frame.trailers_ref().and_then(code)
        {
            note.ended(code);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
