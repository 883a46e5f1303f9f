//! Finds the cases of a customer for one reason.

use crate::case::{Case, CaseKey};
use crate::event::Claim;
use crate::fact::{Facts, KeyFact, Knowledge};
use crate::flow::customer::find::FoundCustomer;
use crate::ids::{CaseId, ReasonId};
use crate::playbook::{Playbook, Reason, ReasonIndex};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// The data that the cases of a customer are looked up with.
pub(super) struct Lookup<'a> {
    pub(in crate::flow) state: &'a State,
    pub(in crate::flow) playbook: &'a Playbook,
    pub(in crate::flow) reason: ReasonIndex,
    pub(in crate::flow) who: &'a FoundCustomer,
    pub(in crate::flow) key: &'a [KeyFact],
    pub(in crate::flow) facts: &'a Facts,
    pub(in crate::flow) now: UnixMs,
}

/// The matter that a case is about: the key of a reason that it may mean, and all facts that are known of it.
pub(super) struct MatterOfCase {
    reason: ReasonIndex,
    key: Vec<KeyFact>,
    facts: Facts,
}

impl MatterOfCase {
    /// The facts of the case go before those of the contact.
    pub(super) fn new(
        playbook: &Playbook,
        reason: ReasonIndex,
        told: &Facts,
        case: &Case,
    ) -> MatterOfCase {
        MatterOfCase {
            reason,
            key: case_key(playbook, playbook.reason(reason)),
            facts: told.with(&case.facts),
        }
    }

    /// What the cases of a customer are looked up with for this matter.
    pub(super) fn lookup<'a>(
        &'a self,
        state: &'a State,
        playbook: &'a Playbook,
        who: &'a FoundCustomer,
        now: UnixMs,
    ) -> Lookup<'a> {
        Lookup {
            state,
            playbook,
            reason: self.reason,
            who,
            key: &self.key,
            facts: &self.facts,
            now,
        }
    }

    /// That the case is of this matter of a customer from now on.
    pub(super) fn claim(&self, playbook: &Playbook, who: &FoundCustomer) -> Claim {
        let reason = &playbook.reason(self.reason).id;
        Claim {
            matter: CaseKey::of(&who.id, reason, &self.key, &self.facts),
            reason: Some(reason.clone()),
        }
    }
}

impl Lookup<'_> {
    /// The one open case that the contact may be about, if the customer declined a key fact. `None` if the customer
    /// declined none, or if there is not exactly one such case. See [`Lookup::open_cases`].
    pub(super) fn only_open_case(&self) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        if !self.is_key_declined() {
            return Ok(None);
        }
        match self.open_cases()?.as_slice() {
            [open] => Ok(Some(open.clone())),
            _ => Ok(None),
        }
    }

    /// The customer's open cases that the contact may be about: of this reason, by [`Playbook::may_mean`], and with no
    /// key fact of another value.
    pub(in crate::flow) fn open_cases(&self) -> Result<Vec<Arc<Case>>, RowNotLoaded> {
        let mut open = all_open_cases(self.state, self.who, self.now)?;
        open.retain(|case| self.may_be(case));
        Ok(open)
    }

    /// Whether the customer declined to tell a key fact.
    pub(super) fn is_key_declined(&self) -> bool {
        let mut facts = self
            .key
            .iter()
            .filter_map(|fact| self.facts.get(fact.id.as_str()));
        facts.any(|fact| fact.knowledge == Knowledge::Declined)
    }

    /// Whether the case is of the reason, and no key fact speaks against it.
    pub(super) fn may_be(&self, case: &Case) -> bool {
        self.means(case) && agrees(case, self.key, self.facts)
    }

    fn means(&self, case: &Case) -> bool {
        let playbook = self.playbook;
        playbook.may_mean(self.reason, &case.reason, &case.facts)
    }

    /// The best case of the matter, also under reasons that this reason replaces or is a part of: an open case first,
    /// then a case that can be reopened, then any other. Of equally good cases, the latest.
    pub(super) fn best_case(&self) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        let matters = self.matters();
        debug_assert!(self.overlooks_nothing(&matters), "{:?}", self.who.id);
        let state = self.state;
        let led_to = RowNotLoaded::gather(matters.iter().map(|matter| state.matter(matter)))?;
        let led_to = matters.into_iter().zip(led_to);
        let led_to = led_to.filter_map(|(matter, latest)| Some((matter, latest?)));
        let found = led_to.map(|(matter, latest)| Ok((matter, state.case(&latest.case)?)));
        let found = RowNotLoaded::gather(found)?.into_iter();
        let found = found.filter_map(|(matter, case)| {
            case.filter(|case| case.key == Some(matter) && self.means(case))
        });
        let goes_on = found.map(|case| match case.merged_into {
            Some(survivor) => survivor_of_matter(state, survivor),
            None => Ok(Some(case)),
        });
        let goes_on = RowNotLoaded::gather(goes_on)?.into_iter().flatten();
        // The customers of merged cases may have been separated since.
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

    /// The case of the matter: the open one that the contact may be about although the customer declined a key fact, or
    /// else the best case, or an open one that is known under another spelling.
    pub(super) fn case_now(&self) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        let best = self.best_case()?;
        if let Some(open) = self.only_open_case()? {
            return Ok(Some(open));
        }
        let is_open = |case: &Arc<Case>| is_open(case, self.now);
        Ok(match best {
            Some(best) if is_open(&best) => Some(best),
            best => self.open_case_spelt_otherwise()?.or(best),
        })
    }

    /// The customer's latest open case of the reason whose key facts compare as those of the contact. Its key is not
    /// found if the case was opened before it was declared how its facts compare, by a spelling that is neither that of
    /// the contact nor the compared one.
    fn open_case_spelt_otherwise(&self) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        if self.key.is_empty() {
            return Ok(None);
        }
        let is_same = |case: &Arc<Case>| {
            self.key.iter().all(|fact| {
                let id = fact.id.as_str();
                let both = case.facts.value(id).zip(self.facts.value(id));
                both.is_some_and(|(known, given)| fact.are_same(known, given))
            })
        };
        let open = self.open_cases()?;
        Ok(open.into_iter().filter(is_same).max_by_key(|case| case.id))
    }

    /// The keys to look for: for each merged customer, under each reason that this customer has cases for and that this
    /// reason is, replaces or is a part of. The number stays small, even if this reason replaces many.
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
            .flat_map(|(member, id)| CaseKey::all(member, id, self.key, self.facts))
            .collect()
    }

    /// This reason, the reasons that it replaces, and the reasons that it is a part of.
    fn names(&self) -> impl Iterator<Item = &ReasonId> {
        let reason = self.playbook.reason(self.reason);
        let own = std::iter::once(&reason.id).chain(&reason.replaces);
        own.chain(self.playbook.split_from(self.reason))
    }

    /// Whether `matters` has every matter that is in memory, checked for the first few reasons only.
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

