//! The answer of a call with one message.

use super::request::{PREFIX_BYTES, message};
use super::{MASKED, MASKED_KEY};
use crate::grpc::status::{self, code_name};
use crate::grpc::to_proto::masked::masked;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::HeaderValue;
use http::{HeaderMap, Response, response};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use std::pin::Pin;
use std::task::{Context, Poll};
use tonic::Status;
use tonic::body::Body;

pub(super) use super::request::code;

/// The largest answer that is looked into for ids. Larger ones are lists, of which the request says enough.
const LOOKED_INTO_BYTES_MAX: usize = 64 * 1024;

/// An answer, whole.
pub(super) struct Unary {
    parts: response::Parts,
    data: Bytes,
    trailers: HeaderMap,
    /// Why it is not whole.
    broken: Option<Status>,
}

impl Unary {
    pub(super) async fn of(response: Response<Body>) -> Unary {
        let (parts, body) = response.into_parts();
        match body.collect().await {
            Ok(collected) => Unary {
                parts,
                trailers: collected.trailers().cloned().unwrap_or_default(),
                data: collected.to_bytes(),
                broken: None,
            },
            Err(status) => Unary {
                parts,
                data: Bytes::new(),
                trailers: HeaderMap::new(),
                broken: Some(status),
            },
        }
    }

    /// The name of its code.
    pub(super) fn code_name(&self) -> String {
        let broken = self.broken.as_ref().map(|status| status.code().into());
        let code = broken.or_else(|| code(&self.trailers)).unwrap_or(0);
        code_name::of(code).to_owned()
    }

    /// Its message, if it is one to look into, and how many items it has.
    pub(super) fn told(&self, output: &MessageDescriptor) -> Option<(Option<DynamicMessage>, u64)> {
        let bytes = message(&self.data)?;
        let items = super::touched::count(bytes, output);
        let is_small = bytes.len() <= LOOKED_INTO_BYTES_MAX;
        let message = is_small.then(|| DynamicMessage::decode(output.clone(), bytes).ok());
        Some((message.flatten(), items))
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let Unary {
            parts,
            data,
            trailers,
            broken,
        } = self;
        let body = match broken {
            Some(status) => Whole {
                data: None,
                end: Some(Err(status)),
            },
            None => Whole {
                data: Some(data).filter(|data| !data.is_empty()),
                end: Some(Ok(trailers)),
            },
        };
        Response::from_parts(parts, Body::new(body))
    }

    /// The answer with its personal fields masked.
    pub(super) fn masked(mut self, output: &MessageDescriptor) -> Response<Body> {
        match message(&self.data).and_then(|bytes| masked_frame(bytes, output)) {
            Some(frame) => {
                self.data = frame;
                self.parts.headers.remove(http::header::CONTENT_LENGTH);
                mark_masked(&mut self.parts.headers);
                self.into_response()
            }
            None => status::internal().into_http(),
        }
    }
}

/// The frame of a message with its personal fields masked; `None` if the bytes are no such message.
pub(super) fn masked_frame(bytes: &[u8], of: &MessageDescriptor) -> Option<Bytes> {
    let message = DynamicMessage::decode(of.clone(), bytes).ok()?;
    let bytes = masked(message).encode_to_vec();
    let mut frame = BytesMut::with_capacity(PREFIX_BYTES + bytes.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(bytes.len()).ok()?);
    frame.put_slice(&bytes);
    Some(frame.freeze())
}

/// Says in the metadata that personal fields are masked.
pub(super) fn mark_masked(headers: &mut HeaderMap) {
    headers.insert(MASKED_KEY, HeaderValue::from_static(MASKED));
}

/// A body of one message and its end.
struct Whole {
    data: Option<Bytes>,
    end: Option<Result<HeaderMap, Status>>,
}

impl HttpBody for Whole {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let data = self.data.take().map(|data| Ok(Frame::data(data)));
        let next = data.or_else(|| Some(self.end.take()?.map(Frame::trailers)));
        Poll::Ready(next)
    }
}
