//! How a store is hidden: which rows are sealed, and which names in their keys are hashed. Names of customers, handles,
//! external references and labels are; so a row is found by whoever knows its name, and its key tells nobody.

use super::index::{
    CUSTOMER_MARKS, CUSTOMERS_BY_FORM, CUSTOMERS_BY_HANDLE, HANDLE_CONFLICTS, TAGS_FIRST, TAGS_LAST,
};
use super::rows::key::{
    CLOSED_CASES, CUSTOMERS, ENDED_CONTACTS, HOLDERS, LIVE_CONTACTS, OPEN_CASES,
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
    let Some(prefix) = key.first() else {
        return false;
    };
    [
        LIVE_CONTACTS,
        ENDED_CONTACTS,
        OPEN_CASES,
        CLOSED_CASES,
        CUSTOMERS,
        HOLDERS,
        CUSTOMER_MARKS,
        CUSTOMERS_BY_HANDLE,
        CUSTOMERS_BY_FORM,
        HANDLE_CONFLICTS,
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
    let end = |bytes: &[u8]| bytes.iter().position(|byte| *byte == END);
    let name_bytes = match [prefix] {
        CUSTOMERS if rest.is_empty() => None,
        // The row, or its entries after it.
        CUSTOMERS => Some(end(rest).unwrap_or(rest.len())),
        HOLDERS => end(rest).map(|_| rest.len()),
        CUSTOMERS_BY_FORM => end(rest),
        tags if tags == CUSTOMERS_BY_HANDLE || (TAGS_FIRST..=TAGS_LAST).contains(&tags) => {
            let kind = end(rest)?;
            end(&rest[kind + 1..]).map(|value| kind + 1 + value)
        }
        _ => None,
    }?;
    let length = 1 + name_bytes;
    let hash = keys.hashed(&key[..length]);
    // No name contains the byte after it.
    let hash = hash.map(|byte| if byte == END { 1 } else { byte });
    Some((length, [&[prefix], &hash[..]].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::index;
    use signpost_domain::ids::{CustomerId, Seq};

    #[test]
    fn whole_names_are_hidden_and_beginnings_are_not() -> Result<(), crate::keys::KeyError> {
        let keys = Keys::in_memory()?;
        let anna = CustomerId::stored("anna");
        let row = [&CUSTOMERS[..], b"anna"].concat();
        let entries = index::cases_of_customer(&anna);
        let entry = index::at(&entries, Seq(7));
        let hide = |key: &[u8]| {
            let hidden = hidden(key, &keys);
            hidden.map(|(length, instead)| [&instead, &key[length..]].concat())
        };
        let (Some(row), Some(entries), Some(entry)) = (hide(&row), hide(&entries), hide(&entry))
        else {
            panic!("they have whole names");
        };
        assert!(entries.starts_with(&row) && entry.starts_with(&entries));
        assert!(!row.windows(4).any(|part| part == b"anna"));
        for whole in [&CUSTOMERS[..], &HOLDERS, &CUSTOMERS_BY_FORM, &OPEN_CASES] {
            assert_eq!(hide(whole), None);
        }
        Ok(())
    }
}
