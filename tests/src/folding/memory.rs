//! What a case remembers: the routes that were tried, and what callers said about the person.

use super::{Source, Telling};
use prost_types::Timestamp;
use signpost_client::v1;
use v1::{AttemptOutcome, PersonTelling, Route};

/// The maximum number of attempts that a case remembers, the newest ones.
const ATTEMPTS_MAX: usize = 16;

/// What one case remembers, without what cases merged into it remember.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    attempts: Vec<v1::CaseAttempt>,
    vulnerable: Option<PersonTelling>,
    asked_for_person: Option<PersonTelling>,
    cannot_use: Option<(Vec<i32>, PersonTelling)>,
    language_code: Option<(String, PersonTelling)>,
    persona: Option<(String, PersonTelling)>,
}

/// What a surviving case keeps of a case that is merged into it.
#[derive(Clone, Debug, Default)]
pub(super) struct OfMerged {
    pub(super) memory: Memory,
    pub(super) due: Option<Timestamp>,
}

impl OfMerged {
    /// Forgets all, because the surviving case is resolved.
    pub(super) fn settle(&mut self) {
        self.memory = Memory::default();
    }
}

/// Whether a supervisor now says that the customer is not vulnerable.
pub(super) fn clears_vulnerable(
    source: Source<'_>,
    before: Option<&Telling>,
    now: &Telling,
) -> bool {
    let is_new = before.is_none_or(|before| before.vulnerable != now.vulnerable);
    is_new && now.vulnerable == Some(false) && source.actor.starts_with("supervisor/")
}

/// Marks the newest attempt of another contact as one that did not help, if it was a flow and has not failed already.
pub(super) fn repeated_by<'a>(all: impl Iterator<Item = &'a mut Memory>, contact_id: &str) {
    let newest = all.filter_map(|memory| {
        let mut attempts = memory.attempts.iter_mut();
        attempts.rfind(|attempt| attempt.contact_id != contact_id)
    });
    let Some(attempt) = newest.max_by_key(|attempt| key(attempt.start_time)) else {
        return;
    };
    if attempt.route() == Route::SelfService && !attempt.failed {
        attempt.set_outcome(AttemptOutcome::Repeated);
        attempt.failed = true;
    }
}

impl Memory {
    /// Adds an attempt of a contact. It replaces an earlier attempt of that contact that has no outcome.
    pub(super) fn attempt(&mut self, contact_id: &str, target: &v1::RouteTarget, at: Timestamp) {
        let new = v1::CaseAttempt {
            contact_id: contact_id.to_owned(),
            route: target.route,
            flow_id: target.flow_id.clone(),
            queue_id: target.queue_id.clone(),
            start_time: Some(at),
            ..v1::CaseAttempt::default()
        };
        match self.going_on(contact_id) {
            Some(known) => {
                let same = known.route == new.route
                    && known.flow_id == new.flow_id
                    && known.queue_id == new.queue_id;
                if !same {
                    *known = new;
                    self.attempts.sort_by_key(|attempt| key(attempt.start_time));
                }
            }
            None => {
                self.attempts.push(new);
                let too_many = self.attempts.len().saturating_sub(ATTEMPTS_MAX);
                self.attempts.drain(..too_many);
            }
        }
    }

    /// The attempts of a contact.
    pub(super) fn attempts_of(&self, contact_id: &str) -> Vec<v1::CaseAttempt> {
        let attempts = self.attempts.iter();
        let of_contact = attempts.filter(|attempt| attempt.contact_id == contact_id);
        of_contact.cloned().collect()
    }

    /// Adds the attempts that a contact made before it joined the case.
    pub(super) fn takes_over(&mut self, attempts: Vec<v1::CaseAttempt>) {
        if attempts.is_empty() {
            return;
        }
        self.attempts.extend(attempts);
        self.attempts.sort_by_key(|attempt| key(attempt.start_time));
        let too_many = self.attempts.len().saturating_sub(ATTEMPTS_MAX);
        self.attempts.drain(..too_many);
    }

