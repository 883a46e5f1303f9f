//! The rows that lists are read by: what they are, and which of them follow from a row.
//!
//! Which there are, and why no more. Every one of them costs the thread that keeps the rows a write, so a list gets one
//! only where it would otherwise look at rows without end:
//!
//! - *Blocks* of cases by reason, tier, channel, waiting line and closed state: a name, then the number of a block
//!   ([`seq_bitmap`]) that says which of thousands of sequences opened such a case. Any one of these filters, and any
//!   of them together (their blocks are intersected), finds a page among millions of cases at the cost of that page.
//!   Cases of one second share their blocks: what a case adds is a few bits. There is none for open cases, which have a
//!   prefix of their own, and none for all cases, of which each has just one tier.
//! - Entries of a customer's cases and contacts, and of contacts of others on its cases, beside the customer's row,
//!   whose leaf is written for every contact anyway. A prefix of their own would cost another leaf, hit at random, for
//!   every contact.
//! - A *mark* of every contact and customer under the sequence by which it came: its name, which is the caller's and so
//!   in no order of time, and what lists filter by. Contacts are filtered by looking at their marks one after another,
//!   which is slower for rare values than blocks are, but a contact changes more often than a case.
//! - Entries of customers under each of their handles.
//! - Blocks of cases and of contacts by external reference and by label, of those that have any: who looks for one
//!   of millions by the id that another system has for it finds it at once.
//!
//! A mark is replaced when its row changes. Nothing leaves a block and no entry is deleted: they say that a row once
//! matched, and the list looks at the row itself. So a case that goes from state to state, or a customer that becomes
//! known, needs no more than what is new, and what there is follows from the log alone.

pub mod request_id_buckets;
pub mod seq_bitmap;
use super::rows::contact::{state_kind, state_kind_to_wire};
use super::rows::key::CUSTOMERS;
use super::text::{
    case_seqs, cases, name, name_or_none, name_text, reason_or_none, reason_text,
    reason_text_or_none,
};
use super::write::Encodable;
use super::{CodecError, wire, written};
use prost::Message;
use signpost_domain::case::{CASE_CONTACTS_LISTED_MAX, Case, CaseState};
use signpost_domain::contact::{ADDITIONAL_CASES_MAX, Contact};
use signpost_domain::customer::{Customer, IDENTITIES_MAX, IdentityKey};
use signpost_domain::ids::{ContactId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::list::ContactMark;
use signpost_domain::state::Row;
use signpost_domain::tags::{ExternalReference, LABELS_MAX, REFERENCES_MAX, Tags};
use signpost_domain::time::UnixMs;

/// Marks of contacts.
pub const CONTACT_MARKS: [u8; 1] = [0x40];
/// Marks of customers.
pub const CUSTOMER_MARKS: [u8; 1] = [0x41];
/// Blocks of cases by reason, stated and confirmed.
pub const CASES_BY_REASON: [u8; 1] = [0x50];
/// Blocks of cases by tier.
pub const CASES_BY_TIER: [u8; 1] = [0x51];
/// Blocks of cases by channel.
const CASES_BY_CHANNEL: [u8; 1] = [0x52];
/// Blocks of cases by waiting line.
const CASES_BY_QUEUE: [u8; 1] = [0x53];
/// Blocks of cases by closed state.
const CASES_BY_STATE: [u8; 1] = [0x54];
/// Entries of customers by handle.
const CUSTOMERS_BY_HANDLE: [u8; 1] = [0x55];
/// Blocks of cases by external reference.
const CASES_BY_REFERENCE: [u8; 1] = [0x56];
/// Blocks of cases by label.
const CASES_BY_LABEL: [u8; 1] = [0x57];
/// Blocks of contacts by external reference.
const CONTACTS_BY_REFERENCE: [u8; 1] = [0x58];
/// Blocks of contacts by label.
const CONTACTS_BY_LABEL: [u8; 1] = [0x59];

/// After a name; no name has it.
const END: u8 = 0;
/// After a customer's key and [`END`], before the sequence of a case.
const OF_CASE: u8 = 1;
/// The same before the sequence of a contact.
const OF_CONTACT: u8 = 2;
/// Bytes of a sequence at the end of a key.
const SEQ_BYTES: usize = 8;

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// What follows from a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexEntries {
    /// Whether the row is new, and with it all of that.
    pub is_new: bool,
    /// To be put as they are.
    pub entries: Vec<Entry>,
    /// Entries that hardly ever change: to be put where they are not there yet.
    pub static_entries: Vec<Entry>,
    /// The prefixes of blocks that the sequence is a member of.
    pub blocks: Vec<Vec<u8>>,
    /// The sequence that opened what the row is of.
    pub opened: Seq,
}

