//! Handles a contact with several matters. Each matter is found and decided on the state before the request. The
//! contact follows the matter with the most at stake. The other matters become additional cases.

mod split;
mod taken;
use super::cases::cases_of;
use super::find::{Found, found};
use super::start::{Start, Started};
use super::weigh::{Weighed, weigh};
use crate::contact::{ADDITIONAL_CASES_MAX, Contact, ContactContext};
use crate::decision::Decided;
use crate::event::{CaseAddedToContact, ContactRouted, Event};
use crate::flow::result::{DecideError, next_seq, not_loaded};
use crate::ids::{MatterId, Seq};
use crate::money::Money;
use crate::refusal::{ContactCause, Faults, Refusal};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use split::{at_place, check, led_by, place_of, starts};
use taken::{Taken, case_added};

/// One matter, and what was found about it.
struct Weighing {
    start: Start,
    found: Found,
    weighed: Weighed,
}

/// Decides on a contact with all its matters. Finds the customer, the reason and the case, and gives the next step: one
/// event, and one more for each other matter.
pub(in crate::flow) fn routed(
    state: &State,
    started: Started<'_>,
    now: UnixMs,
) -> Result<Vec<Event>, DecideError> {
    let (routed, added) = decided(state, started, now)?;
    let first = Event::ContactRouted(Box::new(routed));
    let others = added
        .into_iter()
        .map(|added| Event::CaseAddedToContact(Box::new(added)));
    Ok(std::iter::once(first).chain(others).collect())
}

/// Like [`routed`], but returns the contact and each other matter that has a case.
pub(in crate::flow) fn decided(
    state: &State,
    (mut start, sent): Started<'_>,
    now: UnixMs,
) -> Result<(ContactRouted, Vec<CaseAddedToContact>), DecideError> {
    let sent = &*sent;
    let seq = next_seq(state);
    if start.context.matters.is_empty() {
        let mut found = found(state, &mut start, now)?;
        let weighed = weigh(state, &start, &mut found, (seq, now))?;
        return Ok((
            super::routed::routed(state, start, found, weighed)?,
            Vec::new(),
        ));
    }
    check(&start, sent)?;
    let (first, others) = match starts(&start, sent, None) {
        (Some(first), others) => (first, others),
        (None, all) => match most_at_stake(state, (&start, sent), &all, (seq, now))? {
            Some(chosen) => match starts(&start, sent, Some(&chosen)) {
                (Some(first), others) => (first, others),
                (None, others) => (start.clone(), others),
            },
            // A reason must be chosen first.
            None => (start.clone(), Vec::new()),
        },
    };
    let place = first
        .matter
        .as_ref()
        .map(|matter| place_of(&start.context, sent, matter));
    let leading = weighing(state, first, (seq, now));
    let leading = leading.map_err(|stop| match place {
        Some(place) => at_place(stop, place),
        None => stop,
    })?;
    let Weighing {
        start: of_leading,
        found,
        weighed,
    } = leading;
    let before = of_leading.known.clone();
    let mut routed = super::routed::routed(state, of_leading, found, weighed)?;
    may_lead(before.as_deref(), &routed)?;
    let has = match &before {
        Some(before) => cases_of(state, before)?,
        None => Vec::new(),
    };
    let mut taken = Taken::new(&has, &routed);
    let mut added: Vec<CaseAddedToContact> = Vec::new();
    for other in others {
        let Some(matter) = other.matter.clone() else {
            continue;
        };
        let place = place_of(&start.context, sent, &matter);
        let seq = Seq(seq.0 + 1 + added.len() as u64);
        let other = weighing(state, other, (seq, now)).map_err(|stop| at_place(stop, place))?;
        let news = sent.matters.iter().any(|it| it.id == matter);
        let note = sent.matters.iter().find(|it| it.id == matter);
        let note = note.map_or_else(|| "".into(), |it| it.note.clone());
        if let Some(join) = taken.take(&other, (place, &matter), news)? {
            added.extend(case_added(&routed, other, join, note));
        }
    }
    let more = added.iter().filter(|added| added.join.first).count();
    if routed.additional.len() + more > ADDITIONAL_CASES_MAX {
        return Err(Refusal::ContactStep {
            contact: routed.contact,
            why: ContactCause::TooManyFurtherCases,
        }
        .into());
    }
    let mut additional = routed.additional.clone();
    for added in &mut added {
        added.additional = additional.clone();
        if added.join.first {
            additional.push(added.join.case);
        }
    }
    routed.followed_by = added.len() as u32;
    Ok((routed, added))
}

/// Looks up the rows that the decision needs, without a decision: for each matter alone, and for each as the leading
/// one.
pub(in crate::flow) fn seek(
    state: &State,
    (mut start, sent): Started<'_>,
) -> Result<(), DecideError> {
    let now = state.now();
    if start.context.matters.is_empty() {
        return found(state, &mut start, now).map(drop);
    }
    let (first, others) = starts(&start, &sent, None);
    let firsts = match first {
        Some(first) => vec![first],
        None => {
            let ids = start.context.matters.iter().map(|matter| &matter.id);
            let led = ids.map(|id| led_by(&start, &sent, id));
            led.chain([start.clone()]).collect()
        }
    };
    let all = firsts.into_iter().chain(others);
    let found = all.map(|mut start| not_loaded(found(state, &mut start, now)));
    Ok(RowNotLoaded::gather(found).map(drop)?)
}

fn weighing(state: &State, mut start: Start, at: (Seq, UnixMs)) -> Result<Weighing, DecideError> {
    let mut found = found(state, &mut start, at.1)?;
    let weighed = weigh(state, &start, &mut found, at)?;
    Ok(Weighing {
        start,
        found,
        weighed,
    })
}

/// The matter with the most at stake; of equal ones, the one that was sent first. A matter with an unknown reason comes
/// after all others. `None` if every matter needs a choice of the reason.
fn most_at_stake(
    state: &State,
    (start, sent): (&Start, &ContactContext),
    all: &[Start],
    at: (Seq, UnixMs),
) -> Result<Option<MatterId>, DecideError> {
    let mut most: Option<((bool, Money), MatterId)> = None;
    for one in all {
        let Some(matter) = one.matter.clone() else {
            continue;
        };
        let place = place_of(&start.context, sent, &matter);
        let one = weighing(state, one.clone(), at).map_err(|stop| at_place(stop, place))?;
        let Some(Decided { decision, .. }) = &one.weighed.decided else {
            continue;
        };
        let stake = (decision.reason.is_some(), decision.stake);
        if most.as_ref().is_none_or(|(known, _)| stake > *known) {
            most = Some((stake, matter));
        }
    }
    Ok(most.map(|(_, matter)| matter))
}

/// Refused if the case of the leading matter is already the case of another matter of the contact.
fn may_lead(before: Option<&Contact>, routed: &ContactRouted) -> Result<(), DecideError> {
    let own = routed.case.as_ref().map(|join| join.case);
    let additional = before.into_iter().flat_map(|before| &before.additional);
    let mut same = additional.filter(|it| Some(it.case) == own);
    match same.find_map(|it| it.matter.as_ref()) {
        None => Ok(()),
        Some(matter) => {
            let what = format!("lead to the case of matter {matter}: send a matter only once");
            Err(Refusal::Faulty(Faults::one("context.facts", what)).into())
        }
    }
}
