//! The keys of rows: one byte for the kind, then the name. The order of the bytes is the order of the names.
//!
//! Open cases and live contacts have prefixes of their own, so a start reads only these rows. When a row moves from one
//! prefix to the other, it is written under the new key and its stale key is deleted in the same batch.

use crate::codec::CodecError;
use crate::codec::text::{Name, counted, hash, name, reason_text, version_bytes};
use signpost_domain::case::CaseKey;
use signpost_domain::event::RequestKey;
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::{CaseId, CustomerId, PlaybookVersion, Seq};
use signpost_domain::state::{Row, RowKey};

/// The key of the only row of [`super::Applied`].
pub const APPLIED: [u8; 1] = [0x01];
/// Playbooks as written.
pub const PLAYBOOKS: [u8; 1] = [0x02];
/// The publications: each time that a version was made live, in the order of time.
pub const PUBLICATIONS: [u8; 1] = [0x03];
/// Counts by reason and tier.
pub const COUNTS: [u8; 1] = [0x04];
/// The latest report of each queue.
pub const REPORTED_QUEUES: [u8; 1] = [0x05];
/// Tokens, by their places.
pub const TOKENS: [u8; 1] = [0x06];
/// Live contacts.
pub const LIVE_CONTACTS: [u8; 1] = [0x10];
/// Ended contacts.
pub const ENDED_CONTACTS: [u8; 1] = [0x11];
/// Cases that are open or have a live contact.
pub const OPEN_CASES: [u8; 1] = [0x12];
/// All other cases.
pub const CLOSED_CASES: [u8; 1] = [0x13];
/// Customers, by the number of their record; after each of them the entries of its cases and contacts. What is written
/// at the same time is close together, whatever the customers' own keys are.
pub const CUSTOMERS: [u8; 1] = [0x20];
/// For each verified identity the customer who holds it. If several customers share it: the one who was reported last.
pub const HOLDERS: [u8; 1] = [0x21];
/// The latest case of each matter, by the generation of the log that made it the latest, then by the key of the matter.
/// The rows of earlier generations stay: of a matter's rows, that of the newest generation counts.
pub const MATTERS: [u8; 1] = [0x22];
/// The number of the record of each customer, by the generation of the log that made it, then by the customer's own
/// key, of which a hash is stored.
pub const CUSTOMER_RECORDS: [u8; 1] = [0x23];
/// The records of writes that were answered, by the generation of the log that answered them, then by their key. The
/// keys are hashes; in this order rows that are written at the same time are next to each other.
pub const REQUESTS: [u8; 1] = [0x30];
/// The keys of writes that were answered, by stretches of the log, the oldest first.
pub const REQUEST_AGES: [u8; 1] = [0x31];

/// The number of events in one generation of answered writes, of matters and of the records of customers. Within a
/// generation they are at random places, so each flush writes most of it again: of matters at most 4 MB, of customers
/// with what leads to them 10 MB. What is larger would be written, and read again, more often; what is smaller would
/// need more looks.
pub const GENERATION_EVENTS: u64 = 1 << 16;
/// The number of runs in which the answered writes of a generation are stored one after another, for their rows are
/// larger: those of one run take about 6 MB. In a generation, a write is looked for in each of its runs.
pub const REQUEST_RUNS: u64 = 2;
/// The number of events in one run.
pub const REQUEST_RUN_EVENTS: u64 = GENERATION_EVENTS / REQUEST_RUNS;

/// The rows that a start reads, in the order of reading them: those that the engine has in memory all the time
/// ([`Row::is_kept`]), and those that have timers ([`Row::is_active`]).
pub const READ_AT_START: [[u8; 1]; 6] = [
    PUBLICATIONS,
    COUNTS,
    REPORTED_QUEUES,
    TOKENS,
    OPEN_CASES,
    LIVE_CONTACTS,
];

/// The byte between two names in one key. No name contains it.
const BETWEEN: &[u8] = &[0];

/// The key under which `row` is stored; `key` is its name.
pub fn key_for(key: &RowKey, row: &Row) -> Vec<u8> {
    match (key, row) {
        (_, Row::Request(row)) => of_event(row.seq, key),
        (_, Row::Matter(latest)) => of_event(latest.seq, key),
        (_, Row::Customer(row)) => customer(row.opened),
        _ => under(places(key).of(row).0, key),
    }
}

/// The number of the generation that an event is in.
pub const fn generation_of(seq: Seq) -> u64 {
    seq.0 / GENERATION_EVENTS
}

/// The first event of a generation.
pub const fn first_of(generation: u64) -> Seq {
    Seq(generation.saturating_mul(GENERATION_EVENTS))
}

/// The key of a row that is stored by generation ([`is_by_generation`]): of a write that this event answered, or of a
/// matter whose latest case became the latest by it.
pub fn of_event(seq: Seq, key: &RowKey) -> Vec<u8> {
    numbered(seq.0 / run_events(key), key)
}

