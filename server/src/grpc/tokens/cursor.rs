//! The cursors of feeds. A cursor is the position of a watcher, as a text that callers keep and send back.
//!
//! A cursor is opaque to callers: hexadecimal digits of the feed, the store, the filter, the position in the log, the
//! row after which a snapshot continues, and a check sum.

use crate::store::StoreId;
use signpost_domain::ids::Seq;

/// The feeds. Callers hold their numbers in cursors, so never change a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    /// WatchEvents.
    Events = 1,
    /// WatchCases.
    Cases = 2,
    /// WatchContacts.
    Contacts = 3,
}

/// The feed and the filter that a cursor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CursorScope {
    /// The feed.
    pub(crate) feed: Feed,
    /// A check sum of the filter; 0 for no filter.
    pub(crate) filter: u32,
}

/// The position of a watcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The prefix of the id of the store.
    pub(crate) store: StoreIdPrefix,
    /// All events up to this sequence were sent.
    pub(crate) seq: Seq,
    /// Within a snapshot, the key of the last row that was sent; `None` outside a snapshot.
    pub(crate) row: Option<Vec<u8>>,
}

/// The first bytes of the id of a store. They are enough to recognise the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreIdPrefix([u8; MARK_BYTES]);

const MARK_BYTES: usize = 8;
const CHECK_BYTES: usize = 4;
/// The bytes of a cursor without the key of a row.
const FIXED_BYTES: usize = 1 + MARK_BYTES + 4 + 8 + CHECK_BYTES;
/// The maximum number of bytes of the key of a row.
const ROW_BYTES_MAX: usize = 1 + signpost_domain::ids::CONTACT_ID_BYTES_MAX;
const MALFORMED: &str = "must be the cursor of an item of a watch, unchanged";

impl StoreIdPrefix {
    /// The number of bytes.
    pub(in crate::grpc) const BYTES: usize = MARK_BYTES;

    pub(in crate::grpc) const fn as_bytes(&self) -> &[u8; MARK_BYTES] {
        &self.0
    }

    pub(in crate::grpc) const fn from_bytes(mark: [u8; MARK_BYTES]) -> StoreIdPrefix {
        StoreIdPrefix(mark)
    }

    /// The prefix of the id of a store.
    pub(crate) fn of(StoreId(name): StoreId) -> StoreIdPrefix {
        let mut mark = [0; MARK_BYTES];
        mark.copy_from_slice(&name[..MARK_BYTES]);
        StoreIdPrefix(mark)
    }
}

impl Cursor {
    /// The text of the cursor.
    pub(crate) fn text(&self, of: CursorScope) -> String {
        let mut bytes = vec![of.feed as u8];
        bytes.extend(self.store.0);
        bytes.extend(of.filter.to_be_bytes());
        bytes.extend(self.seq.0.to_be_bytes());
        bytes.extend(self.row.iter().flatten());
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        let mut text = String::with_capacity(2 * bytes.len());
        push_digits(&mut text, &bytes);
        text
    }

    /// Reads a cursor of this feed and this filter.
    ///
    /// # Errors
    /// When the text is not a cursor of this feed and this filter. The error says what is expected.
    pub(crate) fn parse(of: CursorScope, text: &str) -> Result<Cursor, &'static str> {
        if text.len() > 2 * (FIXED_BYTES + ROW_BYTES_MAX) {
            return Err(MALFORMED);
        }
        let bytes = bytes_of(text).ok_or(MALFORMED)?;
        let (checked, check) = bytes.split_last_chunk().ok_or(MALFORMED)?;
        if *check != crc32fast::hash(checked).to_be_bytes() {
            return Err(MALFORMED);
        }
        let (feed, rest) = checked.split_first().ok_or(MALFORMED)?;
        let (store, rest) = rest.split_first_chunk().ok_or(MALFORMED)?;
        let (filter, rest) = rest.split_first_chunk().ok_or(MALFORMED)?;
        let (seq, row) = rest.split_first_chunk().ok_or(MALFORMED)?;
        if *feed != of.feed as u8 {
            return Err("must be a cursor of the same method");
        }
        if u32::from_be_bytes(*filter) != of.filter {
            return Err("must be sent with the filter that it was given for");
        }
        Ok(Cursor {
            store: StoreIdPrefix(*store),
            seq: Seq(u64::from_be_bytes(*seq)),
            row: (!row.is_empty()).then(|| row.to_vec()),
        })
    }
}

/// Appends the bytes to `text`, two hexadecimal digits each.
pub(in crate::grpc) fn push_digits(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or_default());
        }
    }
}

/// The bytes of hexadecimal digits in lower case; `None` if the text has anything else.
pub(in crate::grpc) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: CursorScope = CursorScope {
        feed: Feed::Contacts,
        filter: 7,
    };

    fn cursor(row: Option<Vec<u8>>) -> Cursor {
        Cursor {
            store: StoreIdPrefix::of(StoreId([0x5a; 16])),
            seq: Seq(u64::MAX),
            row,
        }
    }

    #[test]
    fn cursors_read_back() {
        for row in [None, Some(vec![0x10, 0]), Some(vec![0xff; ROW_BYTES_MAX])] {
            let cursor = cursor(row);
            assert_eq!(Cursor::parse(OF, &cursor.text(OF)), Ok(cursor));
        }
    }

    #[test]
    fn nothing_else_does() {
        let good = cursor(None).text(OF);
        for place in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[place] = if bad[place] == b'0' { b'1' } else { b'0' };
            let bad = String::from_utf8(bad).unwrap_or_default();
            assert_eq!(Cursor::parse(OF, &bad), Err(MALFORMED), "{bad}");
        }
        let long = "0".repeat(10_000);
        for bad in [
            "",
            "0",
            "é",
            "00000000",
            &good[2..],
            &good.to_uppercase(),
            &long,
        ] {
            assert!(Cursor::parse(OF, bad).is_err(), "{bad}");
        }
        let other = |feed, filter| Cursor::parse(CursorScope { feed, filter }, &good);
        assert_eq!(
            [other(Feed::Cases, 7), other(Feed::Contacts, 8)],
            [
                Err("must be a cursor of the same method"),
                Err("must be sent with the filter that it was given for")
            ]
        );
    }
}
