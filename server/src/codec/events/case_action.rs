//! The stored form of the event for the work of people on a case.

use crate::codec::case_work::{
    link, link_to_wire, merged_case, merged_case_to_wire, resolution, resolution_to_wire,
};
use crate::codec::number::{Numbered, known};
use crate::codec::tags::{tags_update, tags_update_to_wire};
use crate::codec::text::{borrowed, case, case_seq, reason_or_none, reason_text_or_none};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::case::{CaseAction, CaseUpdate, NoteAudience, Resolution};
use signpost_domain::event::CaseActionTaken;
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(super) fn action_to_wire(taken: &CaseActionTaken) -> written::CaseActionTaken<'_> {
    use written::case_action_taken::Work as Wire;
    let CaseActionTaken {
        case,
        state,
        action,
    } = taken;
    let mut message = written::CaseActionTaken {
        case_seq: case_seq(*case),
        state: state.number() as u32,
        ..written::CaseActionTaken::default()
    };
    message.work = Some(match action {
        CaseAction::Noted(text, audience) => {
            message.noted_for_customer = *audience == NoteAudience::Customer;
            Wire::Noted(borrowed(text))
        }
        CaseAction::Updated(update, before) => {
            message.before = before.as_ref().map(update_to_wire);
            Wire::Updated(update_to_wire(update))
        }
        CaseAction::Resolved(resolution, note) => {
            Wire::Resolved(with_note_to_wire(Some(resolution), note))
        }
        CaseAction::Reopened(note) => Wire::Reopened(with_note_to_wire(None, note)),
        CaseAction::Merged(merged, note) => {
            message.note = borrowed(note);
            Wire::Merged(merged_case_to_wire(merged))
        }
        CaseAction::Unmerged(merged) => Wire::Unmerged(merged_case_to_wire(merged)),
        CaseAction::Linked(link) => Wire::Linked(link_to_wire(link)),
        CaseAction::Unlinked(link) => Wire::Unlinked(link_to_wire(link)),
    });
    message
}

fn with_note_to_wire<'a>(
    resolution: Option<&'a Resolution>,
    note: &'a str,
) -> written::WithNote<'a> {
    written::WithNote {
        resolution: resolution.map(resolution_to_wire),
        note: note.into(),
    }
}

pub(super) fn action(message: wire::CaseActionTaken) -> Result<CaseActionTaken, CodecError> {
    use wire::case_action_taken::Work as Wire;
    let wire::CaseActionTaken {
        case_seq,
        state,
        work,
        note,
        before,
        noted_for_customer,
    } = message;
    let state = i32::try_from(state).map_err(|_| CodecError::Shape("worked.state"))?;
    // A note that was erased is not there.
    let action = match work.unwrap_or_else(|| Wire::Noted(String::new())) {
        Wire::Noted(text) => {
            let audience = match noted_for_customer {
                true => NoteAudience::Customer,
                false => NoteAudience::Internal,
            };
            CaseAction::Noted(text.into(), audience)
        }
        Wire::Updated(message) => {
            CaseAction::Updated(update(message)?, before.map(update).transpose()?)
        }
        Wire::Resolved(message) => {
            let (resolved, note) = with_note(message);
            let resolved = required(resolved, "worked.resolution")?;
            CaseAction::Resolved(resolution(resolved)?, note)
        }
        Wire::Reopened(message) => CaseAction::Reopened(with_note(message).1),
        Wire::Merged(message) => CaseAction::Merged(merged_case(message)?, note.into()),
        Wire::Unmerged(message) => CaseAction::Unmerged(merged_case(message)?),
        Wire::Linked(message) => CaseAction::Linked(link(message)?),
        Wire::Unlinked(message) => CaseAction::Unlinked(link(message)?),
    };
    Ok(CaseActionTaken {
        case: case(case_seq),
        state: known(state, "worked.state")?,
        action,
    })
}

fn with_note(message: wire::WithNote) -> (Option<wire::Resolution>, Arc<str>) {
    let wire::WithNote { resolution, note } = message;
    (resolution, note.into())
}

fn update_to_wire(update: &CaseUpdate) -> written::CaseUpdate<'_> {
    let CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
        tags,
    } = update;
    let (references, labels) = tags_update_to_wire(tags);
    let confirmed = confirmed.as_ref();
    written::CaseUpdate {
        confirmed_reason: confirmed.map(|confirmed| reason_text_or_none(confirmed.as_ref())),
        legal_hold: *legal_hold,
        retain_until_unix_ms: retain_until.flatten().map(|until| until.0),
        retain_no_more: *retain_until == Some(None),
        references,
        labels,
    }
}

fn update(message: wire::CaseUpdate) -> Result<CaseUpdate, CodecError> {
    let wire::CaseUpdate {
        confirmed_reason,
        legal_hold,
        retain_until_unix_ms,
        retain_no_more,
        references,
        labels,
    } = message;
    let confirmed = confirmed_reason
        .map(|text| reason_or_none(&text, "worked.confirmed_reason"))
        .transpose()?;
    let until = retain_until_unix_ms.map(|ms| Some(UnixMs(ms)));
    Ok(CaseUpdate {
        confirmed,
        legal_hold,
        retain_until: until.or(retain_no_more.then_some(None)),
        tags: tags_update(references, labels),
    })
}
