//! What a case remembers: how events change it, and how it is read.

use super::Case;
use crate::actor::Actor;
use crate::contact::ContactContext;
use crate::decision::memory::TRIED_MAX;
use crate::decision::{AttemptOutcome, PersonReport, Reported, Tried};
use crate::ids::{CaseId, ContactId};
use crate::route::Route;
use crate::time::UnixMs;

/// How many inbound contacts of a merged case are listed by the case that it was merged into, the newest.
pub const INBOUND_OF_MERGED_MAX: usize = 16;

/// What a case knows about a case that was merged into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfMerged {
    /// The merged case.
    pub case: CaseId,
    /// The attempts of the merged case.
    pub tried: Vec<Tried>,
    /// What was reported about the person in the merged case.
    pub reported: PersonReport,
    /// When the first answer is due that the company owes in the merged case; `None` if it owes none.
    pub due: Option<UnixMs>,
    /// The contacts of the merged case that the customer started, with the time of arrival, the newest last.
    pub inbound: Vec<(ContactId, UnixMs)>,
}

impl OfMerged {
    /// The data about `row` that the case it was merged into stores.
    pub fn of(row: &Case) -> OfMerged {
        let mut inbound: Vec<(ContactId, UnixMs)> = row.own_inbound().collect();
        inbound.drain(..inbound.len().saturating_sub(INBOUND_OF_MERGED_MAX));
        OfMerged {
            case: row.id,
            tried: row.tried.clone(),
            reported: row.reported.clone(),
            due: row.contacts.iter().filter_map(|listed| listed.due).min(),
            inbound,
        }
    }
}

/// What a contact reports about a person: its context before, if it had one, and its context now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Telling<'a> {
    pub(crate) contact: &'a ContactId,
    pub(crate) actor: &'a Actor,
    pub(crate) on_behalf_of: Option<&'a Actor>,
    pub(crate) at: UnixMs,
    pub(crate) before: Option<&'a ContactContext>,
    pub(crate) now: &'a ContactContext,
    pub(crate) needs_person: bool,
}

impl<'a> Telling<'a> {
    fn reported<T>(self, value: T) -> Option<Reported<T>> {
        Some(Reported {
            value,
            contact: self.contact.clone(),
            actor: self.actor.clone(),
            on_behalf_of: self.on_behalf_of.cloned(),
            at: self.at,
        })
    }

    /// The value that the contact reports now, if it did not report the same before; else `None`.
    fn news<T: PartialEq>(self, get: impl Fn(&'a ContactContext) -> T) -> Option<T> {
        let now = get(self.now);
        let is_new = self.before.is_none_or(|before| get(before) != now);
        is_new.then_some(now)
    }

    /// Whether a supervisor now reports that the customer is not vulnerable.
    pub(crate) fn clears_vulnerable(self) -> bool {
        let news = self.news(|context| context.vulnerable);
        news == Some(Some(false)) && self.actor.kind.is_supervisor()
    }
}

/// Removes what this contact reported; what another contact reported stays.
fn forget<T>(reported: &mut Option<Reported<T>>, contact: &ContactId) {
    *reported = reported.take().filter(|report| report.contact != *contact);
}

impl PersonReport {
    /// Removes what a contact reported before and does not report any more. Reports of other contacts stay. If another
    /// contact reported a part of what the customer cannot use, all of it stays.
    pub(crate) fn take_back(&mut self, telling: Telling<'_>) {
        let Some(before) = telling.before else { return };
        let (contact, now) = (telling.contact, telling.now);
        if before.vulnerable == Some(true) && now.vulnerable.is_none() {
            forget(&mut self.vulnerable, contact);
        }
        if before.asked_for_person && !now.asked_for_person && !telling.needs_person {
            forget(&mut self.asked_for_person, contact);
        }
        let reported = self.cannot_use.as_ref().map(|report| report.value);
        if now.cannot_use.is_empty() && reported == Some(before.cannot_use) {
            forget(&mut self.cannot_use, contact);
        }
        if before.language.is_some() && now.language.is_none() {
            forget(&mut self.language, contact);
        }
        if before.persona.is_some() && now.persona.is_none() {
            forget(&mut self.persona, contact);
        }
    }

