//! How events change contacts.

mod additional;
mod corrected;

use super::case::{case_knows, tried};
use crate::actor::ActorKind;
use crate::case::CaseStep;
use crate::contact::{Contact, ContactOutcome, ContactState, Offered};
use crate::decision::Handover;
use crate::decision::RouteOption;
use crate::event::{
    CaseJoin, ContactEnded, ContactRouted, ContactUpdated, Envelope, Next, RouteSelected,
    RoutingTrigger,
};
use crate::ids::{ActorId, ContactId, CustomerId, Seq, Slug};
use crate::route::Route;
use crate::state::{Beside, Counts, RowKey, State, Timers};
use crate::tags::ContactUpdate;
use crate::time::UnixMs;
use additional::still_additional;
use std::sync::Arc;

impl State {
    pub(super) fn contact_routed(&mut self, envelope: &Envelope, routed: &ContactRouted) {
        if let Some(customer) = &routed.customer {
            self.customer_seen(envelope, routed, customer);
        }
        if let Some(left) = &routed.former {
            self.case_left(envelope, routed, left);
        }
        if let Some(thanked) = routed.thanks_for {
            // It is listed in the timeline, and nothing else changes.
            self.edit_case(envelope, thanked, |_| {});
        }
        let owed_before = self.owed(&routed.contact);
        let before = self.contacts.get(&routed.contact).cloned();
        let before = before.as_deref();
        let taken_before = before.and_then(|row| Some((row.case?, row.route?)));
        let route_before = before.filter(|row| row.case.is_none());
        let route_before = route_before.and_then(|row| row.route);
        let live_before = routed.case.as_ref().is_some_and(|join| !join.first);
        self.contact_decided(envelope, routed);
        if let (Next::Target(taken), None) = (&routed.next, &routed.case)
            && route_before != Some(taken.route)
        {
            self.count_beside(Beside::UnknownReason, |counts| {
                counts.routes_taken[taken.route as usize] += 1;
            });
        }
        let additional = &routed.additional;
        self.additional_heard(envelope, (before, &routed.contact), additional, owed_before);
        if let Some(join) = &routed.case {
            self.case_joined(envelope, routed, join);
            let owed = self.owed(&routed.contact);
            let contact = self.contacts.get(&routed.contact).cloned();
            let heard_before = before.filter(|_| live_before);
            self.edit_case(envelope, join.case, |case| {
                case.live_contacts += u32::from(!live_before);
                let before = u32::from(live_before && owed_before);
                case.awaiting_reply = case.awaiting_reply + u32::from(owed) - before;
                if let Some(contact) = &contact {
                    case_knows(case, envelope, (heard_before, contact));
                }
                if let Some(outcome) = routed.trigger.attempt() {
                    case.attempt_ended(&routed.contact, outcome);
                }
                if let Next::Target(taken) = &routed.next {
                    case.attempts(tried(envelope, &routed.contact, taken));
                    case.queue = taken.queue.clone().or_else(|| case.queue.take());
                }
            });
            if let Next::Target(taken) = &routed.next
                && taken_before != Some((join.case, taken.route))
            {
                self.count(join.case, |counts| {
                    counts.routes_taken[taken.route as usize] += 1;
                });
            }
        }
    }

    fn contact_decided(&mut self, envelope: &Envelope, routed: &ContactRouted) {
        let before = self.contacts.get(&routed.contact).cloned();
        let (place, route) = match &routed.next {
            Next::ChooseReason { .. } | Next::AskFacts(_) | Next::ChooseRoute => {
                (ContactState::AwaitingCustomer, None)
            }
            Next::Target(taken) => (ContactState::of_route(taken.route), Some(taken.route)),
        };
        // No route can be taken until the fact is known that identifies the case.
        let lacks_case = routed.case.is_none() && matches!(routed.next, Next::AskFacts(_));
        let options = routed.decision.options.iter().filter(|_| !lacks_case);
        let offered = options.map(RouteOption::offered);
        let first = before.as_deref();
        let due = match &routed.next {
            Next::Target(taken) => self.due(envelope, routed, taken),
            Next::ChooseReason { .. } | Next::AskFacts(_) | Next::ChooseRoute => None,
        };
        let contact = Contact {
            id: routed.contact.clone(),
            context: routed.context.clone(),
            customer: routed.customer.as_ref().map(|join| join.id.clone()),
            case: routed.case.as_ref().map(|join| join.case),
            additional: still_additional(first, routed),
            state: place,
            route,
            offered: offered.collect(),
            handover: handover(&routed.decision.handover),
            declined: first.map_or_else(Vec::new, |row| row.declined.clone()),
            confirmed: first.and_then(|row| row.confirmed.clone()),
            tier: self.tier_of(routed),
            tier_found: routed.tier_found.clone(),
            case_owner: self.case_owner(
                routed.case.as_ref(),
                routed.customer.as_ref().map(|join| &join.id),
            ),
            needs_person: routed.standing.needs_person,
            away: routed.standing.away,
            leading: routed.leading.clone(),
            due,
            links: first.map_or_else(Vec::new, |row| row.links.clone()),
            correction: corrected::decided_for(first, routed),
            arrived: first.map_or(envelope.event_time, |row| row.arrived),
            recorded: first.map_or(envelope.record_time, |row| row.recorded),
            last_activity: envelope.record_time,
            ended: None,
            amendments: first.map_or(0, |row| row.amendments + 1),
            held_by: first.map_or_else(|| chatbot_of(envelope), |row| row.held_by.clone()),
            opened: first.map_or(envelope.seq, |row| row.opened),
            decided: envelope.seq,
            changed: envelope.seq,
        };
        self.put_contact(envelope.seq, before.as_deref(), contact);
    }

