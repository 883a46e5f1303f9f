//! Contacts. The answer for a contact is made from its event alone, so a replay gives the same answer.

use super::matters::{self, Answered};
use super::menu::MenuOf;
use super::{
    additional, case, context, corrected, customer, decision, fact, menu, tags, target, time,
    wire_enum,
};
use signpost_domain::case::CaseState;
use signpost_domain::contact::{Contact, ContactState};
use signpost_domain::decision::Handover;
use signpost_domain::event::{ContactEnded, Next, RouteSelected};
use signpost_domain::ids::{CaseId, CustomerId, MatterId, ReasonId};
use signpost_domain::list::View;
use signpost_domain::playbook::{Label, Playbook};
use signpost_domain::state::Beside;
use signpost_proto::v1;

/// The answer to RouteContact.
pub(crate) fn routed(of: Answered<'_>, receipt: v1::WriteReceipt) -> v1::RouteContactResponse {
    v1::RouteContactResponse {
        answer: Some(answer(of)),
        receipt: Some(receipt),
    }
}

/// The answer to RerouteContact.
pub(crate) fn rerouted(of: Answered<'_>, receipt: v1::WriteReceipt) -> v1::RerouteContactResponse {
    v1::RerouteContactResponse {
        answer: Some(answer(of)),
        receipt: Some(receipt),
    }
}

/// The answer to PreviewRoute, with the contact that the caller named, if any. Cases that would be opened have no id.
pub(crate) fn previewed(
    of: Answered<'_>,
    contact_id: String,
    revision: String,
) -> v1::PreviewRouteResponse {
    let mut answer = answer(of);
    answer.contact_id = contact_id;
    let routed = of.routed.case.iter();
    let opened = routed.chain(of.added.iter().map(|added| &added.join));
    let opened = opened.filter(|join| join.opened.is_some());
    let opened: Vec<String> = opened.map(|join| join.case.to_string()).collect();
    let matters = answer.matters.iter_mut();
    let matters = matters.map(|matter| (&mut matter.case_id, &mut matter.case_number));
    let own = (&mut answer.case_id, &mut answer.case_number);
    for (id, number) in std::iter::once(own).chain(matters) {
        if opened.contains(id) {
            id.clear();
            number.clear();
        }
    }
    v1::PreviewRouteResponse {
        answer: Some(answer),
        revision,
    }
}

/// The answer to SelectRoute. `playbook` is the playbook that was live at that time.
pub(crate) fn taken(
    taken: &RouteSelected,
    playbook: &Playbook,
    receipt: v1::WriteReceipt,
) -> v1::SelectRouteResponse {
    let usual = Handover::default();
    let handover = taken.handover.as_deref().unwrap_or(&usual);
    let target = target::target(playbook, &taken.taken, handover, taken.tier.as_ref());
    v1::SelectRouteResponse {
        contact_id: taken.contact.to_string(),
        case_id: case::id(taken.case),
        state: wire_enum::place(ContactState::of_route(taken.taken.route)),
        target: Some(target),
        receipt: Some(receipt),
    }
}

