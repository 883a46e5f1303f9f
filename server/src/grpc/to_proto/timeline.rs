//! The timeline of a case. Each event about the case is an entry, with a line of text for people.

use super::{actor_or_none, additional, case, corrected, note, time, wire_enum};
use signpost_domain::case::{CaseAction, CaseUpdate};
use signpost_domain::contact::CaseMatch;
use signpost_domain::event::{
    CaseActionTaken, ContactEnded, ContactRouted, Event, Next, Recorded, RouteSelected,
    RoutingTrigger,
};
use signpost_domain::ids::{CaseId, ReasonId, Seq};
use signpost_proto::v1::{TimelineEntry, TimelineKind};
use std::fmt::Display;

/// The entry of an event in the timeline of the case `of`. `None` if the event is about no case.
pub(crate) fn entry(recorded: &Recorded, of: CaseId) -> Option<TimelineEntry> {
    let seq = recorded.envelope.seq;
    let own = match &recorded.event {
        Event::ContactRouted(routed) => self::routed(routed, of, seq),
        Event::RouteSelected(taken) => self::taken(taken, of),
        Event::ContactEnded(ended) => self::ended(ended, of, seq),
        Event::CaseAddedToContact(added) => additional::entry(added, of, seq),
        Event::ContactCustomerCorrected(corrected) => corrected::entry(corrected, of, seq),
        Event::CaseLapsed(case) => TimelineEntry {
            kind: TimelineKind::CaseLapsed.into(),
            text: "lapsed: nothing was heard for too long".into(),
            case_id: case.to_string(),
            ..TimelineEntry::default()
        },
        Event::CaseActionTaken(worked) => self::worked(worked, of, seq),
        Event::PlaybookPublished(_)
        | Event::CustomerUpserted(_)
        | Event::CustomerActionTaken(_)
        | Event::QueueStatsReported(_)
        | Event::TokenCreated(_)
        | Event::TokenRevoked(_)
        | Event::CustomerErased(_)
        | Event::ContactUpdated(_) => return None,
    };
    let envelope = &recorded.envelope;
    Some(TimelineEntry {
        sequence: seq.0,
        record_time: Some(time::timestamp(envelope.record_time)),
        event_time: Some(time::timestamp(envelope.event_time)),
        actor: envelope.actor.to_string(),
        on_behalf_of: actor_or_none(envelope.on_behalf_of.as_ref()),
        audience: note::audience(&recorded.event, &own.note_id),
        text_state: note::state(&own.note_id),
        ..own
    })
}

