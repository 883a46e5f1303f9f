//! What a caller told and what is known of a customer: facts, identities, profiles, contexts, offers.

use super::number::{Numbered, known, nonsense, route_numbers, routes};
use super::text::{
    after, at, name, name_or_empty, name_or_none, name_text, reason_or_empty, reason_or_none,
    shared_text, span_ms,
};
use super::{CodecError, required, wire};
use signpost_domain::contact::{ContactContext, CustomerRef, Offered, QueueStats};
use signpost_domain::customer::{Consent, Customer, Identity, IdentityKey, Profile};
use signpost_domain::fact::{Fact, FactValue, Facts, Knowledge};
use signpost_domain::ids::Seq;
use signpost_domain::money::Money;
use signpost_domain::time::{Millis, UnixMs};

pub(super) fn facts_message(facts: &Facts, base: UnixMs) -> Vec<wire::Fact> {
    facts.iter().map(|fact| fact_message(fact, base)).collect()
}

fn fact_message(fact: &Fact, base: UnixMs) -> wire::Fact {
    let Fact {
        id,
        knowledge,
        source,
        learnt_at,
    } = fact;
    wire::Fact {
        id: name_text(id),
        knowledge: Some(knowledge_message(knowledge)),
        source: source.number(),
        learnt_after_ms: after(*learnt_at, base),
    }
}

fn knowledge_message(knowledge: &Knowledge) -> wire::fact::Knowledge {
    use wire::fact::Knowledge as Wire;
    match knowledge {
        Knowledge::Known(FactValue::Text(text)) => Wire::Text(text.as_ref().to_owned()),
        Knowledge::Known(FactValue::Integer(number)) => Wire::Integer(*number),
        Knowledge::Known(FactValue::Boolean(yes)) => Wire::Boolean(*yes),
        Knowledge::Known(FactValue::Money(amount)) => Wire::MoneyMicros(amount.micros()),
        Knowledge::Known(FactValue::Instant(at)) => Wire::InstantUnixMs(at.0),
        Knowledge::Declined => Wire::Declined(wire::Declined {}),
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
    } = message;
    let knowledge = match required(knowledge, "fact.knowledge")? {
        Wire::Text(text) => Knowledge::Known(FactValue::Text(text.into())),
        Wire::Integer(number) => Knowledge::Known(FactValue::Integer(number)),
        Wire::Boolean(yes) => Knowledge::Known(FactValue::Boolean(yes)),
        Wire::MoneyMicros(micros) => Knowledge::Known(FactValue::Money(Money::from_micros(micros))),
        Wire::InstantUnixMs(ms) => Knowledge::Known(FactValue::Instant(UnixMs(ms))),
        Wire::Declined(wire::Declined {}) => Knowledge::Declined,
    };
    Ok(Fact {
        id: name(id, "fact.id")?,
        knowledge,
        source: known(source, "fact.source")?,
        learnt_at: at(base, learnt_after_ms),
    })
}

fn identities_message(identities: &[Identity]) -> Vec<wire::Identity> {
    let message = |identity: &Identity| {
        let Identity {
            key: IdentityKey { kind, value },
            verified,
        } = identity;
        wire::Identity {
            kind: name_text(kind),
            value: value.as_ref().to_owned(),
            verified: *verified,
        }
    };
    identities.iter().map(message).collect()
}

fn identities(messages: Vec<wire::Identity>) -> Result<Vec<Identity>, CodecError> {
    let identity = |message: wire::Identity| {
        let wire::Identity {
            kind,
            value,
            verified,
        } = message;
        let key = IdentityKey {
            kind: name(kind, "identity.kind")?,
            value: value.into(),
        };
        Ok(Identity { key, verified })
    };
    messages.into_iter().map(identity).collect()
}

fn consents_message(consents: &[Consent]) -> Vec<wire::Consent> {
    let message = |Consent { id, granted }: &Consent| wire::Consent {
        id: name_text(id),
        granted: *granted,
    };
    consents.iter().map(message).collect()
}

fn consents(messages: Vec<wire::Consent>) -> Result<Vec<Consent>, CodecError> {
    let consent = |wire::Consent { id, granted }| {
        Ok(Consent {
            id: name(id, "consent.id")?,
            granted,
        })
    };
    messages.into_iter().map(consent).collect()
}

pub(super) fn profile_message(profile: &Profile) -> wire::Profile {
    let Profile {
        identities,
        tier,
        persona,
        value,
        loyalty_years,
        language,
        time_zone,
        preferred_routes,
        consents,
        vulnerable,
    } = profile;
    wire::Profile {
        identities: identities_message(identities),
        tier: name_or_empty(tier.as_ref()),
        persona: name_or_empty(persona.as_ref()),
        value_micros: value.map(Money::micros),
        loyalty_years: *loyalty_years,
        language: shared_text(language.as_ref()),
        time_zone: shared_text(time_zone.as_ref()),
        preferred_routes: route_numbers(preferred_routes),
        consents: consents_message(consents),
        vulnerable: *vulnerable,
    }
}

