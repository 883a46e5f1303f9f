//! How a contact joins its case and leaves another, and how things stand with them then.

use super::find::{FoundCase, FoundCustomer};
use super::route::Start;
use super::{Stop, next_seq};
use crate::case::Case;
use crate::contact::Joined;
use crate::decision::Standing;
use crate::event::{CaseJoin, LeftCase, OpenedCase, RouteStep};
use crate::ids::CaseId;
use crate::playbook::{Playbook, ReasonIndex, TierIndex};
use crate::state::State;
use crate::time::UnixMs;

pub(super) fn joined_case(case: Option<&FoundCase>) -> Option<&Case> {
    match case? {
        FoundCase::Stays(case, _) | FoundCase::Joins(case, _) => Some(case),
        FoundCase::Opens { .. } | FoundCase::KeyMissing => None,
    }
}

pub(super) fn case_join(
    state: &State,
    playbook: &Playbook,
    reason: ReasonIndex,
    tier: TierIndex,
    found: &FoundCase,
    start: &Start,
) -> Option<CaseJoin> {
    let contact = &start.contact;
    match found {
        FoundCase::KeyMissing => None,
        FoundCase::Stays(case, claimed) => {
            let listed = case
                .contacts
                .iter()
                .find(|listed| listed.contact == *contact);
            Some(CaseJoin {
                case: case.id,
                joined: listed.map_or(Joined::Continued, |listed| listed.joined),
                first: false,
                repeat: listed.is_some_and(|listed| listed.repeat),
                switched: false,
                previous: case.previous,
                opened: None,
                claimed: *claimed,
            })
        }
        FoundCase::Joins(case, joined) => {
            let last = case.contacts.last();
            let channel = &start.context.channel;
            // Not in its window any more, or while we owe an answer: not the customer's repeating.
            let in_window = state.now() <= case.heard + case.continues_for;
            Some(CaseJoin {
                case: case.id,
                joined: *joined,
                first: true,
                repeat: in_window && case.owed_contacts == 0,
                switched: last.is_some_and(|last| last.channel != *channel),
                previous: case.previous,
                opened: None,
                claimed: None,
            })
        }
        FoundCase::Opens { matter, previous } => {
            let reason = playbook.reason(reason);
            Some(CaseJoin {
                case: CaseId(next_seq(state)),
                joined: Joined::Opened,
                first: true,
                repeat: false,
                switched: false,
                previous: *previous,
                opened: Some(OpenedCase {
                    reason: reason.id.clone(),
                    matter: *matter,
                    tier: playbook.tier(tier).id.clone(),
                    continues_for: reason.continues_for,
                    reopens_within: reason.reopens_within,
                }),
                claimed: None,
            })
        }
    }
}

/// The case that an amended contact had and has no more.
pub(super) fn left_case(
    state: &State,
    start: &Start,
    join: Option<&CaseJoin>,
) -> Result<Option<LeftCase>, Stop> {
    let before = start.before.as_ref().and_then(|contact| contact.case);
    let Some(before) = before.filter(|&id| Some(id) != join.map(|join| join.case)) else {
        return Ok(None);
    };
    let alone = state
        .case(&before)?
        .is_some_and(|case| case.state.is_open() && case.contact_count == 1 && case.reopens == 0);
    Ok(Some(LeftCase {
        case: before,
        withdrawn: alone,
    }))
}

pub(super) fn standing(
    start: &Start,
    who: Option<&FoundCustomer>,
    case: Option<&Case>,
    join: Option<&CaseJoin>,
    now: UnixMs,
) -> Standing {
    let opened = start.before.is_none();
    let recent = who
        .and_then(|who| who.row.as_ref())
        .map_or(0, |row| row.contacts_7d(now));
    let first = join.is_some_and(|join| join.first);
    let count = |before: Option<u32>, adds: bool| before.unwrap_or(0) + u32::from(first && adds);
    let needed_person = start
        .before
        .as_ref()
        .is_some_and(|contact| contact.needs_person);
    Standing {
        now,
        contacts_7d: if opened {
            recent
        } else {
            recent.saturating_sub(1)
        },
        case_contacts: case.map_or(0, |case| case.contact_count - u32::from(!first)),
        repeats: count(
            case.map(|case| case.repeats),
            join.is_some_and(|join| join.repeat),
        ),
        channel_switches: count(
            case.map(|case| case.channel_switches),
            join.is_some_and(|join| join.switched),
        ),
        broken_promises: 0,
        case_age: case.map(|case| now.since(case.opened)),
        needs_person: needed_person || start.step == RouteStep::AskedForPerson,
    }
}
