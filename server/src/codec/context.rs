//! What a caller told and what is known of a customer: facts, identities, profiles, contexts, offers.

use super::money::{self, write_currency};
use super::number::{known, nonsense, routes};
use super::tags::{tags, write_tags};
use super::text::{after, at, name, name_or_none, reason_or_none, span_ms};
use super::write::MessageWriter;
use super::{CodecError, required, wire};
use signpost_domain::ability::Abilities;
use signpost_domain::contact::{ContactContext, CustomerRef, Matter, Offered, QueueStats};
use signpost_domain::customer::{Consent, Identity, IdentityKey, Profile};
use signpost_domain::fact::{Fact, FactValue, Facts, Knowledge};
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::money::Money;
use signpost_domain::time::{Millis, UnixMs};

pub(super) fn write_facts(w: &mut MessageWriter, field: u32, facts: &Facts, base: UnixMs) {
    w.messages(field, facts.iter(), |w, fact| write_fact(w, fact, base));
}

fn write_fact(w: &mut MessageWriter, fact: &Fact, base: UnixMs) {
    let Fact {
        id,
        knowledge,
        source,
        learnt_at,
        currency,
    } = fact;
    w.text(1, id.as_str());
    match knowledge {
        Knowledge::Known(FactValue::Text(text)) => w.text_or_none(2, Some(text)),
        Knowledge::Known(FactValue::Integer(number)) => w.signed_or_none(3, Some(*number)),
        Knowledge::Known(FactValue::Boolean(yes)) => w.number_or_none(4, Some(*yes)),
        Knowledge::Known(FactValue::Money(amount)) => w.signed_or_none(5, Some(amount.micros())),
        Knowledge::Known(FactValue::Instant(at)) => w.signed_or_none(6, Some(at.0)),
        Knowledge::Declined => w.message(7, |_| ()),
    }
    w.known(8, source);
    w.signed(9, after(*learnt_at, base));
    write_currency(w, 10, *currency);
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
        currency: money::currency(&currency, "fact.currency")?,
    })
}

pub(super) fn write_identity(w: &mut MessageWriter, identity: &Identity) {
    let Identity {
        key,
        verified,
        shared,
    } = identity;
    write_identity_key(w, key);
    w.number(3, *verified);
    w.number(4, *shared);
}

pub(super) fn identity(message: wire::Identity) -> Result<Identity, CodecError> {
    let (verified, shared) = (message.verified, message.shared);
    Ok(Identity {
        key: identity_key(message)?,
        verified,
        shared,
    })
}

pub(super) fn write_identity_key(w: &mut MessageWriter, IdentityKey { kind, value }: &IdentityKey) {
    w.text(1, kind.as_str());
    w.text(2, value);
}

pub(super) fn identity_key(message: wire::Identity) -> Result<IdentityKey, CodecError> {
    let wire::Identity {
        kind,
        value,
        verified: _,
        shared: _,
    } = message;
    Ok(IdentityKey {
        kind: name(kind, "identity.kind")?,
        value: value.into(),
    })
}

fn identities(messages: Vec<wire::Identity>) -> Result<Vec<Identity>, CodecError> {
    messages.into_iter().map(identity).collect()
}

fn write_consent(w: &mut MessageWriter, Consent { id, granted }: &Consent) {
    w.text(1, id.as_str());
    w.number(2, *granted);
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

pub(super) fn write_profile(w: &mut MessageWriter, profile: &Profile) {
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
        cannot_use,
    } = profile;
    w.messages(1, identities, write_identity);
    w.name_or_none(2, tier.as_ref());
    w.name_or_none(3, persona.as_ref());
    w.signed_or_none(4, value.map(|value| value.money.micros()));
    w.number_or_none(5, *loyalty_years);
    w.text_or_none(6, language.as_deref());
    w.text_or_none(7, time_zone.as_deref());
    w.all_known(8, preferred_routes);
    w.messages(9, consents, write_consent);
    w.number_or_none(10, *vulnerable);
    w.number(11, u32::from(cannot_use.bits()));
    write_currency(w, 12, value.and_then(|value| value.currency));
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
        cannot_use_bits,
        value_currency,
    } = message;
    Ok(Profile {
        identities: identities(identity_messages)?,
        tier: name_or_none(tier),
        persona: name_or_none(persona),
        value: money::amount(value_micros, &value_currency, "profile.value_currency")?,
        loyalty_years,
        language: language.map(Into::into),
        time_zone: time_zone.map(Into::into),
        preferred_routes: routes(&preferred_routes, "profile.preferred_routes")?,
        consents: consents(consent_messages)?,
        vulnerable,
        cannot_use: abilities(cannot_use_bits, "profile.cannot_use")?,
    })
}

