//! The stored form of the context that a caller gives for a contact, and of the offers: facts, queues, contexts,
//! routes.

use super::money;
use super::number::{Numbered, abilities, known, nonsense, numbers, routes};
use super::profile::{consents, consents_to_wire, identities, identities_to_wire};
use super::tags::{labels_to_wire, references_to_wire, tags};
use super::text::{
    after, at, borrowed, case, case_seq, name, name_or_none, name_text, reason_or_none,
    reason_text_or_none, span_ms,
};
use super::{CodecError, wire, written};
use signpost_domain::contact::{ContactContext, CustomerRef, Matter, Offered, QueueStats};
use signpost_domain::fact::{Fact, FactValue, Facts, Knowledge};
use signpost_domain::money::Money;
use signpost_domain::tags::Tags;
use signpost_domain::time::{Millis, UnixMs};

pub(super) fn facts_to_wire(facts: &Facts, base: UnixMs) -> Vec<written::Fact<'_>> {
    facts.iter().map(|fact| fact_to_wire(fact, base)).collect()
}

fn fact_to_wire(fact: &Fact, base: UnixMs) -> written::Fact<'_> {
    use written::fact::Knowledge as Wire;
    let Fact {
        id,
        knowledge,
        source,
        learnt_at,
        currency,
    } = fact;
    let knowledge = match knowledge {
        Knowledge::Known(FactValue::Text(text)) => Some(Wire::Text(borrowed(text))),
        Knowledge::Known(FactValue::Integer(number)) => Some(Wire::Integer(*number)),
        Knowledge::Known(FactValue::Boolean(yes)) => Some(Wire::Boolean(*yes)),
        Knowledge::Known(FactValue::Money(amount)) => Some(Wire::MoneyMicros(amount.micros())),
        Knowledge::Known(FactValue::Instant(at)) => Some(Wire::InstantUnixMs(at.0)),
        Knowledge::Declined => Some(Wire::Declined(written::Declined {})),
        Knowledge::Erased => None,
    };
    written::Fact {
        id: id.as_str().into(),
        knowledge,
        source: source.number(),
        learnt_after_ms: after(*learnt_at, base),
        currency: money::currency_text(currency.as_ref()),
    }
}

pub(super) fn facts(messages: Vec<wire::Fact>, base: UnixMs) -> Result<Facts, CodecError> {
    let mut facts = Facts::none();
    for message in messages {
        facts.learn(fact(message, base)?);
    }
    Ok(facts)
}

fn fact(message: wire::Fact, base: UnixMs) -> Result<Fact, CodecError> {
    use wire::fact::Knowledge as Wire;
    let wire::Fact {
        id,
        knowledge,
        source,
        learnt_after_ms,
        currency,
    } = message;
    let knowledge = match knowledge {
        Some(Wire::Text(text)) => Knowledge::Known(FactValue::Text(text.into())),
        Some(Wire::Integer(number)) => Knowledge::Known(FactValue::Integer(number)),
        Some(Wire::Boolean(yes)) => Knowledge::Known(FactValue::Boolean(yes)),
        Some(Wire::MoneyMicros(micros)) => {
            Knowledge::Known(FactValue::Money(Money::from_micros(micros)))
        }
        Some(Wire::InstantUnixMs(ms)) => Knowledge::Known(FactValue::Instant(UnixMs(ms))),
        Some(Wire::Declined(wire::Declined {})) => Knowledge::Declined,
        None => Knowledge::Erased,
    };
    Ok(Fact {
        id: name(id, "fact.id")?,
        knowledge,
        source: known(source, "fact.source")?,
        learnt_at: at(base, learnt_after_ms),
        currency: money::currency(&currency, "fact.currency")?,
    })
}

pub(super) fn all_queue_stats_to_wire(all: &[QueueStats]) -> Vec<written::QueueStats<'_>> {
    all.iter().map(queue_stats_to_wire).collect()
}

pub(super) fn queue_stats_to_wire(stats: &QueueStats) -> written::QueueStats<'_> {
    let QueueStats {
        queue,
        staffed,
        available,
        waiting,
        handle_time,
        expected_wait,
    } = stats;
    written::QueueStats {
        queue: queue.as_str().into(),
        staffed: *staffed,
        available: *available,
        waiting: *waiting,
        handle_time_ms: span_ms(*handle_time),
        expected_wait_ms: span_ms(*expected_wait),
    }
}

pub(super) fn all_queue_stats(
    messages: Vec<wire::QueueStats>,
) -> Result<Vec<QueueStats>, CodecError> {
    messages.into_iter().map(queue_stats).collect()
}

pub(super) fn queue_stats(message: wire::QueueStats) -> Result<QueueStats, CodecError> {
    let wire::QueueStats {
        queue,
        staffed,
        available,
        waiting,
        handle_time_ms,
        expected_wait_ms,
    } = message;
    Ok(QueueStats {
        queue: name(queue, "queue_stats.queue")?,
        staffed,
        available,
        waiting,
        handle_time: handle_time_ms.map(Millis),
        expected_wait: expected_wait_ms.map(Millis),
    })
}

