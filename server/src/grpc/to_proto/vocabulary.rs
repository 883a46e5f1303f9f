//! The vocabulary of a playbook.

use super::{time, wire_enum};
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::{
    Channel, FactIndex, FactSpec, OutcomeDefinition, Playbook, Primary, Queue, Reason, TierIndex,
};
use signpost_domain::route::Route;
use signpost_proto::v1;

/// Every word that requests may use, with labels in `language`.
pub(crate) fn vocabulary(playbook: &Playbook, language: Option<&str>) -> v1::Vocabulary {
    let words = Words {
        playbook,
        locale: playbook.locale(language),
    };
    v1::Vocabulary {
        playbook_version: playbook.version.to_string(),
        playbook_name: playbook.name.to_string(),
        currency_code: playbook.currency.to_string(),
        language_codes: texts(&playbook.locales),
        language_code: words.locale.to_owned(),
        primary_reasons: playbook
            .primaries
            .iter()
            .map(|of| words.primary(of))
            .collect(),
        tiers: playbook
            .tiers_indexed()
            .map(|(index, _)| words.tier(index))
            .collect(),
        channels: playbook
            .channels
            .iter()
            .map(|of| words.channel(of))
            .collect(),
        queues: playbook.queues.iter().map(|of| words.queue(of)).collect(),
        facts: playbook.facts.iter().map(|of| words.fact(of)).collect(),
        outcomes: playbook
            .outcomes
            .iter()
            .map(|of| words.outcome(of))
            .collect(),
        stages: texts(&playbook.stages),
        personas: texts(&playbook.personas),
        brands: texts(&playbook.brands),
        consent_ids: texts(&playbook.consents),
    }
}

/// A playbook and the locale of its labels.
struct Words<'a> {
    playbook: &'a Playbook,
    locale: &'a str,
}

impl Words<'_> {
    fn label(&self, label: &signpost_domain::playbook::Label) -> String {
        self.playbook.text(label, self.locale).to_owned()
    }

    fn primary(&self, primary: &Primary) -> v1::PrimaryReason {
        let (from, until) = (primary.secondary.start, primary.secondary.end);
        let reasons = &self.playbook.reasons[usize::from(from)..usize::from(until)];
        v1::PrimaryReason {
            primary_reason: primary.id.to_string(),
            label: self.label(&primary.label),
            secondary_reasons: reasons.iter().map(|of| self.secondary(of)).collect(),
        }
    }

    fn secondary(&self, reason: &Reason) -> v1::SecondaryReason {
        let stage = reason
            .stage
            .and_then(|index| self.playbook.stages.get(usize::from(index)));
        let has = |route: &Route| reason.routes.iter().any(|spec| spec.route == *route);
        v1::SecondaryReason {
            reason: reason.id.to_string(),
            label: self.label(&reason.label),
            stage: stage.map_or_else(String::new, Slug::to_string),
            fact_ids: self.fact_ids(&reason.facts),
            case_key_fact_ids: self.fact_ids(&reason.case_key),
            routes: wire_enum::routes(Route::ALL.into_iter().filter(has)),
            replaced_reasons: reason.replaces.iter().map(ReasonId::to_string).collect(),
        }
    }

    fn fact_ids(&self, facts: &[FactIndex]) -> Vec<String> {
        let ids = facts
            .iter()
            .map(|&fact| self.playbook.fact(fact).id.to_string());
        ids.collect()
    }

    fn tier(&self, index: TierIndex) -> v1::TierTerm {
        let tier = self.playbook.tier(index);
        v1::TierTerm {
            tier: tier.id.to_string(),
            label: self.label(&tier.label),
            waiting_target: Some(time::duration(tier.waiting_target)),
            is_default: index == self.playbook.tier_default,
        }
    }

    fn channel(&self, channel: &Channel) -> v1::ChannelTerm {
        v1::ChannelTerm {
            channel: channel.id.to_string(),
            label: self.label(&channel.label),
            medium: wire_enum::medium(channel.medium),
            routes: wire_enum::routes(channel.routes.iter().copied()),
            keypad: channel.keypad,
        }
    }

    fn queue(&self, queue: &Queue) -> v1::QueueTerm {
        v1::QueueTerm {
            queue_id: queue.id.to_string(),
            label: self.label(&queue.label),
            language_codes: texts(&queue.languages),
            media: queue
                .media
                .iter()
                .map(|&of| wire_enum::medium(of))
                .collect(),
            assumed_wait: Some(time::duration(queue.assumed_wait)),
        }
    }

    fn fact(&self, fact: &FactSpec) -> v1::FactTerm {
        v1::FactTerm {
            fact_id: fact.id.to_string(),
            label: self.label(&fact.label),
            r#type: wire_enum::fact_type(fact.fact_type),
            pattern: fact
                .pattern
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            personal: fact.personal,
        }
    }

    fn outcome(&self, outcome: &OutcomeDefinition) -> v1::OutcomeTerm {
        let reasons = outcome
            .reasons
            .iter()
            .map(|&of| self.playbook.reason(of).id.to_string());
        v1::OutcomeTerm {
            outcome: outcome.id.to_string(),
            label: self.label(&outcome.label),
            reasons: reasons.collect(),
        }
    }
}

fn texts<T: ToString>(of: &[T]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}
