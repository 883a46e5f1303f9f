//! The data that the case of a contact is searched with, and the result of the search.

use super::lookup::case_key;
use crate::case::{Case, CaseKey};
use crate::contact::{CaseMatch, Contact, ContactContext};
use crate::event::Claim;
use crate::fact::KeyFact;
use crate::flow::customer::find::FoundCustomer;
use crate::ids::{CaseId, ReasonId, Slug};
use crate::playbook::{Playbook, ReasonIndex};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// Which case a contact belongs to.
#[derive(Debug)]
pub(in crate::flow) enum FoundCase {
    /// The contact stays with the case that it has. The claim is set if it was found now that the case is this matter.
    Stays(Arc<Case>, Option<Claim>),
    /// The contact joins this case.
    Joins(Arc<Case>, CaseMatch),
    /// The contact joins this case, the only open case that may be meant. The contact gave no key fact.
    Presumed(Arc<Case>),
    /// The contact joins this case, which it was proven to be about. The claim is set if the case had no customer until
    /// now.
    Named(Arc<Case>, CaseMatch, Option<Claim>),
    /// The contact opens a new case.
    Opens {
        /// The reason of the new case.
        reason: ReasonIndex,
        /// The key of the matter; `None` if the customer is not known.
        matter: Option<CaseKey>,
        /// The earlier case of the same matter; `None` if there is none.
        previous: Option<CaseId>,
    },
    /// A key fact must be asked first.
    KeyMissing,
}

impl FoundCase {
    /// The facts that distinguish one matter of the reason from another.
    pub(in crate::flow) fn key_of(
        playbook: &Playbook,
        reason: ReasonIndex,
    ) -> impl Iterator<Item = Slug> {
        let key = case_key(playbook, playbook.reason(reason));
        key.into_iter().map(|fact| fact.id)
    }
}

/// The data that a case is searched with.
#[derive(Debug)]
pub(in crate::flow) struct Sought<'a> {
    /// The contact before this request; `None` if it is new.
    pub(in crate::flow) before: Option<&'a Contact>,
    /// Everything that is known about the contact now.
    pub(in crate::flow) context: &'a ContactContext,
    /// The customer of the contact; `None` if not known.
    pub(in crate::flow) who: Option<&'a FoundCustomer>,
    /// The log time of the search.
    pub(in crate::flow) now: UnixMs,
    /// Whether a case may be presumed if the key facts are not known.
    pub(in crate::flow) may_presume: bool,
}

impl Sought<'_> {
    /// Whether the contact has this case, as its own or an additional one.
    pub(in crate::flow) fn has_case(&self, id: CaseId) -> bool {
        let mut has = self.before.into_iter().flat_map(Contact::cases);
        has.any(|case| case == id)
    }

    /// Whether the caller said that the contact is about another matter than this case, which was only presumed.
    pub(super) fn says_another(&self, case: &Case) -> bool {
        let before = self.before.filter(|_| self.context.another_matter);
        before.is_some_and(|before| {
            let mut listed = case.contacts.iter();
            listed.any(|listed| listed.contact == before.id && listed.presumed)
        })
    }

    /// Whether the contact stays with its case without a change of matter: the key fits under the new reason or under
    /// the case's own reason, or the customer is still not known.
    pub(super) fn keeps_matter(&self, own: &Case, reason: &ReasonId, key: &[KeyFact]) -> bool {
        if self.who.is_none() {
            return true;
        }
        let mut facts = self.context.facts.clone();
        facts.learn_all(&own.facts);
        let mut owner = own.customer.iter();
        owner.any(|owner| {
            let mut reasons = [reason, &own.reason].into_iter();
            reasons.any(|reason| {
                let mut keys = CaseKey::all(owner, reason, key, &facts);
                keys.any(|key| own.key == Some(key))
            })
        })
    }

    /// The case of the contact that equals `case`: `case` itself, or an additional case that was merged into it and is
    /// `meant`.
    pub(in crate::flow) fn same_case(
        &self,
        state: &State,
        case: &Arc<Case>,
        meant: impl Fn(&Case) -> bool,
    ) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        if self.has_case(case.id) {
            return Ok(Some(case.clone()));
        }
        for id in self.before.into_iter().flat_map(Contact::additional_cases) {
            let kept = state.case(&id)?;
            let kept = kept.filter(|kept| kept.is_part_of(case.id) && meant(kept));
            if let Some(kept) = kept {
                return Ok(Some(kept.clone()));
            }
        }
        Ok(None)
    }

    /// Whether the contact still has its earlier reason. If the reason was split, new facts may lead to another part.
    pub(super) fn keeps_reason(&self, playbook: &Playbook) -> bool {
        let stated = self.context.reason.as_ref();
        let is_split = stated.is_some_and(|stated| {
            playbook.split_of(stated).is_some() && !playbook.index.reasons.contains_key(stated)
        });
        self.has_reason_of_before() && !is_split
    }

    /// Whether the contact joined this case because the caller named it, with proof.
    pub(super) fn came_by_name(&self, case: &Case) -> bool {
        self.before
            .is_some_and(|before| before.context.case == Some(case.id))
    }

    /// Whether the stated reason is the same as before this call.
    pub(super) fn has_reason_of_before(&self) -> bool {
        self.before
            .is_some_and(|before| before.context.reason == self.context.reason)
    }
}

/// The case that the contact has. `None` if the case belongs to another customer now, for example because a merge was
/// undone. A case that the contact named with proof may belong to another customer.
pub(super) fn own_case(
    state: &State,
    sought: &Sought<'_>,
) -> Result<Option<Arc<Case>>, RowNotLoaded> {
    let Some(id) = sought.before.and_then(|contact| contact.case) else {
        return Ok(None);
    };
    let own = state.case_with_survivor(&id)?.cloned();
    Ok(own.filter(|own| match (&own.customer, sought.who) {
        (Some(customer), Some(who)) => who.is_one_with(customer) || sought.came_by_name(own),
        (Some(_), None) | (None, _) => true,
    }))
}
