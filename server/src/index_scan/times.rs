//! Converts times to sequences. The time of the log never goes back, so the items that were opened within a span of
//! time are within a span of the log.

use crate::codec::index;
use crate::index_scan::undecoded;
use crate::store::{RowReader, StoreError, Towards};
use signpost_domain::ids::Seq;
use signpost_domain::list::Between;
use signpost_domain::time::UnixMs;

/// The kind of the marks.
#[derive(Clone, Copy)]
pub(crate) enum Marks {
    /// The marks of contacts. Every case was opened by a contact, so they serve for cases, too.
    Contacts,
    /// The marks of customers.
    Customers,
}

/// The least and the greatest sequence that an item can have if it was opened in the span of time `opened`. Both are
/// within 0 to `newest`.
///
/// # Errors
/// When a mark cannot be read or decoded.
pub(crate) fn sequences(
    reader: &RowReader,
    marks: Marks,
    opened: Between,
    newest: u64,
) -> Result<(u64, u64), StoreError> {
    let low = match opened.from {
        None => 0,
        Some(from) => around(reader, marks, from, newest)?.0 + 1,
    };
    let high = match opened.before {
        None => newest,
        Some(before) => around(reader, marks, before, newest)?.1.saturating_sub(1),
    };
    Ok((low, high))
}

/// Two sequences: that of the last mark before `time`, or 0 if there is none; and that of the first mark at `time` or
/// later, or `newest` + 1 if there is none.
fn around(
    reader: &RowReader,
    marks: Marks,
    time: UnixMs,
    newest: u64,
) -> Result<(u64, u64), StoreError> {
    let (mut before, mut after) = (0, newest.saturating_add(1));
    // There is no mark from `searched` up to `after`, which is not included.
    let mut searched = after;
    while before + 1 < searched {
        let middle = before + (searched - before) / 2;
        match first(reader, marks, middle)? {
            Some((seq, at)) if seq < searched && at < time => before = seq,
            Some((seq, at)) if at >= time => {
                after = after.min(seq);
                searched = middle;
            }
            Some(_) | None => searched = middle,
        }
    }
    Ok((before, after))
}

/// The sequence and the time of the first mark from a sequence on; `None` if there is none.
fn first(reader: &RowReader, marks: Marks, from: u64) -> Result<Option<(u64, UnixMs)>, StoreError> {
    let prefix = match marks {
        Marks::Contacts => index::CONTACT_MARKS,
        Marks::Customers => index::CUSTOMER_MARKS,
    };
    let from = index::at(&prefix, Seq(from));
    let found = reader.run_blocking(&prefix, &from, Towards::Greater, 1)?;
    let Some((key, value)) = found.into_iter().next() else {
        return Ok(None);
    };
    let seq = index::seq_under(&prefix, &key).map_err(undecoded)?;
    let at = match marks {
        Marks::Contacts => index::decode_contact_mark(&value).map(|(_, mark)| mark.recorded),
        Marks::Customers => index::decode_customer_mark(&value).map(|mark| mark.created),
    };
    Ok(Some((seq.0, at.map_err(undecoded)?)))
}
