//! What is known to be a customer's, to be erased.

use super::undecoded;
use crate::codec::index;
use crate::index_scan::rows::{case, contact, customer, goes_on};
use crate::store::{RowReader, SCAN_ROWS_MAX, StoreError};
use signpost_domain::command::EraseCustomer;
use signpost_domain::ids::{CaseId, CustomerId, Seq};
use signpost_domain::list::OfCustomer;

/// Adds to the command what is theirs: of the customer, and of all that are merged with it. Nothing is added if there
/// is no such customer.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn erasure(
    reader: &RowReader,
    mut command: EraseCustomer,
) -> Result<EraseCustomer, StoreError> {
    let named = OfCustomer::Id(command.customer.clone());
    let Some(first) = goes_on(reader, &named)? else {
        return Ok(command);
    };
    let ids = std::iter::once(&first.id).chain(first.merged_ids());
    let ids: Vec<CustomerId> = ids.cloned().collect();
    for id in &ids {
        if let Some(row) = customer(reader, id)? {
            command.seen.push((row.id.clone(), row.changed));
        }
        let Some(record) = id.record() else { continue };
        for seq in entries(reader, &index::contacts_of_customer(record))? {
            add_contact(reader, seq, &ids, &mut command)?;
        }
        for seq in entries(reader, &index::cases_of_customer(record))? {
            let Some(row) = case(reader, CaseId(seq))? else {
                continue;
            };
            if row.customer.as_ref().is_some_and(|id| ids.contains(id)) {
                command.cases.push(row.id);
                if row.legal_hold {
                    command.held = command.held.or(Some(row.id));
                }
            }
        }
    }
    command.contacts.sort_unstable();
    command.contacts.dedup();
    command.cases.sort_unstable();
    command.cases.dedup();
    Ok(command)
}

fn add_contact(
    reader: &RowReader,
    seq: Seq,
    ids: &[CustomerId],
    command: &mut EraseCustomer,
) -> Result<(), StoreError> {
    let mark = index::at(&index::CONTACT_MARKS, seq);
    let (marks, _) = reader.get_many_blocking(&[mark])?;
    let Some(mark) = marks.into_iter().flatten().next() else {
        return Ok(());
    };
    let (id, _) = index::decode_contact_mark(&mark).map_err(undecoded)?;
    let row = contact(reader, &id)?;
    // Contacts that are another's by now keep what is theirs.
    let theirs = row.filter(|row| row.customer.as_ref().is_some_and(|id| ids.contains(id)));
    if let Some(row) = theirs {
        command.contacts.push(row.opened);
        if row.state.is_live() {
            command.live.get_or_insert(id);
        }
    }
    Ok(())
}

/// The sequences of the entries under a prefix.
fn entries(reader: &RowReader, prefix: &[u8]) -> Result<Vec<Seq>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let (found, _) = reader.scan_blocking(prefix, after.as_deref(), SCAN_ROWS_MAX)?;
        for (key, _) in &found {
            all.push(index::seq_under(prefix, key).map_err(undecoded)?);
        }
        match found.into_iter().next_back() {
            Some((last, _)) => after = Some(last),
            None => return Ok(all),
        }
    }
}
