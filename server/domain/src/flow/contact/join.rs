//! How a contact joins its case and leaves another.

use super::start::Start;
use crate::case::Case;
use crate::contact::{CaseMatch, ContactContext, Direction};
use crate::event::{CaseJoin, Claim, FormerCase, OpenedCase};
use crate::flow::case::find::FoundCase;
use crate::flow::result::DecideError;
use crate::ids::{CaseId, ContactId, Seq};
use crate::playbook::{Playbook, TierIndex};
use crate::state::State;
use crate::time::UnixMs;

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
            let presumed = join.presumed && !answers_key(playbook, context);
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

/// Whether a contact has, or declines, the key facts that distinguish one matter of its reason from another.
fn answers_key(playbook: &Playbook, context: &ContactContext) -> bool {
    let stated = context.reason.as_ref();
    let Some(reason) = stated.and_then(|stated| playbook.reason_now(stated, &context.facts)) else {
        return false;
    };
    let mut key = FoundCase::key_of(playbook, reason);
    key.all(|id| context.facts.get(id.as_str()).is_some())
}

/// The join of a contact that stays with its case, repeated in a new event.
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
    // The contact is not a repeat if it is outbound, if it comes after the window, or while the company owes a reply
    // that is not overdue.
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

/// The case that an amended contact had before and no longer has.
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
