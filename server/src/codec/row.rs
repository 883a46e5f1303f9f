//! Rows of the state as bytes, and the two kinds of values beside them: how far the rows are, and playbooks as they
//! were written. Where each goes is in [`super::key`].

use super::contact::{case_message, case_row, contact, contact_message};
use super::context::{customer, customer_message};
use super::event::{actor, actor_message};
use super::text::{
    case, case_seq, hash, name, name_text, reason, reason_text, version, version_bytes,
    version_or_none,
};
use super::{CodecError, FORMAT, message, required, wire};
use prost::Message;
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::route::Route;
use signpost_domain::state::{Answered, Counts, Publication, Row, RowKey};
use signpost_domain::time::UnixMs;
use std::sync::Arc;

/// What kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// [`Row::Contact`].
    Contact,
    /// [`Row::Case`].
    Case,
    /// [`Row::Customer`].
    Customer,
    /// [`Row::Holder`].
    Holder,
    /// [`Row::Matter`].
    Matter,
    /// [`Row::Request`].
    Request,
    /// [`Row::Counts`].
    Counts,
    /// [`Row::Publication`].
    Publication,
}

impl RowKind {
    /// What is kept under a key.
    pub const fn of(key: &RowKey) -> RowKind {
        match key {
            RowKey::Contact(_) => RowKind::Contact,
            RowKey::Case(_) => RowKind::Case,
            RowKey::Customer(_) => RowKind::Customer,
            RowKey::Holder(_) => RowKind::Holder,
            RowKey::Matter(_) => RowKind::Matter,
            RowKey::Request(_) => RowKind::Request,
            RowKey::Counts(..) => RowKind::Counts,
            RowKey::Publication(_) => RowKind::Publication,
        }
    }
}

/// The bytes of a row: the same for the same row, always.
pub fn encode(row: &Row) -> Vec<u8> {
    let row = row_message(row);
    wire::Row {
        format: FORMAT,
        row: Some(row),
    }
    .encode_to_vec()
}

/// Reads a row that was found where rows of `kind` are.
///
/// # Errors
/// When a newer program wrote it, it was damaged, or it is of another kind; then the rows must be made anew from the
/// log.
pub fn decode(kind: RowKind, bytes: &[u8]) -> Result<Row, CodecError> {
    use wire::row::Row as Wire;
    let wire::Row { format: _, row } = message(bytes)?;
    match (kind, required(row, "row")?) {
        (RowKind::Contact, Wire::Contact(row)) => Ok(Row::Contact(Arc::new(contact(row)?))),
        (RowKind::Case, Wire::Case(row)) => Ok(Row::Case(Arc::new(case_row(row)?))),
        (RowKind::Customer, Wire::Customer(row)) => Ok(Row::Customer(Arc::new(customer(row)?))),
        (RowKind::Holder, Wire::Holder(wire::Holder { customer })) => {
            Ok(Row::Holder(Arc::new(name(customer, "holder.customer")?)))
        }
        (RowKind::Matter, Wire::Matter(wire::Matter { case_seq })) => {
            Ok(Row::Matter(Arc::new(case(case_seq))))
        }
        (RowKind::Request, Wire::Request(row)) => Ok(Row::Request(Arc::new(answered(row)?))),
        (RowKind::Counts, Wire::Counts(row)) => Ok(Row::Counts(counts(row)?)),
        (RowKind::Publication, Wire::Publication(row)) => {
            Ok(Row::Publication(Arc::new(publication(row)?)))
        }
        (
            RowKind::Contact
            | RowKind::Case
            | RowKind::Customer
            | RowKind::Holder
            | RowKind::Matter
            | RowKind::Request
            | RowKind::Counts
            | RowKind::Publication,
            _,
        ) => Err(CodecError::Shape("row")),
    }
}

fn row_message(row: &Row) -> wire::row::Row {
    use wire::row::Row as Wire;
    match row {
        Row::Contact(row) => Wire::Contact(contact_message(row)),
        Row::Case(row) => Wire::Case(case_message(row)),
        Row::Customer(row) => Wire::Customer(customer_message(row)),
        Row::Holder(customer) => Wire::Holder(wire::Holder {
            customer: name_text(customer.as_ref()),
        }),
        Row::Matter(case) => Wire::Matter(wire::Matter {
            case_seq: case_seq(**case),
        }),
        Row::Request(row) => Wire::Request(answered_message(row)),
        Row::Counts(row) => Wire::Counts(counts_message(row)),
        Row::Publication(row) => Wire::Publication(publication_message(row)),
    }
}

fn answered_message(Answered { seq, at, content }: &Answered) -> wire::Answered {
    wire::Answered {
        seq: seq.0,
        at_unix_ms: at.0,
        content: content.to_vec(),
    }
}

