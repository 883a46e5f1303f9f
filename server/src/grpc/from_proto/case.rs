//! Cases: read a case, work on a case.

use super::field_path::FieldPath;
use super::{Caller, Fresh, Validator, values, wire_enum};
use crate::grpc::tokens::page::{List, Page, TokenScope};
use prost_types::Timestamp;
use signpost_domain::case::{CASE_TEXT_BYTES_MAX, CaseLink, CaseNumbers, CaseUpdate, Resolution};
use signpost_domain::command::{ActOnCase, Command, CommandBody, Query, WorkStep};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::ids::{CaseId, Seq, Slug};
use signpost_domain::money::Amount;
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Faults;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// The maximum number of digits and letters in the id of a case, with the zeros in front.
const ID_LETTERS_MAX: usize = 13;

/// The case to read.
pub(crate) fn get(
    request: v1::GetCaseRequest,
    numbers: &CaseNumbers,
) -> Result<Fresh<Query>, Faults> {
    let v1::GetCaseRequest {
        case_id,
        // The language is only for the answer.
        language_code: _,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let id = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    validator.fresh(id.map(Query::Case), &min_revision)
}

/// The timeline to read, and the page of it.
pub(crate) fn timeline(
    mut request: v1::ListCaseTimelineRequest,
    numbers: &CaseNumbers,
    store: [u8; 16],
) -> Result<Fresh<(Query, Page)>, Faults> {
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    let min_revision = take(&mut request.min_revision);
    let bound = TokenScope::new(List::Timeline, store, &request);
    let v1::ListCaseTimelineRequest {
        case_id,
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let mut validator = Validator::default();
    let id = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let page = validator.page(bound, page_size, &page_token);
    validator.fresh(id.map(Query::Case).zip(page), &min_revision)
}

/// The command to add a note.
pub(crate) fn note(
    mut request: v1::AddCaseNoteRequest,
    caller: Caller,
    numbers: &CaseNumbers,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::AddCaseNote, &request_id, &request);
    let v1::AddCaseNoteRequest {
        request_id: _,
        case_id,
        text,
        etag,
        event_time,
        audience,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let text = validator.check(FieldPath::top("text"), note_text(&text));
    let audience = validator.check(FieldPath::top("audience"), wire_enum::audience(audience));
    let step = text.zip(audience);
    let step = step.map(|(text, audience)| WorkStep::Note(text, audience));
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to resolve a case.
pub(crate) fn resolve(
    mut request: v1::ResolveCaseRequest,
    caller: Caller,
    numbers: &CaseNumbers,
    live: Option<&Playbook>,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::ResolveCase, &request_id, &request);
    let v1::ResolveCaseRequest {
        request_id: _,
        case_id,
        resolution,
        note,
        etag,
        language_code: _,
        event_time,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let resolution = validator.resolution(FieldPath::top("resolution"), live, resolution);
    let note = validator.optional_note(&note);
    let step = resolution.zip(note);
    let step = step.map(|(resolution, note)| WorkStep::Resolve(resolution, note));
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to open a case again.
pub(crate) fn reopen(
    mut request: v1::ReopenCaseRequest,
    caller: Caller,
    numbers: &CaseNumbers,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::ReopenCase, &request_id, &request);
    let v1::ReopenCaseRequest {
        request_id: _,
        case_id,
        note,
        etag,
        event_time,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let step = validator.optional_note(&note).map(WorkStep::Reopen);
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to merge two cases.
pub(crate) fn merge(
    mut request: v1::MergeCasesRequest,
    caller: Caller,
    numbers: &CaseNumbers,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::MergeCases, &request_id, &request);
    let v1::MergeCasesRequest {
        request_id: _,
        case_id,
        duplicate_case_id: merged,
        etag,
        event_time,
        note,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let merged = validator.case(FieldPath::top("duplicate_case_id"), numbers, &merged);
    let note = validator.optional_note(&note);
    let step = merged.zip(note);
    let step = step.map(|(merged, note)| WorkStep::Merge(merged, note));
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to undo a merge.
pub(crate) fn unmerge(
    mut request: v1::UnmergeCaseRequest,
    caller: Caller,
    numbers: &CaseNumbers,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::UnmergeCase, &request_id, &request);
    let v1::UnmergeCaseRequest {
        request_id: _,
        case_id,
        etag,
        event_time,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let step = Some(WorkStep::Unmerge);
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to link two cases.
pub(crate) fn link(
    mut request: v1::LinkCasesRequest,
    caller: Caller,
    numbers: &CaseNumbers,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::LinkCases, &request_id, &request);
    let v1::LinkCasesRequest {
        request_id: _,
        case_id,
        link,
        etag,
        event_time,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let link = validator.link(FieldPath::top("link"), numbers, link);
    let step = link.map(WorkStep::Link);
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to remove a link.
pub(crate) fn unlink(
    mut request: v1::UnlinkCasesRequest,
    caller: Caller,
    numbers: &CaseNumbers,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::UnlinkCases, &request_id, &request);
    let v1::UnlinkCasesRequest {
        request_id: _,
        case_id,
        link,
        etag,
        event_time,
    } = request;
    let case = validator.case(FieldPath::top("case_id"), numbers, &case_id);
    let link = validator.link(FieldPath::top("link"), numbers, link);
    let step = link.map(WorkStep::Unlink);
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

/// The command to change a case.
pub(crate) fn update(
    mut request: v1::UpdateCaseRequest,
    caller: Caller,
    numbers: &CaseNumbers,
    live: Option<&Playbook>,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) = Validator::of_write(Method::UpdateCase, &request_id, &request);
    let v1::UpdateCaseRequest {
        request_id: _,
        case,
        update_mask,
        etag,
        event_time,
    } = request;
    let message = case.unwrap_or_default();
    let at = FieldPath::top("case");
    let case = validator.case(at.field("case_id"), numbers, &message.case_id);
    let paths = update_mask.unwrap_or_default().paths;
    let update = validator.update(&paths, &message, live);
    let step = update.map(WorkStep::Update);
    validator.on_case(caller, stamp, (case, &etag, event_time), step)
}

pub(super) fn note_text(text: &str) -> Result<Arc<str>, String> {
    match text.len() {
        0 => Err("must not be empty".into()),
        len if len > CASE_TEXT_BYTES_MAX => Err(format!(
            "must be at most {CASE_TEXT_BYTES_MAX} bytes, is {len}"
        )),
        _ if text.trim().is_empty() => Err("must not be only spaces".into()),
        _ => Ok(text.into()),
    }
}

impl Validator {
    /// The command for this step on a case. An error if the request has faults.
    fn on_case(
        mut self,
        caller: Caller,
        stamp: Option<IdempotencyKey>,
        (case, etag, event_time): (Option<CaseId>, &str, Option<Timestamp>),
        step: Option<WorkStep>,
    ) -> Result<Command, Faults> {
        let seen = self.seen(etag, "case");
        let event_time = self.event_time(event_time, &caller);
        let body = case.zip(seen).zip(step).map(|((case, seen), step)| {
            CommandBody::Case(Box::new(ActOnCase { case, seen, step }))
        });
        self.command(caller, stamp, event_time, body)
    }

    /// A case by its id or its number.
    pub(super) fn case(
        &mut self,
        at: FieldPath<'_>,
        numbers: &CaseNumbers,
        text: &str,
    ) -> Option<CaseId> {
        self.check(at, case_named(text, numbers))
    }

    pub(super) fn optional_note(&mut self, text: &str) -> Option<Arc<str>> {
        match text {
            "" => Some("".into()),
            text => self.check(FieldPath::top("note"), note_text(text)),
        }
    }

    /// The resolution of a case; `None` if it is absent or wrong.
    pub(super) fn optional_resolution(
        &mut self,
        at: FieldPath<'_>,
        live: Option<&Playbook>,
        message: Option<v1::CaseResolution>,
    ) -> Option<Resolution> {
        message.and_then(|message| self.resolution(at, live, Some(message)))
    }

    /// The note at this path; it may be empty.
    pub(super) fn note_at(&mut self, at: FieldPath<'_>, text: &str) -> Arc<str> {
        let kept = match text {
            "" => None,
            text => self.check(at, note_text(text)),
        };
        kept.unwrap_or_else(|| "".into())
    }

    fn resolution(
        &mut self,
        at: FieldPath<'_>,
        live: Option<&Playbook>,
        message: Option<v1::CaseResolution>,
    ) -> Option<Resolution> {
        let Some(message) = message else {
            self.fault(at, "must be set");
            return None;
        };
        let v1::CaseResolution {
            outcome,
            cost_micros,
            currency_code,
        } = message;
        let outcome = self.check(at.field("outcome"), Slug::new(outcome));
        let cost = cost_micros.map(values::cost).transpose();
        let cost = self.check(at.field("cost_micros"), cost);
        let currency = self.currency(at.field("currency_code"), live, &currency_code);
        let (outcome, cost) = outcome.zip(cost)?;
        let cost = cost.map(|money| Amount { money, currency });
        Some(Resolution { outcome, cost })
    }

    fn link(
        &mut self,
        at: FieldPath<'_>,
        numbers: &CaseNumbers,
        message: Option<v1::CaseLink>,
    ) -> Option<CaseLink> {
        let Some(v1::CaseLink { kind, case_id }) = message else {
            self.fault(at, "must be set");
            return None;
        };
        let kind = self.check(at.field("kind"), wire_enum::link_kind(kind));
        let case = self.case(at.field("case_id"), numbers, &case_id);
        let (kind, case) = kind.zip(case)?;
        Some(CaseLink { kind, case })
    }

    fn update(
        &mut self,
        paths: &[String],
        message: &v1::Case,
        live: Option<&Playbook>,
    ) -> Option<CaseUpdate> {
        let at = FieldPath::top("case");
        let mask = FieldPath::top("update_mask");
        let mut update = CaseUpdate::default();
        if paths.is_empty() {
            self.fault(mask, "must name at least one field");
        }
        for (index, path) in paths.iter().enumerate() {
            match path.as_str() {
                "confirmed_reason" => {
                    let at = at.field("confirmed_reason");
                    let confirmed = self.confirmed_reason(at, live, &message.confirmed_reason, &[]);
                    update.confirmed = Some(confirmed);
                }
                "legal_hold" => update.legal_hold = Some(message.legal_hold),
                "retain_until_time" => {
                    let until = message.retain_until_time.map(values::instant).transpose();
                    update.retain_until = self.check(at.field("retain_until_time"), until);
                }
                "external_references" => {
                    self.update_references(at, &message.external_references, &mut update.tags);
                }
                "labels" => self.update_labels(at, &message.labels, &mut update.tags),
                _ => self.fault(
                    mask.field("paths").item(index),
                    "must be confirmed_reason, legal_hold, retain_until_time, external_references or labels",
                ),
            }
        }
        Some(update)
    }
}

/// The case of a text: a case number, or a case id with or without `case_` and the zeros in front.
pub(super) fn case_named(text: &str, numbers: &CaseNumbers) -> Result<CaseId, String> {
    const SHAPE: &str = "must be a case number of 11 digits, in groups or not, or the id of a case, with or without \
        case_ and the zeros in front";
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if CaseNumbers::is_meant(text) {
        return numbers.read(text).map_err(|why| why.to_string());
    }
    let text = text.to_ascii_lowercase();
    let digits = text.strip_prefix("case_").unwrap_or(&text);
    let whole = format!("case_{digits:0>ID_LETTERS_MAX$}");
    let id = CaseId::parse(&whole).map_err(|_| SHAPE)?;
    (id.0 > Seq(0))
        .then_some(id)
        .ok_or_else(|| SHAPE.to_owned())
}
