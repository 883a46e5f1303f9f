//! How events change cases, the matters that lead to them, and the counts.

mod action;

use crate::case::OfMerged;
use crate::case::memory::Telling;
use crate::case::{
    CASE_CONTACTS_LISTED_MAX, CASE_EVENTS_LISTED_MAX, Case, CaseContact, CaseKey, CaseState,
    CaseStep,
};
use crate::contact::{CaseMatch, Contact, Direction, Offered};
use crate::decision::{PersonReport, Tried};
use crate::event::{CaseJoin, Claim, ContactRouted, Envelope, FormerCase, OpenedCase};
use crate::fact::Facts;
use crate::ids::{CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use crate::state::{Beside, Counts, LatestCase, OpenCases, RowKey, State, Timers};
use crate::tags::Tags;
use crate::time::UnixMs;
use std::sync::Arc;

impl State {
    pub(super) fn case_joined(
        &mut self,
        envelope: &Envelope,
        routed: &ContactRouted,
        join: &CaseJoin,
    ) {
        let customer = routed.customer.as_ref().map(|join| &join.id);
        if let Some(opened) = &join.opened {
            self.case_opened(envelope, customer.cloned(), &routed.carried, join, opened);
        }
        if let Some(Claim { matter, reason }) = &join.claimed {
            let matter = *matter;
            self.edit_case(envelope, join.case, |case| {
                case.customer = case.customer.take().or(customer.cloned());
                case.key = Some(matter);
            });
            self.put_matter(envelope.seq, matter, join.case);
            let owner = self.cases.get(&join.case);
            let owner = owner.and_then(|case| case.customer.clone());
            let reason = reason.as_ref().or(routed.decision.reason.as_ref());
            if let (Some(owner), Some(reason)) = (owner, reason) {
                self.has_matter_of(envelope.seq, &owner, reason);
            }
        }
        let listed = CaseContact {
            contact: routed.contact.clone(),
            channel: routed.context.channel.clone(),
            case_match: join.case_match,
            arrived: envelope.event_time,
            repeat: join.repeat,
            live: true,
            outbound: routed.context.direction == Direction::Outbound,
            due: None,
            presumed: join.presumed,
        };
        self.case_heard(envelope, join, &routed.context.facts, listed);
    }

    /// A contact joined a case, or sent more about it.
    pub(super) fn case_heard(
        &mut self,
        envelope: &Envelope,
        join: &CaseJoin,
        given: &Facts,
        listed: CaseContact,
    ) {
        self.edit_case(envelope, join.case, |case| {
            case.last_activity = envelope.record_time;
            case.facts.learn_all(given);
            if !join.first {
                let contact = &listed.contact;
                let mut contacts = case.contacts.iter_mut();
                let known = contacts.find(|known| known.contact == *contact);
                let was_presumed = known
                    .is_some_and(|known| std::mem::replace(&mut known.presumed, join.presumed));
                if was_presumed && !join.presumed && join.repeat {
                    case.repeated_by(contact);
                }
                return;
            }
            if join.repeat && !join.presumed {
                case.repeated_by(&listed.contact);
            }
            if let Some(state) = case.state.after(CaseStep::Join) {
                case.state = state;
                case.closed = None;
                case.resolution = case
                    .resolution
                    .take()
                    .filter(|_| join.case_match != CaseMatch::Reopened);
            }
            case.reopens += u32::from(join.case_match == CaseMatch::Reopened);
            case.repeats += u32::from(join.repeat);
            case.channel_switches += u32::from(join.switched);
            case.contact_count += 1;
            list_contact(case, listed);
        });
        if join.first {
            self.count(join.case, |counts| {
                counts.contacts += 1;
                counts.repeats += u64::from(join.repeat);
                counts.cases_reopened += u64::from(join.case_match == CaseMatch::Reopened);
            });
        }
    }

    pub(super) fn case_opened(
        &mut self,
        envelope: &Envelope,
        customer: Option<CustomerId>,
        known: &Facts,
        join: &CaseJoin,
        opened: &OpenedCase,
    ) {
        let case = Case {
            id: join.case,
            state: CaseState::Open,
            customer,
            key: opened.key,
            reason: opened.reason.clone(),
            confirmed: None,
            tier: opened.tier.clone(),
            queue: None,
            facts: known.clone(),
            contacts: Vec::new(),
            contact_count: 0,
            live_contacts: 0,
            awaiting_reply: 0,
            repeats: 0,
            channel_switches: 0,
            reopens: 0,
            tried: Vec::new(),
            reported: PersonReport::default(),
            of_merged: Vec::new(),
            resolution: None,
            notes: 0,
            links: Vec::new(),
            merged_into: None,
            merged: Vec::new(),
            merged_live: 0,
            merged_awaiting_reply: 0,
            legal_hold: false,
            retain_until: None,
            tags: Tags::default(),
            events: vec![envelope.seq],
            event_count: 1,
            previous: join.previous,
            opened: envelope.record_time,
            last_activity: envelope.record_time,
            closed: None,
            continues_for: opened.continues_for,
            reopens_within: opened.reopens_within,
            playbook: envelope
                .playbook
                .clone()
                .unwrap_or_else(|| PlaybookVersion::stored("")),
            changed: envelope.seq,
        };
        if let Some(matter) = opened.key {
            self.put_matter(envelope.seq, matter, join.case);
            if let Some(owner) = &case.customer {
                self.has_matter_of(envelope.seq, owner, &opened.reason);
            }
        }
        self.timers.replace(None, Timers::of_case(&case));
        self.open_cases
            .replace(join.case, None, OpenCases::owner(&case));
        self.cases
            .put(join.case, Some(Arc::new(case)), envelope.seq);
        self.changed_rows.push(RowKey::Case(join.case));
        self.count(join.case, |counts| counts.cases_opened += 1);
    }

    pub(super) fn put_matter(&mut self, seq: Seq, matter: CaseKey, case: CaseId) {
        let latest = LatestCase { case, seq };
        self.matters.put(matter, Some(Arc::new(latest)), seq);
        self.changed_rows.push(RowKey::Matter(matter));
    }

    pub(super) fn case_left(
        &mut self,
        envelope: &Envelope,
        routed: &ContactRouted,
        left: &FormerCase,
    ) {
        let owed = u32::from(self.owed(&routed.contact));
        let mut repeats = 0;
        self.edit_case(envelope, left.case, |case| {
            case.last_activity = envelope.record_time;
            case.contact_count -= 1;
            case.live_contacts -= 1;
            case.awaiting_reply -= owed;
            repeats = unlist_contact(case, &routed.contact);
            case.forgets(&routed.contact);
        });
        self.count(left.case, |counts| {
            counts.contacts_left += 1;
            counts.repeats -= u64::from(repeats);
        });
        if left.withdrawn {
            self.case_step(envelope, left.case, CaseStep::Withdraw);
        }
    }

    pub(super) fn case_step(&mut self, envelope: &Envelope, id: CaseId, step: CaseStep) {
        self.edit_case(envelope, id, |case| {
            let Some(state) = case.state.after(step) else {
                return;
            };
            case.state = state;
            match state {
                CaseState::Open => {
                    case.closed = None;
                    case.resolution = None;
                }
                _ => case.closed = Some(envelope.record_time),
            }
            if state == CaseState::Resolved {
                case.settled();
            }
            if step == CaseStep::Reopen {
                case.reopens += 1;
                case.last_activity = envelope.record_time;
            }
        });
        self.count(id, |counts| match step {
            CaseStep::Resolve => counts.cases_resolved += 1,
            CaseStep::Lapse => counts.cases_lapsed += 1,
            CaseStep::Withdraw => counts.cases_withdrawn += 1,
            CaseStep::Reopen => counts.cases_reopened += 1,
            CaseStep::Merge => counts.cases_merged += 1,
            CaseStep::Unmerge => counts.cases_merged -= 1,
            CaseStep::Join => {}
        });
    }

    /// Edits a case, its timer and its entry in the list of open cases. While the case is merged, the surviving
    /// case gets the changes of its contacts too.
    pub(super) fn edit_case(
        &mut self,
        envelope: &Envelope,
        id: CaseId,
        edit: impl FnOnce(&mut Case),
    ) {
        let (timers, open_cases) = (&mut self.timers, &mut self.open_cases);
        let mut of_survivor = None;
        let edited = self.cases.edit(&id, envelope.seq, |row| {
            let timer_before = Timers::of_case(row);
            let owner_before = OpenCases::owner(row);
            let (merged_into, before) = (row.merged_into, ContactsOf::case(row));
            edit(row);
            row.changed = envelope.seq;
            list_event(row, envelope.seq);
            let after = ContactsOf::case(row);
            of_survivor = merged_into
                .filter(|_| row.merged_into == merged_into && before != after)
                .map(|survivor| (survivor, before, after));
            timers.replace(timer_before, Timers::of_case(row));
            open_cases.replace(id, owner_before, OpenCases::owner(row));
        });
        if edited {
            self.changed_rows.push(RowKey::Case(id));
        }
        if let Some((survivor, before, after)) = of_survivor {
            let known: Box<dyn FnOnce(&mut Case)> = Box::new(move |case| {
                case.merged_live = case.merged_live + after.live - before.live;
                case.merged_awaiting_reply = case.merged_awaiting_reply + after.owed - before.owed;
                case.last_activity = case.last_activity.max(after.heard);
                let mut of_merged = case.of_merged.iter_mut();
                let of = of_merged.find(|of| of.case == id);
                if let (Some(of), Some(known)) = (of, after.known) {
                    *of = known;
                }
            });
            self.edit_case(envelope, survivor, known);
        }
    }

    pub(super) fn count(&mut self, id: CaseId, edit: impl FnOnce(&mut Counts)) {
        let Some(case) = self.cases.get(&id) else {
            return;
        };
        let key = (case.reason.clone(), case.tier.clone());
        self.count_under(key, edit);
    }

    /// Counts what is not of a case.
    pub(super) fn count_beside(&mut self, beside: Beside, edit: impl FnOnce(&mut Counts)) {
        self.count_under(beside.key(), edit);
    }

    fn count_under(&mut self, key: (ReasonId, Slug), edit: impl FnOnce(&mut Counts)) {
        let (reason, tier) = key.clone();
        let counts = self
            .counts
            .entry(key)
            .or_insert_with(|| Counts::none(reason.clone(), tier.clone()));
        edit(counts);
        self.changed_rows.push(RowKey::Counts(reason, tier));
    }
}

/// What the surviving case of a merge knows about the contacts of the merged case, their attempts and their reports.
#[derive(PartialEq, Eq)]
struct ContactsOf {
    live: u32,
    owed: u32,
    heard: UnixMs,
    known: Option<OfMerged>,
}

impl ContactsOf {
    fn case(row: &Case) -> ContactsOf {
        ContactsOf {
            live: row.live_contacts,
            owed: row.awaiting_reply,
            heard: row.last_activity,
            known: row.merged_into.map(|_| OfMerged::of(row)),
        }
    }
}

/// The attempt of a contact that took a route.
pub(super) fn tried(envelope: &Envelope, contact: &ContactId, taken: &Offered) -> Tried {
    Tried {
        contact: contact.clone(),
        route: taken.route,
        flow: taken.flow.clone(),
        queue: taken.queue.clone(),
        at: envelope.record_time,
        outcome: None,
    }
}

/// Stores in the case when the answer to the contact is due, and what the contact reports about the person.
pub(super) fn case_knows(
    case: &mut Case,
    envelope: &Envelope,
    (before, contact): (Option<&Contact>, &Contact),
) {
    let mut contacts = case.contacts.iter_mut();
    if let Some(listed) = contacts.find(|listed| listed.contact == contact.id) {
        listed.due = contact.due;
    }
    case.hear(Telling {
        contact: &contact.id,
        actor: &envelope.actor,
        on_behalf_of: envelope.on_behalf_of.as_ref(),
        at: envelope.record_time,
        before: before.map(|before| &*before.context),
        now: &contact.context,
        needs_person: contact.needs_person,
    });
}

fn list_event(case: &mut Case, seq: Seq) {
    if case.events.last() == Some(&seq) {
        return;
    }
    case.event_count += 1;
    case.events.push(seq);
    if case.events.len() > CASE_EVENTS_LISTED_MAX {
        case.events.remove(0);
    }
}

fn list_contact(case: &mut Case, listed: CaseContact) {
    case.contacts.push(listed);
    if case.contacts.len() > CASE_CONTACTS_LISTED_MAX {
        case.contacts.remove(0);
    }
}

/// Adds a contact to the list by the time of its arrival. The contact may have come before others of the case.
pub(super) fn place_contact(case: &mut Case, listed: CaseContact) {
    let switches = case.switches_listed();
    let earlier = |known: &CaseContact| known.arrived <= listed.arrived;
    let place = case.contacts.iter().rposition(earlier);
    case.contacts
        .insert(place.map_or(0, |place| place + 1), listed);
    case.channel_switches += case.switches_listed() - switches;
    if case.contacts.len() > CASE_CONTACTS_LISTED_MAX {
        case.contacts.remove(0);
    }
}

/// Removes a contact that was about another matter from the case, with its repeats and channel switches. Returns how
/// many repeats were removed.
pub(super) fn unlist_contact(case: &mut Case, contact: &ContactId) -> u32 {
    let switches = case.switches_listed();
    let listed = case
        .contacts
        .iter()
        .filter(|listed| listed.contact == *contact);
    let repeats = listed.filter(|listed| listed.repeat).count() as u32;
    case.contacts.retain(|listed| listed.contact != *contact);
    case.repeats -= repeats;
    case.channel_switches -= switches - case.switches_listed();
    repeats
}
