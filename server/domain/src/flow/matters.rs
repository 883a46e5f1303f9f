//! A contact with several matters: each is found and decided on as things stood before, the contact goes by the one
//! with the most at stake, and the others come with it as additional cases.

use super::additional::cases_of;
use super::find::{FoundCase, FoundReason};
use super::route::{self, Found, Start, Weighed, found, weigh};
use super::{DecideError, next_seq};
use crate::case::{Case, CaseKey};
use crate::command::UnknownReason;
use crate::contact::{ADDITIONAL_CASES_MAX, Contact, ContactContext, MATTERS_MAX, Matter};
use crate::decision::Decided;
use crate::event::{CaseAddedToContact, CaseJoin, ContactRouted, Event, MatterDecided};
use crate::fact::FACTS_MAX;
use crate::ids::{CaseId, MatterId, Seq, fits_new};
use crate::money::Money;
use crate::refusal::{ContactCause, Faults, Refusal};
use crate::state::{RowNotLoaded, State};
use crate::time::UnixMs;
use std::sync::Arc;

/// One matter with what was found of it.
struct Weighing {
    start: Start,
    found: Found,
    weighed: Weighed,
}

/// Decides on a contact with all its matters; `told` is what this call tells.
pub(super) fn routed(
    state: &State,
    start: Start,
    told: &ContactContext,
    now: UnixMs,
) -> Result<Vec<Event>, DecideError> {
    let (routed, added) = decided(state, start, told, now)?;
    let first = Event::ContactRouted(Box::new(routed));
    let others = added
        .into_iter()
        .map(|added| Event::CaseAddedToContact(Box::new(added)));
    Ok(std::iter::once(first).chain(others).collect())
}

