//! Writes protobuf: field after field into one buffer, without a copy of the value in between.
//!
//! The messages are generated (`server/build`). Their bytes are the same as those of prost; the tests check this.

use crate::keys::{KeyNumber, KeyOf};

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
        let mut w = MessageWriter::new(None);
        self.write(&mut w);
        w.bytes
    }

    /// The bytes of the message, and the places in it of what is personal.
    fn to_places(&self, whose: Whose) -> (Vec<u8>, Vec<PersonalPlace>) {
        let mut w = MessageWriter::new(Some(whose));
        self.write(&mut w);
        (w.bytes, w.places)
    }
}

/// Whom a message is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Whose {
    /// The key of the contact or the case; `None` if it is about neither.
    pub(super) subject: Option<KeyNumber>,
    /// The key of the customer; `None` if it is not known.
    pub(super) customer: Option<KeyNumber>,
}

/// Whose a field is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    /// Of the contact or the case.
    Subject,
    /// Of the customer.
    Customer,
    /// Of the customer with the record of this number.
    Record(u64),
    /// Of the customer, and of the one with the record of this number.
    CustomerAnd(u64),
}

/// The keys that something is stored under: it takes both to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Under {
    pub(super) key: KeyNumber,
    pub(super) and: Option<KeyNumber>,
}

impl Whose {
    /// `None` if nobody is known whose it could be: then it stays as it is.
    fn under(self, owner: Owner) -> Option<Under> {
        let Whose { subject, customer } = self;
        let of_record = |seq: u64| (seq > 0).then(|| KeyNumber::new(KeyOf::Customer, seq));
        let one = |key: KeyNumber| Under { key, and: None };
        match owner {
            Owner::Subject => subject.or(customer).map(one),
            Owner::Customer => customer.or(subject).map(one),
            Owner::Record(seq) => of_record(seq).or(subject).or(customer).map(one),
            Owner::CustomerAnd(seq) => {
                let key = customer.or(subject)?;
                let and = of_record(seq).filter(|other| *other != key);
                Some(Under { key, and })
            }
        }
    }
}

/// Where in the bytes of a message something personal is: whole fields of one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct PersonalPlace {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) under: Under,
    /// The number of the field that may stay in its place.
    pub(super) padding: u32,
}

/// A message that is being written.
pub(super) struct MessageWriter {
    bytes: Vec<u8>,
    /// `None`: what is personal is not looked for.
    whose: Option<Whose>,
    places: Vec<PersonalPlace>,
    /// Whether what is written now is in a place already.
    is_inside: bool,
}

impl MessageWriter {
    fn new(whose: Option<Whose>) -> MessageWriter {
        MessageWriter {
            bytes: Vec::with_capacity(CAPACITY_BYTES),
            whose,
            places: Vec::new(),
            is_inside: false,
        }
    }

    /// Notes the place of what `write` writes: whole fields.
    pub(super) fn personal(
        &mut self,
        owner: Owner,
        padding: u32,
        write: impl FnOnce(&mut MessageWriter),
    ) {
        let under = self.whose.filter(|_| !self.is_inside);
        let Some(under) = under.and_then(|whose| whose.under(owner)) else {
            return write(self);
        };
        let start = self.bytes.len();
        self.is_inside = true;
        write(self);
        self.is_inside = false;
        let end = self.bytes.len();
        if end > start {
            self.places.push(PersonalPlace {
                start,
                end,
                under,
                padding,
            });
        }
    }

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
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes the fields that `write` writes, as a message with its length in front.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut MessageWriter)) {
        self.tag(field, LENGTH_DELIMITED);
        let at = self.bytes.len();
        let first_place = self.places.len();
        self.bytes.push(0);
        write(self);
        let start = at + 1;
        let end = self.bytes.len();
        let mut rest = (end - start) as u64;
        let additional_bytes = varint_bytes(rest) - 1;
        if additional_bytes > 0 {
            self.bytes.resize(end + additional_bytes, 0);
            self.bytes.copy_within(start..end, start + additional_bytes);
            for place in &mut self.places[first_place..] {
                place.start += additional_bytes;
                place.end += additional_bytes;
            }
        }
        for place in &mut self.bytes[at..at + additional_bytes] {
            *place = rest as u8 | 0x80;
            rest >>= 7;
        }
        self.bytes[at + additional_bytes] = rest as u8;
    }

    fn tag(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
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
