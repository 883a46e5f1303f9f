//! Lists the customers who hold a handle that another customer holds too.

use super::{ListPage, PageRequest};
use crate::codec::index;
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::cursor::EntryCursor;
use crate::index_scan::rows::{customer, customer_at, holders};
use crate::index_scan::times::{Marks, sequences};
use crate::store::{RowReader, StoreError};
use signpost_domain::customer::{Customer, Identity};
use signpost_domain::handle::HandleKey;
use signpost_domain::ids::CustomerId;
use signpost_domain::list::Between;
use std::sync::Arc;

/// A customer in conflict over handles.
pub(crate) struct Conflict {
    /// The customer.
    pub(crate) customer: Arc<Customer>,
    /// The handles that others hold too; at least one.
    pub(crate) handles: Vec<Contested>,
}

/// A handle that several customers hold.
pub(crate) struct Contested {
    /// What it compares as.
    pub(crate) key: HandleKey,
    /// The identity as the customer told it.
    pub(crate) told: Identity,
    /// The other customers, each with the identity as told.
    pub(crate) others: Vec<(CustomerId, Identity)>,
}

/// A page of the customers in conflict. Only those are looked at who were in conflict once.
///
/// # Errors
/// When a row cannot be read or decoded.
pub(crate) fn handle_conflicts(
    reader: &RowReader,
    (): &(),
    asked: &PageRequest,
) -> Result<ListPage<Conflict>, StoreError> {
    let mut look = ScanBudget::new(reader, asked.order);
    let all = Between::default();
    let (low, high) = sequences(reader, Marks::Customers, all, reader.applied())?;
    let Some(span) = look.span(low, high, asked) else {
        return Ok(ListPage::nothing());
    };
    let mut run = EntryCursor::new(index::HANDLE_CONFLICTS.to_vec());
    super::page(&mut look, span, asked.size, |look, from| {
        run.next(look, from, span)?.try_map(|seq| {
            look.looked_at(1);
            let Some(customer) = customer_at(reader, seq)? else {
                return Ok((seq, None));
            };
            let mut handles = Vec::new();
            let identities = customer.handles.iter().zip(&customer.profile.identities);
            for (key, told) in identities.filter(|(_, told)| told.identifies_customer()) {
                let others = others(look, &customer, key)?;
                if !others.is_empty() {
                    let (key, told) = (key.clone(), told.clone());
                    handles.push(Contested { key, told, others });
                }
            }
            let conflict = Conflict { customer, handles };
            Ok((seq, Some(conflict).filter(|it| !it.handles.is_empty())))
        })
    })
}

/// The other customers who hold the handle and are not merged with this one.
fn others(
    look: &mut ScanBudget<'_>,
    one: &Customer,
    key: &HandleKey,
) -> Result<Vec<(CustomerId, Identity)>, StoreError> {
    let survivor = |row: &Customer| row.merged_into.as_ref().unwrap_or(&row.id).clone();
    let mut others = Vec::new();
    for id in holders(look.reader, key)? {
        if id == one.id {
            continue;
        }
        look.looked_at(1);
        let other = customer(look.reader, &id)?;
        let other = other.filter(|other| survivor(other) != survivor(one));
        let Some(other) = other else { continue };
        let mut proofs = other.identities_of(key);
        if let Some(told) = proofs.find(|told| told.identifies_customer()) {
            others.push((id, told.clone()));
        }
    }
    Ok(others)
}
