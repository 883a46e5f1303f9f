//! A contact that was put under another customer: its cases, from the event alone.

use super::case::Joins;
use super::{Folding, Source};
use prost_types::Timestamp;
use signpost_client::v1;
use std::collections::BTreeMap;
use v1::CaseCorrection;

impl Folding {
    pub(super) fn corrected(
        &mut self,
        event: &v1::Event,
        corrected: &v1::ContactCustomerCorrectedEvent,
        at: Timestamp,
    ) {
        let id = corrected.contact_id.as_str();
        let mut contact = self.contacts.get(id).cloned().unwrap_or_default();
        // Who corrects the customer does not say now that the right one is not vulnerable.
        contact
            .telling
            .vulnerable
            .take_if(|vulnerable| !*vulnerable);
        let mut along = BTreeMap::new();
        for case in corrected.cases.iter().filter(|case| is_left(case)) {
            let former = case.former_case_id.as_str();
            self.edit(former, |kept| {
                along.insert(former, kept.memory.attempts_of(id));
                kept.leaves(id);
                let forgotten = &case.forgotten_fact_ids;
                let facts = &mut kept.row.facts;
                facts.retain(|fact| !forgotten.contains(&fact.fact_id));
            });
        }
        for case in &corrected.cases {
            if case.correction() == CaseCorrection::Moved {
                self.edit(&case.case_id, |kept| {
                    kept.row.customer_id.clone_from(&corrected.customer_id);
                    kept.row.previous_case_id.clone_from(&case.previous_case_id);
                });
            }
            if !is_left(case) {
                continue;
            }
            let source = Source {
                contact_id: id,
                actor: &event.actor,
                on_behalf_of: &event.on_behalf_of,
                at,
            };
            let attempts = along.remove(case.former_case_id.as_str());
            self.edit(&case.case_id, |kept| {
                let is_new = !case.new_case_tier.is_empty();
                if is_new {
                    let new = v1::NewCase {
                        stated_reason: case.reason.clone(),
                        tier: case.new_case_tier.clone(),
                    };
                    kept.opens(&new, &case.previous_case_id, &corrected.customer_id);
                }
                kept.learn_all(&case.facts);
                kept.joins_by_arrival(&Joins {
                    contact_id: id,
                    contact: &contact,
                    joined: case.case_match,
                    joined_now: true,
                    repeat: case.repeat,
                    switched: case.channel_switched,
                    presumed: case.case_presumed,
                    arrive_time: contact.arrive_time,
                });
                // A closed case remembers nothing of it; one that is opened and resolved at once settles after this.
                if kept.is_open() || is_new {
                    kept.memory.takes_over(attempts.unwrap_or_default());
                    kept.hears(source, None, &contact);
                    if is_new || !contact.is_over {
                        kept.last_queue(&contact.queue);
                    }
                }
            });
        }
    }
}

fn is_left(case: &v1::CorrectedCase) -> bool {
    case.correction() == CaseCorrection::Left
}
