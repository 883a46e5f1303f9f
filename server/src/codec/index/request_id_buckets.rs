//! The ages of request ids: the requests that the events of a short stretch of the log answered. So old requests are
//! found and deleted together.

use crate::codec::CodecError;
use crate::codec::rows::key::REQUEST_AGES;
use signpost_domain::event::RequestKey;
use signpost_domain::ids::Seq;
use signpost_domain::time::UnixMs;

/// The number of events of one stretch.
pub const STRETCH_EVENTS: u64 = 64;

/// The bytes of one request: its place and its key.
const REQUEST_BYTES: usize = 1 + 16;

/// The requests that were answered in one stretch, in the order of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestIdBucket {
    /// The time when the last of them was answered, in milliseconds.
    pub last: UnixMs,
    /// The place of each event, counted from the start of the stretch, and the key of its request.
    requests: Vec<(u8, RequestKey)>,
}

/// The number of the stretch of an event.
pub const fn stretch_of(seq: Seq) -> u64 {
    seq.0 / STRETCH_EVENTS
}

/// The key of a stretch.
pub fn key(stretch: u64) -> Vec<u8> {
    [&REQUEST_AGES[..], &stretch.to_be_bytes()].concat()
}

/// The number in a key that [`key`] made.
///
/// # Errors
/// When [`key`] did not make the bytes.
pub fn decode_key(bytes: &[u8]) -> Result<u64, CodecError> {
    let number = bytes.strip_prefix(&REQUEST_AGES).ok_or(SHAPE)?;
    Ok(u64::from_be_bytes(number.try_into().map_err(|_| SHAPE)?))
}

impl RequestIdBucket {
    /// Adds the request that the event at `seq` answered. The event must belong to this stretch. If the stretch already
    /// holds this event or a later one, nothing changes.
    pub fn push(&mut self, seq: Seq, at: UnixMs, request: RequestKey) {
        let place = (seq.0 % STRETCH_EVENTS) as u8;
        if self.requests.last().is_none_or(|(last, _)| *last < place) {
            self.requests.push((place, request));
            self.last = at;
        }
    }

    /// The keys of the requests, in the order of the log.
    pub fn requests(&self) -> impl Iterator<Item = RequestKey> + '_ {
        self.requests.iter().map(|(_, request)| *request)
    }

    /// The stored bytes of the stretch.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.requests.len() * REQUEST_BYTES);
        bytes.extend_from_slice(&self.last.0.to_be_bytes());
        for (place, RequestKey(hash)) in &self.requests {
            bytes.push(*place);
            bytes.extend_from_slice(hash);
        }
        bytes
    }

    /// Reads the bytes that [`RequestIdBucket::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes do not have this form.
    pub fn decode(bytes: &[u8]) -> Result<RequestIdBucket, CodecError> {
        let (last, requests) = bytes.split_first_chunk::<8>().ok_or(SHAPE)?;
        let (requests, rest) = requests.as_chunks::<REQUEST_BYTES>();
        let mut stretch = RequestIdBucket {
            last: UnixMs(i64::from_be_bytes(*last)),
            requests: Vec::with_capacity(requests.len()),
        };
        for [place, hash @ ..] in requests {
            let follows = stretch.requests.last().is_none_or(|(last, _)| last < place);
            if !follows || u64::from(*place) >= STRETCH_EVENTS {
                return Err(SHAPE);
            }
            stretch.requests.push((*place, RequestKey(*hash)));
        }
        match rest {
            [] => Ok(stretch),
            _ => Err(SHAPE),
        }
    }
}

const SHAPE: CodecError = CodecError::Shape("request ages");