/// Most that is written for a case: the row and the one that it takes the place of, the entry of its customer, a block
/// for each reason, channel, reference and label, and for its tier, queue and state.
pub const CASE_WRITES_MAX: usize =
    2 + 1 + (2 + CASE_CONTACTS_LISTED_MAX + REFERENCES_MAX + LABELS_MAX) + 3;
/// Most that is written for a contact: the row and the one that it takes the place of, its mark, the entries of its
/// customer and of those whose cases it has, a block for each reference and label.
pub const CONTACT_WRITES_MAX: usize =
    2 + 1 + (2 + ADDITIONAL_CASES_MAX) + REFERENCES_MAX + LABELS_MAX;
/// Most that is written for a customer: the row, its mark, an entry for each identity.
pub const CUSTOMER_WRITES_MAX: usize = 2 + 1 + IDENTITIES_MAX;

/// What is written for a row at most, with what follows from it; of a case it counts just what there is.
pub fn writes(row: &Row) -> usize {
    match row {
        Row::Case(case) => CASE_WRITES_MAX - CASE_CONTACTS_LISTED_MAX + case.contacts.len(),
        Row::Contact(_) => CONTACT_WRITES_MAX,
        Row::Customer(_) => CUSTOMER_WRITES_MAX,
        Row::IdentityOwner(_)
        | Row::Matter(_)
        | Row::Request(_)
        | Row::Counts(_)
        | Row::Publication(_)
        | Row::ReportedQueue(_) => 2,
    }
}

/// What follows from a row.
pub fn follows(row: &Row) -> IndexEntries {
    match row {
        Row::Contact(contact) => of_contact(contact),
        Row::Case(case) => of_case(case),
        Row::Customer(customer) => of_customer(customer),
        Row::IdentityOwner(_)
        | Row::Matter(_)
        | Row::Request(_)
        | Row::Counts(_)
        | Row::Publication(_)
        | Row::ReportedQueue(_) => IndexEntries::default(),
    }
}

/// Whether the key is that of a block, an entry or a mark.
pub fn is_index(key: &[u8]) -> bool {
    match key.split_first() {
        Some((prefix, rest)) if [*prefix] == CUSTOMERS => rest.contains(&END),
        Some((prefix, _)) => (CONTACT_MARKS[0]..=CONTACTS_BY_LABEL[0]).contains(prefix),
        None => false,
    }
}

fn of_contact(contact: &Contact) -> IndexEntries {
    let mark = (at(&CONTACT_MARKS, contact.opened), contact_mark(contact));
    let owners = contact.additional.iter().filter_map(|it| it.owner.as_ref());
    let customers = contact.customer.iter().chain(&contact.case_owner);
    let customers = customers.chain(owners);
    let customers = customers.map(|id| (at(&contacts_of_customer(id), contact.opened), Vec::new()));
    let Tags { references, labels } = &contact.context.tags;
    let references = references.iter().map(contacts_by_reference);
    let labels = labels
        .iter()
        .map(|(key, value)| contacts_by_label(key, value));
    IndexEntries {
        is_new: contact.opened == contact.changed,
        entries: std::iter::once(mark).chain(customers).collect(),
        blocks: references.chain(labels).collect(),
        opened: contact.opened,
        ..IndexEntries::default()
    }
}

fn of_case(case: &Case) -> IndexEntries {
    let mut blocks = vec![cases_by_reason(&case.reason), cases_by_tier(&case.tier)];
    let confirmed = case.confirmed.as_ref().filter(|it| **it != case.reason);
    blocks.extend(confirmed.map(cases_by_reason));
    let mut channels: Vec<&Slug> = Vec::new();
    for contact in &case.contacts {
        if !channels.contains(&&contact.channel) {
            channels.push(&contact.channel);
        }
    }
    blocks.extend(channels.into_iter().map(cases_by_channel));
    blocks.extend(case.queue.as_ref().map(cases_by_queue));
    blocks.extend(cases_by_closed_state(case.state));
    let Tags { references, labels } = &case.tags;
    blocks.extend(references.iter().map(cases_by_reference));
    let labels = labels.iter();
    blocks.extend(labels.map(|(key, value)| cases_by_label(key, value)));
    let customer = case.customer.as_ref().map(cases_of_customer);
    let customer = customer.map(|prefix| (at(&prefix, case.id.0), Vec::new()));
    IndexEntries {
        is_new: case.id.0 == case.changed,
        entries: customer.into_iter().collect(),
        blocks,
        opened: case.id.0,
        ..IndexEntries::default()
    }
}

