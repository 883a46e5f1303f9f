//! A decision and its reasons.

use super::cost::{Factors, reason_of};
use super::{target, time, wire_enum};
use signpost_domain::decision::{
    Decision, Finding, FiredRule, IneligibilityCause, RouteOption, Wait,
};
use signpost_domain::ids::{DecisionId, ReasonId, Seq, Slug};
use signpost_domain::playbook::{Inherited, Level, Playbook, Reason};
use signpost_domain::route::Route;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;

/// The decision that was made under `playbook` at `now`, in the event at `seq`; `noticed` comes before its own
/// findings.
pub(super) fn decision(
    playbook: &Playbook,
    (seq, now): (Option<Seq>, UnixMs),
    noticed: &[Finding],
    decision: &Decision,
) -> v1::Decision {
    let Decision {
        formula: _,
        stake,
        next,
        guarded,
        handover: _,
        reason,
        tier,
        need,
        options,
        ineligible,
        fired,
        findings,
    } = decision;
    let ineligible = ineligible.iter();
    let factors = Factors::of(playbook, decision);
    let options = options
        .iter()
        .map(|one| option(playbook, decision, &factors, one));
    v1::Decision {
        playbook_version: playbook.version.to_string(),
        decide_time: Some(time::timestamp(now)),
        reason: reason
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        tier: tier.to_string(),
        need_thousandths: need.0,
        options: options.collect(),
        ineligible_routes: ineligible.map(|(route, why)| turned(*route, why)).collect(),
        fired_rules: fired.iter().map(rule).collect(),
        findings: noticed.iter().chain(findings).map(finding).collect(),
        stake_micros: stake.micros(),
        next_micros: next.micros(),
        guarded: *guarded,
        currency_code: playbook.currency.to_string(),
        decision_id: seq.map_or_else(String::new, |seq| DecisionId(seq).to_string()),
    }
}

/// The text of a name that may be absent.
pub(super) fn text(name: Option<&Slug>) -> String {
    name.map_or_else(String::new, Slug::to_string)
}

fn option(
    playbook: &Playbook,
    decision: &Decision,
    factors: &Factors<'_>,
    option: &RouteOption,
) -> v1::RouteOption {
    let RouteOption {
        route,
        flow: _,
        queue: _,
        cost,
        wait,
        chance,
        basis,
        propensity,
    } = option;
    let inherited = reason_of(playbook, decision).map(|reason| inherited(reason, *route));
    v1::RouteOption {
        target: Some(target::of_decision(playbook, decision, &option.offered())),
        cost_micros: cost.total().micros(),
        cost_parts: factors.parts(option),
        wait: Some(self::wait(*wait)),
        chance_basis_points: u32::from(chance.0),
        chance_basis: wire_enum::chance_basis(*basis),
        propensity_basis_points: u32::from(propensity.0),
        inherited: inherited.unwrap_or_default(),
    }
}

/// What a reason does not write itself of one of its routes.
fn inherited(reason: &Reason, route: Route) -> Vec<v1::InheritedValue> {
    let spec = reason.routes.iter().find(|spec| spec.route == route);
    let Some(spec) = spec else {
        return Vec::new();
    };
    let Inherited {
        queue,
        flow,
        cost,
        resolves,
        takes,
        facts,
        consent,
    } = spec.inherited;
    let values = [
        ("queue", queue),
        ("flow", flow),
        ("cost", cost),
        ("resolves", resolves),
        ("takes", takes),
        ("facts", facts),
        ("consent", consent),
    ];
    let value = |(key, level): (&str, Level)| {
        let from = match level {
            Level::Reason => return None,
            Level::Primary => v1::PlaybookLevel::Primary,
            Level::Playbook => v1::PlaybookLevel::Playbook,
        };
        Some(v1::InheritedValue {
            key: key.to_owned(),
            from: from.into(),
        })
    };
    values.into_iter().filter_map(value).collect()
}

fn wait(wait: Wait) -> v1::Wait {
    let Wait {
        basis,
        expected,
        low,
        high,
    } = wait;
    v1::Wait {
        basis: wire_enum::wait_basis(basis),
        expected: Some(time::duration(expected)),
        low: Some(time::duration(low)),
        high: Some(time::duration(high)),
    }
}