    /// Adds what a contact reports. Earlier reports stay. Of a language and a persona, the last report counts.
    pub(crate) fn hear(&mut self, telling: Telling<'_>) {
        self.take_back(telling);
        if telling.clears_vulnerable() {
            self.vulnerable = None;
        }
        if telling.news(|context| context.vulnerable) == Some(Some(true)) {
            self.vulnerable = self.vulnerable.take().or_else(|| telling.reported(()));
        }
        let asks = telling.now.asked_for_person || telling.needs_person;
        if asks {
            self.asked_for_person = self
                .asked_for_person
                .take()
                .or_else(|| telling.reported(()));
        }
        let cannot_use = telling.news(|context| context.cannot_use);
        if let Some(news) = cannot_use.filter(|news| !news.is_empty()) {
            let known = self.cannot_use.as_ref();
            let all = known.map_or(news, |known| known.value.and(news));
            if known.is_none_or(|known| known.value != all) {
                self.cannot_use = telling.reported(all);
            }
        }
        if let Some(Some(language)) = telling.news(|context| context.language.as_ref()) {
            self.language = telling.reported(language.clone());
        }
        if let Some(Some(persona)) = telling.news(|context| context.persona.as_ref()) {
            self.persona = telling.reported(persona.clone());
        }
    }

    /// Removes everything that this contact reported.
    fn unhear(&mut self, contact: &ContactId) {
        let PersonReport {
            vulnerable,
            cannot_use,
            asked_for_person,
            language,
            persona,
        } = self;
        forget(vulnerable, contact);
        forget(cannot_use, contact);
        forget(asked_for_person, contact);
        forget(language, contact);
        forget(persona, contact);
    }

    /// Combines the reports of two cases. Of `vulnerable` and `asked_for_person`, the first report stays. Of the
    /// others, the newest stays; what the customer cannot use is added up.
    fn unite(&mut self, other: &PersonReport) {
        fn first<T: Clone>(reported: &mut Option<Reported<T>>, other: Option<&Reported<T>>) {
            let all = reported.take().into_iter().chain(other.cloned());
            *reported = all.min_by_key(|report| report.at);
        }
        fn newest<T: Clone>(reported: &mut Option<Reported<T>>, other: Option<&Reported<T>>) {
            let all = other.cloned().into_iter().chain(reported.take());
            *reported = all.max_by_key(|report| report.at);
        }
        let PersonReport {
            vulnerable,
            cannot_use,
            asked_for_person,
            language,
            persona,
        } = other;
        let all = [self.cannot_use.as_ref(), cannot_use.as_ref()];
        let all = all.into_iter().flatten().map(|report| report.value);
        let all = all.reduce(|all, one| all.and(one));
        newest(&mut self.cannot_use, cannot_use.as_ref());
        if let (Some(report), Some(all)) = (&mut self.cannot_use, all) {
            report.value = all;
        }
        first(&mut self.vulnerable, vulnerable.as_ref());
        first(&mut self.asked_for_person, asked_for_person.as_ref());
        newest(&mut self.language, language.as_ref());
        newest(&mut self.persona, persona.as_ref());
    }
}

impl Case {
    /// The attempts of this case and of the cases merged into it, the oldest first. At most [`TRIED_MAX`], the newest.
    pub fn tried_in_all(&self) -> Vec<Tried> {
        let of_merged = self.of_merged.iter().flat_map(|of| &of.tried);
        let mut all: Vec<Tried> = of_merged.chain(&self.tried).cloned().collect();
        // The sort is stable: of attempts at the same time, those of this case stay last.
        all.sort_by_key(|tried| tried.at);
        all.drain(..all.len().saturating_sub(TRIED_MAX));
        all
    }

    /// What was reported about the person in this case and in the cases merged into it.
    pub fn reported_in_all(&self) -> PersonReport {
        let mut reported = self.reported.clone();
        let merged = self.of_merged.iter();
        merged.for_each(|of| reported.unite(&of.reported));
        reported
    }

    /// When the first answer is due that the company owes, in this case or in a case merged into it; `None` if it owes
    /// none.
    pub fn owed_due(&self) -> Option<UnixMs> {
        let own = self.contacts.iter().filter_map(|listed| listed.due);
        let merged = self.of_merged.iter().filter_map(|of| of.due);
        own.chain(merged).min()
    }

    /// Whether an answer that the company owes is overdue at `now`, in this case or in a case merged into it.
    pub fn owed_overdue(&self, now: UnixMs) -> bool {
        self.owed_due().is_some_and(|due| due < now)
    }

    /// Like [`Case::owed_overdue`], without the answer that is owed on this contact.
    pub fn owed_overdue_but(&self, contact: &ContactId, now: UnixMs) -> bool {
        let others = self
            .contacts
            .iter()
            .filter(|listed| listed.contact != *contact);
        let own = others.filter_map(|listed| listed.due);
        let merged = self.of_merged.iter().filter_map(|of| of.due);
        own.chain(merged).any(|due| due < now)
    }

