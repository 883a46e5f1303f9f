//! Events in the form for integrators. A new kind of event does not compile until it has a body here.

use super::contact::text_of_matter;
use super::decision::text;
use super::playbook::of_event;
use super::{
    access, actor_or_none, additional, case, context, corrected, customer, fact, note, tags,
    target, time, wire_enum, work_event,
};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use prost_types::Duration;
use signpost_domain::contact::{ContactState, Offered};
use signpost_domain::decision::Handover;
use signpost_domain::event::{
    CaseJoin, CaseTransition, Cause, ContactEnded, ContactRouted, Envelope, Event, MatterEnded,
    Next, Recorded, RouteSelected,
};
use signpost_domain::ids::{DecisionId, PlaybookVersion, ReasonId, Seq, Slug, TokenId};
use signpost_proto::{FILE_DESCRIPTOR_SET, v1};
use std::sync::LazyLock;
use v1::event::Body;

/// The version of CloudEvents that is written.
const SPECVERSION: &str = "1.0";
const JSON: &str = "application/json";

/// An event.
pub(crate) fn event(recorded: &Recorded) -> v1::Event {
    let Recorded { envelope, event } = recorded;
    let Envelope {
        seq,
        record_time,
        event_time,
        actor,
        on_behalf_of,
        cause,
        playbook,
    } = envelope;
    v1::Event {
        sequence: seq.0,
        record_time: Some(time::timestamp(*record_time)),
        event_time: Some(time::timestamp(*event_time)),
        actor: actor.to_string(),
        on_behalf_of: actor_or_none(on_behalf_of.as_ref()),
        request_id: match cause {
            Cause::Request(stamp) => stamp.id.to_string(),
            Cause::Timer => String::new(),
        },
        playbook_version: playbook
            .as_ref()
            .map_or_else(String::new, PlaybookVersion::to_string),
        case_transitions: event.transitions().iter().map(transition).collect(),
        body: Some(parts(envelope, event).body),
    }
}

fn transition(transition: &CaseTransition) -> v1::CaseTransition {
    let CaseTransition { case, from, to } = transition;
    v1::CaseTransition {
        case_id: case.to_string(),
        from: from.map_or(0, wire_enum::case_state),
        to: wire_enum::case_state(*to),
    }
}

/// The parts of an event: its body, its name in types, and its subject.
pub(super) struct EventParts {
    pub(super) body: Body,
    pub(super) name: &'static str,
    pub(super) subject: String,
}

fn parts(envelope: &Envelope, event: &Event) -> EventParts {
    let contact = |id: &dyn ToString| format!("contact/{}", id.to_string());
    match event {
        Event::PlaybookPublished(published) => EventParts {
            body: Body::PlaybookPublished(v1::PlaybookPublishedEvent {
                publication: Some(of_event(envelope, published)),
            }),
            name: "playbook_published",
            subject: format!("playbook/{}", published.version),
        },
        Event::CustomerUpserted(saved) => EventParts {
            body: Body::CustomerUpserted(customer::saved(saved, envelope.seq)),
            name: "customer_upserted",
            subject: format!("customer/{}", saved.customer.id),
        },
        Event::ContactRouted(routed) => EventParts {
            body: Body::ContactRouted(contact_routed(routed, envelope.seq)),
            name: "contact_routed",
            subject: contact(&routed.contact),
        },
        Event::RouteSelected(taken) => EventParts {
            body: Body::RouteSelected(route_taken(taken)),
            name: "route_selected",
            subject: contact(&taken.contact),
        },
        Event::ContactEnded(ended) => EventParts {
            body: Body::ContactEnded(contact_ended(ended, envelope.seq)),
            name: "contact_ended",
            subject: contact(&ended.contact),
        },
        Event::CaseLapsed(case) => EventParts {
            body: Body::CaseLapsed(v1::CaseLapsedEvent {
                case_id: case.to_string(),
            }),
            name: "case_lapsed",
            subject: format!("case/{case}"),
        },
        Event::CaseActionTaken(worked) => work_event::of_case(worked, envelope.seq),
        Event::CustomerActionTaken(worked) => work_event::of_customer(worked),
        Event::ContactUpdated(updated) => EventParts {
            body: Body::ContactUpdated(tags::event(updated)),
            name: "contact_updated",
            subject: contact(&updated.contact),
        },
        Event::ContactCustomerCorrected(corrected) => EventParts {
            body: Body::ContactCustomerCorrected(corrected::event(corrected, envelope.seq)),
            name: "contact_customer_corrected",
            subject: contact(&corrected.contact),
        },
        Event::CaseAddedToContact(added) => EventParts {
            body: Body::CaseAddedToContact(additional::event(added, envelope.seq)),
            name: "case_added_to_contact",
            subject: contact(&added.contact),
        },
        Event::CustomerErased(erased) => work_event::of_erased(erased),
        Event::TokenCreated(created) => EventParts {
            body: Body::TokenCreated(v1::TokenCreatedEvent {
                token: Some(access::created(envelope, created)),
            }),
            name: "token_created",
            subject: format!("token/{}", TokenId(envelope.seq)),
        },
        Event::TokenRevoked(token) => EventParts {
            body: Body::TokenRevoked(v1::TokenRevokedEvent {
                token_id: token.to_string(),
            }),
            name: "token_revoked",
            subject: format!("token/{token}"),
        },
        Event::QueueStatsReported(stats) => EventParts {
            body: Body::QueueStatsReported(v1::QueueStatsReportedEvent {
                queue_stats: stats.iter().map(context::stats_of_queue).collect(),
            }),
            name: "queue_stats_reported",
            subject: match stats.as_slice() {
                [one] => format!("queue/{}", one.queue),
                _ => "queues".to_owned(),
            },
        },
    }
}