fn turned(route: Route, why: &IneligibilityCause) -> v1::IneligibleRoute {
    use v1::IneligibilityCause as Wire;
    let (reason, subject) = match why {
        IneligibilityCause::NotOfReason => (Wire::NotOfReason, String::new()),
        IneligibilityCause::NotOnChannel => (Wire::NotOnChannel, String::new()),
        IneligibilityCause::AskedForPerson => (Wire::AskedForPerson, String::new()),
        IneligibilityCause::ForbiddenByRule(rule) => (Wire::ForbiddenByRule, text(Some(rule))),
        IneligibilityCause::ExcludedByRule(rule) => (Wire::ExcludedByRule, text(Some(rule))),
        IneligibilityCause::ConsentRefused(consent) => (Wire::ConsentRefused, text(Some(consent))),
        IneligibilityCause::ConsentUnknown(consent) => (Wire::ConsentUnknown, text(Some(consent))),
        IneligibilityCause::Closed(queue, _) => (Wire::Closed, text(Some(queue))),
        IneligibilityCause::NotStaffed(queue, _) => (Wire::NotStaffed, text(Some(queue))),
        IneligibilityCause::CannotUse(ability) => (Wire::CannotUse, ability.as_str().to_owned()),
        IneligibilityCause::Vulnerable => (Wire::Vulnerable, String::new()),
        IneligibilityCause::FailedBefore(flow) => (Wire::FailedBefore, text(Some(flow))),
        IneligibilityCause::TooLate(fact) => (Wire::TooLate, text(Some(fact))),
        IneligibilityCause::CustomerAway => (Wire::CustomerAway, String::new()),
    };
    let opens = match why {
        IneligibilityCause::Closed(_, opens) | IneligibilityCause::NotStaffed(_, opens) => *opens,
        IneligibilityCause::NotOfReason
        | IneligibilityCause::NotOnChannel
        | IneligibilityCause::CannotUse(_)
        | IneligibilityCause::CustomerAway
        | IneligibilityCause::AskedForPerson
        | IneligibilityCause::Vulnerable
        | IneligibilityCause::FailedBefore(_)
        | IneligibilityCause::ConsentRefused(_)
        | IneligibilityCause::ConsentUnknown(_)
        | IneligibilityCause::ForbiddenByRule(_)
        | IneligibilityCause::ExcludedByRule(_)
        | IneligibilityCause::TooLate(_) => None,
    };
    v1::IneligibleRoute {
        route: wire_enum::route(route),
        cause: reason.into(),
        subject,
        opens_time: opens.map(time::timestamp),
    }
}

fn rule(fired: &FiredRule) -> v1::FiredRule {
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
    } = fired;
    let prefers = prefers.iter().map(|(route, amount)| v1::RoutePreference {
        route: wire_enum::route(*route),
        amount_micros: amount.micros(),
    });
    v1::FiredRule {
        rule_id: id.to_string(),
        forbidden_routes: wire_enum::routes(forbids.iter()),
        only_routes: wire_enum::routes(leaves.iter()),
        preferences: prefers.collect(),
        need_thousandths: need.map(|need| need.0),
        required_fact_ids: facts.iter().map(Slug::to_string).collect(),
        queue_id: text(queue.as_ref()),
        priority: priority.map(u32::from),
        skills: target::skills(skills),
    }
}

/// What was noticed.
pub(super) fn finding(finding: &Finding) -> v1::Finding {
    use v1::FindingKind as Wire;
    let (kind, subject) = match finding {
        Finding::RuleInputUnknown(..) => (Wire::RuleInputUnknown, String::new()),
        Finding::WaitAssumed(queue) => (Wire::WaitAssumed, queue.to_string()),
        Finding::TierReported(stored) => (Wire::TierReported, stored.to_string()),
        Finding::TierAssumed => (Wire::TierAssumed, String::new()),
        Finding::ReasonUnknown(told) => (Wire::ReasonUnknown, told.to_string()),
        Finding::ReasonReplaced(told) => (Wire::ReasonReplaced, told.to_string()),
        Finding::LastResort => (Wire::LastResort, String::new()),
        Finding::IdentityNotVerified(kind) => (Wire::IdentityNotVerified, kind.to_string()),
        Finding::IdentityOfOtherCustomer(kind) => (Wire::IdentityOfOtherCustomer, kind.to_string()),
        Finding::IdentityShared(kind) => (Wire::IdentityShared, kind.to_string()),
        Finding::FactDeclined(fact) => (Wire::FactDeclined, fact.to_string()),
        Finding::CaseAmbiguous(fact) => (Wire::CaseAmbiguous, fact.to_string()),
        Finding::RuleFailed(_) => (Wire::RuleFailed, String::new()),
        Finding::TierFloor(tier) => (Wire::TierFloor, tier.to_string()),
        Finding::DeadlinePassed(fact) => (Wire::DeadlinePassed, fact.to_string()),
        Finding::DeadlineOutOfReach(fact) => (Wire::DeadlineOutOfReach, fact.to_string()),
        Finding::RuleSetAside(_) => (Wire::RuleSetAside, String::new()),
        Finding::LanguageNotSpoken(queue, language) => {
            (Wire::LanguageNotSpoken, format!("{queue} {language}"))
        }
        Finding::LastResortBroken(..) => (Wire::LastResortBroken, String::new()),
        Finding::CasePresumed => (Wire::CasePresumed, String::new()),
        Finding::SameMatterByKey(fact) => (Wire::SameMatterByKey, text(fact.as_ref())),
        Finding::NeedRaisedByAttempts(count) => (Wire::NeedRaisedByAttempts, count.to_string()),
        Finding::CaseNumberNotProven => (Wire::CaseNumberNotProven, String::new()),
        Finding::QueueStatsTooOld(queue) => (Wire::QueueStatsTooOld, queue.to_string()),
    };
    let rule_id = match finding {
        Finding::RuleInputUnknown(rule, _)
        | Finding::RuleFailed(rule)
        | Finding::RuleSetAside(rule) => rule.to_string(),
        _ => String::new(),
    };
    let input = match finding {
        Finding::RuleInputUnknown(_, value) => value.to_string(),
        _ => String::new(),
    };
    v1::Finding {
        kind: kind.into(),
        subject,
        rule_id,
        input,
        broken: match finding {
            Finding::LastResortBroken(route, why) => Some(turned(*route, why)),
            _ => None,
        },
    }
}
