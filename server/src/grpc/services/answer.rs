//! Limits the size of answers to batches and of pages of lists to what clients accept.

use crate::grpc::status;
use prost::Message;
use signpost_domain::ids::Seq;
use tonic::Status;

/// The maximum number of bytes of the items of an answer. Many clients accept no message over 4 MiB.
pub(in crate::grpc) const ANSWER_BYTES_MAX: usize = 3 * 1024 * 1024;
/// The maximum number of bytes that an item takes besides its own: its tag and its length.
const AROUND_ITEM_BYTES: usize = 8;

/// The items. An error if they are larger than [`ANSWER_BYTES_MAX`] together.
pub(in crate::grpc) fn fitting<T: Message>(
    items: impl Iterator<Item = T>,
) -> Result<Vec<T>, Status> {
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

/// The first items, as many as fit into `bytes_max`, but at least one. If not all fit, also returns the sequence of the
/// last item returned.
pub(in crate::grpc) fn cut<M: Message>(
    items: impl Iterator<Item = (Seq, M)>,
    bytes_max: usize,
) -> (Vec<M>, Option<Seq>) {
    let mut shown = Vec::new();
    let (mut bytes, mut last) = (0, None);
    for (seq, item) in items {
        bytes += item.encoded_len() + AROUND_ITEM_BYTES;
        if last.is_some() && bytes > bytes_max {
            return (shown, last);
        }
        shown.push(item);
        last = Some(seq);
    }
    (shown, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    proptest! {
        /// All pages together have every item once and in order. No page is larger than allowed, except a page with one
        /// item.
        #[test]
        fn pages_hold_every_item_once(lens in vec(0..50_usize, 0..40), bytes_max in 0..200_usize) {
            let text = |len: &usize| "x".repeat(*len);
            let all: Vec<(Seq, String)> = (1..).map(Seq).zip(lens.iter().map(text)).collect();
            let (mut seen, mut after) = (Vec::new(), Seq(0));
            loop {
                let rest = all.iter().filter(|(seq, _)| *seq > after).cloned();
                let (page, next) = cut(rest, bytes_max);
                let bytes: usize = page.iter().map(|item| AROUND_ITEM_BYTES + item.encoded_len()).sum();
                prop_assert!(page.len() == 1 || bytes <= bytes_max || page.is_empty());
                seen.extend(page);
                match next {
                    Some(next) => {
                        prop_assert!(next > after);
                        after = next;
                    }
                    None => break,
                }
            }
            let all: Vec<String> = all.into_iter().map(|(_, item)| item).collect();
            prop_assert_eq!(seen, all);
        }
    }
}
