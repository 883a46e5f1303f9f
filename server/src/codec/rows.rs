//! The stored form of the rows of the state, and of two other kinds of values: the position of the rows, and playbooks
//! as written. The keys are in [`super::rows::key`].

pub mod active;
mod case;
pub mod contact;
mod handles;
pub mod key;
mod token;

use super::actor::{actor, actor_to_wire};
use super::context::{queue_stats, queue_stats_to_wire};
use super::customer::{customer, customer_key, customer_key_to_wire, customer_to_wire};
use super::text::{
    borrowed, case, case_seq, counted, hash, name, reason_text, version, version_cow,
    version_or_none,
};
use super::write::{Encodable, Whose};
use super::{CodecError, FORMAT, message, required, seal, wire, written};
use crate::keys::{KeyError, KeyNumber, KeyOf, Keys};
use case::{case_row, case_to_wire};
use contact::{contact, contact_to_wire};
use signpost_domain::contact::ReportedQueue;
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::{CustomerId, PlaybookVersion, Seq};
use signpost_domain::route::Route;
use signpost_domain::state::{
    Counts, Holder, IdempotencyRecord, LatestCase, Publication, Row, RowKey,
};
use signpost_domain::time::UnixMs;
use std::borrow::Cow;
use std::sync::Arc;

/// The kind of a row.
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
    /// [`Row::Token`].
    Token,
}

impl RowKind {
    /// Every kind.
    pub const ALL: [RowKind; 10] = [
        RowKind::Contact,
        RowKind::Case,
        RowKind::Customer,
        RowKind::Holder,
        RowKind::Matter,
        RowKind::Request,
        RowKind::Counts,
        RowKind::Publication,
        RowKind::ReportedQueue,
        RowKind::Token,
    ];

    /// The kind of the row under a key.
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
            RowKey::Token(_) => RowKind::Token,
        }
    }
}

/// The bytes of a row. The same row always has the same bytes.
pub fn encode(row: &Row) -> Vec<u8> {
    let row = row_to_wire(row);
    written::Row {
        format: FORMAT,
        row: Some(row),
    }
    .to_bytes()
}

fn row_to_wire(row: &Row) -> written::row::Row<'_> {
    use written::row::Row as Wire;
    match row {
        Row::Contact(row) => Wire::Contact(contact_to_wire(row)),
        Row::Case(row) => Wire::Case(case_to_wire(row)),
        Row::Customer(row) => Wire::Customer(customer_to_wire(row)),
        Row::IdentityOwner(holder) => Wire::Holder(written::Holder {
            customer: "".into(),
            others: Vec::new(),
            key: Some(customer_key_to_wire(&holder.customer)),
            other_keys: holder.others.iter().map(customer_key_to_wire).collect(),
        }),
        Row::Matter(latest) => Wire::Matter(written::Matter {
            case_seq: case_seq(latest.case),
            seq: latest.seq.0,
        }),
        Row::Request(row) => Wire::Request(answered_to_wire(row)),
        Row::Counts(row) => Wire::Counts(counts_to_wire(row)),
        Row::Publication(row) => Wire::Publication(publication_to_wire(row)),
        Row::ReportedQueue(row) => Wire::ReportedQueue(reported_to_wire(row)),
        Row::Token(row) => Wire::Token(token::to_wire(row)),
    }
}

