//! The context of a contact as the caller gave it.

use super::customer::{consents, identities};
use super::decision::text;
use super::{fact, time, wire_enum};
use signpost_domain::contact::{ContactContext, CustomerRef, Matter, QueueStats};
use signpost_domain::ids::{CaseId, ContactId, CustomerId, ReasonId};
use signpost_proto::v1;
use std::collections::BTreeMap;

/// The whole context that the caller gave, including amendments. A named case is shown only if the contact came to that
/// case; nothing is shown of a case that was not proven.
pub(super) fn context(context: &ContactContext, own: Option<CaseId>) -> v1::ContactContext {
    let ContactContext {
        channel,
        direction,
        device,
        customer,
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
        // The contact itself has these fields.
        tags: _,
    } = context;
    v1::ContactContext {
        channel: channel.to_string(),
        direction: wire_enum::direction(*direction),
        device: text(device.as_ref()),
        customer: customer_ref(customer),
        case_id: case
            .filter(|case| Some(*case) == own)
            .map_or_else(String::new, |case| case.to_string()),
        previous_contact_id: previous_contact
            .as_ref()
            .map_or_else(String::new, ContactId::to_string),
        stated_reason: reason
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        facts: fact::facts(facts),
        stage: text(stage.as_ref()),
        persona: text(persona.as_ref()),
        sentiment_score: sentiment_score.map(i32::from),
        language_code: language.as_deref().unwrap_or_default().to_owned(),
        preferred_routes: wire_enum::routes(preferred_routes.iter().copied()),
        consents: self::consents(consents),
        vulnerable: *vulnerable,
        asked_for_person: *asked_for_person,
        cannot_use: wire_enum::abilities(*cannot_use),
        another_matter: *another_matter,
        courtesy: *courtesy,
        brand: text(brand.as_ref()),
        queue_stats: queue_stats.iter().map(stats_of_queue).collect(),
        matters: matters.iter().map(matter).collect(),
        external_references: Vec::new(),
        labels: BTreeMap::new(),
    }
}

fn matter(matter: &Matter) -> v1::Matter {
    let Matter {
        id,
        reason,
        facts,
        stage,
        note,
    } = matter;
    v1::Matter {
        matter_id: id.to_string(),
        stated_reason: reason
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        facts: fact::facts(facts),
        stage: text(stage.as_ref()),
        note: note.to_string(),
    }
}

fn customer_ref(customer: &CustomerRef) -> Option<v1::CustomerRef> {
    let CustomerRef {
        id,
        identities,
        tier,
    } = customer;
    let is_set = *customer != CustomerRef::default();
    is_set.then(|| v1::CustomerRef {
        customer_id: id.as_ref().map_or_else(String::new, CustomerId::to_string),
        identities: self::identities(identities),
        tier: text(tier.as_ref()),
    })
}

pub(super) fn stats_of_queue(stats: &QueueStats) -> v1::QueueStats {
    let QueueStats {
        queue,
        staffed,
        available,
        waiting,
        handle_time,
        expected_wait,
    } = stats;
    v1::QueueStats {
        queue_id: queue.to_string(),
        staffed_agents: *staffed,
        available_agents: *available,
        waiting_count: *waiting,
        average_handle_time: handle_time.map(time::duration),
        expected_wait: expected_wait.map(time::duration),
    }
}
