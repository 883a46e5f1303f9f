//! One case: contacts join it, add to it and leave it.

use super::memory::{self, Memory, OfMerged};
use super::{Contact, Source};
use prost_types::Timestamp;
use signpost_client::v1;
use std::collections::BTreeMap;
use v1::CaseMatch;

/// The maximum number of contacts that a case lists, the newest ones.
const CONTACTS_LISTED_MAX: usize = 64;

/// A case, with the state that `v1::Case` does not have.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    pub(super) row: v1::Case,
    pub(super) memory: Memory,
    /// By contact: whether the case is presumed.
    presumed: BTreeMap<String, bool>,
    /// By contact: the time at which an answer is due.
    due: BTreeMap<String, Timestamp>,
    pub(super) of_merged: Vec<(String, OfMerged)>,
}

/// How a contact joins a case.
pub(super) struct Joins<'a> {
    pub(super) contact_id: &'a str,
    pub(super) contact: &'a Contact,
    pub(super) joined: i32,
    pub(super) joined_now: bool,
    pub(super) repeat: bool,
    pub(super) switched: bool,
    pub(super) presumed: bool,
    pub(super) arrive_time: Option<Timestamp>,
}

impl Case {
    pub(super) fn opens(&mut self, new: &v1::NewCase, previous: &str, customer: &str) {
        self.row.stated_reason.clone_from(&new.stated_reason);
        self.row.tier.clone_from(&new.tier);
        self.row.previous_case_id = previous.to_owned();
        self.row.customer_id = customer.to_owned();
    }

    pub(super) fn joins(&mut self, joins: &Joins<'_>) {
        let id = joins.contact_id;
        if !joins.joined_now {
            let was = self.presumed.insert(id.to_owned(), joins.presumed);
            if was == Some(true) && !joins.presumed && joins.repeat {
                self.repeated_by(id);
            }
            return;
        }
        if joins.repeat && !joins.presumed {
            self.repeated_by(id);
        }
        self.presumed.insert(id.to_owned(), joins.presumed);
        self.row.repeat_count += u32::from(joins.repeat);
        self.row.channel_switch_count += u32::from(joins.switched);
        self.row.contact_count += 1;
        self.row.contacts.push(v1::CaseContact {
            contact_id: id.to_owned(),
            channel: joins.contact.channel.clone(),
            case_match: joins.joined,
            arrive_time: joins.arrive_time,
            repeat: joins.repeat,
            live: !joins.contact.is_over,
        });
        assert_ne!(joins.joined, i32::from(CaseMatch::Unspecified));
        if self.row.contacts.len() > CONTACTS_LISTED_MAX {
            self.row.contacts.remove(0);
        }
    }

