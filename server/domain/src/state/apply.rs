//! Applies events: how each event changes the rows. Nothing is decided here, because an event has all the data.

mod case;
mod contact;
mod customer;

use super::{IdempotencyRecord, Publication, RowKey, State};
use crate::access::Token;
use crate::case::CaseStep;
use crate::contact::{QueueStats, ReportedQueue};
use crate::event::{Cause, Envelope, Event, Method, PlaybookPublished, Recorded, TokenCreated};
use crate::ids::TokenId;
use crate::playbook::Playbook;
use std::sync::Arc;

impl State {
    /// Applies one event. `compiled` is the playbook that a publication makes live, if the caller has it compiled
    /// already.
    pub fn apply(&mut self, recorded: &Recorded, compiled: Option<Arc<Playbook>>) {
        let numbered;
        let recorded = match recorded.lacks_records() {
            true => {
                numbered = recorded.clone().of_records(self);
                &numbered
            }
            false => recorded,
        };
        let Recorded { envelope, event } = recorded;
        self.seq = envelope.seq;
        self.now = self.now.max(envelope.record_time);
        match event {
            Event::PlaybookPublished(published) => self.published(envelope, published, compiled),
            Event::CustomerUpserted(saved) => self.customer_saved(envelope, &saved.customer),
            Event::ContactRouted(routed) => self.contact_routed(envelope, routed),
            Event::RouteSelected(taken) => self.route_taken(envelope, taken),
            Event::ContactEnded(ended) => self.contact_ended(envelope, ended),
            Event::CaseLapsed(case) => self.case_step(envelope, *case, CaseStep::Lapse),
            Event::CaseActionTaken(worked) => self.case_worked(envelope, worked),
            Event::CustomerActionTaken(worked) => self.customer_worked(envelope, worked),
            Event::CaseAddedToContact(added) => self.case_added(envelope, added),
            Event::QueueStatsReported(stats) => self.queues_reported(envelope, stats),
            Event::ContactUpdated(updated) => self.contact_updated(envelope, updated),
            Event::ContactCustomerCorrected(corrected) => {
                self.customer_corrected(envelope, corrected);
            }
            Event::CustomerErased(erased) => self.customer_erased(envelope, erased),
            Event::TokenCreated(created) => self.token_created(envelope, created),
            Event::TokenRevoked(token) => self.token_revoked(envelope, *token),
        }
        if let Cause::Request(stamp) = &envelope.cause
            && !follows(event, stamp.method)
        {
            let key = stamp.key(&envelope.actor);
            let row = IdempotencyRecord {
                seq: envelope.seq,
                at: envelope.record_time,
                fingerprint: stamp.fingerprint,
            };
            self.requests.put(key, Some(Arc::new(row)), envelope.seq);
            self.changed_rows.push(RowKey::Request(key));
        }
    }

    /// The first row that this event edits and that is not in memory; `None` if all are in memory.
    pub fn lacks(&self, event: &Event) -> Option<RowKey> {
        let named = event.edits();
        let survivors = named.iter().filter_map(|key| match key {
            RowKey::Case(id) => self.cases.get(id)?.merged_into.map(RowKey::Case),
            _ => None,
        });
        let survivors: Vec<RowKey> = survivors.collect();
        let claimed = event.claimed_case();
        let claimed = claimed.and_then(|id| self.cases.get(&id)?.customer.clone());
        let owner = claimed.map(RowKey::Customer);
        let mut edited = named.into_iter().chain(survivors).chain(owner);
        edited
            .find(|key| !self.knows(key))
            .or_else(|| self.lacks_holder(event))
    }

    /// Stores reports of queues. Of two reports of a queue, the one that was observed later counts.
    fn queues_reported(&mut self, envelope: &Envelope, all: &[QueueStats]) {
        let observed = envelope.event_time;
        for stats in all {
            let known = self.reported_queues.get(&stats.queue);
            if known.is_some_and(|known| known.observed > observed) {
                continue;
            }
            let row = ReportedQueue {
                stats: stats.clone(),
                observed,
                seq: envelope.seq,
            };
            self.reported_queues
                .insert(stats.queue.clone(), Arc::new(row));
            self.changed_rows
                .push(RowKey::ReportedQueue(stats.queue.clone()));
        }
    }

    fn token_created(&mut self, envelope: &Envelope, created: &TokenCreated) {
        let TokenCreated {
            slot,
            role,
            actor,
            label,
            scope,
            hash,
            expires,
        } = created;
        let token = Token {
            id: TokenId(envelope.seq),
            slot: *slot,
            role: *role,
            actor: actor.clone(),
            label: label.clone(),
            scope: scope.clone(),
            hash: *hash,
            created: envelope.record_time,
            created_by: envelope.actor.clone(),
            expires: *expires,
            revoked: None,
        };
        Arc::make_mut(&mut self.tokens).put(Arc::new(token));
        self.changed_rows.push(RowKey::Token(*slot));
    }

    fn token_revoked(&mut self, envelope: &Envelope, id: TokenId) {
        let Some(token) = self.tokens.get(id) else {
            return;
        };
        let mut token = Token::clone(token);
        let slot = token.slot;
        token.revoked = Some((envelope.record_time, envelope.actor.clone()));
        Arc::make_mut(&mut self.tokens).put(Arc::new(token));
        self.changed_rows.push(RowKey::Token(slot));
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
        if let Some(live) = self
            .live
            .as_ref()
            .filter(|_| !self.has_handles && !self.is_pinned)
        {
            self.comparing = live.handles.clone();
        }
        self.publications.push(Arc::new(Publication {
            seq: envelope.seq,
            version: version.clone(),
            name: name.clone(),
            at: envelope.record_time,
            actor: envelope.actor.clone(),
            on_behalf_of: envelope.on_behalf_of.clone(),
            note: note.clone(),
            rolled_back: *rolled_back,
        }));
        self.changed_rows.push(RowKey::Publication(envelope.seq));
    }
}

/// Whether an event follows another event of the same write. That other event holds the answer.
const fn follows(event: &Event, method: Method) -> bool {
    match event {
        Event::CaseAddedToContact(_) => !matches!(method, Method::AddCaseToContact),
        Event::ContactRouted(_) => matches!(method, Method::CorrectContactCustomer),
        _ => false,
    }
}
