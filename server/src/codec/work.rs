//! What people do to cases: the event, and what of it the row keeps.

use super::money::{self, write_currency};
use super::number::{Numbered, known};
use super::text::{case, case_seq, name, reason_or_none, reason_text, slugs};
use super::write::Writer;
use super::{CodecError, required, wire};
use signpost_domain::case::{CaseLink, CaseUpdate, CaseWork, MergedCase, Resolution};
use signpost_domain::event::CaseWorked;
use signpost_domain::time::UnixMs;
use std::sync::Arc;

pub(super) fn write_worked(w: &mut Writer, worked: &CaseWorked) {
    let CaseWorked { case, state, work } = worked;
    w.number(1, case_seq(*case));
    w.number(2, state.number() as u32);
    match work {
        CaseWork::Noted(text) => w.text_or_none(3, Some(text)),
        CaseWork::Updated(update, before) => {
            w.message(4, |w| write_update(w, update));
            w.messages(12, before, write_update);
        }
        CaseWork::Resolved(resolution, note) => w.message(5, |w| {
            w.message(1, |w| write_resolution(w, resolution));
            w.text(2, note);
        }),
        CaseWork::Reopened(note) => w.message(6, |w| w.text(2, note)),
        CaseWork::Merged(merged, note) => {
            w.message(7, |w| write_merged(w, merged));
            w.text(11, note);
        }
        CaseWork::Unmerged(merged) => w.message(8, |w| write_merged(w, merged)),
        CaseWork::Linked(link) => w.message(9, |w| write_link(w, link)),
        CaseWork::Unlinked(link) => w.message(10, |w| write_link(w, link)),
    }
}

pub(super) fn worked(message: wire::CaseWorked) -> Result<CaseWorked, CodecError> {
    use wire::case_worked::Work as Wire;
    let wire::CaseWorked {
        case_seq,
        state,
        work,
        note,
        before,
    } = message;
    let state = i32::try_from(state).map_err(|_| CodecError::Shape("worked.state"))?;
    let work = match required(work, "worked.work")? {
        Wire::Noted(text) => CaseWork::Noted(text.into()),
        Wire::Updated(message) => {
            CaseWork::Updated(update(message)?, before.map(update).transpose()?)
        }
        Wire::Resolved(message) => {
            let (resolved, note) = with_note(message);
            let resolved = required(resolved, "worked.resolution")?;
            CaseWork::Resolved(resolution(resolved)?, note)
        }
        Wire::Reopened(message) => CaseWork::Reopened(with_note(message).1),
        Wire::Merged(message) => CaseWork::Merged(merged_case(message)?, note.into()),
        Wire::Unmerged(message) => CaseWork::Unmerged(merged_case(message)?),
        Wire::Linked(message) => CaseWork::Linked(link(message)?),
        Wire::Unlinked(message) => CaseWork::Unlinked(link(message)?),
    };
    Ok(CaseWorked {
        case: case(case_seq),
        state: known(state, "worked.state")?,
        work,
    })
}

fn with_note(message: wire::WithNote) -> (Option<wire::Resolution>, Arc<str>) {
    let wire::WithNote { resolution, note } = message;
    (resolution, note.into())
}

fn write_update(w: &mut Writer, update: &CaseUpdate) {
    let CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
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
}

fn update(message: wire::CaseUpdate) -> Result<CaseUpdate, CodecError> {
    let wire::CaseUpdate {
        confirmed_reason,
        legal_hold,
        retain_until_unix_ms,
        retain_no_more,
    } = message;
    let confirmed = confirmed_reason
        .map(|text| reason_or_none(&text, "worked.confirmed_reason"))
        .transpose()?;
    let until = retain_until_unix_ms.map(|ms| Some(UnixMs(ms)));
    Ok(CaseUpdate {
        confirmed,
        legal_hold,
        retain_until: until.or(retain_no_more.then_some(None)),
    })
}

pub(super) fn write_resolution(w: &mut Writer, resolution: &Resolution) {
    let Resolution { outcome, cost } = resolution;
    w.text(1, outcome.as_str());
    w.signed_or_none(2, cost.map(|cost| cost.money.micros()));
    write_currency(w, 3, cost.and_then(|cost| cost.currency));
}

pub(super) fn resolution(message: wire::Resolution) -> Result<Resolution, CodecError> {
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

pub(super) fn write_merged(w: &mut Writer, merged: &MergedCase) {
    let MergedCase { case, facts } = merged;
    w.number(1, case_seq(*case));
    w.names(2, facts);
}

pub(super) fn merged_case(message: wire::MergedCase) -> Result<MergedCase, CodecError> {
    let wire::MergedCase { case_seq, facts } = message;
    Ok(MergedCase {
        case: case(case_seq),
        facts: slugs(facts, "merged.facts")?,
    })
}

pub(super) fn write_link(w: &mut Writer, link: &CaseLink) {
    let CaseLink { kind, case } = link;
    w.known(1, kind);
    w.number(2, case_seq(*case));
}

pub(super) fn link(message: wire::CaseLink) -> Result<CaseLink, CodecError> {
    let wire::CaseLink { kind, case_seq } = message;
    Ok(CaseLink {
        kind: known(kind, "link.kind")?,
        case: case(case_seq),
    })
}
