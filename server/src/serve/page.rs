//! How long a page of a list is, in bytes.

use prost::Message;
use prost::encoding::encoded_len_varint;
use signpost_domain::ids::Seq;

/// Most bytes of the items of a page: clients take messages of 4 MiB, if nobody told them otherwise.
pub(super) const PAGE_BYTES_MAX: usize = 3 << 20;

/// The first items, as many as there is room for but one at least; and the last of them, if there is no room for all.
pub(super) fn cut<M: Message>(
    items: impl Iterator<Item = (Seq, M)>,
    bytes_max: usize,
) -> (Vec<M>, Option<Seq>) {
    let mut shown = Vec::new();
    let (mut bytes, mut last) = (0, None);
    for (seq, item) in items {
        let len = item.encoded_len();
        bytes += 1 + encoded_len_varint(len as u64) + len;
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
        /// Page by page there are all items once and in order, and no page is longer than it may be but for one item.
        #[test]
        fn pages_hold_every_item_once(lens in vec(0..50_usize, 0..40), bytes_max in 0..200_usize) {
            let text = |len: &usize| "x".repeat(*len);
            let all: Vec<(Seq, String)> = (1..).map(Seq).zip(lens.iter().map(text)).collect();
            let (mut seen, mut after) = (Vec::new(), Seq(0));
            loop {
                let rest = all.iter().filter(|(seq, _)| *seq > after).cloned();
                let (page, next) = cut(rest, bytes_max);
                let bytes: usize = page.iter().map(|item| 2 + item.encoded_len()).sum();
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
