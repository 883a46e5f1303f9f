//! How events change customers and the holders of identities.

use crate::customer::{Customer, CustomerAction, Identity, MergedCustomer, RECENT_CONTACTS_MAX};
use crate::event::{ContactRouted, CustomerActionTaken, CustomerJoin, Envelope};
use crate::ids::{CustomerId, ReasonId, Seq};
use crate::state::{RowKey, State};
use crate::time::UnixMs;
use std::sync::Arc;

impl State {
    pub(super) fn customer_saved(&mut self, envelope: &Envelope, saved: &Customer) {
        let before = self.identities_of(&saved.id);
        self.edit_customer(envelope, &saved.id, |customer| {
            customer.created = saved.created;
            customer.profile = saved.profile.clone();
        });
        self.hold_identities(envelope.seq, &saved.id, &before);
    }

    pub(super) fn customer_seen(
        &mut self,
        envelope: &Envelope,
        routed: &ContactRouted,
        join: &CustomerJoin,
    ) {
        let before = self.contacts.get(&routed.contact);
        let counted = before.is_some_and(|row| row.customer.as_ref() == Some(&join.id));
        let recorded = before.map_or(envelope.record_time, |row| row.recorded);
        let identities = self.identities_of(&join.id);
        self.edit_customer(envelope, &join.id, |customer| {
            if let Some(learnt) = &join.learnt {
                customer.profile = (**learnt).clone();
            }
            if !counted {
                customer.contact_count += 1;
                note_recent(&mut customer.recent, recorded);
            }
        });
        if join.learnt.is_some() {
            self.hold_identities(envelope.seq, &join.id, &identities);
        }
    }

    pub(super) fn customer_worked(&mut self, envelope: &Envelope, worked: &CustomerActionTaken) {
        let id = &worked.customer;
        match &worked.action {
            CustomerAction::Linked { identity, .. } => {
                let before = self.identities_of(id);
                self.edit_customer(envelope, id, |customer| {
                    let identities = &mut customer.profile.identities;
                    let known = identities
                        .iter_mut()
                        .find(|known| known.key == identity.key);
                    match known {
                        Some(known) => *known = identity.clone(),
                        None => identities.push(identity.clone()),
                    }
                });
                self.hold_identities(envelope.seq, id, &before);
            }
            CustomerAction::Unlinked(key) => self.edit_customer(envelope, id, |customer| {
                customer
                    .profile
                    .identities
                    .retain(|known| known.key != *key);
            }),
            CustomerAction::Merged(merge) => {
                let merged = MergedCustomer {
                    merge: merge.clone(),
                    at: envelope.record_time,
                    actor: envelope.actor.clone(),
                    on_behalf_of: envelope.on_behalf_of.clone(),
                };
                self.edit_customer(envelope, id, |customer| {
                    customer.merged.push(merged);
                    customer.merges += 1;
                });
                self.edit_customer(envelope, &merge.customer, |customer| {
                    customer.merged_into = Some(id.clone());
                    customer.merges += 1;
                });
            }
            CustomerAction::Unmerged(merged, _) => {
                self.edit_customer(envelope, id, |customer| {
                    customer
                        .merged
                        .retain(|listed| listed.merge.customer != *merged);
                });
                self.edit_customer(envelope, merged, |customer| customer.merged_into = None);
            }
        }
    }

    /// Records that a customer has a case for this reason. This alone does not count as a change of the customer.
    pub(super) fn has_matter_of(&mut self, seq: Seq, id: &CustomerId, reason: &ReasonId) {
        let row = self.customers.get(id);
        if row.is_none_or(|row| row.case_reasons.may_have(reason)) {
            return;
        }
        self.customers
            .edit(id, seq, |row| row.case_reasons.note(reason));
        self.changed_rows.push(RowKey::Customer(id.clone()));
    }

    fn identities_of(&self, id: &CustomerId) -> Vec<Identity> {
        let row = self.customers.get(id);
        row.map_or_else(Vec::new, |row| row.profile.identities.clone())
    }

    /// Makes the identities of a customer lead to this customer. An identity that the customer had `before` may belong
    /// to somebody else now.
    fn hold_identities(&mut self, seq: Seq, id: &CustomerId, before: &[Identity]) {
        let Some(customer) = self.customers.get(id).cloned() else {
            return;
        };
        let identities = customer.profile.identities.iter();
        let leads = identities.filter(|identity| identity.verified || identity.shared);
        for identity in leads.filter(|identity| !before.contains(identity)) {
            self.holders
                .put(identity.key.clone(), Some(Arc::new(id.clone())), seq);
            self.changed_rows
                .push(RowKey::IdentityOwner(identity.key.clone()));
        }
    }

    fn edit_customer(
        &mut self,
        envelope: &Envelope,
        id: &CustomerId,
        edit: impl FnOnce(&mut Customer),
    ) {
        if self.customers.get(id).is_none() {
            let mut row = Customer::new(id.clone(), envelope.record_time);
            row.opened = envelope.seq;
            self.customers
                .put(id.clone(), Some(Arc::new(row)), envelope.seq);
        }
        self.customers.edit(id, envelope.seq, |row| {
            edit(row);
            row.changed = envelope.seq;
        });
        self.changed_rows.push(RowKey::Customer(id.clone()));
    }
}

/// Adds the time of a contact in order, and keeps the newest times. A contact may turn out to be of this customer some
/// time after it came.
fn note_recent(recent: &mut Vec<UnixMs>, at: UnixMs) {
    let place = recent.partition_point(|earlier| *earlier <= at);
    recent.insert(place, at);
    if recent.len() > RECENT_CONTACTS_MAX {
        recent.remove(0);
    }
}
