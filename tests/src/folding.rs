//! Makes cases from the feed of events alone, as an integrator would keep them. This is the code for what
//! `docs/events.md` says about folding. Nothing here reads anything but events.

mod case;
mod corrected;
mod memory;

use case::{Case, Joins};
use prost_types::{Duration, Timestamp};
use signpost_client::v1;
use std::collections::BTreeMap;
use v1::event::Body;
use v1::{AttemptOutcome, CaseLinkKind, CaseState, Route, RoutingTrigger};

/// All that the events so far have made.
#[derive(Clone, Debug, Default)]
pub struct Folding {
    contacts: BTreeMap<String, Contact>,
    cases: BTreeMap<String, Case>,
}

/// What is kept of a contact, to understand what later events about it mean for its cases.
#[derive(Clone, Debug, Default)]
struct Contact {
    channel: String,
    arrive_time: Option<Timestamp>,
    /// The route of the contact; unspecified until it has one.
    route: i32,
    queue: String,
    due: Option<Timestamp>,
    telling: Telling,
    is_over: bool,
}

/// What the caller said about the person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Telling {
    vulnerable: Option<bool>,
    cannot_use: Vec<i32>,
    asked_for_person: bool,
    language_code: String,
    persona: String,
}

/// The contact, the caller and the time of an event.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    contact_id: &'a str,
    actor: &'a str,
    on_behalf_of: &'a str,
    at: Timestamp,
}

impl Folding {
    /// Processes the next event.
    pub fn take(&mut self, event: &v1::Event) {
        let at = event.record_time.unwrap_or_default();
        let (resolved, others): (Vec<_>, Vec<_>) =
            event.case_transitions.iter().partition(|transition| {
                let was_there = transition.from() != CaseState::Unspecified;
                was_there && transition.to() == CaseState::Resolved
            });
        for transition in others {
            self.goes(event, transition, at);
        }
        self.body(event, at);
        for transition in resolved {
            self.goes(event, transition, at);
        }
        let opened = event.case_transitions.iter();
        for transition in opened.filter(|it| it.from() == CaseState::Unspecified) {
            if let Some(case) = self.cases.get_mut(&transition.case_id)
                && transition.to() == CaseState::Resolved
            {
                case.memory.settle();
            }
        }
        match &event.body {
            Some(Body::ContactEnded(ended)) => {
                self.resolution(&ended.resolved_case_id, ended.resolution.as_ref());
                for matter in &ended.matters {
                    self.resolution(&matter.resolved_case_id, matter.resolution.as_ref());
                }
            }
            Some(Body::CaseResolved(resolved)) => {
                self.resolution(&resolved.case_id, resolved.resolution.as_ref());
            }
            _ => {}
        }
    }

    /// The cases, in the order of their ids, as ListCases gives them. `case_number`, `sequence` and `etag` are missing,
    /// because events do not have them.
    pub fn cases(&self) -> Vec<v1::Case> {
        self.cases.values().map(Case::told).collect()
    }

    fn goes(&mut self, event: &v1::Event, transition: &v1::CaseTransition, at: Timestamp) {
        let case = self.cases.entry(transition.case_id.clone()).or_default();
        assert_eq!(case.row.state, transition.from, "{event:#?}");
        case.row.state = transition.to;
        case.row.resolve_time = None;
        match (transition.from(), transition.to()) {
            (CaseState::Unspecified, _) => {
                case.row.case_id.clone_from(&transition.case_id);
                case.row.open_time = Some(at);
                case.row
                    .playbook_version
                    .clone_from(&event.playbook_version);
                if transition.to() == CaseState::Resolved {
                    case.row.resolve_time = Some(at);
                }
            }
            (_, CaseState::Resolved) => {
                case.row.resolve_time = Some(at);
                case.memory.settle();
                case.of_merged.iter_mut().for_each(|(_, of)| of.settle());
            }
            (CaseState::Resolved, CaseState::Open) => {
                case.row.resolution = None;
                case.row.reopen_count += 1;
            }
            _ => {}
        }
    }