/// The open cases of a customer and of all customers merged with the customer.
pub(in crate::flow) fn all_open_cases(
    state: &State,
    who: &FoundCustomer,
    now: UnixMs,
) -> Result<Vec<Arc<Case>>, RowNotLoaded> {
    let open_cases = state.open_cases();
    let ids = who.records().flat_map(|record| open_cases.of(record));
    let cases = RowNotLoaded::gather(ids.map(|id| state.case(&id)))?;
    let open = cases.into_iter().flatten();
    let open = open.filter(|case| is_open(case, now));
    Ok(open.cloned().collect())
}

/// The case that a case of the matter was merged into. `None` if it is closed and another case follows it.
fn survivor_of_matter(state: &State, id: CaseId) -> Result<Option<&Arc<Case>>, RowNotLoaded> {
    let Some(survivor) = state.case(&id)? else {
        return Ok(None);
    };
    let goes_on = survivor.state.is_open() || followed_by(state, survivor)?.is_none();
    Ok(goes_on.then_some(survivor))
}

/// The case that follows this one: the one to which its matter leads now. `None` if the matter leads to this case. A
/// closed case that another one follows is not opened again, because one matter has one open case.
pub(in crate::flow) fn followed_by(
    state: &State,
    case: &Case,
) -> Result<Option<CaseId>, RowNotLoaded> {
    let Some(matter) = case.key else {
        return Ok(None);
    };
    let latest = state.matter(&matter)?.map(|latest| latest.case);
    Ok(latest.filter(|latest| *latest != case.id))
}

pub(in crate::flow) fn case_key(playbook: &Playbook, reason: &Reason) -> Vec<KeyFact> {
    let key = reason.case_key.iter();
    key.map(|&fact| playbook.fact(fact).as_key()).collect()
}

/// Whether an open case is still open at `now`. A preview may ask for a time at which the case would have lapsed.
pub(in crate::flow) fn is_open(case: &Case, now: UnixMs) -> bool {
    case.state.is_open() && case.lapses().is_none_or(|lapses| now < lapses)
}

pub(super) fn can_reopen(case: &Case, now: UnixMs) -> bool {
    case.reopens_until().is_some_and(|until| now <= until)
}

/// Whether no key fact is known with two different values.
pub(super) fn agrees(case: &Case, key: &[KeyFact], facts: &Facts) -> bool {
    key.iter().all(|fact| {
        let id = fact.id.as_str();
        match (case.facts.value(id), facts.value(id)) {
            (Some(known), Some(given)) => known == given || fact.are_same(known, given),
            (Some(_) | None, None) | (None, Some(_)) => true,
        }
    })
}
