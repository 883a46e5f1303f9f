//! The members of the blocks under one prefix, in one order.

use super::budget::ScanBudget;
use super::cursor::EntryCursor;
use crate::codec::index::seq_bitmap::{SeqBitmap, number_of};
use crate::index_scan::undecoded;
use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;

/// Reads one block after another.
pub(crate) struct Blocks {
    /// The blocks, by their numbers.
    run: EntryCursor,
    /// The block where it is, and its number; `None` before the first.
    at: Option<(u64, SeqBitmap)>,
}

impl Blocks {
    /// Of what is under `prefix`.
    pub(crate) fn new(prefix: Vec<u8>) -> Blocks {
        Blocks {
            run: EntryCursor::sparing(prefix),
            at: None,
        }
    }

    /// What was read is read again from where it is sought next.
    pub(crate) fn forget(&mut self) {
        self.run.forget();
        self.at = None;
    }

    /// Goes to the first member that is not before `from`, which is not before any that was asked for earlier.
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
