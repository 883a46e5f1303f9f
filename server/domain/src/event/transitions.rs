//! How an event changes the states of cases. This follows from the event alone, without the rows: each step except
//! joining begins in one state, and the kind of the join shows whether the case was resolved.

use super::{CaseJoin, Event, LeftCase};
use crate::case::{CaseAction, CaseState};
use crate::contact::CaseMatch;
use crate::ids::CaseId;

/// A change of the state of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseTransition {
    /// The case.
    pub case: CaseId,
    /// The state before; `None` if this event opened the case.
    pub from: Option<CaseState>,
    /// The state after the event.
    pub to: CaseState,
}

impl Event {
    /// The state changes that this event makes. Each case is listed once, in the order in which the event is applied.
    pub fn transitions(&self) -> Vec<CaseTransition> {
        use CaseState::{Lapsed, Merged, Open, Resolved, Withdrawn};
        let step = |case: CaseId, from: CaseState, to: CaseState| CaseTransition {
            case,
            from: Some(from),
            to,
        };
        match self {
            Event::PlaybookPublished(_)
            | Event::CustomerErased(_)
            | Event::CustomerUpserted(_)
            | Event::RouteSelected(_)
            | Event::CustomerActionTaken(_)
            | Event::QueueStatsReported(_)
            | Event::TokenCreated(_)
            | Event::TokenRevoked(_)
            | Event::ContactUpdated(_) => Vec::new(),
            Event::ContactRouted(routed) => {
                let left = routed.former.filter(|left| left.withdrawn);
                let left = left.map(|left| step(left.case, Open, Withdrawn));
                left.into_iter()
                    .chain(routed.case.as_ref().and_then(joined))
                    .collect()
            }
            Event::CaseAddedToContact(added) => joined(&added.join).into_iter().collect(),
            Event::ContactEnded(ended) => {
                let others = ended.matters.iter().filter_map(|matter| matter.resolves);
                let resolved = ended.resolves.into_iter().chain(others);
                resolved.map(|case| step(case, Open, Resolved)).collect()
            }
            Event::ContactCustomerCorrected(corrected) => {
                let lefts = || {
                    let cases = corrected.cases.iter();
                    cases.filter_map(|case| Some((case.case, case.left()?)))
                };
                let withdrawn = lefts().filter(|(_, left)| left.withdrawn);
                let withdrawn =
                    withdrawn.filter_map(|(case, _)| Some(step(case?, Open, Withdrawn)));
                let joined = lefts().filter_map(|(_, left)| rejoined(left));
                withdrawn.chain(joined).collect()
            }
            Event::CaseLapsed(case) => vec![step(*case, Open, Lapsed)],
            Event::CaseActionTaken(worked) => match &worked.action {
                CaseAction::Resolved(..) => vec![step(worked.case, Open, Resolved)],
                CaseAction::Reopened(_) => vec![step(worked.case, Resolved, Open)],
                CaseAction::Merged(merged, _) => vec![step(merged.case, Open, Merged)],
                CaseAction::Unmerged(merged) => vec![step(merged.case, Merged, Open)],
                CaseAction::Noted(..)
                | CaseAction::Updated(..)
                | CaseAction::Linked(_)
                | CaseAction::Unlinked(_) => Vec::new(),
            },
        }
    }
}

/// The state change of the case that a contact joins when its customer is corrected; `None` if it changes no state.
fn rejoined(left: &LeftCase) -> Option<CaseTransition> {
    let join = left.join.as_ref()?;
    let (from, to) = match (&join.opened, left.resolves) {
        (Some(_), true) => (None, CaseState::Resolved),
        (Some(_), false) => (None, CaseState::Open),
        (None, _) if left.reopens => (Some(CaseState::Resolved), CaseState::Open),
        (None, _) => return None,
    };
    let case = join.case;
    Some(CaseTransition { case, from, to })
}

/// The state change if a contact opens a case or reopens a resolved one; else `None`.
fn joined(join: &CaseJoin) -> Option<CaseTransition> {
    let reopens = join.first && join.case_match == CaseMatch::Reopened;
    let from = match &join.opened {
        Some(_) => None,
        None if reopens => Some(CaseState::Resolved),
        None => return None,
    };
    Some(CaseTransition {
        case: join.case,
        from,
        to: CaseState::Open,
    })
}
