//! The index: the rows that lists are read from, and how they are derived from other rows.
//!
//! These are the index rows, and the reasons for having no more. Every index row costs the row writer a write. So a
//! list gets index rows only if it would otherwise read an unlimited number of rows:
//!
//! - *Blocks* of cases by reason, tier, channel, queue and closed state. The key has a name and the number of a block
//!   ([`seq_bitmap`]); the block says which of thousands of sequences opened such a case. With any of these filters, or
//!   several together (their blocks are intersected), a page is found among millions of cases at the cost of that page.
//!   Cases of the same second share their blocks, so a case adds only a few bits. There are no blocks for open cases,
//!   which have a prefix of their own, and none for all cases, because every case has exactly one tier.
//! - Entries of the cases and contacts of a customer, and of contacts of other customers on its cases. They are next to
//!   the row of the customer, whose leaf is written for every contact anyway. With a prefix of their own they would
//!   cost another leaf, at a random place, for every contact.
//! - A *mark* of every contact and customer, under the sequence that opened it. The mark has its id, which the caller
//!   chooses and which therefore has no order in time, and the values that lists filter by. Contacts are filtered by
//!   reading their marks one after another. For rare values this is slower than blocks, but a contact changes more
//!   often than a case.
//! - Entries of customers under what each of their identities compares as, and of customers in conflict over one.
//! - Entries of customers under the forms of their key and handles, and under some beginnings of these: names are
//!   hashed where they are stored, so a list cannot look for what begins like another.
//! - Blocks of cases and of contacts by external reference and by label, for those that have any. With them, one of
//!   millions is found at once by the id that another system has for it.
//!
//! A mark is replaced when its row changes. No sequence leaves a block and no entry is deleted: they say that a row
//! matched once, and the list checks the row itself. So when a case changes its state or a customer becomes known, only
//! the new entries are written, and the index depends on the log alone.

pub mod request_id_buckets;
pub mod seq_bitmap;
use super::rows::contact::{state_kind, state_kind_to_wire};
use super::rows::key::{CUSTOMER_RECORDS, CUSTOMERS, encode_record, generation_of, record_key};
use super::text::{
    case_seqs, cases, name, name_or_none, name_text, reason_or_none, reason_text,
    reason_text_or_none,
};
use super::write::Encodable;
use super::{CodecError, wire, written};
use prost::Message;
use signpost_domain::case::{CASE_CONTACTS_LISTED_MAX, Case, CaseState};
use signpost_domain::contact::{ADDITIONAL_CASES_MAX, Contact};
use signpost_domain::customer::{Customer, IDENTITIES_MAX};
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::{ContactId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::list::ContactMark;
use signpost_domain::state::Row;
use signpost_domain::tags::{ExternalReference, LABELS_MAX, REFERENCES_MAX, Tags};
use signpost_domain::time::UnixMs;
use std::borrow::Cow;

/// The prefix of the marks of contacts.
pub const CONTACT_MARKS: [u8; 1] = [0x40];
/// The prefix of the marks of customers.
pub const CUSTOMER_MARKS: [u8; 1] = [0x41];
/// The prefix of the blocks of cases by reason, both stated and confirmed.
pub const CASES_BY_REASON: [u8; 1] = [0x50];
/// The prefix of the blocks of cases by tier.
pub const CASES_BY_TIER: [u8; 1] = [0x51];
/// The prefix of the blocks of cases by channel.
const CASES_BY_CHANNEL: [u8; 1] = [0x52];
/// The prefix of the blocks of cases by queue.
const CASES_BY_QUEUE: [u8; 1] = [0x53];
/// The prefix of the blocks of cases by closed state.
const CASES_BY_STATE: [u8; 1] = [0x54];
/// The prefix of the entries of customers by identity.
pub(super) const CUSTOMERS_BY_HANDLE: [u8; 1] = [0x55];
/// The prefix of the blocks of cases by external reference.
const CASES_BY_REFERENCE: [u8; 1] = [0x56];
/// The prefix of the blocks of cases by label.
const CASES_BY_LABEL: [u8; 1] = [0x57];
/// The prefix of the blocks of contacts by external reference.
const CONTACTS_BY_REFERENCE: [u8; 1] = [0x58];
/// The prefix of the blocks of contacts by label.
const CONTACTS_BY_LABEL: [u8; 1] = [0x59];
/// The prefix of the entries of customers who were found to hold a handle that another customer held too.
pub const HANDLE_CONFLICTS: [u8; 1] = [0x5a];

/// The prefix of the entries of customers by the generation of the log that recorded them, then by the forms of their
/// keys and handles and by beginnings of them.
pub(super) const CUSTOMERS_BY_FORM: [u8; 1] = [0x5b];

/// The first and the last prefix of the blocks by external reference and by label.
pub(super) const TAGS_FIRST: [u8; 1] = CASES_BY_REFERENCE;
pub(super) const TAGS_LAST: [u8; 1] = CONTACTS_BY_LABEL;

/// The numbers of characters of the beginnings under which a form is found, beside its whole.
const BEGINNINGS: [usize; 4] = [1, 3, 5, 8];
/// The byte after a name. No name contains it.
const END: u8 = 0;
/// The byte after the number of a customer's record, before the sequence of a case.
const OF_CASE: u8 = 1;
/// The byte after the number of a customer's record, before the sequence of a contact.
const OF_CONTACT: u8 = 2;
/// The bytes of the hash by which a mark tells the entries that lead to its customer.
const FOUND_BY_BYTES: usize = 16;
/// The number of bytes of a sequence at the end of a key.
const SEQ_BYTES: usize = 8;

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// The index entries that are derived from a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexEntries {
    /// Whether the row is new. Then all its index entries are new, too.
    pub is_new: bool,
    /// Entries to put in any case.
    pub entries: Vec<Entry>,
    /// Entries that hardly ever change, with `mark`, whose value tells which they are. They and the mark are put only
    /// if the mark is not stored yet.
    pub static_entries: Vec<Entry>,
    /// The mark of a row that has `static_entries`.
    pub mark: Option<Entry>,
    /// The prefixes of the blocks that the sequence belongs to.
    pub blocks: Vec<Vec<u8>>,
    /// The sequence that opened the item of the row.
    pub opened: Seq,
}

