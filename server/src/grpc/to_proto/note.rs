//! Notes. One event holds at most one note, so the sequence of the event is the id of the note.

use super::wire_enum;
use signpost_domain::case::{CaseAction, NoteAudience};
use signpost_domain::event::Event;
use signpost_domain::ids::{NoteId, Seq};
use signpost_proto::v1::ValueState;

/// The audience of the note of an event, as a number of the contract; 0 if there is no note. A note that was written
/// together with another change is internal.
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

/// The number for "present"; 0 if there is no note.
pub(crate) fn state(note_id: &str) -> i32 {
    match note_id {
        "" => 0,
        _ => ValueState::Present.into(),
    }
}

/// The id of the note in the event at `seq`; empty if there is no note.
pub(crate) fn id(seq: Seq, note: &str) -> String {
    match note {
        "" => String::new(),
        _ => NoteId(seq).to_string(),
    }
}
