//! What people do to cases: the event, and what of it the row keeps.

use crate::codec::money::{self, write_currency};
use crate::codec::number::{Numbered, known};
use crate::codec::tags::{tags_update, write_tags_update};
use crate::codec::text::{case, case_seq, name, reason_or_none, reason_text, slugs};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, required, wire};
use signpost_domain::case::{
    CaseAction, CaseLink, CaseUpdate, MergedCase, NoteAudience, Resolution,
};
use signpost_domain::event::CaseActionTaken;
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(in crate::codec) fn write_worked(w: &mut MessageWriter, worked: &CaseActionTaken) {
    let CaseActionTaken {
        case,
        state,
        action: work,
    } = worked;
    w.number(1, case_seq(*case));
    w.number(2, state.number() as u32);
    match work {
        CaseAction::Noted(text, audience) => {
            w.text_or_none(3, Some(text));
            w.number(13, *audience == NoteAudience::Customer);
        }
        CaseAction::Updated(update, before) => {
            w.message(4, |w| write_update(w, update));
            w.messages(12, before, write_update);
        }
        CaseAction::Resolved(resolution, note) => w.message(5, |w| {
            w.message(1, |w| write_resolution(w, resolution));
            w.text(2, note);
        }),
        CaseAction::Reopened(note) => w.message(6, |w| w.text(2, note)),
        CaseAction::Merged(merged, note) => {
            w.message(7, |w| write_merged(w, merged));
            w.text(11, note);
        }
        CaseAction::Unmerged(merged) => w.message(8, |w| write_merged(w, merged)),
        CaseAction::Linked(link) => w.message(9, |w| write_link(w, link)),
        CaseAction::Unlinked(link) => w.message(10, |w| write_link(w, link)),
    }
}

pub(in crate::codec) fn worked(
    message: wire::CaseActionTaken,
) -> Result<CaseActionTaken, CodecError> {
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
    let work = match required(work, "worked.work")? {
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
        action: work,
    })
}

fn with_note(message: wire::WithNote) -> (Option<wire::Resolution>, Arc<str>) {
    let wire::WithNote { resolution, note } = message;
    (resolution, note.into())
}

fn write_update(w: &mut MessageWriter, update: &CaseUpdate) {
    let CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
        tags,
    } = update;
    if let Some(confirmed) = confirmed {
        let text = confirmed.as_ref().map_or_else(String::new, reason_text);
        w.text_or_none(1, Some(&text));
    }
    w.number_or_none(2, *legal_hold);
    match retain_until {
        Some(Some(until)) => w.signed_or_none(3, Some(until.0)),
        Some(None) => w.number(4, true),
        None => {}
    }
    write_tags_update(w, 10, tags);
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

pub(in crate::codec) fn write_resolution(w: &mut MessageWriter, resolution: &Resolution) {
    let Resolution { outcome, cost } = resolution;
    w.text(1, outcome.as_str());
    w.signed_or_none(2, cost.map(|cost| cost.money.micros()));
    write_currency(w, 3, cost.and_then(|cost| cost.currency));
}

pub(in crate::codec) fn resolution(message: wire::Resolution) -> Result<Resolution, CodecError> {
    let wire::Resolution {
        outcome,
        cost_micros,
        currency,
    } = message;
    Ok(Resolution {
        outcome: name(outcome, "resolution.outcome")?,
        cost: money::amount(cost_micros, &currency, "resolution.currency")?,
    })
}

pub(in crate::codec) fn write_merged(w: &mut MessageWriter, merged: &MergedCase) {
    let MergedCase { case, facts } = merged;
    w.number(1, case_seq(*case));
    w.names(2, facts);
}

pub(in crate::codec) fn merged_case(message: wire::MergedCase) -> Result<MergedCase, CodecError> {
    let wire::MergedCase { case_seq, facts } = message;
    Ok(MergedCase {
        case: case(case_seq),
        facts: slugs(facts, "merged.facts")?,
    })
}

pub(in crate::codec) fn write_link(w: &mut MessageWriter, link: &CaseLink) {
    let CaseLink { kind, case } = link;
    w.known(1, kind);
    w.number(2, case_seq(*case));
}

pub(in crate::codec) fn link(message: wire::CaseLink) -> Result<CaseLink, CodecError> {
    let wire::CaseLink { kind, case_seq } = message;
    Ok(CaseLink {
        kind: known(kind, "link.kind")?,
        case: case(case_seq),
    })
}
