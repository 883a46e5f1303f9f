//! The part of the consistency check for customers.

use super::CheckReport;
use crate::customer::{Customer, MERGED_CUSTOMERS_MAX};
use crate::handle::HandleKey;
use crate::ids::CustomerId;
use crate::state::State;
use std::collections::{BTreeMap, BTreeSet};

/// Checks that customers count exactly their own contacts, hold their identities, and refer to each other when they are
/// merged.
pub(super) fn check(state: &State, verdict: &mut CheckReport) {
    let mut contacts: BTreeMap<&CustomerId, u64> = BTreeMap::new();
    for id in state
        .contacts()
        .filter_map(|contact| contact.customer.as_ref())
    {
        *contacts.entry(id).or_default() += 1;
    }
    for customer in state.customers() {
        let id = &customer.id;
        if id.is_erased() {
            // What is left of them counts nothing.
            contacts.remove(id);
            continue;
        }
        merges(state, customer, verdict);
        let found = contacts.remove(id).unwrap_or(0);
        verdict.expect(customer.contact_count == found, || {
            let counted = customer.contact_count;
            format!("customer {id}: contacts counted {counted}, found {found}")
        });
        let handles = state.comparing().keys_of(&customer.profile.identities);
        verdict.expect(handles == customer.handles, || {
            format!("customer {id}: does not compare by its identities")
        });
        for key in handles.iter().filter(|key| customer.holds(key)) {
            let holder = state.holder(key).ok().flatten();
            let is_holder = holder.is_some_and(|holder| holder.all().any(|it| it == id));
            verdict.expect(is_holder, || {
                format!("customer {id}: does not hold its verified {}", key.kind)
            });
            let others = holder.iter().flat_map(|holder| holder.all());
            let others = others.filter(|other| *other != id);
            let mut others = others.filter_map(|other| state.customer(other).ok().flatten());
            verdict.expect(
                !others.any(|other| told_alike(customer, other, key)),
                || {
                    format!(
                        "customer {id}: another holds its verified {}, told alike",
                        key.kind
                    )
                },
            );
        }
    }
    for id in contacts.keys() {
        verdict.broken.push(format!(
            "customer {id}: contacts belong to it, but it is not there"
        ));
    }
}

/// Whether both customers hold the handle, and it was told in the same words. Nobody gets a handle that another holds;
/// several hold it only if it was told in other words, before it was known that these are the same.
fn told_alike(one: &Customer, other: &Customer, key: &HandleKey) -> bool {
    let mut proofs = one.identities_of(key).filter(|it| it.identifies_customer());
    proofs.any(|it| other.identities_of(key).any(|known| known == it))
}

/// Checks that a merged customer and its survivor refer to each other, and that neither is in a chain of merges.
fn merges(state: &State, customer: &Customer, verdict: &mut CheckReport) {
    let id = &customer.id;
    let row = |id: &CustomerId| state.customer(id).ok().flatten();
    if let Some(survivor) = &customer.merged_into {
        let lists = row(survivor).is_some_and(|survivor| survivor.merged_ids().any(|it| it == id));
        verdict.expect(lists, || {
            format!("customer {id}: {survivor}, which it was merged into, does not list it")
        });
        verdict.expect(customer.merged.is_empty(), || {
            format!("customer {id}: others were merged into it, but it was merged into {survivor}")
        });
    }
    for merged in customer.merged_ids() {
        let is_merged = row(merged).is_some_and(|row| row.merged_into.as_ref() == Some(id));
        verdict.expect(is_merged, || {
            format!("customer {id}: it lists {merged}, which was not merged into it")
        });
    }
    let once: BTreeSet<&CustomerId> = customer.merged_ids().collect();
    let listed = customer.merged.len();
    verdict.expect(
        once.len() == listed && listed <= MERGED_CUSTOMERS_MAX,
        || format!("customer {id}: it lists one that is merged twice, or too many of them"),
    );
}

/// Whether both customers are known, and each was merged with somebody once.
pub(super) fn could_be_one(state: &State, [one, other]: [Option<&CustomerId>; 2]) -> bool {
    let was_merged = |id: &CustomerId| {
        // Of one who was erased it is not known.
        if id.is_erased() {
            return true;
        }
        let row = state.customer(id).ok().flatten();
        row.is_some_and(|row| row.merges > 0)
    };
    let each = |id: Option<&CustomerId>| id.is_some_and(was_merged);
    one != other && each(one) && each(other)
}