fn answered(message: wire::Answered) -> Result<Answered, CodecError> {
    let wire::Answered {
        seq,
        at_unix_ms,
        content,
    } = message;
    Ok(Answered {
        seq: Seq(seq),
        at: UnixMs(at_unix_ms),
        content: hash(&content, "answered.content")?,
    })
}

fn counts_message(counts: &Counts) -> wire::Counts {
    let Counts {
        reason,
        tier,
        contacts,
        contacts_left,
        repeats,
        cases_opened,
        cases_resolved,
        cases_reopened,
        cases_lapsed,
        cases_withdrawn,
        routes_taken,
    } = counts;
    let taken = |route: Route| routes_taken[route as usize];
    wire::Counts {
        reason: reason_text(reason),
        tier: name_text(tier),
        contacts: *contacts,
        contacts_left: *contacts_left,
        repeats: *repeats,
        cases_opened: *cases_opened,
        cases_resolved: *cases_resolved,
        cases_reopened: *cases_reopened,
        cases_lapsed: *cases_lapsed,
        cases_withdrawn: *cases_withdrawn,
        self_service_taken: taken(Route::SelfService),
        message_taken: taken(Route::Message),
        chat_taken: taken(Route::Chat),
        callback_taken: taken(Route::Callback),
        human_taken: taken(Route::Human),
    }
}

fn counts(message: wire::Counts) -> Result<Counts, CodecError> {
    let wire::Counts {
        reason: reason_text,
        tier,
        contacts,
        contacts_left,
        repeats,
        cases_opened,
        cases_resolved,
        cases_reopened,
        cases_lapsed,
        cases_withdrawn,
        self_service_taken,
        message_taken,
        chat_taken,
        callback_taken,
        human_taken,
    } = message;
    Ok(Counts {
        reason: reason(&reason_text, "counts.reason")?,
        tier: name(tier, "counts.tier")?,
        contacts,
        contacts_left,
        repeats,
        cases_opened,
        cases_resolved,
        cases_reopened,
        cases_lapsed,
        cases_withdrawn,
        routes_taken: Route::ALL.map(|route| match route {
            Route::SelfService => self_service_taken,
            Route::Message => message_taken,
            Route::Chat => chat_taken,
            Route::Callback => callback_taken,
            Route::Human => human_taken,
        }),
    })
}

fn publication_message(publication: &Publication) -> wire::Publication {
    let Publication {
        seq,
        version,
        name,
        at,
        actor,
        note,
        rolled_back,
    } = publication;
    wire::Publication {
        seq: seq.0,
        version: version_bytes(version),
        name: name_text(name),
        at_unix_ms: at.0,
        actor: Some(actor_message(actor)),
        note: note.as_ref().to_owned(),
        rolled_back: *rolled_back,
    }
}

fn publication(message: wire::Publication) -> Result<Publication, CodecError> {
    let wire::Publication {
        seq,
        version: version_bytes,
        name: playbook_name,
        at_unix_ms,
        actor: actor_message,
        note,
        rolled_back,
    } = message;
    Ok(Publication {
        seq: Seq(seq),
        version: version(&version_bytes, "publication.version")?,
        name: name(playbook_name, "publication.name")?,
        at: UnixMs(at_unix_ms),
        actor: actor(required(actor_message, "publication.actor")?)?,
        note: note.into(),
        rolled_back,
    })
}

/// How far the rows are, under [`super::key::APPLIED`]: written with every group of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The last event that is in the rows.
    pub seq: Seq,
    /// Log time.
    pub now: UnixMs,
    /// The live playbook.
    pub live: Option<PlaybookVersion>,
}

/// The bytes under [`super::key::APPLIED`].
pub fn encode_applied(Applied { seq, now, live }: &Applied) -> Vec<u8> {
    wire::Applied {
        format: FORMAT,
        seq: seq.0,
        now_unix_ms: now.0,
        live_version: live.as_ref().map(version_bytes).unwrap_or_default(),
    }
    .encode_to_vec()
}

/// Reads what is under [`super::key::APPLIED`].
///
/// # Errors
/// As [`decode`].
pub fn decode_applied(bytes: &[u8]) -> Result<Applied, CodecError> {
    let wire::Applied {
        format: _,
        seq,
        now_unix_ms,
        live_version,
    } = message(bytes)?;
    Ok(Applied {
        seq: Seq(seq),
        now: UnixMs(now_unix_ms),
        live: version_or_none(&live_version, "applied.live_version")?,
    })
}

/// The bytes of a playbook under [`super::key::playbook`].
pub fn encode_playbook(source: &str) -> Vec<u8> {
    wire::PlaybookDocument {
        format: FORMAT,
        source: source.to_owned(),
    }
    .encode_to_vec()
}

/// Reads a playbook: the text as it was published.
///
/// # Errors
/// As [`decode`].
pub fn decode_playbook(bytes: &[u8]) -> Result<Arc<str>, CodecError> {
    let wire::PlaybookDocument { format: _, source } = message(bytes)?;
    Ok(source.into())
}
