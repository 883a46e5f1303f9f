//! The reads for one page: in one order, within a span of sequences, and with a limit.

use crate::codec::index;
use crate::index_scan::{LOOKED_AT_MAX, PageRequest, undecoded};
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;

/// Reads rows for one page and counts them.
pub(crate) struct ScanBudget<'a> {
    pub(crate) reader: &'a RowReader,
    order: Order,
    left: usize,
}

/// The span of sequences that a page may show, in the order of the page.
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

    /// Whether the budget of the page is used up.
    pub(crate) const fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// How many more rows may be read.
    #[cfg(test)]
    pub(crate) const fn left(&self) -> usize {
        self.left
    }

    /// Counts `rows` rows as read.
    pub(crate) fn looked_at(&mut self, rows: usize) {
        self.left = self.left.saturating_sub(rows);
    }

    /// The span of a page among the sequences from `low` to `high`, both included. `None` if the span is empty.
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

    /// Whether `a` comes before `b` in the order of the page.
    pub(crate) fn is_before(&self, a: Seq, b: Seq) -> bool {
        match self.order {
            Order::OldestFirst => a < b,
            Order::NewestFirst => a > b,
        }
    }

    /// The sequence that follows `seq` in the order of the page. `None` if there is none.
    pub(crate) fn next(&self, seq: Seq) -> Option<Seq> {
        match self.order {
            Order::OldestFirst => seq.0.checked_add(1).map(Seq),
            Order::NewestFirst => seq.0.checked_sub(1).map(Seq),
        }
    }

    /// The sequence that precedes `seq` in the order of the page. If there is none, returns `seq` itself.
    pub(crate) fn previous(&self, seq: Seq) -> Seq {
        match self.order {
            Order::OldestFirst => Seq(seq.0.saturating_sub(1)),
            Order::NewestFirst => Seq(seq.0.saturating_add(1)),
        }
    }

    /// Reads the entries under `prefix` from `from` on, in the order of the page, at most `max`.
    ///
    /// # Errors
    /// When an entry cannot be read or decoded.
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