pub(super) fn context_to_wire(
    context: &ContactContext,
    base: UnixMs,
) -> written::ContactContext<'_> {
    let ContactContext {
        channel,
        direction,
        device,
        customer:
            CustomerRef {
                id: customer_id,
                identities,
                tier: customer_tier,
            },
        case,
        previous_contact,
        reason,
        facts,
        stage,
        persona,
        sentiment_score,
        language,
        preferred_routes,
        consents,
        vulnerable,
        asked_for_person,
        cannot_use,
        another_matter,
        courtesy,
        brand,
        queue_stats,
        matters,
        tags: Tags { references, labels },
    } = context;
    let matters = matters.iter().map(|matter| matter_to_wire(matter, base));
    written::ContactContext {
        channel: channel.as_str().into(),
        direction: direction.number(),
        device: name_text(device.as_ref()),
        customer_id: name_text(customer_id.as_ref()),
        customer_identities: identities_to_wire(identities),
        customer_tier: name_text(customer_tier.as_ref()),
        reason: reason_text_or_none(reason.as_ref()),
        facts: facts_to_wire(facts, base),
        stage: name_text(stage.as_ref()),
        persona: name_text(persona.as_ref()),
        sentiment_score: sentiment_score.map(i32::from),
        language: language.as_deref().map(borrowed),
        preferred_routes: numbers(preferred_routes),
        consents: consents_to_wire(consents),
        vulnerable: *vulnerable,
        asked_for_person: *asked_for_person,
        brand: name_text(brand.as_ref()),
        queue_stats: all_queue_stats_to_wire(queue_stats),
        cannot_use_bits: cannot_use.bits().into(),
        another_matter: *another_matter,
        courtesy: *courtesy,
        matters: matters.collect(),
        case_seq: case.map_or(0, case_seq),
        previous_contact: name_text(previous_contact.as_ref()),
        references: references_to_wire(references),
        labels: labels_to_wire(labels),
    }
}

pub(super) fn context(
    message: wire::ContactContext,
    base: UnixMs,
) -> Result<ContactContext, CodecError> {
    let wire::ContactContext {
        channel,
        direction,
        device,
        customer_id,
        customer_identities,
        customer_tier,
        reason,
        facts: fact_messages,
        stage,
        persona,
        sentiment_score,
        language,
        preferred_routes,
        consents: consent_messages,
        vulnerable,
        asked_for_person,
        brand,
        queue_stats: queue_messages,
        cannot_use_bits,
        another_matter,
        matters,
        case_seq,
        previous_contact,
        courtesy,
        references,
        labels,
    } = message;
    let matters = matters.into_iter().map(|message| matter(message, base));
    let percent =
        |number: i32| i8::try_from(number).map_err(|_| nonsense("context.sentiment_score", number));
    let queue_stats = queue_messages.into_iter().map(queue_stats);
    Ok(ContactContext {
        channel: name(channel, "context.channel")?,
        direction: known(direction, "context.direction")?,
        device: name_or_none(device),
        customer: CustomerRef {
            id: name_or_none(customer_id),
            identities: identities(customer_identities)?,
            tier: name_or_none(customer_tier),
        },
        case: (case_seq > 0).then_some(case(case_seq)),
        previous_contact: name_or_none(previous_contact),
        reason: reason_or_none(&reason, "context.reason")?,
        facts: facts(fact_messages, base)?,
        stage: name_or_none(stage),
        persona: name_or_none(persona),
        sentiment_score: sentiment_score.map(percent).transpose()?,
        language: language.map(Into::into),
        preferred_routes: routes(&preferred_routes, "context.preferred_routes")?,
        consents: consents(consent_messages)?,
        vulnerable,
        asked_for_person,
        cannot_use: abilities(cannot_use_bits, "context.cannot_use")?,
        another_matter,
        courtesy,
        brand: name_or_none(brand),
        queue_stats: queue_stats.collect::<Result<_, _>>()?,
        matters: matters.collect::<Result<_, _>>()?,
        tags: tags(references, labels),
    })
}

fn matter_to_wire(matter: &Matter, base: UnixMs) -> written::ToldMatter<'_> {
    let Matter {
        id,
        reason,
        facts,
        stage,
        note,
    } = matter;
    written::ToldMatter {
        id: id.as_str().into(),
        reason: reason_text_or_none(reason.as_ref()),
        facts: facts_to_wire(facts, base),
        stage: name_text(stage.as_ref()),
        note: borrowed(note),
    }
}

fn matter(message: wire::ToldMatter, base: UnixMs) -> Result<Matter, CodecError> {
    let wire::ToldMatter {
        id,
        reason,
        facts: fact_messages,
        stage,
        note,
    } = message;
    Ok(Matter {
        id: name(id, "matter.id")?,
        reason: reason_or_none(&reason, "matter.reason")?,
        facts: facts(fact_messages, base)?,
        stage: name_or_none(stage),
        note: note.into(),
    })
}

pub(super) fn offered_to_wire(offered: &Offered) -> written::Offered<'_> {
    let Offered {
        route,
        flow,
        queue,
        wait,
    } = offered;
    written::Offered {
        route: route.number(),
        flow: name_text(flow.as_ref()),
        queue: name_text(queue.as_ref()),
        wait_ms: span_ms(*wait),
    }
}

pub(super) fn offered(message: wire::Offered) -> Result<Offered, CodecError> {
    let wire::Offered {
        route,
        flow,
        queue,
        wait_ms,
    } = message;
    Ok(Offered {
        route: known(route, "offered.route")?,
        flow: name_or_none(flow),
        queue: name_or_none(queue),
        wait: wait_ms.map(Millis),
    })
}
