//! Protobuf as it is written: field after field into one buffer, without a copy of the value in between.
//!
//! The messages are generated (`server/build`); their bytes are those that prost's would give, to which the tests hold
//! them.

/// Bytes that most values fit into.
const CAPACITY_BYTES: usize = 1_024;
const VARINT: u32 = 0;
const LENGTH_DELIMITED: u32 = 2;

/// A message that can be written.
pub(super) trait Encodable {
    /// Writes its fields in the order of their numbers; what is zero or empty is left out, unless it can be absent.
    fn write(&self, w: &mut MessageWriter);

    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut w = MessageWriter(Vec::with_capacity(CAPACITY_BYTES));
        self.write(&mut w);
        w.0
    }
}

/// A message that is being written.
pub(super) struct MessageWriter(Vec<u8>);

impl MessageWriter {
    /// A number; nothing for zero.
    pub(super) fn number(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.present(field, value);
        }
    }

    /// A number, zero too.
    pub(super) fn present(&mut self, field: u32, value: u64) {
        self.tag(field, VARINT);
        self.varint(value);
    }

    /// Numbers, packed; nothing for none.
    pub(super) fn packed(&mut self, field: u32, values: impl Iterator<Item = u64>) {
        let mut values = values.peekable();
        if values.peek().is_some() {
            self.message(field, |w| values.for_each(|value| w.varint(value)));
        }
    }

    /// Bytes, none too.
    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, LENGTH_DELIMITED);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
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

/// A number that is as short when it is negative.
pub(super) const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

const fn varint_bytes(value: u64) -> usize {
    let bits = (u64::BITS - value.leading_zeros()) as usize;
    if bits == 0 { 1 } else { bits.div_ceil(7) }
}
