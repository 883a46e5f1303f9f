//! How a contact joins its case and leaves another, and how things stand with them then.

use super::DecideError;
use super::find::{self, FoundCase, FoundCustomer};
use super::route::Start;
use crate::case::Case;
use crate::case::memory::{Telling, came_of, repeat_of};
use crate::contact::{CaseMatch, ContactContext, Direction};
use crate::customer::CONTACTS_7D;
use crate::decision::{ContactStats, Memory};
use crate::event::{CaseJoin, Claim, FormerCase, OpenedCase, RoutingTrigger};
use crate::ids::{CaseId, ContactId, Seq};
use crate::playbook::{Playbook, TierIndex};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::collections::BTreeSet;

pub(super) fn joined_case(case: Option<&FoundCase>) -> Option<&Case> {
    match case? {
        FoundCase::Stays(case, _)
        | FoundCase::Joins(case, _)
        | FoundCase::Presumed(case)
        | FoundCase::Named(case, ..) => Some(case),
        FoundCase::Opens { .. } | FoundCase::KeyMissing => None,
    }
}

pub(super) fn case_join(
    playbook: &Playbook,
    tier: TierIndex,
    found: &FoundCase,
    (contact, context): (&ContactId, &ContactContext),
    (seq, now): (Seq, UnixMs),
) -> Option<CaseJoin> {
    match found {
        FoundCase::KeyMissing => None,
        FoundCase::Stays(case, claimed) => {
            let join = stays(case, claimed.clone(), contact, context);
            let presumed = join.presumed && !tells_key(playbook, context);
            Some(CaseJoin { presumed, ..join })
        }
        FoundCase::Joins(case, joined) => Some(joins(case, *joined, context, now)),
        FoundCase::Presumed(case) => Some(CaseJoin {
            presumed: true,
            ..joins(case, CaseMatch::Continued, context, now)
        }),
        FoundCase::Named(case, joined, claimed) => Some(CaseJoin {
            claimed: claimed.clone(),
            ..joins(case, *joined, context, now)
        }),
        FoundCase::Opens {
            reason,
            matter,
            previous,
        } => {
            let reason = playbook.reason(*reason);
            Some(CaseJoin {
                case: CaseId(seq),
                case_match: CaseMatch::New,
                first: true,
                repeat: false,
                switched: false,
                previous: *previous,
                opened: Some(OpenedCase {
                    reason: reason.id.clone(),
                    key: *matter,
                    tier: playbook.tier(tier).id.clone(),
                    continues_for: reason.continues_for,
                    reopens_within: reason.reopens_within,
                }),
                claimed: None,
                presumed: false,
            })
        }
    }
}

/// Whether a contact tells, or would not, what tells one matter of its reason from another.
fn tells_key(playbook: &Playbook, context: &ContactContext) -> bool {
    let told = context.reason.as_ref();
    let Some(reason) = told.and_then(|told| playbook.reason_now(told, &context.facts)) else {
        return false;
    };
    let mut key = FoundCase::key_of(playbook, reason);
    key.all(|id| context.facts.get(id.as_str()).is_some())
}

/// Says again how the contact joined.
fn stays(
    case: &Case,
    claimed: Option<Claim>,
    contact: &ContactId,
    context: &ContactContext,
) -> CaseJoin {
    let place = case
        .contacts
        .iter()
        .position(|listed| listed.contact == *contact);
    let listed = place.map(|place| &case.contacts[place]);
    let joined = listed.map_or(CaseMatch::Continued, |listed| listed.case_match);
    let before = place.and_then(|place| case.contacts[..place].last());
    CaseJoin {
        case: case.id,
        case_match: joined,
        first: false,
        repeat: listed.is_some_and(|listed| listed.repeat),
        switched: before.is_some_and(|before| before.channel != context.channel),
        previous: case.previous,
        opened: None,
        claimed,
        presumed: listed.is_some_and(|listed| listed.presumed),
    }
}

fn joins(case: &Case, joined: CaseMatch, context: &ContactContext, now: UnixMs) -> CaseJoin {
    let last = case.contacts.last();
    // Not in its window any more, or while we owe an answer that is not overdue, or when it is us who call: not the
    // customer's repeating.
    let in_window = now <= case.last_activity + case.continues_for;
    let by_customer = context.direction == Direction::Inbound;
    let waits = case.awaiting_reply + case.merged_awaiting_reply > 0 && !case.owed_overdue(now);
    CaseJoin {
        case: case.id,
        case_match: joined,
        first: true,
        repeat: by_customer && in_window && !waits,
        switched: last.is_some_and(|last| last.channel != context.channel),
        previous: case.previous,
        opened: None,
        claimed: None,
        presumed: false,
    }
}

