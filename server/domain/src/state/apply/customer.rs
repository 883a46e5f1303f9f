//! How events change customers and the holders of identities.

use crate::contact::Contact;
use crate::customer::{Customer, CustomerAction, Identity, MergedCustomer, RECENT_CONTACTS_MAX};
use crate::event::{
    ContactRouted, CustomerActionTaken, CustomerCorrected, CustomerErased, CustomerJoin, Envelope,
    Event,
};
use crate::handle::HandleKey;
use crate::ids::{CustomerId, ReasonId, Seq};
use crate::state::{Holder, OTHER_HOLDERS_MAX, RowKey, State};
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
        let is_courtesy = routed.context.courtesy;
        let was_courtesy = before.is_some_and(|row| row.context.courtesy);
        let case = routed.case.as_ref().map(|join| join.case);
        let identities = self.identities_of(&join.id);
        self.edit_customer(envelope, &join.id, |customer| {
            if let Some(learnt) = &join.learnt {
                customer.profile = (**learnt).clone();
            }
            customer.contact_count += u64::from(!counted);
            let (was_recent, is_recent) = (counted && !was_courtesy, !is_courtesy);
            match (was_recent, is_recent) {
                (false, true) => note_recent(&mut customer.recent, recorded),
                (true, false) => forget_recent(&mut customer.recent, recorded),
                (true, true) | (false, false) => {}
            }
            customer.last_case = case.or(customer.last_case);
        });
        if join.learnt.is_some() {
            self.hold_identities(envelope.seq, &join.id, &identities);
        }
    }

    /// A contact counts for its right customer, and no longer for the wrong one. One that only says thanks is not among
    /// the latest of either.
    pub(super) fn counts_elsewhere(
        &mut self,
        envelope: &Envelope,
        contact: &Contact,
        corrected: &CustomerCorrected,
    ) {
        if let Some(former) = &corrected.former {
            self.edit_customer(envelope, former, |customer| {
                // Of one who was erased the contacts are not counted.
                customer.contact_count = customer.contact_count.saturating_sub(1);
                if !contact.context.courtesy {
                    forget_recent(&mut customer.recent, contact.recorded);
                }
            });
        }
        if let Some(customer) = &corrected.customer {
            self.edit_customer(envelope, customer, |customer| {
                customer.contact_count += 1;
                if !contact.context.courtesy {
                    note_recent(&mut customer.recent, contact.recorded);
                }
            });
        }
    }

    pub(super) fn customer_worked(&mut self, envelope: &Envelope, worked: &CustomerActionTaken) {
        let id = &worked.customer;
        match &worked.action {
            CustomerAction::Linked { identity, .. } => {
                let before = self.identities_of(id);
                let key = self.comparing.key_of(identity);
                self.edit_customer(envelope, id, |customer| {
                    let same = customer.handles.iter().position(|known| *known == key);
                    let identities = &mut customer.profile.identities;
                    match same {
                        Some(at) => identities[at] = identity.clone(),
                        None => identities.push(identity.clone()),
                    }
                });
                self.hold_identities(envelope.seq, id, &before);
            }
            CustomerAction::Unlinked(told) => {
                let key = self.comparing.key_of_told(told);
                self.edit_customer(envelope, id, |customer| {
                    let mut handles = customer.handles.iter();
                    let identities = &mut customer.profile.identities;
                    identities.retain(|known| handles.next() != Some(&key) && known.key != *told);
                });
            }
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

    /// Only what is not personal is left of the customers, under ids that tell nothing. What was stored under their ids
    /// is the same from now on, until somebody else gets one of these.
    pub(super) fn customer_erased(&mut self, envelope: &Envelope, erased: &CustomerErased) {
        for id in &erased.customers {
            let Some(record) = id.record() else { continue };
            let left = CustomerId::erased(record);
            let row = Customer::erased(record, envelope.record_time, envelope.seq);
            let row = Arc::new(row);
            for key in [&left, id] {
                let row = Some(row.clone());
                self.customers.put(key.clone(), row, envelope.seq);
                self.changed_rows.push(RowKey::Customer(key.clone()));
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
    /// to another customer since, so it stays with that customer. If others hold one of them too, they are kept beside
    /// this customer, and the customer is marked.
    fn hold_identities(&mut self, seq: Seq, id: &CustomerId, before: &[Identity]) {
        let Some(customer) = self.customers.get(id).cloned() else {
            return;
        };
        let mut in_conflict = false;
        let identities = customer.profile.identities.iter().zip(&customer.handles);
        let leads = identities.filter(|(identity, _)| leads(identity, before));
        for (identity, key) in leads {
            let others = self.other_holders(id, key);
            in_conflict |= identity.identifies_customer() && !others.is_empty();
            let holder = Holder {
                customer: id.clone(),
                others,
            };
            self.holders.put(key.clone(), Some(Arc::new(holder)), seq);
            self.changed_rows.push(RowKey::IdentityOwner(key.clone()));
        }
        if in_conflict {
            self.customers.edit(id, seq, |row| row.in_conflict = true);
        }
    }

    /// The customers besides `id` who hold the handle, the latest first.
    fn other_holders(&self, id: &CustomerId, key: &HandleKey) -> Vec<CustomerId> {
        let Some(before) = self.holders.get(key) else {
            return Vec::new();
        };
        let others = before.all().filter(|other| {
            let row = self.customers.get(*other);
            *other != id && row.is_some_and(|row| row.holds(key))
        });
        others.take(OTHER_HOLDERS_MAX).cloned().collect()
    }

    /// The first row that is not in memory of those that say who else holds a handle that the event gives to a
    /// customer.
    pub(super) fn lacks_holder(&self, event: &Event) -> Option<RowKey> {
        let (id, identities) = match event {
            Event::CustomerUpserted(saved) => {
                (&saved.customer.id, &saved.customer.profile.identities[..])
            }
            Event::ContactRouted(routed) => {
                let join = routed.customer.as_ref()?;
                (&join.id, &join.learnt.as_deref()?.identities[..])
            }
            Event::CustomerActionTaken(worked) => match &worked.action {
                CustomerAction::Linked { identity, .. } => {
                    (&worked.customer, std::slice::from_ref(identity))
                }
                _ => return None,
            },
            _ => return None,
        };
        let before = self.identities_of(id);
        let leads = identities
            .iter()
            .filter(|identity| leads(identity, &before));
        let mut keys = leads.map(|identity| self.comparing.key_of(identity));
        keys.find_map(|key| {
            let held = RowKey::IdentityOwner(key.clone());
            if !self.knows(&held) {
                return Some(held);
            }
            let holder = self.holders.get(&key)?;
            let mut rows = holder.all().cloned().map(RowKey::Customer);
            rows.find(|row| !self.knows(row))
        })
    }

    fn edit_customer(
        &mut self,
        envelope: &Envelope,
        id: &CustomerId,
        edit: impl FnOnce(&mut Customer),
    ) {
        // A row of another id is what was left of a customer who was erased and had this one.
        if self.customers.get(id).is_none_or(|row| row.id != *id) {
            let mut row = Customer::new(id.clone(), envelope.record_time);
            row.opened = envelope.seq;
            self.customers
                .put(id.clone(), Some(Arc::new(row)), envelope.seq);
        }
        let comparing = self.comparing.clone();
        let mut has_handles = false;
        self.customers.edit(id, envelope.seq, |row| {
            let before = row.profile.identities.clone();
            edit(row);
            row.changed = envelope.seq;
            if row.profile.identities != before {
                row.compare_by(&comparing);
            }
            has_handles = !row.handles.is_empty();
        });
        self.has_handles |= has_handles;
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

/// Removes the time of a contact.
fn forget_recent(recent: &mut Vec<UnixMs>, at: UnixMs) {
    if let Some(place) = recent.iter().rposition(|known| *known == at) {
        recent.remove(place);
    }
}

/// Whether the identity leads to its customer from now on: it is verified or shared, and was not so `before`.
fn leads(identity: &Identity, before: &[Identity]) -> bool {
    (identity.verified || identity.shared) && !before.contains(identity)
}