/// The answer to EndContact, in the words of the playbook of that time; `None` if there was none.
pub(crate) fn ended(
    ended: &ContactEnded,
    playbook: Option<&Playbook>,
    locale: &str,
    receipt: v1::WriteReceipt,
) -> v1::EndContactResponse {
    let state = |resolves: Option<CaseId>| match resolves {
        Some(_) => wire_enum::case_state(CaseState::Resolved),
        None => wire_enum::case_state(CaseState::Open),
    };
    let locale = Some(locale).filter(|locale| !locale.is_empty());
    let text = |label: Option<&Label>| {
        let said = playbook.zip(label);
        said.map_or_else(String::new, |(playbook, label)| {
            playbook.text(label, playbook.locale(locale)).to_owned()
        })
    };
    let question = playbook.and_then(|playbook| playbook.feedback_question.as_ref());
    let outcome = ended.resolution.as_ref();
    let outcome = outcome.and_then(|resolution| playbook?.outcome(&resolution.outcome));
    let matters = ended.matters.iter().map(|matter| v1::MatterEnded {
        matter_id: matter.matter.to_string(),
        case_id: matter.case.to_string(),
        case_state: state(matter.resolves),
    });
    v1::EndContactResponse {
        contact_id: ended.contact.to_string(),
        case_id: case::id(ended.case),
        state: wire_enum::place(ContactState::Ended(ended.outcome)),
        outcome: wire_enum::outcome(ended.outcome),
        case_state: ended.case.map_or(0, |_| state(ended.resolves)),
        receipt: Some(receipt),
        additional_case_ids: case::ids(&ended.additional),
        feedback_question: text(question.filter(|_| ended.resolves.is_some())),
        outcome_label: text(outcome.map(|outcome| &outcome.label)),
        matters: matters.collect(),
    }
}

/// The answer to GetContact: the last decision of the contact, with its present state and target.
pub(crate) fn got(
    row: &Contact,
    decided: Answered<'_>,
    revision: String,
) -> v1::GetContactResponse {
    let mut answer = answer(decided);
    answer.state = wire_enum::place(row.state);
    answer.decided_for_other_customer = row.is_decided_for_other();
    let mut offered = row.offered.iter();
    if let Some(taken) = offered.find(|offered| Some(offered.route) == row.route) {
        let target = target::of_decision(decided.playbook, &decided.routed.decision, taken);
        answer.next = Some(v1::contact_answer::Next::Target(target));
    }
    v1::GetContactResponse {
        contact: Some(contact(row)),
        answer: Some(answer),
        revision,
    }
}

/// A contact for a list.
pub(crate) fn listed(row: &Contact, view: View) -> v1::Contact {
    let mut contact = contact(row);
    if view == View::Basic {
        contact.links = Vec::new();
        if let Some(context) = &mut contact.context {
            context.facts = Vec::new();
            context.queue_stats = Vec::new();
            for matter in &mut context.matters {
                matter.facts = Vec::new();
            }
        }
    }
    contact
}

pub(super) fn answer(of: Answered<'_>) -> v1::ContactAnswer {
    let Answered {
        routed, playbook, ..
    } = of;
    let join = routed.case.as_ref();
    let customer = routed.customer.as_ref();
    let standing = &routed.standing;
    let place = match &routed.next {
        Next::ChooseReason { .. } | Next::AskFacts(_) | Next::ChooseRoute => {
            ContactState::AwaitingCustomer
        }
        Next::Target(taken) => ContactState::of_route(taken.route),
    };
    let decision = decision::decision(
        playbook,
        (of.seq, standing.now),
        &routed.findings,
        &routed.decision,
    );
    let mut known = routed.context.facts.clone();
    routed
        .carried
        .iter()
        .for_each(|fact| known.learn(fact.clone()));
    v1::ContactAnswer {
        contact_id: routed.contact.to_string(),
        case_id: case::id(join.map(|join| join.case)),
        case_number: join.map_or_else(String::new, |join| of.numbers.of(join.case)),
        case_match: join.map_or(0, |join| wire_enum::joined(join.case_match)),
        customer_id: customer.map_or_else(String::new, |join| join.id.to_string()),
        previous_case_id: case::id(join.and_then(|join| join.previous)),
        state: wire_enum::place(place),
        next: Some(next(of)),
        decision: Some(decision),
        repeat_count: standing.repeats,
        channel_switch_count: standing.channel_switches,
        known_facts: fact::facts(&known),
        matters: matters::matters(of),
        leading_matter_id: text_of_matter(routed.leading.as_ref()),
        case_presumed: join.is_some_and(|join| join.presumed),
        presumed_key_facts: matters::presumed_key(of),
        open_cases: match routed.next {
            // The menu shows the open cases.
            Next::ChooseReason { .. } => Vec::new(),
            Next::AskFacts(_) | Next::ChooseRoute | Next::Target(_) => matters::open_cases(of),
        },
        thanked_case_id: case::id(routed.thanks_for),
        decided_for_other_customer: false,
    }
}

