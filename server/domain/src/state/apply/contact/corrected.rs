//! How the correction of a contact's customer changes the contact, its cases and both customers.

use crate::case::{CaseContact, CaseStep};
use crate::contact::{
    AdditionalCase, CaseMatch, Contact, CustomerCorrection, Direction, JoinBefore,
};
use crate::decision::Tried;
use crate::event::{
    CaseChange, CaseCorrected, CaseJoin, ContactRouted, CustomerCorrected, Envelope, LeftCase,
    MovedCase,
};
use crate::ids::{CaseId, CustomerId};
use crate::state::apply::case::{case_knows, place_contact, unlist_contact};
use crate::state::{RowKey, State};
use std::sync::Arc;

/// What a contact takes along from a case that it leaves.
struct TakenAlong {
    join: JoinBefore,
    tried: Vec<Tried>,
}

impl State {
    pub(in crate::state::apply) fn customer_corrected(
        &mut self,
        envelope: &Envelope,
        corrected: &CustomerCorrected,
    ) {
        let Some(contact) = self.contacts.get(&corrected.contact).cloned() else {
            return;
        };
        let contact = &*contact;
        let mut along = Vec::with_capacity(corrected.cases.len());
        for one in &corrected.cases {
            let left = one.case.zip(one.left());
            along.push(left.map(|left| self.left_by_mistake(envelope, contact, one, left)));
        }
        self.counts_elsewhere(envelope, contact, corrected);
        let customer = corrected.customer.as_ref();
        for (one, along) in corrected.cases.iter().zip(&along) {
            match (&one.change, one.case) {
                (CaseChange::Stays, Some(case)) => self.edit_case(envelope, case, |_| {}),
                (CaseChange::Moves(moved), Some(case)) => {
                    self.case_moves(envelope, case, customer, moved);
                }
                (CaseChange::Stays | CaseChange::Moves(_), None) => {}
                (CaseChange::Leaves(left), _) => {
                    if let Some(join) = &left.join {
                        let tried = along.as_ref().map_or(&[][..], |along| &along.tried);
                        self.joins_corrected(envelope, (contact, customer), (left, join), tried);
                    }
                }
            }
        }
        let left = along.into_iter().flatten().map(|along| along.join);
        self.contact_corrected(envelope, contact, corrected, left.collect());
    }

    /// The contact leaves a case of the wrong customer.
    fn left_by_mistake(
        &mut self,
        envelope: &Envelope,
        contact: &Contact,
        one: &CaseCorrected,
        (id, left): (CaseId, &LeftCase),
    ) -> TakenAlong {
        let is_live = contact.state.is_live();
        let owed = u32::from(self.owed(&contact.id));
        // A case that has more contacts than it lists may not list this one any more.
        let mut join = JoinBefore {
            case: id,
            is_own: one.is_own,
            reason: one.reason.clone(),
            matter: one.matter.clone(),
            instead: one.now(),
            case_match: CaseMatch::Continued,
            repeat: false,
            presumed: false,
        };
        let mut tried = Vec::new();
        let mut repeats = 0;
        self.edit_case(envelope, id, |case| {
            let mut listed = case.contacts.iter();
            if let Some(listed) = listed.find(|listed| listed.contact == contact.id) {
                join.case_match = listed.case_match;
                join.repeat = listed.repeat;
                join.presumed = listed.presumed;
            }
            let of_contact = case.tried.iter().filter(|it| it.contact == contact.id);
            tried = of_contact.cloned().collect();
            if is_live {
                case.last_activity = envelope.record_time;
            }
            case.contact_count -= 1;
            case.live_contacts -= u32::from(is_live);
            case.awaiting_reply -= owed;
            repeats = unlist_contact(case, &contact.id);
            case.forgets(&contact.id);
            for fact in &left.forgets {
                case.facts.forget(fact.as_str());
            }
        });
        self.count(id, |counts| {
            counts.contacts_left += 1;
            counts.repeats -= u64::from(repeats);
        });
        if left.withdrawn {
            self.case_step(envelope, id, CaseStep::Withdraw);
        }
        TakenAlong { join, tried }
    }

    /// A case goes to the right customer with its only contact.
    fn case_moves(
        &mut self,
        envelope: &Envelope,
        id: CaseId,
        customer: Option<&CustomerId>,
        moved: &MovedCase,
    ) {
        let mut former = None;
        self.edit_case(envelope, id, |case| {
            former = case.key;
            case.customer = customer.cloned();
            case.key = moved.claimed.as_ref().map(|claim| claim.matter);
            case.previous = moved.previous;
        });
        if let (Some(matter), Some(before)) = (former, moved.gives_back) {
            self.put_matter(envelope.seq, matter, before);
        }
        let Some(claim) = &moved.claimed else { return };
        if moved.leads {
            self.put_matter(envelope.seq, claim.matter, id);
        }
        if let (Some(owner), Some(reason)) = (customer, &claim.reason) {
            self.has_matter_of(envelope.seq, owner, reason);
        }
    }

