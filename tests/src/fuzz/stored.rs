//! What is read of a disk: events, rows and their keys. Reading never panics, and what could be read is read the same
//! again once it was written.

use signpost_domain::event::Recorded;
use signpost_server::codec::index::request_id_buckets::{self, RequestIdBucket};
use signpost_server::codec::index::seq_bitmap::SeqBitmap;
use signpost_server::codec::rows::{self, RowKind, key};
use signpost_server::codec::{events, index};
use signpost_server::keys::Keys;
use std::sync::LazyLock;

/// What an input is, by its first byte: an event, or a row of one of the kinds, or something else of the disk.
const EVENT: u8 = 0;
const ROWS: std::ops::RangeInclusive<u8> = 1..=10;

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::in_memory().expect("random bytes"));

pub(super) fn run(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    match kind % 16 {
        EVENT => event(bytes),
        number if ROWS.contains(&number) => row(RowKind::ALL[usize::from(number - 1)], bytes),
        11 => {
            if let Ok(applied) = rows::decode_applied(bytes) {
                let again = rows::decode_applied(&rows::encode_applied(&applied));
                assert_eq!(again, Ok(applied));
            }
        }
        12 => {
            if let Ok(bucket) = RequestIdBucket::decode(bytes) {
                assert_eq!(RequestIdBucket::decode(&bucket.encode()), Ok(bucket));
            }
            drop(request_id_buckets::decode_key(bytes));
        }
        13 => {
            if let Ok(bitmap) = SeqBitmap::decode(bytes) {
                assert_eq!(SeqBitmap::decode(&bitmap.encode()), Ok(bitmap));
            }
        }
        14 => {
            drop(key::decode(bytes));
            drop(key::decode_generation(bytes));
            drop(index::seq_at_end(bytes));
            drop(rows::decode_playbook(bytes));
        }
        // What is sealed by other keys, or was cut.
        _ => {
            drop(events::opened(bytes.to_vec(), &KEYS));
            drop(rows::opened(bytes.to_vec(), &KEYS));
        }
    }
}

fn event(bytes: &[u8]) {
    if let Ok(recorded) = events::decode(bytes) {
        let stored = events::encode(&recorded);
        let again: Result<Recorded, _> = events::decode(&stored);
        assert_eq!(again.as_ref(), Ok(&recorded));
        assert_eq!(events::encode(&recorded), stored);
    }
}

fn row(kind: RowKind, bytes: &[u8]) {
    if let Ok(row) = rows::decode(kind, bytes) {
        let stored = rows::encode(&row);
        assert_eq!(rows::decode(kind, &stored).as_ref(), Ok(&row));
        assert!(index::writes(&row) > 0);
    }
}

/// Every stored form that is frozen.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let events = include_str!("../../../server/src/codec/tests/frozen/events.txt");
    let rows = include_str!("../../../server/src/codec/tests/frozen/rows.txt");
    let mut samples: Vec<Vec<u8>> = frozen(events).map(|bytes| at(EVENT, &bytes)).collect();
    for bytes in frozen(rows) {
        // What kind of row it is does not matter: reading tells.
        let kinds = (1..).zip(RowKind::ALL);
        let read = kinds.filter(|(_, kind)| rows::decode(*kind, &bytes).is_ok());
        samples.extend(read.map(|(number, _)| at(number, &bytes)));
        samples.extend((11..16).map(|number| at(number, &bytes)));
    }
    samples
}

fn at(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number], bytes].concat()
}

/// The runs of lines that are hexadecimal digits alone.
fn frozen(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let is_hex =
        |line: &str| !line.is_empty() && line.bytes().all(|digit| digit.is_ascii_hexdigit());
    let mut runs = vec![String::new()];
    for line in text.lines() {
        match runs.last_mut() {
            Some(run) if is_hex(line) => *run += line,
            _ => runs.push(String::new()),
        }
    }
    let runs = runs.into_iter().filter(|run| !run.is_empty());
    runs.map(|run| {
        let digits = run.as_bytes().chunks(2);
        let bytes = digits.map(|pair| std::str::from_utf8(pair).ok());
        let bytes = bytes.map(|pair| u8::from_str_radix(pair.unwrap_or_default(), 16));
        bytes.collect::<Result<Vec<u8>, _>>().unwrap_or_default()
    })
}
