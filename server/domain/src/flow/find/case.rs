//! What the contact is about: the case.

use super::FoundCustomer;
use crate::case::{Case, CaseKey, CaseState};
use crate::contact::{CaseMatch, Contact, ContactContext};
use crate::event::Claim;
use crate::fact::{Facts, Knowledge};
use crate::ids::{CaseId, ReasonId, Slug};
use crate::playbook::{Playbook, Reason, ReasonIndex};
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

/// Finds the case for a known reason.
pub(super) fn case(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    sought: &Sought<'_>,
) -> Result<FoundCase, RowNotLoaded> {
    let index = reason;
    let reason = playbook.reason(reason);
    let key = case_key(playbook, reason);
    let own = own_case(state, sought)?
        .filter(|own| {
            sought.keeps_reason(playbook) || playbook.may_mean(index, &own.reason, &own.facts)
        })
        .filter(|own| agrees(own, &key, &sought.context.facts))
        .filter(|own| !sought.says_another(own));
    if let Some(own) = &own
        && sought.keeps_matter(own, &reason.id, &key)
    {
        return Ok(FoundCase::Stays(own.clone(), None));
    }
    // One that may not mean the reason cannot take the reason's matter: nobody would find it there.
    let own = own.filter(|own| playbook.may_mean(index, &own.reason, &own.facts));
    let mut facts = sought.context.facts.clone();
    if let Some(own) = &own {
        facts.learn_all(&own.facts);
    } else if key.iter().any(|id| facts.get(id.as_str()).is_none()) {
        return presumed(state, playbook, (index, &key), sought);
    }
    let Some(who) = sought.who else {
        return Ok(FoundCase::Opens {
            reason: index,
            matter: None,
            previous: None,
        });
    };
    // A case stays whose it is, also when the contact is of somebody who is one with them. What it is about is noted
    // with them, also when it is somebody else's.
    let owner = own.as_ref().and_then(|own| own.customer.as_ref());
    owner.map(|owner| state.customer(owner)).transpose()?;
    let owner = owner.unwrap_or(&who.id);
    let matter = CaseKey::of(owner, &reason.id, &key, &facts);
    let lookup = Lookup {
        state,
        playbook,
        reason: index,
        who,
        key: &key,
        facts: &facts,
        now: sought.now,
    };
    let other = lookup.only_open_case()?;
    let other = match other {
        Some(open) => Some(open),
        None => lookup.latest_case()?,
    };
    let other = other.filter(|other| own.as_ref().is_none_or(|own| own.id != other.id));
    // It was found by another name, or it was an additional one so far: the contact does not join it twice.
    let meant = |case: &Case| lookup.means(case) && agrees(case, &key, &facts);
    if let Some(other) = &other
        && let Some(case) = sought.has(state, other, meant)?
    {
        return Ok(FoundCase::Stays(case, None));
    }
    Ok(match (other, own) {
        (Some(case), _) if is_open(&case, sought.now) => {
            FoundCase::Joins(case, CaseMatch::Continued)
        }
        (Some(case), _) if can_reopen(&case, sought.now) => {
            FoundCase::Joins(case, CaseMatch::Reopened)
        }
        (_, Some(own)) => {
            let reason = Some(reason.id.clone());
            FoundCase::Stays(own, Some(Claim { matter, reason }))
        }
        (other, None) => FoundCase::Opens {
            reason: index,
            matter: Some(matter),
            previous: other.and_then(|case| goes_before(&case)),
        },
    })
}

/// The only open case that may be meant, where no key fact is told and none is declined.
fn presumed(
    state: &State,
    playbook: &Playbook,
    (reason, key): (ReasonIndex, &[Slug]),
    sought: &Sought<'_>,
) -> Result<FoundCase, RowNotLoaded> {
    let facts = &sought.context.facts;
    let declined = |id: &Slug| {
        let fact = facts.get(id.as_str());
        fact.is_some_and(|fact| fact.knowledge == Knowledge::Declined)
    };
    let Some(who) = sought.who else {
        return Ok(FoundCase::KeyMissing);
    };
    if !sought.may_presume || sought.context.another_matter || key.iter().any(declined) {
        return Ok(FoundCase::KeyMissing);
    }
    let lookup = Lookup {
        state,
        playbook,
        reason,
        who,
        key,
        facts,
        now: sought.now,
    };
    let [open] = &lookup.open_cases()?[..] else {
        return Ok(FoundCase::KeyMissing);
    };
    let meant = |case: &Case| lookup.means(case) && agrees(case, key, facts);
    Ok(match sought.has(state, open, meant)? {
        Some(case) => FoundCase::Stays(case, None),
        None => FoundCase::Presumed(open.clone()),
    })
}

/// What a new case for the matter of this one comes after: not one that was opened by mistake.
pub(super) fn goes_before(case: &Case) -> Option<CaseId> {
    match case.state {
        CaseState::Withdrawn => case.previous,
        CaseState::Open | CaseState::Resolved | CaseState::Lapsed | CaseState::Merged => {
            Some(case.id)
        }
    }
}

