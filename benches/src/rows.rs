//! The rows that a contact of the load leaves in the store of Signpost: taken from a folder that Signpost filled, and
//! made for other contacts by copying their values under keys of their own. The values are copied as they are stored,
//! sealed, which the store cannot compress; with keys they are encoded and sealed for each contact, as no service can
//! leave out that keeps what is personal.

use signpost_domain::case::CaseKey;
use signpost_domain::event::RequestKey;
use signpost_domain::ids::{CaseId, ContactId, CustomerId, Seq};
use signpost_domain::state::{Row, RowKey};
use signpost_server::codec::index::request_id_buckets::{self as stretches, STRETCH_EVENTS};
use signpost_server::codec::index::seq_bitmap::number_of;
use signpost_server::codec::index::{self, is_index};
use signpost_server::codec::rows::{RowKind, decode, key, sealed};
use signpost_server::engine::{Clock, Engine, EngineOptions, open_folder};
use signpost_server::keys::{KeyError, Keys};
use signpost_server::store::{Opened, RowLimits, Rows, SCAN_ROWS_MAX, StoreError, StoredRow};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// The number of contacts with which the folder of the sample is to be filled. Their values differ as those of real
/// contacts do, so that the store can compress copies no better than real rows.
pub const SAMPLED: u64 = 1_024;
/// The number of the first contact of the sample. The ids are as long as those that a round has.
pub const SAMPLED_FROM: u64 = 100_000;
/// The bytes of a stretch of request ids before its requests, and of each request.
const STRETCH_BYTES: (u64, u64) = (8, 17);
/// The number of writes that the engine counts for the counts of a contact.
const COUNTS_WRITES: usize = 2;

/// A key and the value to put there.
pub(crate) type Put = (Vec<u8>, Option<Vec<u8>>);

/// A contact that is to have rows: its id and that of its customer.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) contact: ContactId,
    pub(crate) customer: CustomerId,
}

/// A value of the sample.
#[derive(Debug)]
struct Sampled {
    /// As it is stored.
    stored: Vec<u8>,
    /// The row; `None` of what is no row.
    row: Option<Row>,
}

/// The rows of a sample of contacts.
#[derive(Debug)]
pub struct RowSample {
    /// For each kind of row that every contact has: the values of the contacts of the sample.
    each: BTreeMap<Kind, Vec<Sampled>>,
    /// The prefixes of the blocks that the cases of a contact belong to, with the value of a full one.
    blocks: Vec<StoredRow>,
    /// The value of a full stretch of request ids.
    stretch: Vec<u8>,
    /// The rows that each group writes again under the same key.
    again: Vec<StoredRow>,
    /// The number of writes that the engine counts for one contact.
    pub writes: usize,
    /// The number of rows that are new with a contact.
    pub rows: usize,
    /// The bytes of keys and values of these rows.
    pub bytes: usize,
}

/// The kind of a row: the first byte of its key, and for an index row below a customer the byte after the record.
type Kind = (u8, u8);

impl RowSample {
    /// Reads the sample from a folder that holds [`SAMPLED`] contacts. No server may run on it.
    ///
    /// # Errors
    /// When the folder cannot be read, or when its contacts have rows that this bench does not make.
    pub fn read(folder: &Path) -> Result<RowSample, Box<dyn Error>> {
        // A start brings the rows up to the log.
        let options = EngineOptions::new(Clock::System);
        let (engine, guard) = Engine::start(open_folder(folder)?, options)?;
        drop(engine);
        guard.stop();
        let folder = open_folder(folder)?;
        let all = match Rows::open(&folder, RowLimits::default())? {
            Opened::Ready(_rows, reader) => {
                let opened = all_rows(|after| reader.scan_blocking(&[], after, SCAN_ROWS_MAX))?;
                let stored =
                    all_rows(|after| reader.scan_sealed_blocking(&[], after, SCAN_ROWS_MAX))?;
                opened.into_iter().zip(stored)
            }
            Opened::Damaged { what } => return Err(what.into()),
        };
        // Each row as it is opened, and its value as it is stored.
        let mut kinds: BTreeMap<Kind, Vec<(StoredRow, Vec<u8>)>> = BTreeMap::new();
        for (opened, (_, stored)) in all {
            let of_kind = kinds.entry(kind(&opened.0)).or_default();
            of_kind.push((opened, stored));
        }
        let expected = Named {
            contact: ContactId::stored("contact"),
            customer: CustomerId::stored("customer-100000"),
        };
        // Stored keys have hashes of names. These have the names, so that they say what row they are of.
        let mut named: BTreeMap<Kind, Vec<Vec<u8>>> = BTreeMap::new();
        for key in keys_of(&expected, Seq(1)) {
            named.entry(kind(&key)).or_default().push(key);
        }
        let (each, other): (BTreeMap<_, _>, BTreeMap<_, _>) = kinds
            .into_iter()
            .partition(|(_, rows)| rows.len() as u64 >= SAMPLED);
        if !each.keys().eq(named.keys()) {
            let found: Vec<&Kind> = each.keys().collect();
            return Err(format!(
                "a contact has rows of {found:x?}, not of {:x?}",
                named.keys()
            )
            .into());
        }
        let mut sample = RowSample {
            each: BTreeMap::new(),
            blocks: Vec::new(),
            stretch: Vec::new(),
            again: Vec::new(),
            writes: COUNTS_WRITES,
            rows: named.values().map(Vec::len).sum(),
            bytes: 0,
        };
        for (kind, rows) in each {
            let (mut values, mut bytes) = (Vec::with_capacity(rows.len()), 0);
            for ((key, opened), stored) in rows {
                let row = match [key[0]] {
                    _ if is_index(&key) => None,
                    key::CUSTOMERS => Some(decode(RowKind::Customer, &opened)?),
                    _ => Some(decode(RowKind::of(&key::decode(&key)?), &opened)?),
                };
                bytes += key.len() + stored.len();
                values.push(Sampled { stored, row });
            }
            let first = values.first().and_then(|value| value.row.as_ref());
            sample.writes += first.map_or(0, index::writes);
            let of_contact = named.get(&kind).map_or(0, Vec::len);
            sample.bytes += bytes * of_contact / values.len();
            sample.each.insert(kind, values);
        }
        for ((key, value), _) in other.into_values().flatten() {
            match [key[0]] {
                key::PLAYBOOKS | key::PUBLICATIONS => {}
                key::REQUEST_AGES if value.len() > sample.stretch.len() => sample.stretch = value,
                key::REQUEST_AGES => {}
                key::APPLIED | key::COUNTS => sample.again.push((key, value)),
                _ if is_index(&key) => {
                    let prefix = key[..key.len() - size_of::<u64>()].to_vec();
                    sample.blocks.push((prefix, value));
                }
                _ => return Err(format!("rows of another kind: {key:x?}").into()),
            }
        }
        Ok(sample)
    }