/// Maximum number of writes for a case: the row and the deletion of its stale key, the entry of its customer, a block
/// for each reason, channel, reference and label, and one each for its tier, queue and state.
pub const CASE_WRITES_MAX: usize =
    2 + 1 + (2 + CASE_CONTACTS_LISTED_MAX + REFERENCES_MAX + LABELS_MAX) + 3;
/// Maximum number of writes for a contact: the row and the deletion of its stale key, its mark, the entries of its
/// customer and of the owners of its cases, and a block for each reference and label.
pub const CONTACT_WRITES_MAX: usize =
    2 + 1 + (2 + ADDITIONAL_CASES_MAX) + REFERENCES_MAX + LABELS_MAX;
/// The maximum number of writes for a customer: the row, its mark, the number of its record, an entry for each
/// identity, one for a conflict, and those by form: of its key, and of each identity as told and as it compares.
pub const CUSTOMER_WRITES_MAX: usize =
    2 + 1 + 1 + IDENTITIES_MAX + 1 + (1 + 2 * IDENTITIES_MAX) * (BEGINNINGS.len() + 1);

/// How many writes a row takes at most, with its index entries, by what the row has: no list is longer than what the
/// maximum of its kind counts. Two contacts of a case on one channel count twice.
pub fn writes(row: &Row) -> usize {
    let of_tags = |tags: &Tags| tags.references.len() + tags.labels.len();
    match row {
        Row::Case(case) => {
            let rare = usize::from(case.confirmed.is_some()) + usize::from(case.queue.is_some());
            2 + 1 + (1 + case.contacts.len() + of_tags(&case.tags)) + 2 + rare
        }
        Row::Contact(contact) => {
            let owners = usize::from(contact.customer.is_some())
                + usize::from(contact.case_owner.is_some())
                + contact.additional.len();
            2 + 1 + owners + of_tags(&contact.context.tags)
        }
        Row::Customer(customer) => {
            let forms = 1 + customer.profile.identities.len() + customer.handles.len();
            let forms = forms * (BEGINNINGS.len() + 1);
            2 + 1 + 1 + customer.handles.len() + usize::from(customer.in_conflict) + forms
        }
        Row::IdentityOwner(_)
        | Row::Matter(_)
        | Row::Request(_)
        | Row::Counts(_)
        | Row::Publication(_)
        | Row::ReportedQueue(_)
        | Row::Token(_) => 2,
    }
}

/// The index entries that are derived from a row.
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
        | Row::ReportedQueue(_)
        | Row::Token(_) => IndexEntries::default(),
    }
}

/// Whether the key belongs to a block, an entry or a mark.
pub fn is_index(key: &[u8]) -> bool {
    match key.split_first() {
        Some((prefix, rest)) if [*prefix] == CUSTOMERS => rest.len() > SEQ_BYTES,
        Some((prefix, _)) if [*prefix] == CUSTOMER_RECORDS => true,
        Some((prefix, _)) => (CONTACT_MARKS[0]..=CUSTOMERS_BY_FORM[0]).contains(prefix),
        None => false,
    }
}

