//! How a store is hidden: which rows are sealed, and which names in their keys are hashed. Names of customers, handles,
//! external references and labels are; so a row is found by whoever knows its name, and its key tells nobody.

use super::index::{CUSTOMERS_BY_FORM, CUSTOMERS_BY_HANDLE, TAGS_FIRST, TAGS_LAST};
use super::rows::key::{
    CLOSED_CASES, CUSTOMER_RECORDS, CUSTOMERS, ENDED_CONTACTS, HOLDERS, LIVE_CONTACTS, OPEN_CASES,
};
use super::{events, rows};
use crate::keys::Keys;
use crate::store::Veil;
use std::sync::Arc;

/// The byte after a name, and between two.
const END: u8 = 0;

/// What hides a store with these keys.
pub fn veil(keys: Arc<Keys>) -> Veil {
    Veil {
        keys,
        event: |stored, keys| events::opened(stored, keys).map_err(|error| error.to_string()),
        row: |key, stored, keys| match may_be_sealed(key) {
            true => rows::opened(stored, keys).map_err(|error| error.to_string()),
            false => Ok(stored),
        },
        hide: hidden,
    }
}

fn may_be_sealed(key: &[u8]) -> bool {
    let Some((prefix, rest)) = key.split_first() else {
        return false;
    };
    // What leads to a customer's cases and contacts has no value.
    if [*prefix] == CUSTOMERS {
        return rest.len() == size_of::<u64>();
    }
    [
        LIVE_CONTACTS,
        ENDED_CONTACTS,
        OPEN_CASES,
        CLOSED_CASES,
        HOLDERS,
    ]
    .contains(&[*prefix])
}

/// A key as it is stored.
pub fn hidden_key(key: &[u8], keys: &Keys) -> Vec<u8> {
    match hidden(key, keys) {
        Some((length, instead)) => [&instead, &key[length..]].concat(),
        None => key.to_vec(),
    }
}

fn hidden(key: &[u8], keys: &Keys) -> Option<(usize, Vec<u8>)> {
    let (&prefix, rest) = key.split_first()?;
    if [prefix] == CUSTOMER_RECORDS || [prefix] == CUSTOMERS_BY_FORM {
        return by_generation(prefix, rest, keys);
    }
    let end = |bytes: &[u8]| bytes.iter().position(|byte| *byte == END);
    let name_bytes = match [prefix] {
        HOLDERS => end(rest).map(|_| rest.len()),
        tags if tags == CUSTOMERS_BY_HANDLE || (TAGS_FIRST..=TAGS_LAST).contains(&tags) => {
            let kind = end(rest)?;
            end(&rest[kind + 1..]).map(|value| kind + 1 + value)
        }
        _ => None,
    }?;
    let length = 1 + name_bytes;
    Some((
        length,
        [&[prefix], &hash(&key[..length], keys)[..]].concat(),
    ))
}

/// The same for a name after the number of a generation. In every generation it has the same hash.
fn by_generation(prefix: u8, rest: &[u8], keys: &Keys) -> Option<(usize, Vec<u8>)> {
    let (generation, rest) = rest.split_first_chunk::<{ size_of::<u64>() }>()?;
    let name = match [prefix] {
        CUSTOMER_RECORDS => rest,
        _ => &rest[..rest.iter().position(|byte| *byte == END)?],
    };
    let hash = hash(&[&[prefix], name].concat(), keys);
    let length = 1 + generation.len() + name.len();
    (!name.is_empty()).then(|| (length, [&[prefix], &generation[..], &hash].concat()))
}

fn hash(named: &[u8], keys: &Keys) -> Vec<u8> {
    // No name contains the byte after it.
    let bytes = keys.hashed(named).into_iter();
    bytes
        .map(|byte| if byte == END { 1 } else { byte })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::index;
    use crate::codec::rows::key::record_key;
    use signpost_domain::ids::{CustomerId, Seq};

    #[test]
    fn whole_names_are_hidden_and_beginnings_are_not() -> Result<(), crate::keys::KeyError> {
        let keys = Keys::in_memory()?;
        let anna = CustomerId::stored("anna");
        let row = record_key(2, &anna);
        let hide = |key: &[u8]| {
            let hidden = hidden(key, &keys);
            hidden.map(|(length, instead)| [&instead, &key[length..]].concat())
        };
        let hash = |generation| hide(&record_key(generation, &anna)).map(|key| key[9..].to_vec());
        assert_eq!(hash(2), hash(3));
        let Some(row) = hide(&row) else {
            panic!("it is a whole name");
        };
        assert!(!row.windows(4).any(|part| part == b"anna"));
        // An entry of a customer has the number of the record, which is no name.
        assert_eq!(
            hide(&index::at(&index::cases_of_customer(Seq(3)), Seq(7))),
            None
        );
        for whole in [
            &CUSTOMER_RECORDS[..],
            &HOLDERS,
            &CUSTOMERS_BY_FORM,
            &OPEN_CASES,
        ] {
            assert_eq!(hide(whole), None);
        }
        Ok(())
    }
}