pub(super) fn write_queue_stats(w: &mut MessageWriter, stats: &QueueStats) {
    let QueueStats {
        queue,
        staffed,
        available,
        waiting,
        handle_time,
        expected_wait,
    } = stats;
    w.text(1, queue.as_str());
    w.number_or_none(2, *staffed);
    w.number_or_none(3, *available);
    w.number_or_none(4, *waiting);
    w.number_or_none(5, span_ms(*handle_time));
    w.number_or_none(6, span_ms(*expected_wait));
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

pub(super) fn abilities(bits: u32, field: &'static str) -> Result<Abilities, CodecError> {
    let narrow = u8::try_from(bits).map_err(|_| nonsense(field, bits))?;
    let set = Abilities::from_bits(narrow);
    let all_known = set.bits() == narrow;
    all_known
        .then_some(set)
        .ok_or_else(|| nonsense(field, bits))
}

pub(super) fn write_context(w: &mut MessageWriter, context: &ContactContext, base: UnixMs) {
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
        brand,
        queue_stats,
        matters,
        tags,
    } = context;
    w.text(1, channel.as_str());
    w.known(2, direction);
    w.name_or_none(3, device.as_ref());
    w.name_or_none(4, customer_id.as_ref());
    w.messages(5, identities, write_identity);
    w.name_or_none(6, customer_tier.as_ref());
    w.reason_or_none(7, reason.as_ref());
    write_facts(w, 8, facts, base);
    w.name_or_none(9, stage.as_ref());
    w.name_or_none(10, persona.as_ref());
    w.signed_or_none(11, sentiment_score.map(i64::from));
    w.text_or_none(12, language.as_deref());
    w.all_known(13, preferred_routes);
    w.messages(14, consents, write_consent);
    w.number_or_none(15, *vulnerable);
    w.number(16, *asked_for_person);
    w.name_or_none(17, brand.as_ref());
    w.messages(18, queue_stats, write_queue_stats);
    w.number(19, u32::from(cannot_use.bits()));
    w.number(20, *another_matter);
    w.messages(21, matters, |w, matter| write_matter(w, matter, base));
    w.number(22, case.map_or(0, |case| case.0.0));
    w.name_or_none(23, previous_contact.as_ref());
    write_tags(w, 30, tags);
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
        case: (case_seq > 0).then_some(CaseId(Seq(case_seq))),
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
        brand: name_or_none(brand),
        queue_stats: queue_stats.collect::<Result<_, _>>()?,
        matters: matters.collect::<Result<_, _>>()?,
        tags: tags(references, labels),
    })
}

fn write_matter(w: &mut MessageWriter, matter: &Matter, base: UnixMs) {
    let Matter {
        id,
        reason,
        facts,
        stage,
        note,
    } = matter;
    w.text(1, id.as_str());
    w.reason_or_none(2, reason.as_ref());
    write_facts(w, 3, facts, base);
    w.name_or_none(4, stage.as_ref());
    w.text(5, note);
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

pub(super) fn write_offered(w: &mut MessageWriter, offered: &Offered) {
    let Offered {
        route,
        flow,
        queue,
        wait,
    } = offered;
    w.known(1, route);
    w.name_or_none(2, flow.as_ref());
    w.name_or_none(3, queue.as_ref());
    w.number_or_none(4, span_ms(*wait));
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