fn of_contact(contact: &Contact) -> IndexEntries {
    let mark = (at(&CONTACT_MARKS, contact.opened), contact_mark(contact));
    let owners = contact.additional.iter().filter_map(|it| it.owner.as_ref());
    let customers = contact.customer.iter().chain(&contact.case_owner);
    let customers = customers.chain(owners);
    let records = customers.filter_map(recorded);
    let customers = records.map(|of| (at(&contacts_of_customer(of), contact.opened), Vec::new()));
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
    let record = case.customer.as_ref().and_then(recorded);
    let customer = record.map(|of| (at(&cases_of_customer(of), case.id.0), Vec::new()));
    IndexEntries {
        is_new: case.id.0 == case.changed,
        entries: customer.into_iter().collect(),
        blocks,
        opened: case.id.0,
        ..IndexEntries::default()
    }
}

fn of_customer(customer: &Customer) -> IndexEntries {
    let opened = customer.opened;
    let generation = generation_of(opened);
    let record = (record_key(generation, &customer.id), encode_record(opened));
    let leads_to_it = |prefix: Vec<u8>| (at(&prefix, opened), Vec::new());
    let handles = customer.handles.iter().map(customers_by_handle);
    let mut beginnings: Vec<Vec<u8>> = Vec::new();
    for form in customer.search_forms() {
        // Whoever looks for a whole key finds its record.
        let is_key = form == customer.id.as_str();
        let whole = Some(&*form).filter(|_| !is_key);
        let parts = indexed_beginnings(&form).chain(whole);
        beginnings.extend(parts.map(|part| customers_by_beginning(generation, part)));
    }
    beginnings.sort_unstable();
    beginnings.dedup();
    let conflict = customer.in_conflict.then(|| HANDLE_CONFLICTS.to_vec());
    let found_by = handles.chain(conflict).chain(beginnings).map(leads_to_it);
    let found_by: Vec<Entry> = std::iter::once(record).chain(found_by).collect();
    let mark = (
        at(&CUSTOMER_MARKS, opened),
        customer_mark(customer, &found_by),
    );
    IndexEntries {
        is_new: opened == customer.changed,
        mark: Some(mark),
        static_entries: found_by,
        opened,
        ..IndexEntries::default()
    }
}

/// The prefix of the blocks of cases with this reason, stated or confirmed.
pub fn cases_by_reason(reason: &ReasonId) -> Vec<u8> {
    [&CASES_BY_REASON[..], reason_text(reason).as_bytes(), &[END]].concat()
}

/// The prefix of the blocks of cases with this tier.
pub fn cases_by_tier(tier: &Slug) -> Vec<u8> {
    [&CASES_BY_TIER[..], tier.as_str().as_bytes(), &[END]].concat()
}

/// The prefix of the blocks of cases that had a contact on this channel.
pub fn cases_by_channel(channel: &Slug) -> Vec<u8> {
    [&CASES_BY_CHANNEL[..], channel.as_str().as_bytes(), &[END]].concat()
}

/// The prefix of the blocks of cases that were sent to this queue.
pub fn cases_by_queue(queue: &Slug) -> Vec<u8> {
    [&CASES_BY_QUEUE[..], queue.as_str().as_bytes(), &[END]].concat()
}

/// The prefix of the blocks of cases that were once in this state. `None` for open cases, which have a prefix of their
/// own.
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

/// The number of the record of a customer. Every id in a row has it.
fn recorded(id: &CustomerId) -> Option<Seq> {
    debug_assert!(id.record().is_some(), "{id} has no record");
    id.record()
}

/// The prefix of the entries of the cases of a customer.
pub fn cases_of_customer(record: Seq) -> Vec<u8> {
    [&CUSTOMERS[..], &record.0.to_be_bytes(), &[OF_CASE]].concat()
}

/// The prefix of the entries of the contacts of a customer.
pub fn contacts_of_customer(record: Seq) -> Vec<u8> {
    [&CUSTOMERS[..], &record.0.to_be_bytes(), &[OF_CONTACT]].concat()
}

