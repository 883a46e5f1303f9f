//! The answer of a call with a stream of messages: counted, and masked while the audit file cannot be written.

use super::answer::masked_frame;
use super::request::{PREFIX_BYTES, code, message};
use super::touched;
use crate::audit::Audit;
use crate::grpc::status::audit as refusals;
use crate::grpc::status::{self, code_name};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame};
use prost_reflect::MessageDescriptor;
use signpost_audit::{AuditRecord, RecordKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tonic::Status;
use tonic::body::Body;

/// What happens to the messages while the file cannot be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unwritten {
    /// They are masked.
    Masks,
    /// The stream ends, for it is worth nothing without what would be masked.
    Ends,
}

/// A stream before it has its body.
pub(super) struct AuditedStream {
    audit: Audit,
    /// The record of its end.
    record: AuditRecord,
    output: MessageDescriptor,
    unwritten: Unwritten,
    /// Whether its begin is not recorded, so that it is masked to its end.
    is_masked: bool,
}

impl AuditedStream {
    pub(super) fn new(audit: Audit, record: AuditRecord, output: MessageDescriptor) -> Self {
        AuditedStream {
            audit,
            record,
            output,
            unwritten: Unwritten::Masks,
            is_masked: false,
        }
    }

    pub(super) fn ending_unwritten(self) -> Self {
        let unwritten = Unwritten::Ends;
        AuditedStream { unwritten, ..self }
    }

    pub(super) fn masked(self) -> Self {
        let is_masked = true;
        AuditedStream { is_masked, ..self }
    }

    pub(super) fn of(self, inner: Body) -> StreamBody {
        StreamBody {
            of: self,
            inner,
            pending: BytesMut::new(),
            items: 0,
            code: None,
            is_over: false,
        }
    }
}

/// The body of a stream. Its end is recorded when it is dropped.
pub(super) struct StreamBody {
    of: AuditedStream,
    inner: Body,
    /// The begin of a message whose rest did not come yet.
    pending: BytesMut,
    items: u64,
    code: Option<i32>,
    is_over: bool,
}

impl StreamBody {
    /// The frames of the messages that are whole in `data`, counted, and masked if need be.
    fn messages(&mut self, data: Bytes) -> Result<Bytes, Status> {
        let is_masked = self.of.is_masked || !self.of.audit.is_written();
        if is_masked && self.of.unwritten == Unwritten::Ends {
            return Err(refusals::not_written());
        }
        let whole = match self.pending.is_empty() && whole_bytes(&data) == data.len() {
            true => data,
            false => {
                self.pending.extend_from_slice(&data);
                let whole = whole_bytes(&self.pending);
                self.pending.split_to(whole).freeze()
            }
        };
        let mut out = BytesMut::new();
        let mut rest = &whole[..];
        while let Some(bytes) = message(rest) {
            self.items += touched::fields_of(bytes);
            if is_masked {
                let frame = masked_frame(bytes, &self.of.output).ok_or_else(status::internal)?;
                out.extend_from_slice(&frame);
            }
            rest = &rest[PREFIX_BYTES + bytes.len()..];
        }
        if !rest.is_empty() {
            // It is compressed, which this server does not do.
            return Err(status::internal());
        }
        Ok(match is_masked {
            true => out.freeze(),
            false => whole,
        })
    }

    fn ended(&mut self, status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.is_over = true;
        self.code = Some(status.code().into());
        let mut trailers = HeaderMap::new();
        match status.add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

/// The bytes of the messages that are whole at the begin of `data`.
fn whole_bytes(data: &[u8]) -> usize {
    let mut whole = 0;
    while let Some(prefix) = data[whole..].first_chunk::<PREFIX_BYTES>() {
        let [_, a, b, c, d] = *prefix;
        let end = whole + PREFIX_BYTES + u32::from_be_bytes([a, b, c, d]) as usize;
        if end > data.len() {
            break;
        }
        whole = end;
    }
    whole
}

impl HttpBody for StreamBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        loop {
            let frame = match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            let data = match frame.into_data() {
                Ok(data) => data,
                Err(frame) => {
                    self.code = frame.trailers_ref().and_then(code).or(self.code);
                    return Poll::Ready(Some(Ok(frame)));
                }
            };
            match self.messages(data) {
                Ok(data) if data.is_empty() => {}
                Ok(data) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Err(status) => return self.ended(&status),
            }
        }
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(code_name::CANCELLED);
        let record = AuditRecord {
            time: AuditRecord::now(RecordKind::End).time,
            count: Some(self.items),
            code: code_name::of(code).to_owned(),
            ..self.of.record.clone()
        };
        self.of.audit.write_if_room(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_are_not_whole_wait() {
        let frame = |len: u8| [vec![0, 0, 0, 0, len], vec![7; len.into()]].concat();
        let all = [frame(3), frame(0), frame(9)].concat();
        for cut in 0..=all.len() {
            let whole = match cut {
                0..8 => 0,
                8..13 => 8,
                13..27 => 13,
                _ => 27,
            };
            assert_eq!(whole_bytes(&all[..cut]), whole, "{cut}");
        }
    }
}