/// The keys that a row can have if an event of this generation stored it, the newest first.
pub fn in_generation(generation: u64, key: &RowKey) -> impl Iterator<Item = Vec<u8>> {
    let runs = GENERATION_EVENTS / run_events(key);
    let first = generation.saturating_mul(runs);
    let numbers = (first..first.saturating_add(runs)).rev();
    numbers.map(move |number| numbered(number, key))
}

/// The number of events whose rows of this kind are stored in the order of their keys.
const fn run_events(key: &RowKey) -> u64 {
    match key {
        RowKey::Request(_) => REQUEST_RUN_EVENTS,
        _ => GENERATION_EVENTS,
    }
}

fn numbered(number: u64, key: &RowKey) -> Vec<u8> {
    let mut bytes = under(places(key).resting, key);
    bytes.splice(1..1, number.to_be_bytes());
    bytes
}

/// The generation in a key that [`of_event`] made.
///
/// # Errors
/// When it did not make the bytes.
pub fn decode_generation(bytes: &[u8]) -> Result<u64, CodecError> {
    match bytes.split_first() {
        Some((prefix, name)) if [*prefix] == MATTERS || [*prefix] == CUSTOMER_RECORDS => {
            Ok(number_and_name(name)?.0)
        }
        Some((prefix, name)) if [*prefix] == REQUESTS => {
            Ok(number_and_name(name)?.0 / REQUEST_RUNS)
        }
        _ => Err(SHAPE),
    }
}

/// The key that an earlier state of `row` may have; `key` is its name. It is deleted when the row is written. `None`
/// for rows that never moved.
pub fn stale_key_for(key: &RowKey, row: &Row) -> Option<Vec<u8>> {
    let moved = match row {
        // An ended contact stays ended.
        Row::Contact(row) => !row.state.is_live(),
        Row::Case(row) => row.event_count > 1,
        _ => false,
    };
    let stale = places(key).of(row).1.filter(|_| moved);
    stale.map(|stale| under(stale, key))
}

/// The keys that the row named `key` can have: it is under at most one of them, except while it moves. The first is the
/// key of a row that is not open or live. There is none for a row that is stored by generation: it is under
/// [`in_generation`], in a generation that the caller must know; and none for a customer whose record is not known: it
/// is under [`record_key`].
pub fn lookup_keys(key: &RowKey) -> impl Iterator<Item = Vec<u8>> {
    let Places { resting, active } = places(key);
    let of_record = match key {
        RowKey::Customer(id) => id.record().map(customer),
        _ => None,
    };
    let is_by_name = !is_by_generation(key) && !matches!(key, RowKey::Customer(_));
    let resting = Some(resting).filter(|_| is_by_name);
    let by_name = resting.into_iter().chain(active);
    of_record
        .into_iter()
        .chain(by_name.map(move |prefix| under(prefix, key)))
}

/// The key of the customer with this record.
pub fn customer(record: Seq) -> Vec<u8> {
    [&CUSTOMERS[..], &record.0.to_be_bytes()].concat()
}

/// The key under which the number of a customer's record is stored ([`decode_record`]), if an event of this generation
/// made it.
pub fn record_key(generation: u64, id: &CustomerId) -> Vec<u8> {
    let generation = generation.to_be_bytes();
    [&CUSTOMER_RECORDS[..], &generation, id.as_str().as_bytes()].concat()
}

/// The keys under which the number of a customer's record can be stored, if an event up to `applied` made it: the
/// newest first. Of several that are there the first counts; the others are of customers who were erased.
pub fn record_keys(applied: Seq, id: &CustomerId) -> impl Iterator<Item = Vec<u8>> {
    let generations = (0..=generation_of(applied)).rev();
    generations.map(move |generation| record_key(generation, id))
}

/// The value under [`record_key`].
pub fn encode_record(record: Seq) -> Vec<u8> {
    record.0.to_be_bytes().to_vec()
}

/// Reads the number of a record.
///
/// # Errors
/// When the bytes are not one.
pub fn decode_record(bytes: &[u8]) -> Result<Seq, CodecError> {
    seq(bytes)
}

/// Whether rows of this kind are stored by generation of the log.
pub const fn is_by_generation(key: &RowKey) -> bool {
    matches!(key, RowKey::Request(_) | RowKey::Matter(_))
}

/// The key of the row named `key` while it is open or live. `None` for rows that are never open or live.
pub fn active(key: &RowKey) -> Option<Vec<u8>> {
    places(key).active.map(|prefix| under(prefix, key))
}

