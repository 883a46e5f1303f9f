//! Reads the request of a call ahead of its handler, which still gets all of it.

use super::touched;
use crate::grpc::PLAYBOOK_REQUEST_BYTES_MAX;
use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, Request};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use signpost_audit::Touched;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use tonic::Status;
use tonic::body::Body;

/// The bytes before each message: whether it is compressed, and its length.
pub(super) const PREFIX_BYTES: usize = 5;

/// What a request asks for, without its values.
#[derive(Default)]
pub(super) struct Asked {
    /// The names of the fields that are set.
    pub(super) fields: Vec<String>,
    /// The ids in it.
    pub(super) touched: Touched,
    /// Whether it changes what keeps a case from being erased.
    pub(super) sets_legal_hold: bool,
}

/// The fields of a case that keep it from being erased.
const LEGAL_HOLD: [&str; 2] = ["legal_hold", "retain_until_time"];

/// The request, whole, and what it asks for. What does not read as a message asks for nothing; the handler refuses it.
pub(super) async fn read(
    request: Request<Body>,
    input: &MessageDescriptor,
) -> (Request<Body>, Asked) {
    let (parts, mut rest) = request.into_parts();
    let mut begin = BytesMut::new();
    let mut frames = VecDeque::new();
    while !is_enough(&begin) {
        match rest.frame().await {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    begin.extend_from_slice(data);
                }
                frames.push_back(Ok(frame));
            }
            Some(Err(error)) => {
                frames.push_back(Err(error));
                break;
            }
            None => break,
        }
    }
    let message =
        message(&begin).and_then(|bytes| DynamicMessage::decode(input.clone(), bytes).ok());
    let asked = message.map(|message| Asked {
        fields: touched::fields(&message),
        touched: touched::of(&message),
        sets_legal_hold: touched::updates(&message, &LEGAL_HOLD),
    });
    let body = Body::new(Ahead { frames, rest });
    (Request::from_parts(parts, body), asked.unwrap_or_default())
}

/// Whether a message is there, or one that is larger than any request.
fn is_enough(bytes: &[u8]) -> bool {
    match length(bytes) {
        None => false,
        Some(length) => length > PLAYBOOK_REQUEST_BYTES_MAX || bytes.len() >= PREFIX_BYTES + length,
    }
}

/// The length of the message that begins these bytes.
fn length(bytes: &[u8]) -> Option<usize> {
    let mut prefix = bytes.get(..PREFIX_BYTES)?;
    prefix.advance(1);
    Some(prefix.get_u32() as usize)
}

/// The first message; `None` if it is compressed or not whole.
pub(super) fn message(bytes: &[u8]) -> Option<&[u8]> {
    let length = length(bytes)?;
    let is_plain = bytes[0] == 0;
    bytes[PREFIX_BYTES..].get(..length).filter(|_| is_plain)
}

/// A body whose first frames were read ahead.
struct Ahead {
    frames: VecDeque<Result<Frame<Bytes>, Status>>,
    rest: Body,
}

impl HttpBody for Ahead {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.frames.pop_front() {
            Some(frame) => Poll::Ready(Some(frame)),
            None => Pin::new(&mut self.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.rest.is_end_stream()
    }
}

/// The code of an answer that has no message.
pub(super) fn code(headers: &HeaderMap) -> Option<i32> {
    let code = headers.get(Status::GRPC_STATUS)?.to_str().ok()?;
    code.parse().ok()
}
