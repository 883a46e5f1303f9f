//! The envelopes of a stream in the Connect protocol. They have the same frame as gRPC messages. The last envelope
//! says, as JSON, how the stream ended.

use super::json;
use crate::grpc::status;
use crate::grpc::status::connect::{error, late, malformed, not_taken};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};
use prost_reflect::MessageDescriptor;
use serde_json::json;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;
use tonic::body::Body;

/// The number of bytes before each message: one byte of flags, then four bytes of length.
pub(super) const HEAD_BYTES: usize = 5;
/// The flag of the last envelope.
const END: u8 = 2;

/// A message in its envelope. The envelope is the same in gRPC.
pub(super) fn enveloped(flags: u8, message: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEAD_BYTES + message.len());
    bytes.put_u8(flags);
    bytes.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    bytes.put_slice(message);
    bytes.freeze()
}

/// The only message of a stream of requests. An error if there is another number of messages.
pub(super) fn only(mut stream: Bytes) -> Result<Bytes, Status> {
    let what = "the request must be one message in an envelope: one byte of flags, four bytes of length, and that many bytes";
    if stream.len() < HEAD_BYTES {
        return Err(malformed(what));
    }
    match (stream.get_u8(), stream.get_u32()) {
        (0, len) if usize::try_from(len) == Ok(stream.len()) => Ok(stream),
        (1, _) => Err(not_taken(
            "compressed messages are not supported: send it uncompressed",
        )),
        _ => Err(malformed(what)),
    }
}

/// The last envelope of a stream.
pub(super) fn end(status: &Status) -> Bytes {
    let json = error(status).map_or_else(|| json!({}), |error| json!({ "error": error }));
    enveloped(END, json.to_string().as_bytes())
}

/// A stream of gRPC, converted to a stream of Connect.
pub(super) struct Envelopes {
    grpc: Body,
    /// The type of the messages, if they are sent as JSON.
    json: Option<MessageDescriptor>,
    /// The start of a message that has not arrived completely.
    begun: BytesMut,
    deadline: Option<Pin<Box<Sleep>>>,
    ended: bool,
}

impl Envelopes {
    pub(super) fn new(
        grpc: Body,
        json: Option<MessageDescriptor>,
        deadline: Option<Instant>,
    ) -> Envelopes {
        Envelopes {
            grpc,
            json,
            begun: BytesMut::new(),
            deadline: deadline.map(|at| Box::pin(sleep_until(at))),
            ended: false,
        }
    }

    /// The messages that have arrived completely, in their envelopes.
    fn enveloped_whole(&mut self, data: Bytes) -> Result<Bytes, Status> {
        let Some(descriptor) = &self.json else {
            return Ok(data);
        };
        self.begun.put(data);
        let mut envelopes = BytesMut::new();
        while let [_, a, b, c, d, rest @ ..] = &*self.begun {
            let len = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
            let Some(message) = rest.get(..len) else {
                break;
            };
            envelopes.put(enveloped(0, &json::write(descriptor, message)?));
            self.begun.advance(HEAD_BYTES + len);
        }
        Ok(envelopes.freeze())
    }

    fn over(&mut self, context: &mut Context<'_>) -> bool {
        let deadline = self.deadline.as_mut();
        deadline.is_some_and(|deadline| deadline.as_mut().poll(context).is_ready())
    }
}

impl HttpBody for Envelopes {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let status = loop {
            if self.over(context) {
                break late();
            }
            let frame = match ready!(Pin::new(&mut self.grpc).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                Some(Err(status)) => break status,
                None => break status::internal(),
            };
            match frame.into_data().map(|data| self.enveloped_whole(data)) {
                Ok(Ok(envelopes)) if envelopes.is_empty() => {}
                Ok(Ok(envelopes)) => return Poll::Ready(Some(Ok(Frame::data(envelopes)))),
                Ok(Err(status)) => break status,
                Err(frame) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    break Status::from_header_map(&trailers).unwrap_or_else(status::internal);
                }
            }
        };
        self.ended = true;
        // Drop the source of the stream now, not only when the caller has read the end.
        self.grpc = Body::empty();
        Poll::Ready(Some(Ok(Frame::data(end(&status)))))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http_body_util::{BodyExt, StreamBody};
    use prost::Message;
    use tonic_health::pb::HealthCheckResponse;

    #[tokio::test]
    async fn messages_come_whole_however_they_are_cut() {
        let pool = prost_reflect::DescriptorPool::decode(tonic_health::pb::FILE_DESCRIPTOR_SET);
        let pool = pool.unwrap();
        let descriptor = pool.get_message_by_name("grpc.health.v1.HealthCheckResponse");
        let message = |status| enveloped(0, &HealthCheckResponse { status }.encode_to_vec());
        let stream = [message(1), message(0), message(2)].concat();
        let wanted = [
            enveloped(0, br#"{"status":"SERVING"}"#),
            enveloped(0, b"{}"),
            enveloped(0, br#"{"status":"NOT_SERVING"}"#),
            enveloped(END, b"{}"),
        ];
        for size in 1..=stream.len() {
            let pieces = stream
                .chunks(size)
                .map(|piece| Frame::data(Bytes::copy_from_slice(piece)));
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
            let frames = pieces.chain([Frame::trailers(trailers)]);
            let frames: Vec<_> = frames.map(Ok::<_, Infallible>).collect();
            let frames = tonic::codegen::tokio_stream::iter(frames);
            let answer =
                Envelopes::new(Body::new(StreamBody::new(frames)), descriptor.clone(), None);
            let answer = answer.collect().await.unwrap().to_bytes();
            assert_eq!(answer, wanted.concat(), "in pieces of {size}");
        }
    }

    #[test]
    fn a_request_is_one_envelope() {
        assert_eq!(only(enveloped(0, b"{}")).unwrap(), "{}");
        assert!(only(enveloped(0, b"")).unwrap().is_empty());
        let twice = [enveloped(0, b"{}"), enveloped(0, b"{}")].concat();
        let cut = Bytes::from_static(b"\0\0\0\0\x03{}");
        let none = Bytes::new();
        for wrong in [
            twice.into(),
            cut,
            none,
            enveloped(END, b"{}"),
            enveloped(1, b""),
        ] {
            assert!(only(wrong).is_err());
        }
    }
}
