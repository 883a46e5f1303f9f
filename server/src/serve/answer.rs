//! Answers to batches: no larger than clients take.

use crate::status;
use prost::Message;
use tonic::Status;

/// Most bytes of the items of an answer: many clients take no message over 4 MiB.
pub(super) const ANSWER_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Bytes that an item takes beside its own, at most: its tag and its length.
const AROUND_ITEM_BYTES: usize = 8;

/// The items, if they fit.
pub(super) fn fitting<T: Message>(items: impl Iterator<Item = T>) -> Result<Vec<T>, Status> {
    let mut fitting = Vec::new();
    let mut bytes = 0;
    for item in items {
        bytes += item.encoded_len() + AROUND_ITEM_BYTES;
        if bytes > ANSWER_BYTES_MAX {
            return Err(status::answer_too_large(ANSWER_BYTES_MAX, fitting.len()));
        }
        fitting.push(item);
    }
    Ok(fitting)
}