    fn body(&mut self, event: &v1::Event, at: Timestamp) {
        match &event.body {
            Some(Body::ContactRouted(routed)) => self.routed(event, routed, at),
            Some(Body::RouteSelected(taken)) => self.taken(event, taken, at),
            Some(Body::ContactEnded(ended)) => self.ended(ended),
            Some(Body::CaseAddedToContact(added)) => self.added(event, added, at),
            Some(Body::ContactCustomerCorrected(corrected)) => {
                self.corrected(event, corrected, at);
            }
            Some(Body::CaseNoted(noted)) => self.note(&noted.case_id, &noted.text),
            Some(Body::CaseResolved(resolved)) => self.note(&resolved.case_id, &resolved.note),
            Some(Body::CaseReopened(reopened)) => self.note(&reopened.case_id, &reopened.note),
            Some(Body::CaseUpdated(updated)) => self.updated(updated),
            Some(Body::CaseMerged(merged)) => self.merged(merged),
            Some(Body::CaseUnmerged(unmerged)) => self.unmerged(unmerged),
            Some(Body::CaseLinked(linked)) => self.links(&linked.case_id, &linked.link, true),
            Some(Body::CaseUnlinked(linked)) => self.links(&linked.case_id, &linked.link, false),
            // These events say nothing about cases, or their transition says all.
            Some(
                Body::PlaybookPublished(_)
                | Body::CustomerUpserted(_)
                | Body::CaseLapsed(_)
                | Body::IdentityLinked(_)
                | Body::IdentityUnlinked(_)
                | Body::CustomerMerged(_)
                | Body::CustomerUnmerged(_)
                | Body::QueueStatsReported(_)
                | Body::ContactUpdated(_)
                | Body::TokenCreated(_)
                | Body::TokenRevoked(_)
                | Body::CustomerErased(_),
            )
            | None => {}
        }
    }

    /// Changes a case. While the case is merged, its survivor has a copy of what it remembers.
    fn edit(&mut self, case_id: &str, edit: impl FnOnce(&mut Case)) {
        let Some(case) = self.cases.get_mut(case_id) else {
            return;
        };
        edit(case);
        let (survivor, known) = (case.row.merged_into_case_id.clone(), case.known());
        if let Some(survivor) = self.cases.get_mut(&survivor) {
            let mut of_merged = survivor.of_merged.iter_mut();
            if let Some((_, of)) = of_merged.find(|(id, _)| id == case_id) {
                *of = known;
            }
        }
    }

    fn routed(&mut self, event: &v1::Event, routed: &v1::ContactRoutedEvent, at: Timestamp) {
        let id = routed.contact_id.as_str();
        self.edit(&routed.former_case_id, |case| case.leaves(id));
        let before = self.contacts.get(id).cloned();
        let contact = Contact::of(event, routed, before.as_ref(), at);
        self.contacts.insert(id.to_owned(), contact.clone());
        let source = Source {
            contact_id: id,
            actor: &event.actor,
            on_behalf_of: &event.on_behalf_of,
            at,
        };
        for additional in &routed.additional_case_ids {
            self.edit(additional, |case| {
                case.hears(source, before.as_ref(), &contact);
                case.last_queue(&contact.queue);
            });
        }
        self.edit(&routed.case_id, |case| {
            if let Some(new) = &routed.new_case {
                case.opens(new, &routed.previous_case_id, &routed.customer_id);
            }
            if routed.claims_case && case.row.customer_id.is_empty() {
                case.row.customer_id.clone_from(&routed.customer_id);
            }
            case.learn_all(&routed.facts);
            let joins = Joins {
                contact_id: id,
                contact: &contact,
                joined: routed.case_match,
                joined_now: routed.newly_matched,
                repeat: routed.repeat,
                switched: routed.channel_switched,
                presumed: routed.case_presumed,
                arrive_time: event.event_time,
            };
            case.joins(&joins);
            let before = before.as_ref().filter(|_| !routed.newly_matched);
            case.hears(source, before, &contact);
            if let Some(outcome) = attempt_ended(routed.trigger()) {
                case.memory.came_of(id, outcome);
            }
            if let Some(target) = &routed.target {
                case.memory.attempt(id, target, at);
                case.last_queue(&target.queue_id);
            }
        });
    }

    fn taken(&mut self, event: &v1::Event, taken: &v1::RouteSelectedEvent, at: Timestamp) {
        let id = taken.contact_id.as_str();
        let target = taken.target.clone().unwrap_or_default();
        let Some(contact) = self.contacts.get_mut(id) else {
            return;
        };
        if contact.route != target.route || contact.due.is_none() {
            contact.due = due(&target, taken.longest_wait, at);
        }
        contact.route = target.route;
        contact.queue.clone_from(&target.queue_id);
        let contact = contact.clone();
        let source = Source {
            contact_id: id,
            actor: &event.actor,
            on_behalf_of: &event.on_behalf_of,
            at,
        };
        for additional in &taken.additional_case_ids {
            self.edit(additional, |case| {
                case.hears(source, Some(&contact), &contact);
                case.last_queue(&contact.queue);
            });
        }
        self.edit(&taken.case_id, |case| {
            case.memory.attempt(id, &target, at);
            case.hears(source, Some(&contact), &contact);
            case.last_queue(&target.queue_id);
        });
    }

