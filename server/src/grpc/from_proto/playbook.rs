//! Playbooks: validate, publish, roll back, list, get, and the menu.

use super::field_path::FieldPath;
use super::names::Kind;
use super::revision::MIN_REVISION;
use super::{Caller, Fresh, NamedRevision, Validator, values};
use crate::grpc::tokens::page::{List, Page, TokenScope};
use prost_types::Timestamp;
use signpost_domain::command::{
    Command, CommandBody, NOTE_BYTES_MAX, PublishPlaybook, RollbackPlaybook,
};
use signpost_domain::event::Method;
use signpost_domain::ids::Slug;
use signpost_domain::playbook::leaving::NameInUse;
use signpost_domain::playbook::{self, PLAYBOOK_BYTES_MAX, Playbook, Warnings};
use signpost_domain::refusal::Faults;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;
use std::mem::take;
use std::sync::Arc;

/// A document that was read, or its faults.
pub(crate) type Read = Result<(Arc<Playbook>, Warnings), playbook::PlaybookFaults>;

/// Reads a document. This takes milliseconds for a large document.
/// Without `now` it warns of nothing that time has overtaken.
pub(crate) fn read(source: &str, now: Option<UnixMs>) -> Read {
    let read = match now {
        Some(now) => Playbook::read_at(source, now),
        None => Playbook::read(source),
    };
    read.map(|(playbook, warnings)| (Arc::new(playbook), warnings))
}

/// The time of a request, for [`read`]. `None` for a faulty one, which is refused elsewhere.
pub(crate) fn time(time: Timestamp) -> Option<UnixMs> {
    values::instant(time).ok()
}

/// The document to check.
pub(crate) fn validate(request: v1::ValidatePlaybookRequest) -> Result<String, Faults> {
    let v1::ValidatePlaybookRequest { document: source } = request;
    let mut validator = Validator::default();
    let fits = validator.source_fits(&source);
    validator.done(fits.then_some(source))
}

/// The command to make a document live. `read` is the result of [`read`] for the document, and `in_use` are the names
/// that go away with it and are in use.
pub(crate) fn publish(
    mut request: v1::PublishPlaybookRequest,
    caller: Caller,
    read: Read,
    in_use: Vec<NameInUse>,
) -> Result<(Command, Warnings), Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) =
        Validator::of_write(Method::PublishPlaybook, &request_id, &request);
    let v1::PublishPlaybookRequest {
        request_id: _,
        document: source,
        note,
        event_time,
        force,
    } = request;
    let note = validator.note(&note);
    let event_time = validator.event_time(event_time, &caller);
    let in_use = if force { Vec::new() } else { in_use };
    let fits = validator.source_fits(&source);
    let (playbook, warnings) = match read {
        Ok((playbook, warnings)) => (Some(playbook), warnings),
        Err(faults) => {
            if fits {
                validator.document("document", &faults);
            }
            (None, Warnings::default())
        }
    };
    let body = playbook.zip(note).map(|(playbook, note)| {
        CommandBody::Publish(PublishPlaybook {
            playbook,
            note,
            in_use,
        })
    });
    let command = validator.command(caller, stamp, event_time, body)?;
    Ok((command, warnings))
}

/// The command to make an earlier version live again. `found` is the version that the request names.
pub(crate) fn roll_back(
    mut request: v1::RollbackPlaybookRequest,
    caller: Caller,
    found: Arc<Playbook>,
) -> Result<Command, Faults> {
    let request_id = take(&mut request.request_id);
    let (mut validator, stamp) =
        Validator::of_write(Method::RollbackPlaybook, &request_id, &request);
    let v1::RollbackPlaybookRequest {
        request_id: _,
        playbook_version: _,
        note,
        event_time,
    } = request;
    let note = validator.note(&note);
    let event_time = validator.event_time(event_time, &caller);
    let body = note.map(|note| {
        CommandBody::RollBack(RollbackPlaybook {
            playbook: found,
            note,
        })
    });
    validator.command(caller, stamp, event_time, body)
}

/// All faults of a request whose version is faulty.
pub(crate) fn not_rolled_back(request_id: &str, version: &Faults) -> Faults {
    let mut validator = Validator::default();
    validator.stamp(request_id, Method::RollbackPlaybook, [0; 16]);
    for fault in version.found() {
        validator.0.push_of(fault.kind, &fault.field, &fault.what);
    }
    validator.0
}

/// The page of publications that is asked for.
pub(crate) fn list(
    mut request: v1::ListPlaybookPublicationsRequest,
    store: [u8; 16],
) -> Result<Fresh<Page>, Faults> {
    let page_size = take(&mut request.page_size);
    let page_token = take(&mut request.page_token);
    let min_revision = take(&mut request.min_revision);
    let bound = TokenScope::new(List::Playbooks, store, &request);
    let v1::ListPlaybookPublicationsRequest {
        page_size: _,
        page_token: _,
        min_revision: _,
    } = request;
    let mut validator = Validator::default();
    let page = validator.page(bound, page_size, &page_token);
    validator.fresh(page, &min_revision)
}

/// The version to read, empty for the live one; and whether its document is left out.
pub(crate) fn get(request: v1::GetPlaybookRequest) -> Result<Fresh<(String, bool)>, Faults> {
    let v1::GetPlaybookRequest {
        playbook_version,
        min_revision,
        omit_document,
    } = request;
    Validator::default().fresh(Some((playbook_version, omit_document)), &min_revision)
}

