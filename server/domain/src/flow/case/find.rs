//! What the case of a contact is found by, and what is found.

use super::lookup::case_key;
use crate::case::{Case, CaseKey};
use crate::contact::{CaseMatch, Contact, ContactContext};
use crate::event::Claim;
use crate::flow::customer::find::FoundCustomer;
use crate::ids::{CaseId, ReasonId, Slug};
use crate::playbook::{Playbook, ReasonIndex};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// Which case a contact belongs to.
#[derive(Debug)]
pub(in crate::flow) enum FoundCase {
    /// It stays with the case that it has, which turned out to be this matter if that was not known so far.
    Stays(Arc<Case>, Option<Claim>),
    /// It joins this one.
    Joins(Arc<Case>, CaseMatch),
    /// It joins this one, which is the only open one that may be meant: it told no key.
    Presumed(Arc<Case>),
    /// It joins this one, which it was proven to be about; the matter that this one turned out to be, if it was
    /// nobody's.
    Named(Arc<Case>, CaseMatch, Option<Claim>),
    /// It opens one; for the same matter there was this one.
    Opens {
        /// Its reason.
        reason: ReasonIndex,
        /// What tells it from the customer's other cases; none if the customer is not known.
        matter: Option<CaseKey>,
        /// The case before.
        previous: Option<CaseId>,
    },
    /// The key fact must be asked first.
    KeyMissing,
}

impl FoundCase {
    /// The facts that tell one matter of a reason from another.
    pub(in crate::flow) fn key_of(
        playbook: &Playbook,
        reason: ReasonIndex,
    ) -> impl Iterator<Item = Slug> {
        case_key(playbook, playbook.reason(reason)).into_iter()
    }
}

/// What a case is looked for with.
#[derive(Debug)]
pub(in crate::flow) struct Sought<'a> {
    /// The contact as it was, if it is not new.
    pub(in crate::flow) before: Option<&'a Contact>,
    /// All that is known of it now.
    pub(in crate::flow) context: &'a ContactContext,
    /// Its customer.
    pub(in crate::flow) who: Option<&'a FoundCustomer>,
    /// Log time.
    pub(in crate::flow) now: UnixMs,
    /// Whether a case may be presumed where the key is not told.
    pub(in crate::flow) may_presume: bool,
}

impl Sought<'_> {
    /// Whether this case is one of the contact's.
    pub(in crate::flow) fn has_case(&self, id: CaseId) -> bool {
        let mut has = self.before.into_iter().flat_map(Contact::cases);
        has.any(|case| case == id)
    }

    /// Whether it is told that the contact is not about this case, which it was presumed to be about.
    pub(super) fn says_another(&self, case: &Case) -> bool {
        let before = self.before.filter(|_| self.context.another_matter);
        before.is_some_and(|before| {
            let mut listed = case.contacts.iter();
            listed.any(|listed| listed.contact == before.id && listed.presumed)
        })
    }

    /// Whether this case of the contact goes on without another matter: by this reason or by its own, or because the
    /// contact is still of nobody.
    pub(super) fn keeps_matter(&self, own: &Case, reason: &ReasonId, key: &[Slug]) -> bool {
        if self.who.is_none() {
            return true;
        }
        let mut facts = self.context.facts.clone();
        facts.learn_all(&own.facts);
        let mut owner = own.customer.iter();
        owner.any(|owner| {
            [reason, &own.reason]
                .map(|reason| Some(CaseKey::of(owner, reason, key, &facts)))
                .contains(&own.key)
        })
    }

    /// The case of the contact that this one is: itself, or else an additional one that went on in it and is `meant`.
    pub(in crate::flow) fn has(
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

    /// Whether the contact has the reason that it had. Of one that was split the facts may tell another part now.
    pub(super) fn keeps_reason(&self, playbook: &Playbook) -> bool {
        let told = self.context.reason.as_ref();
        let is_split = told.is_some_and(|told| {
            playbook.split_of(told).is_some() && !playbook.index.reasons.contains_key(told)
        });
        self.told_reason_before() && !is_split
    }

    /// Whether the contact came to this case because it told it, with proof.
    pub(super) fn came_by_name(&self, case: &Case) -> bool {
        self.before
            .is_some_and(|before| before.context.case == Some(case.id))
    }

    pub(super) fn told_reason_before(&self) -> bool {
        self.before
            .is_some_and(|before| before.context.reason == self.context.reason)
    }
}

/// The case that the contact has, unless it turned out to be somebody else's: customers that were merged were not one.
/// One that it told, with proof, may be somebody else's.
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