    /// A contact joins that came some time ago: it is listed by its arrival.
    pub(super) fn joins_by_arrival(&mut self, joins: &Joins<'_>) {
        self.presumed
            .insert(joins.contact_id.to_owned(), joins.presumed);
        let switches = self.switches();
        let key = |at: Option<Timestamp>| at.map(|at| (at.seconds, at.nanos));
        let arrived = key(joins.arrive_time);
        let contacts = &mut self.row.contacts;
        let earlier = |listed: &v1::CaseContact| key(listed.arrive_time) <= arrived;
        let place = contacts.iter().rposition(earlier);
        let listed = v1::CaseContact {
            contact_id: joins.contact_id.to_owned(),
            channel: joins.contact.channel.clone(),
            case_match: joins.joined,
            arrive_time: joins.arrive_time,
            repeat: joins.repeat,
            live: !joins.contact.is_over,
        };
        contacts.insert(place.map_or(0, |place| place + 1), listed);
        self.row.contact_count += 1;
        self.row.repeat_count += u32::from(joins.repeat);
        self.row.channel_switch_count += self.switches() - switches;
        if self.row.contacts.len() > CONTACTS_LISTED_MAX {
            self.row.contacts.remove(0);
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.row.state() == v1::CaseState::Open
    }

    /// A contact leaves, because it was about something else.
    pub(super) fn leaves(&mut self, contact_id: &str) {
        let switches = self.switches();
        let listed = self.row.contacts.iter();
        let listed = listed.filter(|listed| listed.contact_id == contact_id);
        let repeats: u32 = listed.map(|listed| u32::from(listed.repeat)).sum();
        let contacts = &mut self.row.contacts;
        contacts.retain(|listed| listed.contact_id != contact_id);
        self.row.contact_count -= 1;
        self.row.repeat_count -= repeats;
        self.row.channel_switch_count -= switches - self.switches();
        self.presumed.remove(contact_id);
        self.due.remove(contact_id);
        self.memory.forget(contact_id);
    }

    fn switches(&self) -> u32 {
        let pairs = self.row.contacts.windows(2);
        let switches = pairs.filter(|pair| pair[0].channel != pair[1].channel);
        u32::try_from(switches.count()).unwrap_or(u32::MAX)
    }

    pub(super) fn ends(&mut self, contact_id: &str) {
        self.due.remove(contact_id);
        let mut listed = self.row.contacts.iter_mut();
        let Some(listed) = listed.find(|listed| listed.contact_id == contact_id) else {
            return;
        };
        listed.live = false;
        if listed.repeat && self.presumed.get(contact_id) == Some(&true) {
            self.repeated_by(contact_id);
        }
    }

    pub(super) fn hears(
        &mut self,
        source: Source<'_>,
        before: Option<&Contact>,
        contact: &Contact,
    ) {
        let mut listed = self.row.contacts.iter();
        if listed.any(|listed| listed.contact_id == source.contact_id) {
            match contact.due {
                Some(due) => self.due.insert(source.contact_id.to_owned(), due),
                None => self.due.remove(source.contact_id),
            };
        }
        let before = before.map(|before| &before.telling);
        let is_clear = memory::clears_vulnerable(source, before, &contact.telling);
        for (_, of) in self.of_merged.iter_mut().filter(|_| is_clear) {
            of.memory.not_vulnerable();
        }
        for (_, of) in &mut self.of_merged {
            of.memory.take_back(source, before, &contact.telling);
        }
        self.memory.hear(source, before, &contact.telling);
    }

    /// The newest flow of another contact did not help, because this contact is a repeat.
    fn repeated_by(&mut self, contact_id: &str) {
        let merged = self.of_merged.iter_mut().map(|(_, of)| &mut of.memory);
        memory::repeated_by(merged.chain([&mut self.memory]), contact_id);
    }

    pub(super) fn last_queue(&mut self, queue: &str) {
        if !queue.is_empty() {
            self.row.last_queue_id = queue.to_owned();
        }
    }

    pub(super) fn learn_all(&mut self, facts: &[v1::Fact]) {
        facts.iter().for_each(|fact| self.learn(fact));
    }

    /// A fact that is given replaces the known value. But a declined fact does not replace a known value.
    pub(super) fn learn(&mut self, fact: &v1::Fact) {
        let facts = &mut self.row.facts;
        let is_declined =
            |fact: &v1::Fact| matches!(fact.value, Some(v1::fact::Value::Declined(_)));
        match facts.binary_search_by(|known| known.fact_id.cmp(&fact.fact_id)) {
            Ok(place) if is_declined(fact) && !is_declined(&facts[place]) => {}
            Ok(place) => facts[place] = fact.clone(),
            Err(place) => facts.insert(place, fact.clone()),
        }
    }

    /// The part of this case that its survivor keeps.
    pub(super) fn known(&self) -> OfMerged {
        OfMerged {
            memory: self.memory.clone(),
            due: first(self.due.values()),
        }
    }

    pub(super) fn told(&self) -> v1::Case {
        let merged = self.of_merged.iter().map(|(_, of)| of);
        let due = merged.clone().filter_map(|of| of.due.as_ref());
        v1::Case {
            attempts: self.memory.attempts_in_all(merged.clone()),
            person: self.memory.person_in_all(merged),
            owed_due_time: first(self.due.values().chain(due)),
            ..self.row.clone()
        }
    }
}

fn first<'a>(times: impl Iterator<Item = &'a Timestamp>) -> Option<Timestamp> {
    times.min_by_key(|at| (at.seconds, at.nanos)).copied()
}
