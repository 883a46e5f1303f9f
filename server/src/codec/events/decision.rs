//! The stored form of a decision with its reasons, and of the circumstances at that time.

use super::finding::{findings, findings_to_wire, ineligible, ineligible_to_wire};
use crate::codec::handover::{handover, handover_to_wire, skill, skill_to_wire, small};
use crate::codec::number::{
    Numbered, basis_points, known, known_or_none, number_or_none, route_set,
};
use crate::codec::text::{
    after, at, name, name_or_none, name_text, name_texts, reason_or_none, reason_text_or_none,
    slugs, span_ms,
};
use crate::codec::{CodecError, wire, written};
use signpost_domain::decision::{
    ChanceBasis, ContactStats, CostKind, CostParts, Decision, FiredRule, Formula, Handover,
    RouteOption, Wait,
};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need};
use signpost_domain::time::{Millis, UnixMs};

pub(super) fn decision_to_wire(decision: &Decision) -> written::Decision<'_> {
    let Decision {
        formula,
        stake,
        next,
        guarded,
        handover,
        reason,
        tier,
        need,
        options,
        ineligible,
        fired,
        findings,
    } = decision;
    let ineligible = ineligible.iter();
    let formula = (*formula != Formula::First).then_some(formula);
    let handed = *handover != Handover::default();
    written::Decision {
        reason: reason_text_or_none(reason.as_ref()),
        tier: tier.as_str().into(),
        need_permille: need.0,
        options: options.iter().map(option_to_wire).collect(),
        ineligible: ineligible
            .map(|(route, why)| ineligible_to_wire(*route, why))
            .collect(),
        fired: fired.iter().map(fired_to_wire).collect(),
        findings: findings_to_wire(findings),
        formula: number_or_none(formula),
        stake_micros: stake.micros(),
        next_micros: next.micros(),
        guarded: *guarded,
        handover: handed.then(|| handover_to_wire(handover)),
    }
}

pub(super) fn decision(message: wire::Decision) -> Result<Decision, CodecError> {
    let wire::Decision {
        reason,
        tier,
        need_permille,
        options,
        ineligible: turned_down_messages,
        fired: fired_messages,
        findings: finding_messages,
        formula,
        stake_micros,
        next_micros,
        guarded,
        handover: handover_message,
    } = message;
    let formula: Option<Formula> = known_or_none(formula, "decision.formula")?;
    let handed = handover_message.map(handover).transpose()?;
    Ok(Decision {
        formula: formula.unwrap_or(Formula::First),
        stake: Money::from_micros(stake_micros),
        next: Money::from_micros(next_micros),
        guarded,
        handover: handed.unwrap_or_default(),
        reason: reason_or_none(&reason, "decision.reason")?,
        tier: name(tier, "decision.tier")?,
        need: Need(need_permille),
        options: all(options, option)?,
        ineligible: all(turned_down_messages, ineligible)?,
        fired: all(fired_messages, fired)?,
        findings: findings(finding_messages)?,
    })
}

fn all<M, T>(
    messages: Vec<M>,
    read: impl Fn(M) -> Result<T, CodecError>,
) -> Result<Vec<T>, CodecError> {
    messages.into_iter().map(read).collect()
}

fn option_to_wire(option: &RouteOption) -> written::RouteOption<'_> {
    let RouteOption {
        route,
        flow,
        queue,
        cost,
        wait:
            Wait {
                basis,
                expected,
                low,
                high,
            },
        chance,
        basis: chance_basis,
        propensity,
    } = option;
    let micros = |kind| cost.part(kind).micros();
    let chance_basis = (*chance_basis != ChanceBasis::Written).then_some(chance_basis);
    written::RouteOption {
        route: route.number(),
        flow: name_text(flow.as_ref()),
        queue: name_text(queue.as_ref()),
        handling_micros: micros(CostKind::Handling),
        waiting_micros: micros(CostKind::Waiting),
        failure_micros: micros(CostKind::Failure),
        leaving_channel_micros: micros(CostKind::LeavingChannel),
        customer_preference_micros: micros(CostKind::CustomerPreference),
        rule_preference_micros: micros(CostKind::RulePreference),
        wait_basis: basis.number(),
        wait_expected_ms: expected.0,
        wait_low_below_ms: expected.0.wrapping_sub(low.0),
        wait_high_above_ms: high.0.wrapping_sub(expected.0),
        resolves_basis_points: chance.0.into(),
        tier_floor_micros: micros(CostKind::TierFloor),
        chance_basis: number_or_none(chance_basis),
        propensity_basis_points: propensity.0.into(),
    }
}

