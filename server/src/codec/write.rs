//! Writes protobuf: field after field into one buffer, without a copy of the value in between.
//!
//! The messages are generated (`server/build`). Their bytes are the same as those of prost; the tests check this.

/// A capacity, in bytes, that is enough for most values.
const CAPACITY_BYTES: usize = 1_024;
const VARINT: u32 = 0;
const LENGTH_DELIMITED: u32 = 2;

/// A message that can be written.
pub(super) trait Encodable {
    /// Writes the fields of the message in the order of their numbers. A field that is zero or empty is left out,
    /// unless the field can be absent.
    fn write(&self, w: &mut MessageWriter);

    /// The bytes of the message.
    fn to_bytes(&self) -> Vec<u8> {
        let mut w = MessageWriter(Vec::with_capacity(CAPACITY_BYTES));
        self.write(&mut w);
        w.0
    }
}

/// A message that is being written.
pub(super) struct MessageWriter(Vec<u8>);

impl MessageWriter {
    /// Writes a number; nothing for zero.
    pub(super) fn number(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.present(field, value);
        }
    }

    /// Writes a number, also zero.
    pub(super) fn present(&mut self, field: u32, value: u64) {
        self.tag(field, VARINT);
        self.varint(value);
    }

    /// Writes packed numbers; nothing if there are none.
    pub(super) fn packed(&mut self, field: u32, values: impl Iterator<Item = u64>) {
        let mut values = values.peekable();
        if values.peek().is_some() {
            self.message(field, |w| values.for_each(|value| w.varint(value)));
        }
    }

    /// Writes bytes, also if there are none.
    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, LENGTH_DELIMITED);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// Writes the fields that `write` writes, as a message with its length in front.
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

/// The zigzag form of a number: negative numbers are as short as positive ones.
pub(super) const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

const fn varint_bytes(value: u64) -> usize {
    let bits = (u64::BITS - value.leading_zeros()) as usize;
    if bits == 0 { 1 } else { bits.div_ceil(7) }
}
