//! Finds what is known about a contact before the decision: the customer, the tier, the reason and the case.

use super::cases::cases_of;
use super::reason::{self, FoundReason};
use super::start::Start;
use crate::case::Case;
use crate::command::UnknownReason;
use crate::contact::CaseMatch;
use crate::customer::TierFound;
use crate::decision::Finding;
use crate::flow::case::by_key::ambiguous;
use crate::flow::case::find::{FoundCase, Sought};
use crate::flow::case::lookup::all_open_cases;
use crate::flow::case::named::{Named, named, reason_taken};
use crate::flow::case::of_contact::case_of;
use crate::flow::case::thanked::thanked;
use crate::flow::customer::find::{FoundCustomer, customer, tier};
use crate::flow::result::{DecideError, live};
use crate::ids::{CaseId, ContactId};
use crate::playbook::{Playbook, TierIndex};
use crate::state::State;
use crate::time::UnixMs;
use std::sync::Arc;

/// What was found about a contact before the decision.
pub(super) struct Found {
    pub(super) who: Option<FoundCustomer>,
    pub(super) tier: TierIndex,
    pub(super) tier_found: TierFound,
    pub(super) reason: FoundReason,
    pub(super) case: Option<FoundCase>,
    pub(super) noticed: Vec<Finding>,
    pub(super) open: Vec<Arc<Case>>,
    /// The case for which the contact only says thanks.
    pub(super) thanked: Option<CaseId>,
}

/// Finds what is known about a contact. If the contact has no reason and proves that it is about a case, it takes the
/// reason of the case.
pub(super) fn found(state: &State, start: &mut Start, now: UnixMs) -> Result<Found, DecideError> {
    let playbook = live(state)?;
    let mut noticed = Vec::new();
    let before = start.before.clone();
    let before = before.as_deref();
    let context = start.context.clone();
    before.map_or(Ok(Vec::new()), |before| cases_of(state, before))?;
    let customer_before = before.and_then(|contact| contact.customer.as_ref());
    let who = customer(
        state,
        playbook,
        &start.contact,
        (&context.customer, context.brand.as_ref()),
        customer_before,
        &mut noticed,
    )?;
    let stated_tier = context.customer.tier.as_ref();
    let (tier, tier_found) = tier(playbook, stated_tier, who.as_ref(), &mut noticed);
    let sought = Sought {
        before,
        context: &context,
        who: who.as_ref(),
        now,
        may_presume: start.may_presume,
    };
    let named = named(state, playbook, &sought, start.names_case)?;
    if context.courtesy {
        let thanked = thanked(state, playbook, &sought, &named)?;
        if let Named::NotProven = named {
            noticed.push(Finding::CaseNumberNotProven);
        }
        let open = who.as_ref().map(|who| all_open_cases(state, who, now));
        return Ok(Found {
            open: open.transpose()?.unwrap_or_default(),
            who,
            tier,
            tier_found,
            reason: FoundReason::Choose(None),
            case: None,
            noticed,
            thanked,
        });
    }
    let named = start.take_named(playbook, named)?;
    let context = start.context.clone();
    let reason = reason::reason(
        playbook,
        context.reason.as_ref(),
        &context.facts,
        start.unknown_reason,
        &mut noticed,
    )?;
    let sought = Sought {
        context: &context,
        ..sought
    };
    if let Named::NotProven = named {
        noticed.push(Finding::CaseNumberNotProven);
    }
    let case = case_of(state, playbook, &reason, &sought, &named)?;
    let mut open = Vec::new();
    match (&reason, &case, &who) {
        (FoundReason::Known(index), Some(FoundCase::KeyMissing), _) => {
            let facts;
            (open, facts) = ambiguous(state, playbook, *index, &sought)?;
            noticed.extend(facts.into_iter().map(Finding::CaseAmbiguous));
        }
        (FoundReason::Choose(_), _, Some(who)) => open = all_open_cases(state, who, now)?,
        _ => {}
    }
    if let Some(FoundCase::Presumed(_)) = &case {
        noticed.push(Finding::CasePresumed);
    }
    if let (FoundReason::Known(index), Some(found)) = (&reason, &case)
        && start.may_presume
        && context.another_matter
        && is_joined(found, &start.contact)
    {
        let mut key = FoundCase::key_of(playbook, *index).peekable();
        if key.peek().is_none() {
            noticed.push(Finding::SameMatterByKey(None));
        }
        noticed.extend(key.map(|fact| Finding::SameMatterByKey(Some(fact))));
    }
    Ok(Found {
        who,
        tier,
        tier_found,
        reason,
        case,
        noticed,
        open,
        thanked: None,
    })
}

impl Start {
    /// Takes the reason from the case that the contact is proven to be about. Without proof, a contact that has a case
    /// keeps its earlier named case.
    fn take_named(&mut self, playbook: &Playbook, named: Named) -> Result<Named, DecideError> {
        let case = match &named {
            Named::Nothing => return Ok(named),
            Named::Proven(case) => case,
            Named::NotProven => {
                let before = self.before.as_ref().filter(|before| before.case.is_some());
                if let Some(before) = before {
                    let context = Arc::make_mut(&mut self.context);
                    context.case = before.context.case;
                    context.previous_contact = before.context.previous_contact.clone();
                }
                return Ok(named);
            }
        };
        let taken = reason_taken(playbook, &self.context, case, self.unknown_reason);
        let taken = match taken {
            Ok(taken) => taken,
            // The case was named earlier and the reason was stated later, so the customer is now talking about another
            // matter.
            Err(_) if !self.names_case => return Ok(Named::Nothing),
            Err(refusal) => return Err(refusal.into()),
        };
        let context = Arc::make_mut(&mut self.context);
        context.case = Some(case.id);
        if let Some(reason) = taken {
            let mut matters = context.matters.iter_mut();
            let leading = matters.find(|matter| Some(&matter.id) == self.matter.as_ref());
            if let Some(leading) = leading {
                leading.reason = Some(reason.clone());
            }
            context.reason = Some(reason);
            // Changes of the reason since the case was opened are not the fault of this request.
            self.unknown_reason = UnknownReason::LastResort;
        }
        Ok(named)
    }
}

/// Whether a contact joins a case that existed before it, because of the facts that the contact has.
fn is_joined(found: &FoundCase, contact: &ContactId) -> bool {
    match found {
        FoundCase::Joins(..) => true,
        FoundCase::Stays(case, _) => {
            let mut listed = case.contacts.iter();
            let listed = listed.find(|listed| listed.contact == *contact);
            listed.is_some_and(|listed| listed.case_match != CaseMatch::New)
        }
        // The caller named the case.
        FoundCase::Named(..) => false,
        FoundCase::Presumed(_) | FoundCase::Opens { .. } | FoundCase::KeyMissing => false,
    }
}