/// The state of a contact after a decision, and what comes next.
fn step_to(next: &Next) -> (ContactState, v1::NextStep) {
    let awaits = |step| (ContactState::AwaitingCustomer, step);
    match next {
        Next::ChooseReason { .. } => awaits(v1::NextStep::ChooseReason),
        Next::AskFacts(_) => awaits(v1::NextStep::AskFacts),
        Next::ChooseRoute => awaits(v1::NextStep::ChooseRoute),
        Next::Target(taken) => (ContactState::of_route(taken.route), v1::NextStep::Routed),
    }
}

fn contact_routed(routed: &ContactRouted, seq: Seq) -> v1::ContactRoutedEvent {
    let ContactRouted {
        contact,
        trigger: step,
        context,
        customer: of_customer,
        tier_found,
        case: join,
        former: left,
        thanks_for,
        additional,
        leading,
        followed_by: _,
        open_cases: _,
        standing,
        memory: _,
        profile: _,
        carried: _,
        reported: _,
        findings: _,
        decision,
        next,
        note,
    } = routed;
    let join = join.as_ref();
    let (place, next_step) = step_to(next);
    let goes = match next {
        Next::Target(taken) => Some(taken),
        Next::ChooseReason { .. } | Next::AskFacts(_) | Next::ChooseRoute => None,
    };
    let asked = match next {
        Next::AskFacts(facts) => facts.as_slice(),
        Next::ChooseReason { .. } | Next::ChooseRoute | Next::Target(_) => &[],
    };
    let (external_references, labels) = tags::tags(&context.tags);
    v1::ContactRoutedEvent {
        contact_id: contact.to_string(),
        trigger: wire_enum::route_step(*step),
        channel: context.channel.to_string(),
        direction: wire_enum::direction(context.direction),
        customer_id: customer::id(of_customer.as_ref().map(|join| &join.id)),
        tier: decision.tier.to_string(),
        reason: text_of_reason(decision.reason.as_ref()),
        case_id: case::id(join.map(|join| join.case)),
        case_match: join.map_or(0, |join| wire_enum::joined(join.case_match)),
        newly_matched: join.is_some_and(|join| join.first),
        previous_case_id: case::id(join.and_then(|join| join.previous)),
        former_case_id: case::id(left.map(|left| left.case)),
        former_case_withdrawn: left.is_some_and(|left| left.withdrawn),
        courtesy: context.courtesy,
        thanked_case_id: case::id(*thanks_for),
        repeat: join.is_some_and(|join| join.repeat),
        channel_switched: join.is_some_and(|join| join.switched),
        state: wire_enum::place(place),
        next_step: next_step.into(),
        target: goes.map(|taken| target::of_event(taken, &decision.handover, Some(&decision.tier))),
        asked_fact_ids: asked.iter().map(Slug::to_string).collect(),
        facts: fact::facts(&context.facts),
        rule_ids: decision
            .fired
            .iter()
            .map(|rule| rule.id.to_string())
            .collect(),
        reported_tier: text(context.customer.tier.as_ref()),
        stored_tier: text(tier_found.as_ref().and_then(|found| found.stored.as_ref())),
        stored_tier_customer_id: customer::id(
            tier_found
                .as_ref()
                .and_then(|found| found.stored_of.as_ref()),
        ),
        tier_basis: wire_enum::tier_basis(tier_found.as_ref()),
        additional_case_ids: case::ids(additional),
        leading_matter_id: text_of_matter(leading.as_ref()),
        case_presumed: join.is_some_and(|join| join.presumed),
        note: note.to_string(),
        new_case: join.and_then(new_case),
        claims_case: join.is_some_and(|join| join.claimed.is_some()),
        vulnerable: context.vulnerable,
        cannot_use: wire_enum::abilities(context.cannot_use),
        asked_for_person: context.asked_for_person || standing.needs_person,
        language_code: context.language.as_deref().unwrap_or_default().to_owned(),
        persona: text(context.persona.as_ref()),
        decision_id: DecisionId(seq).to_string(),
        note_id: note::id(seq, note),
        longest_wait: goes.and_then(longest_wait),
        external_references,
        labels,
    }
}