/// The id of a matter; empty for `None`.
pub(super) fn text_of_matter(matter: Option<&MatterId>) -> String {
    matter.map_or_else(String::new, MatterId::to_string)
}

fn next(of: Answered<'_>) -> v1::contact_answer::Next {
    use v1::contact_answer::Next as Wire;
    let Answered {
        routed, playbook, ..
    } = of;
    let language = matters::language(routed);
    let leading = text_of_matter(routed.leading.as_ref());
    match &routed.next {
        Next::ChooseReason { primary, open_case } => {
            let first = routed.context.matters.first();
            let of_matter = first.and_then(|matter| matters::primary_of(playbook, matter));
            let menu_of = MenuOf {
                channel: &routed.context.channel,
                language,
                primary: primary.as_ref().or(of_matter),
                whole_tree: false,
                open_case: *open_case && routed.customer.is_some(),
            };
            let mut menu = menu::menu(playbook, menu_of);
            let mut items = menu.items.iter_mut();
            if let Some(item) = items.find(|item| item.kind() == v1::MenuItemKind::OpenCase) {
                item.open_cases = matters::open_cases(of);
            }
            Wire::ChooseReason(v1::ChooseReason {
                menu: Some(menu),
                matter_id: text_of_matter(first.map(|matter| &matter.id)),
            })
        }
        Next::AskFacts(facts) => {
            let mut questions = fact::questions(playbook, language, facts);
            for question in &mut questions {
                question.matter_id.clone_from(&leading);
            }
            Wire::AskFacts(v1::AskFacts { questions })
        }
        Next::ChooseRoute => Wire::Target(v1::RouteTarget::default()),
        Next::Target(taken) => Wire::Target(target::of_decision(playbook, &routed.decision, taken)),
    }
}

/// A contact as stored.
pub(crate) fn contact(row: &Contact) -> v1::Contact {
    let outcome = match row.state {
        ContactState::Ended(outcome) => wire_enum::outcome(outcome),
        ContactState::AwaitingCustomer | ContactState::SelfService | ContactState::Routed(_) => 0,
    };
    let found = row.tier_found.as_ref();
    let (external_references, labels) = tags::tags(&row.context.tags);
    v1::Contact {
        contact_id: row.id.to_string(),
        case_id: case::id(row.case),
        customer_id: row
            .customer
            .as_ref()
            .map_or_else(String::new, CustomerId::to_string),
        state: wire_enum::place(row.state),
        route: row.route.map_or(0, wire_enum::route),
        declined_routes: wire_enum::routes(row.declined.iter().copied()),
        outcome,
        context: Some(context::context(&row.context, row.case)),
        confirmed_reason: row
            .confirmed
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        arrive_time: Some(time::timestamp(row.arrived)),
        record_time: Some(time::timestamp(row.recorded)),
        end_time: row.ended.map(time::timestamp),
        amendment_count: row.amendments,
        sequence: row.changed.0,
        tier: decision::text(row.tier.as_ref()),
        queue_id: decision::text(row.queue()),
        stored_tier: decision::text(found.and_then(|found| found.stored.as_ref())),
        stored_tier_customer_id: customer::id(found.and_then(|found| found.stored_of.as_ref())),
        tier_basis: wire_enum::tier_basis(found),
        additional_cases: row.additional.iter().map(additional::case).collect(),
        leading_matter_id: text_of_matter(row.leading.as_ref()),
        due_time: row.due.map(time::timestamp),
        external_references,
        labels,
        links: tags::links(&row.links),
        reason_unknown: row.without_case() == Some(Beside::UnknownReason),
        customer_correction: row
            .correction
            .as_deref()
            .map(|correction| corrected::correction(correction, row)),
    }
}