    fn ended(&mut self, ended: &v1::ContactEndedEvent) {
        let id = ended.contact_id.as_str();
        if let Some(contact) = self.contacts.get_mut(id) {
            contact.is_over = true;
            contact.due = None;
        }
        for case_id in std::iter::once(&ended.case_id).chain(&ended.additional_case_ids) {
            self.edit(case_id, |case| case.ends(id));
        }
        let word = ended.outcome().as_str_name();
        let word = word.replacen("CONTACT_OUTCOME_", "ATTEMPT_OUTCOME_", 1);
        self.edit(&ended.case_id, |case| {
            if !ended.confirmed_reason.is_empty() {
                case.row
                    .confirmed_reason
                    .clone_from(&ended.confirmed_reason);
            }
            if let Some(outcome) = AttemptOutcome::from_str_name(&word) {
                case.memory.came_of(id, outcome);
            }
        });
        for matter in &ended.matters {
            let confirmed = &matter.confirmed_reason;
            self.edit(&matter.case_id, |case| {
                if !confirmed.is_empty() {
                    case.row.confirmed_reason.clone_from(confirmed);
                }
            });
        }
        self.note(&ended.case_id, &ended.note);
    }

    fn added(&mut self, event: &v1::Event, added: &v1::CaseAddedToContactEvent, at: Timestamp) {
        let id = added.contact_id.as_str();
        let contact = self.contacts.get(id).cloned().unwrap_or_default();
        self.edit(&added.case_id, |case| {
            if let Some(new) = &added.new_case {
                case.opens(new, &added.previous_case_id, &added.customer_id);
            }
            case.learn_all(&added.facts);
            case.joins(&Joins {
                contact_id: id,
                contact: &contact,
                joined: added.case_match,
                joined_now: added.newly_matched,
                repeat: added.repeat,
                switched: added.channel_switched,
                presumed: false,
                arrive_time: contact.arrive_time,
            });
            if added.newly_matched {
                let source = Source {
                    contact_id: id,
                    actor: &event.actor,
                    on_behalf_of: &event.on_behalf_of,
                    at,
                };
                case.hears(source, None, &contact);
                case.last_queue(&contact.queue);
            }
        });
        if added.newly_matched {
            self.note(&added.case_id, &added.note);
        }
    }

    fn note(&mut self, case_id: &str, note: &str) {
        if let Some(case) = self.cases.get_mut(case_id) {
            case.row.note_count += u32::from(!note.is_empty());
        }
    }

    fn resolution(&mut self, case_id: &str, resolution: Option<&v1::CaseResolution>) {
        if let (Some(case), Some(resolution)) = (self.cases.get_mut(case_id), resolution) {
            case.row.resolution = Some(resolution.clone());
        }
    }

    fn updated(&mut self, updated: &v1::CaseUpdatedEvent) {
        let now = updated.case.clone().unwrap_or_default();
        let before = updated.previous_case.clone().unwrap_or_default();
        let Some(case) = self.cases.get_mut(&updated.case_id) else {
            return;
        };
        for path in updated.update_mask.iter().flat_map(|mask| &mask.paths) {
            match path.as_str() {
                "confirmed_reason" => {
                    assert_eq!(case.row.confirmed_reason, before.confirmed_reason);
                    case.row.confirmed_reason.clone_from(&now.confirmed_reason);
                }
                "legal_hold" => {
                    assert_eq!(case.row.legal_hold, before.legal_hold);
                    case.row.legal_hold = now.legal_hold;
                }
                "retain_until_time" => {
                    assert_eq!(case.row.retain_until_time, before.retain_until_time);
                    case.row.retain_until_time = now.retain_until_time;
                }
                "external_references" => {
                    let (before, now) = (&before.external_references, &now.external_references);
                    assert_eq!(&case.row.external_references, before);
                    case.row.external_references.clone_from(now);
                }
                "labels" => {
                    assert_eq!(case.row.labels, before.labels);
                    case.row.labels.clone_from(&now.labels);
                }
                other => panic!("an update of {other}"),
            }
        }
    }

    fn merged(&mut self, merged: &v1::CaseMergedEvent) {
        let Some(duplicate) = self.cases.get_mut(&merged.duplicate_case_id) else {
            return;
        };
        duplicate
            .row
            .merged_into_case_id
            .clone_from(&merged.surviving_case_id);
        let duplicate = duplicate.clone();
        if let Some(survivor) = self.cases.get_mut(&merged.surviving_case_id) {
            let learnt = duplicate.row.facts.iter();
            let learnt = learnt.filter(|fact| merged.learnt_fact_ids.contains(&fact.fact_id));
            learnt.for_each(|fact| survivor.learn(fact));
            let id = merged.duplicate_case_id.clone();
            survivor.row.merged_case_ids.push(id.clone());
            survivor.of_merged.push((id, duplicate.known()));
        }
        self.note(&merged.surviving_case_id, &merged.note);
    }

