//! Folding: what each event does to the rows. Never decides; an event says all.

use super::{Answered, Counts, OpenCases, Publication, RowKey, State, Timers};
use crate::case::{CASE_CONTACTS_LISTED_MAX, Case, CaseContact, CaseState, CaseStep, MatterKey};
use crate::contact::{Contact, Joined, Offered, Place};
use crate::customer::{Customer, RECENT_CONTACTS_MAX};
use crate::event::{
    CaseJoin, Cause, ContactEnded, ContactRouted, CustomerJoin, Envelope, Event, LeftCase, Next,
    OpenedCase, PlaybookPublished, Recorded, RouteStep, RouteTaken,
};
use crate::ids::{CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use crate::playbook::Playbook;
use crate::route::Route;
use std::sync::Arc;

impl State {
    /// Folds one event in. `compiled` is the playbook that a publication makes live, where the caller has it
    /// compiled already.
    pub fn apply(&mut self, recorded: &Recorded, compiled: Option<Arc<Playbook>>) {
        let Recorded { envelope, event } = recorded;
        self.seq = envelope.seq;
        self.now = self.now.max(envelope.record_time);
        match event {
            Event::PlaybookPublished(published) => self.published(envelope, published, compiled),
            Event::CustomerSaved(customer) => self.customer_saved(envelope, customer),
            Event::ContactRouted(routed) => self.contact_routed(envelope, routed),
            Event::RouteTaken(taken) => self.route_taken(envelope, taken),
            Event::ContactEnded(ended) => self.contact_ended(envelope, ended),
            Event::CaseLapsed(case) => self.case_step(envelope, *case, CaseStep::Lapse),
        }
        if let Cause::Request(stamp) = &envelope.cause {
            let key = stamp.key(&envelope.actor);
            let row = Answered {
                seq: envelope.seq,
                at: envelope.record_time,
                content: stamp.content,
            };
            self.requests.put(key, Some(Arc::new(row)), envelope.seq);
            self.touched.push(RowKey::Request(key));
        }
    }

    fn published(
        &mut self,
        envelope: &Envelope,
        published: &PlaybookPublished,
        compiled: Option<Arc<Playbook>>,
    ) {
        let PlaybookPublished {
            version,
            name,
            source,
            note,
            rolled_back,
        } = published;
        self.live = compiled.or_else(|| Playbook::stored(source).ok().map(Arc::new));
        self.publications.push(Arc::new(Publication {
            seq: envelope.seq,
            version: version.clone(),
            name: name.clone(),
            at: envelope.record_time,
            actor: envelope.actor.clone(),
            note: note.clone(),
            rolled_back: *rolled_back,
        }));
        self.touched.push(RowKey::Publication(envelope.seq));
    }

    fn customer_saved(&mut self, envelope: &Envelope, saved: &Customer) {
        self.edit_customer(envelope, &saved.id, |customer| {
            customer.created = saved.created;
            customer.profile = saved.profile.clone();
        });
        self.hold_identities(envelope.seq, &saved.id);
    }

    fn contact_routed(&mut self, envelope: &Envelope, routed: &ContactRouted) {
        if let Some(customer) = &routed.customer {
            self.customer_seen(envelope, routed, customer);
        }
        if let Some(left) = &routed.left {
            self.case_left(envelope, routed, left);
        }
        let owed_before = self.owed(&routed.contact);
        let live_before = routed.case.as_ref().is_some_and(|join| !join.first);
        self.contact_decided(envelope, routed);
        if let Some(join) = &routed.case {
            self.case_joined(envelope, routed, join);
            let owed = self.owed(&routed.contact);
            self.edit_case(envelope, join.case, |case| {
                case.live_contacts += u32::from(!live_before);
                let before = u32::from(live_before && owed_before);
                case.owed_contacts = case.owed_contacts + u32::from(owed) - before;
            });
            if let Next::Take(taken) = &routed.next {
                self.count(join.case, |counts| {
                    counts.routes_taken[taken.route as usize] += 1;
                });
            }
        }
    }

    fn customer_seen(&mut self, envelope: &Envelope, routed: &ContactRouted, join: &CustomerJoin) {
        self.edit_customer(envelope, &join.id, |customer| {
            if let Some(learnt) = &join.learnt {
                customer.profile = (**learnt).clone();
            }
            if routed.step == RouteStep::Opened {
                customer.contact_count += 1;
                customer.recent.push(envelope.record_time);
                if customer.recent.len() > RECENT_CONTACTS_MAX {
                    customer.recent.remove(0);
                }
            }
        });
        if join.learnt.is_some() {
            self.hold_identities(envelope.seq, &join.id);
        }
    }

    fn contact_decided(&mut self, envelope: &Envelope, routed: &ContactRouted) {
        let before = self.contacts.get(&routed.contact).cloned();
        let (place, route) = match &routed.next {
            Next::ChooseReason(_) | Next::AskFacts(_) | Next::ChooseRoute => {
                (Place::Deciding, None)
            }
            Next::Take(taken) => (Place::of_route(taken.route), Some(taken.route)),
        };
        let options = routed.decision.options.iter();
        let offered = options.map(|option| Offered {
            route: option.route,
            flow: option.flow.clone(),
            queue: option.queue.clone(),
        });
        let first = before.as_deref();
        let contact = Contact {
            id: routed.contact.clone(),
            context: routed.context.clone(),
            customer: routed.customer.as_ref().map(|join| join.id.clone()),
            case: routed.case.as_ref().map(|join| join.case),
            place,
            route,
            offered: offered.collect(),
            declined: first.map_or_else(Vec::new, |row| row.declined.clone()),
            confirmed: first.and_then(|row| row.confirmed.clone()),
            needs_person: routed.standing.needs_person,
            arrived: first.map_or(envelope.arrive_time, |row| row.arrived),
            recorded: first.map_or(envelope.record_time, |row| row.recorded),
            heard: envelope.record_time,
            ended: None,
            amendments: first.map_or(0, |row| row.amendments + 1),
            opened: first.map_or(envelope.seq, |row| row.opened),
            decided: envelope.seq,
            changed: envelope.seq,
        };
        self.put_contact(envelope.seq, before.as_deref(), contact);
    }

    fn case_joined(&mut self, envelope: &Envelope, routed: &ContactRouted, join: &CaseJoin) {
        if let Some(opened) = &join.opened {
            self.case_opened(envelope, routed, join, opened);
        }
        if let Some(matter) = join.claimed {
            let customer = routed.customer.as_ref().map(|join| join.id.clone());
            self.edit_case(envelope, join.case, |case| {
                case.customer = customer;
                case.matter = Some(matter);
            });
            self.put_matter(envelope.seq, matter, join.case);
        }
        self.edit_case(envelope, join.case, |case| {
            case.heard = envelope.record_time;
            routed
                .context
                .facts
                .iter()
                .for_each(|fact| case.facts.learn(fact.clone()));
            if !join.first {
                return;
            }
            if let Some(state) = case.state.after(CaseStep::Join) {
                case.state = state;
                case.closed = None;
            }
            case.reopens += u32::from(join.joined == Joined::Reopened);
            case.repeats += u32::from(join.repeat);
            case.channel_switches += u32::from(join.switched);
            case.contact_count += 1;
            list_contact(case, envelope, routed, join);
        });
        if join.first {
            self.count(join.case, |counts| {
                counts.contacts += 1;
                counts.repeats += u64::from(join.repeat);
                counts.cases_reopened += u64::from(join.joined == Joined::Reopened);
            });
        }
    }

    fn case_opened(
        &mut self,
        envelope: &Envelope,
        routed: &ContactRouted,
        join: &CaseJoin,
        opened: &OpenedCase,
    ) {
        let case = Case {
            id: join.case,
            state: CaseState::Open,
            customer: routed.customer.as_ref().map(|join| join.id.clone()),
            matter: opened.matter,
            reason: opened.reason.clone(),
            confirmed: None,
            tier: opened.tier.clone(),
            facts: routed.carried.clone(),
            contacts: Vec::new(),
            contact_count: 0,
            live_contacts: 0,
            owed_contacts: 0,
            repeats: 0,
            channel_switches: 0,
            reopens: 0,
            previous: join.previous,
            opened: envelope.record_time,
            heard: envelope.record_time,
            closed: None,
            continues_for: opened.continues_for,
            reopens_within: opened.reopens_within,
            playbook: envelope
                .playbook
                .clone()
                .unwrap_or_else(|| PlaybookVersion::stored("")),
            changed: envelope.seq,
        };
        if let Some(matter) = opened.matter {
            self.put_matter(envelope.seq, matter, join.case);
        }
        self.timers.replace(None, Timers::of_case(&case));
        self.open_cases
            .replace(join.case, None, OpenCases::owner(&case));
        self.cases
            .put(join.case, Some(Arc::new(case)), envelope.seq);
        self.touched.push(RowKey::Case(join.case));
        self.count(join.case, |counts| counts.cases_opened += 1);
    }

    fn put_matter(&mut self, seq: Seq, matter: MatterKey, case: CaseId) {
        self.matters.put(matter, Some(Arc::new(case)), seq);
        self.touched.push(RowKey::Matter(matter));
    }

    fn case_left(&mut self, envelope: &Envelope, routed: &ContactRouted, left: &LeftCase) {
        let owed = u32::from(self.owed(&routed.contact));
        self.edit_case(envelope, left.case, |case| {
            case.contact_count -= 1;
            case.live_contacts -= 1;
            case.owed_contacts -= owed;
            case.contacts
                .retain(|listed| listed.contact != routed.contact);
        });
        self.count(left.case, |counts| counts.contacts_left += 1);
        if left.withdrawn {
            self.case_step(envelope, left.case, CaseStep::Withdraw);
        }
    }

    fn route_taken(&mut self, envelope: &Envelope, taken: &RouteTaken) {
        let owed_before = self.owed(&taken.contact);
        self.edit_contact(envelope, &taken.contact, |contact| {
            contact.place = Place::of_route(taken.taken.route);
            contact.route = Some(taken.taken.route);
            contact.declined = taken.declined.clone();
        });
        let owed = self.owed(&taken.contact);
        if let Some(case) = taken.case {
            self.edit_case(envelope, case, |case| {
                case.heard = envelope.record_time;
                case.owed_contacts = case.owed_contacts + u32::from(owed) - u32::from(owed_before);
            });
            self.count(case, |counts| {
                counts.routes_taken[taken.taken.route as usize] += 1
            });
        }
    }

    fn contact_ended(&mut self, envelope: &Envelope, ended: &ContactEnded) {
        let owed = u32::from(self.owed(&ended.contact));
        self.edit_contact(envelope, &ended.contact, |contact| {
            contact.place = Place::Ended(ended.outcome);
            contact.ended = Some(envelope.record_time);
            contact.confirmed = ended.confirmed.clone().or_else(|| contact.confirmed.take());
        });
        let Some(case) = ended.case else { return };
        self.edit_case(envelope, case, |case| {
            case.heard = envelope.record_time;
            case.live_contacts -= 1;
            case.owed_contacts -= owed;
            case.confirmed = ended.confirmed.clone().or_else(|| case.confirmed.take());
            for listed in case
                .contacts
                .iter_mut()
                .filter(|listed| listed.contact == ended.contact)
            {
                listed.live = false;
            }
        });
        if ended.resolves_case {
            self.case_step(envelope, case, CaseStep::Resolve);
        }
    }

    fn case_step(&mut self, envelope: &Envelope, id: CaseId, step: CaseStep) {
        self.edit_case(envelope, id, |case| {
            if let Some(state) = case.state.after(step) {
                case.state = state;
                case.closed = Some(envelope.record_time);
            }
        });
        self.count(id, |counts| match step {
            CaseStep::Resolve => counts.cases_resolved += 1,
            CaseStep::Lapse => counts.cases_lapsed += 1,
            CaseStep::Withdraw => counts.cases_withdrawn += 1,
            CaseStep::Join => {}
        });
    }

    /// Whether we owe a live contact an answer.
    fn owed(&self, id: &ContactId) -> bool {
        let owed = |place: Place| matches!(place, Place::Routed(route) if Route::is_owed(route));
        self.contacts
            .get(id)
            .is_some_and(|contact| owed(contact.place))
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
            let row = Customer::new(id.clone(), envelope.record_time);
            self.customers
                .put(id.clone(), Some(Arc::new(row)), envelope.seq);
        }
        self.customers.edit(id, envelope.seq, |row| {
            edit(row);
            row.changed = envelope.seq;
        });
        self.touched.push(RowKey::Customer(id.clone()));
    }

    fn edit_contact(
        &mut self,
        envelope: &Envelope,
        id: &ContactId,
        edit: impl FnOnce(&mut Contact),
    ) {
        let timers = &mut self.timers;
        let edited = self.contacts.edit(id, envelope.seq, |row| {
            let before = Timers::of_contact(row);
            edit(row);
            row.heard = envelope.record_time;
            row.changed = envelope.seq;
            timers.replace(before, Timers::of_contact(row));
        });
        if edited {
            self.touched.push(RowKey::Contact(id.clone()));
        }
    }

    fn put_contact(&mut self, seq: Seq, before: Option<&Contact>, after: Contact) {
        self.timers.replace(
            before.and_then(Timers::of_contact),
            Timers::of_contact(&after),
        );
        self.touched.push(RowKey::Contact(after.id.clone()));
        self.contacts
            .put(after.id.clone(), Some(Arc::new(after)), seq);
    }

    fn edit_case(&mut self, envelope: &Envelope, id: CaseId, edit: impl FnOnce(&mut Case)) {
        let (timers, open_cases) = (&mut self.timers, &mut self.open_cases);
        let edited = self.cases.edit(&id, envelope.seq, |row| {
            let timer_before = Timers::of_case(row);
            let owner_before = OpenCases::owner(row);
            edit(row);
            row.changed = envelope.seq;
            timers.replace(timer_before, Timers::of_case(row));
            open_cases.replace(id, owner_before, OpenCases::owner(row));
        });
        if edited {
            self.touched.push(RowKey::Case(id));
        }
    }

    fn count(&mut self, id: CaseId, edit: impl FnOnce(&mut Counts)) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let (reason, tier): (ReasonId, Slug) = (case.reason.clone(), case.tier.clone());
        let key = (reason.clone(), tier.clone());
        let counts = self
            .counts
            .entry(key)
            .or_insert_with(|| Counts::none(reason.clone(), tier.clone()));
        edit(counts);
        self.touched.push(RowKey::Counts(reason, tier));
    }
}

fn list_contact(case: &mut Case, envelope: &Envelope, routed: &ContactRouted, join: &CaseJoin) {
    case.contacts.push(CaseContact {
        contact: routed.contact.clone(),
        channel: routed.context.channel.clone(),
        joined: join.joined,
        arrived: envelope.arrive_time,
        repeat: join.repeat,
        live: true,
    });
    if case.contacts.len() > CASE_CONTACTS_LISTED_MAX {
        case.contacts.remove(0);
    }
}
