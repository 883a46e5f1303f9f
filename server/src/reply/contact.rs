//! Contacts: the answer for one, made from its event alone, so that a replay gives the same.

use super::menu::MenuOf;
use super::{case, context, customer, decision, fact, further, menu, target, time, wire_enum};
use signpost_domain::case::CaseState;
use signpost_domain::contact::{Contact, Offered, Place};
use signpost_domain::decision::Handover;
use signpost_domain::event::{ContactEnded, ContactRouted, Next, RouteTaken};
use signpost_domain::ids::{CustomerId, ReasonId};
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;
use std::sync::Arc;

/// The answer to RouteContact; `playbook` is the one that the event was decided under.
pub(crate) fn routed(
    routed: &ContactRouted,
    playbook: &Playbook,
    replayed: bool,
) -> v1::RouteContactResponse {
    v1::RouteContactResponse {
        answer: Some(answer(routed, playbook)),
        replayed,
    }
}

/// The answer to PreviewRoute for the contact that the caller named, if it did.
pub(crate) fn previewed(
    routed: &ContactRouted,
    playbook: &Playbook,
    contact_id: String,
) -> v1::PreviewRouteResponse {
    let mut answer = answer(routed, playbook);
    answer.contact_id = contact_id;
    if routed
        .case
        .as_ref()
        .is_some_and(|join| join.opened.is_some())
    {
        answer.case_id.clear();
    }
    v1::PreviewRouteResponse {
        answer: Some(answer),
    }
}

/// The answer to TakeRoute; `playbook` is the one that was live then.
pub(crate) fn taken(
    taken: &RouteTaken,
    playbook: &Playbook,
    replayed: bool,
) -> v1::TakeRouteResponse {
    let usual = Handover::default();
    let handover = taken.handover.as_deref().unwrap_or(&usual);
    let target = target::target(playbook, &taken.taken, handover, taken.tier.as_ref());
    v1::TakeRouteResponse {
        contact_id: taken.contact.to_string(),
        case_id: case::id(taken.case),
        place: wire_enum::place(Place::of_route(taken.taken.route)),
        target: Some(target),
        replayed,
    }
}

/// The answer to EndContact for a contact that is over.
pub(crate) fn ended(ended: &ContactEnded, replayed: bool) -> v1::EndContactResponse {
    let state = match ended.resolves {
        Some(_) => CaseState::Resolved,
        None => CaseState::Open,
    };
    v1::EndContactResponse {
        contact_id: ended.contact.to_string(),
        case_id: case::id(ended.case),
        place: wire_enum::place(Place::Ended(ended.outcome)),
        outcome: wire_enum::outcome(ended.outcome),
        case_state: ended.case.map_or(0, |_| wire_enum::case_state(state)),
        answer: None,
        replayed,
        further_case_ids: case::ids(&ended.further),
    }
}

/// The answer to EndContact for a contact that was sent back; `playbook` as in [`routed`].
pub(crate) fn sent_back(
    routed: &ContactRouted,
    playbook: &Playbook,
    replayed: bool,
) -> v1::EndContactResponse {
    let answer = answer(routed, playbook);
    let has_case = routed.case.is_some();
    v1::EndContactResponse {
        contact_id: answer.contact_id.clone(),
        case_id: answer.case_id.clone(),
        place: answer.place,
        outcome: v1::ContactOutcome::AskedForPerson.into(),
        case_state: has_case
            .then_some(CaseState::Open)
            .map_or(0, wire_enum::case_state),
        answer: Some(answer),
        replayed,
        further_case_ids: case::ids(&routed.further),
    }
}

/// The answer to GetContact, with the event of its last decision and the playbook of that.
pub(crate) fn got(
    row: &Contact,
    decided: &ContactRouted,
    playbook: &Playbook,
) -> v1::GetContactResponse {
    v1::GetContactResponse {
        contact: Some(contact(row)),
        answer: Some(answer(decided, playbook)),
    }
}

/// The answer to ListContacts.
pub(crate) fn listed(rows: &[Arc<Contact>], next_page_token: String) -> v1::ListContactsResponse {
    v1::ListContactsResponse {
        contacts: rows.iter().map(|row| contact(row)).collect(),
        next_page_token,
    }
}

