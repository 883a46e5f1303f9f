//! What somebody wrote: one event holds at most one note, so the event's sequence names it.

use super::wire_enum;
use signpost_domain::case::{CaseAction, NoteAudience};
use signpost_domain::event::Event;
use signpost_domain::ids::{NoteId, Seq};
use signpost_proto::v1::ValueState;

/// Who may read the note of an event, as the contract numbers it; nobody, if it has none. One that was written together
/// with something else is for those who work for the company.
pub(crate) fn audience(event: &Event, note_id: &str) -> i32 {
    if note_id.is_empty() {
        return 0;
    }
    let audience = match event {
        Event::CaseActionTaken(worked) => match worked.action {
            CaseAction::Noted(_, audience) => audience,
            _ => NoteAudience::Internal,
        },
        _ => NoteAudience::Internal,
    };
    wire_enum::audience(audience)
}

/// Whether the note is there; nothing, if there is none.
pub(crate) fn state(note_id: &str) -> i32 {
    match note_id {
        "" => 0,
        _ => ValueState::Present.into(),
    }
}

/// The id of the note in the event at `seq`; empty if it holds none.
pub(crate) fn id(seq: Seq, note: &str) -> String {
    match note {
        "" => String::new(),
        _ => NoteId(seq).to_string(),
    }
}