fn of_customer(customer: &Customer) -> IndexEntries {
    let mark = (
        at(&CUSTOMER_MARKS, customer.opened),
        customer_mark(customer),
    );
    let identities = customer.profile.identities.iter();
    let entry = |key| {
        let id = customer.id.as_str().as_bytes().to_vec();
        (at(&customers_by_handle(key), customer.opened), id)
    };
    let handles = identities.map(|identity| entry(&identity.key));
    IndexEntries {
        is_new: customer.opened == customer.changed,
        static_entries: std::iter::once(mark).chain(handles).collect(),
        opened: customer.opened,
        ..IndexEntries::default()
    }
}

/// The prefix of cases stated or confirmed to be for a reason.
pub fn cases_by_reason(reason: &ReasonId) -> Vec<u8> {
    [&CASES_BY_REASON[..], reason_text(reason).as_bytes(), &[END]].concat()
}

/// The prefix of cases under a tier.
pub fn cases_by_tier(tier: &Slug) -> Vec<u8> {
    [&CASES_BY_TIER[..], tier.as_str().as_bytes(), &[END]].concat()
}

/// The prefix of cases that had a contact on a channel.
pub fn cases_by_channel(channel: &Slug) -> Vec<u8> {
    [&CASES_BY_CHANNEL[..], channel.as_str().as_bytes(), &[END]].concat()
}

/// The prefix of cases that were sent to a line.
pub fn cases_by_queue(queue: &Slug) -> Vec<u8> {
    [&CASES_BY_QUEUE[..], queue.as_str().as_bytes(), &[END]].concat()
}

/// The prefix of cases that were once in this state; `None` for open ones, which have a prefix of their own.
pub fn cases_by_closed_state(state: CaseState) -> Option<Vec<u8>> {
    let number = match state {
        CaseState::Open => return None,
        CaseState::Resolved => 1,
        CaseState::Lapsed => 2,
        CaseState::Withdrawn => 3,
        CaseState::Merged => 4,
    };
    Some([&CASES_BY_STATE[..], &[number]].concat())
}

/// The prefix of a customer's cases.
pub fn cases_of_customer(customer: &CustomerId) -> Vec<u8> {
    [
        &CUSTOMERS[..],
        customer.as_str().as_bytes(),
        &[END, OF_CASE],
    ]
    .concat()
}

/// The prefix of a customer's contacts.
pub fn contacts_of_customer(customer: &CustomerId) -> Vec<u8> {
    [
        &CUSTOMERS[..],
        customer.as_str().as_bytes(),
        &[END, OF_CONTACT],
    ]
    .concat()
}

/// The prefix of customers who once had a handle.
pub fn customers_by_handle(IdentityKey { kind, value }: &IdentityKey) -> Vec<u8> {
    let kind = kind.as_str().as_bytes();
    [
        &CUSTOMERS_BY_HANDLE[..],
        kind,
        &[END],
        value.as_bytes(),
        &[END],
    ]
    .concat()
}

/// The prefix of cases that another system once called so.
pub fn cases_by_reference(ExternalReference { system, id }: &ExternalReference) -> Vec<u8> {
    under_two(CASES_BY_REFERENCE, system, id)
}

/// The prefix of cases that once had a label with this value.
pub fn cases_by_label(key: &str, value: &str) -> Vec<u8> {
    under_two(CASES_BY_LABEL, key, value)
}

/// The prefix of contacts that another system once called so.
pub fn contacts_by_reference(ExternalReference { system, id }: &ExternalReference) -> Vec<u8> {
    under_two(CONTACTS_BY_REFERENCE, system, id)
}

/// The prefix of contacts that once had a label with this value.
pub fn contacts_by_label(key: &str, value: &str) -> Vec<u8> {
    under_two(CONTACTS_BY_LABEL, key, value)
}

fn under_two([prefix]: [u8; 1], one: &str, other: &str) -> Vec<u8> {
    [&[prefix], one.as_bytes(), &[END], other.as_bytes(), &[END]].concat()
}