/// Reads the key of a row. Not of a customer: its own key is in its row.
///
/// # Errors
/// When the bytes are not the key of a row.
pub fn decode(bytes: &[u8]) -> Result<RowKey, CodecError> {
    let (prefix, name) = bytes.split_first().ok_or(SHAPE)?;
    match [*prefix] {
        LIVE_CONTACTS | ENDED_CONTACTS => Ok(RowKey::Contact(text_name(name)?)),
        OPEN_CASES | CLOSED_CASES => Ok(RowKey::Case(CaseId(seq(name)?))),
        HOLDERS => {
            let (kind, value) = parts(name)?;
            let kind = text_name(kind)?;
            let value = text(value)?.into();
            Ok(RowKey::IdentityOwner(HandleKey { kind, value }))
        }
        MATTERS => {
            let (_, name) = number_and_name(name)?;
            Ok(RowKey::Matter(CaseKey(hash(name, FIELD)?)))
        }
        REQUESTS => {
            let (_, name) = number_and_name(name)?;
            Ok(RowKey::Request(RequestKey(hash(name, FIELD)?)))
        }
        COUNTS => {
            let (of_reason, tier) = parts(name)?;
            let reason = counted(text(of_reason)?, FIELD)?;
            Ok(RowKey::Counts(reason, text_name(tier)?))
        }
        PUBLICATIONS => Ok(RowKey::Publication(seq(name)?)),
        REPORTED_QUEUES => Ok(RowKey::ReportedQueue(text_name(name)?)),
        TOKENS => {
            let slot = name.try_into().map_err(|_| SHAPE)?;
            Ok(RowKey::Token(u32::from_be_bytes(slot)))
        }
        _ => Err(SHAPE),
    }
}

/// The key of a playbook as written.
pub fn playbook(version: &PlaybookVersion) -> Vec<u8> {
    let hash = version_bytes(version).unwrap_or_default();
    [&PLAYBOOKS[..], &hash].concat()
}

/// The prefixes that a row can have.
struct Places {
    /// The prefix of a row that is neither open nor live.
    resting: u8,
    /// The prefix of a row that is open or live; `None` if such rows have no prefix of their own.
    active: Option<u8>,
}

impl Places {
    /// The prefix of `row`, and the other prefix, which it does not have now.
    fn of(&self, row: &Row) -> (u8, Option<u8>) {
        match self.active {
            Some(active) if row.is_active() => (active, Some(self.resting)),
            active => (self.resting, active),
        }
    }
}

fn places(key: &RowKey) -> Places {
    let ([resting], active) = match key {
        RowKey::Contact(_) => (ENDED_CONTACTS, Some(LIVE_CONTACTS)),
        RowKey::Case(_) => (CLOSED_CASES, Some(OPEN_CASES)),
        RowKey::Customer(_) => (CUSTOMERS, None),
        RowKey::IdentityOwner(_) => (HOLDERS, None),
        RowKey::Matter(_) => (MATTERS, None),
        RowKey::Request(_) => (REQUESTS, None),
        RowKey::Counts(..) => (COUNTS, None),
        RowKey::Publication(_) => (PUBLICATIONS, None),
        RowKey::ReportedQueue(_) => (REPORTED_QUEUES, None),
        RowKey::Token(_) => (TOKENS, None),
    };
    let active = active.map(|[prefix]| prefix);
    Places { resting, active }
}

fn under(prefix: u8, key: &RowKey) -> Vec<u8> {
    let prefix: &[u8] = &[prefix];
    match key {
        RowKey::Contact(id) => [prefix, id.as_str().as_bytes()].concat(),
        RowKey::Case(CaseId(seq)) | RowKey::Publication(seq) => {
            [prefix, &seq.0.to_be_bytes()].concat()
        }
        RowKey::Customer(id) => [prefix, id.as_str().as_bytes()].concat(),
        RowKey::ReportedQueue(queue) => [prefix, queue.as_str().as_bytes()].concat(),
        RowKey::Token(slot) => [prefix, &slot.to_be_bytes()].concat(),
        RowKey::IdentityOwner(HandleKey { kind, value }) => {
            let kind = kind.as_str().as_bytes();
            [prefix, kind, BETWEEN, value.as_bytes()].concat()
        }
        RowKey::Matter(CaseKey(hash)) | RowKey::Request(RequestKey(hash)) => {
            [prefix, hash].concat()
        }
        RowKey::Counts(reason, tier) => {
            let reason = reason_text(reason);
            let tier = tier.as_str().as_bytes();
            [prefix, reason.as_bytes(), BETWEEN, tier].concat()
        }
    }
}

const FIELD: &str = "key";
const SHAPE: CodecError = CodecError::Shape(FIELD);

fn number_and_name(bytes: &[u8]) -> Result<(u64, &[u8]), CodecError> {
    let (generation, name) = bytes.split_first_chunk::<8>().ok_or(SHAPE)?;
    Ok((u64::from_be_bytes(*generation), name))
}

fn parts(name: &[u8]) -> Result<(&[u8], &[u8]), CodecError> {
    let at = name.iter().position(|byte| BETWEEN == [*byte]);
    let at = at.ok_or(SHAPE)?;
    Ok((&name[..at], &name[at + 1..]))
}

fn text(bytes: &[u8]) -> Result<&str, CodecError> {
    std::str::from_utf8(bytes).map_err(|_| SHAPE)
}

fn text_name<N: Name>(bytes: &[u8]) -> Result<N, CodecError> {
    name(text(bytes)?.to_owned(), FIELD)
}

fn seq(bytes: &[u8]) -> Result<Seq, CodecError> {
    let bytes = bytes.try_into().map_err(|_| SHAPE)?;
    Ok(Seq(u64::from_be_bytes(bytes)))
}