/// The case that an amended contact had and has no more.
pub(super) fn left_case(
    state: &State,
    start: &Start,
    join: Option<&CaseJoin>,
) -> Result<Option<FormerCase>, DecideError> {
    let before = start.before.as_ref().and_then(|contact| contact.case);
    let Some(before) = before.filter(|&id| Some(id) != join.map(|join| join.case)) else {
        return Ok(None);
    };
    let alone = state.case_with_survivor(&before)?.is_some_and(|case| {
        let only = case.contact_count == 1 && case.merged.is_empty();
        case.state.is_open() && only && case.reopens == 0
    });
    Ok(Some(FormerCase {
        case: before,
        withdrawn: alone,
    }))
}

pub(super) fn standing(
    state: &State,
    start: &Start,
    who: Option<&FoundCustomer>,
    case: Option<&Case>,
    join: Option<&CaseJoin>,
    now: UnixMs,
) -> Result<ContactStats, RowNotLoaded> {
    let first = join.is_some_and(|join| join.first);
    let count = |before: Option<u32>, adds: bool| before.unwrap_or(0) + u32::from(first && adds);
    let needed_person = start
        .known
        .as_ref()
        .is_some_and(|contact| contact.needs_person);
    Ok(ContactStats {
        now,
        contacts_7d: contacts_7d(state, start, who, now)?,
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
        needs_person: needed_person || start.step == RoutingTrigger::AskedForPerson,
        away: is_away(start),
    })
}

/// Whether the customer is not on the line: nobody answered, and the contact was not amended since, nor did the
/// customer do anything.
fn is_away(start: &Start) -> bool {
    let was_away = || start.known.as_ref().is_some_and(|contact| contact.away);
    match start.step {
        RoutingTrigger::NoAnswer => true,
        RoutingTrigger::Failed => was_away(),
        RoutingTrigger::Opened
        | RoutingTrigger::Amended
        | RoutingTrigger::AskedForPerson
        | RoutingTrigger::GaveUp => false,
    }
}

/// What a decision knows of the case before the contact's own words.
pub(super) fn memory(
    start: &Start,
    who: Option<&FoundCustomer>,
    case: Option<&Case>,
    join: Option<&CaseJoin>,
    now: UnixMs,
) -> Memory {
    let all_contacts_7d = all_contacts_7d(start, who, now);
    let (Some(case), Some(join)) = (case, join) else {
        return Memory {
            all_contacts_7d,
            ..Memory::default()
        };
    };
    let contact = &start.contact;
    let mut tried = case.tried_in_all();
    if let Some(outcome) = start.step.attempt() {
        came_of(&mut tried, contact, outcome);
    }
    let mut listed = case.contacts.iter();
    let was_presumed = listed.any(|listed| listed.contact == *contact && listed.presumed);
    if join.repeat && (join.first || was_presumed) {
        repeat_of(&mut tried, contact);
    }
    let mut told = case.told_in_all();
    let before = start.before.as_ref().filter(|_| !join.first);
    let telling = Telling {
        contact,
        actor: &start.actor,
        // Here it is only taken back; what is told now is heard when the event is folded.
        on_behalf_of: None,
        at: now,
        before: before.map(|before| &*before.context),
        now: &start.context,
        needs_person: start
            .known
            .as_ref()
            .is_some_and(|contact| contact.needs_person),
    };
    told.take_back(telling);
    if telling.clears_vulnerable() {
        told.vulnerable = None;
    }
    Memory {
        tried,
        told,
        owed_overdue: match start.step {
            // We tried to reach the customer: what we owed on this contact is paid.
            RoutingTrigger::NoAnswer => case.owed_overdue_but(contact, now),
            _ => case.owed_overdue(now),
        },
        all_contacts_7d,
    }
}

/// Contacts that the customer began in the last seven days about cases that are open, without this one.
fn contacts_7d(
    state: &State,
    start: &Start,
    who: Option<&FoundCustomer>,
    now: UnixMs,
) -> Result<u32, RowNotLoaded> {
    let Some(who) = who else { return Ok(0) };
    let mut contacts: BTreeSet<ContactId> = BTreeSet::new();
    for case in find::all_open_cases(state, who, now)? {
        let recent = case.inbound().filter(|(_, at)| *at > now - CONTACTS_7D);
        contacts.extend(recent.map(|(contact, _)| contact));
    }
    contacts.remove(&start.contact);
    Ok(contacts.len() as u32)
}

/// Contacts of the customer, and of those who are one with it, in the last seven days, without this one: whoever began
/// them and whatever came of them.
fn all_contacts_7d(start: &Start, who: Option<&FoundCustomer>, now: UnixMs) -> u32 {
    let family = who.map_or(&[][..], |who| &who.family);
    let before = start.known.as_ref();
    let counted = before.is_some_and(|before| {
        let mut family = family.iter();
        let row = family.find(|row| before.customer.as_ref() == Some(&row.id));
        before.recorded > now - CONTACTS_7D
            && row.is_some_and(|row| row.recent.contains(&before.recorded))
    });
    let in_all: u32 = family.iter().map(|row| row.contacts_7d(now)).sum();
    in_all.saturating_sub(u32::from(counted))
}
