//! A cursor over the sequences in the blocks under one prefix, in the order of the page.

use super::budget::ScanBudget;
use super::cursor::EntryCursor;
use crate::codec::index::seq_bitmap::{SeqBitmap, number_of};
use crate::index_scan::undecoded;
use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;

/// Reads one block after another.
pub(crate) struct Blocks {
    /// The cursor over the blocks, which are keyed by their numbers.
    run: EntryCursor,
    /// The current block and its number; `None` before the first read.
    at: Option<(u64, SeqBitmap)>,
}

impl Blocks {
    /// A cursor over the blocks under `prefix`.
    pub(crate) fn new(prefix: Vec<u8>) -> Blocks {
        Blocks {
            run: EntryCursor::sparing(prefix),
            at: None,
        }
    }

    /// Drops what was read. The next seek reads again.
    pub(crate) fn forget(&mut self) {
        self.run.forget();
        self.at = None;
    }

    /// Moves to the first sequence that is not before `from` in the order of the page; `None` if there is no more.
    /// `from` must not be before the `from` of an earlier call.
    pub(crate) fn seek(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
    ) -> Result<Option<Seq>, StoreError> {
        let mut next = number_of(from);
        loop {
            if let Some((number, block)) = &self.at {
                let found = match look.order() {
                    Order::OldestFirst => block.first_from(*number, from),
                    Order::NewestFirst => block.last_to(*number, from),
                };
                if found.is_some() {
                    return Ok(found);
                }
                let Some(Seq(after)) = look.next(Seq(*number)) else {
                    return Ok(None);
                };
                next = match look.order() {
                    Order::OldestFirst => next.max(after),
                    Order::NewestFirst => next.min(after),
                };
            }
            let Some(Seq(number)) = self.run.seek(look, Seq(next))? else {
                return Ok(None);
            };
            let block = SeqBitmap::decode(self.run.value()).map_err(undecoded)?;
            self.at = Some((number, block));
        }
    }
}