/// The case of a contact whose reason the live playbook does not have: its own, while the reason is the same.
pub(super) fn case_without_reason(
    state: &State,
    sought: &Sought<'_>,
) -> Result<Option<FoundCase>, RowNotLoaded> {
    let own = own_case(state, sought)?.filter(|_| sought.told_reason_before());
    // A case of nobody cannot be claimed now: what would tell its matter is not known.
    let own = own.filter(|own| {
        own.customer.is_some() == sought.who.is_some()
            || own.customer.is_some() && sought.came_by_name(own)
    });
    Ok(own.map(|own| FoundCase::Stays(own, None)))
}

/// The customer's open cases of a reason that may be meant, as the contact does not tell which, and the facts that
/// would tell.
pub(in crate::flow) fn ambiguous(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    sought: &Sought<'_>,
) -> Result<(Vec<Arc<Case>>, Vec<Slug>), RowNotLoaded> {
    let facts = &sought.context.facts;
    let Some(who) = sought.who else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut key = case_key(playbook, playbook.reason(reason));
    let lookup = Lookup {
        state,
        playbook,
        reason,
        who,
        key: &key,
        facts,
        now: sought.now,
    };
    let mut open = lookup.open_cases()?;
    open.retain(|case| !sought.says_another(case));
    if open.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    key.retain(|id| facts.get(id.as_str()).is_none());
    Ok((open, key))
}

/// The open cases of a customer, and of those who are one with it.
pub(in crate::flow) fn all_open_cases(
    state: &State,
    who: &FoundCustomer,
    now: UnixMs,
) -> Result<Vec<Arc<Case>>, RowNotLoaded> {
    let mut open = Vec::new();
    for id in who
        .members()
        .flat_map(|member| state.open_cases().of(member))
    {
        let case = state.case(id)?.filter(|case| is_open(case, now));
        open.extend(case.cloned());
    }
    Ok(open)
}

impl Sought<'_> {
    /// Whether this case is one of the contact's.
    pub(super) fn has_case(&self, id: CaseId) -> bool {
        let mut has = self.before.into_iter().flat_map(Contact::cases);
        has.any(|case| case == id)
    }

    /// Whether it is told that the contact is not about this case, which it was presumed to be about.
    fn says_another(&self, case: &Case) -> bool {
        let before = self.before.filter(|_| self.context.another_matter);
        before.is_some_and(|before| {
            let mut listed = case.contacts.iter();
            listed.any(|listed| listed.contact == before.id && listed.presumed)
        })
    }

    /// Whether this case of the contact goes on without another matter: by this reason or by its own, or because the
    /// contact is still of nobody.
    fn keeps_matter(&self, own: &Case, reason: &ReasonId, key: &[Slug]) -> bool {
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
    fn has(
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
    fn keeps_reason(&self, playbook: &Playbook) -> bool {
        let told = self.context.reason.as_ref();
        let is_split = told.is_some_and(|told| {
            playbook.split_of(told).is_some() && !playbook.index.reasons.contains_key(told)
        });
        self.told_reason_before() && !is_split
    }

    /// Whether the contact came to this case because it told it, with proof.
    fn came_by_name(&self, case: &Case) -> bool {
        self.before
            .is_some_and(|before| before.context.case == Some(case.id))
    }

    fn told_reason_before(&self) -> bool {
        self.before
            .is_some_and(|before| before.context.reason == self.context.reason)
    }
}

/// The case that the contact has, unless it turned out to be somebody else's: customers that were merged were not one.
/// One that it told, with proof, may be somebody else's.
fn own_case(state: &State, sought: &Sought<'_>) -> Result<Option<Arc<Case>>, RowNotLoaded> {
    let Some(id) = sought.before.and_then(|contact| contact.case) else {
        return Ok(None);
    };
    let own = state.case_with_survivor(&id)?.cloned();
    Ok(own.filter(|own| match (&own.customer, sought.who) {
        (Some(customer), Some(who)) => who.is_one_with(customer) || sought.came_by_name(own),
        (Some(_), None) | (None, _) => true,
    }))
}

pub(super) fn case_key(playbook: &Playbook, reason: &Reason) -> Vec<Slug> {
    let key = reason.case_key.iter();
    key.map(|&fact| playbook.fact(fact).id.clone()).collect()
}

/// Whether an open case stays open until `now`: a preview may ask for a time at which it would have lapsed.
pub(super) fn is_open(case: &Case, now: UnixMs) -> bool {
    case.state.is_open() && case.lapses().is_none_or(|lapses| now < lapses)
}

pub(super) fn can_reopen(case: &Case, now: UnixMs) -> bool {
    case.reopens_until().is_some_and(|until| now <= until)
}

/// Whether no key fact is known to be another.
pub(super) fn agrees(case: &Case, key: &[Slug], facts: &Facts) -> bool {
    key.iter().all(|id| {
        let (known, told) = (case.facts.value(id.as_str()), facts.value(id.as_str()));
        known.is_none() || told.is_none() || known == told
    })
}

/// What a customer's cases are looked up with.
pub(super) struct Lookup<'a> {
    pub(super) state: &'a State,
    pub(super) playbook: &'a Playbook,
    pub(super) reason: ReasonIndex,
    pub(super) who: &'a FoundCustomer,
    pub(super) key: &'a [Slug],
    pub(super) facts: &'a Facts,
    pub(super) now: UnixMs,
}

