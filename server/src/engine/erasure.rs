//! Erasing: which keys go, which rows in memory hold what was stored under them, and what is left of these.

use crate::codec::rows::{self, RowKind};
use crate::keys::{KeyNumber, KeyOf, Keys};
use signpost_domain::event::{CustomerErased, Event};
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::state::{Row, State};
use std::collections::HashSet;

/// The keys that an event destroys; none for most events.
pub(crate) fn keys_of(event: &Event) -> Vec<KeyNumber> {
    let Event::CustomerErased(erased) = event else {
        return Vec::new();
    };
    let CustomerErased {
        customers,
        contacts,
        cases,
        note: _,
    } = &**erased;
    let key = |of, seq: Seq| KeyNumber::new(of, seq.0);
    let records = customers.iter().filter_map(CustomerId::record);
    records
        .map(|record| key(KeyOf::Customer, record))
        .chain(contacts.iter().map(|opened| key(KeyOf::Contact, *opened)))
        .chain(cases.iter().map(|case| key(KeyOf::Case, case.0)))
        .collect()
}

/// Lets the rows in memory be what they are without these keys.
pub(super) fn forget(state: &mut State, gone: &[KeyNumber], keys: &Keys) {
    let gone: HashSet<KeyNumber> = gone.iter().copied().collect();
    state.read_again(|row| {
        let is_touched = numbers(row).iter().any(|number| gone.contains(number));
        is_touched.then(|| without(row, keys)).flatten()
    });
}

/// The row as it reads after it was written without the keys that are gone.
fn without(row: &Row, keys: &Keys) -> Option<Row> {
    let kind = match row {
        Row::Contact(_) => RowKind::Contact,
        Row::Case(_) => RowKind::Case,
        Row::Customer(_) => RowKind::Customer,
        Row::IdentityOwner(_) => RowKind::Holder,
        _ => return None,
    };
    let read = rows::sealed(row, keys)
        .map_err(|error| error.to_string())
        .and_then(|sealed| rows::opened(sealed, keys).map_err(|error| error.to_string()))
        .and_then(|bytes| rows::decode(kind, &bytes).map_err(|error| error.to_string()));
    match read {
        Ok(row) => Some(row),
        Err(error) => {
            tracing::error!(error, "a row in memory could not be erased");
            None
        }
    }
}

/// The keys that a row is stored under.
fn numbers(row: &Row) -> Vec<KeyNumber> {
    let mut ids: Vec<&CustomerId> = Vec::new();
    let own = match row {
        Row::Contact(row) => {
            ids.extend(row.customer.iter().chain(&row.case_owner));
            ids.extend(row.additional.iter().filter_map(|it| it.owner.as_ref()));
            if let Some(correction) = &row.correction {
                ids.extend(correction.first.iter().chain(&correction.decided_for));
            }
            Some(KeyNumber::new(KeyOf::Contact, row.opened.0))
        }
        Row::Case(row) => {
            ids.extend(&row.customer);
            Some(KeyNumber::new(KeyOf::Case, row.id.0.0))
        }
        Row::Customer(row) => {
            ids.extend(row.merged_into.iter().chain(row.merged_ids()));
            Some(KeyNumber::new(KeyOf::Customer, row.opened.0))
        }
        Row::IdentityOwner(row) => {
            ids.extend(row.all());
            None
        }
        _ => None,
    };
    let records = ids.into_iter().filter_map(CustomerId::record);
    let records = records.map(|record| KeyNumber::new(KeyOf::Customer, record.0));
    own.into_iter().chain(records).collect()
}
