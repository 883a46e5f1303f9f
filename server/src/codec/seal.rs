//! Takes what is personal out of a stored message, seals it under the keys of whose it is, and puts it back.
//!
//! `server/proto/signpost/store/v1/seal.proto` marks what is personal. Where a place was taken out stays a field of the
//! same length that means nothing, so that the rest reads without any key. What was sealed under a key that is
//! destroyed is not there any more.

use super::write::{Encodable, PersonalPlace, Under, Whose};
use super::{CodecError, wire, written};
use crate::keys::{KeyBytes, KeyError, KeyNumber, Keys};
use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use prost::Message;

/// The number of the field of the parts, the last of every message that is stored by itself.
const PARTS: u64 = 60;
/// A place of fewer bytes cannot be padded by a field with a long tag. It holds nothing: a tag and a length of 0.
const PLACE_BYTES_MIN: usize = 3;
/// The numbers of fields with a short tag are below this.
const LONG_TAGS: u32 = 16;

/// What kind of stored thing a message is: the same sequence makes another nonce for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SealedAs {
    Event = 1,
    Row = 2,
}

/// The bytes of a message, with what is personal sealed. `seq` is the event by which it became what it is.
pub(super) fn sealed(
    message: &impl Encodable,
    whose: Whose,
    (kind, seq): (SealedAs, u64),
    keys: &Keys,
) -> Result<Vec<u8>, KeyError> {
    let (mut bytes, places) = message.to_places(whose);
    let mut parts = Vec::new();
    let mut done = vec![false; places.len()];
    for first in 0..places.len() {
        if done[first] {
            continue;
        }
        let under = places[first].under;
        let mine = |place: &&PersonalPlace| {
            let can_be_padded = place.end - place.start >= PLACE_BYTES_MIN;
            place.under == under && (can_be_padded || place.padding < LONG_TAGS)
        };
        for (place, done) in places.iter().zip(&mut done) {
            *done |= place.under == under;
        }
        let mine: Vec<&PersonalPlace> = places.iter().filter(mine).collect();
        let (mut plain, mut at, mut end) = (Vec::new(), Vec::new(), 0);
        for place in &mine {
            let taken = &mut bytes[place.start..place.end];
            plain.extend_from_slice(taken);
            at.extend([(place.start - end) as u64, taken.len() as u64]);
            end = place.end;
            pad(taken, place.padding);
        }
        if plain.is_empty() {
            continue;
        }
        let sealed = match secret(under, |number| keys.key_to_write(number))? {
            Some(key) => {
                let aad = &associated(under);
                Aes256GcmSiv::new(&key.into())
                    .encrypt(&nonce(kind, seq), Payload { msg: &plain, aad })
                    .map_err(|_| KeyError::Sealing)?
            }
            // Erased already: it is not kept at all. An empty part says that something was there.
            None => {
                at.clear();
                Vec::new()
            }
        };
        parts.push(written::SealedPart {
            key: under.key.0,
            and_key: under.and.map_or(0, |and| and.0),
            places: at,
            nonce: seq,
            sealed: sealed.into(),
        });
    }
    if !parts.is_empty() {
        bytes.extend(written::SealedParts { parts }.to_bytes());
    }
    Ok(bytes)
}

/// The bytes of a message as they were before they were sealed, without what is erased.
pub(super) fn opened(bytes: Vec<u8>, kind: SealedAs, keys: &Keys) -> Result<Vec<u8>, CodecError> {
    opened_how(bytes, kind, keys).map(|(bytes, _)| bytes)
}

/// The same as [`opened`], and whether nothing of it is erased. If something is, fields that mean nothing are left in
/// its place.
pub(super) fn opened_how(
    mut bytes: Vec<u8>,
    kind: SealedAs,
    keys: &Keys,
) -> Result<(Vec<u8>, bool), CodecError> {
    let Some(at) = start_of_parts(&bytes) else {
        return Ok((bytes, true));
    };
    let mut is_whole = true;
    let parts = wire::SealedParts::decode(&bytes[at..])?.parts;
    bytes.truncate(at);
    for part in parts {
        let wire::SealedPart {
            key,
            and_key,
            places,
            nonce: seq,
            sealed,
        } = part;
        if sealed.is_empty() {
            is_whole = false;
            continue;
        }
        let and = (and_key > 0).then_some(KeyNumber(and_key));
        let key = KeyNumber(key);
        let under = Under { key, and };
        let key = secret(under, |number| keys.key(number));
        let Some(key) = key.map_err(|error| CodecError::Keys(error.to_string()))? else {
            is_whole = false;
            continue;
        };
        let aad = &associated(under);
        let plain = Aes256GcmSiv::new(&key.into())
            .decrypt(&nonce(kind, seq), Payload { msg: &sealed, aad })
            .map_err(|_| CodecError::Sealed)?;
        put_back(&mut bytes, &places, &plain).ok_or(CodecError::Shape("sealed.places"))?;
    }
    Ok((bytes, is_whole))
}