    /// The contact joins a case of the right customer.
    fn joins_corrected(
        &mut self,
        envelope: &Envelope,
        (contact, customer): (&Contact, Option<&CustomerId>),
        (left, join): (&LeftCase, &CaseJoin),
        tried: &[Tried],
    ) {
        if let Some(opened) = &join.opened {
            self.case_opened(envelope, customer.cloned(), &left.facts, join, opened);
        }
        let is_live = contact.state.is_live();
        let owed = self.owed(&contact.id);
        let mut told = contact.clone();
        if contact.context.vulnerable == Some(false) {
            // Who corrects the customer does not say now that the right one is not vulnerable.
            Arc::make_mut(&mut told.context).vulnerable = None;
        }
        let listed = CaseContact {
            contact: contact.id.clone(),
            channel: contact.context.channel.clone(),
            case_match: join.case_match,
            arrived: contact.arrived,
            repeat: join.repeat,
            live: is_live,
            outbound: contact.context.direction == Direction::Outbound,
            due: contact.due,
            presumed: join.presumed,
        };
        self.edit_case(envelope, join.case, |case| {
            if left.reopens
                && let Some(state) = case.state.after(CaseStep::Join)
            {
                case.state = state;
                case.closed = None;
                case.resolution = None;
                case.reopens += 1;
            }
            case.facts.learn_all(&left.facts);
            case.repeats += u32::from(join.repeat);
            case.contact_count += 1;
            case.live_contacts += u32::from(is_live);
            case.awaiting_reply += u32::from(owed);
            place_contact(case, listed);
            if is_live {
                case.last_activity = envelope.record_time;
            }
            if case.state.is_open() {
                case.takes_over(tried);
                case_knows(case, envelope, (None, &told));
                let queue = contact.queue().filter(|_| is_live || join.opened.is_some());
                case.queue = queue.cloned().or_else(|| case.queue.take());
            }
        });
        self.count(join.case, |counts| {
            counts.contacts += 1;
            counts.repeats += u64::from(join.repeat);
            counts.cases_reopened += u64::from(left.reopens);
        });
        if left.resolves {
            self.case_step(envelope, join.case, CaseStep::Resolve);
        }
    }

    /// The contact has another customer and other cases. This does not count as activity of the contact.
    fn contact_corrected(
        &mut self,
        envelope: &Envelope,
        before: &Contact,
        corrected: &CustomerCorrected,
        left: Vec<JoinBefore>,
    ) {
        let customer = corrected.customer.as_ref();
        let owner = |state: &State, case: Option<CaseId>| -> Option<CustomerId> {
            let owner = state.cases.get(&case?)?.customer.as_ref()?;
            (customer.is_some_and(|own| own != owner)).then(|| owner.clone())
        };
        let own = corrected.own_now();
        let tier = own.and_then(|id| Some(self.cases.get(&id)?.tier.clone()));
        let case_owner = owner(self, own);
        let additional = corrected.cases.iter().filter(|one| !one.is_own);
        let additional = additional.filter_map(|one| {
            let owner = owner(self, one.now());
            additional_now(before, one, owner)
        });
        let additional: Vec<AdditionalCase> = additional.collect();
        let known = before.correction.as_deref();
        let first = known.map_or(&corrected.former, |known| &known.first);
        let left = match known {
            Some(known) if corrected.former != known.first => known.left.clone(),
            _ => left,
        };
        let correction = CustomerCorrection {
            first: first.clone(),
            decided_for: known
                .map_or(&corrected.former, |known| &known.decided_for)
                .clone(),
            left,
        };
        self.contacts.edit(&before.id, envelope.seq, |row| {
            row.customer = customer.cloned();
            row.case = own;
            row.case_owner = case_owner;
            row.additional = additional;
            row.tier = tier.or_else(|| row.tier.take());
            row.correction = Some(Box::new(correction));
            row.changed = envelope.seq;
        });
        self.changed_rows.push(RowKey::Contact(before.id.clone()));
        if let Some(after) = self.contacts.get(&before.id).cloned() {
            self.contact_counted(Some(before), &after);
        }
    }
}

/// An additional case of a contact after its customer was corrected; `None` if the contact has none in its place.
fn additional_now(
    before: &Contact,
    one: &CaseCorrected,
    owner: Option<CustomerId>,
) -> Option<AdditionalCase> {
    let mut known = before.additional.iter();
    let known = known.find(|known| Some(known.case) == one.case);
    let join = one.left().and_then(|left| left.join.as_ref());
    Some(AdditionalCase {
        case: one.now()?,
        reason: one.reason.clone(),
        case_match: join
            .map(|join| join.case_match)
            .or(known.map(|known| known.case_match))?,
        matter: one.matter.clone(),
        owner,
    })
}

/// What is known of the correction of a contact's customer after a decision: the decision was made for the customer of
/// now.
pub(super) fn decided_for(
    before: Option<&Contact>,
    routed: &ContactRouted,
) -> Option<Box<CustomerCorrection>> {
    let mut correction = before?.correction.clone()?;
    correction.decided_for = routed.customer.as_ref().map(|join| join.id.clone());
    Some(correction)
}