/// The minimum revision of the counts.
pub(crate) fn counts(request: v1::CountReasonsRequest) -> Result<Fresh<()>, Faults> {
    let v1::CountReasonsRequest { min_revision } = request;
    Validator::default().fresh(Some(()), &min_revision)
}

/// The playbooks to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DiffAsked {
    /// The earlier version; empty for the live one.
    pub(crate) from: String,
    /// The playbook that it is compared with.
    pub(crate) to: DiffTo,
}

/// The playbook that a version is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DiffTo {
    /// A published version; empty for the live one.
    Version(String),
    /// A document that is not published.
    Document(String),
}

/// The comparison that is asked for.
pub(crate) fn diff(request: v1::DiffPlaybooksRequest) -> Result<Fresh<DiffAsked>, Faults> {
    let v1::DiffPlaybooksRequest {
        from_playbook_version: from,
        to_playbook_version,
        to_document: to_source,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let to = match (to_playbook_version.is_empty(), to_source.is_empty()) {
        (_, true) => Some(DiffTo::Version(to_playbook_version)),
        (true, false) => validator
            .fits(FieldPath::top("to_document"), &to_source)
            .then_some(DiffTo::Document(to_source)),
        (false, false) => {
            validator.fault(
                FieldPath::top("to_document"),
                "must not be set together with to_playbook_version",
            );
            None
        }
    };
    validator.fresh(to.map(|to| DiffAsked { from, to }), &min_revision)
}

/// The document that a version is compared with. An error if the document has faults.
pub(crate) fn to_compare(read: Read) -> Result<Arc<Playbook>, Faults> {
    let mut validator = Validator::default();
    let playbook = match read {
        Ok((playbook, _)) => Some(playbook),
        Err(faults) => {
            validator.document("to_document", &faults);
            None
        }
    };
    validator.done(playbook)
}

/// The parameters of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MenuAsked {
    /// The channel.
    pub(crate) channel: Slug,
    /// The language of the customer; `None` if not given.
    pub(crate) language: Option<Arc<str>>,
    /// The primary reason whose secondary reasons are asked for; `None` for the first level.
    pub(crate) primary: Option<Slug>,
    /// Whether the whole tree is asked for.
    pub(crate) whole_tree: bool,
}

/// The menu that is asked for.
pub(crate) fn menu(
    request: v1::GetReasonMenuRequest,
    at_least: NamedRevision,
    live: &Playbook,
) -> Result<MenuAsked, Faults> {
    let v1::GetReasonMenuRequest {
        channel,
        language_code: locale,
        primary_reason: primary,
        whole_tree,
        // The caller of this function has waited for it.
        min_revision: _,
    } = request;
    let mut validator = Validator::default();
    let channel = validator.name(FieldPath::top("channel"), live, Kind::Channel, &channel);
    let language = validator.optional(FieldPath::top("language_code"), &locale, values::language);
    let primary = validator.optional_primary(FieldPath::top("primary_reason"), live, &primary);
    if whole_tree && primary.is_some() {
        validator.fault(
            FieldPath::top("whole_tree"),
            "must not be set together with primary",
        );
    }
    let asked = channel.map(|channel| MenuAsked {
        channel,
        language,
        primary,
        whole_tree,
    });
    validator.named_revision(MIN_REVISION, at_least);
    validator.done(asked)
}

/// The parameters of a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VocabularyAsked {
    /// The version of the playbook; empty for the live one.
    pub(crate) version: String,
    /// The language of the labels; `None` if not given.
    pub(crate) language: Option<Arc<str>>,
}

/// The vocabulary that is asked for.
pub(crate) fn vocabulary(
    request: v1::GetVocabularyRequest,
) -> Result<Fresh<VocabularyAsked>, Faults> {
    let v1::GetVocabularyRequest {
        playbook_version: version,
        language_code,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let language = validator.optional(
        FieldPath::top("language_code"),
        &language_code,
        values::language,
    );
    validator.fresh(Some(VocabularyAsked { version, language }), &min_revision)
}

impl Validator {
    fn note(&mut self, note: &str) -> Option<Arc<str>> {
        let len = note.len();
        if len > NOTE_BYTES_MAX {
            let what = format_args!("must be at most {NOTE_BYTES_MAX} bytes, is {len}");
            self.fault(FieldPath::top("note"), what);
            return None;
        }
        Some(note.into())
    }

    fn source_fits(&mut self, source: &str) -> bool {
        self.fits(FieldPath::top("document"), source)
    }

    fn fits(&mut self, at: FieldPath<'_>, source: &str) -> bool {
        match source.len() {
            0 => self.fault(at, "must not be empty"),
            len if len > PLAYBOOK_BYTES_MAX => {
                let what = format_args!("must be at most {PLAYBOOK_BYTES_MAX} bytes, is {len}");
                self.fault(at, what);
            }
            _ => return true,
        }
        false
    }

    /// Notes the faults of a document, each under its path in the document.
    fn document(&mut self, field: &str, faults: &playbook::PlaybookFaults) {
        for fault in &faults.found {
            let playbook::PlaybookFault {
                path,
                line,
                column,
                what,
                fix,
            } = fault;
            let field = match path.as_str() {
                "" => field.to_owned(),
                path => format!("{field}.{path}"),
            };
            let place = format_args!("line {line}, column {column}");
            self.0.push(field, format_args!("{place}: {what}; {fix}"));
        }
        self.0.leave_out(faults.more);
    }
}
