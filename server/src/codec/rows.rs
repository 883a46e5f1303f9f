//! Rows of the state as bytes, and the two kinds of values beside them: how far the rows are, and playbooks as they
//! were written. Where each goes is in [`super::rows::key`].

pub(super) mod case;
pub mod contact;
pub(super) mod customer;
pub mod key;
use super::context::{queue_stats, write_queue_stats};
use super::events::{actor, write_actor, write_actor_or_none};
use super::rows::case::{case_row, write_case};
use super::rows::contact::{contact, write_contact};
use super::rows::customer::{customer, write_customer};
use super::text::{case, case_seq, hash, name, reason, version, version_or_none};
use super::write::MessageWriter;
use super::{CodecError, FORMAT, message, required, wire};
use signpost_domain::contact::ReportedQueue;
use signpost_domain::ids::{PlaybookVersion, Seq};
use signpost_domain::route::Route;
use signpost_domain::state::{Counts, IdempotencyRecord, Publication, Row, RowKey};
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
    /// [`Row::IdentityOwner`].
    Holder,
    /// [`Row::Matter`].
    Matter,
    /// [`Row::Request`].
    Request,
    /// [`Row::Counts`].
    Counts,
    /// [`Row::Publication`].
    Publication,
    /// [`Row::ReportedQueue`].
    ReportedQueue,
}

impl RowKind {
    /// What is kept under a key.
    pub const fn of(key: &RowKey) -> RowKind {
        match key {
            RowKey::Contact(_) => RowKind::Contact,
            RowKey::Case(_) => RowKind::Case,
            RowKey::Customer(_) => RowKind::Customer,
            RowKey::IdentityOwner(_) => RowKind::Holder,
            RowKey::Matter(_) => RowKind::Matter,
            RowKey::Request(_) => RowKind::Request,
            RowKey::Counts(..) => RowKind::Counts,
            RowKey::Publication(_) => RowKind::Publication,
            RowKey::ReportedQueue(_) => RowKind::ReportedQueue,
        }
    }
}

/// The bytes of a row: the same for the same row, always.
pub fn encode(row: &Row) -> Vec<u8> {
    let mut w = MessageWriter::new();
    w.number(1, FORMAT);
    match row {
        Row::Contact(row) => w.message(2, |w| write_contact(w, row)),
        Row::Case(row) => w.message(3, |w| write_case(w, row)),
        Row::Customer(row) => w.message(4, |w| write_customer(w, row)),
        Row::IdentityOwner(customer) => w.message(5, |w| w.text(1, customer.as_str())),
        Row::Matter(case) => w.message(6, |w| w.number(1, case_seq(**case))),
        Row::Request(row) => w.message(7, |w| write_answered(w, row)),
        Row::Counts(row) => w.message(8, |w| write_counts(w, row)),
        Row::Publication(row) => w.message(9, |w| write_publication(w, row)),
        Row::ReportedQueue(row) => w.message(10, |w| write_reported(w, row)),
    }
    w.into_bytes()
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
        (RowKind::Holder, Wire::Holder(wire::Holder { customer })) => Ok(Row::IdentityOwner(
            Arc::new(name(customer, "holder.customer")?),
        )),
        (RowKind::Matter, Wire::Matter(wire::Matter { case_seq })) => {
            Ok(Row::Matter(Arc::new(case(case_seq))))
        }
        (RowKind::Request, Wire::Request(row)) => Ok(Row::Request(Arc::new(answered(row)?))),
        (RowKind::Counts, Wire::Counts(row)) => Ok(Row::Counts(counts(row)?)),
        (RowKind::Publication, Wire::Publication(row)) => {
            Ok(Row::Publication(Arc::new(publication(row)?)))
        }
        (RowKind::ReportedQueue, Wire::ReportedQueue(row)) => {
            Ok(Row::ReportedQueue(Arc::new(reported(row)?)))
        }
        (
            RowKind::Contact
            | RowKind::Case
            | RowKind::Customer
            | RowKind::Holder
            | RowKind::Matter
            | RowKind::Request
            | RowKind::Counts
            | RowKind::Publication
            | RowKind::ReportedQueue,
            _,
        ) => Err(CodecError::Shape("row")),
    }
}

fn write_answered(
    w: &mut MessageWriter,
    IdempotencyRecord {
        seq,
        at,
        fingerprint,
    }: &IdempotencyRecord,
) {
    w.number(1, seq.0);
    w.number(2, at.0);
    w.bytes(3, fingerprint);
}

fn answered(message: wire::IdempotencyRecord) -> Result<IdempotencyRecord, CodecError> {
    let wire::IdempotencyRecord {
        seq,
        at_unix_ms,
        fingerprint,
    } = message;
    Ok(IdempotencyRecord {
        seq: Seq(seq),
        at: UnixMs(at_unix_ms),
        fingerprint: hash(&fingerprint, "answered.fingerprint")?,
    })
}

