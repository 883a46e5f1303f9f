//! Builds the event of a contact that was decided on, with the next step.

use super::cases::additional_of;
use super::find::Found;
use super::join::left_case;
use super::reason::FoundReason;
use super::start::Start;
use super::weigh::Weighed;
use crate::case::Case;
use crate::decision::{Decided, Decision};
use crate::event::{ContactRouted, CustomerJoin, Next, OpenCase};
use crate::fact::Facts;
use crate::flow::case::find::FoundCase;
use crate::flow::result::{DecideError, live};
use crate::ids::Slug;
use crate::playbook::{FactIndex, Playbook};
use crate::state::State;
use std::sync::Arc;

/// The largest number of open cases that an answer lists for a choice, the newest. It is the number of digits on a
/// keypad from 1 to 9.
pub const OPEN_CASES_LISTED_MAX: usize = 9;

/// Builds the event of a contact from what was found and weighed for its matter.
pub(super) fn routed(
    state: &State,
    start: Start,
    found: Found,
    weighed: Weighed,
) -> Result<ContactRouted, DecideError> {
    let playbook = live(state)?;
    let Weighed {
        join,
        carried,
        standing,
        memory,
        profile,
        reported,
        decided,
    } = weighed;
    let left = left_case(state, &start, join.as_ref())?;
    let additional = additional_of(start.before.as_deref(), join.as_ref());
    let tier = &playbook.tier(found.tier).id;
    let (decision, next) = match decided {
        None => {
            let primary = match found.reason {
                FoundReason::Choose(primary) => primary,
                FoundReason::Known(_) | FoundReason::Unknown => None,
            };
            let open_case = !found.open.is_empty();
            let next = Next::ChooseReason { primary, open_case };
            (Decision::open(tier.clone()), next)
        }
        Some(Decided { decision, missing }) => {
            let next = next(playbook, &decision, &missing, start.select_first);
            (decision, next)
        }
    };
    Ok(ContactRouted {
        contact: start.contact,
        trigger: start.step,
        context: start.context,
        customer: found.who.map(|who| CustomerJoin {
            id: who.id,
            learnt: who.learnt.then(|| Box::new(who.profile)),
        }),
        tier_found: Some(found.tier_found),
        case: join,
        former: left,
        thanks_for: found.thanked,
        additional,
        leading: start.matter,
        followed_by: 0,
        open_cases: open_cases(playbook, &found.open),
        standing,
        memory,
        profile: profile.map(Box::new),
        carried,
        reported,
        findings: found.noticed,
        decision,
        next,
        note: start.note,
    })
}

/// The cases to choose from, sorted by the arrival of their last contact, the latest first.
fn open_cases(playbook: &Playbook, open: &[Arc<Case>]) -> Vec<OpenCase> {
    let item = |case: &Arc<Case>| {
        let reason = playbook.reason_now(&case.reason, &case.facts);
        let key = reason
            .into_iter()
            .flat_map(|it| FoundCase::key_of(playbook, it));
        let key: Vec<Slug> = key.collect();
        let known = case.facts.iter().filter(|fact| key.contains(&fact.id));
        OpenCase {
            case: case.id,
            reason: case.reason.clone(),
            key: Facts::from_facts(known.cloned()),
            arrived: case
                .contacts
                .last()
                .map_or(case.opened, |last| last.arrived),
        }
    };
    let mut cases: Vec<OpenCase> = open.iter().map(item).collect();
    cases.sort_by_key(|case| std::cmp::Reverse((case.arrived, case.case)));
    cases.truncate(OPEN_CASES_LISTED_MAX);
    cases
}

fn next(
    playbook: &Playbook,
    decision: &Decision,
    missing: &[FactIndex],
    select_first: bool,
) -> Next {
    if !missing.is_empty() {
        return Next::AskFacts(
            missing
                .iter()
                .map(|&fact| playbook.fact(fact).id.clone())
                .collect(),
        );
    }
    match decision.first() {
        Some(option) if select_first => Next::Target(option.offered()),
        _ => Next::ChooseRoute,
    }
}
