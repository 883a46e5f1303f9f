//! Refuses callers who name too many cases without proof. Such a caller may be guessing the numbers of cases.
//!
//! The engine's deciding thread keeps this data beside the state, not in the state. A preview can be used for guessing
//! as well as a write, and a preview leaves no event. So a restart forgets this data. Which calls are refused depends
//! only on the calls and on log time.

use crate::actor::{Actor, ActorKind};
use crate::command::{Command, CommandBody, PreviewRoute};
use crate::contact::ContactContext;
use crate::decision::Finding;
use crate::event::ContactRouted;
use crate::fact::Knowledge;
use crate::flow::DecideError;
use crate::hash::Parts;
use crate::ids::{CaseId, ContactId};
use crate::refusal::{FaultKind, Refusal};
use crate::time::{Millis, UnixMs};
use std::collections::{BTreeMap, VecDeque};

/// How many cases one caller may name without proof within [`WRONG_CASES_WINDOW`]. The same case, named again with the
/// same facts and identities, counts once. A case that the same contact proves later no longer counts.
pub const WRONG_CASES_MAX: usize = 10;
/// How long a case that was named without proof counts.
pub const WRONG_CASES_WINDOW: Millis = Millis(10 * Millis::MINUTE.0);
/// The largest number of cases without proof that are remembered, over all callers. The newest are remembered.
pub const WRONG_CASES_KEPT_MAX: usize = 65_536;

/// A hash of the values that are compared.
type Hash = [u8; 16];

/// A case that was named without proof.
#[derive(Clone, Copy, Debug)]
struct Wrong {
    at: UnixMs,
    /// A hash of the contact and the case that the contact named.
    of: Hash,
    /// The same, together with everything in the request that could have been proof.
    attempt: Hash,
}

/// The cases that were lately named without proof.
#[derive(Debug, Default)]
pub struct Guesses {
    of_callers: BTreeMap<Hash, VecDeque<Wrong>>,
    /// When a case was named, and by which caller; the oldest first. Some of these cases no longer count.
    order: VecDeque<(UnixMs, Hash)>,
}

/// A call that may name a case: the caller, and the context in the call.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    actor: &'a Actor,
    sent: Option<&'a ContactContext>,
}

