//! A look at the rows for one page: in one order, within a span of sequences, and not for ever.

use crate::codec::index;
use crate::index_scan::{LOOKED_AT_MAX, PageRequest, undecoded};
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;

/// Looks at rows for one page.
pub(crate) struct ScanBudget<'a> {
    pub(crate) reader: &'a RowReader,
    order: Order,
    left: usize,
}

/// The sequences that a page is about, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first that may be shown.
    pub(crate) first: Seq,
    /// The last that may be shown.
    pub(crate) last: Seq,
}

impl ScanBudget<'_> {
    pub(crate) fn new(reader: &RowReader, order: Order) -> ScanBudget<'_> {
        ScanBudget {
            reader,
            order,
            left: LOOKED_AT_MAX,
        }
    }

    /// The order of the page.
    pub(crate) const fn order(&self) -> Order {
        self.order
    }

    /// Whether it looked at all that one page may look at.
    pub(crate) const fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// How much more it may look at.
    #[cfg(test)]
    pub(crate) const fn left(&self) -> usize {
        self.left
    }

    /// Counts rows that were looked at.
    pub(crate) fn looked_at(&mut self, rows: usize) {
        self.left = self.left.saturating_sub(rows);
    }

    /// The span of a page among sequences from `low` to `high`; `None` if there is nothing in it.
    pub(crate) fn span(&self, low: u64, high: u64, asked: &PageRequest) -> Option<Span> {
        let (mut low, mut high) = (Seq(low), Seq(high));
        match (self.order, asked.after) {
            (_, None) => {}
            (Order::OldestFirst, Some(_)) => low = low.max(self.next(asked.after?)?),
            (Order::NewestFirst, Some(_)) => high = high.min(self.next(asked.after?)?),
        }
        let (first, last) = match self.order {
            Order::OldestFirst => (low, high),
            Order::NewestFirst => (high, low),
        };
        (low <= high).then_some(Span { first, last })
    }

    /// Whether `a` comes before `b`.
    pub(crate) fn is_before(&self, a: Seq, b: Seq) -> bool {
        match self.order {
            Order::OldestFirst => a < b,
            Order::NewestFirst => a > b,
        }
    }

    /// The sequence after `seq`, if there is one.
    pub(crate) fn next(&self, seq: Seq) -> Option<Seq> {
        match self.order {
            Order::OldestFirst => seq.0.checked_add(1).map(Seq),
            Order::NewestFirst => seq.0.checked_sub(1).map(Seq),
        }
    }

    /// The sequence before `seq`, or itself at the end of all.
    pub(crate) fn previous(&self, seq: Seq) -> Seq {
        match self.order {
            Order::OldestFirst => Seq(seq.0.saturating_sub(1)),
            Order::NewestFirst => Seq(seq.0.saturating_add(1)),
        }
    }

    /// What is under `prefix` from `from` on.
    ///
    /// # Errors
    /// When it does not read.
    pub(crate) fn read(
        &mut self,
        prefix: &[u8],
        from: Seq,
        max: usize,
    ) -> Result<Vec<(Seq, Vec<u8>)>, StoreError> {
        let towards = match self.order {
            Order::OldestFirst => Towards::Greater,
            Order::NewestFirst => Towards::Smaller,
        };
        let from = index::at(prefix, from);
        let rows = self.reader.run_blocking(prefix, &from, towards, max)?;
        self.looked_at(rows.len());
        let rows = rows.into_iter().map(|(key, value)| {
            let seq = index::seq_under(prefix, &key).map_err(undecoded)?;
            Ok((seq, value))
        });
        rows.collect()
    }
}