    fn unmerged(&mut self, unmerged: &v1::CaseUnmergedEvent) {
        let duplicate = &unmerged.duplicate_case_id;
        if let Some(case) = self.cases.get_mut(duplicate) {
            case.row.merged_into_case_id.clear();
        }
        if let Some(survivor) = self.cases.get_mut(&unmerged.surviving_case_id) {
            let forgotten = &unmerged.forgotten_fact_ids;
            let row = &mut survivor.row;
            row.facts.retain(|fact| !forgotten.contains(&fact.fact_id));
            row.merged_case_ids.retain(|id| id != duplicate);
            survivor.of_merged.retain(|(id, _)| id != duplicate);
        }
    }

    fn links(&mut self, case_id: &str, link: &Option<v1::CaseLink>, is_there: bool) {
        let link = link.clone().unwrap_or_default();
        let reversed = match link.kind() {
            CaseLinkKind::DuplicateOf => CaseLinkKind::DuplicatedBy,
            CaseLinkKind::DuplicatedBy => CaseLinkKind::DuplicateOf,
            CaseLinkKind::CausedBy => CaseLinkKind::CauseOf,
            CaseLinkKind::CauseOf => CaseLinkKind::CausedBy,
            CaseLinkKind::Unspecified => CaseLinkKind::Unspecified,
        };
        let back = v1::CaseLink {
            kind: reversed.into(),
            case_id: case_id.to_owned(),
        };
        let other = link.case_id.clone();
        for (case_id, link) in [(case_id, link), (&other, back)] {
            let Some(case) = self.cases.get_mut(case_id) else {
                continue;
            };
            match is_there {
                true => case.row.links.push(link),
                false => case.row.links.retain(|listed| *listed != link),
            }
        }
    }
}

impl Contact {
    fn of(
        event: &v1::Event,
        routed: &v1::ContactRoutedEvent,
        before: Option<&Contact>,
        at: Timestamp,
    ) -> Contact {
        let target = routed.target.clone().unwrap_or_default();
        // If an amendment does not move the contact, its answer stays due at the same time.
        let stays = before.filter(|before| {
            let keeps = [RoutingTrigger::Amended, RoutingTrigger::CustomerCorrected];
            keeps.contains(&routed.trigger()) && before.route == target.route
        });
        let told = stays
            .and_then(|before| before.due)
            .filter(|_| is_owed(&target));
        Contact {
            channel: routed.channel.clone(),
            arrive_time: before.map_or(event.event_time, |before| before.arrive_time),
            route: target.route,
            due: told.or_else(|| due(&target, routed.longest_wait, at)),
            queue: target.queue_id,
            telling: Telling {
                vulnerable: routed.vulnerable,
                cannot_use: routed.cannot_use.clone(),
                asked_for_person: routed.asked_for_person,
                language_code: routed.language_code.clone(),
                persona: routed.persona.clone(),
            },
            is_over: false,
        }
    }
}

fn is_owed(target: &v1::RouteTarget) -> bool {
    matches!(target.route(), Route::Message | Route::Callback)
}

/// The time at which an answer is due, for a route that is taken at `at`. `None` if no answer is due.
fn due(target: &v1::RouteTarget, wait: Option<Duration>, at: Timestamp) -> Option<Timestamp> {
    const NANOS: i64 = 1_000_000_000;
    let wait = wait.filter(|_| is_owed(target))?;
    let nanos = i64::from(at.nanos) + i64::from(wait.nanos);
    Some(Timestamp {
        seconds: at.seconds + wait.seconds + nanos / NANOS,
        nanos: i32::try_from(nanos % NANOS).ok()?,
    })
}

/// The outcome of the attempt before this step; `None` if the step does not end an attempt.
fn attempt_ended(step: RoutingTrigger) -> Option<AttemptOutcome> {
    match step {
        RoutingTrigger::AskedForPerson => Some(AttemptOutcome::AskedForPerson),
        RoutingTrigger::GaveUp => Some(AttemptOutcome::GaveUp),
        RoutingTrigger::NoAnswer => Some(AttemptOutcome::NoAnswer),
        RoutingTrigger::Failed => Some(AttemptOutcome::Failed),
        RoutingTrigger::Unspecified
        | RoutingTrigger::Opened
        | RoutingTrigger::Amended
        | RoutingTrigger::CustomerCorrected => None,
    }
}