impl<'a> Asking<'a> {
    /// The call of this write; `None` if the write routes no contact.
    pub fn by(command: &'a Command) -> Option<Asking<'a>> {
        let sent = match &command.body {
            CommandBody::Route(body) => Some(&body.context),
            CommandBody::Reroute(body) => body.context.as_ref(),
            _ => return None,
        };
        let actor = &command.actor;
        Some(Asking { actor, sent })
    }

    /// The call of this preview.
    pub fn by_preview(preview: &'a PreviewRoute) -> Asking<'a> {
        Asking {
            actor: &preview.actor,
            sent: Some(&preview.context),
        }
    }

    /// The caller: the actor. If the actor is anonymous, the smallest identity of the contact, by kind and value.
    fn caller(&self, all: Option<&ContactContext>) -> Hash {
        let is_known =
            self.actor.kind != ActorKind::Platform || self.actor.id.as_str() != Actor::ANONYMOUS;
        let identities = all
            .or(self.sent)
            .map(|context| &context.customer.identities);
        let first = identities.and_then(|all| all.iter().map(|identity| &identity.key).min());
        let (kind, id) = match first.filter(|_| !is_known) {
            None => (self.actor.kind.as_str(), self.actor.id.as_str()),
            Some(key) => (key.kind.as_str(), &*key.value),
        };
        let mut parts = Parts::default();
        parts.put(kind.as_bytes());
        parts.put(id.as_bytes());
        parts.hash()
    }
}

impl Guesses {
    /// Whether the caller may see what was decided for a contact, or why nothing was decided.
    ///
    /// # Errors
    /// If the caller named too many cases without proof. The refusal does not show whether the case in this call is
    /// proven.
    pub fn judge(
        &mut self,
        asking: Asking<'_>,
        came_to: Result<&ContactRouted, &DecideError>,
        now: UnixMs,
    ) -> Result<(), Refusal> {
        let routed = match came_to {
            Ok(routed) => routed,
            Err(DecideError::RowNotLoaded(_)) => return Ok(()),
            Err(DecideError::Refused(refusal)) => {
                let names = asking.sent.is_some_and(ContactContext::names_case);
                let shows = match &**refusal {
                    Refusal::Faulty(faults) => faults.kind() == FaultKind::CaseOfOtherReason,
                    _ => false,
                };
                return match names || shows {
                    true => self.allowed(&asking.caller(None), now),
                    false => Ok(()),
                };
            }
        };
        let is_wrong = routed.findings.contains(&Finding::CaseNumberNotProven);
        let comes = routed.case.as_ref().is_some_and(|join| join.first);
        let is_proven = comes && routed.context.names_case();
        if !is_wrong && !is_proven {
            return Ok(());
        }
        let caller = asking.caller(Some(&routed.context));
        let wrong = is_wrong.then(|| wrong(&asking, routed, now));
        // The caller already knows the answer: it named the same case before, with the same proof. The contact goes on.
        if wrong.is_some_and(|wrong| self.knows(&caller, &wrong)) {
            return Ok(());
        }
        self.allowed(&caller, now)?;
        match wrong {
            Some(wrong) => self.note(caller, wrong),
            None => self.take_back(&caller, &asking, routed),
        }
        Ok(())
    }

    fn knows(&self, caller: &Hash, wrong: &Wrong) -> bool {
        let all = self.of_callers.get(caller);
        all.is_some_and(|all| all.iter().any(|known| known.attempt == wrong.attempt))
    }

    fn allowed(&mut self, caller: &Hash, now: UnixMs) -> Result<(), Refusal> {
        self.forget(now);
        let wrong = self.of_callers.get(caller);
        match wrong.and_then(|wrong| wrong.front().filter(|_| wrong.len() >= WRONG_CASES_MAX)) {
            None => Ok(()),
            Some(first) => Err(Refusal::TooManyWrongCases {
                wait: (first.at + WRONG_CASES_WINDOW).since(now),
            }),
        }
    }

    fn note(&mut self, caller: Hash, wrong: Wrong) {
        self.of_callers.entry(caller).or_default().push_back(wrong);
        self.order.push_back((wrong.at, caller));
    }

    /// Removes what this contact named earlier without proof, now that the case is proven.
    fn take_back(&mut self, caller: &Hash, asking: &Asking<'_>, routed: &ContactRouted) {
        let context = &routed.context;
        let named = asking.sent.and_then(|sent| sent.case).or(context.case);
        let by_case = named.map(|case| of(&routed.contact, Some(case), None));
        let by_contact = context.previous_contact.as_ref();
        let by_contact = by_contact.map(|previous| of(&routed.contact, None, Some(previous)));
        if let Some(all) = self.of_callers.get_mut(caller) {
            all.retain(|known| Some(known.of) != by_case && Some(known.of) != by_contact);
        }
    }

    /// Removes the cases that no longer count, and the oldest cases if there are too many.
    fn forget(&mut self, now: UnixMs) {
        while let Some(&(at, caller)) = self.order.front() {
            if now < at + WRONG_CASES_WINDOW && self.order.len() <= WRONG_CASES_KEPT_MAX {
                break;
            }
            self.order.pop_front();
            if let Some(all) = self.of_callers.get_mut(&caller) {
                if all.front().is_some_and(|first| first.at <= at) {
                    all.pop_front();
                }
                if all.is_empty() {
                    self.of_callers.remove(&caller);
                }
            }
        }
    }
}

fn wrong(asking: &Asking<'_>, routed: &ContactRouted, now: UnixMs) -> Wrong {
    // If the contact has a case, its context keeps the earlier case. The case that the caller named is in the call.
    let named = asking.sent.filter(|sent| sent.names_case());
    let named = named.unwrap_or(&routed.context);
    let of = of(
        &routed.contact,
        named.case,
        named
            .previous_contact
            .as_ref()
            .filter(|_| named.case.is_none()),
    );
    let context = &routed.context;
    let mut attempt = Parts::default();
    attempt.put(&of);
    if let Some(id) = &context.customer.id {
        attempt.put(id.as_str().as_bytes());
    }
    for identity in &context.customer.identities {
        attempt.put(identity.key.kind.as_str().as_bytes());
        attempt.put(identity.key.value.as_bytes());
    }
    for fact in context.facts.iter() {
        attempt.put(fact.id.as_str().as_bytes());
        match &fact.knowledge {
            Knowledge::Known(value) => attempt.put(&value.canonical_bytes()),
            Knowledge::Declined | Knowledge::Erased => attempt.put(&[]),
        }
    }
    Wrong {
        at: now,
        of,
        attempt: attempt.hash(),
    }
}

fn of(contact: &ContactId, case: Option<CaseId>, previous: Option<&ContactId>) -> Hash {
    let mut parts = Parts::default();
    parts.put(contact.as_str().as_bytes());
    match case {
        Some(case) => parts.put(&case.0.0.to_be_bytes()),
        None => parts.put(&[]),
    }
    parts.put(previous.map_or("", ContactId::as_str).as_bytes());
    parts.hash()
}
