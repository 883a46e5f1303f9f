//! The stored form of work on cases, for events and rows: resolutions, merges and links.

use super::money;
use super::number::{Numbered, known};
use super::text::{case, case_seq, name, name_texts, slugs};
use super::{CodecError, wire, written};
use signpost_domain::case::{CaseLink, MergedCase, Resolution};

pub(super) fn resolution_to_wire(resolution: &Resolution) -> written::Resolution<'_> {
    let Resolution { outcome, cost } = resolution;
    written::Resolution {
        outcome: outcome.as_str().into(),
        cost_micros: cost.map(|cost| cost.money.micros()),
        currency: money::currency_text(cost.as_ref().and_then(|cost| cost.currency.as_ref())),
    }
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

pub(super) fn merged_case_to_wire(merged: &MergedCase) -> written::MergedCase<'_> {
    let MergedCase { case, facts } = merged;
    written::MergedCase {
        case_seq: case_seq(*case),
        facts: name_texts(facts),
    }
}

pub(super) fn merged_case(message: wire::MergedCase) -> Result<MergedCase, CodecError> {
    let wire::MergedCase { case_seq, facts } = message;
    Ok(MergedCase {
        case: case(case_seq),
        facts: slugs(facts, "merged.facts")?,
    })
}

pub(super) fn link_to_wire(link: &CaseLink) -> written::CaseLink {
    let CaseLink { kind, case } = link;
    written::CaseLink {
        kind: kind.number(),
        case_seq: case_seq(*case),
    }
}

pub(super) fn link(message: wire::CaseLink) -> Result<CaseLink, CodecError> {
    let wire::CaseLink { kind, case_seq } = message;
    Ok(CaseLink {
        kind: known(kind, "link.kind")?,
        case: case(case_seq),
    })
}
