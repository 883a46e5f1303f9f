//! The part of the consistency check for customers.

use super::CheckReport;
use crate::customer::{Customer, MERGED_CUSTOMERS_MAX};
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
        merges(state, customer, verdict);
        let found = contacts.remove(id).unwrap_or(0);
        verdict.expect(customer.contact_count == found, || {
            let counted = customer.contact_count;
            format!("customer {id}: contacts counted {counted}, found {found}")
        });
        let identities = customer.profile.identities.iter();
        for identity in identities.filter(|identity| identity.identifies_customer()) {
            let holder = state.holder(&identity.key).ok().flatten();
            verdict.expect(holder.is_some_and(|holder| **holder == *id), || {
                let kind = &identity.key.kind;
                format!("customer {id}: does not hold its verified {kind}")
            });
        }
    }
    for id in contacts.keys() {
        verdict.broken.push(format!(
            "customer {id}: contacts belong to it, but it is not there"
        ));
    }
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
        let row = state.customer(id).ok().flatten();
        row.is_some_and(|row| row.merges > 0)
    };
    let each = |id: Option<&CustomerId>| id.is_some_and(was_merged);
    one != other && each(one) && each(other)
}
