//! What somebody wrote: one event holds at most one note, so the event's sequence names it.

use signpost_domain::ids::{NoteId, Seq};

/// The id of the note in the event at `seq`; empty if it holds none.
pub(crate) fn id(seq: Seq, note: &str) -> String {
    match note {
        "" => String::new(),
        _ => NoteId(seq).to_string(),
    }
}