/// Reads a row from a place where rows of `kind` are stored.
///
/// # Errors
/// When a newer program wrote the row, when it was damaged, or when it is of another kind. The rows must then be made
/// again from the log.
pub fn decode(kind: RowKind, bytes: &[u8]) -> Result<Row, CodecError> {
    use wire::row::Row as Wire;
    let wire::Row { format: _, row } = message(bytes)?;
    match (kind, required(row, "row")?) {
        (RowKind::Contact, Wire::Contact(row)) => Ok(Row::Contact(Arc::new(contact(row)?))),
        (RowKind::Case, Wire::Case(row)) => Ok(Row::Case(Arc::new(case_row(row)?))),
        (RowKind::Customer, Wire::Customer(row)) => Ok(Row::Customer(Arc::new(customer(row)?))),
        (RowKind::Holder, Wire::Holder(row)) => Ok(Row::IdentityOwner(Arc::new(holder(row)?))),
        (RowKind::Matter, Wire::Matter(wire::Matter { case_seq, seq })) => {
            let (case, seq) = (case(case_seq), Seq(seq));
            Ok(Row::Matter(Arc::new(LatestCase { case, seq })))
        }
        (RowKind::Request, Wire::Request(row)) => Ok(Row::Request(Arc::new(answered(row)?))),
        (RowKind::Counts, Wire::Counts(row)) => Ok(Row::Counts(counts(row)?)),
        (RowKind::Publication, Wire::Publication(row)) => {
            Ok(Row::Publication(Arc::new(publication(row)?)))
        }
        (RowKind::ReportedQueue, Wire::ReportedQueue(row)) => {
            Ok(Row::ReportedQueue(Arc::new(reported(row)?)))
        }
        (RowKind::Token, Wire::Token(row)) => Ok(Row::Token(Arc::new(token::read(row)?))),
        (
            RowKind::Contact
            | RowKind::Case
            | RowKind::Customer
            | RowKind::Holder
            | RowKind::Matter
            | RowKind::Request
            | RowKind::Counts
            | RowKind::Publication
            | RowKind::ReportedQueue
            | RowKind::Token,
            _,
        ) => Err(CodecError::Shape("row")),
    }
}

fn holder(message: wire::Holder) -> Result<Holder, CodecError> {
    let wire::Holder {
        customer,
        others,
        key,
        other_keys,
    } = message;
    let customer = match key {
        Some(key) => customer_key(key)?,
        None => name(customer, "holder.customer")?,
    };
    let others = others.into_iter().map(|other| name(other, "holder.others"));
    let others = others.chain(other_keys.into_iter().map(customer_key));
    let others = others.collect::<Result<_, _>>()?;
    Ok(Holder { customer, others })
}

/// The bytes of a row, with what is personal sealed.
///
/// # Errors
/// When a key cannot be had.
pub fn sealed(row: &Row, keys: &Keys) -> Result<Vec<u8>, KeyError> {
    let message = written::Row {
        format: FORMAT,
        row: Some(row_to_wire(row)),
    };
    let key = |of, seq: Seq| Some(KeyNumber::new(of, seq.0));
    let of_customer = |id: Option<&CustomerId>| {
        let record = id.and_then(CustomerId::record);
        record.and_then(|record| key(KeyOf::Customer, record))
    };
    let (whose, changed) = match row {
        Row::Contact(row) => {
            // What was told of who the customer is belongs to whom the contact was decided for.
            let told_of = match &row.correction {
                Some(correction) => correction.decided_for.as_ref(),
                None => row.customer.as_ref(),
            };
            let subject = key(KeyOf::Contact, row.opened);
            let customer = of_customer(told_of);
            (Whose { subject, customer }, row.changed)
        }
        Row::Case(row) => {
            let subject = key(KeyOf::Case, row.id.0);
            let customer = of_customer(row.customer.as_ref());
            (Whose { subject, customer }, row.changed)
        }
        Row::Customer(row) => {
            let customer = key(KeyOf::Customer, row.opened);
            let subject = None;
            (Whose { subject, customer }, row.changed)
        }
        // It names whose each part is.
        Row::IdentityOwner(_) => (Whose::default(), Seq(0)),
        Row::Matter(_)
        | Row::Request(_)
        | Row::Counts(_)
        | Row::Publication(_)
        | Row::ReportedQueue(_)
        | Row::Token(_) => return Ok(message.to_bytes()),
    };
    seal::sealed(&message, whose, (seal::SealedAs::Row, changed.0), keys)
}

/// The bytes that [`encode`] writes, of those that [`sealed`] wrote, without what was erased.
///
/// # Errors
/// When a key cannot be had or does not fit.
pub fn opened(bytes: Vec<u8>, keys: &Keys) -> Result<Vec<u8>, CodecError> {
    seal::opened(bytes, seal::SealedAs::Row, keys)
}

