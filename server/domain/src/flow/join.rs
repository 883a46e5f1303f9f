//! How a contact joins its case and leaves another, and how things stand with them then.

use super::find::{FoundCase, FoundCustomer};
use super::route::Start;
use super::{Stop, next_seq};
use crate::case::{Case, MatterKey};
use crate::contact::{ContactContext, Direction, Joined};
use crate::customer::CONTACTS_7D;
use crate::decision::Standing;
use crate::event::{CaseJoin, LeftCase, OpenedCase, RouteStep};
use crate::ids::{CaseId, ContactId};
use crate::playbook::{Playbook, TierIndex};
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
    tier: TierIndex,
    found: &FoundCase,
    (contact, context): (&ContactId, &ContactContext),
    now: UnixMs,
) -> Option<CaseJoin> {
    match found {
        FoundCase::KeyMissing => None,
        FoundCase::Stays(case, claimed) => Some(stays(case, *claimed, contact, context)),
        FoundCase::Joins(case, joined) => Some(joins(case, *joined, context, now)),
        FoundCase::Opens {
            reason,
            matter,
            previous,
        } => {
            let reason = playbook.reason(*reason);
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

/// Says again how the contact joined.
fn stays(
    case: &Case,
    claimed: Option<MatterKey>,
    contact: &ContactId,
    context: &ContactContext,
) -> CaseJoin {
    let place = case
        .contacts
        .iter()
        .position(|listed| listed.contact == *contact);
    let listed = place.map(|place| &case.contacts[place]);
    let joined = listed.map_or(Joined::Continued, |listed| listed.joined);
    let before = place.and_then(|place| case.contacts[..place].last());
    CaseJoin {
        case: case.id,
        joined,
        first: false,
        repeat: listed.is_some_and(|listed| listed.repeat),
        switched: before.is_some_and(|before| before.channel != context.channel),
        previous: case.previous,
        opened: None,
        claimed,
    }
}

fn joins(case: &Case, joined: Joined, context: &ContactContext, now: UnixMs) -> CaseJoin {
    let last = case.contacts.last();
    // Not in its window any more, or while we owe an answer, or when it is us who call: not the customer's repeating.
    let in_window = now <= case.heard + case.continues_for;
    let by_customer = context.direction == Direction::Inbound;
    CaseJoin {
        case: case.id,
        joined,
        first: true,
        repeat: by_customer && in_window && case.owed_contacts + case.merged_owed == 0,
        switched: last.is_some_and(|last| last.channel != context.channel),
        previous: case.previous,
        opened: None,
        claimed: None,
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
    let alone = state.case_in_all(&before)?.is_some_and(|case| {
        let only = case.contact_count == 1 && case.merged.is_empty();
        case.state.is_open() && only && case.reopens == 0
    });
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
    let first = join.is_some_and(|join| join.first);
    let count = |before: Option<u32>, adds: bool| before.unwrap_or(0) + u32::from(first && adds);
    let needed_person = start
        .before
        .as_ref()
        .is_some_and(|contact| contact.needs_person);
    Standing {
        now,
        contacts_7d: contacts_7d(start, who, now),
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

/// Contacts of the customer, and of those who are one with it, in the last seven days, without this one.
fn contacts_7d(start: &Start, who: Option<&FoundCustomer>, now: UnixMs) -> u32 {
    let family = who.map_or(&[][..], |who| &who.family);
    let before = start.before.as_ref();
    let counted = before.is_some_and(|before| {
        let mut family = family.iter();
        let row = family.find(|row| before.customer.as_ref() == Some(&row.id));
        before.recorded > now - CONTACTS_7D
            && row.is_some_and(|row| row.recent.contains(&before.recorded))
    });
    let in_all: u32 = family.iter().map(|row| row.contacts_7d(now)).sum();
    in_all.saturating_sub(u32::from(counted))
}