/// The prefix of the entries of customers that once had this handle.
pub fn customers_by_handle(HandleKey { kind, value }: &HandleKey) -> Vec<u8> {
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

/// The beginnings of a form that it is found under, beside its whole.
pub fn indexed_beginnings(form: &str) -> impl Iterator<Item = &str> {
    BEGINNINGS
        .into_iter()
        .filter_map(|length| beginning(form, length))
}

/// The beginning of a form with so many characters; `None` if the form is not longer.
fn beginning(form: &str, length: usize) -> Option<&str> {
    form.char_indices().nth(length).map(|(end, _)| &form[..end])
}

/// What customers are looked up by who have a form that begins so: the text itself, or a beginning of it. Not all that
/// it leads to have such a form: keys are hashed where they are stored, and so only beginnings of some lengths are
/// found.
pub fn indexed_beginning(begin: &str) -> &str {
    let longest = indexed_beginnings(begin).last();
    match BEGINNINGS.contains(&begin.chars().count()) {
        false => longest.unwrap_or(begin),
        true => begin,
    }
}

/// The prefix of the entries of customers whom an event of this generation recorded, under this beginning of a form, or
/// under this form.
pub fn customers_by_beginning(generation: u64, begin: &str) -> Vec<u8> {
    let generation = generation.to_be_bytes();
    [
        &CUSTOMERS_BY_FORM[..],
        &generation,
        begin.as_bytes(),
        &[END],
    ]
    .concat()
}

/// The sequence at the end of a key.
///
/// # Errors
/// When the key is shorter than a sequence.
pub fn seq_at_end(key: &[u8]) -> Result<Seq, CodecError> {
    let bytes = key.last_chunk::<SEQ_BYTES>().ok_or(SHAPE)?;
    Ok(Seq(u64::from_be_bytes(*bytes)))
}

/// The prefix of the blocks of cases that once had this external reference.
pub fn cases_by_reference(ExternalReference { system, id }: &ExternalReference) -> Vec<u8> {
    under_two(CASES_BY_REFERENCE, system, id)
}

/// The prefix of the blocks of cases that once had this label with this value.
pub fn cases_by_label(key: &str, value: &str) -> Vec<u8> {
    under_two(CASES_BY_LABEL, key, value)
}

/// The prefix of the blocks of contacts that once had this external reference.
pub fn contacts_by_reference(ExternalReference { system, id }: &ExternalReference) -> Vec<u8> {
    under_two(CONTACTS_BY_REFERENCE, system, id)
}

/// The prefix of the blocks of contacts that once had this label with this value.
pub fn contacts_by_label(key: &str, value: &str) -> Vec<u8> {
    under_two(CONTACTS_BY_LABEL, key, value)
}

fn under_two([prefix]: [u8; 1], one: &str, other: &str) -> Vec<u8> {
    [&[prefix], one.as_bytes(), &[END], other.as_bytes(), &[END]].concat()
}

/// The key of the block of a sequence, under this prefix.
pub fn block_of(prefix: &[u8], seq: Seq) -> Vec<u8> {
    at(prefix, Seq(seq_bitmap::number_of(seq)))
}

/// The key of a sequence or of the number of a block, under this prefix.
pub fn at(prefix: &[u8], seq: Seq) -> Vec<u8> {
    [prefix, &seq.0.to_be_bytes()].concat()
}

/// The sequence in a key under this prefix.
///
/// # Errors
/// When the key is not under this prefix, or has more or fewer bytes than a sequence after it.
pub fn seq_under(prefix: &[u8], key: &[u8]) -> Result<Seq, CodecError> {
    let seq = key
        .strip_prefix(prefix)
        .and_then(|rest| rest.try_into().ok());
    seq.map(|bytes| Seq(u64::from_be_bytes(bytes))).ok_or(SHAPE)
}

/// The prefix of the key of a block, and the name in the prefix.
///
/// # Errors
/// When the key does not belong to a block with a name.
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

/// Reads the mark of a contact.
///
/// # Errors
/// When the bytes are not a mark of a contact.
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

fn customer_mark(customer: &Customer, found_by: &[Entry]) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    for (key, _) in found_by {
        hasher.update(&(key.len() as u64).to_be_bytes()).update(key);
    }
    let digest = hasher.finalize();
    written::CustomerMark {
        created_unix_ms: customer.created.0,
        tier: name_text(customer.profile.tier.as_ref()),
        found_by: Cow::Borrowed(&digest.as_bytes()[..FOUND_BY_BYTES]),
    }
    .to_bytes()
}

/// The mark of a customer: the values that lists filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerMark {
    /// The time when the customer was first recorded, in milliseconds.
    pub created: UnixMs,
    /// The tier; `None` if the customer has none.
    pub tier: Option<Slug>,
}

/// Reads the mark of a customer.
///
/// # Errors
/// When the bytes are not a mark of a customer.
pub fn decode_customer_mark(bytes: &[u8]) -> Result<CustomerMark, CodecError> {
    let wire::CustomerMark {
        created_unix_ms,
        tier,
        found_by: _,
    } = wire::CustomerMark::decode(bytes)?;
    Ok(CustomerMark {
        created: UnixMs(created_unix_ms),
        tier: name_or_none(tier),
    })
}

const SHAPE: CodecError = CodecError::Shape("index");