/// Whether something of the message is sealed.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    start_of_parts(bytes).is_some()
}

/// The numbers of the keys that it takes to open a message.
#[cfg(test)]
pub(super) fn numbers(bytes: &[u8]) -> Vec<KeyNumber> {
    let parts = start_of_parts(bytes).map(|at| wire::SealedParts::decode(&bytes[at..]));
    let parts = parts.into_iter().flatten().flat_map(|parts| parts.parts);
    let numbers = parts.flat_map(|part| [part.key, part.and_key]);
    numbers
        .filter(|number| *number > 0)
        .map(KeyNumber)
        .collect()
}

fn put_back(bytes: &mut [u8], places: &[u64], mut plain: &[u8]) -> Option<()> {
    let mut end = 0_usize;
    for place in places.chunks(2) {
        let [gap, length] = place.try_into().ok()?;
        let (gap, length) = (usize::try_from(gap).ok()?, usize::try_from(length).ok()?);
        let start = end.checked_add(gap)?;
        end = start.checked_add(length)?;
        let (taken, rest) = plain.split_at_checked(length)?;
        bytes.get_mut(start..end)?.copy_from_slice(taken);
        plain = rest;
    }
    plain.is_empty().then_some(())
}

/// The secret of one key, or of two; `None` if one of them is destroyed.
fn secret(
    Under { key, and }: Under,
    find: impl Fn(KeyNumber) -> Result<Option<KeyBytes>, KeyError>,
) -> Result<Option<KeyBytes>, KeyError> {
    let one = find(key)?;
    match and {
        None => Ok(one),
        Some(and) => {
            let both = one.zip(find(and)?);
            Ok(both.map(|(one, other)| *blake3::keyed_hash(&one, &other).as_bytes()))
        }
    }
}

fn nonce(kind: SealedAs, seq: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[0] = kind as u8;
    nonce[4..].copy_from_slice(&seq.to_be_bytes());
    nonce.into()
}

fn associated(Under { key, and }: Under) -> [u8; 16] {
    let mut both = [0; 16];
    both[..8].copy_from_slice(&key.0.to_be_bytes());
    both[8..].copy_from_slice(&and.map_or(0, |and| and.0).to_be_bytes());
    both
}

/// Fills a place with one field of the same length that means nothing.
fn pad(place: &mut [u8], field: u32) {
    const LENGTH_DELIMITED: u32 = 2;
    let tag = field << 3 | LENGTH_DELIMITED;
    let (head, rest) = match tag < 0x80 {
        true => place.split_at_mut(1),
        false => place.split_at_mut(2),
    };
    varint(head, u64::from(tag));
    // As few bytes for the length as can hold it, or one more: a varint may be longer than it must.
    let fits = |bytes: &usize| rest.len() - bytes < 1 << (7 * bytes);
    let bytes = (1..rest.len()).find(fits).unwrap_or(rest.len());
    let (length, zeros) = rest.split_at_mut(bytes);
    varint(length, zeros.len() as u64);
    zeros.fill(0);
}

/// Writes a varint that takes the whole place.
fn varint(place: &mut [u8], mut value: u64) {
    let last = place.len() - 1;
    for (at, byte) in place.iter_mut().enumerate() {
        *byte = value as u8 & 0x7f | if at < last { 0x80 } else { 0 };
        value >>= 7;
    }
}

/// Where the parts of a message begin; `None` if it has none, or is no message.
fn start_of_parts(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let tag = read_varint(bytes, &mut at)?;
        if tag >> 3 == PARTS {
            return Some(start);
        }
        let skip = match tag & 7 {
            0 => {
                read_varint(bytes, &mut at)?;
                0
            }
            1 => 8,
            2 => usize::try_from(read_varint(bytes, &mut at)?).ok()?,
            5 => 4,
            _ => return None,
        };
        at = at.checked_add(skip)?;
    }
    None
}

fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_place_is_one_field_that_means_nothing() {
        for field in [15, 2_047] {
            for length in PLACE_BYTES_MIN..20_000 {
                let mut place = vec![0xff; length];
                pad(&mut place, field);
                let mut at = 0;
                assert_eq!(
                    read_varint(&place, &mut at),
                    Some(u64::from(field << 3 | 2))
                );
                let rest = read_varint(&place, &mut at);
                assert_eq!(rest, Some((length - at) as u64), "{length}");
                assert_eq!(wire::Fact::decode(&place[..]), Ok(wire::Fact::default()));
            }
        }
        let mut shortest = [0xff; 2];
        pad(&mut shortest, 15);
        assert_eq!(wire::Fact::decode(&shortest[..]), Ok(wire::Fact::default()));
    }
}
