//! Turns each of several matters into a contact of its own.

use crate::command::UnknownReason;
use crate::contact::{Contact, ContactContext, MATTERS_MAX, Matter};
use crate::fact::FACTS_MAX;
use crate::flow::contact::start::Start;
use crate::flow::result::DecideError;
use crate::ids::{MatterId, fits_new};
use crate::refusal::{Faults, Refusal};
use std::sync::Arc;

/// The data that each matter starts from: the leading matter, if it is known or `chosen`, and all others.
pub(super) fn starts(
    start: &Start,
    sent: &ContactContext,
    chosen: Option<&MatterId>,
) -> (Option<Start>, Vec<Start>) {
    let known = start.known.as_deref();
    let leads = known.and_then(|known| known.leading.as_ref()).or(chosen);
    let of_itself =
        known.is_some_and(|known| known.leading.is_none() && known.context.reason.is_some());
    let first = match leads {
        Some(leads) => Some(led_by(start, sent, leads)),
        None => of_itself.then(|| Start {
            // The reason was sent earlier, and was known then.
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
            .map(|matter| by_itself(start, sent, matter))
            .collect(),
    )
}

/// What to do with an unknown reason of a matter: what this call says, if it sends the reason. Otherwise the last
/// resort, because a reason that was sent earlier was known then.
fn unknown_reason(start: &Start, sent: &ContactContext, matter: &MatterId) -> UnknownReason {
    let mut all = sent.matters.iter();
    let states = all.any(|it| it.id == *matter && it.reason.is_some());
    match states {
        true => start.unknown_reason,
        false => UnknownReason::LastResort,
    }
}

/// The contact for its leading matter. The contact and this matter have the same reason, facts and stage.
pub(super) fn led_by(start: &Start, sent: &ContactContext, leads: &MatterId) -> Start {
    let mut context = ContactContext::clone(&start.context);
    let own = sent.matters.iter().find(|matter| matter.id == *leads);
    if let Some(own) = own {
        context.reason = own.reason.clone().or(context.reason);
        context.facts.learn_all(&own.facts);
        context.stage = own.stage.clone().or(context.stage);
    }
    let (reason, facts, stage) = (&context.reason, &context.facts, &context.stage);
    let mut all = context.matters.iter_mut();
    if let Some(matter) = all.find(|matter| matter.id == *leads) {
        if own.is_none()
            && start
                .known
                .as_ref()
                .is_none_or(|known| known.leading.is_none())
        {
            // The matter was sent before, and leads from now on.
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
        unknown_reason: unknown_reason(start, sent, leads),
        ..start.clone()
    }
}

/// One matter as if the contact came for it alone. The case that the matter has becomes the contact's own case.
fn by_itself(start: &Start, sent: &ContactContext, matter: &Matter) -> Start {
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
    let has_case = before.is_some();
    // The customer of the contact is known. The case of this matter is not known yet.
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
        unknown_reason: match has_case {
            true => UnknownReason::LastResort,
            false => unknown_reason(start, sent, &matter.id),
        },
        may_presume: false,
        names_case: false,
        ..start.clone()
    }
}

/// Refuses a set of matters that is not allowed, whatever is found about each matter.
pub(super) fn check(start: &Start, sent: &ContactContext) -> Result<(), DecideError> {
    let mut faults = Faults::default();
    let count = start.context.matters.len();
    if count > MATTERS_MAX {
        let what =
            format!("must be at most {MATTERS_MAX} together with those sent before, are {count}");
        faults.push("context.matters", what);
    }
    let known = start.known.as_deref();
    if let (Some(known), Some(reason)) = (known, &sent.reason)
        && (known.leading.is_some() || known.context.reason.is_none())
        && known.context.reason.as_ref() != Some(reason)
    {
        let what = "must be left out: the contact has several matters; send the reason in `matters`, with the id of its matter";
        faults.push("context.stated_reason", what);
    }
    for (place, matter) in sent.matters.iter().enumerate() {
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
            let what =
                format!("must be at most {FACTS_MAX} together with those sent before, are {count}");
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
                "must stay {before}, the reason that matter {} was first sent with: for another reason, send another \
                 matter with an id of its own",
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

/// The position of a matter in the list: the list in this call, or else the list of all known matters.
pub(super) fn place_of(
    context: &ContactContext,
    sent: &ContactContext,
    matter: &MatterId,
) -> usize {
    let place = |of: &ContactContext| of.matters.iter().position(|it| it.id == *matter);
    place(sent).or_else(|| place(context)).unwrap_or(0)
}

/// Moves a fault from the fields of the context to the fields of the matter at `place`.
pub(super) fn at_place(stop: DecideError, place: usize) -> DecideError {
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