pub(super) fn profile(message: wire::Profile) -> Result<Profile, CodecError> {
    let wire::Profile {
        identities: identity_messages,
        tier,
        persona,
        value_micros,
        loyalty_years,
        language,
        time_zone,
        preferred_routes,
        consents: consent_messages,
        vulnerable,
    } = message;
    Ok(Profile {
        identities: identities(identity_messages)?,
        tier: name_or_none(tier),
        persona: name_or_none(persona),
        value: value_micros.map(Money::from_micros),
        loyalty_years,
        language: language.map(Into::into),
        time_zone: time_zone.map(Into::into),
        preferred_routes: routes(&preferred_routes, "profile.preferred_routes")?,
        consents: consents(consent_messages)?,
        vulnerable,
    })
}

pub(super) fn customer_message(customer: &Customer) -> wire::Customer {
    let Customer {
        id,
        profile,
        created,
        contact_count,
        recent,
        changed,
    } = customer;
    let bases = std::iter::once(created).chain(recent);
    let recent_after_ms = recent.iter().zip(bases).map(|(at, base)| after(*at, *base));
    wire::Customer {
        id: name_text(id),
        profile: Some(profile_message(profile)),
        created_unix_ms: created.0,
        contact_count: *contact_count,
        recent_after_ms: recent_after_ms.collect(),
        changed_seq: changed.0,
    }
}

pub(super) fn customer(message: wire::Customer) -> Result<Customer, CodecError> {
    let wire::Customer {
        id,
        profile: profile_message,
        created_unix_ms,
        contact_count,
        recent_after_ms,
        changed_seq,
    } = message;
    let created = UnixMs(created_unix_ms);
    let recent = recent_after_ms.into_iter().scan(created, |base, after_ms| {
        *base = at(*base, after_ms);
        Some(*base)
    });
    Ok(Customer {
        id: name(id, "customer.id")?,
        profile: profile(required(profile_message, "customer.profile")?)?,
        created,
        contact_count,
        recent: recent.collect(),
        changed: Seq(changed_seq),
    })
}

fn queue_stats_message(stats: &QueueStats) -> wire::QueueStats {
    let QueueStats {
        queue,
        staffed,
        available,
        waiting,
        handle_time,
        expected_wait,
    } = stats;
    wire::QueueStats {
        queue: name_text(queue),
        staffed: *staffed,
        available: *available,
        waiting: *waiting,
        handle_time_ms: span_ms(*handle_time),
        expected_wait_ms: span_ms(*expected_wait),
    }
}

fn queue_stats(message: wire::QueueStats) -> Result<QueueStats, CodecError> {
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

pub(super) fn context_message(context: &ContactContext, base: UnixMs) -> wire::ContactContext {
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
        reason,
        facts,
        stage,
        persona,
        sentiment_percent,
        language,
        preferred_routes,
        consents,
        vulnerable,
        asked_for_person,
        brand,
        queue_stats,
    } = context;
    wire::ContactContext {
        channel: name_text(channel),
        direction: direction.number(),
        device: name_or_empty(device.as_ref()),
        customer_id: name_or_empty(customer_id.as_ref()),
        customer_identities: identities_message(identities),
        customer_tier: name_or_empty(customer_tier.as_ref()),
        reason: reason_or_empty(reason.as_ref()),
        facts: facts_message(facts, base),
        stage: name_or_empty(stage.as_ref()),
        persona: name_or_empty(persona.as_ref()),
        sentiment_percent: sentiment_percent.map(i32::from),
        language: shared_text(language.as_ref()),
        preferred_routes: route_numbers(preferred_routes),
        consents: consents_message(consents),
        vulnerable: *vulnerable,
        asked_for_person: *asked_for_person,
        brand: name_or_empty(brand.as_ref()),
        queue_stats: queue_stats.iter().map(queue_stats_message).collect(),
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
        sentiment_percent,
        language,
        preferred_routes,
        consents: consent_messages,
        vulnerable,
        asked_for_person,
        brand,
        queue_stats: queue_messages,
    } = message;
    let percent = |number: i32| {
        i8::try_from(number).map_err(|_| nonsense("context.sentiment_percent", number))
    };
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
        reason: reason_or_none(&reason, "context.reason")?,
        facts: facts(fact_messages, base)?,
        stage: name_or_none(stage),
        persona: name_or_none(persona),
        sentiment_percent: sentiment_percent.map(percent).transpose()?,
        language: language.map(Into::into),
        preferred_routes: routes(&preferred_routes, "context.preferred_routes")?,
        consents: consents(consent_messages)?,
        vulnerable,
        asked_for_person,
        brand: name_or_none(brand),
        queue_stats: queue_stats.collect::<Result<_, _>>()?,
    })
}

pub(super) fn offered_message(offered: &Offered) -> wire::Offered {
    let Offered { route, flow, queue } = offered;
    wire::Offered {
        route: route.number(),
        flow: name_or_empty(flow.as_ref()),
        queue: name_or_empty(queue.as_ref()),
    }
}

pub(super) fn offered(message: wire::Offered) -> Result<Offered, CodecError> {
    let wire::Offered { route, flow, queue } = message;
    Ok(Offered {
        route: known(route, "offered.route")?,
        flow: name_or_none(flow),
        queue: name_or_none(queue),
    })
}