    /// When the answer is due on the route of a contact. While the contact stays on the route, the earlier time is
    /// kept. `None` if no answer is owed.
    fn due(&self, envelope: &Envelope, routed: &ContactRouted, taken: &Offered) -> Option<UnixMs> {
        let before = self.contacts.get(&routed.contact);
        let stays = before.filter(|row| {
            matches!(
                routed.trigger,
                RoutingTrigger::Amended | RoutingTrigger::CustomerCorrected
            ) && row.state == ContactState::of_route(taken.route)
        });
        let kept = stays.and_then(|row| row.due);
        kept.or_else(|| due_by(envelope, taken))
    }

    /// The tier of a contact: the tier of its case, or else the tier that the caller sent or that was stored.
    fn tier_of(&self, routed: &ContactRouted) -> Option<Slug> {
        if let Some(join) = &routed.case {
            let opened = join.opened.as_ref().map(|opened| &opened.tier);
            let kept = self.cases.get(&join.case).map(|case| &case.tier);
            return opened.or(kept).cloned();
        }
        let stated = routed.context.customer.tier.as_ref();
        let known = routed
            .profile
            .as_ref()
            .and_then(|profile| profile.tier.as_ref());
        stated.or(known).cloned()
    }

    /// The owner of the case that a contact of customer `own` joined, if the owner is another customer; else `None`.
    /// Also `None` for a new case, for a case without a customer, and for a contact without a customer.
    pub(super) fn case_owner(
        &self,
        join: Option<&CaseJoin>,
        own: Option<&CustomerId>,
    ) -> Option<CustomerId> {
        let joined = join.filter(|join| join.opened.is_none())?;
        let owner = self.cases.get(&joined.case)?.customer.as_ref()?;
        own.filter(|own| *own != owner).and(Some(owner)).cloned()
    }

    pub(super) fn route_taken(&mut self, envelope: &Envelope, taken: &RouteSelected) {
        let route_before = self.contacts.get(&taken.contact).and_then(|row| row.route);
        let owed_before = self.owed(&taken.contact);
        self.edit_contact(envelope, &taken.contact, |contact| {
            if contact.state != ContactState::of_route(taken.taken.route) || contact.due.is_none() {
                contact.due = due_by(envelope, &taken.taken);
            }
            contact.state = ContactState::of_route(taken.taken.route);
            contact.route = Some(taken.taken.route);
            contact.declined = taken.declined.clone();
        });
        let owed = self.owed(&taken.contact);
        let contact = self.contacts.get(&taken.contact).cloned();
        let of_contact = (contact.as_deref(), &taken.contact);
        self.additional_heard(envelope, of_contact, &taken.additional, owed_before);
        if let Some(case) = taken.case {
            self.edit_case(envelope, case, |case| {
                case.last_activity = envelope.record_time;
                case.awaiting_reply =
                    case.awaiting_reply + u32::from(owed) - u32::from(owed_before);
                case.queue = taken.taken.queue.clone().or_else(|| case.queue.take());
                case.attempts(tried(envelope, &taken.contact, &taken.taken));
                if let Some(contact) = &contact {
                    case_knows(case, envelope, (Some(contact), contact));
                }
            });
        }
        if route_before != Some(taken.taken.route) {
            let takes = |counts: &mut Counts| {
                counts.routes_taken[taken.taken.route as usize] += 1;
            };
            match taken.case {
                Some(case) => self.count(case, takes),
                None => self.count_beside(Beside::UnknownReason, takes),
            }
        }
    }