/// The key of the block under a prefix that a sequence is in.
pub fn block_of(prefix: &[u8], seq: Seq) -> Vec<u8> {
    at(prefix, Seq(seq_bitmap::number_of(seq)))
}

/// The key under a prefix for a sequence, or for the number of a block.
pub fn at(prefix: &[u8], seq: Seq) -> Vec<u8> {
    [prefix, &seq.0.to_be_bytes()].concat()
}

/// The sequence of a key under a prefix.
///
/// # Errors
/// When the key is none of that prefix.
pub fn seq_under(prefix: &[u8], key: &[u8]) -> Result<Seq, CodecError> {
    let seq = key
        .strip_prefix(prefix)
        .and_then(|rest| rest.try_into().ok());
    seq.map(|bytes| Seq(u64::from_be_bytes(bytes))).ok_or(SHAPE)
}

/// The prefix of a block, and the name in it.
///
/// # Errors
/// When the key is none of a block with a name.
pub fn prefix_and_name(key: &[u8]) -> Result<(&[u8], &str), CodecError> {
    let prefix = key.len().checked_sub(SEQ_BYTES).map(|len| &key[..len]);
    let prefix = prefix.ok_or(SHAPE)?;
    let name = prefix.get(1..).and_then(|rest| rest.strip_suffix(&[END]));
    let name = name.and_then(|name| std::str::from_utf8(name).ok());
    Ok((prefix, name.ok_or(SHAPE)?))
}

fn contact_mark(contact: &Contact) -> Vec<u8> {
    let ContactMark {
        recorded,
        place,
        channel,
        reason,
        confirmed,
        tier,
        queue,
        cases,
    } = ContactMark::of(contact);
    written::ContactMark {
        id: contact.id.as_str().into(),
        recorded_unix_ms: recorded.0,
        state: state_kind_to_wire(place).into(),
        channel: channel.as_str().into(),
        reason: reason_text_or_none(reason.as_ref()),
        confirmed_reason: reason_text_or_none(confirmed.as_ref()),
        tier: name_text(tier.as_ref()),
        queue: name_text(queue.as_ref()),
        case_seqs: case_seqs(&cases),
    }
    .to_bytes()
}

/// Reads a mark of a contact.
///
/// # Errors
/// When it is none.
pub fn decode_contact_mark(bytes: &[u8]) -> Result<(ContactId, ContactMark), CodecError> {
    let wire::ContactMark {
        id,
        recorded_unix_ms,
        state: place,
        channel,
        reason,
        confirmed_reason,
        tier,
        queue,
        case_seqs,
    } = wire::ContactMark::decode(bytes)?;
    let mark = ContactMark {
        recorded: UnixMs(recorded_unix_ms),
        place: state_kind(place)?,
        channel: name(channel, "contact_mark.channel")?,
        reason: reason_or_none(&reason, "contact_mark.reason")?,
        confirmed: reason_or_none(&confirmed_reason, "contact_mark.confirmed_reason")?,
        tier: name_or_none(tier),
        queue: name_or_none(queue),
        cases: cases(case_seqs),
    };
    Ok((name(id, "contact_mark.id")?, mark))
}

fn customer_mark(customer: &Customer) -> Vec<u8> {
    written::CustomerMark {
        id: customer.id.as_str().into(),
        created_unix_ms: customer.created.0,
        tier: name_text(customer.profile.tier.as_ref()),
    }
    .to_bytes()
}

/// Of a customer, what lists filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerMark {
    /// The key.
    pub id: CustomerId,
    /// When it was first recorded.
    pub created: UnixMs,
    /// The tier.
    pub tier: Option<Slug>,
}

/// Reads a mark of a customer.
///
/// # Errors
/// When it is none.
pub fn decode_customer_mark(bytes: &[u8]) -> Result<CustomerMark, CodecError> {
    let wire::CustomerMark {
        id,
        created_unix_ms,
        tier,
    } = wire::CustomerMark::decode(bytes)?;
    Ok(CustomerMark {
        id: name(id, "customer_mark.id")?,
        created: UnixMs(created_unix_ms),
        tier: name_or_none(tier),
    })
}

/// Reads the key of a customer, as an entry by handle holds it.
///
/// # Errors
/// When it is none.
pub fn decode_customer_id(bytes: &[u8]) -> Result<CustomerId, CodecError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SHAPE)?;
    name(text.to_owned(), "index.customer")
}

const SHAPE: CodecError = CodecError::Shape("index");
