//! What events do to customers and to who holds which identity.

use crate::customer::{Customer, RECENT_CONTACTS_MAX};
use crate::event::{ContactRouted, CustomerJoin, Envelope};
use crate::ids::{CustomerId, Seq};
use crate::state::{RowKey, State};
use crate::time::UnixMs;
use std::sync::Arc;

impl State {
    pub(super) fn customer_saved(&mut self, envelope: &Envelope, saved: &Customer) {
        self.edit_customer(envelope, &saved.id, |customer| {
            customer.created = saved.created;
            customer.profile = saved.profile.clone();
        });
        self.hold_identities(envelope.seq, &saved.id);
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
            self.hold_identities(envelope.seq, &join.id);
        }
    }

    fn hold_identities(&mut self, seq: Seq, id: &CustomerId) {
        let Some(customer) = self.customers.get(id).cloned() else {
            return;
        };
        for identity in customer
            .profile
            .identities
            .iter()
            .filter(|identity| identity.verified)
        {
            self.holders
                .put(identity.key.clone(), Some(Arc::new(id.clone())), seq);
            self.touched.push(RowKey::Holder(identity.key.clone()));
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
        self.touched.push(RowKey::Customer(id.clone()));
    }
}

/// The newest are kept, in order; a contact may turn out to be of this customer some time after it came.
fn note_recent(recent: &mut Vec<UnixMs>, at: UnixMs) {
    let place = recent.partition_point(|earlier| *earlier <= at);
    recent.insert(place, at);
    if recent.len() > RECENT_CONTACTS_MAX {
        recent.remove(0);
    }
}