fn routed(routed: &ContactRouted, of: CaseId, seq: Seq) -> TimelineEntry {
    let contact = &routed.contact;
    let entry = TimelineEntry {
        kind: TimelineKind::ContactRouted.into(),
        contact_id: contact.to_string(),
        channel: routed.context.channel.to_string(),
        case_id: of.to_string(),
        ..TimelineEntry::default()
    };
    let left = routed.former.filter(|left| left.case == of);
    if left.is_some() {
        return TimelineEntry {
            kind: TimelineKind::ContactRemoved.into(),
            text: format!("contact {contact} left: it is about something else"),
            other_case_id: case::id(routed.case.as_ref().map(|join| join.case)),
            ..entry
        };
    }
    if routed.thanks_for == Some(of) {
        return TimelineEntry {
            text: with_note(
                format!("contact {contact} says thanks: nothing else changes"),
                &routed.note,
            ),
            note_id: note::id(seq, &routed.note),
            ..entry
        };
    }
    let joined = match (&routed.case, routed.trigger) {
        (_, RoutingTrigger::AskedForPerson) => "asked for a person".to_owned(),
        (_, RoutingTrigger::GaveUp) => "gave up".to_owned(),
        (_, RoutingTrigger::NoAnswer) => "did not answer".to_owned(),
        (_, RoutingTrigger::Failed) => "could not be helped".to_owned(),
        (_, RoutingTrigger::Amended) => "sent more".to_owned(),
        (_, RoutingTrigger::CustomerCorrected) => "was decided again for its customer".to_owned(),
        (Some(join), RoutingTrigger::Opened) => {
            let repeat = if join.repeat { ", a repeat" } else { "" };
            let switched = if join.switched {
                ", on another channel"
            } else {
                ""
            };
            let how = match join.case_match {
                CaseMatch::New => "opened it",
                CaseMatch::Continued => "continued it",
                CaseMatch::Reopened => "reopened it",
            };
            let presumed = match join.presumed {
                true => ", presumably",
                false => "",
            };
            format!("{how}{presumed}{repeat}{switched}")
        }
        (None, RoutingTrigger::Opened) => "came".to_owned(),
    };
    let reason = routed.decision.reason.as_ref().map(ReasonId::to_string);
    let tier = &routed.decision.tier;
    let about = reason.map_or_else(String::new, |reason| format!(" about {reason}"));
    let (next, route) = match &routed.next {
        Next::ChooseReason { .. } => ("must choose a reason".to_owned(), 0),
        Next::AskFacts(facts) => (format!("is to be asked {}", list(facts)), 0),
        Next::ChooseRoute => ("is to choose a route".to_owned(), 0),
        Next::Target(offered) => {
            let place = offered.queue.as_ref().or(offered.flow.as_ref());
            let place = place.map_or_else(String::new, |place| format!(" ({place})"));
            let route = offered.route;
            (format!("went to {route}{place}"), wire_enum::route(route))
        }
    };
    let fired = routed.decision.fired.iter().map(|fired| &fired.id);
    let fired: Vec<_> = fired.collect();
    let by = match fired.as_slice() {
        [] => String::new(),
        rules => format!(", by {}", list(rules)),
    };
    TimelineEntry {
        text: with_note(
            format!("contact {contact}, tier {tier}{about}: {joined}; {next}{by}"),
            &routed.note,
        ),
        route,
        note_id: note::id(seq, &routed.note),
        ..entry
    }
}

fn taken(taken: &RouteSelected, of: CaseId) -> TimelineEntry {
    let contact = &taken.contact;
    let route = taken.taken.route;
    let declined = match taken.declined.as_slice() {
        [] => String::new(),
        declined => format!(", not {}", list(declined)),
    };
    TimelineEntry {
        kind: TimelineKind::RouteSelected.into(),
        text: format!("contact {contact}: the customer took {route}{declined}"),
        contact_id: contact.to_string(),
        case_id: of_these(of, taken.case, &taken.additional),
        route: wire_enum::route(route),
        ..TimelineEntry::default()
    }
}

fn ended(ended: &ContactEnded, of: CaseId, seq: Seq) -> TimelineEntry {
    let contact = &ended.contact;
    let how = wire_enum::outcome_text(ended.outcome);
    // The end resolves its own case, or the case into which that was merged. Of its other matters it resolves those
    // that it names.
    let mut matters = ended.matters.iter();
    let matter = matters.find(|it| it.case == of || it.resolves == Some(of));
    let is_additional = ended.additional.contains(&of) && ended.resolves != Some(of);
    let (resolves, resolution) = match matter {
        Some(matter) => (matter.resolves, matter.resolution.as_ref()),
        None => (ended.resolves, ended.resolution.as_ref()),
    };
    // Each confirmed reason belongs to one case. The confirmed reason of the contact belongs to its own case.
    let confirmed = match ended.matters.iter().find(|it| it.case == of) {
        Some(matter) => matter.confirmed.as_ref(),
        None => ended.confirmed.as_ref().filter(|_| !is_additional),
    };
    let confirmed = confirmed.map_or_else(String::new, |reason| format!(", confirmed as {reason}"));
    let is_shown = matter.is_some() || !is_additional;
    let resolves = match (resolves, resolution) {
        (Some(_), Some(resolution)) if is_shown => {
            let cost = resolution.cost;
            let cost = cost.map_or_else(String::new, |cost| format!(", cost {cost}"));
            format!("; the case is resolved as {}{cost}", resolution.outcome)
        }
        (Some(_), None) if is_shown => "; the case is resolved".to_owned(),
        _ => String::new(),
    };
    let note = match is_additional {
        true => "",
        false => &*ended.note,
    };
    TimelineEntry {
        kind: TimelineKind::ContactEnded.into(),
        text: with_note(
            format!("contact {contact} ended: {how}{confirmed}{resolves}"),
            note,
        ),
        contact_id: contact.to_string(),
        case_id: of_these(of, ended.case, &ended.additional),
        note_id: note::id(seq, note),
        ..TimelineEntry::default()
    }
}