    /// The rows of these contacts, whose events have the sequences from `first` on, and the rows that the group shares.
    /// With `keys` each row is encoded and sealed.
    ///
    /// # Errors
    /// When a key cannot be had.
    pub(crate) fn rows_of(
        &self,
        contacts: &[Named],
        first: u64,
        keys: Option<&Keys>,
    ) -> Result<Vec<Put>, KeyError> {
        let mut puts = Vec::with_capacity(contacts.len() * self.rows + self.blocks.len() + 8);
        let mut last = first;
        for (seq, named) in (first..).zip(contacts) {
            last = seq;
            for key in keys_of(named, Seq(seq)) {
                let values = self.each.get(&kind(&key));
                let value = values.and_then(|values| values.get(seq as usize % values.len()));
                let row = value.and_then(|value| value.row.as_ref());
                let value = match keys.zip(row) {
                    Some((keys, row)) => Some(sealed(row, keys)?),
                    None => value.map(|value| value.stored.clone()),
                };
                puts.push((key, value));
            }
        }
        let (first, last) = (Seq(first), Seq(last));
        for (prefix, value) in &self.blocks {
            for number in number_of(first)..=number_of(last) {
                puts.push((index::at(prefix, Seq(number)), Some(value.clone())));
            }
        }
        let newest = stretches::stretch_of(last);
        for number in stretches::stretch_of(first)..=newest {
            // The newest one is not full yet.
            let (before, each) = STRETCH_BYTES;
            let filled = before + each * (last.0 % STRETCH_EVENTS + 1);
            let mut value = self.stretch.clone();
            value.truncate(if number == newest {
                filled as usize
            } else {
                value.len()
            });
            puts.push((stretches::key(number), Some(value)));
        }
        let again = self.again.iter().cloned();
        puts.extend(again.map(|(key, value)| (key, Some(value))));
        Ok(puts)
    }
}

/// The keys of the rows that are new with a contact, which opens a case of a new customer.
fn keys_of(Named { contact, customer }: &Named, seq: Seq) -> Vec<Vec<u8>> {
    let of_contact = RowKey::Contact(contact.clone());
    let of_case = RowKey::Case(CaseId(seq));
    let matter = RowKey::Matter(CaseKey(scattered(2 * seq.0)));
    let generation = key::generation_of(seq);
    let request = RowKey::Request(RequestKey(scattered(2 * seq.0 + 1)));
    let mut keys = vec![
        key::of_event(seq, &matter),
        key::of_event(seq, &request),
        index::at(&index::CONTACT_MARKS, seq),
        index::at(&index::CUSTOMER_MARKS, seq),
        key::customer(seq),
        key::record_key(generation, customer),
        index::at(&index::cases_of_customer(seq), seq),
        index::at(&index::contacts_of_customer(seq), seq),
    ];
    keys.extend(key::active(&of_contact));
    keys.extend(key::active(&of_case));
    let beginnings = index::indexed_beginnings(customer.as_str());
    let prefixes = beginnings.map(|begin| index::customers_by_beginning(generation, begin));
    keys.extend(prefixes.map(|prefix| index::at(&prefix, seq)));
    keys
}

/// Bytes as of a hash of the number.
fn scattered(number: u64) -> [u8; 16] {
    let mixed = |number: u64| {
        let bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
    };
    let halves = u128::from(mixed(number)) << 64 | u128::from(mixed(!number));
    halves.to_be_bytes()
}

fn kind(key: &[u8]) -> Kind {
    let of_customer = [key[0]] == key::CUSTOMERS;
    let after = key.get(1 + size_of::<u64>()).filter(|_| of_customer);
    (key[0], after.copied().unwrap_or_default())
}

fn all_rows(
    scan: impl Fn(Option<&[u8]>) -> Result<(Vec<StoredRow>, u64), StoreError>,
) -> Result<Vec<StoredRow>, StoreError> {
    let mut all: Vec<StoredRow> = Vec::new();
    loop {
        let after = all.last().map(|(key, _)| key.clone());
        let (rows, _) = scan(after.as_deref())?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}