    /// The listed contacts that the customer started, with the time of arrival, in this case and in the cases merged
    /// into it.
    pub fn inbound(&self) -> impl Iterator<Item = (ContactId, UnixMs)> {
        let merged = self.of_merged.iter().flat_map(|of| of.inbound.clone());
        merged.chain(self.own_inbound())
    }

    fn own_inbound(&self) -> impl Iterator<Item = (ContactId, UnixMs)> {
        let inbound = self.contacts.iter().filter(|listed| !listed.outbound);
        inbound.map(|listed| (listed.contact.clone(), listed.arrived))
    }

    /// Records that a contact took a route. If the contact has an attempt without an outcome, the new attempt replaces
    /// it. If route, flow and queue are the same, the old attempt stays.
    pub(crate) fn attempts(&mut self, tried: Tried) {
        let going_on =
            |known: &&mut Tried| known.contact == tried.contact && known.outcome.is_none();
        match self.tried.iter_mut().rfind(going_on) {
            Some(known) => {
                let same = (known.route, &known.flow, &known.queue);
                if same != (tried.route, &tried.flow, &tried.queue) {
                    *known = tried;
                    self.tried.sort_by_key(|tried| tried.at);
                }
            }
            None => {
                self.tried.push(tried);
                let too_many = self.tried.len().saturating_sub(TRIED_MAX);
                self.tried.drain(..too_many);
            }
        }
    }

    /// Records the outcome of the running attempt of a contact.
    pub(crate) fn attempt_ended(&mut self, contact: &ContactId, outcome: AttemptOutcome) {
        came_of(&mut self.tried, contact, outcome);
    }

    /// Records that a contact is a repeat: the flow before it did not help.
    pub(crate) fn repeated_by(&mut self, contact: &ContactId) {
        let merged = self.of_merged.iter_mut().map(|of| &mut of.tried);
        let all = merged.chain([&mut self.tried]);
        let newest = all.flat_map(|tried| newest_of_others(tried, contact));
        repeated(newest.max_by_key(|tried| tried.at));
    }

    /// Adds what a contact reported about the person.
    pub(crate) fn hear(&mut self, telling: Telling<'_>) {
        if telling.clears_vulnerable() {
            let merged = self.of_merged.iter_mut();
            merged.for_each(|of| of.reported.vulnerable = None);
        }
        let merged = self.of_merged.iter_mut();
        merged.for_each(|of| of.reported.take_back(telling));
        self.reported.hear(telling);
    }

    /// Adds the attempts that a contact made before it joined this case.
    pub(crate) fn takes_over(&mut self, tried: &[Tried]) {
        if tried.is_empty() {
            return;
        }
        self.tried.extend_from_slice(tried);
        self.tried.sort_by_key(|tried| tried.at);
        let too_many = self.tried.len().saturating_sub(TRIED_MAX);
        self.tried.drain(..too_many);
    }

    /// Removes the attempts and reports of a contact that turned out to be about another matter.
    pub(crate) fn forgets(&mut self, contact: &ContactId) {
        self.tried.retain(|tried| tried.contact != *contact);
        self.reported.unhear(contact);
    }

    /// Records that the case is resolved. Only the newest attempt is kept, so that a repeat can record that it did not
    /// help.
    pub(crate) fn settled(&mut self) {
        self.tried.drain(..self.tried.len().saturating_sub(1));
        self.reported = PersonReport::default();
        for of in &mut self.of_merged {
            of.tried.clear();
            of.reported = PersonReport::default();
        }
    }
}

/// Sets the outcome of the newest attempt of a contact, if the attempt has none yet.
pub(crate) fn came_of(tried: &mut [Tried], contact: &ContactId, outcome: AttemptOutcome) {
    let mut tried = tried.iter_mut();
    let going_on = tried.rfind(|tried| tried.contact == *contact && tried.outcome.is_none());
    if let Some(tried) = going_on {
        tried.outcome = Some(outcome);
    }
}

/// The newest attempt that belongs to another contact; `None` if there is none.
fn newest_of_others<'a>(tried: &'a mut [Tried], contact: &ContactId) -> Option<&'a mut Tried> {
    tried.iter_mut().rfind(|tried| tried.contact != *contact)
}

/// Records a repeat, as [`Case::repeated_by`], in a list of attempts in their order.
pub(crate) fn repeat_of(tried: &mut [Tried], contact: &ContactId) {
    repeated(newest_of_others(tried, contact));
}

fn repeated(newest: Option<&mut Tried>) {
    if let Some(tried) = newest
        && tried.route == Route::SelfService
        && !tried.failed()
    {
        tried.outcome = Some(AttemptOutcome::Repeated);
    }
}
