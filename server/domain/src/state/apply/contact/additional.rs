//! How events change the additional cases of contacts.

use crate::case::CaseContact;
use crate::contact::{AdditionalCase, Contact, Direction};
use crate::event::{CaseAddedToContact, ContactRouted, Envelope};
use crate::ids::{CaseId, ContactId};
use crate::state::State;
use crate::state::apply::case::case_knows;

impl State {
    pub(in crate::state::apply) fn case_added(
        &mut self,
        envelope: &Envelope,
        added: &CaseAddedToContact,
    ) {
        let Some(contact) = self.contacts.get(&added.contact).cloned() else {
            return;
        };
        let join = &added.join;
        let owner = self.case_owner(Some(join), Some(&added.customer));
        if let Some(opened) = &join.opened {
            let customer = Some(added.customer.clone());
            self.case_opened(envelope, customer, &added.facts, join, opened);
        }
        let is_live = contact.state.is_live();
        let listed = CaseContact {
            contact: added.contact.clone(),
            channel: added.channel.clone(),
            case_match: join.case_match,
            arrived: contact.arrived,
            repeat: join.repeat,
            live: is_live,
            outbound: contact.context.direction == Direction::Outbound,
            due: contact.due,
            presumed: join.presumed,
        };
        self.case_heard(envelope, join, &added.facts, listed);
        if !join.first {
            return;
        }
        let owed = self.owed(&added.contact);
        self.edit_case(envelope, join.case, |case| {
            case.live_contacts += u32::from(is_live);
            case.awaiting_reply += u32::from(owed);
            case.notes += u32::from(!added.note.is_empty());
            case_knows(case, envelope, (None, &contact));
            if let Some(queue) = contact.queue() {
                case.queue = Some(queue.clone());
            }
        });
        self.edit_contact(envelope, &added.contact, |contact| {
            contact.additional.push(AdditionalCase {
                case: join.case,
                reason: added.reason.clone(),
                case_match: join.case_match,
                matter: added.matter.clone(),
                owner,
            });
        });
    }

    /// Something was heard of a live contact. Its additional cases record this, and whether the company now owes the
    /// contact an answer.
    pub(in crate::state::apply) fn additional_heard(
        &mut self,
        envelope: &Envelope,
        (before, contact): (Option<&Contact>, &ContactId),
        additional: &[CaseId],
        owed_before: bool,
    ) {
        let owed = self.owed(contact);
        let row = self.contacts.get(contact).cloned();
        let queue = row.as_ref().and_then(|row| row.queue()).cloned();
        for &case in additional {
            self.edit_case(envelope, case, |case| {
                case.last_activity = envelope.record_time;
                case.awaiting_reply =
                    case.awaiting_reply + u32::from(owed) - u32::from(owed_before);
                case.queue = queue.clone().or_else(|| case.queue.take());
                if let Some(row) = &row {
                    case_knows(case, envelope, (before, row));
                }
            });
        }
    }
}

/// The additional cases that a contact keeps after a decision.
pub(in crate::state::apply) fn still_additional(
    before: Option<&Contact>,
    routed: &ContactRouted,
) -> Vec<AdditionalCase> {
    let additional = before.into_iter().flat_map(|row| &row.additional);
    let still = additional.filter(|additional| routed.additional.contains(&additional.case));
    still.cloned().collect()
}