/// As [`routed`]: the contact, and each other matter that has a case.
pub(super) fn decided(
    state: &State,
    mut start: Start,
    told: &ContactContext,
    now: UnixMs,
) -> Result<(ContactRouted, Vec<CaseAddedToContact>), DecideError> {
    let seq = next_seq(state);
    if start.context.matters.is_empty() {
        let mut found = found(state, &mut start, now)?;
        let weighed = weigh(state, &start, &mut found, (seq, now))?;
        return Ok((route::routed(state, start, found, weighed)?, Vec::new()));
    }
    check(&start, told)?;
    let (first, others) = match starts(&start, told, None) {
        (Some(first), others) => (first, others),
        (None, all) => match most_at_stake(state, (&start, told), &all, (seq, now))? {
            Some(chosen) => match starts(&start, told, Some(&chosen)) {
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
        .map(|matter| place_of(&start.context, told, matter));
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
    let mut routed = route::routed(state, of_leading, found, weighed)?;
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
        let place = place_of(&start.context, told, &matter);
        let seq = Seq(seq.0 + 1 + added.len() as u64);
        let other = weighing(state, other, (seq, now)).map_err(|stop| at_place(stop, place))?;
        let news = told.matters.iter().any(|told| told.id == matter);
        let note = told.matters.iter().find(|told| told.id == matter);
        let note = note.map_or_else(|| "".into(), |told| told.note.clone());
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

/// Finds what deciding needs, without deciding: of each matter by itself, and as if it led.
pub(super) fn seek(
    state: &State,
    start: &Start,
    told: &ContactContext,
    now: UnixMs,
) -> Result<(), DecideError> {
    if start.context.matters.is_empty() {
        return found(state, &mut start.clone(), now).map(drop);
    }
    let (first, others) = starts(start, told, None);
    let firsts = match first {
        Some(first) => vec![first],
        None => {
            let ids = start.context.matters.iter().map(|matter| &matter.id);
            let led = ids.map(|id| led_by(start, told, id));
            led.chain([start.clone()]).collect()
        }
    };
    let all = firsts.into_iter().chain(others);
    let found = all.map(|mut start| match found(state, &mut start, now) {
        Err(DecideError::RowNotLoaded(elsewhere)) => Err(elsewhere),
        Err(DecideError::Refused(_)) | Ok(_) => Ok(()),
    });
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

/// The matter with the most at stake, of equal ones the first that was told: one whose reason nobody knows comes after
/// all others; `None` if a reason must be chosen for each.
fn most_at_stake(
    state: &State,
    (start, told): (&Start, &ContactContext),
    all: &[Start],
    at: (Seq, UnixMs),
) -> Result<Option<MatterId>, DecideError> {
    let mut most: Option<((bool, Money), MatterId)> = None;
    for one in all {
        let Some(matter) = one.matter.clone() else {
            continue;
        };
        let place = place_of(&start.context, told, &matter);
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

/// What each matter starts from: the leading one, if it is known or `chosen`, and all others.
fn starts(
    start: &Start,
    told: &ContactContext,
    chosen: Option<&MatterId>,
) -> (Option<Start>, Vec<Start>) {
    let known = start.known.as_deref();
    let leads = known.and_then(|known| known.leading.as_ref()).or(chosen);
    let of_itself =
        known.is_some_and(|known| known.leading.is_none() && known.context.reason.is_some());
    let first = match leads {
        Some(leads) => Some(led_by(start, told, leads)),
        None => of_itself.then(|| Start {
            // It was told earlier, and was known then.
            unknown_reason: UnknownReason::LastResort,
            ..start.clone()
        }),
    };
    let others = start
        .context
        .matters
        .iter()
        .filter(|matter| Some(&matter.id) != leads);
    (
        first,
        others
            .map(|matter| by_itself(start, told, matter))
            .collect(),
    )
}

/// What to do with an unknown reason of a matter: one that was told earlier was known then.
fn unknown_reason(start: &Start, told: &ContactContext, matter: &MatterId) -> UnknownReason {
    let mut told = told.matters.iter();
    let tells = told.any(|told| told.id == *matter && told.reason.is_some());
    match tells {
        true => start.unknown_reason,
        false => UnknownReason::LastResort,
    }
}

/// The contact as it comes for its leading matter; that one says the same as the contact does.
fn led_by(start: &Start, told: &ContactContext, leads: &MatterId) -> Start {
    let mut context = ContactContext::clone(&start.context);
    let told_of = told.matters.iter().find(|matter| matter.id == *leads);
    if let Some(told) = told_of {
        context.reason = told.reason.clone().or(context.reason);
        context.facts.learn_all(&told.facts);
        context.stage = told.stage.clone().or(context.stage);
    }
    let (reason, facts, stage) = (&context.reason, &context.facts, &context.stage);
    let mut all = context.matters.iter_mut();
    if let Some(matter) = all.find(|matter| matter.id == *leads) {
        if told_of.is_none()
            && start
                .known
                .as_ref()
                .is_none_or(|known| known.leading.is_none())
        {
            // It was told before, and leads from now on.
            context.reason = matter.reason.clone();
            context.facts = facts.with(&matter.facts);
            context.stage = matter.stage.clone().or_else(|| stage.clone());
        } else {
            matter.reason = reason.clone();
            matter.facts = facts.clone();
            matter.stage = stage.clone();
        }
    }
    Start {
        context: Arc::new(context),
        matter: Some(leads.clone()),
        unknown_reason: unknown_reason(start, told, leads),
        ..start.clone()
    }
}

/// One matter as if the contact came for it alone: its case so far is the contact's own.
fn by_itself(start: &Start, told: &ContactContext, matter: &Matter) -> Start {
    let before = start.known.as_ref().and_then(|known| {
        let additional = known.additional.iter();
        let additional = additional
            .rev()
            .find(|it| it.matter.as_ref() == Some(&matter.id))?;
        let earlier = known.context.matters.iter().find(|it| it.id == matter.id);
        Some(Contact {
            context: Arc::new(known.context.of_matter(earlier.unwrap_or(matter))),
            case: Some(additional.case),
            case_owner: additional.owner.clone(),
            additional: Vec::new(),
            ..Contact::clone(known)
        })
    });
    let told_before = before.is_some();
    // Whose it is, is known of the contact; which case it has, is not.
    let before = before.or_else(|| {
        let known = start.known.as_deref()?;
        Some(Contact {
            context: Arc::new(ContactContext {
                reason: None,
                ..known.context.of_matter(matter)
            }),
            case: None,
            case_owner: None,
            additional: Vec::new(),
            ..known.clone()
        })
    });
    Start {
        context: Arc::new(start.context.of_matter(matter)),
        before: before.map(Arc::new),
        matter: Some(matter.id.clone()),
        unknown_reason: match told_before {
            true => UnknownReason::LastResort,
            false => unknown_reason(start, told, &matter.id),
        },
        may_presume: false,
        names_case: false,
        ..start.clone()
    }
}

/// What cannot be told of several matters, whatever is found of them.
fn check(start: &Start, told: &ContactContext) -> Result<(), DecideError> {
    let mut faults = Faults::default();
    let count = start.context.matters.len();
    if count > MATTERS_MAX {
        let what = format!("must be at most {MATTERS_MAX} with those told before, are {count}");
        faults.push("context.matters", what);
    }
    let known = start.known.as_deref();
    if let (Some(known), Some(reason)) = (known, &told.reason)
        && (known.leading.is_some() || known.context.reason.is_none())
        && known.context.reason.as_ref() != Some(reason)
    {
        let what = "is of one matter, and the contact has several: tell it in `matters`, with the id of that one";
        faults.push("context.stated_reason", what);
    }
    for (place, matter) in told.matters.iter().enumerate() {
        let mut before = known.into_iter().flat_map(|known| &known.context.matters);
        if !before.any(|before| before.id == matter.id) {
            let field = format!("context.matters[{place}].matter_id");
            faults.keep(&field, fits_new(matter.id.as_str()));
        }
        let all = start.context.matters.iter().find(|it| it.id == matter.id);
        if let Some(count) = all
            .map(|it| it.facts.len())
            .filter(|count| *count > FACTS_MAX)
        {
            let what = format!("must be at most {FACTS_MAX} with those told before, are {count}");
            faults.push(format!("context.matters[{place}].facts"), what);
        }
        let mut has = known.into_iter().flat_map(|known| &known.additional);
        let has_case = has.any(|additional| additional.matter.as_ref() == Some(&matter.id));
        let Some(known) = known.filter(|_| has_case) else {
            continue;
        };
        let before = known.context.matters.iter().find(|it| it.id == matter.id);
        let before = before.and_then(|before| before.reason.as_ref());
        if let (Some(before), Some(now)) = (before, &matter.reason)
            && before != now
        {
            let what = format!(
                "cannot change, is {before} since matter {} was told first: another reason is another matter, with an \
                 id of its own",
                matter.id
            );
            faults.push(format!("context.matters[{place}].stated_reason"), what);
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Faulty(faults).into()),
    }
}

/// Where among the matters that one is: those of this call, or else all that are known.
fn place_of(context: &ContactContext, told: &ContactContext, matter: &MatterId) -> usize {
    let place = |of: &ContactContext| of.matters.iter().position(|it| it.id == *matter);
    place(told).or_else(|| place(context)).unwrap_or(0)
}

/// A fault of a context that has one matter is one of that matter.
fn at_place(stop: DecideError, place: usize) -> DecideError {
    let DecideError::Refused(refusal) = &stop else {
        return stop;
    };
    let Refusal::Faulty(faults) = &**refusal else {
        return stop;
    };
    let placed = faults.placed(|field| match field {
        "context.stated_reason" => format!("context.matters[{place}].stated_reason"),
        other => other.to_owned(),
    });
    Refusal::Faulty(placed).into()
}

/// The leading matter may not turn out to be another one that the contact brought.
fn may_lead(before: Option<&Contact>, routed: &ContactRouted) -> Result<(), DecideError> {
    let own = routed.case.as_ref().map(|join| join.case);
    let additional = before.into_iter().flat_map(|before| &before.additional);
    let mut same = additional.filter(|it| Some(it.case) == own);
    match same.find_map(|it| it.matter.as_ref()) {
        None => Ok(()),
        Some(matter) => {
            let what = format!("come to the case of matter {matter}: tell one matter once");
            Err(Refusal::Faulty(Faults::one("context.facts", what)).into())
        }
    }
}

/// The cases that the matters of one contact have by now.
struct Taken<'a> {
    has: &'a [Arc<Case>],
    joined: Vec<CaseId>,
    opened: Vec<CaseKey>,
    additional: Vec<CaseId>,
}

impl Taken<'_> {
    fn new<'a>(has: &'a [Arc<Case>], routed: &ContactRouted) -> Taken<'a> {
        let mut taken = Taken {
            has,
            joined: Vec::new(),
            opened: Vec::new(),
            additional: routed.additional.clone(),
        };
        if let Some(join) = &routed.case {
            taken.note(join);
        }
        taken
    }

    fn note(&mut self, join: &CaseJoin) {
        self.joined.push(join.case);
        let opened = join.opened.as_ref();
        let opened = opened.and_then(|opened| opened.key);
        self.opened
            .extend(opened.or(join.claimed.as_ref().map(|claim| claim.matter)));
    }

    /// How another matter joins its case; `None` where it has none yet.
    fn take(
        &mut self,
        other: &Weighing,
        (place, matter): (usize, &MatterId),
        news: bool,
    ) -> Result<Option<CaseJoin>, DecideError> {
        let fault = |field: &str, what: String| {
            let field = format!("context.matters[{place}]{field}");
            Err(Refusal::Faulty(Faults::one(field, what)).into())
        };
        let had = other.start.before.as_deref().and_then(|before| before.case);
        let join = match &other.found.case {
            // Whose it is must be known first, and what it is about.
            _ if other.found.who.is_none() => None,
            None | Some(FoundCase::KeyMissing) => None,
            Some(_) if matches!(other.found.reason, FoundReason::Choose(_)) => None,
            Some(_) => other.weighed.join.as_ref(),
        };
        if let Some(had) = had {
            let still = self.additional.contains(&had);
            let stays = join.filter(|join| join.case == had && still);
            if stays.is_none() && news && still {
                let what = format!(
                    "tell another case than matter {matter} has: another matter has an id of its own"
                );
                return fault(".facts", what);
            }
            self.joined.push(had);
            return Ok(stays.cloned());
        }
        let Some(join) = join else { return Ok(None) };
        let opened = join.opened.as_ref().and_then(|opened| opened.key);
        let has = self.has.iter().find(|case| case.is_part_of(join.case));
        let twice = opened.is_some_and(|key| self.opened.contains(&key))
            || self.joined.contains(&join.case) && join.opened.is_none()
            || has.is_some();
        if twice {
            let what = match has {
                Some(has) => format!("comes to {}, which the contact has already", has.id),
                None => "comes to the same case as a matter before it: tell one matter once".into(),
            };
            return fault("", what);
        }
        self.note(join);
        Ok(Some(join.clone()))
    }
}

/// The event of another matter.
fn case_added(
    routed: &ContactRouted,
    other: Weighing,
    join: CaseJoin,
    note: Arc<str>,
) -> Option<CaseAddedToContact> {
    let Weighing {
        start,
        found,
        weighed,
    } = other;
    let customer = routed.customer.as_ref()?.id.clone();
    let decided = weighed.decided.map(|decided| {
        Box::new(MatterDecided {
            context: start.context.clone(),
            standing: weighed.standing,
            memory: weighed.memory,
            profile: weighed.profile.map(Box::new),
            carried: weighed.carried,
            reported: weighed.reported,
            noticed: found.noticed,
            decision: decided.decision,
        })
    });
    let reason = decided
        .as_ref()
        .and_then(|decided| decided.decision.reason.clone());
    Some(CaseAddedToContact {
        contact: routed.contact.clone(),
        channel: routed.context.channel.clone(),
        customer,
        own: routed.case.as_ref().map(|join| join.case),
        additional: Vec::new(),
        reason: reason.or_else(|| start.context.reason.clone())?,
        facts: start.context.facts.clone(),
        join,
        note,
        matter: start.matter,
        decided,
    })
}
