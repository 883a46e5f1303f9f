//! Playbooks: publications and the findings of a check.

use super::{actor_or_none, time};
use signpost_domain::event::{Envelope, PlaybookPublished};
use signpost_domain::ids::Seq;
use signpost_domain::playbook::diff::{Change, ChangeKind, ChangePart, Diff};
use signpost_domain::playbook::leaving::{LeavingKind, NameInUse};
use signpost_domain::playbook::{Playbook, PlaybookFault, PlaybookFaults, Warnings};
use signpost_domain::state::Publication;
use signpost_proto::v1;
use std::sync::Arc;

/// The answer to ValidatePlaybook.
pub(crate) fn validated(
    read: &Result<(Arc<Playbook>, Warnings), PlaybookFaults>,
) -> v1::ValidatePlaybookResponse {
    match read {
        Ok((playbook, warnings)) => v1::ValidatePlaybookResponse {
            playbook_version: playbook.version.to_string(),
            warnings: self::warnings(warnings),
            omitted_warning_count: warnings.more as u32,
            ..Default::default()
        },
        Err(faults) => v1::ValidatePlaybookResponse {
            errors: faults.found.iter().map(finding).collect(),
            omitted_error_count: faults.more as u32,
            ..Default::default()
        },
    }
}

/// The answer to PublishPlaybook.
pub(crate) fn published(
    envelope: &Envelope,
    event: &PlaybookPublished,
    warnings: &Warnings,
    receipt: v1::WriteReceipt,
    (later, names_in_use): (Vec<String>, Vec<v1::PlaybookNameInUse>),
) -> v1::PublishPlaybookResponse {
    v1::PublishPlaybookResponse {
        publication: Some(of_event(envelope, event)),
        warnings: self::warnings(warnings),
        receipt: Some(receipt),
        omitted_warning_count: warnings.more as u32,
        handle_kinds_from_next_start: later,
        names_in_use,
    }
}

/// The answer to RollbackPlaybook.
pub(crate) fn rolled_back(
    envelope: &Envelope,
    event: &PlaybookPublished,
    receipt: v1::WriteReceipt,
    (later, names_in_use): (Vec<String>, Vec<v1::PlaybookNameInUse>),
) -> v1::RollbackPlaybookResponse {
    v1::RollbackPlaybookResponse {
        publication: Some(of_event(envelope, event)),
        receipt: Some(receipt),
        handle_kinds_from_next_start: later,
        names_in_use,
    }
}

/// The names in use that go away.
pub(crate) fn names_in_use(names: &[NameInUse]) -> Vec<v1::PlaybookNameInUse> {
    let one = |name: &NameInUse| v1::PlaybookNameInUse {
        part: match name.kind {
            LeavingKind::Reason if !name.id.contains('/') => v1::PlaybookPart::PrimaryReason,
            LeavingKind::Reason => v1::PlaybookPart::Reason,
            LeavingKind::Tier => v1::PlaybookPart::Tier,
            LeavingKind::Channel => v1::PlaybookPart::Channel,
            LeavingKind::Queue => v1::PlaybookPart::Queue,
        }
        .into(),
        id: name.id.clone(),
        open_case_count: name.cases,
        live_contact_count: name.contacts,
        at_least: name.at_least,
    };
    names.iter().map(one).collect()
}

/// The answer to ListPlaybookPublications, the newest first. `live` is the sequence of the live publication; `None` if
/// none is live.
pub(crate) fn listed(
    page: &[Arc<Publication>],
    live: Option<Seq>,
    next_page_token: String,
    revision: String,
) -> v1::ListPlaybookPublicationsResponse {
    let publications = page.iter().map(|listed| publication(listed, live));
    v1::ListPlaybookPublicationsResponse {
        publications: publications.collect(),
        next_page_token,
        revision,
    }
}

/// The answer to GetPlaybook.
pub(crate) fn got(
    found: &Publication,
    live: Option<Seq>,
    playbook: &Playbook,
    document: String,
    revision: String,
) -> v1::GetPlaybookResponse {
    let zone = playbook.time_zone.iana_name();
    v1::GetPlaybookResponse {
        publication: Some(publication(found, live)),
        document,
        revision,
        time_zone: zone.unwrap_or_default().to_owned(),
    }
}

