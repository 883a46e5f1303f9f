//! The numbers about a contact, its customer and its case at the time of a decision.

use super::start::Start;
use crate::case::Case;
use crate::case::memory::{Telling, came_of, repeat_of};
use crate::customer::CONTACTS_7D;
use crate::decision::{ContactStats, Memory};
use crate::event::{CaseJoin, RoutingTrigger};
use crate::flow::case::lookup::all_open_cases;
use crate::flow::customer::find::FoundCustomer;
use crate::ids::ContactId;
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::collections::BTreeSet;

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

/// Whether the customer is away. After an outcome "no answer" the customer is away, and stays away after an outcome
/// "failed" and after a correction. After any other step the customer is not away.
fn is_away(start: &Start) -> bool {
    let was_away = || start.known.as_ref().is_some_and(|contact| contact.away);
    match start.step {
        RoutingTrigger::NoAnswer => true,
        RoutingTrigger::Failed | RoutingTrigger::CustomerCorrected => was_away(),
        RoutingTrigger::Opened
        | RoutingTrigger::Amended
        | RoutingTrigger::AskedForPerson
        | RoutingTrigger::GaveUp => false,
    }
}

/// What the case knew before this contact.
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
    let mut reported = case.reported_in_all();
    let before = start.before.as_ref().filter(|_| !join.first);
    let telling = Telling {
        contact,
        actor: &start.actor,
        // This part is used only to take back reports. The new reports are stored when the event is applied.
        on_behalf_of: None,
        at: now,
        before: before.map(|before| &*before.context),
        now: &start.context,
        needs_person: start
            .known
            .as_ref()
            .is_some_and(|contact| contact.needs_person),
    };
    reported.take_back(telling);
    if telling.clears_vulnerable() {
        reported.vulnerable = None;
    }
    Memory {
        tried,
        reported,
        owed_overdue: match start.step {
            // The company tried to reach the customer, so the answer that it owed on this contact counts as given.
            RoutingTrigger::NoAnswer => case.owed_overdue_but(contact, now),
            _ => case.owed_overdue(now),
        },
        all_contacts_7d,
    }
}

/// How many contacts the customer started in the last seven days about cases that are open, without this contact.
fn contacts_7d(
    state: &State,
    start: &Start,
    who: Option<&FoundCustomer>,
    now: UnixMs,
) -> Result<u32, RowNotLoaded> {
    let Some(who) = who else { return Ok(0) };
    let mut contacts: BTreeSet<ContactId> = BTreeSet::new();
    for case in all_open_cases(state, who, now)? {
        let recent = case.inbound().filter(|(_, at)| *at > now - CONTACTS_7D);
        contacts.extend(recent.map(|(contact, _)| contact));
    }
    contacts.remove(&start.contact);
    Ok(contacts.len() as u32)
}

/// How many contacts the customer, and all customers merged with the customer, had in the last seven days, without this
/// contact. Contacts started by either side and with any outcome count.
fn all_contacts_7d(start: &Start, who: Option<&FoundCustomer>, now: UnixMs) -> u32 {
    let family = who.map_or(&[][..], |who| &who.family);
    let before = start.known.as_ref();
    let before = before.filter(|before| !before.context.courtesy);
    let counted = before.is_some_and(|before| {
        let mut family = family.iter();
        let row = family.find(|row| before.customer.as_ref() == Some(&row.id));
        before.recorded > now - CONTACTS_7D
            && row.is_some_and(|row| row.recent.contains(&before.recorded))
    });
    let in_all: u32 = family.iter().map(|row| row.contacts_7d(now)).sum();
    in_all.saturating_sub(u32::from(counted))
}