fn write_counts(w: &mut MessageWriter, counts: &Counts) {
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
        cases_merged,
        routes_taken,
    } = counts;
    let taken = |route: Route| routes_taken[route as usize];
    w.reason(1, reason);
    w.text(2, tier.as_str());
    w.number(3, *contacts);
    w.number(4, *contacts_left);
    w.number(5, *repeats);
    w.number(6, *cases_opened);
    w.number(7, *cases_resolved);
    w.number(8, *cases_reopened);
    w.number(9, *cases_lapsed);
    w.number(10, *cases_withdrawn);
    w.number(11, taken(Route::SelfService));
    w.number(12, taken(Route::Message));
    w.number(13, taken(Route::Chat));
    w.number(14, taken(Route::Callback));
    w.number(15, taken(Route::Human));
    w.number(16, *cases_merged);
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
        cases_merged,
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
        cases_merged,
        routes_taken: Route::ALL.map(|route| match route {
            Route::SelfService => self_service_taken,
            Route::Message => message_taken,
            Route::Chat => chat_taken,
            Route::Callback => callback_taken,
            Route::Human => human_taken,
        }),
    })
}

fn write_publication(w: &mut MessageWriter, publication: &Publication) {
    let Publication {
        seq,
        version,
        name,
        at,
        actor,
        on_behalf_of,
        note,
        rolled_back,
    } = publication;
    w.number(1, seq.0);
    w.version_or_none(2, Some(version));
    w.text(3, name.as_str());
    w.number(4, at.0);
    w.message(5, |w| write_actor(w, actor));
    w.text(6, note);
    w.number(7, *rolled_back);
    write_actor_or_none(w, 8, on_behalf_of.as_ref());
}

fn publication(message: wire::Publication) -> Result<Publication, CodecError> {
    let wire::Publication {
        seq,
        version: version_bytes,
        name: playbook_name,
        at_unix_ms,
        actor: actor_message,
        on_behalf_of,
        note,
        rolled_back,
    } = message;
    Ok(Publication {
        seq: Seq(seq),
        version: version(&version_bytes, "publication.version")?,
        name: name(playbook_name, "publication.name")?,
        at: UnixMs(at_unix_ms),
        actor: actor(required(actor_message, "publication.actor")?)?,
        on_behalf_of: on_behalf_of.map(actor).transpose()?,
        note: note.into(),
        rolled_back,
    })
}

fn write_reported(w: &mut MessageWriter, reported: &ReportedQueue) {
    let ReportedQueue {
        stats,
        observed,
        seq,
    } = reported;
    w.message(1, |w| write_queue_stats(w, stats));
    w.number(2, observed.0);
    w.number(3, seq.0);
}

fn reported(message: wire::ReportedQueue) -> Result<ReportedQueue, CodecError> {
    let wire::ReportedQueue {
        stats,
        observed_unix_ms,
        seq,
    } = message;
    Ok(ReportedQueue {
        stats: queue_stats(required(stats, "reported_queue.stats")?)?,
        observed: UnixMs(observed_unix_ms),
        seq: Seq(seq),
    })
}

/// The number of the layout of rows: which there are, under which keys, and what follows from an event. One more for
/// every change of any of that; rows of another layout are made again from the log.
pub const LAYOUT: u32 = 10;

/// How far the rows are, under [`super::rows::key::APPLIED`]: written with every group of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The last event that is in the rows.
    pub seq: Seq,
    /// Log time.
    pub now: UnixMs,
    /// The live playbook.
    pub live: Option<PlaybookVersion>,
}

/// The bytes under [`super::rows::key::APPLIED`].
pub fn encode_applied(Applied { seq, now, live }: &Applied) -> Vec<u8> {
    let mut w = MessageWriter::new();
    w.number(1, FORMAT);
    w.number(2, seq.0);
    w.number(3, now.0);
    w.version_or_none(4, live.as_ref());
    w.number(5, LAYOUT);
    w.into_bytes()
}

/// Reads what is under [`super::rows::key::APPLIED`].
///
/// # Errors
/// As [`decode`]; [`CodecError::Layout`] when the rows are laid out otherwise.
pub fn decode_applied(bytes: &[u8]) -> Result<Applied, CodecError> {
    let wire::Applied {
        format: _,
        seq,
        now_unix_ms,
        live_version,
        layout,
    } = message(bytes)?;
    if layout != LAYOUT {
        return Err(CodecError::Layout(layout));
    }
    Ok(Applied {
        seq: Seq(seq),
        now: UnixMs(now_unix_ms),
        live: version_or_none(&live_version, "applied.live_version")?,
    })
}

/// The bytes of a playbook under [`super::rows::key::playbook`].
pub fn encode_playbook(source: &str) -> Vec<u8> {
    let mut w = MessageWriter::new();
    w.number(1, FORMAT);
    w.text(2, source);
    w.into_bytes()
}

/// Reads a playbook: the text as it was published.
///
/// # Errors
/// As [`decode`].
pub fn decode_playbook(bytes: &[u8]) -> Result<Arc<str>, CodecError> {
    let wire::PlaybookDocument { format: _, source } = message(bytes)?;
    Ok(source.into())
}