/// The answer to DiffPlaybooks.
pub(crate) fn diff(
    (before, after): (&Playbook, &Playbook),
    diff: Diff,
    in_use: &[NameInUse],
    revision: String,
) -> v1::DiffPlaybooksResponse {
    let Diff { changes, more } = diff;
    v1::DiffPlaybooksResponse {
        from_playbook_version: before.version.to_string(),
        to_playbook_version: after.version.to_string(),
        changes: changes.into_iter().map(change).collect(),
        omitted_change_count: u32::try_from(more).unwrap_or(u32::MAX),
        revision,
        names_in_use: names_in_use(in_use),
    }
}

fn change(change: Change) -> v1::PlaybookChange {
    use v1::{PlaybookChangeKind as Kind, PlaybookPart as Part};
    let Change {
        kind,
        part,
        id,
        field,
        before,
        after,
    } = change;
    let kind = match kind {
        ChangeKind::Added => Kind::Added,
        ChangeKind::Removed => Kind::Removed,
        ChangeKind::Renamed => Kind::Renamed,
        ChangeKind::Merged => Kind::Merged,
        ChangeKind::Moved => Kind::Moved,
        ChangeKind::Changed => Kind::Changed,
        ChangeKind::Split => Kind::Split,
    };
    let part = match part {
        ChangePart::Playbook => Part::Playbook,
        ChangePart::Locale => Part::Locale,
        ChangePart::Tier => Part::Tier,
        ChangePart::Stage => Part::Stage,
        ChangePart::Persona => Part::Persona,
        ChangePart::Brand => Part::Brand,
        ChangePart::Consent => Part::Consent,
        ChangePart::Channel => Part::Channel,
        ChangePart::Calendar => Part::Calendar,
        ChangePart::Queue => Part::Queue,
        ChangePart::Fact => Part::Fact,
        ChangePart::PrimaryReason => Part::PrimaryReason,
        ChangePart::Reason => Part::Reason,
        ChangePart::Route => Part::Route,
        ChangePart::Rule => Part::Rule,
        ChangePart::Split => Part::Split,
        ChangePart::Outcome => Part::Outcome,
        ChangePart::Test => Part::Test,
    };
    v1::PlaybookChange {
        kind: kind.into(),
        part: part.into(),
        id,
        field,
        before,
        after,
    }
}

fn publication(row: &Publication, live: Option<Seq>) -> v1::PlaybookPublication {
    let Publication {
        seq,
        version,
        name,
        at,
        actor,
        on_behalf_of,
        note,
        rolled_back,
    } = row;
    v1::PlaybookPublication {
        playbook_version: version.to_string(),
        name: name.to_string(),
        publish_time: Some(time::timestamp(*at)),
        actor: actor.to_string(),
        on_behalf_of: actor_or_none(on_behalf_of.as_ref()),
        note: note.to_string(),
        rolled_back: *rolled_back,
        live: live == Some(*seq),
        sequence: seq.0,
    }
}

/// The publication of an event.
pub(super) fn of_event(envelope: &Envelope, event: &PlaybookPublished) -> v1::PlaybookPublication {
    let PlaybookPublished {
        version,
        name,
        source: _,
        note,
        rolled_back,
    } = event;
    v1::PlaybookPublication {
        playbook_version: version.to_string(),
        name: name.to_string(),
        publish_time: Some(time::timestamp(envelope.record_time)),
        actor: envelope.actor.to_string(),
        on_behalf_of: actor_or_none(envelope.on_behalf_of.as_ref()),
        note: note.to_string(),
        rolled_back: *rolled_back,
        live: true,
        sequence: envelope.seq.0,
    }
}

fn warnings(warnings: &Warnings) -> Vec<v1::PlaybookDiagnostic> {
    let warnings = warnings.found.iter();
    warnings.map(|warning| finding(&warning.0)).collect()
}

fn finding(fault: &PlaybookFault) -> v1::PlaybookDiagnostic {
    let PlaybookFault {
        path,
        line,
        column,
        what,
        fix,
    } = fault;
    v1::PlaybookDiagnostic {
        path: path.clone(),
        line: *line,
        column: *column,
        message: format!("{what}; {fix}"),
    }
}