fn answer(routed: &ContactRouted, playbook: &Playbook) -> v1::ContactAnswer {
    let join = routed.case.as_ref();
    let customer = routed.customer.as_ref();
    let standing = &routed.standing;
    let place = match &routed.next {
        Next::ChooseReason { .. } | Next::AskFacts(_) | Next::ChooseRoute => Place::Deciding,
        Next::Take(taken) => Place::of_route(taken.route),
    };
    let decision = decision::decision(playbook, standing.now, &routed.noticed, &routed.decision);
    let mut known = routed.context.facts.clone();
    routed
        .carried
        .iter()
        .for_each(|fact| known.learn(fact.clone()));
    v1::ContactAnswer {
        contact_id: routed.contact.to_string(),
        case_id: case::id(join.map(|join| join.case)),
        joined: join.map_or(0, |join| wire_enum::joined(join.joined)),
        customer_id: customer.map_or_else(String::new, |join| join.id.to_string()),
        previous_case_id: case::id(join.and_then(|join| join.previous)),
        place: wire_enum::place(place),
        next: Some(next(routed, playbook)),
        decision: Some(decision),
        repeats: standing.repeats,
        channel_switches: standing.channel_switches,
        known_facts: fact::facts(&known),
    }
}

fn next(routed: &ContactRouted, playbook: &Playbook) -> v1::contact_answer::Next {
    use v1::contact_answer::Next as Wire;
    let profile = routed.profile.as_deref();
    let language = routed.context.language.as_deref();
    let language = language.or_else(|| profile?.language.as_deref());
    match &routed.next {
        Next::ChooseReason { primary, open_case } => {
            let of = MenuOf {
                channel: &routed.context.channel,
                language,
                primary: primary.as_ref(),
                whole_tree: false,
                open_case: *open_case && routed.customer.is_some(),
            };
            Wire::ChooseReason(v1::ChooseReason {
                menu: Some(menu::menu(playbook, of)),
            })
        }
        Next::AskFacts(facts) => Wire::AskFacts(v1::AskFacts {
            questions: fact::questions(playbook, language, facts),
        }),
        Next::ChooseRoute => Wire::Target(v1::RouteTarget::default()),
        Next::Take(taken) => Wire::Target(target::of_decision(playbook, &routed.decision, taken)),
    }
}

/// Where a route leads, in an event.
pub(super) fn offered(offered: &Offered) -> v1::Routed {
    let Offered { route, flow, queue } = offered;
    v1::Routed {
        route: wire_enum::route(*route),
        flow: decision::text(flow.as_ref()),
        queue: decision::text(queue.as_ref()),
    }
}

/// A contact as it is kept.
pub(crate) fn contact(row: &Contact) -> v1::Contact {
    let outcome = match row.place {
        Place::Ended(outcome) => wire_enum::outcome(outcome),
        Place::Deciding | Place::SelfService | Place::Routed(_) => 0,
    };
    let found = row.tier_found.as_ref();
    v1::Contact {
        contact_id: row.id.to_string(),
        case_id: case::id(row.case),
        customer_id: row
            .customer
            .as_ref()
            .map_or_else(String::new, CustomerId::to_string),
        place: wire_enum::place(row.place),
        route: row.route.map_or(0, wire_enum::route),
        declined: wire_enum::routes(row.declined.iter().copied()),
        outcome,
        context: Some(context::context(&row.context)),
        confirmed_reason: row
            .confirmed
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        arrive_time: Some(time::timestamp(row.arrived)),
        record_time: Some(time::timestamp(row.recorded)),
        end_time: row.ended.map(time::timestamp),
        amendments: row.amendments,
        sequence: row.changed.0,
        tier: decision::text(row.tier.as_ref()),
        queue: decision::text(row.queue()),
        stored_tier: decision::text(found.and_then(|found| found.stored.as_ref())),
        stored_tier_customer_id: customer::id(found.and_then(|found| found.stored_of.as_ref())),
        tier_basis: wire_enum::tier_basis(found),
        further_cases: row.further.iter().map(further::case).collect(),
    }
}
