//! Revisions. A revision is a state of the store, as a text. Callers keep it and send it back to see no older state.
//!
//! A revision is opaque to callers: hexadecimal digits of its kind, the store, the position in the log, and a check
//! sum.

use super::Validator;
use super::field_path::FieldPath;
use crate::grpc::tokens::cursor::{StoreIdPrefix, bytes_of, push_digits};
use signpost_domain::ids::Seq;

/// The byte that distinguishes a revision from the cursors of feeds. Callers hold it in revisions, so never change it.
const KIND: u8 = 0x40;
const MARK_END: usize = 1 + StoreIdPrefix::BYTES;
/// The number of bytes that the check sum covers.
const CHECKED_BYTES: usize = MARK_END + 8;
const BYTES: usize = CHECKED_BYTES + 4;
/// The field of a read that has a revision.
pub(super) const MIN_REVISION: FieldPath<'static> = FieldPath::top("min_revision");
const MALFORMED: &str = "must be the revision of an answer, unchanged";

/// The state of a store up to an event of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revision {
    /// The prefix of the id of the store.
    pub(crate) store: StoreIdPrefix,
    /// The sequence of the event.
    pub(crate) seq: Seq,
}

impl Revision {
    /// The text of the revision.
    pub(crate) fn text(self) -> String {
        let mut bytes = [0; BYTES];
        bytes[0] = KIND;
        bytes[1..MARK_END].copy_from_slice(self.store.as_bytes());
        bytes[MARK_END..CHECKED_BYTES].copy_from_slice(&self.seq.0.to_be_bytes());
        let check = crc32fast::hash(&bytes[..CHECKED_BYTES]);
        bytes[CHECKED_BYTES..].copy_from_slice(&check.to_be_bytes());
        let mut text = String::with_capacity(2 * BYTES);
        push_digits(&mut text, &bytes);
        text
    }

    /// Reads a revision.
    ///
    /// # Errors
    /// When the text is not a revision. The error says what is expected.
    pub(crate) fn parse(text: &str) -> Result<Revision, &'static str> {
        if text.len() != 2 * BYTES {
            return Err(MALFORMED);
        }
        let bytes = bytes_of(text).ok_or(MALFORMED)?;
        let (checked, check) = bytes.split_last_chunk().ok_or(MALFORMED)?;
        let (kind, rest) = checked.split_first().ok_or(MALFORMED)?;
        if *check != crc32fast::hash(checked).to_be_bytes() || *kind != KIND {
            return Err(MALFORMED);
        }
        let (store, rest) = rest.split_first_chunk().ok_or(MALFORMED)?;
        let seq = rest.first_chunk().ok_or(MALFORMED)?;
        Ok(Revision {
            store: StoreIdPrefix::from_bytes(*store),
            seq: Seq(u64::from_be_bytes(*seq)),
        })
    }
}

/// The revision that a request names. It is read before the rest of the request: it must be reached before names are
/// looked up in the live playbook. A text that is not a revision is reported later, together with all other faults of
/// the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedRevision(Result<Option<Revision>, &'static str>);

impl NamedRevision {
    /// Reads a revision. An empty text names none.
    pub(crate) fn of(text: &str) -> NamedRevision {
        NamedRevision(match text {
            "" => Ok(None),
            text => Revision::parse(text).map(Some),
        })
    }

    /// The revision; `None` if the text is empty or not a revision.
    pub(crate) fn revision(self) -> Option<Revision> {
        self.0.ok().flatten()
    }
}

/// A read, and the minimum revision of its answer.
#[derive(Clone, Debug)]
pub(crate) struct Fresh<Q> {
    /// The question of the read.
    pub(crate) asked: Q,
    /// The answer must be at least as new as this revision. `None` for no condition.
    pub(crate) min_revision: Option<Revision>,
}

impl Validator {
    /// The revision that was read before. If its text was wrong, the fault is noted and the result is `None`.
    pub(super) fn named_revision(
        &mut self,
        at: FieldPath<'_>,
        NamedRevision(named): NamedRevision,
    ) -> Option<Revision> {
        self.check(at, named).flatten()
    }

    /// The read with its minimum revision. An error if the request has faults.
    pub(super) fn fresh<Q>(
        mut self,
        asked: Option<Q>,
        min_revision: &str,
    ) -> Result<Fresh<Q>, signpost_domain::refusal::Faults> {
        let named = NamedRevision::of(min_revision);
        let min_revision = self.named_revision(MIN_REVISION, named);
        self.done(asked.map(|asked| Fresh {
            asked,
            min_revision,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreId;

    #[test]
    fn revisions_read_back_and_nothing_else_does() {
        let revision = Revision {
            store: StoreIdPrefix::of(StoreId([0x5a; 16])),
            seq: Seq(u64::MAX - 1),
        };
        let good = revision.text();
        assert_eq!(Revision::parse(&good), Ok(revision));
        for place in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[place] = if bad[place] == b'0' { b'1' } else { b'0' };
            let bad = String::from_utf8(bad).unwrap_or_default();
            assert_eq!(Revision::parse(&bad), Err(MALFORMED), "{bad}");
        }
        let long = "0".repeat(10_000);
        for bad in ["", "0", "é", &good[2..], &good.to_uppercase(), &long] {
            assert_eq!(Revision::parse(bad), Err(MALFORMED), "{bad}");
        }
    }

    #[test]
    fn a_cursor_is_no_revision_and_a_revision_no_cursor() {
        use crate::grpc::tokens::cursor::{Cursor, CursorScope, Feed};
        let of = CursorScope {
            feed: Feed::Events,
            filter: 0,
        };
        let store = StoreIdPrefix::of(StoreId([1; 16]));
        let cursor = Cursor {
            store,
            seq: Seq(7),
            row: None,
        };
        assert_eq!(Revision::parse(&cursor.text(of)), Err(MALFORMED));
        let revision = Revision { store, seq: Seq(7) };
        assert!(Cursor::parse(of, &revision.text()).is_err());
    }
}