/// The case of a contact that an entry is about: the case of the timeline, or otherwise the contact's own case.
fn of_these(of: CaseId, own: Option<CaseId>, additional: &[CaseId]) -> String {
    let here = additional.iter().find(|additional| **additional == of);
    case::id(here.copied().or(own))
}

fn worked(worked: &CaseActionTaken, of: CaseId, seq: Seq) -> TimelineEntry {
    let named = worked.case;
    let written = match &worked.action {
        CaseAction::Noted(note, _)
        | CaseAction::Resolved(_, note)
        | CaseAction::Reopened(note)
        | CaseAction::Merged(_, note) => note,
        CaseAction::Updated(..)
        | CaseAction::Unmerged(_)
        | CaseAction::Linked(_)
        | CaseAction::Unlinked(_) => "",
    };
    let (kind, text) = match &worked.action {
        CaseAction::Noted(text, _) => (TimelineKind::NoteAdded, text.to_string()),
        CaseAction::Updated(update, _) => (TimelineKind::Updated, updated(update)),
        CaseAction::Resolved(resolution, note) => {
            let cost = resolution.cost;
            let cost = cost.map_or_else(String::new, |cost| format!(", cost {cost}"));
            let what = format!("resolved as {}{cost}", resolution.outcome);
            (TimelineKind::Resolved, with_note(what, note))
        }
        CaseAction::Reopened(note) => {
            let what = with_note("opened again".into(), note);
            (TimelineKind::Reopened, what)
        }
        CaseAction::Merged(merged, note) => {
            let text = format!("{} merged into {named}", merged.case);
            (TimelineKind::Merged, with_note(text, note))
        }
        CaseAction::Unmerged(merged) => {
            let text = format!("merge of {} into {named} undone", merged.case);
            (TimelineKind::Unmerged, text)
        }
        CaseAction::Linked(link) => {
            let text = format!("{named} is {} {}", link.kind.as_str(), link.case);
            (TimelineKind::Linked, text)
        }
        CaseAction::Unlinked(link) => {
            let text = format!("{named} is no more {} {}", link.kind.as_str(), link.case);
            (TimelineKind::Unlinked, text)
        }
    };
    let other = worked.action.other();
    let other = if other == Some(of) {
        Some(named)
    } else {
        other
    };
    TimelineEntry {
        kind: kind.into(),
        text,
        case_id: named.to_string(),
        other_case_id: case::id(other),
        note_id: note::id(seq, written),
        ..TimelineEntry::default()
    }
}

pub(super) fn with_note(what: String, note: &str) -> String {
    match note {
        "" => what,
        note => format!("{what}: {note}"),
    }
}

fn updated(update: &CaseUpdate) -> String {
    let CaseUpdate {
        confirmed,
        legal_hold,
        retain_until,
        tags,
    } = update;
    let mut parts = Vec::new();
    match confirmed {
        Some(Some(reason)) => parts.push(format!("confirmed reason {reason}")),
        Some(None) => parts.push("no confirmed reason".to_owned()),
        None => {}
    }
    match legal_hold {
        Some(true) => parts.push("legal hold".to_owned()),
        Some(false) => parts.push("no legal hold".to_owned()),
        None => {}
    }
    match retain_until {
        Some(Some(until)) => parts.push(format!("to be kept until {}", time::text(*until))),
        Some(None) => parts.push("to be kept no longer than others".to_owned()),
        None => {}
    }
    parts.extend(super::tags::text(tags));
    parts.join(", ")
}

fn list(items: &[impl Display]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}