    /// Sets the outcome of the contact's attempt, if it has one without outcome.
    pub(super) fn came_of(&mut self, contact_id: &str, outcome: AttemptOutcome) {
        if let Some(attempt) = self.going_on(contact_id) {
            attempt.set_outcome(outcome);
            attempt.failed = failed(attempt.route(), outcome);
        }
    }

    fn going_on(&mut self, contact_id: &str) -> Option<&mut v1::CaseAttempt> {
        let mut attempts = self.attempts.iter_mut();
        attempts.rfind(|attempt| {
            attempt.contact_id == contact_id && attempt.outcome() == AttemptOutcome::Unspecified
        })
    }

    /// Removes what this contact said before and has now cleared. What other contacts said stays. If another contact
    /// gave a part of what the customer cannot use, all of `cannot_use` stays.
    pub(super) fn take_back(
        &mut self,
        source: Source<'_>,
        before: Option<&Telling>,
        now: &Telling,
    ) {
        let Some(before) = before else { return };
        let own = |telling: &PersonTelling| telling.contact_id == source.contact_id;
        if before.vulnerable == Some(true) && now.vulnerable.is_none() {
            self.vulnerable.take_if(|telling| own(telling));
        }
        if before.asked_for_person && !now.asked_for_person {
            self.asked_for_person.take_if(|telling| own(telling));
        }
        if !before.cannot_use.is_empty() && now.cannot_use.is_empty() {
            let all = &before.cannot_use;
            self.cannot_use
                .take_if(|(known, telling)| known == all && own(telling));
        }
        if !before.language_code.is_empty() && now.language_code.is_empty() {
            self.language_code.take_if(|(_, telling)| own(telling));
        }
        if !before.persona.is_empty() && now.persona.is_empty() {
            self.persona.take_if(|(_, telling)| own(telling));
        }
    }

    /// Adds what a contact says now and did not say before.
    pub(super) fn hear(&mut self, source: Source<'_>, before: Option<&Telling>, now: &Telling) {
        let telling = || PersonTelling {
            contact_id: source.contact_id.to_owned(),
            actor: source.actor.to_owned(),
            on_behalf_of: source.on_behalf_of.to_owned(),
            tell_time: Some(source.at),
        };
        self.take_back(source, before, now);
        if clears_vulnerable(source, before, now) {
            self.not_vulnerable();
        }
        let is_new = before.is_none_or(|before| before.vulnerable != now.vulnerable);
        if is_new && now.vulnerable == Some(true) {
            self.vulnerable.get_or_insert_with(telling);
        }
        if now.asked_for_person {
            self.asked_for_person.get_or_insert_with(telling);
        }
        let is_new = before.is_none_or(|before| before.cannot_use != now.cannot_use);
        if is_new && !now.cannot_use.is_empty() {
            let known = self.cannot_use.as_ref().map(|(known, _)| known);
            let all = with(known, &now.cannot_use);
            if known != Some(&all) {
                self.cannot_use = Some((all, telling()));
            }
        }
        let is_new = before.is_none_or(|before| before.language_code != now.language_code);
        if is_new && !now.language_code.is_empty() {
            self.language_code = Some((now.language_code.clone(), telling()));
        }
        let is_new = before.is_none_or(|before| before.persona != now.persona);
        if is_new && !now.persona.is_empty() {
            self.persona = Some((now.persona.clone(), telling()));
        }
    }

    pub(super) fn not_vulnerable(&mut self) {
        self.vulnerable = None;
    }

    /// Forgets a contact that was about something else.
    pub(super) fn forget(&mut self, contact_id: &str) {
        let other = |telling: &PersonTelling| telling.contact_id != contact_id;
        self.attempts
            .retain(|attempt| attempt.contact_id != contact_id);
        self.vulnerable.take_if(|told| !other(told));
        self.asked_for_person.take_if(|told| !other(told));
        self.cannot_use.take_if(|(_, told)| !other(told));
        self.language_code.take_if(|(_, told)| !other(told));
        self.persona.take_if(|(_, told)| !other(told));
    }