impl Lookup<'_> {
    /// Where the customer would not tell a key fact: the one open case that can be meant, if there is just one.
    fn only_open_case(&self) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        let declined = |id: &Slug| {
            let fact = self.facts.get(id.as_str());
            fact.is_some_and(|fact| fact.knowledge == Knowledge::Declined)
        };
        if !self.key.iter().any(declined) {
            return Ok(None);
        }
        match self.open_cases()?.as_slice() {
            [open] => Ok(Some(open.clone())),
            _ => Ok(None),
        }
    }

    /// The customer's open cases of the reason that can be meant.
    fn open_cases(&self) -> Result<Vec<Arc<Case>>, RowNotLoaded> {
        let mut open = Vec::new();
        let open_cases = self.state.open_cases();
        let ids = self.who.members().flat_map(|member| open_cases.of(member));
        for id in ids {
            let case = self.state.case(id)?.filter(|case| {
                self.means(case) && is_open(case, self.now) && agrees(case, self.key, self.facts)
            });
            open.extend(case.cloned());
        }
        Ok(open)
    }

    fn means(&self, case: &Case) -> bool {
        let playbook = self.playbook;
        playbook.may_mean(self.reason, &case.reason, &case.facts)
    }

    /// The latest case of the matter, also under reasons that this one replaces or is a part of: an open one rather
    /// than one that can be reopened, and that rather than others.
    pub(super) fn latest_case(&self) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        let matters = self.matters();
        debug_assert!(self.overlooks_nothing(&matters), "{:?}", self.who.id);
        let state = self.state;
        let led_to = RowNotLoaded::gather(matters.iter().map(|matter| state.matter(matter)))?;
        let led_to = matters.into_iter().zip(led_to);
        let led_to = led_to.filter_map(|(matter, case)| Some((matter, case?)));
        let found = led_to.map(|(matter, id)| Ok((matter, state.case(id)?)));
        let found = RowNotLoaded::gather(found)?.into_iter();
        let found = found.filter_map(|(matter, case)| {
            case.filter(|case| case.key == Some(matter) && self.means(case))
        });
        let goes_on = found.map(|case| match case.merged_into {
            Some(survivor) => state.case(&survivor),
            None => Ok(Some(case)),
        });
        let goes_on = RowNotLoaded::gather(goes_on)?.into_iter().flatten();
        // Customers whose cases were merged need not be one any more.
        let ours = goes_on.filter(|case| {
            let mut owner = case.customer.iter();
            owner.any(|owner| self.who.is_one_with(owner))
        });
        let latest = ours.max_by_key(|case| {
            let is_open = is_open(case, self.now);
            (is_open, can_reopen(case, self.now), case.id)
        });
        Ok(latest.cloned())
    }

    /// The matters to look for: for each of those who are one, under each reason that it has matters of and that this
    /// one is, replaces or is a part of. However many reasons this one replaces, these are few.
    fn matters(&self) -> Vec<CaseKey> {
        let rows = self.who.family.iter();
        let names = rows.flat_map(|row| match row.case_reasons.listed() {
            Some(listed) => {
                let meant = listed.iter();
                let meant = meant.filter(|id| self.playbook.has_matters_of(self.reason, id));
                meant.map(|id| (&row.id, id)).collect()
            }
            None => self.names().map(|id| (&row.id, id)).collect::<Vec<_>>(),
        });
        names
            .map(|(member, id)| CaseKey::of(member, id, self.key, self.facts))
            .collect()
    }

    /// This reason and all that it replaces or is a part of.
    fn names(&self) -> impl Iterator<Item = &ReasonId> {
        let reason = self.playbook.reason(self.reason);
        let own = std::iter::once(&reason.id).chain(&reason.replaces);
        own.chain(self.playbook.split_from(self.reason))
    }

    /// Whether no matter in memory is missing among these, under the first names that there are.
    fn overlooks_nothing(&self, matters: &[CaseKey]) -> bool {
        const NAMES_TRIED: usize = 64;
        let mut names = self.names().take(NAMES_TRIED);
        names.all(|id| {
            self.who.members().all(|member| {
                let matter = CaseKey::of(member, id, self.key, self.facts);
                matters.contains(&matter) || !matches!(self.state.matter(&matter), Ok(Some(_)))
            })
        })
    }
}