fn answered_to_wire(record: &IdempotencyRecord) -> written::IdempotencyRecord<'_> {
    let IdempotencyRecord {
        seq,
        at,
        fingerprint,
    } = record;
    written::IdempotencyRecord {
        seq: seq.0,
        at_unix_ms: at.0,
        fingerprint: Cow::Borrowed(fingerprint),
    }
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

fn counts_to_wire(counts: &Counts) -> written::Counts<'_> {
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
    written::Counts {
        reason: reason_text(reason),
        tier: tier.as_str().into(),
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
        cases_merged: *cases_merged,
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
        cases_merged,
    } = message;
    Ok(Counts {
        reason: counted(&reason_text, "counts.reason")?,
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

fn publication_to_wire(publication: &Publication) -> written::Publication<'_> {
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
    written::Publication {
        seq: seq.0,
        version: version_cow(Some(version)),
        name: name.as_str().into(),
        at_unix_ms: at.0,
        actor: Some(actor_to_wire(actor)),
        note: borrowed(note),
        rolled_back: *rolled_back,
        on_behalf_of: on_behalf_of.as_ref().map(actor_to_wire),
    }
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

fn reported_to_wire(reported: &ReportedQueue) -> written::ReportedQueue<'_> {
    let ReportedQueue {
        stats,
        observed,
        seq,
    } = reported;
    written::ReportedQueue {
        stats: Some(queue_stats_to_wire(stats)),
        observed_unix_ms: observed.0,
        seq: seq.0,
    }
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

/// The number of the layout of the rows: which rows there are, their keys, and the rows that an event leads to. Add 1
/// for every change of any of these. Rows with another layout are made again from the log.
pub const LAYOUT: u32 = 19;

/// The position of the rows, under [`super::rows::key::APPLIED`]. It is written with every group of rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The sequence of the last event in the rows.
    pub seq: Seq,
    /// The log time at that event, in milliseconds.
    pub now: UnixMs,
    /// The version of the live playbook; `None` if none is live.
    pub live: Option<PlaybookVersion>,
    /// How the handles in the rows compare.
    pub comparing: Arc<HandleKinds>,
    /// Whether a customer ever had a handle.
    pub has_handles: bool,
}

/// The bytes under [`super::rows::key::APPLIED`].
pub fn encode_applied(applied: &Applied) -> Vec<u8> {
    let Applied {
        seq,
        now,
        live,
        comparing,
        has_handles,
    } = applied;
    written::Applied {
        format: FORMAT,
        seq: seq.0,
        now_unix_ms: now.0,
        live_version: version_cow(live.as_ref()),
        layout: LAYOUT,
        handle_kinds: handles::to_wire(comparing),
        has_handles: *has_handles,
    }
    .to_bytes()
}

/// Reads the value under [`super::rows::key::APPLIED`].
///
/// # Errors
/// The same as [`decode`]; and [`CodecError::Layout`] when the rows have another layout.
pub fn decode_applied(bytes: &[u8]) -> Result<Applied, CodecError> {
    let wire::Applied {
        format: _,
        seq,
        now_unix_ms,
        live_version,
        layout,
        handle_kinds,
        has_handles,
    } = message(bytes)?;
    if layout != LAYOUT {
        return Err(CodecError::Layout(layout));
    }
    Ok(Applied {
        seq: Seq(seq),
        now: UnixMs(now_unix_ms),
        live: version_or_none(&live_version, "applied.live_version")?,
        comparing: Arc::new(handles::read(handle_kinds)?),
        has_handles,
    })
}

/// The bytes of a playbook under [`super::rows::key::playbook`].
pub fn encode_playbook(source: &str) -> Vec<u8> {
    written::PlaybookDocument {
        format: FORMAT,
        source: source.into(),
    }
    .to_bytes()
}

/// Reads the text of a playbook as it was published.
///
/// # Errors
/// The same as [`decode`].
pub fn decode_playbook(bytes: &[u8]) -> Result<Arc<str>, CodecError> {
    let wire::PlaybookDocument { format: _, source } = message(bytes)?;
    Ok(source.into())
}