    pub(super) fn contact_ended(&mut self, envelope: &Envelope, ended: &ContactEnded) {
        let owed = u32::from(self.owed(&ended.contact));
        // Nobody said anything when a contact times out, so neither the contact nor its cases were heard of.
        let is_heard = ended.outcome != ContactOutcome::TimedOut;
        self.change_contact(envelope, &ended.contact, |contact| {
            if is_heard {
                contact.last_activity = envelope.record_time;
            }
            contact.state = ContactState::Ended(ended.outcome);
            contact.ended = Some(envelope.record_time);
            contact.due = None;
            contact.confirmed = ended.confirmed.clone().or_else(|| contact.confirmed.take());
        });
        for case in ended.case.iter().chain(&ended.additional) {
            self.edit_case(envelope, *case, |case| {
                if is_heard {
                    case.last_activity = envelope.record_time;
                }
                case.live_contacts -= 1;
                case.awaiting_reply -= owed;
                let mut listed = case.contacts.iter_mut();
                let listed = listed.find(|listed| listed.contact == ended.contact);
                let was_presumed = listed.is_some_and(|listed| {
                    listed.live = false;
                    listed.due = None;
                    listed.presumed && listed.repeat
                });
                if was_presumed {
                    case.repeated_by(&ended.contact);
                }
            });
        }
        if let Some(case) = ended.case {
            self.edit_case(envelope, case, |case| {
                case.confirmed = ended.confirmed.clone().or_else(|| case.confirmed.take());
                case.attempt_ended(&ended.contact, ended.outcome.into());
                case.notes += u32::from(!ended.note.is_empty());
            });
        }
        for matter in &ended.matters {
            if let Some(confirmed) = &matter.confirmed {
                self.edit_case(envelope, matter.case, |case| {
                    case.confirmed = Some(confirmed.clone());
                });
            }
        }
        let own = (ended.resolves, &ended.resolution);
        let others = ended.matters.iter();
        let others = others.map(|matter| (matter.resolves, &matter.resolution));
        for (resolves, resolution) in std::iter::once(own).chain(others) {
            let Some(resolved) = resolves else { continue };
            self.case_step(envelope, resolved, CaseStep::Resolve);
            if resolution.is_some() {
                self.edit_case(envelope, resolved, |case| {
                    case.resolution = resolution.clone();
                });
            }
        }
    }

    /// Changes the data that callers store with a contact. This does not count as activity of the contact.
    pub(super) fn contact_updated(&mut self, envelope: &Envelope, updated: &ContactUpdated) {
        let ContactUpdate { tags, links } = &updated.update;
        let id = &updated.contact;
        let edited = self.contacts.edit(id, envelope.seq, |row| {
            tags.apply(&mut Arc::make_mut(&mut row.context).tags);
            if let Some(links) = links {
                row.links.clone_from(links);
            }
            row.changed = envelope.seq;
        });
        if edited {
            self.changed_rows.push(RowKey::Contact(id.clone()));
        }
    }

    /// Whether the company owes a live contact an answer.
    pub(super) fn owed(&self, id: &ContactId) -> bool {
        let owed = |place: ContactState| matches!(place, ContactState::Routed(route) if Route::is_owed(route));
        self.contacts
            .get(id)
            .is_some_and(|contact| owed(contact.state))
    }

    /// Edits a contact of which something was heard now.
    pub(super) fn edit_contact(
        &mut self,
        envelope: &Envelope,
        id: &ContactId,
        edit: impl FnOnce(&mut Contact),
    ) {
        self.change_contact(envelope, id, |row| {
            row.last_activity = envelope.record_time;
            edit(row);
        });
    }

    /// Edits a contact and its timer.
    fn change_contact(
        &mut self,
        envelope: &Envelope,
        id: &ContactId,
        edit: impl FnOnce(&mut Contact),
    ) {
        let timers = &mut self.timers;
        let edited = self.contacts.edit(id, envelope.seq, |row| {
            let before = Timers::of_contact(row);
            edit(row);
            row.changed = envelope.seq;
            timers.replace(before, Timers::of_contact(row));
        });
        if edited {
            self.changed_rows.push(RowKey::Contact(id.clone()));
        }
    }

    /// Counts a new contact, and one that got a case or lost it.
    fn contact_counted(&mut self, before: Option<&Contact>, after: &Contact) {
        if before.is_none() {
            self.count_beside(Beside::Contact, |counts| counts.contacts += 1);
        }
        let was = before.and_then(Contact::without_case);
        let is = after.without_case();
        if was == is {
            return;
        }
        if let Some(was) = was {
            self.count_beside(was, |counts| counts.contacts_left += 1);
        }
        if let Some(is) = is {
            self.count_beside(is, |counts| counts.contacts += 1);
        }
    }

    fn put_contact(&mut self, seq: Seq, before: Option<&Contact>, after: Contact) {
        self.timers.replace(
            before.and_then(Timers::of_contact),
            Timers::of_contact(&after),
        );
        self.changed_rows.push(RowKey::Contact(after.id.clone()));
        self.contact_counted(before, &after);
        self.contacts
            .put(after.id.clone(), Some(Arc::new(after)), seq);
    }
}

/// When an answer is due on a route that is taken now; `None` if no answer is owed, or if no wait is known.
fn due_by(envelope: &Envelope, taken: &Offered) -> Option<UnixMs> {
    let wait = taken.wait.filter(|_| taken.route.is_owed())?;
    Some(envelope.record_time + wait)
}

/// The handover of a decision; `None` if it equals the default.
fn handover(decided: &Handover) -> Option<Box<Handover>> {
    (*decided != Handover::default()).then(|| Box::new(decided.clone()))
}

/// The chatbot that holds a contact which this event opens; `None` if there is none.
fn chatbot_of(envelope: &Envelope) -> Option<ActorId> {
    let actors = std::iter::once(&envelope.actor).chain(&envelope.on_behalf_of);
    let mut chatbots = actors.filter(|actor| actor.kind == ActorKind::Chatbot);
    chatbots.next().map(|chatbot| chatbot.id.clone())
}