fn option(message: wire::RouteOption) -> Result<RouteOption, CodecError> {
    let wire::RouteOption {
        route,
        flow,
        queue,
        handling_micros,
        waiting_micros,
        failure_micros,
        leaving_channel_micros,
        customer_preference_micros,
        rule_preference_micros,
        wait_basis,
        wait_expected_ms,
        wait_low_below_ms,
        wait_high_above_ms,
        resolves_basis_points,
        tier_floor_micros,
        chance_basis,
        propensity_basis_points,
    } = message;
    let mut cost = CostParts::default();
    for (kind, micros) in [
        (CostKind::Handling, handling_micros),
        (CostKind::Waiting, waiting_micros),
        (CostKind::Failure, failure_micros),
        (CostKind::LeavingChannel, leaving_channel_micros),
        (CostKind::CustomerPreference, customer_preference_micros),
        (CostKind::RulePreference, rule_preference_micros),
        (CostKind::TierFloor, tier_floor_micros),
    ] {
        cost.set(kind, Money::from_micros(micros));
    }
    let wait = Wait {
        basis: known(wait_basis, "option.wait_basis")?,
        expected: Millis(wait_expected_ms),
        low: Millis(wait_expected_ms.wrapping_sub(wait_low_below_ms)),
        high: Millis(wait_expected_ms.wrapping_add(wait_high_above_ms)),
    };
    let chance: BasisPoints = basis_points(resolves_basis_points, "option.resolves")?;
    let chance_basis = known_or_none(chance_basis, "option.chance_basis")?;
    Ok(RouteOption {
        route: known(route, "option.route")?,
        flow: name_or_none(flow),
        queue: name_or_none(queue),
        cost,
        wait,
        chance,
        basis: chance_basis.unwrap_or(ChanceBasis::Written),
        propensity: basis_points(propensity_basis_points, "option.propensity")?,
    })
}

fn fired_to_wire(rule: &FiredRule) -> written::FiredRule<'_> {
    let FiredRule {
        id,
        forbids,
        leaves,
        prefers,
        need,
        facts,
        queue,
        priority,
        skills,
    } = rule;
    let prefers = prefers.iter().map(|(route, gain)| written::Preference {
        route: route.number(),
        gain_micros: gain.micros(),
    });
    written::FiredRule {
        id: id.as_str().into(),
        forbids_bits: forbids.bits().into(),
        leaves_bits: leaves.bits().into(),
        prefers: prefers.collect(),
        need_permille: need.map(|need| need.0),
        facts: name_texts(facts),
        queue: name_text(queue.as_ref()),
        priority: priority.map(u32::from),
        skills: skills.iter().map(skill_to_wire).collect(),
    }
}

fn fired(message: wire::FiredRule) -> Result<FiredRule, CodecError> {
    let wire::FiredRule {
        id,
        forbids_bits,
        leaves_bits,
        prefers,
        need_permille,
        facts,
        queue,
        priority,
        skills,
    } = message;
    let priority = priority.map(|number| small(number, "fired.priority"));
    let preference = |wire::Preference { route, gain_micros }| {
        let route = known(route, "fired.prefers.route")?;
        Ok((route, Money::from_micros(gain_micros)))
    };
    Ok(FiredRule {
        id: name(id, "fired.id")?,
        forbids: route_set(forbids_bits, "fired.forbids")?,
        leaves: route_set(leaves_bits, "fired.leaves")?,
        prefers: all(prefers, preference)?,
        need: need_permille.map(Need),
        facts: slugs(facts, "fired.facts")?,
        queue: name_or_none(queue),
        priority: priority.transpose()?,
        skills: all(skills, skill)?,
    })
}

pub(super) fn standing_to_wire(standing: &ContactStats, base: UnixMs) -> written::ContactStats {
    let ContactStats {
        now,
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age,
        needs_person,
        away,
    } = standing;
    written::ContactStats {
        now_after_ms: after(*now, base),
        contacts_7d: *contacts_7d,
        case_contacts: *case_contacts,
        repeats: *repeats,
        channel_switches: *channel_switches,
        broken_promises: *broken_promises,
        case_age_ms: span_ms(*case_age),
        needs_person: *needs_person,
        away: *away,
    }
}

pub(super) fn standing(message: wire::ContactStats, base: UnixMs) -> ContactStats {
    let wire::ContactStats {
        now_after_ms,
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age_ms,
        needs_person,
        away,
    } = message;
    ContactStats {
        now: at(base, now_after_ms),
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age: case_age_ms.map(Millis),
        needs_person,
        away,
    }
}
