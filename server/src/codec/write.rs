//! Protobuf as it is written: field after field into one buffer, without a copy of the value in between.
//!
//! The fields of a message are written in the order of their numbers, and what is zero or empty is left out, so that
//! the bytes are those that the generated messages would give. The tests hold them to that.

use super::number::Numbered;
use super::text::{Name, version_bytes};
use signpost_domain::ids::{PlaybookVersion, ReasonId};

/// Bytes that most values fit into.
const CAPACITY_BYTES: usize = 1_024;
const VARINT: u32 = 0;
const LENGTH_DELIMITED: u32 = 2;

/// A message that is being written.
pub(super) struct MessageWriter(Vec<u8>);

impl MessageWriter {
    pub(super) fn new() -> MessageWriter {
        MessageWriter(Vec::with_capacity(CAPACITY_BYTES))
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// An unsigned number, or one of which negative values are rare.
    pub(super) fn number(&mut self, field: u32, value: impl Into<Plain>) {
        let Plain(value) = value.into();
        if value != 0 {
            self.tag(field, VARINT);
            self.varint(value);
        }
    }

    /// As [`Writer::number`], of a field that can be absent: zero is written too.
    pub(super) fn number_or_none(&mut self, field: u32, value: Option<impl Into<Plain>>) {
        if let Some(value) = value {
            self.tag(field, VARINT);
            self.varint(value.into().0);
        }
    }

    /// A number that is as short when it is negative.
    pub(super) fn signed(&mut self, field: u32, value: i64) {
        self.number(field, zigzag(value));
    }

    /// As [`Writer::signed`], of a field that can be absent: zero is written too.
    pub(super) fn signed_or_none(&mut self, field: u32, value: Option<i64>) {
        self.number_or_none(field, value.map(zigzag));
    }

    pub(super) fn known(&mut self, field: u32, value: &impl Numbered) {
        self.number(field, i64::from(value.number()));
    }

    pub(super) fn all_known(&mut self, field: u32, values: &[impl Numbered]) {
        self.numbers(field, values.iter().map(|value| value.number() as u64));
    }

    pub(super) fn all_signed(&mut self, field: u32, values: impl Iterator<Item = i64>) {
        self.numbers(field, values.map(zigzag));
    }

    /// Unsigned numbers, packed.
    pub(super) fn numbers(&mut self, field: u32, values: impl Iterator<Item = u64>) {
        let mut values = values.peekable();
        if values.peek().is_some() {
            self.message(field, |w| values.for_each(|value| w.varint(value)));
        }
    }

    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.bytes_or_none(field, Some(bytes));
        }
    }

    fn bytes_or_none(&mut self, field: u32, bytes: Option<&[u8]>) {
        if let Some(bytes) = bytes {
            self.tag(field, LENGTH_DELIMITED);
            self.varint(bytes.len() as u64);
            self.0.extend_from_slice(bytes);
        }
    }

    pub(super) fn text(&mut self, field: u32, text: &str) {
        self.bytes(field, text.as_bytes());
    }

    /// A text of a field that can be absent: an empty one is written too.
    pub(super) fn text_or_none(&mut self, field: u32, text: Option<&str>) {
        self.bytes_or_none(field, text.map(str::as_bytes));
    }

    /// `primary` or `primary/secondary`.
    pub(super) fn reason(&mut self, field: u32, reason: &ReasonId) {
        let ReasonId { primary, secondary } = reason;
        self.message(field, |w| {
            w.0.extend_from_slice(primary.as_str().as_bytes());
            if let Some(secondary) = secondary {
                w.0.push(b'/');
                w.0.extend_from_slice(secondary.as_str().as_bytes());
            }
        });
    }

    pub(super) fn reason_or_none(&mut self, field: u32, reason: Option<&ReasonId>) {
        if let Some(reason) = reason {
            self.reason(field, reason);
        }
    }

    pub(super) fn name_or_none(&mut self, field: u32, name: Option<&impl Name>) {
        self.text(field, name.map_or("", Name::text));
    }

    pub(super) fn names(&mut self, field: u32, names: &[impl Name]) {
        for name in names {
            self.text_or_none(field, Some(name.text()));
        }
    }

    /// Nothing for the empty version, which a case without a playbook has.
    pub(super) fn version_or_none(&mut self, field: u32, version: Option<&PlaybookVersion>) {
        if let Some(bytes) = version.and_then(version_bytes) {
            self.bytes(field, &bytes);
        }
    }

    /// What `write` writes, with its length before it.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut MessageWriter)) {
        self.tag(field, LENGTH_DELIMITED);
        let at = self.0.len();
        self.0.push(0);
        write(self);
        let start = at + 1;
        let end = self.0.len();
        let mut rest = (end - start) as u64;
        let additional_bytes = varint_bytes(rest) - 1;
        if additional_bytes > 0 {
            self.0.resize(end + additional_bytes, 0);
            self.0.copy_within(start..end, start + additional_bytes);
        }
        for place in &mut self.0[at..at + additional_bytes] {
            *place = rest as u8 | 0x80;
            rest >>= 7;
        }
        self.0[at + additional_bytes] = rest as u8;
    }

    /// A message of one field for each of `values`.
    pub(super) fn messages<T>(
        &mut self,
        field: u32,
        values: impl IntoIterator<Item = T>,
        write: impl Fn(&mut MessageWriter, T),
    ) {
        for value in values {
            self.message(field, |w| write(w, value));
        }
    }

    fn tag(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// A number as its varint is made.
pub(super) struct Plain(u64);

impl From<u64> for Plain {
    fn from(value: u64) -> Plain {
        Plain(value)
    }
}

impl From<u32> for Plain {
    fn from(value: u32) -> Plain {
        Plain(u64::from(value))
    }
}

impl From<i64> for Plain {
    fn from(value: i64) -> Plain {
        Plain(value as u64)
    }
}

impl From<bool> for Plain {
    fn from(value: bool) -> Plain {
        Plain(u64::from(value))
    }
}

const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

const fn varint_bytes(value: u64) -> usize {
    let bits = (u64::BITS - value.leading_zeros()) as usize;
    if bits == 0 { 1 } else { bits.div_ceil(7) }
}