/// The first values of the case of a contact; `None` if the contact did not open a case.
pub(super) fn new_case(join: &CaseJoin) -> Option<v1::NewCase> {
    join.opened.as_ref().map(|opened| v1::NewCase {
        stated_reason: opened.reason.to_string(),
        tier: opened.tier.to_string(),
    })
}

/// The expected wait of the customer for the answer that we owe; `None` if we owe none or the wait is unknown.
fn longest_wait(taken: &Offered) -> Option<Duration> {
    let wait = taken.wait.filter(|_| taken.route.is_owed());
    wait.map(time::duration)
}

fn route_taken(taken: &RouteSelected) -> v1::RouteSelectedEvent {
    let RouteSelected {
        contact,
        case: of_case,
        additional,
        taken,
        declined,
        tier,
        handover,
    } = taken;
    let usual = Handover::default();
    let handover = handover.as_deref().unwrap_or(&usual);
    v1::RouteSelectedEvent {
        contact_id: contact.to_string(),
        case_id: case::id(*of_case),
        state: wire_enum::place(ContactState::of_route(taken.route)),
        target: Some(target::of_event(taken, handover, tier.as_ref())),
        declined_routes: wire_enum::routes(declined.iter().copied()),
        additional_case_ids: case::ids(additional),
        longest_wait: longest_wait(taken),
    }
}

fn contact_ended(ended: &ContactEnded, seq: Seq) -> v1::ContactEndedEvent {
    let ContactEnded {
        contact,
        case: of_case,
        additional,
        outcome,
        confirmed,
        resolves,
        resolution,
        note,
        matters,
    } = ended;
    let matters = matters.iter().map(|matter| {
        let MatterEnded {
            matter,
            case: of_case,
            resolves,
            resolution,
            confirmed,
        } = matter;
        v1::MatterEndedEvent {
            matter_id: matter.to_string(),
            case_id: of_case.to_string(),
            resolved_case_id: case::id(*resolves),
            resolution: resolution.as_ref().map(case::resolution),
            confirmed_reason: text_of_reason(confirmed.as_ref()),
        }
    });
    v1::ContactEndedEvent {
        contact_id: contact.to_string(),
        case_id: case::id(*of_case),
        outcome: wire_enum::outcome(*outcome),
        confirmed_reason: text_of_reason(confirmed.as_ref()),
        resolved_case_id: case::id(*resolves),
        additional_case_ids: case::ids(additional),
        resolution: resolution.as_ref().map(case::resolution),
        note: note.to_string(),
        matters: matters.collect(),
        note_id: note::id(seq, note),
    }
}

fn text_of_reason(reason: Option<&ReasonId>) -> String {
    reason.map_or_else(String::new, ReasonId::to_string)
}

/// An event of the store `store` in the format of CloudEvents.
pub(crate) fn cloud_event(recorded: &Recorded, store: &str) -> v1::CloudEvent {
    let parts = parts(&recorded.envelope, &recorded.event);
    debug_assert_eq!(parts.name, recorded.event.kind());
    v1::CloudEvent {
        id: recorded.envelope.seq.0.to_string(),
        source: format!("/signpost/{store}"),
        specversion: SPECVERSION.to_owned(),
        r#type: format!("signpost.v1.{}", parts.name),
        subject: parts.subject,
        time: Some(time::timestamp(recorded.envelope.record_time)),
        datacontenttype: JSON.to_owned(),
        data: proto_json(&event(recorded)),
    }
}

static EVENT: LazyLock<Option<MessageDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).ok()?;
    pool.get_message_by_name("signpost.v1.Event")
});

/// An event as ProtoJSON. It is empty only if the contract that was compiled in does not describe the event; a test
/// rules this out.
fn proto_json(event: &v1::Event) -> String {
    let dynamic = EVENT.as_ref().and_then(|descriptor| {
        let bytes = event.encode_to_vec();
        DynamicMessage::decode(descriptor.clone(), bytes.as_slice()).ok()
    });
    let json = dynamic.and_then(|dynamic| serde_json::to_string(&dynamic).ok());
    json.unwrap_or_default()
}