    /// The case is resolved: only the newest attempt stays.
    pub(super) fn settle(&mut self) {
        let newest = self.attempts.pop();
        *self = Memory {
            attempts: newest.into_iter().collect(),
            ..Memory::default()
        };
    }

    /// The attempts of the case and of those merged into it.
    pub(super) fn attempts_in_all<'a>(
        &'a self,
        merged: impl Iterator<Item = &'a OfMerged>,
    ) -> Vec<v1::CaseAttempt> {
        let merged = merged.flat_map(|of| &of.memory.attempts);
        let mut all: Vec<v1::CaseAttempt> = merged.chain(&self.attempts).cloned().collect();
        all.sort_by_key(|attempt| key(attempt.start_time));
        all.drain(..all.len().saturating_sub(ATTEMPTS_MAX));
        all
    }

    /// What was said about the person, in the case and in those merged into it.
    pub(super) fn person_in_all<'a>(
        &self,
        merged: impl Iterator<Item = &'a OfMerged>,
    ) -> Option<v1::CasePerson> {
        let mut all = self.clone();
        merged.for_each(|of| all.unite(&of.memory));
        let Memory {
            attempts: _,
            vulnerable,
            asked_for_person,
            cannot_use,
            language_code,
            persona,
        } = all;
        let (cannot_use, cannot_use_told) = cannot_use.unzip();
        let (language_code, language_code_told) = language_code.unzip();
        let (persona, persona_told) = persona.unzip();
        let person = v1::CasePerson {
            vulnerable: vulnerable.is_some(),
            asked_for_person: asked_for_person.is_some(),
            cannot_use: cannot_use.unwrap_or_default(),
            language_code: language_code.unwrap_or_default(),
            persona: persona.unwrap_or_default(),
            vulnerable_told: vulnerable,
            asked_for_person_told: asked_for_person,
            cannot_use_told,
            language_code_told,
            persona_told,
        };
        (person != v1::CasePerson::default()).then_some(person)
    }

    /// Joins the memories of two cases. Vulnerable, or asked for a person, counts if either case has it. What cannot be
    /// used is added up. Of all else, the value that was given last counts.
    fn unite(&mut self, other: &Memory) {
        first(&mut self.vulnerable, other.vulnerable.as_ref());
        first(&mut self.asked_for_person, other.asked_for_person.as_ref());
        let known = self.cannot_use.as_ref().map(|(known, _)| known.clone());
        newest(&mut self.cannot_use, other.cannot_use.as_ref());
        if let (Some((value, _)), Some((others, _))) = (&mut self.cannot_use, &other.cannot_use) {
            *value = with(known.as_ref(), others);
        }
        newest(&mut self.language_code, other.language_code.as_ref());
        newest(&mut self.persona, other.persona.as_ref());
    }
}

fn first(told: &mut Option<PersonTelling>, other: Option<&PersonTelling>) {
    let all = told.take().into_iter().chain(other.cloned());
    *told = all.min_by_key(|told| key(told.tell_time));
}

fn newest<T: Clone>(told: &mut Option<(T, PersonTelling)>, other: Option<&(T, PersonTelling)>) {
    let all = other.cloned().into_iter().chain(told.take());
    *told = all.max_by_key(|(_, told)| key(told.tell_time));
}

/// Both lists as one, in the order of the contract, without duplicates.
fn with(known: Option<&Vec<i32>>, told: &[i32]) -> Vec<i32> {
    let mut all: Vec<i32> = known.into_iter().flatten().chain(told).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn key(at: Option<Timestamp>) -> (i64, i32) {
    at.map_or((0, 0), |at| (at.seconds, at.nanos))
}

/// Whether this outcome of an attempt means that the attempt failed.
fn failed(route: Route, outcome: AttemptOutcome) -> bool {
    let is_flow = route == Route::SelfService;
    match outcome {
        AttemptOutcome::GaveUp | AttemptOutcome::Failed | AttemptOutcome::Repeated => true,
        AttemptOutcome::AskedForPerson => is_flow,
        AttemptOutcome::Abandoned => !is_flow,
        _ => false,
    }
}
