//! Three decisions of the morning with different causes: a rule, a tier, a change of channel.

use super::matter::Matter;
use signpost_client::{Client, ClientError, v1};
use v1::contact_answer::Next;

/// How many contacts are tried with another tier, at most, to find one for which the tier makes a difference.
const TIER_TRIES_MAX: u32 = 40;

/// The decisions found so far.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// A decision in which a rule took the cheap route away.
    pub(super) by_rule: Option<v1::ContactAnswer>,
    /// The decisions for the same contact with two tiers: first the one that is most expensive.
    pub(super) by_tier: Option<(v1::ContactAnswer, v1::ContactAnswer)>,
    /// A decision for a customer who came back on another channel.
    pub(super) by_switch: Option<v1::ContactAnswer>,
    tier_tries: u32,
}

impl Samples {
    /// Keeps the answer if it shows a cause that no earlier answer showed. `first` says that nothing was asked before
    /// it.
    ///
    /// # Errors
    /// If a preview that compares tiers fails.
    pub(super) async fn look(
        &mut self,
        client: &Client,
        answer: &v1::ContactAnswer,
        context: &v1::ContactContext,
        matter: &Matter,
        first: bool,
        now: i64,
    ) -> Result<(), ClientError> {
        let (Some(decision), Some(Next::Target(_))) = (&answer.decision, &answer.next) else {
            return Ok(());
        };
        let continued = answer.case_match == v1::CaseMatch::Continued as i32;
        let carried = first && continued && answer.known_facts.len() > context.facts.len();
        let forbids = decision
            .fired_rules
            .iter()
            .any(|rule| !rule.forbidden_routes.is_empty());
        if answer.channel_switch_count > 0
            && answer.repeat_count > 0
            && carried
            && self.by_switch.is_none()
        {
            self.by_switch = Some(answer.clone());
        } else if forbids && decision.options.len() > 1 && self.by_rule.is_none() {
            self.by_rule = Some(answer.clone());
        } else if self.by_tier.is_none()
            && self.tier_tries < TIER_TRIES_MAX
            && !context.queue_stats.is_empty()
        {
            self.tier_tries += 1;
            self.by_tier = compare(client, context, matter, now).await?;
        }
        Ok(())
    }
}

/// The decisions for the same contact of an unknown customer, with the most expensive tier and with the usual one.
/// `None` unless only the most expensive tier gets a person at once and no rule was involved.
async fn compare(
    client: &Client,
    context: &v1::ContactContext,
    matter: &Matter,
    now: i64,
) -> Result<Option<(v1::ContactAnswer, v1::ContactAnswer)>, ClientError> {
    let mut facts = context.facts.clone();
    facts.extend(matter.facts.iter().map(|(id, value)| v1::Fact {
        fact_id: id.clone(),
        value: Some(v1::fact::Value::Text(value.clone())),
        ..Default::default()
    }));
    facts.sort_by(|one, other| one.fact_id.cmp(&other.fact_id));
    facts.dedup_by(|one, other| one.fact_id == other.fact_id);
    let as_tier = async |tier: &str| {
        let request = v1::PreviewRouteRequest {
            context: Some(v1::ContactContext {
                channel: context.channel.clone(),
                stated_reason: matter.reason.clone(),
                facts: facts.clone(),
                language_code: "en".to_owned(),
                queue_stats: context.queue_stats.clone(),
                customer: Some(v1::CustomerRef {
                    tier: tier.to_owned(),
                    ..Default::default()
                }),
                ..Default::default()
            }),
            at_time: Some(prost_types::Timestamp {
                seconds: now,
                nanos: 0,
            }),
            ..Default::default()
        };
        let response = client.preview_route(request).await?;
        Ok::<_, ClientError>(response.answer.unwrap_or_default())
    };
    let (dear, usual) = (as_tier("platinum").await?, as_tier("standard").await?);
    let at_once = [v1::Route::Human, v1::Route::Chat].map(|route| Some(i32::from(route)));
    let differ = at_once.contains(&first(&dear)) && first(&usual) != first(&dear);
    let ruled = |answer: &v1::ContactAnswer| {
        let decision = answer.decision.as_ref();
        decision.is_some_and(|decision| !decision.fired_rules.is_empty())
    };
    let plain = !ruled(&dear) && !ruled(&usual);
    Ok((differ && plain).then_some((dear, usual)))
}

fn first(answer: &v1::ContactAnswer) -> Option<i32> {
    let option = answer.decision.as_ref()?.options.first()?;
    Some(option.target.as_ref()?.route)
}
